"""The three steps of a fax call, as the engine runs them: prepare, perform, finish."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from faxcore.delivery.equipment import note_modem
from faxcore.delivery.fax_channel import Equipment, make_call
from faxcore.delivery.fax_content import Identity, Renderer, render_fax
from faxcore.delivery.fax_plan import plan_call, render_due
from faxcore.delivery.findings import INTERRUPTED, Finding
from faxcore.delivery.logs import log
from faxcore.delivery.recording import call_state, cancel_wish, finish_call
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState, CancelWish
from faxcore.errors import QueueError

Clock = Callable[[], datetime]
CANCELLED = Finding(Failure.CANCELLED, "cancelled", "cancelled before dialling")
NOTHING_DUE = Finding(None, "ok", "nothing was left to be sent")
"""Every page is confirmed, or taken for sent by the policy: there is nothing to dial for."""

_AGAIN_S = 1.0


class Work(Protocol):
    """What a call consists of. Each part may be repeated after a crash."""

    def prepare(self, call_id: int) -> bool:
        """Make everything ready; whether there is something to perform."""
        ...

    def perform(self, call_id: int) -> Finding:
        """Do it, at most once; what came of it."""
        ...

    def finish(self, call_id: int, finding: Finding) -> None:
        """Write down what follows. Is repeated until it succeeds."""
        ...


@dataclass(slots=True)
class FaxWork:
    """Fax calls on one modem. ``own`` is who the modem is on the line."""

    queue: Queue
    worker: str
    equipment: Equipment
    own: Identity
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)
    render: Renderer = render_fax

    def prepare(self, call_id: int) -> bool:
        """Render what is not rendered yet. False where the call is over already."""
        if call_state(self.queue, call_id) not in {CallState.CALLING, CallState.DIALLED}:
            return False
        render_due(self.queue, call_id, self.own, self.clock(), self.render)
        return True

    def perform(self, call_id: int) -> Finding:
        """Make the call. One that had dialled in an earlier life is not made again."""
        state = call_state(self.queue, call_id)
        if state is not CallState.CALLING:
            return INTERRUPTED
        plan = plan_call(self.queue, call_id, self.own, self.clock())
        if plan is None:
            wished = cancel_wish(self.queue, call_id) is not CancelWish.NO
            return CANCELLED if wished else NOTHING_DUE
        log().info("call", call=call_id, pages=len(plan.pages), worker=self.worker)
        finding = make_call(self.queue, plan, self.equipment, self.clock, self.stop)
        log().info("call over", call=call_id, reason=finding.reason, seconds=finding.seconds)
        return finding

    def finish(self, call_id: int, finding: Finding) -> None:
        """Close the call, however long the database takes to let us."""
        persist(
            lambda: finish_call(self.queue, call_id, finding, self.clock(), random.random()),
            "a call's end",
        )
        persist(
            lambda: note_modem(self.queue, self.worker, finding, self.clock()), "a modem's state"
        )


def persist(act: Callable[[], object], what: str) -> None:
    """Do it until the database does: what happened on the line cannot be taken back."""
    while True:
        try:
            act()
        except QueueError as error:
            log().error("cannot be written down yet", what=what, error=str(error))
            time.sleep(_AGAIN_S)
            continue
        return
