"""Short messages: the alphabet, the cutting, PDUs read by a foreign decoder, a simulated modem."""

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.findings import PageInCall
from faxcore.delivery.gsm_modem import GsmModem
from faxcore.delivery.model import Recipient
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    RecipientDraft,
    add_attachment,
    add_recipient,
    cancel,
    create_message,
    message_report,
    resend,
    send_message,
)
from faxcore.delivery.recording import mark_dialled, note_page
from faxcore.delivery.sms_channel import SmsWork
from faxcore.delivery.sms_pdu import Fate, address, read_report, submit, validity
from faxcore.delivery.sms_text import SEPTETS, parts_of
from faxcore.delivery.states import Body, Channel, Letter, MessageStatus
from faxcore.delivery.worker import WorkerLoop
from faxcore.errors import CommandRefused, RequestRefused
from faxcore.t30.result import PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.delivery.deliveries import AtOnce, House
from tests.delivery.gsm import Gsm
from tests.delivery.moments import NOW

foreign = pytest.importorskip("gsmmodem.pdu", reason="python-gsmmodem-new is not installed")
M1 = MessageName(client_id="m1")
NUMBER = "+447700900123"
ALPHABET = "".join(each for each in SEPTETS if each not in "\r\f§")

DECODED = ALPHABET.replace("@", "")
"""python-gsmmodem drops an @, which is septet 0, that is the last of eight septets."""


def decoded(pdu: str) -> dict:
    return foreign.decodeSmsPdu(pdu)


def test_the_alphabet_is_that_of_a_foreign_coder() -> None:
    # python-gsmmodem has another character than TS 23.038 at 0x5F, and no form feed.
    for letter, septets in SEPTETS.items():
        if letter not in "\f§":
            assert tuple(foreign.encodeGsm7(letter)) == septets, letter


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("€" * 80, [160]),
        ("€" * 81, [152, 10]),
        ("ж" * 70, [140]),
        ("ж" * 71, [134, 8]),
        ("😀" * 36, [132, 12]),
    ],
)
def test_a_text_is_cut_where_it_must_be_and_never_within_a_character(
    text: str, sizes: list[int]
) -> None:
    assert [len(part.septets) or len(part.octets) for part in parts_of(text)] == sizes


@pytest.mark.parametrize("text", ["", "x" * 40000])
def test_a_text_of_nothing_or_of_too_much_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no text|at most 255"):
        parts_of(text)


@settings(max_examples=60, deadline=None)
@given(st.text(DECODED + "жя語😀", min_size=1, max_size=400))
def test_a_foreign_decoder_reads_every_text_back(text: str) -> None:
    said = ""
    parts = parts_of(text)
    for part in parts:
        made = submit(NUMBER, part, 77)
        assert made.length == len(made.pdu) // 2 - 1
        read = decoded(made.pdu)
        assert read["type"] == "SMS-SUBMIT"
        assert read["number"] == NUMBER
        said += read["text"]
        if len(parts) > 1:
            (header,) = read["udh"]
            assert (header.reference, header.parts, header.number) == (77, len(parts), part.number)
    pairs_joined = said.encode("utf-16", "surrogatepass").decode("utf-16")
    assert pairs_joined == text


@pytest.mark.parametrize(
    ("minutes", "octet"), [(1, 0), (5, 0), (60, 11), (720, 143), (1440, 167), (2880, 168)]
)
def test_validity_periods_are_those_of_the_table(minutes: int, octet: int) -> None:
    assert validity(minutes) == octet


@pytest.mark.parametrize("number", ["", "+", "12a", "1 2", "+44\r", "1" * 30])
def test_what_is_no_number_makes_no_address(number: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        address(number)


def report_pdu(reference: int, status: int) -> str:
    """SMS-STATUS-REPORT as 23.040 9.2.2.3 draws it, for NUMBER."""
    stamp = bytes.fromhex("62110311000000")
    octets = bytes((0x06, reference)) + address(NUMBER) + stamp + stamp + bytes((status,))
    return "00" + octets.hex().upper()


@pytest.mark.parametrize(
    ("status", "fate"),
    [(0, Fate.DELIVERED), (0x20, Fate.TRYING), (0x46, Fate.FAILED), (0x60, Fate.FAILED)],
)
def test_reports_are_read_as_a_foreign_decoder_reads_them(status: int, fate: Fate) -> None:
    pdu = report_pdu(255, status)
    report = read_report(pdu)
    assert report is not None
    assert (report.reference, report.number, report.fate) == (255, NUMBER, fate)
    read = decoded(pdu)
    assert (read["type"], read["reference"], read["status"]) == ("SMS-STATUS-REPORT", 255, status)


@pytest.mark.parametrize("pdu", ["00", "0006", "00060191", "07"])
def test_a_report_that_is_cut_short_is_no_report(pdu: str) -> None:
    with pytest.raises(ValueError, match="too short"):
        read_report(pdu)


def work(house: House, gsm: Gsm, pin: str = "") -> SmsWork:
    job = SmsWork(house.queue, "north/sms", lambda: GsmModem(VirtualPort(gsm), pin), house.clock)
    claimant = Claimant("north/sms", "north", Channel.SMS, "sms")
    loop = WorkerLoop(house.queue, claimant, job, clock=house.clock, runner=AtOnce)
    loop.run(lambda: True)
    return job


def send(house: House, text: str, kind: Body = Body.TEXT) -> None:
    draft = MessageDraft("m1", body=text, body_type=kind)
    create_message(house.queue, house.account, draft, NOW)
    add_recipient(
        house.queue, house.account, M1, RecipientDraft(Channel.SMS, "+44 7700 900123"), NOW
    )
    add_attachment(house.queue, house.account, M1, "tune.mp3", "audio/mpeg", b"ID3")
    send_message(house.queue, house.account, M1, NOW)


def texts(gsm: Gsm) -> list[str]:
    return [decoded(pdu)["text"] for pdu in gsm.taken]


def only(house: House):
    return message_report(house.queue, house.account, M1).recipients[0]


@pytest.mark.parametrize("noise", [b"", b"\r\n+CREG: 1\r\n"])
def test_a_text_is_handed_over_and_relayed(house: House, noise: bytes) -> None:
    gsm = Gsm(noise=noise)
    send(house, "<p>Your results are <b>ready</b> &amp; good</p>", Body.HTML)
    work(house, gsm)
    assert texts(gsm) == ["Your results are ready & good"]
    assert only(house).letter is Letter.RELAYED
    assert message_report(house.queue, house.account, M1).status is MessageStatus.GONE
    assert gsm.lengths == [len(gsm.taken[0]) // 2 - 1]


def test_every_part_must_be_reported_before_it_is_sent(house: House) -> None:
    gsm = Gsm()
    send(house, "x" * 200)
    job = work(house, gsm)
    assert len(gsm.taken) == 2
    gsm.stored = {3: report_pdu(255, 0), 5: "0004", 9: report_pdu(99, 0)}
    assert job.read_reports() == 0
    assert only(house).letter is Letter.RELAYED
    gsm.stored[1] = report_pdu(0, 0)
    assert job.read_reports() == 1
    assert only(house).letter is Letter.SENT
    assert set(gsm.stored) == {5}


def test_a_report_reads_no_message_but_its_own(house: House) -> None:
    gsm = Gsm()
    send(house, "Hello")
    job = work(house, gsm)
    with house.queue.store.write("test") as session:
        own = session.get_one(Recipient, house.rows()[0].id)
        other = Recipient(
            message_id=own.message_id,
            channel=Channel.SMS,
            address=own.address,
            destination=own.destination,
            state=own.state,
            gateway_id="25,2551",
        )
        session.add(other)
    read: set[int] = set()

    def note(recipient: Recipient, _: object) -> None:
        read.add(recipient.id)

    event.listen(Recipient, "load", note)
    gsm.stored = {1: report_pdu(255, 0)}
    assert job.read_reports() == 1
    event.remove(Recipient, "load", note)
    assert read == {own.id}


def test_a_report_of_failure_fails_it(house: House) -> None:
    gsm = Gsm()
    send(house, "Hello")
    job = work(house, gsm)
    gsm.stored = {1: report_pdu(255, 0x46)}
    assert job.read_reports() == 1
    assert (only(house).letter, only(house).reason) == (Letter.FAILED, "undelivered")
    assert message_report(house.queue, house.account, M1).status is MessageStatus.FAILED


def test_what_the_network_did_not_deliver_is_handed_over_again_on_a_resend(house: House) -> None:
    gsm = Gsm()
    send(house, "x" * 200)
    job = work(house, gsm)
    gsm.stored = {1: report_pdu(255, 0)}
    job.read_reports()
    gsm.stored = {1: report_pdu(0, 0x46)}
    job.read_reports()
    assert message_report(house.queue, house.account, M1).status is MessageStatus.PARTIAL
    resend(house.queue, house.account, M1, NOW)
    work(house, gsm)
    assert len(gsm.taken) == 4
    assert only(house).letter is Letter.RELAYED


@pytest.mark.parametrize(
    ("answer", "letter", "attempts"),
    [
        ("+CMS ERROR: 332", Letter.RETRY, 1),
        ("+CMS ERROR: 28", Letter.FAILED, 1),
        ("+CMS ERROR: 310", Letter.PENDING, 0),
        ("ERROR", Letter.RETRY, 1),
    ],
)
def test_a_refusal_is_for_now_for_good_or_our_own(
    house: House, answer: str, letter: Letter, attempts: int
) -> None:
    gsm = Gsm(answers=deque([answer]))
    send(house, "Hello")
    work(house, gsm)
    assert (only(house).letter, only(house).attempts) == (letter, attempts)


def test_parts_that_were_taken_are_not_sent_again(house: House) -> None:
    gsm = Gsm(answers=deque([None, "+CMS ERROR: 42"]))
    send(house, "x" * 153 + "y" * 153 + "z")
    work(house, gsm)
    assert only(house).pages_confirmed == 1
    house.clock.advance(600)
    work(house, gsm)
    assert only(house).letter is Letter.RELAYED
    assert [text[0] for text in texts(gsm)] == ["x", "y", "z"]


def test_a_part_that_was_never_answered_is_uncertain_and_sent_once_more(house: House) -> None:
    gsm = Gsm(answers=deque(["silence"]))
    send(house, "Hello")
    work(house, gsm)
    assert only(house).pages_uncertain == 1
    assert "sent once more" in only(house).description
    house.clock.advance(600)
    work(house, gsm)
    assert texts(gsm) == ["Hello", "Hello"]
    assert only(house).letter is Letter.RELAYED


def test_a_locked_sim_needs_its_pin(house: House) -> None:
    gsm = Gsm(pin="1234")
    modem = GsmModem(VirtualPort(gsm))
    with pytest.raises(CommandRefused, match="SIM is not ready"):
        modem.prepare()
    send(house, "Hello")
    work(house, gsm, pin="1234")
    assert texts(gsm) == ["Hello"]


def test_an_empty_body_cannot_be_sent_as_a_short_message(house: House) -> None:
    with pytest.raises(RequestRefused, match="text in it"):
        send(house, "<p> </p>", Body.HTML)


def test_a_number_that_no_network_knows_fails_at_once(house: House) -> None:
    gsm = Gsm()
    create_message(
        house.queue, house.account, MessageDraft("m1", body="Hello", body_type=Body.TEXT), NOW
    )
    add_recipient(house.queue, house.account, M1, RecipientDraft(Channel.SMS, "555,0100"), NOW)
    send_message(house.queue, house.account, M1, NOW)
    work(house, gsm)
    assert gsm.taken == []
    assert (only(house).letter, only(house).reason) == (Letter.FAILED, "number_refused")
    assert message_report(house.queue, house.account, M1).status is MessageStatus.FAILED


def test_a_cancelled_text_is_not_handed_over(house: House) -> None:
    gsm = Gsm()
    send(house, "Hello")
    cancel(house.queue, house.account, M1, NOW)
    work(house, gsm)
    assert gsm.taken == []


def test_parts_that_a_crash_left_open_follow_the_rule_for_uncertain_pages(house: House) -> None:
    gsm = Gsm()
    send(house, "x" * 153 + "y" * 153 + "z")
    claimant = Claimant("north/sms", "north", Channel.SMS, "sms")
    call_id = claim(house.queue, claimant, NOW)
    assert call_id is not None
    (row,) = house.rows()
    with house.queue.store.write("test") as session:
        session.get_one(Recipient, row.id).pages = 3
    pages = [PageInCall(number, row.id, 1, number, "") for number in (1, 2, 3)]
    assert mark_dialled(house.queue, call_id, pages, NOW)
    note_page(house.queue, call_id, 1, PageOutcome.CONFIRMED, NOW)
    note_page(house.queue, call_id, 2, PageOutcome.UNCERTAIN, NOW)
    work(house, gsm)
    assert gsm.taken == []
    assert (only(house).pages_confirmed, only(house).pages_uncertain) == (1, 1)
    house.clock.advance(600)
    work(house, gsm)
    assert [text[0] for text in texts(gsm)] == ["y", "z"]
    assert only(house).letter is Letter.RELAYED
