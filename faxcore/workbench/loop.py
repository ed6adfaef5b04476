"""``send_sheets``: a port, a number, and a test sheet at each carrier that is asked for."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

from faxcore.errors import SettingsError
from faxcore.modem.number import dial_string
from faxcore.ports import open_port
from faxcore.profiles import ModemProfile, as_profile
from faxcore.t30.document import Station
from faxcore.t30.result import CallResult, HangupStatus
from faxcore.transport.port import Interrupted
from faxcore.transport.watched import WatchedPort
from faxcore.workbench.loop_calls import SheetCall, SheetCaller, Told, rungs_at

CLASSES = ("1", "1.0", "2", "2.0", "2.1", "auto")


def send_sheets(
    url: str,
    number: str,
    *,
    rate: int | None = None,
    every_rate: bool = False,
    fax_class: str = "",
    profile: ModemProfile | str | None = None,
    station_id: str = "",
    ecm: bool = True,
    observe: Told | None = None,
    cancel: threading.Event | None = None,
    transcript: Path | None = None,
) -> tuple[SheetCall, ...]:
    """Send test sheets to a number: one at the best carrier, or one at each that is asked for.

    Raises SettingsError and ModemError before anything was dialled; afterwards what happens is in
    the calls. ``cancel`` ends the call under way with DCN, and no other follows.
    """
    if rate is not None and every_rate:
        raise SettingsError("--rate names one rate and --every-rate all of them: one of both")
    dial_string(number)
    station = Station(station_id)
    wanted = with_class(as_profile(profile), fax_class)
    stop = cancel or threading.Event()
    with contextlib.closing(open_port(url, wanted, record=transcript)) as port:
        caller = SheetCaller(
            WatchedPort(port, stop), wanted, number, station=station, ecm=ecm, observe=observe
        )
        try:
            return _calls(caller, rate, every_rate)
        except Interrupted:
            nothing = CallResult(HangupStatus.CANCELLED, text="cancelled before dialling")
            return (SheetCall(wanted.fax_class, "-", nothing),)


def _calls(caller: SheetCaller, rate: int | None, every_rate: bool) -> tuple[SheetCall, ...]:
    if every_rate:
        return caller.calls(caller.carriers())
    return caller.calls((None,) if rate is None else rungs_at(caller.carriers(), rate))


def with_class(profile: ModemProfile, fax_class: str) -> ModemProfile:
    """The profile with another class, where one is asked for."""
    if fax_class and fax_class not in CLASSES:
        raise SettingsError(f"class {fax_class}: one of {', '.join(CLASSES)} is expected")
    return replace(profile, fax_class=fax_class) if fax_class else profile
