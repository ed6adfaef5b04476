"""Damage in MR and MMR: bounded, counted, and the rest right."""

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
)
from tests.t4.pages import EXAMPLES, pages

EDGES = np.sort(np.random.default_rng(8).integers(0, 1728, (4, 10)), axis=1)
LINES = (EDGES[:, :, None] <= np.arange(1728)).sum(axis=1) % 2 == 1
PAGE = PageBitmap.from_array(np.repeat(LINES, 2, axis=0))


def flipped(octets, bit):
    damaged = bytearray(octets)
    damaged[bit // 8] ^= 0x80 >> bit % 8
    return bytes(damaged)


@given(pages(), st.sampled_from(Coding))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_line_gives_back_what_was_sent(page, coding):
    octets = line_octets(encode_page(page, coding), 9600, 20)
    decoded = decode_octets(octets, coding, page.width)
    assert decoded.bitmap == page
    assert decoded.bad_rows == 0
    assert decoded.ended_by is (EndedBy.EOFB if coding is Coding.MMR else EndedBy.RTC)


def test_mr_resynchronises_at_the_next_one_dimensional_row():
    encoded = encode_page(PAGE, Coding.MR, k=4)
    starts = np.cumsum(encoded.row_bits) - encoded.row_bits
    sent = line_octets(encoded)
    damaged = flipped(sent, int(starts[1]) + 13)  # in the codes of row 1
    decoded = decode_octets(damaged, Coding.MR, 1728)
    assert decoded.bitmap.height == PAGE.height
    assert decoded.bad_row_indices == (1, 2, 3)
    assert np.array_equal(decoded.bitmap.rows[4:], PAGE.rows[4:])


@pytest.mark.parametrize("coding", [Coding.MR, Coding.MMR])
def test_every_flipped_bit_leaves_an_account(coding):
    sent = line_octets(encode_page(PAGE, coding, k=2), 2400, 20)
    for bit in range(len(sent) * 8):
        decoded = decode_octets(flipped(sent, bit), coding, 1728, max_rows=50)
        assert len(decoded.bad) == decoded.bitmap.height <= 50
        if coding is Coding.MR:
            kept = {row.tobytes() for row in decoded.bitmap.rows}
            lost = [n for n, row in enumerate(PAGE.rows) if row.tobytes() not in kept]
            assert len(lost) <= 4, bit


@pytest.mark.parametrize("coding", [Coding.MR, Coding.MMR])
def test_truncation_at_every_octet_keeps_the_rows_before_it(coding):
    encoded = encode_page(PAGE, coding, k=2)
    sent = line_octets(encoded)
    ends = np.cumsum(encoded.row_bits)
    for octets in range(len(sent)):
        decoded = decode_octets(sent[:octets], coding, 1728)
        whole = int((ends <= octets * 8).sum())
        assert np.array_equal(decoded.bitmap.rows[:whole], PAGE.rows[:whole])
        assert not decoded.bad[:whole].any()


@given(st.binary(max_size=300), st.sampled_from(Coding), st.sampled_from([1, 16, 1728, 4864]))
@settings(max_examples=200, deadline=None)
def test_noise_never_raises(octets, coding, width):
    decoded = decode_octets(octets, coding, width, max_rows=3000)
    assert len(decoded.bad) == len(decoded.row_bits) == decoded.bitmap.height <= 3000


@given(st.data(), st.sampled_from(Coding))
@settings(max_examples=60, deadline=None)
def test_bursts_lose_no_more_than_they_hit(data, coding):
    encoded = encode_page(PAGE, coding, k=2)
    sent = bytearray(line_octets(encoded))
    at = data.draw(st.integers(0, len(sent) - 1))
    burst = data.draw(st.binary(min_size=1, max_size=20))
    sent[at : at + len(burst)] = burst
    decoded = decode_octets(bytes(sent), coding, 1728, max_rows=100)
    before = int((np.cumsum(encoded.row_bits) <= at * 8 - 13).sum())
    assert np.array_equal(decoded.bitmap.rows[:before], PAGE.rows[:before])


def test_a_small_file_cannot_ask_for_much():
    decoded = decode_octets(b"\xff" * 100_000, Coding.MMR, 65_535)  # a white row for each bit
    assert decoded.ended_by is EndedBy.ROW_LIMIT
    assert decoded.bitmap.height * 65_535 <= 1 << 28
