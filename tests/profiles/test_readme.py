"""The table in hw-fixtures/README.md is true: every field, with its default."""

import dataclasses
import enum
import re
import tomllib

from faxcore.profiles import ModemProfile, meaning
from faxcore.resources import profiles_folder


def test_every_field_is_in_the_table_with_its_default() -> None:
    text = (profiles_folder().parent / "README.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| *(.*?) *\|", text, re.M))
    fields = {each.name: each for each in dataclasses.fields(ModemProfile)}
    assert list(rows) == [name for name in fields if name != "name"]
    for name, told in rows.items():
        default = fields[name].default
        default = default.value if isinstance(default, enum.Enum) else default
        default = list(default) if isinstance(default, tuple) else default
        if told:
            assert tomllib.loads(f"x = {told.strip('`')}")["x"] == default, name
        else:
            assert default in ("", [])


def test_the_table_says_of_every_field_what_the_program_says() -> None:
    text = (profiles_folder().parent / "README.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \|.*?\| (.*) \|$", text, re.M))
    for name, told in rows.items():
        assert told == meaning(name), name


def test_all_known_quirks_are_told_and_name_fields_that_there_are() -> None:
    text = (profiles_folder().parent / "README.md").read_text()
    rows = re.findall(r"^\| (\d+) \|.*\| (.*?) \|$", text, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 38))
    fields = {each.name for each in dataclasses.fields(ModemProfile)}
    for number, covered in rows:
        named = set(re.findall(r"`([a-z_0-9]+)`", covered))
        assert named <= fields, number
        assert named or "Always" in covered or number == "36"


def test_a_field_of_the_simulators_is_told_apart_from_those_that_cure() -> None:
    """What the table of quirks calls a cure is none of the simulator's fields."""
    text = (profiles_folder().parent / "README.md").read_text()
    for number, covered in re.findall(r"^\| (\d+) \|.*\| (.*?) \|$", text, re.M):
        cures = re.findall(r"Profile ((?:`[a-z_0-9]+`(?:, |; )?)+)", covered)
        for name in re.findall(r"`([a-z_0-9]+)`", " ".join(cures)):
            assert not meaning(name).startswith("simulator"), f"{number}: {name}"
