"""The operations: what they do, what repeats do, and what is refused in which words."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select

from faxcore.delivery.model import Account, AttachmentRow, Message, Recipient
from faxcore.delivery.numbers import NumberPolicy
from faxcore.delivery.operations import (
    ListFilter,
    MessageDraft,
    MessageName,
    RecipientDraft,
    Which,
    add_attachment,
    add_recipient,
    cancel,
    create_message,
    delete_message,
    ensure_account,
    hold,
    last_change,
    list_rows,
    message_report,
    put_cover,
    release,
    resend,
    send_message,
)
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Body, Channel, Letter, MessageStatus, RecipientState
from faxcore.errors import RequestRefused
from tests.delivery.moments import NOW, later

FAX = RecipientDraft(Channel.FAX, "+1 555 0100")
TEXT = MessageDraft(client_id="m1", body="Hello.", body_type=Body.TEXT)
M1 = MessageName(client_id="m1")


@pytest.fixture
def message(queue: Queue, account: int) -> MessageName:
    create_message(queue, account, TEXT, NOW)
    add_recipient(queue, account, M1, FAX, NOW)
    return M1


def status(queue: Queue, account: int) -> MessageStatus:
    return message_report(queue, account, M1).status


def put_state(queue: Queue, state: RecipientState, **changes: object) -> None:
    """What an attempt would have left: for tests of operations alone."""
    with queue.store.write("test") as session:
        for recipient in session.scalars(select(Recipient)):
            recipient.state = state
            for name, value in changes.items():
                setattr(recipient, name, value)


def test_a_message_waits_until_it_is_sent_and_is_pending_then(
    queue: Queue, account: int, message: MessageName
) -> None:
    assert status(queue, account) is MessageStatus.WAITING
    send_message(queue, account, message, NOW)
    report = message_report(queue, account, message)
    assert report.status is MessageStatus.PENDING
    assert [each.letter for each in report.recipients] == [Letter.PENDING]
    assert report.recipients[0].next_attempt == NOW


def test_a_set_time_makes_a_recipient_timed(queue: Queue, account: int) -> None:
    create_message(queue, account, replace(TEXT, send_time=later(3600)), NOW)
    add_recipient(queue, account, M1, FAX, NOW)
    send_message(queue, account, M1, NOW)
    (recipient,) = message_report(queue, account, M1).recipients
    assert recipient.letter is Letter.TIMED
    assert recipient.next_attempt == later(3600)


@pytest.mark.parametrize("told", ["9999-12-31T23:59:00-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_could_not_be_read_back_is_refused(
    queue: Queue, account: int, message: MessageName, told: str
) -> None:
    """In UTC it is in no year that a datetime has: every list with it would fail."""
    draft = replace(TEXT, client_id="m2", send_time=datetime.fromisoformat(told))
    with pytest.raises(RequestRefused, match="is in the year"):
        create_message(queue, account, draft, NOW)
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.FAILED)
    with pytest.raises(RequestRefused, match="is in the year"):
        resend(queue, account, message, NOW, send_time=draft.send_time)
    assert len(list(list_rows(queue, account))) == 1


def test_the_same_creation_again_gives_the_same_answer(queue: Queue, account: int) -> None:
    first = create_message(queue, account, TEXT, NOW)
    assert create_message(queue, account, TEXT, later(5)) == first


def test_a_client_id_with_other_content_is_refused_and_the_message_named(
    queue: Queue, account: int
) -> None:
    first = create_message(queue, account, TEXT, NOW)
    with pytest.raises(RequestRefused, match=f"{first.uid} already, which is WAITING, with other"):
        create_message(queue, account, replace(TEXT, body="Other."), NOW)


def test_a_client_id_of_a_sent_message_is_refused(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    with pytest.raises(RequestRefused, match="PENDING"):
        create_message(queue, account, TEXT, NOW)


def test_messages_without_a_client_id_are_all_different(queue: Queue, account: int) -> None:
    draft = replace(TEXT, client_id=None)
    first = create_message(queue, account, draft, NOW)
    assert create_message(queue, account, draft, NOW) != first


def test_accounts_do_not_see_each_other(queue: Queue, message: MessageName) -> None:
    other = ensure_account(queue, "other", NOW)
    with pytest.raises(RequestRefused, match="no message 'm1'"):
        message_report(queue, other, message)
    assert list(list_rows(queue, other)) == []
    create_message(queue, other, TEXT, NOW)


def test_the_same_recipient_again_is_the_same_recipient(
    queue: Queue, account: int, message: MessageName
) -> None:
    first = add_recipient(queue, account, message, FAX, NOW)
    assert first.repeated
    other = add_recipient(queue, account, message, replace(FAX, name="Ada"), NOW)
    assert other.id != first.id


def test_the_same_attachment_again_is_the_same_attachment(
    queue: Queue, account: int, message: MessageName
) -> None:
    first = add_attachment(queue, account, message, "a.txt", "text/plain", b"words")
    again = add_attachment(queue, account, message, "a.txt", "text/plain", b"words")
    other = add_attachment(queue, account, message, "a.txt", "text/plain", b"others")
    assert (again.id, again.repeated) == (first.id, True)
    assert other.id != first.id


def test_sending_again_has_no_effect(queue: Queue, account: int, message: MessageName) -> None:
    send_message(queue, account, message, NOW)
    send_message(queue, account, message, later(60))
    assert message_report(queue, account, message).released == NOW


def test_nothing_is_added_after_release(queue: Queue, account: int, message: MessageName) -> None:
    send_message(queue, account, message, NOW)
    with pytest.raises(RequestRefused, match="is PENDING"):
        add_recipient(queue, account, message, FAX, NOW)
    with pytest.raises(RequestRefused, match="is PENDING"):
        add_attachment(queue, account, message, "a.txt", "text/plain", b"words")


def test_a_message_without_recipients_is_not_sent(queue: Queue, account: int) -> None:
    create_message(queue, account, TEXT, NOW)
    with pytest.raises(RequestRefused, match="no recipient"):
        send_message(queue, account, M1, NOW)


def test_a_fax_of_nothing_is_not_sent_but_a_cover_alone_is(queue: Queue, account: int) -> None:
    create_message(queue, account, MessageDraft("m1"), NOW)
    add_recipient(queue, account, M1, FAX, NOW)
    with pytest.raises(RequestRefused, match="nothing to fax"):
        send_message(queue, account, M1, NOW)
    create_message(queue, account, MessageDraft("m2", cover="standard"), NOW)
    add_recipient(queue, account, MessageName(client_id="m2"), FAX, NOW)
    send_message(queue, account, MessageName(client_id="m2"), NOW)


def test_a_file_that_cannot_be_faxed_is_named_and_the_message_waits_on(
    queue: Queue, account: int, message: MessageName
) -> None:
    add_attachment(queue, account, message, "tune.mp3", "audio/mpeg", b"ID3\x03\0\0\0\0\0")
    with pytest.raises(RequestRefused, match=r"tune\.mp3"):
        send_message(queue, account, message, NOW)
    assert status(queue, account) is MessageStatus.WAITING


def test_an_email_takes_any_file(queue: Queue, account: int) -> None:
    with queue.store.write("test") as session:
        session.get_one(Account, account).sender_email = "clinic@example.org"
    create_message(queue, account, TEXT, NOW)
    add_recipient(queue, account, M1, RecipientDraft(Channel.EMAIL, "ada@example.org"), NOW)
    add_attachment(queue, account, M1, "tune.mp3", "audio/mpeg", b"ID3\x03\0\0\0\0\0")
    send_message(queue, account, M1, NOW)
    assert status(queue, account) is MessageStatus.PENDING


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"priority": 0}, "priority"),
        ({"priority": 11}, "priority"),
        ({"body_type": None}, "body_type"),
        ({"cover": "unknown"}, "cover"),
        ({"node": "south"}, "node"),
        ({"subject": "a\r\nBcc: b"}, "subject"),
        ({"sender_name": "a\nb"}, "sender_name"),
        ({"subject": "a\u2028b"}, "subject"),
        ({"sender_email": "grün@example.org"}, "sender_email"),
        ({"sender_number": "five"}, "sender_number"),
        ({"sender_email": "a@elsewhere.org"}, "sender_email"),
        ({"sender_email": "no address"}, "sender_email"),
        ({"body": "half \ud800"}, "body"),
        ({"client_id": ""}, "client_id"),
        ({"send_time": datetime(2026, 12, 1)}, "send_time"),
        ({"paper": "A7"}, "paper"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(
    queue: Queue, account: int, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(RequestRefused) as refused:
        create_message(queue, account, replace(TEXT, **changes), NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (RecipientDraft(Channel.FAX, "not a number"), "recipient_phone"),
        (RecipientDraft(Channel.FAX, "555\r\nATH0"), "recipient_phone"),
        (RecipientDraft(Channel.FAX, ""), "recipient_phone"),
        (RecipientDraft(Channel.FAX, "+1 900 555 0100"), "recipient_phone"),
        (RecipientDraft(Channel.FAX, "+881 6 1234"), "recipient_phone"),
        (RecipientDraft(Channel.EMAIL, "a b@example.org"), "recipient_email"),
        (RecipientDraft(Channel.EMAIL, "a@b\nBcc: c@d"), "recipient_email"),
        (RecipientDraft(Channel.EMAIL, "a@b..org"), "recipient_email"),
        (RecipientDraft(Channel.EMAIL, "a..b@b.org"), "recipient_email"),
        (RecipientDraft(Channel.EMAIL, "a\x01@b.org"), "recipient_email"),
        (RecipientDraft(Channel.FAX, "555", name="a\rb"), "recipient_name"),
    ],
)
def test_what_is_wrong_with_a_recipient_is_named(
    queue: Queue, account: int, message: MessageName, draft: RecipientDraft, field: str
) -> None:
    with pytest.raises(RequestRefused) as refused:
        add_recipient(queue, account, message, draft, NOW)
    assert refused.value.field == field


def test_a_channel_that_is_not_configured_is_refused(queue: Queue, account: int) -> None:
    narrow = Queue(queue.store, replace(queue.rules, channels=frozenset({Channel.FAX})))
    create_message(narrow, account, TEXT, NOW)
    with pytest.raises(RequestRefused, match="SMS is not configured"):
        add_recipient(narrow, account, M1, RecipientDraft(Channel.SMS, "555"), NOW)


def test_an_email_needs_a_sender(queue: Queue, account: int, message: MessageName) -> None:
    with pytest.raises(RequestRefused, match="needs a sender"):
        add_recipient(queue, account, message, RecipientDraft(Channel.EMAIL, "a@example.org"), NOW)


def test_one_number_is_one_destination_however_it_is_written(queue: Queue, account: int) -> None:
    policy = NumberPolicy(country="44", trunk="0", abroad="00")
    home = Queue(queue.store, replace(queue.rules, numbers=policy))
    create_message(home, account, TEXT, NOW)
    for number in ("+44 20 7946 0000", "0044 (20) 79460000", "020 7946 0000"):
        add_recipient(home, account, M1, RecipientDraft(Channel.FAX, number), NOW)
    with queue.store.read() as session:
        assert set(session.scalars(select(Recipient.destination))) == {"+442079460000"}


def test_both_names_must_mean_the_same_message(queue: Queue, account: int) -> None:
    first = create_message(queue, account, TEXT, NOW)
    create_message(queue, account, replace(TEXT, client_id="m2"), NOW)
    message_report(queue, account, MessageName(first.uid, "m1"))
    with pytest.raises(RequestRefused, match="different messages"):
        message_report(queue, account, MessageName(first.uid, "m2"))
    with pytest.raises(RequestRefused, match="missing"):
        message_report(queue, account, MessageName())


def test_a_waiting_message_is_cancelled_whole(
    queue: Queue, account: int, message: MessageName
) -> None:
    assert cancel(queue, account, message, NOW).complete
    assert status(queue, account) is MessageStatus.CANCELLED
    with pytest.raises(RequestRefused, match="CANCELLED already"):
        send_message(queue, account, message, NOW)


def test_a_cancelled_recipient_is_left_out(
    queue: Queue, account: int, message: MessageName
) -> None:
    other = add_recipient(queue, account, message, RecipientDraft(Channel.FAX, "+1 555 0199"), NOW)
    send_message(queue, account, message, NOW)
    assert cancel(queue, account, message, NOW, other.id).done == 1
    report = message_report(queue, account, message)
    assert report.status is MessageStatus.PENDING
    assert [each.letter for each in report.recipients] == [Letter.PENDING, Letter.FAILED]


def test_a_call_in_progress_is_told_to_end(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.ACTIVE)
    effect = cancel(queue, account, message, NOW)
    assert (effect.done, effect.on_line) == (0, 1)
    assert not effect.complete


def test_cancelling_after_some_pages_is_a_failure_that_counts_them(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.QUEUED, pages=5, pages_confirmed=2, dials=1)
    cancel(queue, account, message, NOW)
    report = message_report(queue, account, message)
    assert report.status is MessageStatus.PARTIAL
    assert "2 of 5 pages confirmed" in report.recipients[0].description


def test_held_recipients_go_on_after_release(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    hold(queue, account, message, NOW)
    held = message_report(queue, account, message).recipients[0]
    assert (held.letter, held.next_attempt) == (Letter.HELD, None)
    release(queue, account, message, later(60))
    assert message_report(queue, account, message).recipients[0].letter is Letter.PENDING


def test_what_is_final_cannot_be_held_and_what_was_not_sent_neither(
    queue: Queue, account: int, message: MessageName
) -> None:
    with pytest.raises(RequestRefused, match="has not been sent"):
        hold(queue, account, message, NOW)
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.SENT)
    with pytest.raises(RequestRefused, match="GONE already"):
        hold(queue, account, message, NOW)


def test_a_failed_fax_is_resent_from_where_it_broke_off(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.FAILED, pages=5, pages_confirmed=2, dials=3, run_dials=3)
    resend(queue, account, message, later(60))
    with queue.store.read() as session:
        recipient = session.scalars(select(Recipient)).one()
    assert (recipient.pages_confirmed, recipient.run, recipient.run_dials) == (2, 1, 0)
    assert recipient.dials == 3


def test_a_sent_fax_is_resent_whole_or_from_a_page(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.SENT, pages=5, pages_confirmed=5, dials=1)
    with pytest.raises(RequestRefused, match="no recipient to whom"):
        resend(queue, account, message, NOW)
    with pytest.raises(RequestRefused, match="has 5 pages"):
        resend(queue, account, message, NOW, first_page=6)
    resend(queue, account, message, NOW, which=Which.ALL, first_page=4)
    with queue.store.read() as session:
        recipient = session.scalars(select(Recipient)).one()
    assert (recipient.first_page, recipient.run, recipient.pages_confirmed) == (4, 2, 0)


def test_a_recipient_that_was_cancelled_is_sent_to_again_only_by_name(
    queue: Queue, account: int, message: MessageName
) -> None:
    other = add_recipient(queue, account, message, RecipientDraft(Channel.FAX, "+1 555 0199"), NOW)
    send_message(queue, account, message, NOW)
    cancel(queue, account, message, NOW, other.id)
    with queue.store.write("test") as session:
        failed = session.scalars(select(Recipient).order_by(Recipient.id)).first()
        failed.state, failed.letter = RecipientState.FAILED, Letter.FAILED
    assert resend(queue, account, message, NOW).done == 1
    letters = [each.letter for each in message_report(queue, account, message).recipients]
    assert letters == [Letter.PENDING, Letter.FAILED]
    assert resend(queue, account, message, NOW, other.id).done == 1


def test_a_message_that_was_cancelled_whole_is_sent_again_to_all(
    queue: Queue, account: int, message: MessageName
) -> None:
    add_recipient(queue, account, message, RecipientDraft(Channel.FAX, "+1 555 0199"), NOW)
    send_message(queue, account, message, NOW)
    cancel(queue, account, message, NOW)
    assert resend(queue, account, message, NOW).done == 2


def test_a_resend_for_a_set_time_waits_for_it_after_a_hold(
    queue: Queue, account: int, message: MessageName
) -> None:
    send_message(queue, account, message, NOW)
    put_state(queue, RecipientState.FAILED)
    resend(queue, account, message, NOW, send_time=later(86400))
    hold(queue, account, message, later(60))
    release(queue, account, message, later(120))
    (recipient,) = message_report(queue, account, message).recipients
    assert (recipient.letter, recipient.next_attempt) == (Letter.TIMED, later(86400))


def test_a_fax_without_pages_is_not_resent_from_behind_its_first(
    queue: Queue, account: int, message: MessageName
) -> None:
    """It would be taken for sent as soon as it turned out to be shorter."""
    send_message(queue, account, message, NOW)
    cancel(queue, account, message, NOW)
    with pytest.raises(RequestRefused, match="was not rendered yet"):
        resend(queue, account, message, NOW, first_page=2)
    assert resend(queue, account, message, NOW, first_page=1).done == 1


def test_only_what_is_final_or_waiting_is_deleted(
    queue: Queue, account: int, message: MessageName
) -> None:
    add_attachment(queue, account, message, "a.txt", "text/plain", b"words")
    send_message(queue, account, message, NOW)
    with pytest.raises(RequestRefused, match="PENDING: cancel it"):
        delete_message(queue, account, message)
    cancel(queue, account, message, NOW)
    delete_message(queue, account, message)
    with queue.store.read() as session:
        for table in (Message, Recipient, AttachmentRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_identifier_of_a_deleted_recipient_is_never_given_again(
    queue: Queue, account: int, message: MessageName
) -> None:
    first = add_recipient(queue, account, message, FAX, NOW).id
    delete_message(queue, account, message)
    create_message(queue, account, TEXT, NOW)
    assert add_recipient(queue, account, M1, FAX, NOW).id > first


def test_a_list_has_a_row_for_each_recipient_and_one_for_a_message_without(
    queue: Queue, account: int, message: MessageName
) -> None:
    add_recipient(queue, account, message, RecipientDraft(Channel.FAX, "+1 555 0199"), NOW)
    create_message(queue, account, replace(TEXT, client_id="m2", group_id="g"), NOW)
    rows = list(list_rows(queue, account))
    assert [row.message.client_id for row in rows] == ["m1", "m1", "m2"]
    assert rows[2].recipient is None
    grouped = list_rows(queue, account, ListFilter(group_id="g"))
    assert [row.message.client_id for row in grouped] == ["m2"]


def test_the_send_date_is_the_later_of_release_and_set_time(queue: Queue, account: int) -> None:
    for number, send_time in enumerate((None, later(7200)), 1):
        name = f"m{number}"
        draft = replace(TEXT, client_id=name, send_time=send_time)
        create_message(queue, account, draft, NOW)
        add_recipient(queue, account, MessageName(client_id=name), FAX, NOW)
        send_message(queue, account, MessageName(client_id=name), NOW)
    create_message(queue, account, replace(TEXT, client_id="m3"), NOW)

    def found(**bounds: datetime) -> list[str | None]:
        return [row.message.client_id for row in list_rows(queue, account, ListFilter(**bounds))]

    assert found() == ["m1", "m2", "m3"]
    assert found(sent_from=NOW) == ["m1", "m2"]
    assert found(sent_from=later(1)) == ["m2"]
    assert found(sent_to=NOW) == ["m1"]
    assert found(sent_from=later(7200), sent_to=later(7200)) == ["m2"]


def test_a_list_of_letters_and_one_of_changes(
    queue: Queue, account: int, message: MessageName
) -> None:
    add_recipient(queue, account, message, RecipientDraft(Channel.FAX, "+1 555 0199"), NOW)
    send_message(queue, account, message, NOW)
    cursor = last_change(queue, account)
    first = message_report(queue, account, message).recipients[0].id
    cancel(queue, account, message, NOW, first)
    changed = list(list_rows(queue, account, ListFilter(after_change=cursor)))
    assert [(row.recipient.id, row.recipient.letter) for row in changed if row.recipient] == [
        (first, Letter.FAILED)
    ]
    pending = list_rows(queue, account, ListFilter(letters=frozenset({Letter.PENDING})))
    assert [row.recipient.id for row in pending if row.recipient] == [first + 1]


def test_an_own_cover_page_is_checked_and_replaced_by_name(queue: Queue, account: int) -> None:
    with pytest.raises(RequestRefused, match="NONSENSE"):
        put_cover(queue, account, "ours", b"<p>$[NONSENSE]</p>")
    with pytest.raises(RequestRefused, match="letters"):
        put_cover(queue, account, "../ours", b"<p></p>")
    put_cover(queue, account, "ours", b"<p>$[FROM]</p>")
    put_cover(queue, account, "ours", b"<p>$[TO]</p>")
    create_message(queue, account, MessageDraft("m1", cover="ours"), NOW)
    add_recipient(queue, account, M1, FAX, NOW)
    send_message(queue, account, M1, NOW)
    put_cover(queue, account, "ours", b"<p>later</p>")
    with queue.store.read() as session:
        blob = session.scalars(select(Message.cover_blob)).one()
    assert queue.store.blobs.get(blob) == b"<p>$[TO]</p>"


RACES = 8
TIMES = 125 if os.environ.get("FAXCORE_LONG") else 6


def race(act: Callable[[], object]) -> list[object]:
    """Do the same from eight threads at once, in the long form 1,000 times; what came of each."""
    gate = threading.Barrier(RACES)

    def many() -> list[object]:
        gate.wait()
        results: list[object] = []
        for _ in range(TIMES):
            try:
                results.append(act())
            except RequestRefused as refused:
                results.append(refused.text)
        return results

    with ThreadPoolExecutor(RACES) as pool:
        return [
            each for done in [pool.submit(many) for _ in range(RACES)] for each in done.result()
        ]


def test_racing_repeats_of_each_operation_have_one_effect(queue: Queue, account: int) -> None:
    assert len(set(race(lambda: create_message(queue, account, TEXT, NOW)))) == 1
    added = race(lambda: add_recipient(queue, account, M1, FAX, NOW).id)
    assert len(set(added)) == 1
    added = race(lambda: add_attachment(queue, account, M1, "a.txt", "text/plain", b"a").id)
    assert len(set(added)) == 1
    assert len(set(race(lambda: send_message(queue, account, M1, NOW)))) == 1
    assert last_change(queue, account) == 2  # it appeared, and it was released
    race(lambda: hold(queue, account, M1, NOW))
    assert last_change(queue, account) == 3
    race(lambda: release(queue, account, M1, NOW))
    assert last_change(queue, account) == 4
    answers = race(lambda: cancel(queue, account, M1, NOW).done)
    assert answers.count(1) == 1
    assert last_change(queue, account) == 5
    race(lambda: delete_message(queue, account, M1))
    with queue.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
