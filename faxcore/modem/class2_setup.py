"""Making a modem of the class 2 family ready for a call: T.32 8.3 to 8.5, SP-2388-A 4."""

from __future__ import annotations

from dataclasses import replace

from faxcore.errors import SettingsError, UnexpectedReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.class2_reports import Reports
from faxcore.modem.dialect import Dialect
from faxcore.modem.link import DIAL_OUTCOMES
from faxcore.modem.results import Code
from faxcore.modem.t32 import Numbers, parse_ranges
from faxcore.profiles import ModemProfile
from faxcore.t30.document import Poll, Station
from faxcore.t30.result import HangupStatus

_UNTOLD = Numbers(vr=1, br=3, ln=2)
"""What a modem that does not answer ``+FDCC=?`` is taken to have: fine, 9600 bit/s, MH."""


class Class2Setup:
    """The commands before a call. ``most`` is what the modem can do, known from ``prepare()``.

    ``addressed`` are the commands whose texts the modem remembers of earlier calls: the next one
    says them anew, if only to have nothing in them.
    """

    def __init__(
        self, engine: AtEngine, profile: ModemProfile, dialect: Dialect, addressed: set[str]
    ) -> None:
        self._engine = engine
        self._profile = profile
        self._dialect = dialect
        self.most = _UNTOLD
        self._addressed = addressed

    def prepare(self) -> None:
        """Make the modem behave as all do, and learn what it can."""
        for command in self._dialect.setup:
            order = self._dialect.bit_order
            self._wish(f"AT{order}={self._profile.bit_order}" if order in command else command)
        self.most = self._abilities()

    def before_call(self, station: Station, offer: Numbers) -> None:
        """Say who we are and what may be negotiated, ``offer``."""
        dialect, rate = self._dialect, self._profile.names_the_rate
        if station.id:
            self._wish(f'AT{dialect.local_id}="{station.id}"')
        for name, text in (
            (dialect.subaddress, station.subaddress),
            (dialect.password, station.password),
        ):
            if text and not name:
                raise SettingsError(f"a modem of class {dialect.name} sends no SUB and no PWD")
            if text or name in self._addressed:
                self._remember(name, text)
                self._wish(f'AT{name}="{text}"')
        numbers = offer.text(self._profile.number_base or dialect.base, with_rate=rate)
        self._wish(f"AT{dialect.capabilities}={numbers}")
        if self._profile.session_before_dialling:
            self._wish(f"AT{dialect.session}={numbers}")

    def before_answering(self, *, addressed: bool) -> None:
        """Have SUB taken in the calls to come, or no more (``+FAP``)."""
        name = self._dialect.addressing
        if name and (addressed or name in self._addressed):
            self._remember(name, "1" if addressed else "")
            self._wish(f"AT{name}={int(addressed)},0,0")

    def poll(self, station: Station, poll: Poll) -> None:
        """Have the next call poll. Raises CommandRefused where the modem cannot."""
        dialect = self._dialect
        if poll.selective and not dialect.selective:
            raise SettingsError(f"a modem of class {dialect.name} sends no SEP")
        if poll.password and not dialect.password:
            raise SettingsError(f"a modem of class {dialect.name} sends no PWD")
        self._command(f"AT{dialect.poll}=1")
        if station.id:
            self._wish(f'AT{dialect.poll_id}="{station.id}"')
        for name, text in ((dialect.selective, poll.selective), (dialect.password, poll.password)):
            if text or name in self._addressed:
                self._remember(name, text)
                self._command(f'AT{name}="{text}"')

    def poll_no_more(self) -> None:
        """The next call polls nothing."""
        self._wish(f"AT{self._dialect.poll}=0")

    def judge(self, reply: Reply) -> HangupStatus | None:
        """What the result of dialling or answering means; None for a fax."""
        reports = Reports(self._dialect)
        reports.read(reply.lines)
        if reports.hung_up is not None:
            normal = reports.hung_up is HangupStatus.NORMAL
            return HangupStatus.NO_CARRIER if normal else reports.hung_up
        if reply.code in {Code.OK, Code.CONNECT}:
            told = reports.far is not None or reports.agreed is not None
            connected = any(line.strip() == self._dialect.connected for line in reply.lines)
            return None if told or connected else HangupStatus.NO_CARRIER
        return DIAL_OUTCOMES[reply.code]

    def _abilities(self) -> Numbers:
        base = self._profile.number_base or self._dialect.base
        fixed = self._profile.capabilities
        if fixed:
            told = parse_ranges(fixed, base)
            if told is None:
                raise SettingsError(
                    f"modem profile {self._profile.name}: capabilities {fixed!r}: eight lists or "
                    "ranges are expected, such as (0,1),(0-5),(0-2),(0-2),(0,1),(0),(0),(0-7)"
                )
        else:
            question = f"AT{self._dialect.capabilities}=?"
            reply = self._engine.command(question, self._profile.command_seconds)
            told = parse_ranges(" ".join(reply.lines).partition(":")[2], base) or parse_ranges(
                " ".join(reply.lines), base
            )
        most = told or _UNTOLD
        if self._profile.rungs:
            most = replace(most, br=min(most.br, _fastest(self._profile)))
        return most

    def _remember(self, name: str, text: str) -> None:
        if text:
            self._addressed.add(name)
        else:
            self._addressed.discard(name)

    def _command(self, text: str) -> None:
        self._engine.command(text, self._profile.command_seconds, Code.OK)

    def _wish(self, text: str) -> None:
        """A command that a modem may do without; its refusal is noted."""
        if text.removeprefix("AT").partition("=")[0] in self._profile.refuses:
            return
        reply = self._engine.command(text, self._profile.command_seconds, Code.OK, Code.ERROR)
        if reply.code is Code.ERROR:
            self._engine.port.mark(f"{reply.command} was refused")


def _fastest(profile: ModemProfile) -> int:
    """The highest BR of the carriers that a profile allows."""
    by_speed = {
        24: 0,
        48: 1,
        72: 2,
        73: 2,
        74: 2,
        96: 3,
        97: 3,
        98: 3,
        121: 4,
        122: 4,
        145: 5,
        146: 5,
    }
    known = [by_speed[speed] for speed in profile.rungs if speed in by_speed]
    if not known:
        raise UnexpectedReply(f"modem profile {profile.name}: rungs names no carrier of T.31")
    return max(known)
