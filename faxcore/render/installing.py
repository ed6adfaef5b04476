"""Installing a cover page: looked over as it will be used, then copied with the files it needs.

A cover page is a folder of its own, so that the logos of two pages never meet. It is put in place
whole or not at all, and a page of the same name is replaced.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from faxcore.errors import ContentError, RenderError
from faxcore.render import Content, CoverFields, render_content
from faxcore.render.coverpage import COVER_NAME, installed_names
from faxcore.resources import installed_coverpages_folder
from faxcore.t4 import Resolution

SAMPLE: Mapping[str, str] = {
    "sender_name": "Ada Example",
    "sender_number": "+44 20 7946 0000",
    "recipient_name": "Dr. Grace Sample",
    "recipient_number": "+1 555 0100",
    "subject": "Results of the examination",
    "sender_company": "Example Laboratories",
    "sender_voice": "+44 20 7946 0001",
    "recipient_company": "Sample Clinic",
    "recipient_voice": "+1 555 0101",
    "message_id": "2026-001742",
    "comments": "Please call back when you have read this.\nThank you.",
}
"""What the tokens stand for while a page is looked over, and in the preview."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A cover page that was installed: its name, its folder, its files, and what may suffer."""

    name: str
    folder: Path
    assets: tuple[str, ...]
    hints: tuple[str, ...]


def install_cover(page: Path, name: str | None = None) -> Installed:
    """Install an HTML file as a cover page, under its own name or another.

    Raises ContentError, and installs nothing, for a page that cannot be used: an unknown token, a
    file that is not in its folder, what WeasyPrint cannot lay out, with the page full or empty.
    """
    name = name or page.stem
    if not COVER_NAME.fullmatch(name) or name.startswith("."):
        raise ContentError(
            f"a cover page's name is 1 to 64 letters, digits, blanks and _.-, not {name!r}"
        )
    if not page.is_file():
        raise ContentError(f"{page} does not exist or is no file")
    assets: dict[str, None] = {}
    hints: dict[str, None] = {}
    for fields in (SAMPLE, {}):
        content = Content(
            CoverFields(datetime.now(UTC), **fields),
            cover=page.stem,
            cover_folder=page.resolve().parent,
        )
        seen = render_content(content, resolutions=(Resolution.COARSE,), designs=True)
        assets.update(dict.fromkeys(seen.assets))
        hints.update(dict.fromkeys(hint for design in seen.designs for hint in design.hints))
    folder = _put(page, name, list(assets))
    return Installed(name, folder, tuple(assets), tuple(hints))


def _put(page: Path, name: str, assets: list[str]) -> Path:
    """Copy the page and its assets to a new folder, then exchange it for the one there was."""
    covers = installed_coverpages_folder()
    try:
        covers.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=covers, prefix=".installing-") as work:
            made, old = Path(work) / "new", Path(work) / "old"
            made.mkdir()
            shutil.copyfile(page, made / f"{name}.html")
            for asset in assets:
                (made / asset).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(page.parent / asset, made / asset)
            home = covers / name
            if home.exists():
                os.rename(home, old)
            os.rename(made, home)
    except OSError as error:
        raise RenderError(f"the cover page {name} cannot be installed: {error}") from error
    return covers / name


def remove_cover(name: str) -> None:
    """Remove an installed cover page; ContentError if there is none of that name."""
    if name not in installed_names():
        known = ", ".join(installed_names()) or "none"
        raise ContentError(f"no cover page named {name!r} is installed; installed: {known}")
    try:
        shutil.rmtree(installed_coverpages_folder() / name)
    except OSError as error:
        raise RenderError(f"the cover page {name} cannot be removed: {error}") from error
