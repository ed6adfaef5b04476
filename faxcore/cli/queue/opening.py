"""What the queue's commands share: the data folder, the account, the message's name, errors."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from faxcore.cli.exits import Exit, fail, one_sentence
from faxcore.errors import RequestRefused

if TYPE_CHECKING:
    from faxcore.delivery.operations import MessageName
    from faxcore.delivery.rules import Queue

DataOption: TypeAlias = Annotated[
    Path, typer.Option("--data", envvar="FAXCORE_DATA", help="The queue's folder.")
]
AccountOption: TypeAlias = Annotated[str, typer.Option("--account", help="Whose messages.")]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="As JSON.")]
MessageArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="MESSAGE", help="Our identifier of it, or your own name for it.")
]
RecipientOption: TypeAlias = Annotated[
    int | None, typer.Option("--recipient", help="Only this recipient, by its number in `show`.")
]

DATA = Path("faxcore-data")
ACCOUNT = "local"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open queue, and the account that a command is about."""

    queue: Queue
    account: int


@contextlib.contextmanager
def opened(data: Path, account: str) -> Iterator[Opened]:
    """Open the queue of a folder; errors become one sentence and the exit code 2 (or 1)."""
    with one_sentence(), _refusals():
        try:
            from faxcore.delivery.configuration import configure  # noqa: PLC0415
            from faxcore.delivery.operations import ensure_account  # noqa: PLC0415
        except ModuleNotFoundError as error:
            fail(f"the queue needs more: pip install 'faxcore[service]' ({error})", Exit.UNUSABLE)
        queue = configure(data).open()
        try:
            yield Opened(queue, ensure_account(queue, account, now()))
        finally:
            queue.store.close()


def named(opened_queue: Opened, text: str) -> MessageName:
    """A message by our identifier or, where there is none such, by the customer's name for it."""
    from sqlalchemy import select  # noqa: PLC0415

    from faxcore.delivery.model import Message  # noqa: PLC0415
    from faxcore.delivery.operations import MessageName  # noqa: PLC0415

    with opened_queue.queue.store.read() as session:
        ours = session.scalar(
            select(Message.id).where(
                Message.uid == text, Message.account_id == opened_queue.account
            )
        )
    return MessageName(uid=text) if ours is not None else MessageName(client_id=text)


def now() -> datetime:
    """The moment at which a command is given."""
    return datetime.now(UTC)


def moment(text: str) -> datetime:
    """``--at``: ISO 8601, in this computer's zone where it names none."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--at {text!r}: expected such as 2026-11-30T18:00 or ...T18:00+01:00", Exit.UNUSABLE)
    return told if told.tzinfo is not None else told.astimezone()


def local(at: datetime | None) -> str:
    """A moment for people, in this computer's zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""


def print_json(value: Any) -> None:
    """One JSON document, moments in ISO 8601."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in JSON")


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except RequestRefused as refused:
        fail(str(refused), Exit.UNUSABLE)
