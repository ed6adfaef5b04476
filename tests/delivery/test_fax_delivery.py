"""Faxes through the queue to simulated far ends: who gets what, how often, what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from faxcore.delivery.claiming import Claimant, claim, something_to_do
from faxcore.delivery.fax_content import Identity
from faxcore.delivery.fax_plan import plan_call, render_due
from faxcore.delivery.findings import Finding, PageInCall
from faxcore.delivery.model import Account, Destination, PageRow, Recipient, Worker
from faxcore.delivery.operations import (
    RecipientReport,
    Which,
    cancel,
    delete_message,
    hold,
    release,
    resend,
)
from faxcore.delivery.recording import finish_call, mark_dialled, note_page
from faxcore.delivery.retry import Failure, RetryPolicy
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import (
    CallState,
    CancelWish,
    Channel,
    Letter,
    MessageStatus,
    UncertainPolicy,
)
from faxcore.delivery.worker import durable_runner
from faxcore.errors import ContentError, PortError
from faxcore.t30.result import HangupStatus, PageOutcome
from tests.delivery.deliveries import House, QuietFiles
from tests.delivery.far_end import rendered
from tests.delivery.moments import NOW, later

N = "5550100"


def plays(house: House, *names: str) -> None:
    house.network.plays[N] = names


def kept(house: House, index: int = 0) -> list[int]:
    return house.network.kept_of(house.rows()[index].id, house.pages)


def with_rules(house: House, **changes: object) -> None:
    house.queue = Queue(house.queue.store, replace(house.queue.rules, **changes))


def test_a_fax_is_sent_once_and_its_message_is_gone(house: House) -> None:
    house.submit()
    house.work()
    report = house.report()
    assert report.status is MessageStatus.GONE
    assert report.pages == 3
    (recipient,) = report.recipients
    assert (recipient.letter, recipient.attempts, recipient.reason) == (Letter.SENT, 1, "ok")
    assert kept(house) == [1, 1, 1]
    (call,) = house.calls()
    assert (call.state, call.busy_destination, call.rate) == (CallState.ENDED, None, 14400)


def test_the_durable_engine_does_the_same(house: House) -> None:
    house.runner = durable_runner
    house.submit()
    house.work()
    assert house.report().status is MessageStatus.GONE
    assert kept(house) == [1, 1, 1]


def test_a_busy_number_is_called_again_after_three_minutes(house: House) -> None:
    plays(house, "busy", "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason, recipient.attempts) == (Letter.BUSY, "busy", 1)
    assert house.report().status is MessageStatus.IN_PROGRESS
    house.clock.advance(170)
    house.work()
    assert house.network.dials(N) == 1
    house.clock.advance(60)
    house.work()
    assert house.recipient().letter is Letter.SENT
    assert house.network.dials(N) == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no-answer", "no_answer"),
        ("voice", "no_carrier"),
        ("dcn-after-dis", "negotiation"),
        ("ftt-always", "training_failed"),
        ("cannot-receive", "cannot_receive"),
    ],
)
def test_other_failures_are_retried_as_nonbusy(house: House, name: str, reason: str) -> None:
    plays(house, name, "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason) == (Letter.RETRY, reason)
    house.work_for(420, 420)
    house.work()
    assert house.recipient().letter is Letter.SENT


def test_three_answered_calls_without_a_page_are_enough(house: House) -> None:
    plays(house, "dcn-after-dis")
    house.submit()
    house.work_for(1800)
    assert house.report().status is MessageStatus.FAILED
    assert house.recipient().attempts == house.network.dials(N) == 3


def test_pages_already_confirmed_are_not_sent_again(house: House) -> None:
    plays(house, "drops-after-page-1", "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.pages_confirmed) == (Letter.RETRY, 1)
    assert house.rows()[0].tries == 0
    house.work_for(420, 420)
    house.work()
    assert house.recipient().letter is Letter.SENT
    assert kept(house) == [1, 1, 1]


def test_an_uncertain_page_is_sent_once_more_and_that_is_said(house: House) -> None:
    plays(house, "silent-after-eop", "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.pages_confirmed, recipient.pages_uncertain) == (2, 1)
    assert "sent once more" in recipient.description
    assert recipient.reason == "page_unanswered"
    house.work_for(420, 420)
    house.work()
    assert house.recipient().letter is Letter.SENT
    assert kept(house) == [1, 1, 2]


def test_a_page_that_stays_uncertain_fails_after_its_second_sending(house: House) -> None:
    plays(house, "silent-after-eop")
    house.submit()
    house.work_for(1200)
    assert house.report().status is MessageStatus.PARTIAL
    recipient = house.recipient()
    assert "2 of 3 pages confirmed, page 3 unconfirmed" in recipient.description
    assert house.network.dials(N) == 2


def test_the_policy_ask_holds_an_uncertain_page_until_it_is_released(house: House) -> None:
    plays(house, "silent-after-eop", "busy", "normal")
    name = house.submit(uncertain=UncertainPolicy.ASK)
    house.work_for(1200)
    assert house.recipient().letter is Letter.HELD
    assert house.network.dials(N) == 1
    release(house.queue, house.account, name, house.clock.now)
    house.work_for(600)
    assert house.recipient().letter is Letter.SENT
    assert kept(house) == [1, 1, 2]


def test_a_wish_to_cancel_goes_before_the_policy_ask(house: House) -> None:
    house.pages = 1
    name = house.submit(uncertain=UncertainPolicy.ASK)
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), NOW)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), NOW, rendered(1))
    page = PageInCall(1, house.rows()[0].id, 1, 1, "")
    assert mark_dialled(house.queue, call_id, [page], NOW)
    note_page(house.queue, call_id, 1, PageOutcome.UNCERTAIN, NOW)
    assert cancel(house.queue, house.account, name, NOW).on_line == 1
    finish_call(house.queue, call_id, Finding(Failure.PAGE, "eop_unanswered"), NOW, 0.0)
    assert (house.recipient().letter, house.recipient().reason) == (Letter.FAILED, "cancelled")


def test_the_policy_accept_names_the_page_and_sends_nothing_twice(house: House) -> None:
    plays(house, "silent-after-eop")
    house.submit(uncertain=UncertainPolicy.ACCEPT)
    house.work_for(600)
    recipient = house.recipient()
    assert recipient.letter is Letter.SENT
    assert "page 3 unconfirmed" in recipient.description
    assert kept(house) == [1, 1, 1]


def test_local_trouble_is_not_charged_and_the_modem_is_left_alone_for_a_while(
    house: House,
) -> None:
    plays(house, "no-dialtone", "no-dialtone", "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.attempts) == (Letter.PENDING, 0)
    assert recipient.next_attempt is not None
    assert house.report().status is MessageStatus.PENDING
    house.clock.advance(20)
    house.work()
    assert house.network.dials(N) == 1
    with house.queue.store.read() as session:
        worker = session.scalars(select(Worker)).one()
    assert worker.failures == 1
    assert "no_dialtone" in worker.note
    house.work_for(300, 30)
    assert house.recipient().letter is Letter.SENT
    assert house.recipient().attempts == 1


def ended(house: House, failure: Failure, now: datetime) -> RecipientReport:
    """A call that dialled, and ended so."""
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), now)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), now, rendered(1))
    page = PageInCall(1, house.rows()[0].id, 1, 1, "")
    assert mark_dialled(house.queue, call_id, [page], now)
    finish_call(house.queue, call_id, Finding(failure, failure.value), now, 0.0)
    return house.recipient()


def test_local_trouble_after_dialling_waits_twice_as_long_each_time(house: House) -> None:
    house.submit()
    now, waits = NOW, []
    for _ in range(5):
        due = ended(house, Failure.LOCAL, now).next_attempt
        waits.append((due - now).total_seconds())
        now = due
    assert waits == [5, 10, 20, 40, 80]


def test_the_time_to_try_does_not_run_before_a_dial_is_charged(house: House) -> None:
    house.submit()
    ended(house, Failure.LOCAL, NOW)
    assert ended(house, Failure.BUSY, later(4 * 3600)).letter is Letter.BUSY


def test_a_port_that_cannot_be_opened_dials_nothing_and_charges_nothing(house: House) -> None:
    def broken(url, profile, record):
        raise PortError("/dev/ttyUSB0 is in use by process 7 (minicom)")

    house.submit()
    house.work(opener=broken)
    recipient = house.recipient()
    assert (recipient.letter, recipient.attempts, recipient.reason) == (
        Letter.PENDING, 0, "equipment",
    )  # fmt: skip
    assert "minicom" in recipient.description
    assert house.calls()[0].dialled is None


def test_what_cannot_be_rendered_fails_without_a_call(house: House) -> None:
    def unrenderable(*_: object):
        raise ContentError("letter.pdf is broken")

    house.submit()
    house.render = unrenderable
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "convert_failed")
    assert house.network.dials() == 0
    assert house.calls()[0].busy_destination is None


def test_the_higher_priority_is_served_first_and_then_the_older(house: House) -> None:
    order = {"low": 1, "first": 5, "second": 5, "high": 10}
    for number, (name, priority) in enumerate(order.items()):
        house.submit([f"555020{number}"], name, priority=priority)
    house.work()
    dialled = [each["dialled"] for each in house.network.read() if "dialled" in each]
    assert dialled == ["5550203", "5550201", "5550202", "5550200"]


def test_a_set_time_is_waited_for(house: House) -> None:
    house.submit(send_time=later(3600))
    house.work()
    assert house.recipient().letter is Letter.TIMED
    assert house.network.dials() == 0
    house.clock.advance(3601)
    house.work()
    assert house.recipient().letter is Letter.SENT


def test_an_expired_message_is_not_dialled(house: House) -> None:
    with_rules(house, expire_s=3600.0)
    house.submit()
    house.clock.advance(3601)
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "expired")
    assert house.network.dials() == 0


def test_an_expired_message_tells_what_has_arrived_of_it(house: House) -> None:
    with_rules(house, expire_s=7200.0)
    plays(house, "drops-after-page-1")
    name = house.submit()
    house.work()
    hold(house.queue, house.account, name, NOW)
    house.clock.advance(7201)
    release(house.queue, house.account, name, house.clock.now)
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "expired")
    assert "1 of 3 pages confirmed" in recipient.description


def test_held_is_not_dialled_and_released_is(house: House) -> None:
    name = house.submit()
    hold(house.queue, house.account, name, NOW)
    house.work()
    assert house.network.dials() == 0
    release(house.queue, house.account, name, NOW)
    house.work()
    assert kept(house) == [1, 1, 1]


def test_cancelled_is_not_dialled(house: House) -> None:
    name = house.submit(["5550100", "5550101"])
    first = house.rows()[0].id
    cancel(house.queue, house.account, name, NOW, first)
    house.work()
    assert house.report().status is MessageStatus.GONE
    assert house.network.dials() == 1


def test_a_call_in_progress_is_ended_between_pages(house: House) -> None:
    name = house.submit()
    effects = []

    def after_the_first_page(said: dict) -> None:
        if "page" in said and not effects:
            effects.append(cancel(house.queue, house.account, name, NOW))

    house.network.told.append(after_the_first_page)
    house.work()
    assert [effect.on_line for effect in effects] == [1]
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "cancelled")
    assert "1 of 3 pages confirmed" in recipient.description
    assert house.report().status is MessageStatus.PARTIAL
    assert kept(house) == [1, 0, 0]


def test_a_hold_in_mid_call_waits_for_its_end(house: House) -> None:
    plays(house, "silent-after-eop", "normal")
    name = house.submit()

    held = []

    def after_the_first_page(said: dict) -> None:
        if "page" in said and not held:
            held.append(hold(house.queue, house.account, name, NOW))

    house.network.told.append(after_the_first_page)
    house.work()
    assert house.recipient().letter is Letter.HELD
    house.work_for(600)
    assert house.network.dials(N) == 1


def test_one_call_at_a_time_goes_to_a_number(house: House) -> None:
    house.submit(["5550100"], "m1")
    house.submit(["555-0100"], "m2")
    north = Claimant("north/a", "north", Channel.FAX)
    south = Claimant("south/b", "south", Channel.FAX)
    first = claim(house.queue, north, NOW)
    assert first is not None
    assert claim(house.queue, south, NOW) is None


def test_a_modem_that_can_call_nobody_now_is_left_to_listen(house: House) -> None:
    """Its listening is broken off for what can be claimed, and for nothing else."""
    north = Claimant("north/a", "north", Channel.FAX)
    south = Claimant("south/b", "south", Channel.FAX)
    house.submit(["5550100"], "m1")
    house.submit(["555-0100"], "m2")
    assert something_to_do(house.queue, north, NOW)
    assert claim(house.queue, north, NOW) is not None
    assert not something_to_do(house.queue, north, NOW)
    house.submit(["5550101"], "m3", node="north")
    assert something_to_do(house.queue, north, NOW)
    assert not something_to_do(house.queue, south, NOW)


def test_several_faxes_to_one_number_go_in_one_call_where_that_is_allowed(house: House) -> None:
    with_rules(house, batch=3)
    for name in ("m1", "m2", "m3", "m4"):
        house.submit([N], name)
    house.submit([N], "alone", batched=False)
    house.work()
    assert house.network.dials(N) == 3
    assert {house.report(name).status for name in ("m1", "m2", "m3", "m4", "alone")} == {
        MessageStatus.GONE
    }
    assert [kept(house, index) for index in range(5)] == [[1, 1, 1]] * 5


def test_a_call_that_breaks_off_in_a_batch_leaves_each_fax_with_its_own_pages(
    house: House,
) -> None:
    with_rules(house, batch=3)
    plays(house, "drops-after-page-4", "normal")
    house.submit([N], "m1")
    house.submit([N], "m2")
    house.work()
    assert house.recipient("m1").letter is Letter.SENT
    assert house.recipient("m2").pages_confirmed == 1
    house.work_for(420, 420)
    house.work()
    assert house.recipient("m2").letter is Letter.SENT
    assert [kept(house, index) for index in range(2)] == [[1, 1, 1]] * 2


def test_a_page_that_cannot_be_sent_does_not_fail_the_others_of_its_batch(house: House) -> None:
    with_rules(house, batch=3)
    house.submit([N], "m1")
    house.submit([N], "m2")
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), NOW)
    assert call_id is not None
    finding = Finding(Failure.PERMANENT, "page_format", status=int(HangupStatus.PAGE_FORMAT))
    finish_call(house.queue, call_id, finding, NOW, 0.0)
    letters = [house.recipient(name).letter for name in ("m1", "m2")]
    assert letters == [Letter.RETRY, Letter.RETRY]
    house.clock.advance(301)
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), later(301))
    assert call_id is not None
    finish_call(house.queue, call_id, finding, later(301), 0.0)
    house.work()
    letters = [house.recipient(name).letter for name in ("m1", "m2")]
    assert letters == [Letter.FAILED, Letter.SENT]


def test_what_cannot_be_rendered_in_a_batch_was_not_dialled_for(house: House) -> None:
    good = rendered(3)

    def render(store, message, recipient, at, sender):
        if message.client_id == "m2":
            raise ContentError("letter.pdf is broken")
        return good(store, message, recipient, at, sender)

    with_rules(house, batch=3)
    house.submit([N], "m1")
    house.submit([N], "m2")
    house.render = render
    house.work()
    assert (house.recipient("m1").letter, house.recipient("m1").attempts) == (Letter.SENT, 1)
    failed = house.recipient("m2")
    assert (failed.letter, failed.attempts, failed.last_attempt) == (Letter.FAILED, 0, None)


def test_a_sent_fax_is_resent_from_a_page_on(house: House) -> None:
    name = house.submit()
    house.work()
    resend(house.queue, house.account, name, NOW, which=Which.ALL, first_page=3)
    house.work()
    assert kept(house) == [1, 1, 2]
    assert house.recipient().letter is Letter.SENT


def test_every_page_of_every_call_has_its_receipt(house: House) -> None:
    house.submit()
    house.work()
    with house.queue.store.read() as session:
        rows = list(session.scalars(select(PageRow).order_by(PageRow.number)))
    assert [row.outcome for row in rows] == [PageOutcome.CONFIRMED] * 3
    assert all(row.octets > 0 and row.rate == 14400 and len(row.raster) == 64 for row in rows)
    assert all(row.answered == NOW and row.sendings == 1 for row in rows)


def test_the_budget_of_a_day_puts_the_rest_off_until_tomorrow(house: House) -> None:
    with house.queue.store.write("test") as session:
        session.get_one(Account, house.account).budget = 2
    house.submit(["5550101", "5550102", "5550103"])
    house.work()
    assert house.network.dials() == 2
    waiting = house.recipient(index=2)
    assert (waiting.letter, waiting.reason) == (Letter.TIMED, "budget")
    house.clock.advance(86400)
    house.work()
    assert house.report().status is MessageStatus.GONE


def test_a_message_that_is_deleted_does_not_give_its_dials_back(house: House) -> None:
    with house.queue.store.write("test") as session:
        session.get_one(Account, house.account).budget = 2
    name = house.submit(["5550101"])
    house.work()
    delete_message(house.queue, house.account, name)
    house.submit(["5550102", "5550103"], "m2")
    house.work()
    assert house.network.dials() == 2
    assert house.recipient("m2", 1).reason == "budget"
    house.clock.advance(86400)
    house.work()
    assert house.report("m2").status is MessageStatus.GONE


def test_a_budget_is_of_a_day_in_the_zone_of_the_account(house: House) -> None:
    house.clock.now = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)  # half past eleven in Berlin
    with house.queue.store.write("test") as session:
        account = session.get_one(Account, house.account)
        account.budget, account.zone = 1, "Europe/Berlin"
    house.submit(["5550101", "5550102"])
    house.work()
    assert house.network.dials() == 1
    house.clock.advance(3600)
    house.work()
    assert house.report().status is MessageStatus.GONE


def test_a_number_that_seems_dead_is_left_alone_by_all_messages(house: House) -> None:
    plays(house, "no-answer")
    with_rules(house, retry=RetryPolicy(dials=99, window_s=9e9))
    house.submit()
    house.work_for(6 * 400, 100)
    with house.queue.store.read() as session:
        remembered = session.get_one(Destination, N)
    assert remembered.dead_calls >= 6
    assert remembered.closed_until is not None
    dials = house.network.dials(N)
    house.submit([N], "m2")
    house.work()
    assert house.network.dials(N) == dials
    assert house.recipient("m2").reason == "number_seems_dead"


def test_a_number_that_fails_on_the_way_is_called_more_slowly(house: House) -> None:
    plays(house, "drops-after-page-0", "drops-after-page-0", "normal")
    house.submit()
    house.work_for(1200)
    assert house.recipient().letter is Letter.SENT
    assert [call.rate for call in house.calls()] == [14400, 14400, 12000]
    with house.queue.store.read() as session:
        assert "at most 12000 bit/s" in session.get_one(Destination, N).why


def test_a_preferred_node_takes_its_own_and_others_leave_it_alone(house: House) -> None:
    house.submit(node="north")
    house.work("south/usb0")
    assert house.network.dials() == 0
    house.clock.advance(400)
    house.work("south/usb0")
    assert house.network.dials() == 1  # north has never been seen: it is not waited for for ever


def test_the_wish_to_cancel_is_looked_for_before_dialling(house: House) -> None:
    name = house.submit()

    def cancelled_as_it_opens(url, profile, record):
        cancel(house.queue, house.account, name, NOW)
        return house.network.open(url, profile, record)

    house.work(opener=cancelled_as_it_opens)
    assert house.network.dials() == 0
    assert house.report().status is MessageStatus.CANCELLED
    assert house.rows()[0].cancel_wish is CancelWish.NO


def test_nothing_is_dialled_for_where_nothing_is_left_to_be_sent(house: House) -> None:
    """A fax was cancelled when its only page had gone out unanswered, and is then sent again."""
    house.pages = 1
    name = house.submit(uncertain=UncertainPolicy.ACCEPT)
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), NOW)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), NOW, rendered(1))
    page = PageInCall(1, house.rows()[0].id, 1, 1, "")
    assert mark_dialled(house.queue, call_id, [page], NOW)
    note_page(house.queue, call_id, 1, PageOutcome.UNCERTAIN, NOW)
    cancel(house.queue, house.account, name, NOW)
    finish_call(house.queue, call_id, Finding(Failure.CANCELLED, "cancelled"), NOW, 0.0)
    assert house.recipient().letter is Letter.FAILED
    resend(house.queue, house.account, name, NOW)
    house.work()
    assert house.recipient().letter is Letter.SENT
    assert "page 1 unconfirmed" in house.recipient().description
    assert house.network.dials() == 0


def test_no_transaction_is_open_while_a_fax_is_rendered(house: House) -> None:
    files = house.queue.store.blobs = QuietFiles(house.queue.store)
    open_meanwhile: list[int] = []

    def render(store, message, recipient, *rest):
        open_meanwhile.append(store.engine.pool.checkedout())
        assert not message.attachments
        return rendered(3)(store, message, recipient, *rest)

    house.submit(resume_cover=True)
    own_cover = files.put(b"<html><body>$[COMMENTS]</body></html>")
    call_id = claim(house.queue, Claimant("north/usb0", "north", Channel.FAX, "usb0"), NOW)
    assert call_id is not None
    render_due(house.queue, call_id, Identity(), NOW, render)
    assert open_meanwhile == [0]
    with house.queue.store.write("test") as session:
        recipient = session.get_one(Recipient, house.rows()[0].id)
        recipient.first_page, recipient.message.cover_blob = 2, own_cover
    plan = plan_call(house.queue, call_id, Identity(), NOW)
    assert plan is not None
    assert [page.number for page in plan.pages] == [0, 2, 3]
    assert files.got == [house.rows()[0].document, own_cover]


def test_an_account_whose_number_cannot_be_an_identity_dials_nothing(house: House) -> None:
    with house.queue.store.write("test") as session:
        session.get_one(Account, house.account).sender_number = "+44 (0)20 7946"
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason, recipient.attempts) == (
        Letter.FAILED, "sender_number", 0,
    )  # fmt: skip
    assert "'+44 (0)20 7946'" in recipient.description
    assert house.network.dials(N) == 0
