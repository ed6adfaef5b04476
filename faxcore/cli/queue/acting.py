"""``faxcore queue hold``, ``release``, ``cancel``, ``resend`` and ``delete``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    JsonOption,
    MessageArgument,
    RecipientOption,
    moment,
    named,
    now,
    opened,
    print_json,
)

if TYPE_CHECKING:
    from faxcore.delivery.operations import Effect


def hold_command(
    message: MessageArgument,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Make no further attempt until it is released; a call in progress goes on to its end."""
    _act("hold", "held", message, recipient, Opening(data, account), as_json=as_json)


def release_command(
    message: MessageArgument,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Let what is held go on; pages that were never answered for are sent again."""
    _act("release", "released", message, recipient, Opening(data, account), as_json=as_json)


def cancel_command(
    message: MessageArgument,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Stop the delivery; a call in progress is ended between pages (or at once, by setting)."""
    _act("cancel", "cancelled", message, recipient, Opening(data, account), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Opening:
    """Which queue is opened, and for whom."""

    data: Path
    account: str


def _act(
    operation: str,
    done: str,
    message: str,
    recipient: int | None,
    where: Opening,
    *,
    as_json: bool,
) -> None:
    """Do one of the operations that take a message, or a recipient of it, and tell its effect."""
    with opened(where.data, where.account) as queue:
        from faxcore.delivery import operations  # noqa: PLC0415

        act: Callable[..., Effect] = getattr(operations, operation)
        effect = act(queue.queue, queue.account, named(queue, message), now(), recipient)
        _tell(effect, done, as_json=as_json)


def resend_command(
    message: MessageArgument,
    everybody: Annotated[
        bool, typer.Option("--all", help="To those who have it, too, from the first page.")
    ] = False,
    page: Annotated[int | None, typer.Option("--from-page", help="From this page on.")] = None,
    at: Annotated[str | None, typer.Option("--at", "-a", help="Not before this time.")] = None,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Send again what failed, from the first page that was not confirmed."""
    with opened(data, account) as queue:
        from faxcore.delivery.operations import Which, resend  # noqa: PLC0415

        effect = resend(
            queue.queue,
            queue.account,
            named(queue, message),
            now(),
            recipient,
            which=Which.ALL if everybody else Which.FAILED,
            first_page=page,
            send_time=moment(at) if at is not None else None,
        )
        _tell(effect, "queued again", as_json=as_json)


def delete_command(
    message: MessageArgument,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Delete a message that is final (or was never released), with its files."""
    with opened(data, account) as queue:
        from faxcore.delivery.operations import delete_message, sweep_files  # noqa: PLC0415

        gone = delete_message(queue.queue, queue.account, named(queue, message))
        sweep_files(queue.queue, now())
        if as_json:
            print_json({"message": gone.uid, "deleted": True})
        else:
            print(f"message {gone.uid} is deleted")


def _tell(effect: Effect, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "message": effect.message.uid,
                "done": effect.done,
                "too_late": effect.too_late,
                "on_line": effect.on_line,
            }
        )
        return
    told = [f"{effect.done} {done}"]
    if effect.on_line:
        told.append(f"{effect.on_line} on the line")
    if effect.too_late:
        told.append(f"{effect.too_late} too late")
    print(f"message {effect.message.uid}: {', '.join(told)}")
