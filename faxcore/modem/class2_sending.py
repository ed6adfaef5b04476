"""Pages to a modem of the class 2 family: the session, ``+FDT``, the data, what follows a page."""

from __future__ import annotations

from collections.abc import Callable

from faxcore.errors import UnexpectedReply
from faxcore.modem.at import Reply
from faxcore.modem.carriers import State
from faxcore.modem.class2_talk import HungUp, Talk
from faxcore.modem.dialect import DLE_ENDS, ETX_ENDS, GIVEN_UP, PAGE_STATUS
from faxcore.modem.results import Code
from faxcore.modem.stuffing import DLE, END
from faxcore.modem.t32 import Numbers, numbers_for, session_of
from faxcore.modem.transmitter import write_data
from faxcore.profiles import PageEnd
from faxcore.t4 import reverse_bits
from faxcore.t4.line import without_end
from faxcore.t30.frames import FCF
from faxcore.t30.line import SendPage
from faxcore.t30.modulation import Rung
from faxcore.t30.result import HangupStatus

_TRAINED_S = 180.0
"""From ``+FDT`` to CONNECT: all rates may have to be tried."""

_XON_S = 2.0
_EARLY_OKS = 3
"""Modems that say OK before CONNECT are asked again, so often."""

_XON = 0x11
_STATUS_OF = {kind: number for number, kind in PAGE_STATUS.items()}
_REFUSALS = {GIVEN_UP, _STATUS_OF[FCF.RTN], _STATUS_OF[FCF.PIN]}


class PageSender:
    """The sending side of one call. ``on_progress`` is told the share of a page that has gone."""

    def __init__(self, talk: Talk, on_progress: Callable[[float], None] | None) -> None:
        self._talk = talk
        self._on_progress = on_progress
        self._session = ""

    def train(self, rung: Rung) -> FCF:
        """``+FDT``. The modem trains at what rates it likes: FTT until ours is down to its own."""
        self._be_ready()
        reached = self._talk.reports.agreed
        slower = reached is not None and _rate(reached) < rung.bits_per_second
        return FCF.FTT if slower else FCF.CFR

    def send_page(self, op: SendPage) -> None:
        """A page's data, and in class 2 their end."""
        talk, rate = self._talk, op.rung.bits_per_second
        self._be_ready()
        octets = op.octets
        if talk.profile.page_end is PageEnd.RTC and talk.wanted is not None:
            octets = without_end(octets, talk.wanted.coding)
        talk.page_end = None
        talk.page_seconds = len(octets) * 8 / rate
        early = write_data(talk.carriers, reverse_bits(octets), rate, self._on_progress)
        if early is not None:
            talk.left_data(early)
            talk.check_hung_up()
            raise UnexpectedReply(f"a page: {early.line} before its end")
        if talk.dialect.page_ends_by_command:
            talk.left_data(talk.end_data(END, "the page's end"))

    def end_page(self, kind: FCF) -> FCF | None:
        """Say what follows the page; what the far end answered, if the modem tells."""
        talk, reports = self._talk, self._talk.reports
        talk.check_hung_up()  # what is not said any more is no end of a page, either
        talk.page_end = kind
        reports.status = None
        if talk.dialect.page_ends_by_command:
            talk.command(f"AT+FET={ETX_ENDS[kind]}", talk.patience)
        else:
            end = bytes((DLE, DLE_ENDS[kind]))
            reply = talk.end_data(end, f"the end of the page ({kind.name})")
            talk.left_data(reply)
            self._ask_status(reply)
        if reports.status == GIVEN_UP:
            talk.disconnect()
            reports.hung_up = reports.hung_up or HangupStatus.PHASE_D
            talk.check_hung_up()
        return PAGE_STATUS.get(reports.status or GIVEN_UP)

    def _ask_status(self, reply: Reply) -> None:
        """OK means a page that was taken, ERROR one that was not; ``+FPS?`` tells more (T.32).

        Behind ERROR a good status is not this page's: it is of the page before, or the default.
        """
        talk, reports = self._talk, self._talk.reports
        if reports.status is not None or reports.hung_up not in {None, HangupStatus.NORMAL}:
            return
        if reply.code is Code.OK:
            # Behind a hang-up, which no answer to MPS or EOM brings about, it is the hang-up's.
            if reports.hung_up is None or talk.page_end is FCF.EOP:
                reports.status = _STATUS_OF[FCF.MCF]
            return
        told = talk.command(f"AT{talk.dialect.set_status}?")
        reports.read_answer(told.lines)
        if reports.status not in _REFUSALS:
            reports.status = None

    def _be_ready(self) -> None:
        if not self._talk.ready:
            self._talk.check_hung_up()
            self._set_session()
            self._start_page()

    def _set_session(self) -> None:
        talk = self._talk
        if talk.wanted is None:
            return
        numbers = numbers_for(talk.wanted, talk.most.ec or talk.dialect.corrects)
        wanted = numbers.text(talk.base, with_rate=talk.profile.names_the_rate)
        if wanted != self._session and not talk.profile.session_before_dialling:
            talk.command(f"AT{talk.dialect.session}={wanted}").expect(Code.OK)
        self._session = wanted

    def _start_page(self) -> None:
        """Ask for a page's beginning until CONNECT, and for XON where the class has one."""
        talk = self._talk
        for _ in range(_EARLY_OKS):
            reply = talk.command("AT+FDT", _TRAINED_S)
            talk.check_hung_up()
            if reply.code is Code.CONNECT:
                break
            reply.expect(Code.OK, Code.CONNECT)
        else:
            raise UnexpectedReply(f"+FDT: OK {_EARLY_OKS} times, and no CONNECT")
        talk.begin_data(State.SENDING_DATA)
        if talk.dialect.waits_for_xon and talk.profile.waits_for_xon:
            self._wait_for_xon()
        self._check_format()

    def _wait_for_xon(self) -> None:
        """Some never say it; then we go on, and the transcript tells."""
        until = self._talk.now() + _XON_S
        while piece := self._talk.engine.read_data(until):
            if _XON in piece:
                return
        self._talk.engine.port.mark("no XON came before the page")

    def _check_format(self) -> None:
        """A page coded otherwise than the far end was told would come out as rubbish."""
        talk = self._talk
        agreed, wanted = talk.reports.agreed, talk.wanted
        if agreed is None or wanted is None:
            return
        got = session_of(agreed, ecm=wanted.ecm)
        if (got.coding, got.resolution, got.width) == (
            wanted.coding, wanted.resolution, wanted.width,
        ):  # fmt: skip
            return
        talk.reports.hung_up = HangupStatus.PAGE_FORMAT
        talk.abort_data()
        raise HungUp(
            f"{talk.dialect.agreed} {got.width} pels, {got.resolution.name.lower()}, "
            f"{got.coding.name} in place of {wanted.width} pels, "
            f"{wanted.resolution.name.lower()}, {wanted.coding.name}"
        )


def _rate(numbers: Numbers) -> int:
    return session_of(numbers, ecm=False).rung.bits_per_second
