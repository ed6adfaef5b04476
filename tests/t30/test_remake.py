"""Pages made anew for far ends that take none of their forms."""

import numpy as np
import pytest

from faxcore.sim.played_end import play as play_both
from faxcore.t4 import Coding, PageBitmap, Resolution, decode_octets, decode_page, encode_page
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage, Station
from faxcore.t30.receiver import receive_document
from faxcore.t30.remake import changes, remake
from faxcore.t30.result import PageOutcome, Remade
from faxcore.t30.sender import send_document
from tests.documents import bitmap, page

A4 = Capabilities(unlimited_length=False)
A4_ROWS = 2291


def only(image):
    """A page that comes in one form."""
    return FaxPage((encode_page(image, Coding.MH),))


def remade(far, image):
    parts = remake(far, only(image), CallOptions())
    return [decode_page(part.choices[0]) for part in parts]


def test_fine_becomes_coarse_and_black_stays_black():
    far = Capabilities(resolutions=frozenset({Resolution.COARSE}))
    (made,) = remade(far, bitmap(1))
    pairs = bitmap(1).to_array().reshape(150, 2, 1728).any(axis=1)
    assert made == PageBitmap.from_array(pairs, Resolution.COARSE)


def test_a_wide_page_becomes_narrow():
    wide = np.zeros((200, 2048), dtype=bool)
    wide[:, ::64] = True
    (made,) = remade(Capabilities(), PageBitmap.from_array(wide))
    assert made.width == 1728
    assert made.to_array().any(axis=0).sum() == 32


def test_a_long_page_becomes_parts():
    long = bitmap(1, 5000)
    parts = remade(A4, long)
    assert [part.height for part in parts] == [A4_ROWS, A4_ROWS, 5000 - 2 * A4_ROWS]
    assert np.array_equal(np.concatenate([part.rows for part in parts]), long.rows)


@pytest.mark.parametrize("coding", Coding)
def test_parts_come_in_the_codings_that_the_far_end_has(coding):
    far = Capabilities(unlimited_length=False, ecm=True, codings=frozenset({Coding.MH, coding}))
    for part in remake(far, only(bitmap(1, 5000)), CallOptions()):
        assert {form.coding for form in part.choices} == {Coding.MH, coding}


def test_what_was_done_to_a_page_is_told():
    far = Capabilities(resolutions=frozenset({Resolution.COARSE}), unlimited_length=False)
    wide = only(PageBitmap.from_array(np.zeros((5000, 2048), dtype=bool)))
    parts = remake(far, wide, CallOptions())
    assert changes(wide, parts) == (Remade.COARSER, Remade.NARROWER, Remade.PARTED)
    mmr_only = FaxPage((encode_page(bitmap(1), Coding.MMR),))
    assert changes(mmr_only, remake(Capabilities(), mmr_only, CallOptions())) == (Remade.RECODED,)


def test_where_no_way_leads_there_is_none():
    assert remake(Capabilities(), only(bitmap(1, 300, Resolution.R300X300)), CallOptions()) == ()


def test_a_call_sends_the_parts_and_tells_of_them():
    kept = []
    pages = (page(1), only(bitmap(2, 5000)), page(3))
    sent, received, _ = play_both(
        send_document(FaxDocument(pages), Station()),
        receive_document(A4, Station()),
        lambda op, at: kept.append(op) is None,
    )
    assert sent.ok
    assert [(each.number, each.part) for each in sent.pages] == [
        (1, 0), (2, 1), (2, 2), (2, 3), (3, 0),
    ]  # fmt: skip
    assert sent.count(PageOutcome.CONFIRMED) == 3
    assert [each.remade for each in sent.pages] == [(), *[(Remade.PARTED,)] * 3, ()]
    assert len(received.pages) == 5
    rows = [decode_octets(op.octets, Coding.MH, 1728).bitmap.rows for op in kept[1:4]]
    assert np.array_equal(np.concatenate(rows), bitmap(2, 5000).rows)
