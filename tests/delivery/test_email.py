"""E-mail through a real SMTP server on loopback: who gets what, and what refusals become."""

import email
import email.policy
import mailbox
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from PIL import Image

from faxcore.delivery.bounces import read_bounces
from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.email_channel import EmailWork
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import Maildir
from faxcore.delivery.model import Account, Recipient
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    RecipientDraft,
    add_attachment,
    add_recipient,
    create_message,
    message_report,
    send_message,
)
from faxcore.delivery.recording import mark_dialled
from faxcore.delivery.states import Body, Channel, Letter, MessageStatus, Scope
from faxcore.delivery.worker import WorkerLoop
from faxcore.errors import SettingsError
from tests.delivery.deliveries import AtOnce, House, QuietFiles
from tests.delivery.moments import NOW
from tests.render.samples import image_file

M1 = MessageName(client_id="m1")
BUSY, NEVER, FULL = "busy@example.org", "never@example.org", "full@example.org"


class Inbox:
    """Keeps what it accepts; refuses some addresses, for now or for good."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], email.message.EmailMessage]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == BUSY:
            return "450 4.2.1 mailbox busy"
        if address == NEVER:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if FULL in envelope.rcpt_tos:
            return "552 5.2.2 mailbox full"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), mail))
        return "250 OK"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[MailServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer("127.0.0.1", port, domain="fax.example.org", envelope="bounce-%@ours.example")
    controller.stop()


def work(house: House, server: MailServer) -> None:
    job = EmailWork(house.queue, "north/email", server, house.clock)
    claimant = Claimant("north/email", "north", Channel.EMAIL, "email")
    loop = WorkerLoop(house.queue, claimant, job, clock=house.clock, runner=AtOnce)
    loop.run(lambda: True)


def submit(
    house: House,
    *drafts: RecipientDraft,
    attach: tuple[bytes, str] = (b"II*\0data", "Blatt ä.tif"),
    **changes: object,
) -> None:
    with house.queue.store.write("test") as session:
        account = session.get_one(Account, house.account)
        account.sender_email, account.email_domains = "clinic@example.org", ["example.org"]
    values = {"body": "Hello.", "body_type": Body.TEXT, "subject": "Results"} | changes
    create_message(house.queue, house.account, MessageDraft("m1", **values), NOW)
    for draft in drafts:
        add_recipient(house.queue, house.account, M1, draft, NOW)
    data, name = attach
    add_attachment(house.queue, house.account, M1, name, "Image/TIFF", data)
    send_message(house.queue, house.account, M1, NOW)


def to(address: str, scope: Scope = Scope.TO, name: str = "") -> RecipientDraft:
    return RecipientDraft(Channel.EMAIL, address, name, scope)


def marked(house: House) -> str:
    """Where the bounces of the first recipient come back to."""
    row = house.rows()[0]
    assert len(row.bounce_mark) == 20
    return f"bounce-{row.id}-{row.bounce_mark}@ours.example"


def test_every_recipient_gets_a_copy_and_bcc_is_in_no_header(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    submit(
        house,
        to("ada@example.org", name="Ada Lovelace"),
        to("bob@example.org", Scope.CC),
        to("eve@example.org", Scope.BCC),
        sender_name="Dr. Grün",
    )
    work(house, server)
    assert [taken[1] for taken in inbox.taken] == [
        ["ada@example.org"], ["bob@example.org"], ["eve@example.org"],
    ]  # fmt: skip
    for _, _, mail in inbox.taken:
        assert mail["To"] == "Ada Lovelace <ada@example.org>"
        assert mail["Cc"] == "bob@example.org"
        assert "eve" not in mail.as_string()
        assert mail["From"] == '"Dr. Grün" <clinic@example.org>'
        assert mail["Subject"] == "Results"
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "image/tiff"
        assert attached.get_filename() == "Blatt ä.tif"
        assert attached.get_content() == b"II*\0data"
    report = message_report(house.queue, house.account, M1)
    assert {each.letter for each in report.recipients} == {Letter.RELAYED}
    assert report.status is MessageStatus.GONE
    assert inbox.taken[0][0] == marked(house)


def test_no_transaction_is_open_while_an_email_is_put_together(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    files = house.queue.store.blobs = QuietFiles(house.queue.store)
    submit(house, to("ada@example.org"), to("bob@example.org", Scope.CC))
    call_id = claim(house.queue, Claimant("north/email", "north", Channel.EMAIL, "email"), NOW)
    assert call_id is not None
    EmailWork(house.queue, "north/email", server, house.clock).perform(call_id)
    assert len(files.got) == 1
    assert inbox.taken[0][2]["Cc"] == "bob@example.org"


def test_html_goes_with_its_plain_words(house: House, server: MailServer, inbox: Inbox) -> None:
    html = "<h1>Ärzte</h1><p>Words &amp; more</p><script>no()</script>"
    submit(house, to("ada@example.org"), body=html, body_type=Body.HTML)
    work(house, server)
    mail = inbox.taken[0][2]
    assert mail.get_body(("html",)).get_content().strip() == html
    assert mail.get_body(("plain",)).get_content().split() == ["Ärzte", "Words", "&", "more"]


def test_a_banner_is_in_the_mail_and_on_top_of_it(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    picture = image_file(Image.new("L", (8, 8)), "PNG")
    banner = house.queue.store.blobs.put(picture)
    html = "<html><body class='x'><p>Words</p></body></html>"
    submit(house, to("ada@example.org"), body=html, body_type=Body.HTML, banner=banner)
    work(house, server)
    mail = inbox.taken[0][2]
    shown = mail.get_body(("html",)).get_content()
    assert "<body class='x'><img src=\"cid:banner@faxcore\"" in shown
    inline = [each for each in mail.walk() if each["Content-ID"] == "<banner@faxcore>"]
    assert [each.get_content() for each in inline] == [picture]
    assert mail.get_body(("plain",)).get_content().strip() == "Words"


def test_a_body_in_xml_goes_as_a_pdf(house: House, server: MailServer, inbox: Inbox) -> None:
    xml = (
        "<document><pageInfo pageSize='a4'/><pageDrawing><drawString x='9' y='9'>Words"
        "</drawString></pageDrawing></document>"
    )
    submit(house, to("ada@example.org"), body=xml, body_type=Body.XML)
    work(house, server)
    pdf, attached = inbox.taken[0][2].iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    assert attached.get_filename() == "Blatt ä.tif"


@pytest.mark.parametrize(
    ("address", "letter", "code"),
    [(BUSY, Letter.RETRY, "450"), (NEVER, Letter.FAILED, "550"), (FULL, Letter.FAILED, "552")],
)
def test_a_refusal_is_for_now_or_for_good(
    house: House, server: MailServer, address: str, letter: Letter, code: str
) -> None:
    submit(house, to("ada@example.org"), to(address))
    work(house, server)
    one, other = message_report(house.queue, house.account, M1).recipients
    assert one.letter is Letter.RELAYED
    assert (other.letter, other.attempts) == (letter, 1)
    assert code in other.description


def test_an_address_that_no_header_can_bear_ends_the_attempts(
    house: House, server: MailServer
) -> None:
    """One that an account was given, or that an earlier version took."""
    submit(house, to("ada@example.org"))
    with house.queue.store.write("test") as session:
        session.get_one(Account, house.account).sender_email = "clinic@example..org"
    work(house, server)
    (recipient,) = message_report(house.queue, house.account, M1).recipients
    assert (recipient.letter, recipient.reason) == (Letter.FAILED, "convert_failed")


def test_a_server_that_is_not_there_is_charged_to_nobody(house: House, server: MailServer) -> None:
    submit(house, to("ada@example.org"))
    work(house, MailServer("127.0.0.1", 1, timeout_s=1))
    recipient = message_report(house.queue, house.account, M1).recipients[0]
    assert (recipient.letter, recipient.attempts) == (Letter.PENDING, 0)
    assert recipient.reason == "smtp_unreachable"
    house.clock.advance(60)
    work(house, server)
    assert message_report(house.queue, house.account, M1).status is MessageStatus.GONE


def test_a_server_without_tls_is_not_used_where_tls_is_wanted(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"))
    work(house, MailServer(server.host, server.port, tls="starttls"))
    assert inbox.taken == []
    recipient = message_report(house.queue, house.account, M1).recipients[0]
    assert "STARTTLS" in recipient.description


def test_a_password_does_not_go_over_the_network_in_the_clear() -> None:
    with pytest.raises(SettingsError, match="without tls"):
        MailServer("mail.example.org", user="us", password="secret")


REPORT = """\
From: MAILER-DAEMON@example.org
To: {address}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user
--b--
"""


@pytest.mark.parametrize(
    ("action", "letter", "status"),
    [
        ("failed", Letter.FAILED, MessageStatus.FAILED),
        ("delivered", Letter.SENT, MessageStatus.GONE),
        ("delayed", Letter.RELAYED, MessageStatus.GONE),
    ],
)
def test_what_comes_back_changes_what_was_relayed(
    house: House,
    server: MailServer,
    tmp_path: Path,
    action: str,
    letter: Letter,
    status: MessageStatus,
) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    mails = mailbox.Maildir(tmp_path / "mail")
    mails.add(REPORT.format(address=marked(house), action=action))
    mails.add("From: a@b\nTo: bounce-99@ours.example\nSubject: hello\n\nwords\n")
    box = Maildir(tmp_path / "mail")
    changed = read_bounces(house.queue, box, server.envelope, NOW)
    assert changed == (action != "delayed")
    report = message_report(house.queue, house.account, M1)
    assert (report.recipients[0].letter, report.status) == (letter, status)
    assert read_bounces(house.queue, box, server.envelope, NOW) == 0


@pytest.mark.parametrize(
    "address", ["bounce-{0}@ours.example", "bounce-{0}-{1:020x}@ours.example", "bounce-{0}-@x"]
)
def test_a_bounce_to_an_address_that_was_guessed_changes_nothing(
    house: House, server: MailServer, tmp_path: Path, address: str
) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    guessed = address.format(house.rows()[0].id, 7)
    mailbox.Maildir(tmp_path / "mail").add(REPORT.format(address=guessed, action="failed"))
    assert read_bounces(house.queue, Maildir(tmp_path / "mail"), server.envelope, NOW) == 0
    assert house.rows()[0].letter is Letter.RELAYED


def test_mail_from_before_there_were_marks_has_its_bounces(
    house: House, server: MailServer, tmp_path: Path
) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    with house.queue.store.write("test") as session:
        session.get_one(Recipient, house.rows()[0].id).bounce_mark = ""
    known = f"bounce-{house.rows()[0].id}@ours.example"
    mailbox.Maildir(tmp_path / "mail").add(REPORT.format(address=known, action="failed"))
    assert read_bounces(house.queue, Maildir(tmp_path / "mail"), server.envelope, NOW) == 1


def test_a_mail_that_was_seen_is_not_even_opened(tmp_path: Path) -> None:
    mails = mailbox.Maildir(tmp_path / "mail")
    mails.add("To: a@b\n\nwords\n")
    with socket.socket(socket.AF_UNIX) as unreadable:
        unreadable.bind(str(tmp_path / "mail" / "cur" / "1.old:2,FS"))
        (unread,) = Maildir(tmp_path / "mail").unread()
        assert unread.endswith(b"words\n")
        assert list(Maildir(tmp_path / "mail").unread()) == []


@pytest.mark.parametrize("header", ['To: "', "To: :a;a", "To: \n .,charset=\t>=?utf-8?q?"])
def test_a_mail_that_makes_no_sense_does_not_stop_those_behind_it(
    house: House, server: MailServer, tmp_path: Path, header: str
) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    mails = mailbox.Maildir(tmp_path / "mail")
    mails.add(f"{header}\n\nwords\n")
    mails.add(REPORT.format(address=marked(house), action="failed"))
    assert read_bounces(house.queue, Maildir(tmp_path / "mail"), server.envelope, NOW) == 1


def test_a_mail_that_a_crash_cut_off_is_not_handed_over_again_under_the_same_attempt(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"))
    claimant = Claimant("north/email", "north", Channel.EMAIL, "email")
    call_id = claim(house.queue, claimant, NOW)
    assert call_id is not None
    assert mark_dialled(house.queue, call_id, (), NOW)
    work(house, server)  # the same worker, in its next life
    assert inbox.taken == []
    recipient = message_report(house.queue, house.account, M1).recipients[0]
    assert (recipient.letter, recipient.reason, recipient.attempts) == (
        Letter.RETRY, "interrupted", 1,
    )  # fmt: skip
    house.clock.advance(600)
    work(house, server)
    first = inbox.taken[0][2]["Message-ID"]
    assert first.endswith("@fax.example.org>")
    assert message_report(house.queue, house.account, M1).status is MessageStatus.GONE


def test_what_is_missing_from_a_pdf_that_goes_along_is_told(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    html = '<p>Hello<img src="https://example.org/a.png">'
    file = (b"Words", "words.txt")
    submit(house, to(BUSY), attach=file, body=html, body_type=Body.HTML)
    for _ in range(2):
        work(house, replace(server, pages=True))
        house.clock.advance(3600)
    (note,) = message_report(house.queue, house.account, M1).notes
    assert note.text.startswith("fax.pdf: the body: left out https://example.org/a.png")
    assert house.rows()[0].dials == 2


HIDDEN = "=?utf-8?q?a=0D=0AFrom:_boss@bank.example?="
"""Encoded words (RFC 2047) with a line break in them."""


@pytest.mark.parametrize("words", [HIDDEN, "=?us-ascii?q?=FF?= é", "x =?utf-8?q?=0A=0Abody?= y"])
@pytest.mark.parametrize("where", ["subject", "sender_name", "recipient", "attachment"])
def test_what_words_hide_of_headers_does_not_go_out(
    house: House, server: MailServer, inbox: Inbox, words: str, where: str
) -> None:
    own = {where: words} if where in {"subject", "sender_name"} else {}
    file = (b"data", words if where == "attachment" else "a.bin")
    submit(house, to("ada@example.org", name=words * (where == "recipient")), attach=file, **own)
    work(house, server)
    row = house.rows()[0]
    if where == "attachment" and "us-ascii" in words:  # a parameter is written by RFC 2231
        (_, _, mail) = inbox.taken[0]
        assert [each.get_filename() for each in mail.iter_attachments()] == [words]
    else:
        assert (row.letter, row.reason, inbox.taken) == (Letter.FAILED, "convert_failed", [])
        assert "a header of the e-mail" in row.description


def test_a_subject_in_encoded_words_arrives_as_it_reads(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"), subject="=?utf-8?q?caf=C3=A9?=")
    work(house, server)
    assert [mail["Subject"] for _, _, mail in inbox.taken] == ["café"]
