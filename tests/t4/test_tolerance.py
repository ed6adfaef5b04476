"""Decoding what a line makes of a page: nothing raises, and the account is right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.t4 import (
    Coding,
    EndedBy,
    PageBitmap,
    Repair,
    decode_octets,
    encode_page,
    line_octets,
    tables,
)
from faxcore.t4.line import without_end
from tests.t4.pages import art, as_art, bits_of, mh_row, octets_of

PAGE = art("""
    ..####..........
    ..#..#...##.....
    ..####...##.....
    ................
    #.#.#.#.#.#.#.#.
    ################
""")
ROWS = [mh_row(row) for row in PAGE.to_array()]
RTC = tables.EOL * 6


def decode(bits, **kw):
    return decode_octets(octets_of(bits), Coding.MH, 16, **kw)


def joined(rows, end=RTC):
    return "".join(tables.EOL + row for row in rows) + end


def test_leading_fill_and_garbage_after_rtc_are_nothing():
    decoded = decode("0" * 77 + joined(ROWS) + "1101001110101" * 9 + joined(ROWS))
    assert decoded.bitmap == PAGE
    assert (decoded.bad_rows, decoded.ended_by) == (0, EndedBy.RTC)


@pytest.mark.parametrize("eols", [3, 4, 5, 6, 7, 9])
def test_a_shortened_rtc_ends_the_page(eols):
    decoded = decode(joined(ROWS, tables.EOL * eols) + "0111011")
    assert decoded.bitmap == PAGE
    assert decoded.ended_by is EndedBy.RTC


@pytest.mark.parametrize("eols", [0, 1])
def test_a_missing_rtc_loses_no_row(eols):
    decoded = decode(joined(ROWS, tables.EOL * eols))
    assert decoded.bitmap == PAGE
    assert (decoded.bad_rows, decoded.ended_by) == (0, EndedBy.END_OF_DATA)


def test_a_missing_first_eol_loses_no_row():
    assert decode(joined(ROWS)[12:]).bitmap == PAGE


def test_rows_without_eols_between_them_are_found():
    decoded = decode("".join(ROWS[:3]) + joined(ROWS[3:]))
    assert as_art(decoded.bitmap) == as_art(PAGE)
    assert decoded.bad_rows == 0


def test_two_eols_within_the_page_are_noise():
    decoded = decode(joined(ROWS[:2])[: -len(RTC)] + tables.EOL + joined(ROWS[2:]))
    assert decoded.bitmap == PAGE
    assert decoded.bad_rows == 0


@pytest.mark.parametrize("wrong", ["1000", "10011" + "000101" + "10011", "00110101" + "10", "11"])
def test_a_row_of_the_wrong_length_is_bad_and_repaired(wrong):
    decoded = decode(joined([*ROWS[:2], wrong, *ROWS[3:]]))
    assert decoded.bad_row_indices == (2,)
    expected = PAGE.to_array().copy()
    expected[2] = expected[1]
    assert as_art(decoded.bitmap) == as_art(PageBitmap.from_array(expected))


def test_bad_rows_are_white_where_asked_and_above_the_first_good_one():
    bits = joined(["1000", *ROWS[1:3], "1000", "1000", *ROWS[4:]])
    copied = decode(bits)
    white = decode(bits, repair=Repair.WHITE)
    assert copied.bad_row_indices == white.bad_row_indices == (0, 3, 4)
    assert (copied.bad_rows, copied.longest_bad_run) == (3, 2)
    assert as_art(copied.bitmap).splitlines()[0] == "." * 16
    assert as_art(copied.bitmap).splitlines()[3:5] == as_art(PAGE).splitlines()[2:3] * 2
    assert as_art(white.bitmap).splitlines()[3:5] == ["." * 16] * 2


def test_a_row_that_only_lacks_its_terminating_code_is_bad():
    wide = decode_octets(octets_of(tables.EOL + "11011" + RTC), Coding.MH, 64)
    assert wide.bad_rows == 1


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0" * 5000, b"\xaa" * 5000, b"\x00\x10", b"\x01"])
def test_data_that_holds_no_page(octets):
    decoded = decode_octets(octets, Coding.MH, 1728)
    assert decoded.bitmap.height == decoded.bad_rows <= 1


def test_no_more_rows_than_allowed():
    decoded = decode(joined(ROWS * 50), max_rows=7)
    assert decoded.bitmap.height == 7
    assert decoded.ended_by is EndedBy.ROW_LIMIT
    assert decode("".join(ROWS * 50), max_rows=7).bitmap.height == 7


def test_a_flipped_bit_costs_at_most_two_rows():
    rng = np.random.default_rng(4)
    edges = np.sort(rng.integers(0, 1728, (6, 12)), axis=1)
    page = PageBitmap.from_array((edges[:, :, None] <= np.arange(1728)).sum(axis=1) % 2 == 1)
    sent = line_octets(encode_page(page), 2400, 40)
    for bit in range(len(sent) * 8):
        octets = bytearray(sent)
        octets[bit // 8] ^= 0x80 >> bit % 8
        decoded = decode_octets(bytes(octets), Coding.MH, 1728)
        kept = {row.tobytes() for row in decoded.bitmap.rows}
        lost = [n for n, row in enumerate(page.rows) if row.tobytes() not in kept]
        assert len(lost) <= 2, bit
        assert abs(decoded.bitmap.height - page.height) <= 1, bit


def test_truncation_at_every_octet_keeps_every_row_before_it():
    sent = line_octets(encode_page(PAGE))
    starts = np.cumsum(encode_page(PAGE).row_bits)
    for octets in range(len(sent)):
        decoded = decode_octets(sent[:octets], Coding.MH, 16)
        whole = int((starts <= octets * 8).sum())
        assert decoded.bitmap.height >= whole
        assert np.array_equal(decoded.bitmap.rows[:whole], PAGE.rows[:whole])
        assert not decoded.bad[:whole].any()


@given(st.binary(max_size=300), st.sampled_from([1, 16, 1728, 4864]))
@settings(max_examples=300, deadline=None)
def test_noise_never_raises(octets, width):
    decoded = decode_octets(octets, Coding.MH, width)
    assert decoded.bitmap.width == width
    assert len(decoded.bad) == decoded.bitmap.height


def test_row_bits_measure_codes_fill_and_eol():
    bits = tables.EOL + ROWS[0] + "0" * 30 + tables.EOL + ROWS[1] + RTC
    decoded = decode(bits)
    assert decoded.row_bits.tolist() == [len(ROWS[0]) + 30 + 12, len(ROWS[1]) + 12]
    assert bits_of(octets_of(bits)).startswith(bits)


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("columns", range(20, 36))
def test_a_page_without_its_end_has_no_row_more(coding, columns):
    """Modems that add RTC and EOFB themselves are given pages without (T.32)."""
    sent = PageBitmap.from_array(np.tri(7, columns, columns // 2, dtype=np.bool_))
    octets = without_end(line_octets(encode_page(sent, coding)), coding)
    decoded = decode_octets(octets, coding, columns)
    assert decoded.bitmap == sent
    assert decoded.bad_rows == 0
    assert decoded.ended_by is EndedBy.END_OF_DATA
