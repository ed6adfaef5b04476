"""Classes 2, 2.0 and 2.1 in a simulated modem: its commands, its reports, its page data.

After SP-2388-A (2) and T.32 (2.0, 2.1), written without a look at the driver. The T.30 of it is in
``class2_station``. A page is taken as fast as the computer gives it; it goes out on the line once
it is whole.
"""

from __future__ import annotations

from collections.abc import Callable

from faxcore.sim.activities import DLE, ETX, Activity, Modem
from faxcore.sim.class2_station import GIVEN_UP, PageIn, receiving, sending, timed
from faxcore.sim.class2_words import (
    FIELDS,
    WORDS,
    Wanted,
    most_of,
    offered,
    read_session,
    report_capabilities,
    report_session,
)
from faxcore.sim.commands import Command, Refused
from faxcore.sim.exchange import CED_SECONDS, Exchange
from faxcore.sim.judge import Fault
from faxcore.sim.played_end import PlayedEnd
from faxcore.sim.waiting import Wait
from faxcore.t4 import Coding, decode_octets, reverse_bits
from faxcore.t4.line import without_end
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF
from faxcore.t30.result import HangupStatus

RANGES_2 = "(0-3),(0-5),(0-2),(0-2),(0-3),(0-2),(0),(0-7)"
RANGES_T32 = "(0-3),(0-5),(0-2),(0-2),(0-3),(0,1),(0),(0-7)"

_XON, _DC2, _CAN = 0x11, 0x12, 0x18
_END_OF_DLE = {0x2C: FCF.MPS, 0x3B: FCF.EOM, 0x2E: FCF.EOP}
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
        self.words = WORDS[fax_class]
        self._modem = modem
        self._exchange = exchange
        self._cut_after = cut_after
        profile = modem.profile
        ranges = RANGES_T32 if self.words.hexadecimal else RANGES_2
        self._ranges = profile.capabilities or ranges
        self._values = most_of(self._ranges, self.words)
        self._session = self._values
        self._id = ""
        self._fixed_session = False
        self._wait: Wait | None = None
        self._page: PageIn | None = None
        self._received: tuple[bytes, int, FCF] | None = None
        self._status = 1
        self._wants_page = False
        self._agreed_news = ""
        self._given = b""
        self._told_of_call = False

    # Commands.

    def obey(self, command: Command, now: float) -> str | None:
        """A command of these classes; the text it tells. Raises Refused for what is none."""
        name, value, words = command.name, command.value, self.words
        if name == words.capability_command and value == "=?":
            return f"{self._ranges}"
        if name == words.capability_command:
            self._values = self._numbers(value, self._values)
        elif name == words.session_command:
            if not (self._fixed_session and self._modem.profile.session_before_dialling):
                self._session = self._numbers(value, self._values)
        elif name == words.status_command:
            return self._obey_status(value)
        elif name in {"+FLID", "+FLI"} and name in words.settings:
            self._id = value.removeprefix("=").strip().strip('"')
        elif name not in words.settings:
            raise Refused
        return None

    def begin(self, command: Command, now: float) -> Activity | None:
        """A command that takes time; None where it is none."""
        self.at = now
        name = command.name
        if name == "+FDT":
            self._must_have_call()
            self._grant(now)
            return Busy(self._modem, self.abandon)
        if name == "+FDR":
            self._must_have_call()
            return self._begin_reception(now)
        if name == "+FET" and not self.words.hexadecimal:
            return self._end_page(_END_OF_FET.get(command.number), now)
        if name == self.words.abort_command:
            return HangingUp(self._modem, self._abort, now + _HANGS_UP_SECONDS)
        return None

    def _must_have_call(self) -> None:
        if self._exchange.telephone is None or self._exchange.near is None:
            raise Refused

    def _numbers(self, value: str, defaults: tuple[int, ...]) -> tuple[int, ...]:
        """Eight numbers, those left out as they were."""
        if not value.startswith("="):
            raise Refused
        given = [part.strip() for part in value[1:].split(",")]
        if len(given) > FIELDS:
            raise Refused
        given += [""] * (FIELDS - len(given))
        return tuple(
            self.words.read(part) if part else default
            for part, default in zip(given, defaults, strict=True)
        )

    def _obey_status(self, value: str) -> str | None:
        if value == "?":
            return self.words.write(self._status)
        self._status = self._numbers(value, (1,) * FIELDS)[0]
        return None

    # Calls.

    def dial(self, answered: float) -> Activity:
        """The far end answers at that moment; the station takes over."""
        phone = self._exchange.telephone
        assert phone is not None
        self._fixed_session = True
        station = timed(self, sending(self, Station(self._id), self._values[1]))
        self._exchange.near = PlayedEnd(
            phone, station, answered, _keeps_nothing, near=True, cut_after=self._cut_after
        )
        return Busy(self._modem, self.abandon)

    def answer(self, now: float) -> Activity:
        """The tone, and then DIS."""
        phone = self._exchange.telephone
        assert phone is not None
        self._told_of_call = False
        station = timed(self, receiving(self, Station(self._id), offered(self._values)))
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
            self._modem.tell(self.at, f'{self.words.called_id}:"{name:>20}"')
        self._report(self.words.capabilities, report_capabilities(far, self.words))
        self._modem.finish(self.at, "OK")

    def met_again(self, far: Capabilities) -> None:
        """See ``Desk``: told behind the status of the page before it."""
        self._report(self.words.capabilities, report_capabilities(far, self.words))

    def ready_for_page(self, agreed: SessionParameters | None) -> None:
        """See ``Desk``."""
        if agreed is not None:
            self._report(self.words.agreed, report_session(agreed, self.words))
        self._modem.become(TakingPage(self._modem, self))
        self._modem.connect(self.at)
        if not self.words.hexadecimal and self._modem.profile.waits_for_xon:
            self._modem.say(self.at, bytes((_XON,)))

    def page_sent(self, status: int) -> None:
        """See ``Desk``. In 2.0 the result code says the same, and may be asked about."""
        self._status = status
        accepted = status in {1, 3, 5}
        following = self._page.following if self._page is not None else FCF.EOP
        if not self.words.hexadecimal:
            self._modem.tell(self.at, f"{self.words.page_status}:{status}")
        if status == GIVEN_UP or (following is FCF.EOP and accepted):
            return  # the hang-up report and the result follow at once
        result = "OK" if accepted or not self.words.hexadecimal else "ERROR"
        self._modem.finish(self.at, result)

    def hung_up(self, status: HangupStatus) -> None:
        """See ``Desk``."""
        code = int(status) if status <= 0xFF else int(HangupStatus.ABORTED)
        self._modem.tell(self.at, self.words.hung_up_with(code))
        self._exchange.near = None
        self._modem.finish(self.at, "OK")

    def called(self, agreed: SessionParameters, name: str) -> None:
        """See ``Desk``. Told behind ``ATA``, later sessions behind ``+FDR``."""
        session = f"{self.words.agreed}:{report_session(agreed, self.words)}"
        if self._told_of_call:
            self._agreed_news = session
            return
        self._told_of_call = True
        self._modem.tell(self.at, self.words.connected)
        if name:
            self._modem.tell(self.at, f'{self.words.calling_id}:"{name:>20}"')
        self._modem.tell(self.at, session)
        self._modem.finish(self.at, "OK")

    def page_came(self, octets: bytes, status: int, following: FCF) -> None:
        """See ``Desk``."""
        self._received, self._status = (octets, status, following), status
        if self._wants_page:
            self._offer_page(self.at)

    # What the station asks.

    def wait_for_page_command(self) -> Wait:
        """See ``Desk``."""
        return self._new_wait()

    def wait_for_page(self) -> Wait:
        """See ``Desk``."""
        self._page = None
        return self._new_wait()

    def page_from_computer(self) -> PageIn:
        """See ``Desk``."""
        assert self._page is not None
        return self._page

    def wanted(self) -> Wanted:
        """See ``Desk``."""
        return read_session(self._session)

    def wait_for_verdict(self) -> Wait:
        """See ``Desk``."""
        return self._new_wait()

    def verdict(self) -> int:
        """See ``Desk``."""
        return self._status

    def judge_page(self, octets: bytes, coding: Coding) -> bytes:
        """See ``Desk``. A modem that adds no RTC counts on the computer's."""
        if self._modem.profile.appends_rtc:
            return octets
        found = without_end(octets, coding) != octets
        if not found:
            self._modem.note(self.at, Fault.NO_RTC, 1.0, "this modem adds no RTC to a page")
        return octets

    # Page data.

    def page_given(self, octets: bytes, following: FCF | None, now: float) -> None:
        """The computer has ended its page; in class 2 it says what follows in a command."""
        self._given = octets
        if following is None:
            self._modem.finish(now, "OK")
            return
        self._modem.become(Busy(self._modem, self.abandon))
        self._end_page(following, now)

    def _end_page(self, following: FCF | None, now: float) -> Activity:
        if following is None or self._exchange.near is None:
            raise Refused
        self._page = PageIn(reverse_bits(self._given), following)
        self._grant(now)
        return Busy(self._modem, self.abandon)

    def _begin_reception(self, now: float) -> Activity:
        if self._received is not None:  # this says what is thought of the page before
            self._received = None
            self._grant(now)
        self._wants_page = True
        return Busy(self._modem, self.abandon)

    def _offer_page(self, at: float) -> None:
        assert self._received is not None
        self._wants_page = False
        if self._agreed_news:
            self._modem.tell(at, self._agreed_news)
            self._agreed_news = ""
        octets, status, following = self._received
        self._modem.become(GivingPage(self._modem, self, octets, status, following))
        self._modem.connect(at)

    def give_page(self, octets: bytes, status: int, following: FCF, now: float) -> None:
        """DC2 came: the page, its status and what follows it."""
        in_order = octets if self._modem.profile.receives_msb_first else reverse_bits(octets)
        stuffed = in_order.replace(bytes((DLE,)), bytes((DLE, DLE)))
        self._modem.say(now, stuffed + bytes((DLE, ETX)))
        rows = decode_octets(octets, Coding.MH, 1728).bitmap.height
        self._modem.tell(now, f"{self.words.page_status}:{status},{self.words.write(rows)},0,0")
        self._modem.tell(now, f"+FET:{_FET_OF_END[following]}")
        self._modem.finish(now, "OK")

    def _report(self, name: str, numbers: str) -> None:
        self._modem.tell(self.at, f"{name}:{numbers}")

    def _new_wait(self) -> Wait:
        self._wait = Wait()
        return self._wait

    def _grant(self, now: float) -> None:
        if self._wait is not None:
            self._wait.at = now
            self._wait = None


class Busy(Activity):
    """The station is at work; an octet of the computer's breaks it off."""

    def __init__(self, modem: Modem, abandon: Callable[[float], None]) -> None:
        super().__init__(modem)
        self._abandon = abandon

    def feed(self, data: bytes, now: float) -> None:
        """Any octet."""
        self._abandon(now)


class HangingUp(Activity):
    """``+FK``: it takes a moment."""

    def __init__(self, modem: Modem, then: Callable[[float], None], until: float) -> None:
        super().__init__(modem)
        self._then, self._until = then, until

    def advance(self, now: float) -> None:
        """Done when it is time."""
        if now >= self._until:
            self._then(self._until)

    def due(self, now: float) -> float | None:
        """That time."""
        return self._until


class TakingPage(Activity):
    """Behind CONNECT: page data up to DLE and what ends them; CAN gives the page up."""

    def __init__(self, modem: Modem, desk: Class2) -> None:
        super().__init__(modem)
        self._desk = desk
        self._octets = bytearray()
        self._escaped = False

    def feed(self, data: bytes, now: float) -> None:
        """Octets of the page."""
        for octet in data:
            if not self._escaped:
                if octet == DLE:
                    self._escaped = True
                else:
                    self._octets.append(octet)
                continue
            self._escaped = False
            if octet == DLE:
                self._octets.append(DLE)
            elif octet == ETX:
                self._end(None, now)
                return
            elif octet in _END_OF_DLE and self._desk.words.hexadecimal:
                self._end(_END_OF_DLE[octet], now)
                return

    def _end(self, following: FCF | None, now: float) -> None:
        octets = bytes(self._octets)
        if octets.endswith(bytes((_CAN,))) and following is None:
            self.modem.finish(now, "OK")
            return
        self._desk.page_given(octets, following, now)

    def room(self, now: float) -> int:
        """It takes whatever comes."""
        return 1 << 20


class GivingPage(Activity):
    """Behind CONNECT to ``+FDR``: the page goes to the computer once it says DC2."""

    def __init__(
        self, modem: Modem, desk: Class2, octets: bytes, status: int, following: FCF
    ) -> None:
        super().__init__(modem)
        self._desk, self._page = desk, (octets, status, following)

    def feed(self, data: bytes, now: float) -> None:
        """DC2, or CAN."""
        if _DC2 in data:
            self._desk.give_page(*self._page, now)
        elif _CAN in data:
            self._desk.abandon(now)


def _keeps_nothing(page: object, at: float) -> bool:
    """Received pages go to the computer."""
    return True
