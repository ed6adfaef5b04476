"""A queue with a worker and a simulated network: what most tests of delivery are made of."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.blobs import BlobStore
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.fax_channel import Equipment
from faxcore.delivery.fax_content import Identity
from faxcore.delivery.fax_plan import Renderer
from faxcore.delivery.model import Call, Recipient
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    MessageReport,
    RecipientDraft,
    RecipientReport,
    add_recipient,
    create_message,
    message_report,
    send_message,
)
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Body, Channel
from faxcore.delivery.store import BLOBS, Store
from faxcore.delivery.work import FaxWork, Work
from faxcore.delivery.worker import Pace, RunnerMaker, WorkerLoop
from faxcore.profiles import load_profile
from tests.delivery.far_end import Network, rendered
from tests.delivery.moments import NOW

PROFILE = load_profile("generic-class1")


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is told to go on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(slots=True)
class AtOnce:
    """Runs the work in place, without an engine: for tests that are not about crashes."""

    queue: Queue
    worker: str
    work: Work

    def launch(self) -> None:
        """Nothing is left from before."""

    def run(self, call_id: int) -> None:
        """The three steps."""
        if self.work.prepare(call_id):
            self.work.finish(call_id, self.work.perform(call_id))

    def resume(self, call_id: int) -> None:
        """The same: what was done already is not done again."""
        self.run(call_id)

    def close(self) -> None:
        """Nothing to close."""


class QuietFiles(BlobStore):
    """Stored files that are read while no transaction is open, as rendering does."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.folder / BLOBS)
        self._store = store
        self.got: list[str] = []

    def get(self, name: str) -> bytes:
        assert self._store.engine.pool.checkedout() == 0
        self.got.append(name)
        return super().get(name)


@dataclass(slots=True)
class House:
    """One queue, one account, one modem on a simulated network."""

    queue: Queue
    account: int
    network: Network
    pages: int = 3
    clock: Clock = field(default_factory=Clock)
    stop: threading.Event = field(default_factory=threading.Event)
    runner: RunnerMaker = AtOnce
    render: Renderer | None = None
    transcript: Callable[[int], Path] | None = None
    pace: Pace = field(default_factory=lambda: Pace(0.01, 5, 30))

    def submit(
        self, numbers: Sequence[str] = ("5550100",), name: str = "m1", **changes: object
    ) -> MessageName:
        draft = MessageDraft(client_id=name, body="Hello.", body_type=Body.TEXT, **changes)
        create_message(self.queue, self.account, draft, self.clock.now)
        named = MessageName(client_id=name)
        for number in numbers:
            add_recipient(
                self.queue, self.account, named, RecipientDraft(Channel.FAX, number), self.clock.now
            )
        send_message(self.queue, self.account, named, self.clock.now)
        return named

    def loop(self, worker: str = "north/usb0", opener=None, group: str = "") -> WorkerLoop:
        equipment = Equipment(
            "sim://", PROFILE, opener=opener or self.network.open, transcript=self.transcript
        )
        work = FaxWork(
            self.queue, worker, equipment, Identity("+1 555 0199"), self.clock, self.stop,
            self.render or rendered(self.pages),
        )  # fmt: skip
        node, _, modem = worker.partition("/")
        claimant = Claimant(worker, node, Channel.FAX, modem, group)
        return WorkerLoop(
            self.queue,
            claimant,
            work,
            clock=self.clock,
            stop=self.stop,
            pace=self.pace,
            runner=self.runner,
        )

    def work(self, worker: str = "north/usb0", opener=None, group: str = "") -> None:
        """Do all that is due now."""
        self.loop(worker, opener, group).run(idle=lambda: True)

    def work_for(self, seconds: float, step: float = 60.0) -> None:
        """Let time pass, doing what becomes due."""
        until = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < until:
            self.work()
            self.clock.advance(step)

    def work_until_final(self, worker: str, name: str = "m1", seconds: float = 30) -> None:
        """Work, letting the queue's time run while nobody has a call open, to the end."""
        patience = time.monotonic() + seconds

        def idle() -> bool:
            if time.monotonic() > patience:
                raise AssertionError(f"never final: {self.report(name)}")
            if not any(call.ended is None for call in self.calls()):
                self.clock.advance(61)
            return self.report(name).status.is_final

        self.loop(worker).run(idle)

    def report(self, name: str = "m1") -> MessageReport:
        return message_report(self.queue, self.account, MessageName(client_id=name))

    def recipient(self, name: str = "m1", index: int = 0) -> RecipientReport:
        return self.report(name).recipients[index]

    def calls(self) -> list[Call]:
        with self.queue.store.read() as session:
            return list(session.scalars(select(Call).order_by(Call.id)))

    def rows(self) -> list[Recipient]:
        with self.queue.store.read() as session:
            return list(session.scalars(select(Recipient).order_by(Recipient.id)))
