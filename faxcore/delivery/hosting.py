"""All workers of a host: a process for each, started again whenever one dies.

Beside them run the notifications, the reading of bounces and the metrics; and at the start, what
modems left behind that are gone is stored.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from faxcore.delivery.bounces import read_bounces
from faxcore.delivery.configuration import Configuration
from faxcore.delivery.inbound import abandoned, recover
from faxcore.delivery.logs import log
from faxcore.delivery.mailboxes import Mailbox
from faxcore.delivery.metrics import serve_metrics
from faxcore.delivery.notifying import keep_telling
from faxcore.delivery.owning import Line
from faxcore.delivery.rules import Queue
from faxcore.delivery.running import HOST
from faxcore.delivery.worker import hold_name, wall_clock
from faxcore.errors import FaxcoreError, QueueError, SettingsError

_LIVED_S = 60.0
"""A worker that lived so long has started well: its next start is at once again."""

_LONGEST_WAIT_S = 60.0
_TICK_S = 0.2
_BOUNCES_EVERY_S = 30.0
_TIMEOUT_S = 30.0


def run_host(configuration: Configuration, stop: threading.Event, *, as_json: bool) -> None:
    """All workers of this host; beside them the notifications, the bounces and the metrics."""
    queue = configuration.open()
    end_metrics: Callable[[], None] | None = None
    if configuration.metrics_port:
        end_metrics = _metrics(queue, configuration.metrics_port)
    beside = [
        threading.Thread(
            target=keep_telling, args=(queue, configuration.mail, wall_clock, stop), daemon=True
        )
    ]
    names = [modem.name for modem in configuration.modems]
    left = (queue, configuration.node, names)
    beside.append(threading.Thread(target=store_abandoned, args=left, daemon=True))
    if configuration.bounces is not None and configuration.mail is not None:
        envelope = configuration.mail.envelope
        arguments = (queue, configuration.bounces, envelope, stop)
        beside.append(threading.Thread(target=_keep_reading, args=arguments, daemon=True))
    for thread in beside:
        thread.start()
    try:
        Host(configuration.folder, configuration.workers, as_json=as_json, stop=stop).run()
    finally:
        stop.set()
        for thread in beside:
            thread.join(_TIMEOUT_S)
        if end_metrics is not None:
            end_metrics()
        queue.store.close()


def store_abandoned(queue: Queue, node: str, modems: Collection[str]) -> None:
    """Store what modems received that are there no more, or have another name now."""
    for worker in abandoned(queue, node, modems):
        try:
            held = hold_name(queue.store.folder, worker)
        except QueueError:  # it is ending a call still: its folder is looked at next time
            continue
        try:
            recover(queue, Line(worker.partition("/")[2]), worker)
        except FaxcoreError as error:
            log().error("a received fax is not stored yet", worker=worker, error=str(error))
        finally:
            os.close(held)


def _metrics(queue: Queue, port: int) -> Callable[[], None]:
    try:
        end, _ = serve_metrics(queue, wall_clock, port)
    except OSError as error:
        queue.store.close()
        raise SettingsError(f"metrics_port {port}: {error.strerror}") from error
    return end


def _keep_reading(queue: Queue, box: Mailbox, envelope: str, stop: threading.Event) -> None:
    while not stop.wait(_BOUNCES_EVERY_S):
        try:
            read_bounces(queue, box, envelope, wall_clock())
        except QueueError as error:
            log().error("bounces cannot be read", error=str(error))
        except Exception as error:  # a bug of ours, or of a library's: the next time is tried again
            log().exception("bounces cannot be read by our own fault", error=repr(error))


@dataclass(slots=True)
class _Child:
    """One worker's process; ``failures`` counts starts in a row that ended soon."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    again_at: float = 0.0


@dataclass(slots=True)
class Host:
    """The workers of this host. ``run`` keeps them alive until ``stop`` is set."""

    folder: Path
    names: tuple[str, ...]
    as_json: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Start them all, start again what dies, and end them in good order."""
        children = [_Child(name) for name in self.names]
        try:
            while not self.stop.wait(_TICK_S):
                for child in children:
                    self._tend(child)
        finally:
            _end(children)

    def _tend(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.process = None
            if now - child.began > _LIVED_S:
                child.failures = 0
            wait = self._again(child, now)
            log().error("a worker ended", worker=child.name, code=code, again_in=wait)
        if now >= child.again_at:
            child.began = now
            try:
                child.process = _start(self.folder, child.name, as_json=self.as_json)
            except OSError as error:  # no memory, no process: the other workers go on
                self._again(child, now)
                log().error("a worker cannot be started", worker=child.name, error=str(error))

    def _again(self, child: _Child, now: float) -> float:
        """Start it again later; in how many seconds."""
        child.failures += 1
        wait = min(2.0 ** min(child.failures - 1, 16) / 2, _LONGEST_WAIT_S)
        child.again_at = now + wait
        return wait


def _start(folder: Path, name: str, *, as_json: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "faxcore.delivery.running", str(folder), name]
    environment = dict(os.environ)
    roots = [entry for entry in sys.path if entry and Path(entry).exists()]
    environment["PYTHONPATH"] = os.pathsep.join(roots)
    environment[HOST] = str(os.getpid())
    if as_json:
        command.append("--json")
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)


def _end(children: list[_Child]) -> None:
    """Ask all to end, wait until their calls have; who does not is killed after a minute."""
    alive = [child.process for child in children if child.process is not None]
    for process in alive:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + 60
    for process in alive:
        try:
            process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
