"""A recorded call made once more by today's driver, octet for octet, without hardware."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from faxcore.errors import FaxcoreError, SettingsError, TranscriptMismatch
from faxcore.modem.driver import FaxModem
from faxcore.profiles import ModemProfile
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.result import CallResult
from faxcore.transport.replay import TranscriptDce
from faxcore.transport.transcript import Transcript
from faxcore.transport.virtual_port import VirtualPort
from faxcore.workbench.reading import Reader
from faxcore.workbench.reading_call import RecordedCall, recorded_call

_RING_WITHIN_S = 3600.0


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it. ``difference`` says where the driver left the record, "" where it did not.

    ``result`` is the call's, None where the driver gave up before a call.
    """

    same: bool
    difference: str
    result: CallResult | None
    call: RecordedCall


def replay(path: Path, profile: ModemProfile | None = None) -> Replay:
    """Play a transcript against the driver, with ``profile`` or the one that its head names.

    Raises SettingsError for a file in which there is no call that could be made again.
    """
    reader = Reader(path)
    entries = tuple(piece.entry for piece in reader)
    if reader.left_out:
        raise SettingsError(f"transcript {path}: {reader.complaints[0]}; it cannot be replayed")
    call = recorded_call(path)
    if call.interrupted:
        raise SettingsError(f"transcript {path}: the call was cancelled, which cannot be replayed")
    if profile is not None:
        call.profile = replace(profile, fax_class=call.profile.fax_class)
    dce = TranscriptDce(Transcript(reader.head, entries), f"transcript {path}")
    try:
        result = _make(call, VirtualPort(dce, name=f"replay://{path}"))
    except TranscriptMismatch as mismatch:
        return Replay(False, str(mismatch), None, call)
    except FaxcoreError as error:
        return Replay(dce.finished, "" if dce.finished else str(error), None, call)
    if not dce.finished:
        return Replay(False, f"the driver was done before the end of {path}", result, call)
    return Replay(True, "", result, call)


def _make(call: RecordedCall, port: VirtualPort) -> CallResult:
    with FaxModem(port, call.profile) as fax:
        if call.calling and call.poll is None:
            return fax.send(call.document(), call.number, call.station, options=call.options)
        fax.prepare()
        if call.asks_speeds:
            fax.receivable()
        offered = call.capabilities or Capabilities()
        if call.poll is not None:
            keep = not call.refuses
            return fax.poll(call.number, offered, call.station, lambda page: keep, poll=call.poll)
        fax.wait_for_ring(_RING_WITHIN_S)
        return fax.receive(offered, call.station, lambda page: not call.refuses)
