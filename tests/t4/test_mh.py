"""MH: the bits of T.4 4.1.1 exactly, and back."""

import numpy as np
import pytest
from hypothesis import given, settings

from faxcore.t4 import (
    Coding,
    EncodedPage,
    PageBitmap,
    decode_octets,
    decode_page,
    encode_page,
    line_octets,
    tables,
)
from tests.t4.pages import EXAMPLES, art, bits_of, mh_row, pages


def test_codes_a_small_page_as_printed():
    page = art("""
        ........
        #.......
        ...##...
        ########
    """)
    encoded = encode_page(page)
    eol = tables.EOL
    white8, white0 = "10011", "00110101"
    rows = [
        eol + white8,
        eol + white0 + "010" + "1111",  # white 0, black 1, white 7
        eol + "1000" + "11" + "1000",  # white 3, black 2, white 3
        eol + white0 + "000101",  # white 0, black 8
    ]
    assert bits_of(encoded.data).startswith("".join(rows))
    assert encoded.row_bits.tolist() == [len(row) for row in rows]
    assert encoded.coding is Coding.MH


@pytest.mark.parametrize("width", [1728, 2048, 2432, 2592, 3072, 3648, 3456, 4096, 4864])
def test_a_run_as_long_as_the_row(width):
    for black in (False, True):
        page = PageBitmap.from_array(np.full((1, width), black))
        expected = tables.EOL + mh_row(page.to_array()[0])
        assert bits_of(encode_page(page).data).startswith(expected)
        assert decode_page(encode_page(page)) == page


def test_every_run_length_of_both_colours():
    widths = np.arange(4864 + 1)
    for start_black in (False, True):
        pixels = (np.arange(4864)[None, :] < widths[::7, None]) == start_black
        page = PageBitmap.from_array(pixels)
        encoded = encode_page(page)
        expected = [tables.EOL + mh_row(row) for row in pixels]
        assert bits_of(encoded.data)[: int(encoded.row_bits.sum())] == "".join(expected)
        assert decode_page(encoded) == page


@pytest.mark.parametrize("width", [1728, 4864])
@pytest.mark.parametrize("pixels", [8, 16, 24])
def test_a_long_run_before_dense_pixels_keeps_every_bit(width, pixels):
    rows = np.zeros((2 * pixels, width), np.bool_)
    for row, start in enumerate(range(width - 2 * pixels, width)):
        rows[row, start::2] = True
    rows[pixels:] ^= True
    page = PageBitmap.from_array(rows)
    encoded = encode_page(page)
    expected = [tables.EOL + mh_row(row) for row in rows]
    assert bits_of(encoded.data)[: int(encoded.row_bits.sum())] == "".join(expected)


@given(pages())
@settings(max_examples=EXAMPLES, deadline=None)
def test_equals_the_plain_coder_and_decodes_to_the_same_page(page):
    encoded = encode_page(page)
    rows = [tables.EOL + mh_row(row) for row in page.to_array()]
    assert encoded.row_bits.tolist() == [len(row) for row in rows]
    total = sum(map(len, rows))
    assert bits_of(encoded.data)[:total] == "".join(rows)
    assert len(encoded.data) == (total + 7) // 8
    assert decode_page(encoded) == page


def test_refuses_a_page_wider_than_any_fax():
    with pytest.raises(ValueError, match="5120"):
        encode_page(PageBitmap.from_array(np.zeros((1, 5120), bool)))


def test_refuses_data_that_is_no_page_of_ours():
    broken = EncodedPage(b"\0\x10\xff", Coding.MH, 1728, np.array([24], np.int32))
    with pytest.raises(ValueError, match="row 0"):
        decode_page(broken)


@pytest.mark.parametrize("width", [5120, 10688, 65535])
def test_damaged_rows_of_any_width_raise_nothing(width):
    for octets in (b"", bytes(40), b"\x00\x1f" * 30, b"\xff" * 30, b"\x00\x10\x01" * 20):
        decoded = decode_octets(octets, Coding.MH, width)
        assert decoded.bitmap.width == width


@pytest.mark.parametrize("height", [1, 7, 8, 9, 16, 1143])
@pytest.mark.parametrize("width", [8, 1728, 4864])
def test_a_blank_page_decodes_as_the_same_page_behind_fill_does(height, width):
    blank = PageBitmap(np.zeros((height, width // 8), np.uint8), width)
    octets = line_octets(encode_page(blank))
    found, behind_fill = (decode_octets(o, Coding.MH, width) for o in (octets, b"\0" + octets))
    assert found.bitmap == behind_fill.bitmap == blank
    assert found.row_bits.tolist() == behind_fill.row_bits.tolist()
    assert found.bad.tolist() == behind_fill.bad.tolist()
    assert found.ended_by is behind_fill.ended_by


def test_a_page_that_is_blank_but_for_its_last_row_is_not_taken_for_a_blank_one():
    pixels = np.zeros((20, 1728), bool)
    pixels[-1, 900:960] = True
    page = PageBitmap.from_array(pixels)
    assert decode_octets(line_octets(encode_page(page)), Coding.MH, 1728).bitmap == page
