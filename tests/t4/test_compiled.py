"""The compiled coder of ``[fast]``: the same bits and the same judgement as numpy's."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.t4 import Coding, PageBitmap, accelerate, decode_octets, encode_page, line_octets
from tests.t4.pages import EXAMPLES, pages

pytest.importorskip("numba", reason="numba is not installed")


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    accelerate()
    yield
    accelerate(False)


def by_numpy(work):
    accelerate(False)
    try:
        return work()
    finally:
        accelerate()


def account(decoded):
    return (
        decoded.bitmap.to_array().tolist(),
        decoded.bad.tolist(),
        decoded.row_bits.tolist(),
        decoded.ended_by,
    )


@given(pages(), st.sampled_from(Coding), st.integers(1, 5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_codes_the_same_bits(page, coding, k):
    compiled = encode_page(page, coding, k=k)
    plain = by_numpy(lambda: encode_page(page, coding, k=k))
    assert compiled.data == plain.data
    assert compiled.row_bits.tolist() == plain.row_bits.tolist()


@given(pages(), st.sampled_from(Coding), st.lists(st.integers(0, 1 << 20), max_size=6))
@settings(max_examples=EXAMPLES, deadline=None)
def test_judges_damaged_pages_alike(page, coding, flips):
    octets = bytearray(line_octets(encode_page(page, coding), 9600, 5))
    for flip in flips:
        at = flip % (len(octets) * 8)
        octets[at // 8] ^= 0x80 >> at % 8
    compiled = decode_octets(bytes(octets), coding, page.width)
    plain = by_numpy(lambda: decode_octets(bytes(octets), coding, page.width))
    assert account(compiled) == account(plain)


@given(st.binary(max_size=300), st.sampled_from(Coding), st.sampled_from([1, 9, 64, 1728]))
@settings(max_examples=EXAMPLES, deadline=None)
def test_judges_noise_alike(octets, coding, width):
    compiled = decode_octets(octets, coding, width, max_rows=200)
    plain = by_numpy(lambda: decode_octets(octets, coding, width, max_rows=200))
    assert account(compiled) == account(plain)


@pytest.mark.parametrize("coding", Coding)
def test_a_page_of_more_rows_than_are_decoded_at_a_time(coding):
    rows = np.random.default_rng(3).random((2600, 64)) < 0.2
    page = PageBitmap.from_array(rows)
    assert decode_octets(line_octets(encode_page(page, coding)), coding, 64).bitmap == page


def test_missing_numba_is_a_clear_error():
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from faxcore.errors import SettingsError\n"
        "from faxcore.t4 import accelerate\n"
        "try: accelerate()\n"
        "except SettingsError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == (
        "compiled coding needs numba: pip install 'faxcore[fast]'"
    )
