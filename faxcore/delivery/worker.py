"""A worker: one process, one modem (or mail server), one call after the other.

It beats, so that others know it lives; goes on with what an earlier life of it began; and then
claims and runs calls until it is told to stop. Between claims it looks whether another worker has
died, and closes what that one left.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import URL

from faxcore.delivery.claiming import Claimant, claim, something_to_do
from faxcore.delivery.crash import crash_point
from faxcore.delivery.equipment import rests_until
from faxcore.delivery.leases import BEAT_S, LEASE_S, LeaseWatch, beat, register, resign, take_over
from faxcore.delivery.logs import log
from faxcore.delivery.recording import settle_call, unfinished_calls
from faxcore.delivery.rules import Queue
from faxcore.delivery.work import Work
from faxcore.errors import QueueError

Clock = Callable[[], datetime]
ENGINE_DATABASE = "engine.sqlite"


class Runner(Protocol):
    """What runs the work of calls durably: ``engine.Engine``."""

    def launch(self) -> None:
        """Begin, and go on with what a former life of this worker left."""
        ...

    def run(self, call_id: int) -> None:
        """Run the work of one call to its end."""
        ...

    def resume(self, call_id: int) -> None:
        """Wait until a call that a former life began is at its end."""
        ...

    def close(self) -> None:
        """End."""
        ...


RunnerMaker = Callable[[Queue, str, Work], Runner]


def durable_runner(queue: Queue, worker: str, work: Work) -> Runner:
    """The engine, for a worker of this queue."""
    from faxcore.delivery.engine import Engine  # noqa: PLC0415

    return Engine(engine_url(queue), worker, work)


def wall_clock() -> datetime:
    """Now, by this computer's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker looks for work and for the dead, and how long a lease is (seconds)."""

    poll_s: float = 0.2
    beat_s: float = BEAT_S
    lease_s: float = LEASE_S


class WorkerLoop:
    """Runs the work of one claimant. ``stop`` ends it: a call in progress is ended with DCN."""

    def __init__(
        self,
        queue: Queue,
        claimant: Claimant,
        work: Work,
        *,
        port: str = "",
        clock: Clock = wall_clock,
        stop: threading.Event | None = None,
        pace: Pace | None = None,
        runner: RunnerMaker = durable_runner,
    ) -> None:
        self.stop = stop or threading.Event()
        self._queue, self._claimant, self._work = queue, claimant, work
        self._port, self._clock = port, clock
        self._pace = pace or Pace()
        self._runner = runner
        self._over = threading.Event()
        self._rests_until: datetime | None = None
        self._life = secrets.token_hex(8)
        self._watch = LeaseWatch(self._pace.lease_s)
        self._looked = 0.0

    def run(self, idle: Callable[[], bool] = lambda: False) -> None:
        """Work until ``stop`` is set, or until ``idle``, asked when nothing is due, says so.

        Raises QueueError where another process on this host works under the same name.
        """
        with ExitStack() as stack:
            lock = hold_name(self._queue.store.folder, self._claimant.worker)
            stack.callback(os.close, lock)
            register(
                self._queue, self._claimant, self._port, self._life, os.getpid(), self._clock()
            )
            beats = threading.Thread(target=self._beat, name="beats", daemon=True)
            self._over.clear()
            stack.callback(self._over.set)
            beats.start()
            engine = self._runner(self._queue, self._claimant.worker, self._work)
            stack.callback(engine.close)
            engine.launch()
            self._rests_until = rests_until(self._queue, self._claimant.worker)
            self._go_on(engine)
            self._serve(engine, idle)
        beats.join()
        resign(self._queue, self._claimant, self._life, self._clock())

    def _go_on(self, engine: Runner) -> None:
        """Finish what an earlier life began; whatever happens, none of it stays open."""
        for call_id in unfinished_calls(self._queue, self._claimant.worker):
            log().warning("going on with a call that was cut", call=call_id)
            self._run(engine.resume, call_id)
        crash_point("worker:recovered")

    def _serve(self, engine: Runner, idle: Callable[[], bool]) -> None:
        while not self.stop.is_set():
            try:
                self._look_for_the_dead()
                call_id = self._next()
            except QueueError as error:
                log().error("the queue does not answer", error=str(error))
                call_id = None
            if call_id is not None:
                crash_point("worker:claimed")
                self._run(engine.run, call_id)
            elif idle():
                return
            else:
                self.stop.wait(self._pace.poll_s)

    def _next(self) -> int | None:
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            return None
        if not something_to_do(self._queue, self._claimant, now):
            return None
        return claim(self._queue, self._claimant, now)

    def _run(self, act: Callable[[int], None], call_id: int) -> None:
        try:
            act(call_id)
        except (
            Exception
        ) as error:  # a bug of ours, or of a library's: the call is closed all the same
            log().exception("a call failed by our own fault", call=call_id, error=repr(error))
        if call_id in unfinished_calls(self._queue, self._claimant.worker):
            settle_call(self._queue, call_id, self._clock(), 0.0)
        self._rests_until = rests_until(self._queue, self._claimant.worker)

    def _look_for_the_dead(self) -> None:
        steady = time.monotonic()
        if steady - self._looked < min(self._pace.beat_s, self._pace.lease_s / 4):
            return
        self._looked = steady
        for name in self._watch.dead(self._queue, steady):
            if name != self._claimant.worker:
                closed = take_over(self._queue, name, self._clock())
                log().warning("took over the work of a dead worker", dead=name, calls=closed)

    def _beat(self) -> None:
        while not self._over.wait(self._pace.beat_s):
            try:
                beat(self._queue, self._claimant, self._life, self._clock())
            except QueueError as error:
                log().error("no beat", worker=self._claimant.worker, error=str(error))
            except Exception as error:  # who beats no more is taken for dead, call and all
                log().exception("no beat", worker=self._claimant.worker, error=repr(error))


def engine_url(queue: Queue) -> URL:
    """Where dbos keeps its work in progress: a file beside ours, or our PostgreSQL."""
    if queue.store.is_sqlite:
        return URL.create("sqlite", database=str(queue.store.folder / ENGINE_DATABASE))
    return queue.store.engine.url


def hold_name(folder: Path, worker: str) -> int:
    """Hold a worker's name, as long as this process lives or what is returned is not closed.

    Raises QueueError where another process holds it.
    """
    place = folder / "workers"
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / (worker.replace("/", "_") + ".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise QueueError(f"worker {worker} runs already: {path} is locked") from error
    return descriptor
