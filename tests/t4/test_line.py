"""What goes over the line: EOL, fill to the minimum scan line time, RTC, bit order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.t4 import (
    Coding,
    EndedBy,
    PageBitmap,
    decode_octets,
    encode_page,
    line_octets,
    minimum_row_bits,
    reverse_bits,
    tables,
)
from tests.t4.pages import art, bits_of, mh_row, octets_of, pages


@pytest.mark.parametrize(
    ("rate", "scan_time_ms", "bits"),
    [(2400, 5, 12), (7200, 5, 36), (12000, 5, 60), (14400, 5, 72), (9600, 20, 192), (14400, 0, 0)],
)
def test_minimum_row_bits(rate, scan_time_ms, bits):
    assert minimum_row_bits(rate, scan_time_ms) == bits


def test_minimum_row_bits_rounds_up():
    assert minimum_row_bits(2400, 1) == 3
    assert minimum_row_bits(7201, 5) == 37


def test_fill_stands_between_the_codes_and_the_next_eol():
    page = art("........ #.......")
    short, longer = "10011", "00110101" + "010" + "1111"
    octets = line_octets(encode_page(page), 2400, 10)  # 24 bits a row
    expected = (
        tables.EOL
        + (short + "0" * 7)
        + tables.EOL
        + longer
        + tables.EOL * 6  # 12 + 15 bits are more than 24: no fill
    )
    assert bits_of(octets) == bits_of(octets_of(expected))


def test_no_fill_before_the_first_eol_nor_without_a_scan_time():
    encoded = encode_page(art("........"))
    assert bits_of(line_octets(encoded)) == bits_of(
        octets_of(tables.EOL + "10011" + tables.EOL * 6)
    )


def test_rtc_of_mh_is_nine_octets():
    empty = encode_page(PageBitmap.from_array(np.zeros((0, 8), bool)))
    assert line_octets(empty).hex() == "001001001001001001"


@given(pages(max_rows=6), st.sampled_from([2400, 7200, 9600, 14400]), st.sampled_from([0, 5, 20]))
@settings(max_examples=60, deadline=None)
def test_fill_equals_the_plain_coder(page, rate, scan_time_ms):
    need = minimum_row_bits(rate, scan_time_ms)
    rows = [(tables.EOL + mh_row(row)).ljust(need, "0") for row in page.to_array()]
    expected = octets_of("".join(rows) + tables.EOL * 6)
    octets = line_octets(encode_page(page), rate, scan_time_ms)
    assert octets == expected
    decoded = decode_octets(octets, Coding.MH, page.width)
    assert decoded.bitmap == page
    assert decoded.bad_rows == 0
    assert decoded.ended_by is EndedBy.RTC
    assert decoded.row_bits.tolist() == [len(row) for row in rows]


def test_reversed_bits():
    assert reverse_bits(bytes([0x01, 0x80, 0xF0, 0x35, 0xFF])) == bytes(
        [0x80, 0x01, 0x0F, 0xAC, 0xFF]
    )
