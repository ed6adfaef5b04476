"""``faxcore queue add``: put a fax into the queue, and release it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import Exit, fail
from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    JsonOption,
    moment,
    now,
    opened,
    print_json,
)


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="HTML, text, CSV, PDF, TIFF or pictures, in order."),
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", "-d", help="A number; several are allowed.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Your name for it: adding it again has no effect."),
    ] = None,
    group: Annotated[str, typer.Option("--group", help="Your name for a group of them.")] = "",
    text: Annotated[str | None, typer.Option("--text", help="The body, as plain text.")] = None,
    cover: Annotated[str, typer.Option("--cover", "-C", help="A cover page, by name.")] = "",
    sender: Annotated[str, typer.Option("--from", "-f", help="Sender's name.")] = "",
    subject: Annotated[str, typer.Option("--subject", "-r", help="What it is about.")] = "",
    comments: Annotated[str, typer.Option("--comments", "-c", help="For the cover.")] = "",
    recipient: Annotated[str, typer.Option("--recipient", help="Recipient's name.")] = "",
    priority: Annotated[
        int, typer.Option("--priority", help="1 to 10; 10 goes first (HylaFAX counts down).")
    ] = 5,
    at: Annotated[str | None, typer.Option("--at", "-a", help="Not before this time.")] = None,
    low: Annotated[bool, typer.Option("-l", help="98 lines/inch: coarse.")] = False,
    header: Annotated[str, typer.Option("--header", help="Line on every page, or none.")] = "auto",
    uncertain: Annotated[
        str, typer.Option("--uncertain", help="Unanswered pages: resend, ask or accept.")
    ] = "",
    resume_cover: Annotated[
        bool, typer.Option("--resume-cover", help="A cover page where a later call goes on.")
    ] = False,
    node: Annotated[str, typer.Option("--node", help="The host that should send it.")] = "",
    modems: Annotated[
        str, typer.Option("--modems", help="The group of modems that may call.")
    ] = "",
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Queue a fax. When this returns, the disk has it.

    Exit codes: 0 queued, 1 the queue cannot be used, 2 wrong use or refused; nothing was queued.
    """
    if not to:
        fail("there is nobody to send to: --to NUMBER", Exit.UNUSABLE)
    with opened(data, account) as queue:
        from faxcore.delivery import operations  # noqa: PLC0415
        from faxcore.delivery.states import Body, Channel, UncertainPolicy  # noqa: PLC0415
        from faxcore.render import Attachment  # noqa: PLC0415

        if uncertain and uncertain not in {each.value for each in UncertainPolicy}:
            fail("--uncertain: resend, ask or accept is expected", Exit.UNUSABLE)
        attachments = [Attachment.from_path(path) for path in files or []]
        began = now()
        draft = operations.MessageDraft(
            client_id=name,
            group_id=group,
            cover=cover,
            memo=comments,
            body=text,
            body_type=Body.TEXT if text is not None else None,
            priority=priority,
            fine=not low,
            send_time=moment(at) if at is not None else None,
            sender_name=sender,
            subject=subject,
            node=node,
            modems=modems,
            header=None if header.lower() == "none" else header,
            uncertain=UncertainPolicy(uncertain) if uncertain else None,
            resume_cover=resume_cover,
        )
        message = operations.create_message(queue.queue, queue.account, draft, began)
        called = operations.MessageName(uid=message.uid)
        for number in to:
            wanted = operations.RecipientDraft(Channel.FAX, number, recipient)
            operations.add_recipient(queue.queue, queue.account, called, wanted, now())
        for file in attachments:
            operations.add_attachment(
                queue.queue, queue.account, called, file.name, "application/octet-stream", file.data
            )
        operations.send_message(queue.queue, queue.account, called, began)
        if as_json:
            print_json({"message": message.uid, "name": message.client_id, "recipients": len(to)})
        else:
            print(f"message {message.uid} is queued for {len(to)} recipient(s)")
