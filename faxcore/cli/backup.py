"""``faxcore backup`` and ``faxcore restore``: a data folder into one file, and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.queue.opening import DATA, DataOption


def back_up(
    target: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="The backup to write.")],
    data: DataOption = DATA,
) -> None:
    """Back a data folder up, also while the service runs."""
    with one_sentence():
        from faxcore.service.backing_up import back_up as write  # noqa: PLC0415

        count = write(data, target)
        print(f"{target}: the database and {count} files")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE.tar.gz", help="The backup to read.")],
    data: DataOption = DATA,
) -> None:
    """Restore a backup into an empty or new data folder."""
    with one_sentence():
        from faxcore.service.backing_up import restore as read  # noqa: PLC0415

        count = read(source, data)
        print(f"{data}: the database and {count} files")
