"""What rendering left out: bounded, kept with the document, told once, gone with the message."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.fax_content import Identity, render_fax
from faxcore.delivery.fax_plan import render_due
from faxcore.delivery.model import Recipient, RenderNote
from faxcore.delivery.operations import (
    MessageName,
    NoteReport,
    Which,
    cancel,
    delete_message,
    resend,
)
from faxcore.delivery.render_notes import MOST, kept_of
from faxcore.delivery.states import Body, Channel
from tests.delivery.deliveries import House
from tests.delivery.far_end import rendered
from tests.delivery.moments import NOW

M1 = MessageName(client_id="m1")
NORTH = Claimant("north/usb0", "north", Channel.FAX, "usb0")
CUT = "letter.html page 1: text runs over the edge of the page and is cut off"
LOGO = "letter.html: left out https://example.org/logo.png (rendering fetches nothing)"


def kept(house: House) -> int:
    with house.queue.store.read() as session:
        return session.scalar(select(func.count()).select_from(RenderNote)) or 0


@given(st.lists(st.text(alphabet=st.characters(codec=None)), max_size=60))
def test_whatever_a_document_says_its_notes_are_short_lines_and_few(notes: list[str]) -> None:
    found = kept_of(notes)
    assert len(found) <= MOST + 1
    assert all(len(each) <= 300 and each.isprintable() for each in found)
    assert "\ud800" not in "".join(found)


def test_more_notes_than_are_kept_are_counted() -> None:
    notes = kept_of(f"body page {number}: cut off" for number in range(1000))
    assert notes[MOST - 1 :] == (f"body page {MOST - 1}: cut off", "980 more notes are not kept")


def test_a_long_note_ends_visibly_and_an_equal_one_is_told_once() -> None:
    assert kept_of(["x" * 5000, "x" * 5000]) == ("x" * 299 + "…",)


def test_what_is_the_same_for_several_recipients_is_told_once(house: House) -> None:
    def render(store, message, recipient: Recipient, *rest):
        own = (CUT,) if recipient.address == "5550101" else ()
        return rendered(1, LOGO, *own)(store, message, recipient, *rest)

    house.render = render
    house.submit(["5550100", "5550101"])
    house.work()
    one, two = (each.id for each in house.report().recipients)
    assert house.report().notes == (NoteReport(LOGO, (one, two)), NoteReport(CUT, (two,)))
    assert house.report().notes_by_recipient() == {one: [LOGO], two: [LOGO, CUT]}


def test_a_rendering_that_is_repeated_after_a_crash_adds_no_note(house: House) -> None:
    house.submit()
    call_id = claim(house.queue, NORTH, NOW)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), NOW, rendered(1, LOGO, CUT))
    with house.queue.store.write("test") as session:
        session.get_one(Recipient, house.rows()[0].id).document = ""
    render_due(house.queue, call_id, Identity(), NOW, rendered(1, CUT))
    assert [each.text for each in house.report().notes] == [CUT]


def test_a_resend_of_the_same_document_has_the_same_notes(house: House) -> None:
    house.render = rendered(1, LOGO)
    house.submit()
    house.work()
    before = house.report().notes
    resend(house.queue, house.account, M1, NOW, which=Which.ALL)
    house.work()
    assert house.report().notes == before != ()
    assert house.recipient().attempts == 2


def test_the_notes_of_a_message_are_deleted_with_it(house: House) -> None:
    house.render = rendered(1, LOGO)
    house.submit(name="m1")
    house.submit(["5550101"], name="m2")
    house.work()
    assert kept(house) == 2
    delete_message(house.queue, house.account, M1)
    assert kept(house) == 1
    assert len(house.report("m2").notes) == 1


def test_a_note_that_no_database_could_keep_hinders_no_fax(house: House) -> None:
    house.render = rendered(1, "a\0b\ud800\x1b[2J\nc")
    house.submit()
    house.work()
    assert house.report().status.value == "GONE"
    assert [each.text for each in house.report().notes] == ["a\ufffdb\ufffd\ufffd[2J c"]


def test_postgresql_keeps_them_too(shared_house: House) -> None:
    shared_house.render = rendered(1, "a\0b\ud800 " + "ä" * 1000)
    shared_house.submit()
    shared_house.work()
    (note,) = shared_house.report().notes
    assert len(note.text) == 300
    delete_message(shared_house.queue, shared_house.account, M1)
    assert kept(shared_house) == 0


def test_what_the_renderer_left_out_of_a_body_is_known(house: House) -> None:
    house.render = render_fax
    name = house.submit()
    with house.queue.store.write("test") as session:
        message = session.get_one(Recipient, house.rows()[0].id).message
        message.body, message.body_type = '<p>Hello<img src="https://example.org/a.png">', Body.HTML
    call_id = claim(house.queue, NORTH, NOW)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), NOW)
    (note,) = house.report().notes
    assert note.text.startswith("the body: left out https://example.org/a.png")
    cancel(house.queue, house.account, name, NOW)
