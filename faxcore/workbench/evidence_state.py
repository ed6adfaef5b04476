"""What holds at a place of a recorded call: who called, what was agreed upon, which page it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from faxcore.t30.capabilities import SessionParameters
from faxcore.t30.ecm import PartialPage
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.modulation import v34_rung
from faxcore.workbench.evidence import Step, Way

_CONFIRMING = frozenset({FCF.MCF, FCF.RTP, FCF.PIP, FCF.ERR})
_ENDING = frozenset({FCF.MPS, FCF.EOM, FCF.EOP, FCF.PRI_MPS, FCF.PRI_EOM, FCF.PRI_EOP})


@dataclass(slots=True)
class Session:
    """The state of a call as far as it has been read.

    ``polls``: we call, and the far end sends. ``status`` is what was told of the page since it
    went, ``hung_up`` the modem's code for why it ended the call. ``far_scan_ms`` is the far end's
    minimum scan line time, coarse and fine, where a class 2 modem told it. ``training_due`` says
    that a DCS went and no CFR since; ``decoded`` counts the pages that were looked into;
    ``answer`` is what our modem said for a received page before it told which command it answers.
    """

    calling: bool | None = None
    polls: bool = False
    v34_rate: int = 0
    parameters: SessionParameters | None = None
    rate: int = 0
    far_scan_ms: tuple[int, int] = (0, 0)
    training_due: bool = False
    page: int = 1
    page_over: bool = False
    status: str = ""
    hung_up: int | None = None
    decoded: int = 0
    answer: Step | None = None

    @property
    def sending(self) -> bool | None:
        """Whether this side sends the pages; None where no call has begun."""
        return self.calling if not self.polls else False

    def frame(self, frame: Frame, way: Way) -> None:
        """What a frame changes."""
        kind = frame.kind
        if kind is FCF.DCS:
            self.parameters = SessionParameters.decode(frame.fif) or self.parameters
            if self.parameters is not None and self.v34_rate:
                v34 = v34_rung(self.v34_rate)
                self.parameters = replace(self.parameters, rung=v34, ecm=True)
            if self.parameters is not None and frame.fif:
                self.rate = self.parameters.rung.bits_per_second
            self.training_due = not self.v34_rate
        elif kind in {FCF.CFR, FCF.CTR}:
            self.training_due = False
        elif kind in _ENDING:
            self.page_over = True
        elif kind in {FCF.PPS, FCF.EOR}:
            part = PartialPage.decode(frame.fif)
            self.page_over = part is None or part.end is not None
        elif kind in _CONFIRMING and self.page_over:
            self.page_over = False
            self.page += 1
