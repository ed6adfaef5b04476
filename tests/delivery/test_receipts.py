"""Receipts: pages out of transcripts, held against the stored document; continuation covers."""

from pathlib import Path

import pytest

from faxcore.delivery.documents import pack
from faxcore.delivery.model import Recipient
from faxcore.delivery.operations import MessageName
from faxcore.delivery.receipts import receipts_of_message
from faxcore.delivery.states import Letter
from faxcore.t4 import decode_page
from tests.delivery.deliveries import House
from tests.delivery.far_end import fax_page, fingerprint, rendered

M1 = MessageName(client_id="m1")


@pytest.fixture
def recorded(house: House, tmp_path: Path) -> House:
    house.transcript = lambda call: tmp_path / f"call-{call}.txt"
    return house


def receipts(house: House):
    return receipts_of_message(house.queue, house.account, M1)


@pytest.mark.parametrize("far", ["normal", "ecm"])
def test_the_pages_that_crossed_the_port_are_those_of_the_document(
    recorded: House, far: str
) -> None:
    recorded.network.plays["5550100"] = (far,)
    recorded.submit()
    recorded.work()
    (receipt,) = receipts(recorded)
    assert [(page.number, page.same) for page in receipt.pages] == [(n, True) for n in (1, 2, 3)]
    recipient = recorded.rows()[0].id
    for page in receipt.pages:
        seen = fingerprint(decode_page(page.form))
        assert seen == fingerprint(fax_page(recipient, page.number))


def test_a_later_call_proves_the_pages_that_it_sent(recorded: House) -> None:
    recorded.network.plays["5550100"] = ("drops-after-page-1", "normal")
    recorded.submit()
    recorded.work_for(480, 480)
    recorded.work()
    _, second = receipts(recorded)
    assert [page.number for page in second.pages] == [2, 3]
    assert all(page.same for page in second.pages)


def test_a_document_that_is_not_what_was_sent_is_told(recorded: House) -> None:
    recorded.submit()
    recorded.work()
    others = rendered(3)(None, None, Recipient(id=999), None, "")
    blob = recorded.queue.store.blobs.put(pack(others.pages))
    with recorded.queue.store.write("test") as session:
        session.get_one(Recipient, recorded.rows()[0].id).document = blob
    (receipt,) = receipts(recorded)
    assert [page.same for page in receipt.pages] == [False] * 3


def test_without_a_transcript_the_receipt_says_so(house: House) -> None:
    house.submit()
    house.work()
    (receipt,) = receipts(house)
    assert (receipt.pages, receipt.note) == ((), "no transcript was kept")


@pytest.mark.slow
def test_a_fax_that_goes_on_in_a_later_call_begins_with_a_cover_where_that_is_wanted(
    recorded: House,
) -> None:
    recorded.network.plays["5550100"] = ("drops-after-page-2", "normal")
    recorded.submit(resume_cover=True, sender_name="Ada")
    recorded.work_for(480, 480)
    recorded.work()
    assert recorded.recipient().letter is Letter.SENT
    _, second = receipts(recorded)
    assert [page.number for page in second.story.pages] == [0, 3]
    assert [page.number for page in second.pages] == [0, 3]
    assert recorded.network.kept_of(recorded.rows()[0].id, 3) == [1, 1, 1]
    assert sum(recorded.network.kept().values()) == 4
