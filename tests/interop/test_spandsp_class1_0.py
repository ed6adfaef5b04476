"""Service class 1.0 against a modem that somebody else wrote: spandsp's, which has it."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF
from faxcore.t30.line import Heard, KeepPage, LineOp, SendFrames
from faxcore.transport.recording import RecordingPort
from faxcore.transport.virtual_port import VirtualPort

from .calls import OUR_ID, Taken, document, pictures, read_tiff, same, store
from .machines import Block, Machine, Receiver, Sender
from .soft_modem import SpandspModem
from .spandsp import Samples

pytestmark = pytest.mark.interop

PROFILE = load_profile("generic-class1.0")
FINE = Resolution.FINE
SETTINGS = ("AT+FCLASS=1.0", "AT+FAR=1", "AT+FCL=2", "AT+FDD=1", "AT+FIT=60,0")


class Muted:
    """A line on which our ``answer`` is lost the first time that it is said."""

    def __init__(self, answer: FCF | None) -> None:
        self._answer = answer
        self._mute = False

    def carry(self, said: Block, outward: bool) -> Block:
        return Samples() if outward and self._mute else said

    def tell(self, op: LineOp, heard: Heard | None) -> None:
        said = isinstance(op, SendFrames) and op.frames[-1].kind is self._answer
        if said and heard is None and self._answer is not None:
            self._mute = True
        elif self._mute and heard is not None:
            self._mute, self._answer = False, None


@pytest.mark.parametrize("ecm", [False, True])
def test_spandsp_takes_our_settings_and_our_pages(
    library: ctypes.CDLL, tmp_path: Path, ecm: bool
) -> None:
    receivers: list[Receiver] = []

    def answer() -> Receiver:
        receivers.append(Receiver(library, tmp_path / "r.tif", Machine(ecm=ecm)))
        return receivers[-1]

    modem = SpandspModem(library, answer)
    pages = pictures(2, FINE)
    port = RecordingPort(VirtualPort(modem), tmp_path / "transcript")
    with FaxModem(port, PROFILE) as fax:
        result = fax.send(document(pages, FINE, tuple(Coding)), "1", Station(OUR_ID))
    modem.close()
    assert result.ok, result.text
    assert fax.fax_class == "1.0"
    assert same(pages, read_tiff(tmp_path / "r.tif"))
    text = (tmp_path / "transcript").read_text()
    for command in SETTINGS:
        assert f'> "{command}\\r"' in text
    assert "was refused" not in text
    assert "ERROR" not in text


def take(library: ctypes.CDLL, folder: Path, lost: FCF | None) -> tuple[Taken, str]:
    tiff = store(folder / "s.tif", pictures(2, FINE), FINE)
    line = Muted(lost)
    sender, modem = Sender(library, tiff, Machine()), SpandspModem(library, line=line)
    kept: list[KeepPage] = []
    port = RecordingPort(VirtualPort(modem), folder / "transcript")
    with FaxModem(port, PROFILE) as fax:
        fax.prepare()
        modem.ring(sender)
        assert fax.wait_for_ring(5.0)
        result = fax.receive(
            Capabilities(),
            Station(OUR_ID),
            lambda page: kept.append(page) is None,
            observe=line.tell,
        )
    modem.close()
    return Taken(result, sender.outcome, kept), (folder / "transcript").read_text()


@pytest.mark.parametrize("lost", [None, FCF.CFR, FCF.MCF])
def test_a_command_that_is_repeated_is_heard_where_a_page_was_awaited(
    library: ctypes.CDLL, tmp_path: Path, lost: FCF | None
) -> None:
    taken, said = take(library, tmp_path, lost)
    assert taken.result.ok, taken.result.text
    assert same(pictures(2, FINE), taken.decoded())
    assert said.count("+FRH:3") == (0 if lost is None else 1)
    assert "+FCERROR" not in said
