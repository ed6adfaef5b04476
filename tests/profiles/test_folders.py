"""Where profiles come from: a caller's folder, FAXCORE_PROFILES, the shipped ones, packages."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from faxcore.errors import SettingsError
from faxcore.profiles import FOLDERS_VARIABLE, load_profile, origins, profile_file, profile_names


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed package of profiles."""
    folder = tmp_path / "site" / "acme_fax_profiles"
    write(folder, "acme-9000", 'inherits = "generic-class2"\ndescription = "Acme 9000"\n')
    write(folder, "generic-class2", 'inherits = "generic-class1"\nfax_class = "1"\n')
    (folder / "__init__.py").touch()
    install(tmp_path / "site", "acme_fax_profiles")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def install(site: Path, value: str) -> None:
    told = site / "acme_fax-1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-fax\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[faxcore.profiles]\nacme = {value}\n")


def test_a_package_adds_its_profiles(package: Path) -> None:
    assert "acme-9000" in profile_names()
    assert load_profile("acme-9000").fax_class == "2"
    assert profile_file("acme-9000") == package / "acme-9000.toml"


def test_a_package_changes_no_profile_that_ships(package: Path) -> None:
    assert (package / "generic-class2.toml").exists()
    assert load_profile("generic-class2").fax_class == "2"


def test_a_package_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "nonesuch_profiles")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    with pytest.raises(SettingsError, match=r"entry point acme of faxcore\.profiles: .*nonesuch"):
        profile_names()


def test_a_package_without_a_beginning_is_no_package_of_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "bare_profiles", "acme-9000", 'inherits = "generic-class2"\n')
    install(tmp_path, "bare_profiles")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    with pytest.raises(SettingsError, match="bare_profiles is no ordinary package"):
        profile_names()


def test_folders_of_the_environment_go_before_those_that_ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "one", "generic-class2", 'inherits = "generic-class1"\ngap_ms = 71\n')
    write(tmp_path / "two", "generic-class2", "gap_ms = 72\n")
    write(tmp_path / "two", "mine", 'inherits = "generic-class2"\n')
    folders = os.pathsep.join(str(tmp_path / each) for each in ("one", "missing", "two"))
    monkeypatch.setenv(FOLDERS_VARIABLE, folders)
    assert load_profile("mine").gap_ms == 71
    assert "mine" in profile_names()


def test_the_callers_folder_goes_before_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "one", "mine", "gap_ms = 71\n")
    write(tmp_path / "two", "mine", "gap_ms = 72\n")
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "one"))
    assert load_profile("mine").gap_ms == 71
    assert load_profile("mine", tmp_path / "two").gap_ms == 72


def test_a_field_is_told_with_the_profile_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, "mine", 'inherits = "usr-courier"\nwait_frs = true\n')
    told = origins("mine", tmp_path)
    assert told["wait_frs"] == told["inherits"] == "mine"
    assert told["flow_lost"] == "usr-courier"
    assert told["fax_class"] == "generic-class1"
    assert "identifies" not in told
    assert "baud" not in told
