"""``faxcore config``: what faxcore.toml says, and whether it is right."""

from __future__ import annotations

import dataclasses
import enum
import json
from pathlib import Path
from typing import Any

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.queue.opening import DATA, DataOption, JsonOption
from faxcore.cli.serve import house_of

app = typer.Typer(
    help="Check and show the settings of a data folder (faxcore.toml in it).",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_SECRET = ("password", "secret", "key", "database")


@app.command("check")
def check(data: DataOption = DATA) -> None:
    """Read faxcore.toml. Exit codes: 0 it is right, 2 the place and the reason are told."""
    with one_sentence():
        house_of(data)
        print(f"{data / 'faxcore.toml'} is right")


@app.command("show")
def show(data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Show every setting as it is in force, defaults included and secrets masked."""
    with one_sentence():
        told = _plain(dataclasses.asdict(house_of(data)), "")
        if as_json:
            print(json.dumps(told, indent=2))
            return
        for line in _lines(told, ""):
            print(line)


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        each_plain = [_plain(each, name) for each in value]
        return sorted(each_plain, key=str) if isinstance(value, frozenset | set) else each_plain
    if isinstance(value, enum.Enum):
        return value.value
    if value and any(word in name for word in _SECRET) and not isinstance(value, Path | bool):
        return "***"
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _lines(told: Any, place: str) -> list[str]:
    if isinstance(told, dict):
        inner = f"{place}." if place else ""
        return [line for name, each in told.items() for line in _lines(each, f"{inner}{name}")]
    return [f"{place} = {json.dumps(told)}"]
