"""E-mail that is cut off, and bounces that come back to an IMAP server."""

from collections.abc import Iterator

import pytest

from faxcore.delivery import email_channel
from faxcore.delivery.bounces import read_bounces
from faxcore.delivery.claiming import Claimant, claim
from faxcore.delivery.configuration import configure
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import ImapFolder, Maildir, mailbox_of
from faxcore.delivery.operations import message_report, release, resend
from faxcore.delivery.recording import PageInCall, mark_dialled, note_page
from faxcore.delivery.states import Channel, Letter, MessageStatus, UncertainPolicy
from faxcore.errors import QueueError, SettingsError
from faxcore.t30.result import PageOutcome
from tests.delivery.deliveries import House
from tests.delivery.mail_doubles import CuttingSmtp, ImapBox, served
from tests.delivery.moments import NOW
from tests.delivery.test_email import M1, REPORT, Inbox, inbox, marked, server, submit, to, work

DOMAIN = "fax.example.org"
__all__ = ["inbox", "server"]


@pytest.fixture
def cutting() -> Iterator[object]:
    with served(CuttingSmtp, cut="dot", bodies=[]) as running:
        yield running


def reached(running) -> MailServer:
    return MailServer(
        "127.0.0.1", running.server_address[1], timeout_s=5, answer_s=5, domain=DOMAIN
    )


def only(house: House):
    return message_report(house.queue, house.account, M1).recipients[0]


def test_a_mail_that_was_never_acknowledged_is_uncertain_and_sent_once_more(
    house: House, cutting, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"), body="Hello.\n.\n..dots")
    work(house, reached(cutting))
    assert b"\r\n..\r\n...dots\r\n" in cutting.bodies[0]
    assert (only(house).letter, only(house).reason) == (Letter.RETRY, "handover_unanswered")
    assert only(house).pages_uncertain == 1
    assert "sent once more" in only(house).description
    house.clock.advance(600)
    work(house, server)
    assert only(house).letter is Letter.RELAYED
    (mail,) = [mail for _, _, mail in inbox.taken]
    assert mail["Message-ID"].encode() in cutting.bodies[0]


def test_a_mail_that_was_never_acknowledged_twice_is_not_sent_a_third_time(
    house: House, cutting
) -> None:
    submit(house, to("ada@example.org"))
    for _ in range(4):
        work(house, reached(cutting))
        house.clock.advance(600)
    assert len(cutting.bodies) == 2
    assert (only(house).letter, only(house).reason) == (Letter.FAILED, "page_unanswered")
    assert only(house).description.endswith("its copy was never acknowledged")
    assert message_report(house.queue, house.account, M1).status is MessageStatus.PARTIAL


def test_an_answer_to_the_dot_that_makes_no_sense_leaves_it_uncertain(house: House) -> None:
    submit(house, to("ada@example.org"), uncertain=UncertainPolicy.ASK)
    with served(CuttingSmtp, cut="", bodies=[], at_dot=lambda: "*** relayed ***") as running:
        for _ in range(2):
            work(house, reached(running))
            house.clock.advance(600)
        assert len(running.bodies) == 1
    assert only(house).letter is Letter.HELD
    assert only(house).pages_uncertain == 1


def test_by_policy_it_is_asked_about_or_taken_for_relayed(
    house: House, cutting, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"), uncertain=UncertainPolicy.ASK)
    work(house, reached(cutting))
    assert only(house).letter is Letter.HELD
    work(house, server)
    assert inbox.taken == []
    release(house.queue, house.account, M1, NOW)
    work(house, server)
    assert only(house).letter is Letter.RELAYED


def test_by_policy_it_is_taken_for_relayed(house: House, cutting) -> None:
    submit(house, to("ada@example.org"), uncertain=UncertainPolicy.ACCEPT)
    work(house, reached(cutting))
    assert (only(house).letter, only(house).pages_uncertain) == (Letter.RELAYED, 1)
    assert "never acknowledged" in only(house).description


def test_a_mail_that_is_cut_off_before_its_dot_is_not_uncertain(
    house: House, cutting, server: MailServer, inbox: Inbox
) -> None:
    cutting.cut = "data"
    submit(house, to("ada@example.org"), body="words " * 2_000_000)
    for _ in range(3):
        work(house, reached(cutting))
        assert (only(house).letter, only(house).reason) == (Letter.RETRY, "connection_lost")
        assert only(house).pages_uncertain == 0
        house.clock.advance(1200)
    work(house, server)
    assert only(house).letter is Letter.RELAYED
    assert len(inbox.taken) == 1


@pytest.mark.parametrize(
    ("known", "copies", "letter"),
    [
        (None, 1, Letter.RELAYED),
        (PageOutcome.UNCERTAIN, 1, Letter.RELAYED),
        (PageOutcome.CONFIRMED, 0, Letter.RELAYED),
    ],
)
def test_a_crash_while_a_mail_goes_is_judged_by_what_was_written_down(
    house: House,
    server: MailServer,
    inbox: Inbox,
    known: PageOutcome | None,
    copies: int,
    letter: Letter,
) -> None:
    submit(house, to("ada@example.org"))
    claimant = Claimant("north/email", "north", Channel.EMAIL, "email")
    call_id = claim(house.queue, claimant, NOW)
    assert call_id is not None
    job = email_channel.EmailWork(house.queue, "north/email", server, house.clock)
    (row,) = house.rows()
    assert job._page(call_id) == PageInCall(1, row.id, 1, 1, "")
    assert mark_dialled(house.queue, call_id, [PageInCall(1, row.id, 1, 1, "")], NOW)
    if known is not None:
        note_page(house.queue, call_id, 1, known, NOW)
    work(house, server)  # the same worker, in its next life
    assert inbox.taken == []
    assert only(house).pages_uncertain == (known is PageOutcome.UNCERTAIN)
    house.clock.advance(600)
    work(house, server)
    assert len(inbox.taken) == copies
    assert only(house).letter is letter


def test_a_bounced_mail_is_handed_over_again_on_a_resend(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    with served(ImapBox, mails=reports(house, "failed"), seen=set()) as running:
        assert read_bounces(house.queue, imap(running), server.envelope, NOW) == 1
    assert message_report(house.queue, house.account, M1).status is MessageStatus.FAILED
    resend(house.queue, house.account, M1, NOW)
    work(house, server)
    assert len(inbox.taken) == 2
    assert only(house).letter is Letter.RELAYED


def reports(house: House, action: str) -> dict[int, bytes]:
    report = REPORT.format(address=marked(house), action=action).replace("\n", "\r\n")
    return {4: b"From: a@b\r\nTo: c@d\r\n\r\nwords\r\n", 7: report.encode()}


def imap(running, **changes: object) -> ImapFolder:
    told = {"user": "us", "password": "secret", "port": running.server_address[1]}
    return ImapFolder("127.0.0.1", secure=False, **(told | changes))


def test_bounces_are_read_from_an_imap_server_once(house: House, server: MailServer) -> None:
    submit(house, to("ada@example.org"))
    work(house, server)
    with served(ImapBox, mails=reports(house, "delivered"), seen=set()) as running:
        box = imap(running)
        assert read_bounces(house.queue, box, server.envelope, NOW) == 1
        assert only(house).letter is Letter.SENT
        assert running.seen == {4, 7}
        assert read_bounces(house.queue, box, server.envelope, NOW) == 0


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"folder": "Nowhere"}, {"port": 1}])
def test_a_mailbox_that_cannot_be_read_is_an_error(house: House, changes: dict) -> None:
    with (
        served(ImapBox, mails={}, seen=set()) as running,
        pytest.raises(QueueError, match="the mailbox us at 127"),
    ):
        read_bounces(house.queue, imap(running, **changes), "b-%@ours.example", NOW)


def test_a_mailbox_is_a_folder_or_an_imap_address(tmp_path) -> None:
    assert mailbox_of(str(tmp_path), "") == Maildir(tmp_path)
    box = mailbox_of("imaps://fax%40ours.example@mail.example.org/Bounces", "secret")
    assert box == ImapFolder("mail.example.org", "fax@ours.example", "secret", "Bounces")
    assert "secret" not in repr(box)
    for wrong in ("pop3://us@host", "imaps://host", "imaps://us:secret@host"):
        with pytest.raises(ValueError, match=r"expected|password"):
            mailbox_of(wrong, "")
    with pytest.raises(SettingsError, match="without tls"):
        mailbox_of("imap://us@mail.example.org", "secret")


def test_the_settings_name_the_mailbox(tmp_path) -> None:
    (tmp_path / "secret").write_text("pass\n")
    (tmp_path / "faxcore.toml").write_text(
        f'[smtp]\nhost = "h"\nenvelope = "b-%@x"\npages = true\n'
        f'bounces = "imaps://us@mail.example.org"\n'
        f'bounces_password_file = "{tmp_path / "secret"}"\n'
    )
    told = configure(tmp_path)
    assert told.bounces == ImapFolder("mail.example.org", "us", "pass")
    assert told.mail is not None
    assert told.mail.pages


def test_the_pages_of_the_fax_go_along_where_they_are_wanted(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    from dataclasses import replace

    import pypdfium2 as pdfium

    submit(house, to("ada@example.org"), cover="standard", attach=(b"Words.", "a.txt"))
    work(house, replace(server, pages=True))
    files = {part.get_filename(): part for part in inbox.taken[0][2].iter_attachments()}
    assert set(files) == {"a.txt", "fax.pdf"}
    assert files["fax.pdf"].get_content_type() == "application/pdf"
    pages = pdfium.PdfDocument(files["fax.pdf"].get_content())
    words = [page.get_textpage().get_text_range() for page in pages]
    assert len(words) == 3
    assert "Results" in words[0]
    assert "Hello." in words[1]
    assert "Words." in words[2]


def test_where_there_are_no_pages_the_mail_goes_without_and_says_so(
    house: House, server: MailServer, inbox: Inbox
) -> None:
    from dataclasses import replace

    submit(house, to("ada@example.org"))  # its TIFF is none
    work(house, replace(server, pages=True))
    assert only(house).letter is Letter.RELAYED
    assert "without its pages as PDF" in only(house).description
    assert len(list(inbox.taken[0][2].iter_attachments())) == 1
