"""What is made of a DIS, and what is commanded: octets, addresses, the rows that may be sent."""

import numpy as np
import pytest

from faxcore.sim.played_end import play as play_both
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.frames import FCF, Frame
from faxcore.t30.line import SendFrames
from faxcore.t30.modulation import (
    FALLBACK,
    RUNGS,
    V17_14400,
    V27TER_2400,
    V27TER_4800,
    V29_9600,
    Modulation,
)
from faxcore.t30.negotiation import longest_row_s, step_down
from faxcore.t30.receiver import receive_document
from faxcore.t30.result import HangupStatus
from faxcore.t30.sender import send_document
from tests.documents import document
from tests.t30.script import DIS, play

EVERYTHING = Capabilities(
    resolutions=frozenset({Resolution.COARSE, Resolution.FINE, Resolution.SUPERFINE}),
    codings=frozenset(Coding),
    ecm=True,
    subaddress=True,
    password=True,
)
WHOLE_DIS = EVERYTHING.encode()
KNOWN_FROM = {
    "can_receive": 2, "modulations": 2, "codings": 4, "ecm": 4, "resolutions": 6, "subaddress": 7,
}  # fmt: skip
"""With so many octets of it a DIS says this."""


@pytest.mark.parametrize("octets", range(20))
def test_a_dis_of_any_length_says_what_its_octets_say(octets):
    far = Capabilities.decode(WHOLE_DIS.ljust(20, b"\0")[:octets])
    for name, needed in KNOWN_FROM.items():
        same = getattr(far, name) == getattr(EVERYTHING, name)
        assert same is (octets >= needed), name
    assert far.octets == min(octets, len(WHOLE_DIS))


def commands(dis, station=Station(), options=CallOptions()):  # noqa: B008  (frozen)
    """The octets of the first burst of commands, frame by frame."""
    _, line = play(send_document(document(1), station, options=options), [dis, FCF.CFR, FCF.MCF])
    first = next(op for op in line.ops if isinstance(op, SendFrames))
    return [frame.octets.hex(" ").upper() for frame in first.frames]


def dis(**changes):
    return Frame(FCF.DIS, Capabilities(**changes).encode())


def test_the_worked_examples_of_dcs_are_octet_exact():
    v29 = Capabilities.decode(bytes.fromhex("004620"))
    assert v29.has(V29_9600)
    limited = Frame(FCF.DIS, bytes.fromhex("004620"))
    assert commands(limited) == ["FF 13 83 00 46 20"]
    coarse = Frame(FCF.DIS, bytes.fromhex("000A08"))
    assert commands(coarse) == ["FF 13 83 00 0A 08"]
    ecm = dis(ecm=True, codings=frozenset(Coding))
    assert commands(ecm) == ["FF 13 83 00 62 F8 44"]


def test_tsi_is_octet_exact():
    assert commands(dis(), Station("+44 20 7946 0000"))[0] == (
        "FF 03 43 30 30 30 30 20 36 34 39 37 20 30 32 20 34 34 2B 20 20 20 20"
    )


def test_password_and_subaddress_come_first_and_only_where_they_are_offered():
    station = Station("1", subaddress="42#", password="7")
    offered = dis(subaddress=True, password=True)
    names = [each[6:8] for each in commands(offered, station)]
    assert names == ["A3", "C3", "43", "83"]
    assert commands(offered, station)[1].startswith("FF 03 C3 23 32 34 20")
    dcs = SessionParameters.decode(bytes.fromhex(commands(offered, station)[-1][9:]))
    assert (dcs.subaddress, dcs.password) == (True, True)
    for far, kept in ((dis(), ["43", "83"]), (dis(subaddress=True), ["C3", "43", "83"])):
        assert [each[6:8] for each in commands(far, station)] == kept


def test_a_receiver_tells_the_subaddress():
    sent, received, _ = play_both(
        send_document(document(1), Station("1", subaddress="4711")),
        receive_document(Capabilities(subaddress=True), Station("2")),
    )
    assert sent.ok
    assert received.subaddress == "4711"
    assert received.parameters.subaddress


@pytest.mark.parametrize("fastest", [14400, 12000, 9600, 7200, 4800, 2400])
def test_a_caller_can_be_held_to_a_rate(fastest):
    result, _ = play(
        send_document(document(1), Station(), options=CallOptions(fastest=fastest)),
        [DIS, FCF.CFR, FCF.MCF],
    )
    assert result.parameters.rung.bits_per_second == fastest


def dense(width, resolution=Resolution.FINE):
    """Single black pels: the longest rows that there are."""
    pixels = np.zeros((8, width), dtype=bool)
    pixels[:, ::2] = True
    return encode_page(PageBitmap.from_array(pixels, resolution), Coding.MH)


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
@pytest.mark.parametrize("width", [1728, 2048, 2432])
def test_no_row_of_8_pels_to_the_mm_takes_more_than_5_s(width, rung):
    assert longest_row_s(dense(width), rung) <= 5.0


@pytest.mark.parametrize(
    ("modulation_rungs", "status"),
    [((V27TER_2400,), HangupStatus.PAGE_FORMAT), ((V27TER_4800,), HangupStatus.NORMAL),
     ((V17_14400,), HangupStatus.NORMAL)],
)  # fmt: skip
def test_a_row_of_more_than_5_s_is_not_sent(modulation_rungs, status):
    wide = dense(4864, Resolution.R400X400)
    far = Capabilities(
        resolutions=frozenset({Resolution.COARSE, Resolution.R400X400}), widths=(1728, 2048, 2432)
    )
    page = FaxDocument((FaxPage((wide,)),))
    answers = [Frame(FCF.DIS, far.encode()), FCF.CFR, FCF.MCF]
    result, line = play(send_document(page, Station(), modulation_rungs), answers)
    assert result.status is status, result.text
    if status is HangupStatus.PAGE_FORMAT:
        assert "a row of" in result.text
        assert line.sent() == ["DCN"]


def test_error_correction_knows_no_lines():
    wide = dense(4864, Resolution.R400X400)
    far = Capabilities(
        resolutions=frozenset({Resolution.COARSE, Resolution.R400X400}),
        widths=(1728, 2048, 2432),
        ecm=True,
    )
    answers = [Frame(FCF.DIS, far.encode()), FCF.CFR, FCF.MCF]
    document = FaxDocument((FaxPage((wide,)),))
    result, _ = play(send_document(document, Station(), (V27TER_2400,)), answers)
    assert result.ok


def test_the_way_down_leaves_v17_out_where_v29_is_as_fast():
    rungs = [FALLBACK[0]]
    while (lower := step_down(FALLBACK, rungs[-1])) is not None:
        rungs.append(lower)
    assert [rung.name for rung in rungs] == [
        "14400 V.17", "12000 V.17", "9600 V.29", "7200 V.29", "4800 V.27ter", "2400 V.27ter",
    ]  # fmt: skip


def test_v17_alone_goes_down_by_its_own_rates():
    only = [rung for rung in FALLBACK if rung.modulation is Modulation.V17]
    assert step_down(only, only[1]) is only[2]
    assert step_down(only, only[-1]) is None
