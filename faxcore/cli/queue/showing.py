"""``faxcore queue list``, ``show`` and ``explain``: what is known, and how it came to be."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faxcore.cli.exits import Exit, fail
from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    JsonOption,
    MessageArgument,
    RecipientOption,
    local,
    named,
    opened,
    print_json,
)

if TYPE_CHECKING:
    from faxcore.delivery.history import AttemptStory
    from faxcore.delivery.operations import NoteReport, RecipientReport

_NAMED = 10
"""So many recipients are named behind a note."""


def list_command(
    group: Annotated[str | None, typer.Option("--group", help="Only this group.")] = None,
    letter: Annotated[
        list[str] | None, typer.Option("--letter", help="Only these: W P T B N H S R F.")
    ] = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """List messages and recipients, oldest first.

    W waiting, P pending, T set for a time, B busy, N will be tried again, H held, S sent, R relayed
    (accepted by the next server), F failed.
    """
    with opened(data, account) as queue:
        from faxcore.delivery.operations import ListFilter, list_rows  # noqa: PLC0415
        from faxcore.delivery.states import Letter  # noqa: PLC0415

        known = {each.value for each in Letter}
        wrong = [each for each in letter or [] if each.upper() not in known]
        if wrong:
            fail(f"--letter {wrong[0]!r}: one of {' '.join(sorted(known))}", Exit.UNUSABLE)
        letters = frozenset(Letter(each.upper()) for each in letter or [])
        rows = list_rows(queue.queue, queue.account, ListFilter(group_id=group, letters=letters))
        if as_json:
            print_json([asdict(row) for row in rows])
            return
        for row in rows:
            name = row.message.client_id or ""
            head = f"{row.message.uid}  {name:16.16} {row.status.value:11}"
            print(f"{head} {_line(row.recipient)}" if row.recipient else head)


def show_command(
    message: MessageArgument,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Show one message and each of its recipients, and what rendering left out of it."""
    with opened(data, account) as queue:
        from faxcore.delivery.operations import message_report  # noqa: PLC0415

        report = message_report(queue.queue, queue.account, named(queue, message))
        if as_json:
            print_json(asdict(report))
            return
        print(f"message   {report.message.uid}  {report.message.client_id or ''}")
        print(f"status    {report.status.value}, priority {report.priority}")
        print(f"released  {local(report.released) or 'not yet'}")
        if report.pages is not None:
            print(f"pages     {report.pages}")
        for recipient in report.recipients:
            print(f"\n{recipient.id:>8}  {_line(recipient)}")
            print(f"          {recipient.description}")
            if recipient.next_attempt is not None:
                print(f"          next attempt {local(recipient.next_attempt)}")
        if report.notes:
            print("\nleft out by rendering")
        for note in report.notes:
            print(f"          {note.text}{_whose(note, len(report.recipients))}")


def explain_command(
    message: MessageArgument,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Tell every attempt: when, by which modem, at what rate, what became of each page, and why."""
    with opened(data, account) as queue:
        from faxcore.delivery.history import attempts_of_message  # noqa: PLC0415

        stories = attempts_of_message(queue.queue, queue.account, named(queue, message), recipient)
        if as_json:
            print_json([asdict(story) for story in stories])
            return
        if not stories:
            print("no attempt has been made")
        for story in stories:
            _tell(story)


def _line(recipient: RecipientReport) -> str:
    pages = f"{recipient.pages_confirmed}/{recipient.pages}" if recipient.pages else ""
    what = "on the line" if recipient.on_line else recipient.reason
    return (
        f"{recipient.letter.value} {recipient.channel.value:5} {recipient.address:20} "
        f"{pages:>5} {recipient.attempts:>2}x  {what}"
    )


def _whose(note: NoteReport, recipients: int) -> str:
    """From whose document it was left out, where that is not everybody's."""
    if len(note.recipients) == recipients:
        return ""
    more = len(note.recipients) - _NAMED
    named = ", ".join(map(str, note.recipients[:_NAMED]))
    return f" (recipient {named}{f' and {more} more' if more > 0 else ''})"


def _tell(story: AttemptStory) -> None:
    charged = "" if story.counted else ", not charged"
    print(f"{local(story.began)}  recipient {story.recipient}, attempt {story.number}{charged}")
    print(f"    {story.reason or 'under way'}: {story.text}")
    if story.dial_line:
        print(f"    dialled {story.dial_line} on {story.worker} ({story.rule})")
    if story.rate:
        ecm = ", error correction" if story.ecm else ""
        print(
            f"    {story.remote_id or 'no identity'}, {story.modulation} {story.rate} bit/s{ecm}, "
            f"{story.resolution.lower()}, {story.seconds:.1f} s"
        )
    for page in story.pages:
        print(f"    {_page(page)}")
    if story.transcript:
        print(f"    transcript {story.transcript}")


def _page(page: Any) -> str:
    refused = f", refused {page.rtn}x" if page.rtn else ""
    again = f", frames asked for again {page.ppr}x" if page.ppr else ""
    return (
        f"page {page.number}: {page.outcome}, {page.octets} octets, sent {page.sendings}x"
        f"{refused}{again}, raster {page.raster[:12]}"
    )
