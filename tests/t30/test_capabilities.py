"""DIS and DCS bit by bit: T.30 table 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxcore.t4 import Coding, Resolution
from faxcore.t30.capabilities import (
    Bits,
    Capabilities,
    SessionParameters,
    pels_across,
    standard_width,
)
from faxcore.t30.modulation import (
    RUNGS,
    V17_14400,
    V27TER_2400,
    V27TER_4800,
    V29_9600,
    Modulation,
)

RESOLUTIONS = (
    Resolution.COARSE,
    Resolution.FINE,
    Resolution.SUPERFINE,
    Resolution.R300X300,
    Resolution.R400X400,
    Resolution.R408X391,
)


@pytest.mark.parametrize(
    ("resolution", "width", "bits"),
    [
        (Resolution.SUPERFINE, 1728, {41}),
        (Resolution.R300X300, 2592, {42}),
        (Resolution.R300X300, 3072, {17, 42}),
        (Resolution.R408X391, 3456, {43}),
        (Resolution.R400X400, 4864, {18, 43, 44}),
    ],
)
def test_dense_resolutions_of_a_dcs(resolution, width, bits):
    fif = SessionParameters(V29_9600, resolution=resolution, width=width).encode()
    told = {bit for bit in (15, 17, 18, 41, 42, 43, 44) if Bits(fif)[bit]}
    assert told == bits


@pytest.mark.parametrize(
    ("bits", "more"),
    [
        ({42}, {Resolution.R300X300}),
        ({43}, {Resolution.R408X391}),
        ({43, 45}, {Resolution.R408X391}),
        ({43, 44}, {Resolution.R400X400}),
        ({43, 44, 45}, {Resolution.R400X400, Resolution.R408X391}),
    ],
)
def test_dense_resolutions_of_a_dis(bits, more):
    octets = bytearray((0, 0x02, 0x80, 0x80, 0x80, 0x00))
    for bit in bits:
        octets[(bit - 1) // 8] |= 1 << (bit - 1) % 8
    far = Capabilities.decode(bytes(octets))
    assert far.resolutions == {Resolution.COARSE} | more
    assert Capabilities.decode(far.encode()).resolutions == far.resolutions


@pytest.mark.parametrize(
    ("parameters", "octets"),
    [
        (SessionParameters(V29_9600, scan_time_ms=10), "004620"),
        (
            SessionParameters(
                V27TER_4800,
                resolution=Resolution.COARSE,
                unlimited_length=True,
                scan_time_ms=20,
            ),
            "000A08",
        ),
        (
            SessionParameters(V17_14400, Coding.MMR, unlimited_length=True, ecm=True),
            "0062F844",
        ),
    ],
)
def test_dcs_is_octet_exact(parameters, octets):
    assert parameters.encode() == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("bits", "modulations"),
    [
        ("0000", {Modulation.V27TER}),
        ("0100", {Modulation.V27TER}),
        ("1000", {Modulation.V29}),
        ("1100", {Modulation.V27TER, Modulation.V29}),
        ("1110", {Modulation.V27TER, Modulation.V29}),
        ("1101", {Modulation.V27TER, Modulation.V29, Modulation.V17}),
        ("0110", {Modulation.V27TER}),
    ],
)
def test_modems_of_a_dis(bits, modulations):
    octet = 0x02 | sum(int(bit) << place + 2 for place, bit in enumerate(bits))
    assert Capabilities.decode(bytes((0, octet, 0))).modulations == modulations


def test_only_2400_where_all_modem_bits_are_clear():
    far = Capabilities.decode(bytes((0, 0x02, 0)))
    assert [rung for rung in RUNGS if far.has(rung)] == [V27TER_2400]


@pytest.mark.parametrize(
    ("bits", "coarse", "fine"),
    [
        ("000", 20, 20), ("100", 5, 5), ("010", 10, 10), ("001", 40, 40),
        ("011", 10, 5), ("110", 20, 10), ("101", 40, 20), ("111", 0, 0),
    ],
)  # fmt: skip
def test_scan_time_of_a_dis(bits, coarse, fine):
    octet = sum(int(bit) << place + 4 for place, bit in enumerate(bits))
    assert Capabilities.decode(bytes((0, 2, octet))).scan_time_ms == (coarse, fine)


@pytest.mark.parametrize(
    ("bits", "widths"),
    [("00", (1728,)), ("01", (1728, 2048, 2432)), ("10", (1728, 2048)), ("11", (1728, 2048, 2432))],
)
def test_width_of_a_dis(bits, widths):
    # As T.30 prints it, bit 17 on the left, which is the least significant bit of octet 3.
    octet = int(bits[0]) | int(bits[1]) << 1
    assert Capabilities.decode(bytes((0, 2, octet))).widths == widths


def test_octets_that_are_not_announced_are_not_read():
    assert not Capabilities.decode(bytes((0, 2, 0x00, 0x44))).ecm
    assert Capabilities.decode(bytes((0, 2, 0x80, 0x44))).ecm


@given(st.binary(max_size=20))
def test_any_dis_can_be_read(fif):
    far = Capabilities.decode(fif)
    assert 1728 in far.widths
    assert Coding.MH in far.codings


@given(st.binary(max_size=20))
def test_any_dcs_can_be_read(fif):
    parameters = SessionParameters.decode(fif)
    assert parameters is None or parameters.rung in RUNGS


@given(
    st.sampled_from(RUNGS),
    st.sampled_from([Coding.MH, Coding.MR]),
    st.sampled_from(RESOLUTIONS),
    st.sampled_from([1728, 2048, 2432]),
    st.sampled_from([0, 5, 10, 20, 40]),
    st.booleans(),
)
def test_dcs_survives_the_line(rung, coding, resolution, width, scan, unlimited):
    pels = pels_across(width, resolution)
    assert standard_width(pels, resolution) == width
    sent = SessionParameters(rung, coding, resolution, pels, scan, unlimited_length=unlimited)
    assert SessionParameters.decode(sent.encode()) == sent


def test_dis_survives_the_line():
    sent = Capabilities(
        resolutions=frozenset(Resolution) & {Resolution.COARSE, Resolution.FINE},
        widths=(1728, 2048),
        scan_time_ms=(20, 10),
        unlimited_length=False,
        b4_length=True,
    )
    assert Capabilities.decode(sent.encode()) == sent
