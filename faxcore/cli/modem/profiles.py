"""``faxcore modem profiles``: the kinds of modems that are known, and what is special about one."""

from __future__ import annotations

import enum
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faxcore.cli.exits import one_sentence

if TYPE_CHECKING:
    from faxcore.profiles import ModemProfile

_ABOUT = {"name", "description", "notes", "inherits", "identifies"}


def command(
    name: Annotated[str | None, typer.Argument(help="Explain this profile.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Look here first; then FAXCORE_PROFILES, then ours."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as one object.")] = False,
) -> None:
    """List the modem profiles, or explain one: what it overrides, what that means, and why.

    Exit codes: 0 told, 2 there is no such profile, or one that cannot be read.
    """
    with one_sentence():
        from faxcore.profiles import load_profile, profile_names  # noqa: PLC0415

        if name is None:
            _list([load_profile(each, folder) for each in profile_names(folder)], as_json)
        else:
            _explain(load_profile(name, folder), folder, as_json)


def _list(profiles: list[ModemProfile], as_json: bool) -> None:
    from faxcore.cli.modem.tables import print_json, print_table  # noqa: PLC0415

    if as_json:
        shown = [
            {"name": each.name, "fax_class": each.fax_class, "description": each.description}
            for each in profiles
        ]
        print_json({"profiles": shown})
        return
    rows = [(each.name, each.fax_class, each.description) for each in profiles]
    print_table("", ("profile", "class", "for"), rows)


def _explain(profile: ModemProfile, folder: Path | None, as_json: bool) -> None:
    from faxcore.cli.modem.tables import print_json, print_table  # noqa: PLC0415
    from faxcore.profiles import meaning, origins, profile_file  # noqa: PLC0415

    said_by = origins(profile.name, folder)
    special = [each.name for each in fields(profile) if each.name in said_by.keys() - _ABOUT]
    about = {
        "profile": profile.name,
        "file": str(profile_file(profile.name, folder)),
        "for": profile.description,
        "inherits": profile.inherits,
        "identifies": list(profile.identifies),
        "notes": list(profile.notes),
    }
    told = [
        {
            "field": each,
            "value": getattr(profile, each),
            "said_by": said_by[each],
            "means": meaning(each),
        }
        for each in special
    ]
    if as_json:
        print_json({**about, "fields": told})
        return
    joined = {name: "\n".join(each) for name, each in about.items() if isinstance(each, list)}
    rows = [(name, str(each)) for name, each in {**about, **joined}.items() if each]
    print_table("", (), rows)
    print_table(
        "what it says, and what it means",
        ("field", "value", "said by", "means"),
        [(each["field"], _shown(each["value"]), each["said_by"], each["means"]) for each in told],
    )


def _shown(value: object) -> str:
    """A value as it stands in a profile, tuples one below the other."""
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, enum.Enum) else value)
