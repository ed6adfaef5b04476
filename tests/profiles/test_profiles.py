from __future__ import annotations

from pathlib import Path

import pytest

from faxcore.errors import SettingsError
from faxcore.profiles import DEFAULT_PROFILE, SilenceBy, load_profile, profile_names
from faxcore.transport.port import FlowControl


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_every_shipped_profile_loads_and_says_where_its_facts_come_from() -> None:
    names = profile_names()
    assert DEFAULT_PROFILE in names
    for name in names:
        profile = load_profile(name)
        assert profile.name == name
        assert profile.description
        assert profile.notes
        assert FlowControl(profile.flow)


def test_a_profile_overrides_what_it_inherits(tmp_path: Path) -> None:
    write(
        tmp_path, "old", 'inherits = "generic-class1"\nsilence_by = "computer"\nrungs = [24, 48]\n'
    )
    write(tmp_path, "older", 'inherits = "old"\nrungs = [24]\ndial_seconds = 90\n')
    older = load_profile("older", tmp_path)
    assert older.silence_by is SilenceBy.COMPUTER
    assert older.rungs == (24,)
    assert older.dial_seconds == 90.0
    assert older.fax_class == "1"


def test_what_identifies_a_modem_is_not_inherited(tmp_path: Path) -> None:
    write(tmp_path, "old", 'inherits = "generic-class1"\nidentifies = ["Old"]\n')
    write(tmp_path, "older", 'inherits = "old"\n')
    assert load_profile("old", tmp_path).identifies == ("Old",)
    assert load_profile("older", tmp_path).identifies == ()


def test_a_users_profile_goes_before_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, DEFAULT_PROFILE, "gap_ms = 80\n")
    assert load_profile(DEFAULT_PROFILE, tmp_path).gap_ms == 80
    assert DEFAULT_PROFILE in profile_names(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gap = 70\n", "unknown field 'gap'"),
        ('gap_ms = "70"\n', "gap_ms has the wrong type"),
        ("gap_ms = 70.5\n", "gap_ms has the wrong type"),
        ("wait_frs = 1\n", "wait_frs has the wrong type"),
        ('silence_by = "nobody"\n', "silence_by must be one of modem, computer"),
        ('flow = "rts"\n', "flow must be one of none, hardware, software, not 'rts'"),
        ('fax_class = "3"\n', "fax_class must be one of 1, 1.0, auto"),
        ('flow_lost = "often"\n', "flow_lost must be one of never, class, answer, call"),
        ('rungs = ["24"]\n', "rungs has the wrong type"),
        ('inherits = "nonesuch"\n', "no modem profile named 'nonesuch' .inherited by bad"),
        ('inherits = "bad"\n', "in a circle"),
        ('inherits = "../bad"\n', "a name, not a path"),
        ('identifies = ["(usr"]\n', "identifies: '.usr' is no regular expression"),
        ("gap_ms = \n", "bad.toml"),
    ],
)
def test_names_what_is_wrong_with_a_profile(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, "bad", text)
    with pytest.raises(SettingsError, match=said):
        load_profile("bad", tmp_path)


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(SettingsError, match="no modem profile named 'nonesuch'"):
        load_profile("nonesuch")
