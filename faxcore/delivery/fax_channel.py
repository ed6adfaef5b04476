"""Making one fax call: the modem made ready, the guard, the call, and every page written down.

The order is what matters. The port is opened and the modem made ready first: what fails there was
no call. Then the guard is committed, and the number dialled. From then on each page is committed
as uncertain before the far end is asked about it, and as confirmed as soon as it has said so, so
that whatever happens to this computer the rows say what the far end may have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from faxcore.delivery.crash import crash_point
from faxcore.delivery.fax_plan import Plan
from faxcore.delivery.findings import Finding, PageFinding
from faxcore.delivery.recording import cancel_wish, mark_dialled, note_page
from faxcore.delivery.retry import CLASSES, Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CancelWish
from faxcore.errors import ModemError, QueueError, SettingsError
from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.line import Heard, LineOp, SendPage
from faxcore.t30.page_watch import PageWatch
from faxcore.t30.result import CallResult, HangupStatus, PageOutcome
from faxcore.transport.port import Interrupted, Port

Clock = Callable[[], datetime]
Opener = Callable[[str, ModemProfile, Path | None], Port]

_POLL_S = 0.5
_ANSWERED = frozenset({Failure.NEGOTIATION, Failure.PAGE, Failure.NO_FAX})


@dataclass(frozen=True, slots=True)
class Equipment:
    """A modem to call with: where it is, what it is like, how long a call may take.

    ``opener`` opens its port; ``transcript`` names the file for a call's octets, None keeps none.
    """

    port: str
    profile: ModemProfile
    timeout_s: float | None = None
    opener: Opener = lambda url, profile, record: open_port(url, profile, record=record)
    transcript: Callable[[int], Path] | None = None


def make_call(
    queue: Queue, plan: Plan, equipment: Equipment, clock: Clock, stop: threading.Event
) -> Finding:
    """Make a planned call, at most once. ``stop`` ends it: this program is to end.

    Never raises for what the modem, the line or the far end do.
    """
    try:
        station = Station(plan.station)
    except SettingsError as error:
        return Finding(Failure.PERMANENT, "sender_number", str(error))
    record = equipment.transcript(plan.call_id) if equipment.transcript is not None else None
    written = str(record) if record is not None else ""
    crash_point("call:opening")
    try:
        port = equipment.opener(equipment.port, equipment.profile, record)
    except ModemError as error:
        return Finding(Failure.LOCAL, "equipment", str(error))
    with FaxModem(port, equipment.profile) as modem:
        crash_point("call:opened")
        try:
            modem.prepare()
        except (ModemError, Interrupted) as error:
            text = str(error) or "stopped before dialling"
            return Finding(Failure.LOCAL, "equipment", text, transcript=written)
        crash_point("call:ready")
        if not mark_dialled(queue, plan.call_id, plan.pages, clock(), written):
            return replace(_not_dialled(queue, plan), transcript=written)
        crash_point("call:dialling")
        finding = _dial(queue, plan, modem, station, equipment, clock, stop)
    crash_point("call:hung-up")
    return replace(finding, transcript=written)


def _not_dialled(queue: Queue, plan: Plan) -> Finding:
    if cancel_wish(queue, plan.call_id) is not CancelWish.NO:
        return Finding(Failure.CANCELLED, "cancelled", "cancelled before dialling")
    return Finding(Failure.LINE, "interrupted", "this call was dialled before", interrupted=True)


def _dial(
    queue: Queue,
    plan: Plan,
    modem: FaxModem,
    station: Station,
    equipment: Equipment,
    clock: Clock,
    stop: threading.Event,
) -> Finding:
    recorder = _Recorder(queue, plan, clock)
    watcher = _WishWatcher(queue, plan.call_id, recorder, stop)
    options = CallOptions(
        ecm=plan.held_back.ecm is not False, fastest=plan.held_back.fastest or 14400
    )
    try:
        with watcher:
            result = modem.send(
                plan.document,
                plan.number,
                station,
                options=options,
                observe=recorder,
                cancel=recorder.cancel,
                timeout=equipment.timeout_s,
            )
    except ModemError as error:  # it failed before it was told to dial
        return Finding(Failure.LOCAL, "equipment", str(error))
    if result.status is HangupStatus.CANCELLED and recorder.problem:
        finding = finding_of(plan, result)
        return replace(finding, failure=Failure.LOCAL, reason="interrupted", text=recorder.problem)
    return finding_of(plan, result)


def finding_of(plan: Plan, result: CallResult) -> Finding:
    """What a call's result means to the queue."""
    failure = None if result.ok else CLASSES[result.status]
    sentence = result.status.sentence
    text = f"{sentence} ({result.text})" if result.text not in {"", sentence} else sentence
    reason = result.status.reason
    if failure is Failure.PAGE and result.status is HangupStatus.NORMAL:
        reason, text = "page_unanswered", "the call ended well, and not every page was confirmed"
    spoke = result.parameters
    return Finding(
        failure=failure,
        reason="ok" if failure is None else reason,
        text="every page was confirmed" if failure is None else text,
        status=int(result.status),
        answered=bool(result.remote_id or spoke or failure is None or failure in _ANSWERED),
        pages=_page_findings(plan, result),
        remote_id=result.remote_id,
        modulation=spoke.rung.modulation.value if spoke is not None else "",
        rate=spoke.rung.bits_per_second if spoke is not None else 0,
        ecm=spoke.ecm if spoke is not None else False,
        resolution=spoke.resolution.name if spoke is not None else "",
        trainings=result.trainings,
        seconds=result.seconds,
    )


_WORST = (
    PageOutcome.CONFIRMED,
    PageOutcome.INFERRED,
    PageOutcome.DOUBTFUL,
    PageOutcome.UNCERTAIN,
    PageOutcome.UNSENT,
)


def _page_findings(plan: Plan, result: CallResult) -> dict[int, PageFinding]:
    """By position in the call; a page in parts has the outcome of its worst part.

    A page of which a part is confirmed and another was not sent is uncertain: it arrived in part.
    """
    found: dict[int, PageFinding] = {}
    for report in result.pages:
        position = report.number - plan.document.first_number + 1
        parameters = report.parameters
        page = PageFinding(
            report.outcome,
            report.sendings,
            report.rtn,
            report.ppr,
            report.octets,
            parameters.rung.bits_per_second if parameters is not None else 0,
        )
        before = found.get(position)
        found[position] = page if before is None else _joined(before, page)
    return found


def _joined(one: PageFinding, other: PageFinding) -> PageFinding:
    outcome = max(one.outcome, other.outcome, key=_WORST.index)
    if outcome is PageOutcome.UNSENT and {one.outcome, other.outcome} != {PageOutcome.UNSENT}:
        outcome = PageOutcome.UNCERTAIN
    return PageFinding(
        outcome,
        one.sendings + other.sendings,
        one.rtn + other.rtn,
        one.ppr + other.ppr,
        one.octets + other.octets,
        max(one.rate, other.rate),
    )


class _Recorder:
    """Writes each page down as the call goes, and ends the call when that is wished.

    A page that cannot be written down ends the call, too: what we could not remember after a crash
    we must not send on.
    """

    def __init__(self, queue: Queue, plan: Plan, clock: Clock) -> None:
        self.cancel = threading.Event()
        self.problem = ""
        self._queue, self._plan, self._clock = queue, plan, clock
        self._watch = PageWatch(self._note)
        self._in_page = False
        self._after_page = False

    def __call__(self, op: LineOp, heard: Heard | None) -> None:
        """Observes the call's line operations."""
        if isinstance(op, SendPage) and heard is None:
            self._in_page = True
            crash_point("call:page")
        elif isinstance(op, SendPage):
            crash_point("call:page-out")
        else:
            crash_point(f"call:{type(op).__name__}:{'begun' if heard is None else 'over'}")
        self._watch(op, heard)

    def wish(self, wish: CancelWish) -> None:
        """How the call is to be ended, as somebody wants it now."""
        if wish is CancelWish.AT_ONCE:
            self.cancel.set()
        elif wish is CancelWish.BETWEEN_PAGES:
            self._after_page = True
            if not self._in_page:
                self.cancel.set()

    def _note(self, number: int, outcome: PageOutcome) -> None:
        position = number - self._plan.document.first_number + 1
        if outcome in {PageOutcome.CONFIRMED, PageOutcome.DOUBTFUL}:
            self._in_page = False
        try:
            wish = note_page(self._queue, self._plan.call_id, position, outcome, self._clock())
        except QueueError as error:
            self.problem = f"page {number} could not be written down: {error}"
            self.cancel.set()
            return
        self.wish(wish)
        if self._after_page and not self._in_page:
            self.cancel.set()


class _WishWatcher:
    """Looks twice a second whether the call is to be ended; a thread for as long as it lasts."""

    def __init__(
        self, queue: Queue, call_id: int, recorder: _Recorder, stop: threading.Event
    ) -> None:
        self._queue, self._call_id = queue, call_id
        self._recorder, self._stop = recorder, stop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"call {call_id}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_POLL_S):
            if self._stop.is_set():
                self._recorder.cancel.set()
            try:
                self._recorder.wish(cancel_wish(self._queue, self._call_id))
            except QueueError:
                continue  # a database that is busy now can be asked again
