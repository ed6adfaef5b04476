"""What is known of every page *while* the call runs, from its line operations alone.

A ``CallResult`` comes when a call is over. Who must know what became of the pages of a call that
was cut short by a power failure has to write it down as it happens: this watches the operations
that any sender performs and tells each change of a page's outcome, always on the safe side: a page
becomes UNCERTAIN before the far end is asked to confirm it, and CONFIRMED only once it has.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.t30.ecm import PartialPage, requested
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import Heard, LineOp, ReceiveFrames, SendFrames, SendPage
from faxcore.t30.result import PageOutcome

Tell = Callable[[int, PageOutcome], None]

_END_OF_PAGE = frozenset({FCF.MPS, FCF.EOM, FCF.EOP, FCF.PRI_MPS, FCF.PRI_EOM, FCF.PRI_EOP})
_TAKEN = frozenset({FCF.MCF, FCF.RTP, FCF.PIP})
_REFUSED = frozenset({FCF.RTN, FCF.PIN})


class PageWatch:
    """Told every operation as an ``Observer`` is; tells ``tell(number, outcome)`` each change."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._number = 0
        self._outcome = PageOutcome.UNSENT
        self._is_last_part = True
        self._block: tuple[int, int] | None = None
        self._block_frames = 0
        self._wants_none = False
        self._given_up = False
        self._lost = False
        self._part_arrived = False
        self._asked = False

    def __call__(self, op: LineOp, heard: Heard | None) -> None:
        """One operation begins (``heard`` None) or has ended."""
        if isinstance(op, SendPage):
            self._page(op, heard)
        elif isinstance(op, SendFrames) and heard is None:
            self._command(op.frames[-1])
        elif isinstance(op, ReceiveFrames) and heard is not None and heard.done and heard.frames:
            self._answer(heard.frames[-1])

    def _page(self, op: SendPage, heard: Heard | None) -> None:
        if heard is None:
            self._begin(op)
        elif (heard.done or heard.all_given) and not op.is_burst:
            self._note(PageOutcome.UNCERTAIN)

    def _begin(self, op: SendPage) -> None:
        if op.number != self._number:
            if self._number and self._outcome is PageOutcome.UNSENT:
                self._note(PageOutcome.UNCERTAIN)  # the sender went on: it was taken, somehow
            self._number, self._outcome = op.number, PageOutcome.UNSENT
            self._lost = self._part_arrived = False
        self._is_last_part = op.is_last_part
        self._asked = False

    def _command(self, frame: Frame) -> None:
        kind = frame.kind
        if kind is FCF.PPS:
            self._block_is_out(PartialPage.decode(frame.fif))
        self._given_up = kind is FCF.EOR or (self._given_up and kind is FCF.RR)
        if kind is FCF.EOR:
            self._lost |= not self._wants_none
            self._asked = any(frame.fif[:1])
            if self._lost and self._asked:
                self._note(PageOutcome.DOUBTFUL)
        elif kind in _END_OF_PAGE or (kind is FCF.PPS and any(frame.fif[:1])):
            self._asked = True
            if self._outcome is PageOutcome.UNSENT:
                self._note(PageOutcome.UNCERTAIN)

    def _block_is_out(self, part: PartialPage | None) -> None:
        """The first burst of a block has all its frames; those that follow, what was missing."""
        if part is not None and (part.page, part.block) != self._block:
            self._block, self._block_frames = (part.page, part.block), part.frames
            self._wants_none = False

    def _answer(self, frame: Frame) -> None:
        kind = frame.kind
        if kind is FCF.PPR:
            self._wants_none = not requested(frame.fif, self._block_frames)
        if not self._asked:
            return
        if kind in _TAKEN or (kind is FCF.ERR and self._given_up):
            self._asked = False
            if self._lost:
                self._note(PageOutcome.DOUBTFUL)
            elif self._is_last_part:
                self._note(PageOutcome.CONFIRMED)
            else:
                self._part_arrived = True
        elif kind in _REFUSED:
            self._asked = False
            self._note(PageOutcome.DOUBTFUL)
        elif kind is FCF.PPR:
            self._asked = False
            if not self._wants_none:
                self._note(PageOutcome.UNCERTAIN if self._part_arrived else PageOutcome.UNSENT)

    def _note(self, outcome: PageOutcome) -> None:
        if self._number and outcome is not self._outcome:
            self._outcome = outcome
            self._tell(self._number, outcome)
