"""Tables for people, and values as JSON for programs: what the workbench's commands print."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from faxcore.cli.show import printable

if TYPE_CHECKING:
    from rich.text import Text


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One table on the output; without heads, two columns of names and values."""
    from rich import box  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    plain = not heads
    table = Table(
        title=_cell(title) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD if heads else None,
        show_header=not plain,
        pad_edge=False,
    )
    columns = list(heads) or ["", ""]
    for place, head in enumerate(columns):
        table.add_column(head, overflow="fold", no_wrap=plain and place == 0)
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    Console(highlight=False, file=sys.stdout).print(table)


def _cell(text: str) -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text("\n".join(map(printable, text.split("\n"))))


def print_json(value: object) -> None:
    """A value of dataclasses, enums and plain things, as one object."""
    print(json.dumps(value, default=_plain))


def tell(text: str) -> None:
    """A step, on the error stream."""
    print(printable(text), file=sys.stderr, flush=True)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted(value)
    return str(value)
