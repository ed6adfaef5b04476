"""MR and MMR: the bits of T.4 4.2 and T.6 exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.t4 import Coding, PageBitmap, Resolution, decode_page, encode_page, tables
from tests.t4.pages import EXAMPLES, art, bits_of, mh_row, pages, two_dimensional_row


def mr_rows(page, k):
    rows, above = [], np.zeros(page.width, bool)
    for n, row in enumerate(page.to_array()):
        if n % k == 0:
            rows.append(tables.EOL + "1" + mh_row(row))
        else:
            rows.append(tables.EOL + "0" + two_dimensional_row(row, above))
        above = row
    return rows


def mmr_rows(page):
    rows, above = [], np.zeros(page.width, bool)
    for row in page.to_array():
        rows.append(two_dimensional_row(row, above))
        above = row
    return rows


def assert_coded(encoded, rows):
    assert encoded.row_bits.tolist() == [len(row) for row in rows]
    total = sum(map(len, rows))
    assert bits_of(encoded.data)[:total] == "".join(rows)
    assert len(encoded.data) == (total + 7) // 8


def test_every_mode_of_t6_as_printed():
    page = art("""
        ..####....####......
        ..####....####......
        ...####..####.......
        ..............#####.
    """)
    to, white4, white2, black4 = tables.HORIZONTAL, "1011", "0111", "011"
    expected = [
        to + white2 + black4 + to + white4 + black4 + "1",
        "11111",
        "011" + "011" + "010" + "010" + "1",  # VR1 VR1 VL1 VL1 V0
        "0001" + "0001" + to + "000111" + "0011" + "1",  # two passes; white 1, black 5
    ]
    assert mmr_rows(page) == expected
    assert_coded(encode_page(page, Coding.MMR), expected)


@given(pages())
@settings(max_examples=EXAMPLES, deadline=None)
def test_mmr_equals_the_plain_coder(page):
    encoded = encode_page(page, Coding.MMR)
    assert_coded(encoded, mmr_rows(page))
    assert decode_page(encoded) == page


@given(pages(), st.integers(1, 5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_mr_equals_the_plain_coder(page, k):
    encoded = encode_page(page, Coding.MR, k=k)
    assert_coded(encoded, mr_rows(page, k))
    assert decode_page(encoded) == page


@pytest.mark.parametrize(
    ("resolution", "k"),
    [
        (Resolution.COARSE, 2),
        (Resolution.FINE, 4),
        (Resolution.R200X100, 2),
        (Resolution.R300X300, 6),
        (Resolution.SUPERFINE, 8),
        (Resolution.R400X400, 8),
    ],
)
def test_k_follows_the_resolution(resolution, k):
    pixels = np.arange(9)[:, None] <= np.arange(16)
    page = PageBitmap.from_array(pixels, resolution)
    assert_coded(encode_page(page, Coding.MR), mr_rows(page, k))


def test_k_is_at_least_one():
    with pytest.raises(ValueError, match="K is at least 1"):
        encode_page(art("...."), Coding.MR, k=0)


def test_a_row_that_begins_black_like_the_one_above():
    page = PageBitmap.from_array([[True] * 2432, [True] * 226 + [False] * 341 + [True] * 1865])
    assert_coded(encode_page(page, Coding.MR, k=2), mr_rows(page, 2))


@pytest.mark.parametrize("width", [120, 127, 128, 1728])
def test_runs_of_every_likeness_at_the_end_of_a_row(width):
    ends = np.array([[n >> k & 1 for k in range(7, -1, -1)] for n in range(256)], np.bool_)
    rng = np.random.default_rng(width)
    for black in (False, True):
        rows = np.full((512, width), black)
        rows[::2, -8:] = ends[rng.permutation(256)]
        rows[1::2, -8:] = ends
        rows[::3, 5:40] ^= True
        page = PageBitmap.from_array(rows)
        assert_coded(encode_page(page, Coding.MMR), mmr_rows(page))
        assert_coded(encode_page(page, Coding.MR), mr_rows(page, 4))


def row_of(width, *runs):
    """A row of these runs, white first, and the last colour's opposite up to its end."""
    colours = np.arange(len(runs) + 1) % 2 == 1
    return np.repeat(colours, [*runs, width - sum(runs)])


@pytest.mark.parametrize(("width", "white", "black"), [(4864, 1984, 2714), (5119, 1984, 3098)])
def test_horizontal_codes_of_the_longest_runs(width, white, black):
    page = PageBitmap.from_array([row_of(width, white, black)])
    rows = mmr_rows(page)
    assert len(rows[0]) >= 60  # one bit of it for the row's end
    assert_coded(encode_page(page, Coding.MMR), rows)


@pytest.mark.parametrize("black", [4536, 4544])  # the right octet of a unit, the left one
def test_horizontal_codes_of_an_octet_that_together_exceed_a_word(black):
    above = row_of(5119, 0, black + 5)
    row = row_of(5119, 0, black, 1, 4, 1, 301)  # V0, horizontal, V0, horizontal
    other = row_of(5119, black, 1, 1, 300)
    page = PageBitmap.from_array([above, row, above, other, row])
    assert_coded(encode_page(page, Coding.MMR), mmr_rows(page))
    assert_coded(encode_page(page, Coding.MR, k=2), mr_rows(page, 2))
