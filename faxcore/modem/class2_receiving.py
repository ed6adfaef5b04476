"""Pages from a modem of the class 2 family: ``+FDR``, the data, and what we think of a page."""

from __future__ import annotations

from faxcore.errors import NoReply, UnexpectedReply
from faxcore.modem.bit_order import in_line_order
from faxcore.modem.carriers import State
from faxcore.modem.class2_talk import Talk
from faxcore.modem.dialect import PAGE_STATUS
from faxcore.modem.results import Code
from faxcore.modem.stuffing import Unstuffer
from faxcore.modem.t32 import Numbers, session_of
from faxcore.t30.frames import FCF
from faxcore.t30.modulation import Rung
from faxcore.t30.result import HangupStatus

STATUS_OF = {kind: number for number, kind in PAGE_STATUS.items()}
"""What is said of a page, by the number that says it."""

_TRAINED_S = 180.0
"""From ``+FDR`` to CONNECT: the caller may try all rates."""

_SILENT_S = 10.0
_MAX_PAGE_SECONDS = 1800
_DC2 = b"\x12"


class PageTaker:
    """The receiving side of one call."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def start(self) -> bool:
        """``+FDR``: the modem confirms what came before, and waits for a page; whether one comes.

        None comes where the modem has hung up normally behind the last.
        """
        talk = self._talk
        if talk.ready:
            return True
        talk.check_hung_up()
        reply = talk.command("AT+FDR", _TRAINED_S)
        if reply.code is Code.CONNECT:
            talk.begin_data(State.LISTENING)
            return True
        if talk.reports.hung_up is HangupStatus.NORMAL and talk.page_end is FCF.EOP:
            return False
        talk.check_hung_up()
        reply.expect(Code.CONNECT)
        return False

    def take_page(self, rung: Rung) -> bytes:
        """A page's data, the first bit of each octet on top; ``page_end`` says what follows it."""
        data = self._read(rung.bits_per_second * _MAX_PAGE_SECONDS // 8)
        talk = self._talk
        talk.engine.expect_more("+FDR, the page's end")
        talk.reports.following = None
        talk.left_data(talk.reply())
        talk.page_end = talk.reports.following
        if talk.page_end is None:
            talk.check_hung_up()
            raise UnexpectedReply("+FDR: a page ended without +FET")
        return self._in_line_order(data)

    def answer(self, kind: FCF) -> bool:
        """Have the modem say what we think of a page: the next ``+FDR`` does. See ``start()``."""
        talk, number = self._talk, STATUS_OF[kind]
        if number != talk.reports.status:
            talk.command(f"AT{talk.dialect.set_status}={number}").expect(Code.OK)
        return self.start()

    def _read(self, most: int) -> bytes:
        talk = self._talk
        talk.engine.write_all(_DC2, talk.now() + _SILENT_S)
        unstuffer, data = Unstuffer(), bytearray()
        latest = min(talk.now() + _MAX_PAGE_SECONDS, talk.carriers.limit)
        while not unstuffer.ended:
            piece = talk.engine.read_data(min(talk.now() + _SILENT_S, latest))
            if not piece:
                talk.carriers.check_limit()
                raise NoReply(f"+FDR: {len(data)} octets of a page, and no end of it")
            data += unstuffer.feed(piece)
            del data[most:]
        talk.engine.unread(unstuffer.rest)
        return bytes(data)

    def _in_line_order(self, data: bytes) -> bytes:
        talk = self._talk
        session = session_of(talk.reports.agreed or Numbers(), ecm=False)
        msb_first = talk.profile.receives_msb_first
        octets, as_told = in_line_order(data, session, msb_first=msb_first)
        if not as_told:
            talk.engine.port.mark("the page came in the other bit order than the profile says")
        return octets
