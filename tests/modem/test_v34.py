"""V.34 dialogues written by hand after T.31 Annex B, and what stands for octets in them.

That such calls go so is what HylaFAX's Class 1 driver expects of its modems; no real one was heard.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.modem.at import AtEngine
from faxcore.modem.v34 import V34Line
from faxcore.modem.v34_codes import (
    Came,
    Reader,
    Sort,
    control_rate,
    primary_rate,
    shielded,
    told_rates,
)
from faxcore.profiles import ModemProfile
from faxcore.t30.ecm import block_burst, read_burst
from faxcore.t30.frames import FCF, Frame, fcs
from faxcore.t30.line import Ended, ReceiveFrames, ReceivePage, SendFrames, SendPage, Silence
from faxcore.t30.modulation import v34_rung
from faxcore.transport.virtual_port import VirtualPort

from .script import ScriptDce, Turn

PROFILE = ModemProfile("test")
CONTROL, PRIMARY = b"\x10\x6d\x10\x6e", b"\x10\x6b\x10\x7b"
"""The control channel at 1200 bit/s, the primary at 28800."""

RETRAIN, EOT = b"\x10\x69", b"\x10\x04"
DIS = Frame(FCF.DIS, bytes.fromhex("200E6844"))
DCS = Frame(FCF.DCS | 1, bytes.fromhex("0042F844"))
PPS = Frame(FCF.PPS | 1, bytes.fromhex("2F000000"))
DATA = bytes(range(256))
RUNG = v34_rung(28800)
PIECEMEAL = pytest.mark.parametrize("piecemeal", [False, True])


def handed_over(frame: Frame, end: bytes = b"\x10\x03") -> bytes:
    """A frame as the modem gives it: with its FCS, DLE, XON and XOFF hidden."""
    octets = frame.octets + fcs(frame.octets)
    for octet, pair in ((b"\x10", b"\x10\x10"), (b"\x11", b"\x10\x51"), (b"\x13", b"\x10\x53")):
        octets = octets.replace(octet, pair)
    return octets + end


def said(frame: Frame) -> bytes:
    """A final frame of ours with nothing in it that is hidden but its control octet."""
    return b"\xff\x10\x53" + frame.octets[2:] + b"\x10\x03"


def line_for(*turns: Turn | tuple[bytes, bytes], piecemeal: bool = False, calling: bool = True):
    modem = ScriptDce([Turn(b"", CONTROL), *turns], piecemeal)
    modem.feed(b"", 0.0)
    return V34Line(AtEngine(VirtualPort(modem)), PROFILE, (28800, 1200), calling=calling), modem


@PIECEMEAL
def test_a_command_goes_out_and_its_answer_comes_without_at_commands(piecemeal):
    line, modem = line_for((said(DCS), handed_over(Frame(FCF.CFR))), piecemeal=piecemeal)
    assert line.perform(Silence()).done
    assert line.perform(SendFrames((DCS,))).done
    heard = line.perform(ReceiveFrames(3.0))
    assert (heard.ended, [frame.kind for frame in heard.frames]) == (Ended.DONE, [FCF.CFR])
    assert modem.finished


@PIECEMEAL
def test_a_page_goes_through_the_primary_channel_frame_by_frame(piecemeal):
    fcd = b"\xff\x03\x06\x00" + DATA.translate(bytes(int(f"{n:08b}"[::-1], 2) for n in range(256)))
    frames = shielded(fcd) + shielded(b"\xff\x03\x86") * 3
    line, modem = line_for(
        (b"\x10\x6b", PRIMARY), (frames, b""), (b"\x10\x6d", CONTROL), piecemeal=piecemeal
    )
    heard = line.perform(SendPage(RUNG, block_burst([DATA], [0], 28800), 1))
    assert heard.done, heard.text
    assert modem.finished


@PIECEMEAL
def test_a_page_comes_between_two_codes(piecemeal):
    good = b"".join(
        handed_over_octets(octets)
        for octets in (b"\xff\x03\x06\x00" + bytes(8), b"\xff\x03\x86", b"\xff\x03\x86")
    )
    line, _ = line_for(Turn(b"", PRIMARY + good + CONTROL), piecemeal=piecemeal, calling=False)
    heard = line.perform(ReceivePage(RUNG, 7.0))
    assert heard.done
    assert read_burst(heard.octets) == {0: bytes(8)}


def handed_over_octets(octets: bytes) -> bytes:
    made = octets + fcs(octets)
    for octet, pair in ((b"\x10", b"\x10\x10"), (b"\x11", b"\x10\x51"), (b"\x13", b"\x10\x53")):
        made = made.replace(octet, pair)
    return made + b"\x10\x03"


@PIECEMEAL
def test_36_a_command_is_said_again_when_a_retrain_took_its_answer(piecemeal):
    line, modem = line_for(
        Turn(said(PPS), RETRAIN),
        Turn(b"", CONTROL, 2.0),
        (said(PPS), handed_over(Frame(FCF.MCF))),
        piecemeal=piecemeal,
    )
    assert line.perform(SendFrames((PPS,))).done
    heard = line.perform(ReceiveFrames(3.0))
    assert heard.done
    assert heard.frames[0].kind is FCF.MCF
    assert modem.finished


def test_an_answer_is_not_said_again_after_a_retrain():
    """The caller says its command again; two answers to it would be one too many."""
    line, modem = line_for(
        Turn(said(DIS), RETRAIN),
        Turn(b"", CONTROL + handed_over(DCS), 2.0),
        calling=False,
    )
    assert line.perform(SendFrames((DIS,))).done
    assert line.perform(ReceiveFrames(3.0)).done
    assert modem.finished


@PIECEMEAL
def test_a_frame_with_a_wrong_fcs_is_counted_and_not_given(piecemeal):
    answers = handed_over(Frame(FCF.MCF), b"\x10\x07") + handed_over(Frame(FCF.MCF))
    line, _ = line_for(Turn(b"", answers), piecemeal=piecemeal)
    heard = line.perform(ReceiveFrames(3.0))
    assert (heard.done, heard.damaged) == (True, 1)


@pytest.mark.parametrize("end", [EOT, b"\r\nNO CARRIER\r\n", EOT + b"\r\nOK\r\n"])
def test_the_end_of_the_call_ends_every_operation(end):
    line, _ = line_for(Turn(b"", end))
    assert line.perform(ReceiveFrames(3.0)).ended is Ended.NO_CARRIER
    assert line.perform(SendFrames((DCS,))).ended is Ended.NO_CARRIER
    assert line.perform(SendPage(RUNG, b"", 1)).ended is Ended.NO_CARRIER


def test_a_repeated_command_in_place_of_a_page_is_left_for_the_next_listening():
    line, _ = line_for(Turn(b"", handed_over(PPS)), calling=False)
    assert line.perform(ReceivePage(RUNG, 7.0)).ended is Ended.OTHER_CARRIER
    assert line.perform(ReceiveFrames(7.0)).frames[0].kind is FCF.PPS


def test_a_channel_that_never_comes_is_the_modems_failure():
    line, _ = line_for((b"\x10\x6b", b""))
    heard = line.perform(SendPage(RUNG, block_burst([DATA], [0], 28800), 1))
    assert heard.ended is Ended.EQUIPMENT
    assert "primary channel" in heard.text


class Endless(ScriptDce):
    """A modem that says the same again and again, once in a second."""

    def __init__(self, said: bytes) -> None:
        super().__init__([])
        self._again = said
        self._push(0.0, CONTROL)

    def feed(self, data: bytes, now: float) -> None:
        pass

    def take(self, now: float) -> bytes:
        assert now < 4 * 3600, "it is listened to for ever"
        said = super().take(now)
        if said:
            self._push(now + 1.0, self._again)
        return said


@pytest.mark.parametrize(
    ("op", "said", "longest_s"),
    [
        (ReceivePage(RUNG, 7.0), PRIMARY + handed_over_octets(bytes(20)), 1800),
        (ReceivePage(RUNG, 7.0), PRIMARY, 1800),
        (ReceiveFrames(7.0), RETRAIN + CONTROL, 30),
    ],
)
def test_what_never_ends_does_not_hold_us(op, said, longest_s):
    line = V34Line(AtEngine(VirtualPort(Endless(said))), PROFILE, (28800, 1200), calling=False)
    heard = line.perform(op)
    assert heard.ended is Ended.TIMEOUT
    assert heard.at <= longest_s + 3


def test_release_says_eot_and_waits_for_ok():
    line, modem = line_for((EOT, b"\r\nOK\r\n"))
    assert line.perform(Silence()).done
    line.release()
    line.release()
    assert modem.finished


@pytest.mark.parametrize(
    ("line", "rates"),
    [
        ("+F34:14,2", (33600, 2400)),
        ("+F34: 12 , 1", (28800, 1200)),
        ("+F34:1,1", (2400, 1200)),
        ("CONNECT", None),
        ("+FRH:3", None),
    ],
)
def test_the_rates_are_told_before_connect(line, rates):
    assert told_rates(("noise", line)) == rates


def test_the_codes_of_rates_are_those_of_table_b_1():
    assert [primary_rate(code) for code in (0x6F, 0x70, 0x7B, 0x7D, 0x7E)] == [
        0, 2400, 28800, 33600, 0,
    ]  # fmt: skip
    assert [control_rate(code) for code in (0x6D, 0x6E, 0x6F, 0x70)] == [0, 1200, 2400, 0]


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 7))
def test_what_is_hidden_comes_back_in_pieces_of_any_size(octets: bytes, size: int) -> None:
    octets = b"\xff" + octets
    data, reader, came = shielded(octets), Reader(), []
    assert b"\x11" not in data
    assert b"\x13" not in data
    for at in range(0, len(data), size):
        came += reader.feed(data[at : at + size])
    assert came == [Came(Sort.FRAME, octets)]


@given(st.binary(max_size=4000))
def test_no_modem_can_say_what_a_reader_cannot_bear(data: bytes) -> None:
    Reader().feed(data)
