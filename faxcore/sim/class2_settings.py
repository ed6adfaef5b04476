"""What a simulated modem of class 2, 2.0 or 2.1 is told, and asked: its parameters."""

from __future__ import annotations

from dataclasses import replace

from faxcore.profiles import ModemProfile
from faxcore.sim.class2_quirks import Ability
from faxcore.sim.class2_words import BR, FIELDS, WORDS, Wanted, read_session
from faxcore.sim.commands import Command, Refused
from faxcore.sim.modem_settings import NAME
from faxcore.t30.document import Poll

_TEXTS = ("+FLID", "+FLI", "+FCIG", "+FPI", "+FPA", "+FPW")
"""What is given between quotation marks: who we are when we send, and when we poll; SEP, PWD."""

_PATIENCE_S, _PATIENCE_T32_S = 3.0, 30.0
_PATIENCE_UNIT_S = {"+FPHCTO": 0.1, "+FCT": 1.0}
"""How long a modem waits for page data, where it is not told; and the units of what it is told."""


class Parameters:
    """The parameters of one modem in one of these classes.

    ``values`` is what may be agreed upon, ``session`` what is wished for the next page, ``status``
    what was, or is to be, said of a page, ``page_patience_s`` how long page data may stay away.
    ``fixed`` once the number is dialled. ``polls``: the next call is to poll, as ``poll`` says.
    ``takes_subaddress``: SUB is offered to callers.
    """

    def __init__(self, profile: ModemProfile, fax_class: str) -> None:
        words = WORDS[fax_class]
        self.words = replace(words, base=profile.number_base or words.base)
        self.ability = Ability(profile, self.words)
        self.values = self.ability.most
        self.session = self.values
        self.status = 1
        self.bit_order = 0
        self._texts = dict.fromkeys(_TEXTS, "")
        self.polls = False
        self.takes_subaddress = False
        self.fixed = False
        self.page_patience_s = _PATIENCE_T32_S if words.hexadecimal else _PATIENCE_S
        self._profile = profile

    @property
    def wanted(self) -> Wanted:
        """The session that was asked for last."""
        return read_session(self.session)

    @property
    def id(self) -> str:
        """Who the computer is when it sends."""
        return self._texts["+FLID"] or self._texts["+FLI"]

    @property
    def poll_id(self) -> str:
        """Who it is when it polls."""
        return self._texts["+FCIG"] or self._texts["+FPI"]

    @property
    def poll(self) -> Poll:
        """What it polls."""
        return Poll(self._texts["+FPA"], self._texts["+FPW"])

    def obey(self, command: Command) -> str | None:
        """Set or tell one; the text that is told. Raises Refused for what there is not."""
        name, value, words = command.name, command.value, self.words
        if name in self._profile.refuses:
            raise Refused
        if value in {"?", "=?"}:
            return self._told(name, value)
        if name == words.capability_command:
            self.values = self._numbers(value, self.values)
            self.ability.be_limited(self.values[BR], named=bool((value + ",,").split(",")[1]))
        elif name == words.session_command:
            if not (self.fixed and self._profile.session_before_dialling):
                self.session = self._numbers(value, self.values)
        elif name == words.status_command:
            self.status = words.read(value.removeprefix("=").split(",")[0].strip())
        elif name == words.bit_order_command:
            self.bit_order = command.number
        elif name in _TEXTS and name in words.settings:
            self._texts[name] = value.removeprefix("=").strip().strip('"')
        elif name == "+FAP" and name in words.settings:
            self.takes_subaddress = value.removeprefix("=").partition(",")[0].strip() == "1"
        elif name == words.poll_command:
            self.polls = command.number == 1
        elif name in _PATIENCE_UNIT_S and name in words.settings:
            told = max(0, words.read(value.removeprefix("=").strip()))
            self.page_patience_s = told * _PATIENCE_UNIT_S[name]
        elif name not in words.settings:
            raise Refused
        return None

    def _numbers(self, value: str, defaults: tuple[int, ...]) -> tuple[int, ...]:
        """Eight numbers, those left out as they were; T.32 has a ninth, of no use here."""
        if not value.startswith("="):
            raise Refused
        given = [part.strip() for part in value[1:].split(",")]
        if len(given) > FIELDS + self.words.hexadecimal:
            raise Refused
        given += [""] * (FIELDS - len(given))
        numbers = tuple(
            self.words.read(part) if part else default
            for part, default in zip(given[:FIELDS], defaults, strict=True)
        )
        return self.ability.take(numbers)

    def _told(self, name: str, value: str) -> str:
        """The answer to a question."""
        words = self.words
        told = {
            words.capability_command: self._shown(self.values),
            words.session_command: self._shown(self.session),
            words.status_command: words.write(self.status),
        } | dict.fromkeys(words.names, NAME)
        ranges = {words.capability_command: self.ability.told, "+FCQ": words.quality}
        answers = told if value == "?" else ranges
        if name not in answers:
            raise Refused
        return answers[name]

    def _shown(self, numbers: tuple[int, ...]) -> str:
        return ",".join(map(self.words.write, numbers))
