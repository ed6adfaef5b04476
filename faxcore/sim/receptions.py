"""What receivers think of what they get, where that is not what it deserves."""

from __future__ import annotations

from faxcore.t30.frames import FCF
from faxcore.t30.line import KeepPage
from faxcore.t30.modulation import Rung
from faxcore.t30.reception import FairReception


class RefuseTraining(FairReception):
    """Says FTT to the first ``times`` training checks."""

    def __init__(self, times: int) -> None:
        self._left = times

    def training_ok(self, rung: Rung, octets: bytes) -> bool:
        """See ``Reception``."""
        self._left -= 1
        return self._left < 0 and super().training_ok(rung, octets)


class RefusePage(FairReception):
    """Says ``answer`` to page ``number`` the first ``times`` times."""

    def __init__(self, number: int, times: int, answer: FCF = FCF.RTN) -> None:
        self._number, self._left, self._answer = number, times, answer

    def page_answer(self, page: KeepPage) -> FCF:
        """See ``Reception``."""
        if page.number == self._number and self._left > 0:
            self._left -= 1
            return self._answer
        return super().page_answer(page)


class Busy(FairReception):
    """Puts its first answer to an error-correction block off, ``times`` times (RNR)."""

    def __init__(self, times: int) -> None:
        self._left = times

    def busy(self) -> bool:
        """See ``Reception``."""
        self._left -= 1
        return self._left >= 0


class NeverReady(FairReception):
    """Puts every answer off once."""

    def __init__(self) -> None:
        self._ready = True

    def busy(self) -> bool:
        """See ``Reception``."""
        self._ready = not self._ready
        return not self._ready
