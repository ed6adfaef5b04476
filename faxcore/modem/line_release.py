"""Hanging up: the line must be free afterwards, whatever state the modem is in (V.250 6.3.6)."""

from __future__ import annotations

from collections.abc import Callable

from faxcore.errors import ModemError, NoReply, UnexpectedReply
from faxcore.modem.at import AtEngine
from faxcore.modem.results import Code
from faxcore.modem.stuffing import CAN, END
from faxcore.profiles import ModemProfile
from faxcore.transport.port import Interrupted, LineState

DTR_DOWN_S = 0.5
_DTR_UP_S = 2.6
"""Modems need up to this long after a drop of DTR before they listen again."""

_RELEASE_S = 2.0
"""So long carrier detect may stay on behind the OK to a hang-up."""

_LOOK_S = 0.1

_ESCAPE_S = 5.0


class LineRelease:
    """Frees the telephone line of one modem."""

    def __init__(self, engine: AtEngine, profile: ModemProfile) -> None:
        self.engine = engine
        self._profile = profile
        self._in_call = self._carrier_tells = False

    def seize(self) -> None:
        """A call begins; carrier detect tells something of it if it is off now."""
        self._carrier_tells = self.engine.port.carrier() is False
        self._in_call = True

    def release(self) -> bool:
        """Hang up, by whatever works; whether the modem says so. Never raises.

        First the hang-up command, then the same after an escape from data or frames, at last a
        drop of DTR (V.250 6.3.2, &D2), which needs no modem that listens. Where carrier detect was
        off before the call, it must be off again: a modem that says OK and keeps the line is told
        once more.
        """
        ways: tuple[Callable[[], None], ...] = (
            self._say_hang_up,
            self._escape_and_hang_up,
            self._drop_dtr,
        )
        for way in ways:
            if self._is_done(way):
                self._in_call = False
                return True
        return not self._in_call

    def _is_done(self, way: Callable[[], None]) -> bool:
        """Try one way of hanging up. An interruption must not leave the line seized."""
        try:
            with self.engine.uninterrupted():
                way()
                self._await_release()
        except Interrupted:
            return True  # raised at the end of what was finished
        except ModemError as error:
            self.engine.port.mark(f"hanging up: {error}")
            return False
        return True

    def _await_release(self) -> None:
        """Carrier detect that was off before the call goes off again; a modem may take a while."""
        until = self.engine.port.now() + _RELEASE_S
        while self._carrier_tells and self.engine.port.carrier():
            if self.engine.port.now() >= until:
                raise UnexpectedReply("OK, but carrier detect stays on: the line may not be free")
            self.engine.pause(_LOOK_S)

    def _say_hang_up(self) -> None:
        reply = self.engine.command(self._profile.hang_up, self._profile.command_seconds)
        reply.expect(Code.OK, Code.NO_CARRIER)

    def _escape_and_hang_up(self) -> None:
        self.engine.write_all(bytes((CAN,)) + END + END, self.engine.port.now() + _ESCAPE_S)
        self.engine.pause(1.0)
        self._say_hang_up()

    def _drop_dtr(self) -> None:
        if not self.engine.port.control(LineState(dtr=False)):
            raise NoReply("this port has no DTR to drop")
        self.engine.pause(DTR_DOWN_S)
        self.engine.port.control(LineState(dtr=True))
        self.engine.pause(_DTR_UP_S)
        self.engine.command("AT", self._profile.command_seconds, Code.OK)
