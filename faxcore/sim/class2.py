"""Classes 2, 2.0 and 2.1 in a simulated modem: its commands, its reports, its page data.

After SP-2388-A (2) and T.32 (2.0, 2.1), written without a look at the driver. The T.30 of it is in
``class2_station``. A page is taken as fast as it goes out on the line, but for a buffer.
"""

from __future__ import annotations

from dataclasses import replace

from faxcore.sim.activities import DLE, ETX, Activity, Modem, Pause
from faxcore.sim.class2_activities import Busy, GivingPage, HangingUp, TakingPage
from faxcore.sim.class2_settings import Parameters
from faxcore.sim.class2_station import GIVEN_UP, PageIn, polling, receiving, sending, timed
from faxcore.sim.class2_words import (
    Wanted,
    offered,
    report_capabilities,
    report_session,
)
from faxcore.sim.commands import Command, Refused
from faxcore.sim.exchange import CED_SECONDS, Exchange
from faxcore.sim.judge import Fault
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.waiting import Wait, WaitingProcedure
from faxcore.t4 import Coding, decode_octets, reverse_bits
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF
from faxcore.t30.modulation import Rung
from faxcore.t30.result import HangupStatus

_XON = 0x11
_END_OF_FET = {0: FCF.MPS, 1: FCF.EOM, 2: FCF.EOP}
_FET_OF_END = {end: number for number, end in _END_OF_FET.items()}
_HANGS_UP_SECONDS = 0.1


class Class2:
    """The class 2 side of one modem: the ``Desk`` of its station."""

    def __init__(
        self,
        modem: Modem,
        exchange: Exchange,
        fax_class: str,
        cut_after: tuple[int, int] | None = None,
    ) -> None:
        self.at = 0.0
        self._parameters = Parameters(modem.profile, fax_class)
        self.words = self._parameters.words
        self._modem = modem
        self._exchange = exchange
        self._cut_after = cut_after
        self._wait: Wait | None = None
        self._page: PageIn | None = None
        self._received: tuple[bytes, int, FCF] | None = None
        self._wants_page = False
        self._agreed_news = ""
        self._given = b""
        self._told_of_call = False
        self._said_ok = False
        self._wants_to_send = False

    # Commands.

    def obey(self, command: Command, now: float) -> str | None:
        """A command of these classes; the text it tells. Raises Refused for what is none."""
        return self._parameters.obey(command)

    def begin(self, command: Command, now: float) -> Activity | None:
        """A command that takes time; None where it is none."""
        self.at = now
        name = command.name
        if name == "+FDT":
            self._must_have_call()
            return self._begin_page(now)
        if name == "+FDR":
            self._must_have_call()
            return self._begin_reception(now)
        if name == "+FET" and not self.words.hexadecimal:
            return self._end_page(_END_OF_FET.get(command.number), now)
        if name == self.words.abort_command:
            return HangingUp(self._modem, self._abort, now + _HANGS_UP_SECONDS)
        return None

    def _begin_page(self, now: float) -> Activity:
        if self._modem.profile.ok_before_connect and not self._said_ok:
            self._said_ok = True
            return Pause(self._modem, now)
        self._said_ok = False
        self._wants_to_send = self._wait is None  # after EOM, DIS is still to come
        self._grant(now)
        return Busy(self._modem, self.abandon)

    def _must_have_call(self) -> None:
        if self._exchange.telephone is None or self._exchange.near is None:
            raise Refused

    # Calls.

    def dial(self, answered: float) -> Activity:
        """The far end answers at that moment; the station takes over."""
        phone = self._exchange.telephone
        assert phone is not None
        self._parameters.fixed = True
        self._wants_to_send = self._said_ok = False
        if self._parameters.polls:
            self._told_of_call = True
            station = timed(self, self._polling())
        else:
            station = timed(
                self, sending(self, Station(self._parameters.id), self._parameters.values[1])
            )
        self._exchange.near = PlayedEnd(
            phone, station, answered, _keeps_nothing, near=True, cut_after=self._cut_after
        )
        return Busy(self._modem, self.abandon)

    def _polling(self) -> WaitingProcedure:
        parameters = self._parameters
        return polling(
            self, Station(parameters.poll_id), offered(parameters.values), parameters.poll
        )

    def answer(self, now: float) -> Activity:
        """The tone, and then DIS."""
        phone = self._exchange.telephone
        assert phone is not None
        self._told_of_call = False
        may_say = replace(
            offered(self._parameters.values), subaddress=self._parameters.takes_subaddress
        )
        station = timed(self, receiving(self, Station(self._parameters.id), may_say))
        began = now + CED_SECONDS
        self._exchange.near = PlayedEnd(phone, station, began, _keeps_nothing, near=True)
        return Busy(self._modem, self.abandon)

    def abandon(self, now: float) -> None:
        """The computer wants no more of it."""
        self._exchange.hang_up(now)
        self._modem.finish(now, "NO CARRIER")

    def _abort(self, now: float) -> None:
        self._exchange.hang_up(now)
        self._modem.tell(now, self.words.hung_up_with(HangupStatus.ABORTED))
        self._modem.finish(now, "OK")

    # What the station tells.

    def connected(self, far: Capabilities, name: str) -> None:
        """See ``Desk``."""
        self._modem.tell(self.at, self.words.connected)
        if name:
            self._report(self.words.called_id, f'"{name:>20}"')
        self._report(self.words.capabilities, report_capabilities(far, self.words))
        self._modem.finish(self.at, "OK")

    def can_be_polled(self, far: Capabilities, name: str) -> None:
        """See ``Desk``."""
        if far.has_document:
            self._modem.tell(self.at, self.words.polled)
        self.connected(far, name)

    def met_again(self, far: Capabilities) -> None:
        """See ``Desk``: told behind the status of the page before it."""
        self._report(self.words.capabilities, report_capabilities(far, self.words))

    def ready_for_page(self, agreed: SessionParameters | None, rung: Rung) -> None:
        """See ``Desk``."""
        if agreed is not None:
            self._report(self.words.agreed, report_session(agreed, self.words))
        patience = self._parameters.page_patience_s
        self._modem.become(TakingPage(self._modem, self, self.at, rung.bits_per_second, patience))
        self._modem.connect(self.at)
        if not self.words.hexadecimal and self._modem.profile.waits_for_xon:
            self._modem.say(self.at, bytes((_XON,)))

    def page_sent(self, status: int) -> None:
        """See ``Desk``. In 2.0 the result code says the same, and may be asked about."""
        self._parameters.status = status
        accepted = status in {1, 3, 5}
        following = self._page.following if self._page is not None else FCF.EOP
        is_last = following is FCF.EOP and accepted
        told = self._modem.profile.tells_last_status or not is_last
        if not self.words.hexadecimal and told:
            self._report(self.words.page_status, str(status))
        if status == GIVEN_UP or is_last:
            return  # the hang-up report and the result follow at once
        result = "OK" if accepted or not self.words.hexadecimal else "ERROR"
        self._modem.finish(self.at, result)

    def hung_up(self, status: HangupStatus) -> None:
        """See ``Desk``."""
        code = int(status) if status <= 0xFF else int(HangupStatus.ABORTED)
        self._modem.tell(self.at, self.words.hung_up_with(code))
        self._exchange.near = None
        self._modem.finish(self.at, "OK")

    def called(self, agreed: SessionParameters, name: str, subaddress: str) -> None:
        """See ``Desk``. Told behind ``ATA``, later sessions behind ``+FDR``."""
        session = report_session(agreed, self.words)
        if self._told_of_call:
            self._agreed_news = session
            return
        self._told_of_call = True
        self._modem.tell(self.at, self.words.connected)
        if name:
            self._report(self.words.calling_id, f'"{name:>20}"')
        if subaddress:
            self._report("+FSA", f'"{subaddress:>20}"')
        self._report(self.words.agreed, session)
        self._modem.finish(self.at, "OK")

    def page_came(self, octets: bytes, status: int, following: FCF) -> None:
        """See ``Desk``."""
        self._received, self._parameters.status = (octets, status, following), status
        if self._wants_page:
            self._offer_page(self.at)

    # What the station asks.

    def wait_for_page_command(self) -> Wait:
        """See ``Desk``."""
        wait = self._new_wait()
        if self._wants_to_send:
            self._wants_to_send = False
            self._grant(self.at)
        return wait

    def wait_for_page(self, speed: int) -> Wait:
        """See ``Desk``."""
        self._page = None
        return self._new_wait(speed)

    def page_from_computer(self) -> PageIn:
        """See ``Desk``."""
        assert self._page is not None
        return self._page

    def wanted(self) -> Wanted:
        """See ``Desk``."""
        return self._parameters.wanted

    def wait_for_verdict(self) -> Wait:
        """See ``Desk``."""
        return self._new_wait()

    def verdict(self) -> int:
        """See ``Desk``."""
        return self._parameters.status

    def line_octets(self, octets: bytes, agreed: SessionParameters) -> bytes:
        """See ``Desk``. A modem that adds no RTC counts on the computer's."""
        if self._parameters.ability.lacks_end(octets, agreed):
            self._modem.note(self.at, Fault.NO_RTC, 1.0, "this modem adds no RTC to a page")
        return self._parameters.ability.line_octets(octets, agreed)

    def makes_of(self, far: Capabilities) -> Capabilities:
        """See ``Desk``."""
        return self._parameters.ability.makes_of(far, self.wanted().scan_time_ms)

    # Page data.

    def page_given(self, octets: bytes, following: FCF | None, now: float) -> None:
        """The computer has ended its page; in class 2 it says what follows in a command."""
        self._given = octets
        if following is None:
            self._modem.finish(now, "OK")
            return
        self._modem.become(Busy(self._modem, self.abandon))
        self._end_page(following, now)

    def page_stopped(self, now: float) -> None:
        """The computer gave no data for too long: the call is over."""
        self._exchange.hang_up(now)
        self._modem.tell(now, self.words.hung_up_with(int(HangupStatus.PHASE_C)))
        self._modem.finish(now, "OK")

    def _end_page(self, following: FCF | None, now: float) -> Activity:
        if following is None or self._exchange.near is None:
            raise Refused
        self._page = PageIn(reverse_bits(self._given), following)
        self._grant(now)
        return Busy(self._modem, self.abandon)

    def _begin_reception(self, now: float) -> Activity:
        if self._received is None and self._parameters.polls:  # DTC may go
            self._grant(now)
        if self._received is not None:  # this says what is thought of the page before
            self._received = None
            self._grant(now)
        self._wants_page = True
        return Busy(self._modem, self.abandon)

    def _offer_page(self, at: float) -> None:
        self.at = at
        assert self._received is not None
        self._wants_page = False
        if self._agreed_news:
            self._report(self.words.agreed, self._agreed_news)
            self._agreed_news = ""
        octets, status, following = self._received
        self._modem.become(GivingPage(self._modem, self, octets, status, following))
        self._modem.connect(at)

    def give_page(self, octets: bytes, status: int, following: FCF, now: float) -> None:
        """DC2 came: the page, its status and what follows it."""
        self.at = now
        in_order = self._parameters.ability.to_computer(octets, self._parameters.bit_order)
        stuffed = in_order.replace(bytes((DLE,)), bytes((DLE, DLE)))
        self._modem.say(now, stuffed + bytes((DLE, ETX)))
        rows = decode_octets(octets, Coding.MH, 1728).bitmap.height
        count = str(rows) if self._modem.profile.decimal_status else self.words.write(rows)
        self._report(self.words.page_status, f"{status},{count},0,0")
        self._modem.tell(now, f"+FET:{_FET_OF_END[following]}")
        self._modem.finish(now, "OK")

    def _report(self, name: str, text: str) -> None:
        if self._modem.profile.reports_lack_plus:
            name = name.removeprefix("+")
        self._modem.tell(self.at, f"{name}:{text}")

    def _new_wait(self, speed: int = 0) -> Wait:
        self._wait = Wait(speed=speed)
        return self._wait

    def _grant(self, now: float) -> None:
        if self._wait is not None:
            self._wait.at = now
            self._wait = None


def _keeps_nothing(page: object, at: float) -> bool:
    """Received pages go to the computer."""
    return True
