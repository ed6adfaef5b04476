"""Puts one question after another to a modem and keeps what came, whatever it was."""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.errors import NoReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.results import Code
from faxcore.transport.port import Port

PATIENCE_S = 3.0
_SILENCES = 2
"""So many questions in a row without an answer, and the modem is taken for gone."""

NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Trial:
    """One command, the result code that came ("no answer" for none), the text, the seconds."""

    command: str
    result: str
    text: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the modem said OK."""
        return self.result == Code.OK.value


class Asker:
    """Asks, and notes each answer as a ``Trial``; one that is silent twice in a row is gone."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.engine = AtEngine(port)
        self._silences = 0

    def slow_down(self, pause_s: float) -> None:
        """Leave so long between an answer and the next command from now on."""
        self.engine = AtEngine(self.port, pause_s)

    def ask(self, command: str, within_s: float = PATIENCE_S) -> Trial:
        """Ask one thing. Raises NoReply where the modem has fallen silent, PortError as ever."""
        try:
            reply = self.engine.command(command, within_s)
        except NoReply as error:
            self._silences += 1
            if self._silences >= _SILENCES:
                raise NoReply(f"{self.port.name}: the modem has fallen silent: {error}") from error
            return Trial(command, NO_ANSWER, seconds=within_s)
        return self.note(command, reply)

    def is_there(self, within_s: float) -> bool:
        """Whether AT is answered; a silence here is no silence of the modem's."""
        try:
            return self.engine.command("AT", within_s).code is Code.OK
        except NoReply:
            return False

    def note(self, command: str, reply: Reply) -> Trial:
        """An answer as a trial."""
        self._silences = 0
        text = " ".join(reply.lines)
        return Trial(command, reply.code.value, text, round(reply.seconds, 4))
