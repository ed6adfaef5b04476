"""The message service under load: create, add and send by SOAP and by JSON, and first answers.

    python -m tests.bench.bench_service [--short]

One process serves (SQLite, every answer is on the disk), threads of another ask. Prints triples a
second by each door and their ratio, the time to the first answer of a status query while the load
runs, and what share of the server's processor time went into checking passwords.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PASSWORD = "correct horse"
SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><{0}>'
    "<username>{1}</username><password>" + PASSWORD + "</password>{2}</{0}></s:Body></s:Envelope>"
)


def serve(place: socket.socket, folder: str, accounts: int, told: Any) -> None:
    """The server's process."""
    import uvicorn

    from faxcore.delivery.rules import Queue
    from faxcore.delivery.store import open_store
    from faxcore.service.administering import add_account
    from faxcore.service.app import make_app
    from faxcore.service.wishes import Wishes

    queue = Queue(open_store(Path(folder)))
    for number in range(accounts):
        add_account(queue, f"a{number}", PASSWORD, Wishes(), datetime.now(UTC))
    app = make_app(queue, lambda: datetime.now(UTC), fetch_banner=lambda address: b"")
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True).start()
    told.send("ready")
    told.recv()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told.send((usage.ru_utime + usage.ru_stime, app.state.house.gate.checking_seconds))
    server.should_exit = True


def by_soap(client: httpx.Client, account: str, name: str) -> None:
    def call(operation: str, inside: str) -> None:
        text = SOAP.format(operation, account, f"<clientMessageId>{name}</clientMessageId>{inside}")
        answer = client.post("/soap", content=text.encode())
        if "<serverResponse>200" not in answer.text:
            raise SystemExit(answer.text)

    body = "<messageBody>x</messageBody><messageBodyType>TEXT</messageBodyType>"
    call("CFCreateMessageWS", body)
    to = "<recipientType>FAX</recipientType><recipientPhone>1</recipientPhone>"
    call("CFAddRecipientWS", to)
    call("CFSendMessageWS", "")


def by_json(client: httpx.Client, account: str, name: str) -> None:
    def call(path: str, body: dict[str, str]) -> None:
        answer = client.post(f"/v1/messages{path}", json=body, auth=(account, PASSWORD))
        if answer.status_code != 200:
            raise SystemExit(answer.text)

    call("", {"clientMessageId": name, "messageBody": "x", "messageBodyType": "TEXT"})
    call(f"/client:{name}/recipients", {"recipientType": "FAX", "recipientPhone": "1"})
    call(f"/client:{name}/send", {})


def load(url: str, triple: Callable[..., None], threads: int, each: int, mark: str) -> float:
    """Triples a second."""

    def work(number: int) -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            for count in range(each):
                triple(client, f"a{number}", f"{mark}-{count}")

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    begun = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return threads * each / (time.monotonic() - begun)


def answers(url: str, over: threading.Event, seconds: list[float]) -> None:
    """How long a status query waits, again and again."""
    with httpx.Client(base_url=url, timeout=60, auth=("a0", PASSWORD)) as client:
        while not over.is_set():
            begun = time.monotonic()
            client.get("/v1/messages", params={"limit": 1})
            seconds.append(time.monotonic() - begun)
            over.wait(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    threads, each = (4, 5) if options.short else (8, 60)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as place:
        url = f"http://127.0.0.1:{place.getsockname()[1]}"
        process = context.Process(target=serve, args=(place, folder, threads, theirs))
        process.start()
        ours.recv()
        over, seconds = threading.Event(), []
        watcher = threading.Thread(target=answers, args=(url, over, seconds))
        watcher.start()
        soap = load(url, by_soap, threads, each, "soap")
        json = load(url, by_json, threads, each, "json")
        over.set()
        watcher.join()
        ours.send("end")
        spent, checking = ours.recv()
        process.join(30)
    print(f"SOAP  {soap:7.1f} create+add+send a second, {threads} clients")
    print(f"JSON  {json:7.1f} create+add+send a second, {json / soap:.2f} of SOAP")
    seconds.sort()
    print(
        f"first answer under load: median {statistics.median(seconds) * 1e3:.0f} ms, "
        f"95 % within {seconds[int(len(seconds) * 0.95)] * 1e3:.0f} ms"
    )
    print(f"password checks: {checking / spent:.1%} of the server's processor time")


if __name__ == "__main__":
    main()
