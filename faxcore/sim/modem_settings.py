"""What a simulated modem can be told to be like: V.250 6.2, and the parameters of T.31 8.5."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from faxcore.profiles import FlowLost, ModemProfile
from faxcore.sim.commands import Command, Refused
from faxcore.sim.telephone_signals import FAST

XON, XOFF = 0x11, 0x13
NAME = "faxcore simulated modem"

_ACCEPTED = frozenset({"X", "M", "L", "&C", "&D", "&K", "&H", "&R", "\\Q"})
_RATES = frozenset({"3"})
_NAMES = frozenset({"I", "+GMI", "+GMM", "+GMR"})
_CLASS_1_0_NAMES = frozenset({"+FMI", "+FMM", "+FMR"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A numeric parameter of service class 1.0: its ranges, one for each subparameter."""

    highest: tuple[int, ...]

    @property
    def ranges(self) -> str:
        """As ``=?`` tells them."""
        return ",".join(f"(0-{most})" if most > 1 else "(0,1)" for most in self.highest)

    def parse(self, text: str) -> tuple[int, ...]:
        """The values behind ``=``; what is left out is 0."""
        if not re.fullmatch(r"\s*\d{1,3}(\s*,\s*\d{1,3})*\s*", text, re.ASCII):
            raise Refused
        values = tuple(int(each) for each in text.split(","))
        over = any(value > most for value, most in zip(values, self.highest, strict=False))
        if len(values) > len(self.highest) or over:
            raise Refused
        return values + (0,) * (len(self.highest) - len(values))


PARAMETERS = {
    "+FAR": Parameter((1,)),
    "+FCL": Parameter((255,)),
    "+FDD": Parameter((1,)),
    "+FIT": Parameter((255, 1)),
    "+FLO": Parameter((2,)),
    "+FPR": Parameter((48,)),
    "+F34": Parameter((14, 14, 2, 14, 14)),
}
"""T.31 8.5.1 to 8.5.4; flow control and port rate: its Annex A."""


class Settings:
    """The settings of one modem. ``obey`` takes every command that only changes or tells them."""

    def __init__(self, profile: ModemProfile) -> None:
        self._profile = profile
        self.registers: dict[int, int] = {}
        self.reset()

    def reset(self) -> None:
        """As after ``ATZ``."""
        self.echo, self.verbose, self.quiet = True, True, False
        self._lost_flow = False
        self.select_class("0")

    def select_class(self, fax_class: str) -> None:
        """Go over to a service class; its parameters have their defaults then (T.31 8.5)."""
        self.fax_class = fax_class
        self._values = {name: (0,) * len(each.highest) for name, each in PARAMETERS.items()}
        if fax_class != "0" and self._profile.flow_lost in {FlowLost.CLASS, FlowLost.CALL}:
            self._lost_flow = True

    @property
    def classes(self) -> str:
        """What ``+FCLASS=?`` tells."""
        return {"1": "0,1", "auto": "0,1,1.0"}.get(
            self._profile.fax_class, f"0,1,{self._profile.fax_class}"
        )

    @property
    def adaptive(self) -> bool:
        """``+FAR``: frames are heard where data are waited for."""
        return self._values["+FAR"] == (1,)

    @property
    def carrier_loss_seconds(self) -> float:
        """``+FCL``: so long a carrier may be away before it is lost."""
        return self._values["+FCL"][0] * 0.1

    @property
    def double_escape(self) -> bool:
        """``+FDD``: two DLE are DLE SUB."""
        return self._values["+FDD"] == (1,)

    @property
    def allows_v34(self) -> bool:
        """``+F34``: whether V.8 is tried, and V.34 with it (T.31 B.6.1)."""
        return self._values["+F34"][0] > 0

    @property
    def inactivity(self) -> tuple[float, bool]:
        """``+FIT``: seconds of patience, 0 = for ever; and whether the class is left then."""
        seconds, action = self._values["+FIT"]
        return float(seconds), action == 0

    def answer(self) -> None:
        """What a modem changes by itself when it answers."""
        if self._profile.flow_lost is FlowLost.ANSWER:
            self._lost_flow = True

    def end_call(self) -> None:
        """What a modem forgets when it hangs up."""
        if self._profile.flow_lost is FlowLost.CALL and self.fax_class != "0":
            self._lost_flow = True

    def through_flow_control(self, data: bytes) -> bytes:
        """What is left of the computer's octets behind the modem's own idea of flow control."""
        software = self._lost_flow or self._values["+FLO"] == (1,)
        return data.translate(None, bytes((XON, XOFF))) if software else data

    def knows(self, line: str) -> bool:
        """Whether the profile itself has this line: a maker's own commands, which are obeyed."""
        profile = self._profile
        own = {profile.flow_command, profile.reset, *profile.init, *profile.after_class}
        return line.strip() in own

    def obey_line(self, line: str) -> None:
        """Look at a whole command line: one that sets the flow control puts it right."""
        if self._profile.flow_command and line.strip() == self._profile.flow_command:
            self._lost_flow = False

    def obey(self, command: Command) -> str | None:
        """Set, or tell: the information text. Refused where this modem knows no such command."""
        name, value = command.name, command.value
        if name == "+FCLASS":
            return self._obey_class(value)
        if name in {"+FTM", "+FRM", "+FTH", "+FRH"} and value == "=?":
            return self._list(_RATES if name[3] == "H" else map(str, self._told_speeds))
        if name in _NAMES or (name in _CLASS_1_0_NAMES and self.fax_class == "1.0"):
            return NAME
        if name in PARAMETERS and self.fax_class == "1.0":
            return self._obey_parameter(name, value)
        if name == "S":
            return self._obey_register(value)
        if name in {"E", "V", "Q"}:
            self._set_form(name, value not in {"0", ""})
        elif name not in _ACCEPTED:
            raise Refused
        return None

    @property
    def speeds(self) -> tuple[int, ...]:
        """The fast carriers, as ``+FTM`` values."""
        rungs = self._profile.rungs
        return tuple(each for each in sorted(FAST) if not rungs or each in rungs)

    @property
    def _told_speeds(self) -> tuple[int, ...]:
        """Those that ``=?`` tells of, which the modem need not have."""
        return tuple(sorted({*self.speeds, *self._profile.false_rungs}))

    def _list(self, values: Iterable[str]) -> str:
        text = ",".join(values)
        return f"({text})" if self._profile.answers_in_brackets else text

    def _obey_class(self, value: str) -> str | None:
        if value == "=?":
            return self._list(self.classes.split(","))
        if value == "?":
            return self.fax_class
        if value[:1] != "=" or value[1:] not in self.classes.split(","):
            raise Refused
        self.select_class(value[1:])
        return None

    def _obey_register(self, value: str) -> str | None:
        asked = value.endswith("?")
        register, _, number = value.removesuffix("?").partition("=")
        if not (register + (number or "0")).isdecimal() or not register:
            raise Refused
        if asked:
            return f"{self.registers.get(int(register), 0):03d}"
        self.registers[int(register)] = int(number or 0)
        return None

    def _obey_parameter(self, name: str, value: str) -> str | None:
        if value == "=?":
            return f"{name}: {PARAMETERS[name].ranges}"
        if value == "?":
            return f"{name}: {','.join(map(str, self._values[name]))}"
        if value[:1] != "=":
            raise Refused
        self._values[name] = PARAMETERS[name].parse(value[1:])
        return None

    def _set_form(self, name: str, on: bool) -> None:
        if name == "E":
            self.echo = on
        elif name == "V":
            self.verbose = on
        else:
            self.quiet = on
