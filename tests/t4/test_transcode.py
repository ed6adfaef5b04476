"""A page from one coding to another: the same as decoded and coded anew."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxcore.t4 import Coding, EncodedPage, accelerate, decode_page, encode_page, transcode
from tests.t4.pages import EXAMPLES, art, pages

HAS_NUMBA = importlib.util.find_spec("numba") is not None
NEEDS_NUMBA = pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed")


@pytest.fixture(scope="module", params=[False, pytest.param(True, marks=NEEDS_NUMBA)])
def compiled(request):
    if request.param:
        accelerate()
    yield request.param
    accelerate(False)


def codes(page):
    return page.coding, page.width, page.data, page.row_bits.tolist()


@given(pages(), st.sampled_from(Coding), st.sampled_from(Coding), st.integers(1, 5))
@settings(max_examples=EXAMPLES, deadline=None)
def test_equals_decoding_and_coding_anew(compiled, page, source, target, k):
    coded = encode_page(page, source, k=k)
    made = transcode(coded, target, k=3)
    assert codes(made) == codes(encode_page(page, target, k=3))
    assert decode_page(made) == page


def test_a_page_that_is_coded_so_already_stays_as_it_is(compiled):
    page = art("..##.... .###.... ........")
    for coding in Coding:
        coded = encode_page(page, coding)
        assert transcode(coded, coding) is coded


def test_another_k_is_another_page(compiled):
    page = art("..##.... .###.... ........")
    coded = encode_page(page, Coding.MR, k=2)
    assert transcode(coded, Coding.MR, k=2) is coded
    assert codes(transcode(coded, Coding.MR, k=3)) == codes(encode_page(page, Coding.MR, k=3))


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("row_bits", [[24], [1], [8000], [0, 24]])
def test_refuses_what_is_no_page_of_ours(compiled, coding, row_bits):
    broken = EncodedPage(b"\0\x10\xff", coding, 1728, np.array(row_bits, np.int32))
    target = Coding.MMR if coding is Coding.MH else Coding.MH
    with pytest.raises(ValueError, match="row"):
        transcode(broken, target)


def test_k_is_at_least_one(compiled):
    with pytest.raises(ValueError, match="K is at least 1"):
        transcode(encode_page(art("....")), Coding.MR, k=0)
