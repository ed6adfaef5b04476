"""``faxcore serve`` as a process: it starts, delivers, ends in good order, leaves nobody behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.service.conftest import PASSWORD

FAXCORE = [sys.executable, "-m", "faxcore"]


@dataclass
class Serving:
    """A service that runs as a process of its own."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> httpx.Client:
        """A client of the JSON door."""
        url = f"http://127.0.0.1:{self.port}/v1"
        return httpx.Client(base_url=url, auth=("clinic", PASSWORD), timeout=60)

    def workers(self) -> list[int]:
        """The processes of its workers."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # no process, or one that has just ended
            if b"faxcore.delivery.running" in command and str(self.data).encode() in command:
                found.append(int(folder.name))
        return found


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that a process of its own will do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.1)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    data = tmp_path / "data"
    add = [*FAXCORE, "account", "add", "clinic", "--data", str(data), "--password", PASSWORD]
    subprocess.run(add, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*FAXCORE, "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    running = Serving(data, port, process)

    def answers() -> bool:
        assert process.poll() is None, "it has ended"
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    until(answers)
    yield running
    if process.poll() is None:
        process.kill()
    process.communicate()
    for worker in running.workers():
        os.kill(worker, signal.SIGKILL)


def test_it_delivers_and_ends_with_its_workers(serving: Serving) -> None:
    with serving.client as client:
        body = {"messageBody": "x", "messageBodyType": "TEXT", "clientMessageId": "a"}
        client.post("/messages", json=body)
        told = {"recipientType": "FAX", "recipientPhone": "1"}
        client.post("/messages/client:a/recipients", json=told)
        client.post("/messages/client:a/send")
        until(lambda: client.get("/messages/client:a").json()["messageStatus"] == "GONE")
        (row,) = client.get("/messages/client:a").json()["dataTableRow"]
        assert row["STATUS_DESCRIPTION"].startswith("simulated: ok")
    assert serving.workers()
    serving.process.send_signal(signal.SIGTERM)
    said, _ = serving.process.communicate(timeout=90)
    assert serving.process.returncode == 0
    assert b"SIMULATED" in said
    assert serving.workers() == []


def test_workers_end_when_their_host_is_killed(serving: Serving) -> None:
    until(lambda: bool(serving.workers()))
    serving.process.kill()
    until(lambda: serving.workers() == [])


def test_it_does_not_serve_without_its_workers(tmp_path: Path) -> None:
    """What was taken then would wait for ever."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        metrics, port = taken.getsockname()[1], free.getsockname()[1]
        free.close()
        (tmp_path / "faxcore.toml").write_text(f"[queue]\nmetrics_port = {metrics}\n")
        command = [*FAXCORE, "serve", "--data", str(tmp_path), "--port", str(port)]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode
    assert f"metrics_port {metrics}" in done.stderr.decode()
