"""``faxcore queue receipt``: proof of what went out, decoded back from what crossed the port."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    AccountOption,
    DataOption,
    MessageArgument,
    RecipientOption,
    local,
    named,
    opened,
)

if TYPE_CHECKING:
    from faxcore.delivery.receipts import ProvenPage, Receipt

_VERDICTS = {
    True: "as it was to be sent",
    False: "OTHER than what was to be sent",
    None: "made anew",
}


def command(
    message: MessageArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for receipt.json and the pages as TIFF.")
    ] = None,
    recipient: RecipientOption = None,
    account: AccountOption = ACCOUNT,
    data: DataOption = DATA,
) -> None:
    """Show, page by page, what crossed the port in each call, and whether it was the document."""
    with opened(data, account) as queue:
        from faxcore.delivery.receipts import receipts_of_message  # noqa: PLC0415

        found = receipts_of_message(queue.queue, queue.account, named(queue, message), recipient)
        if not found:
            print("no number has been dialled for it")
        for receipt in found:
            _tell(receipt)
        if out is not None:
            _write(out, found)


def _tell(receipt: Receipt) -> None:
    story = receipt.story
    head = f"{local(story.dialled)}  recipient {story.recipient}, attempt {story.number}"
    print(f"{head}: {story.reason or 'under way'}")
    if receipt.note:
        print(f"    {receipt.note}")
    for page in receipt.pages:
        print(f"    page {page.number}: {_form(page)}, {_VERDICTS[page.same]}")


def _form(page: ProvenPage) -> str:
    form = page.form
    return f"{form.width}x{form.height} {form.resolution.name.lower()} {form.coding.name}"


def _write(folder: Path, receipts: list[Receipt]) -> None:
    from faxcore.t4.tiff import write_tiff  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = [
        asdict(receipt.story)
        | {"proven": [{"page": each.number, "same": each.same} for each in receipt.pages]}
        for receipt in receipts
    ]
    text = json.dumps(told, default=str, indent=2, ensure_ascii=False)
    (folder / "receipt.json").write_text(text, encoding="utf-8")
    for receipt in receipts:
        if receipt.pages:
            name = f"recipient-{receipt.story.recipient}-attempt-{receipt.story.number}.tif"
            write_tiff(folder / name, [page.form for page in receipt.pages])
