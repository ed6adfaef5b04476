"""Frames against the printed table of T.30 5.3.6.1, in both ways of writing an octet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.t30.frames import FCF, X_BIT, Frame, decode_id, encode_id, fcs

# T.30's own writing, first-sent bit on the left; polling commands carry their X.
PRINTED = {
    "DIS": 0x01, "CSI": 0x02, "NSF": 0x04, "DTC": 0x81, "CIG": 0x82, "NSC": 0x84,
    "PWD_POLL": 0x83, "SEP": 0x85, "PSA": 0x86, "DCS": 0x41, "TSI": 0x42, "NSS": 0x44,
    "SUB": 0x43, "PWD": 0x45, "CFR": 0x21, "FTT": 0x22, "CTR": 0x23, "EOM": 0x71, "MPS": 0x72,
    "EOP": 0x74, "PRI_EOM": 0x79, "PRI_MPS": 0x7A, "PRI_EOP": 0x7C, "EOS": 0x78, "PPS": 0x7D,
    "EOR": 0x73, "RR": 0x76, "CTC": 0x48, "MCF": 0x31, "RTN": 0x32, "RTP": 0x33, "PIN": 0x34,
    "PIP": 0x35, "RNR": 0x37, "ERR": 0x38, "PPR": 0x3D, "DCN": 0x5F, "CRP": 0x58, "FNV": 0x53,
    "TNR": 0x57, "TR": 0x56, "FCD": 0x60, "RCP": 0x61,
}  # fmt: skip


def mirrored(octet: int) -> int:
    return int(f"{octet:08b}"[::-1], 2)


@pytest.mark.parametrize("name", PRINTED)
def test_code_is_the_printed_one(name):
    assert mirrored(FCF[name]) == PRINTED[name]


def test_table_is_whole():
    assert {each.name for each in FCF} == set(PRINTED)


@pytest.mark.parametrize(
    ("octets", "check"),
    [("FF1384", "EA7D"), ("FF138C", "A2F1"), ("FF13FB", "9AF6"), ("FF0386", "69CB")],
)
def test_fcs_of_known_frames(octets, check):
    assert fcs(bytes.fromhex(octets)) == bytes.fromhex(check)


@pytest.mark.parametrize("kind", [FCF.CFR, FCF.MCF, FCF.DIS, FCF.DCS, FCF.DCN])
def test_x_bit_is_masked_out(kind):
    sent = Frame(kind | X_BIT)
    expected = FCF.DTC if kind is FCF.DIS else kind
    assert sent.kind is expected


def test_final_bit_is_in_the_control_octet():
    assert Frame(FCF.MCF).octets == bytes.fromhex("FF138C")
    assert Frame(FCF.CSI, b"x", final=False).octets == bytes.fromhex("FF034078")


@given(st.binary(max_size=200))
def test_parse_never_raises(octets):
    frame = Frame.parse(octets)
    assert frame is None or frame.octets == octets[:1] + bytes((octets[1],)) + octets[2:]


@given(st.integers(0, 255), st.binary(max_size=40), st.booleans())
def test_parse_undoes_octets(fcf, fif, final):
    frame = Frame(fcf, fif, final)
    assert Frame.parse(frame.octets) == frame


def test_id_travels_reversed_and_padded():
    octets = encode_id("+44 20 7946 0000")
    assert octets == bytes.fromhex("30303030203634393720303220 34342B 20202020".replace(" ", ""))
    assert decode_id(octets) == "+44 20 7946 0000"


def test_id_from_a_stranger_holds_nothing_but_printable_ascii():
    assert decode_id(b"\x1b[2J\x00\r\n\xff1") == "1J2["
