"""Fonts: that there always is one, and that every character of a message has a glyph.

With no font at all Pango crashes. So the worker runs on a font configuration of its own: the
system's, plus the Bitstream Vera faces that ReportLab ships, which cover Western European
languages. Whether a character has a glyph is what Pango itself decides while it shapes the text:
WeasyPrint logs each glyph that Pango marks as unknown, and ``MissingGlyphs`` collects them.
"""

from __future__ import annotations

import html
import importlib.util
import logging
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from faxcore.errors import ContentError, RenderError

_SYSTEM_CONFIGURATION = "/etc/fonts/fonts.conf"

_PACKAGES = {
    "ARABIC": "fonts-noto-core",
    "HEBREW": "fonts-noto-core",
    "DEVANAGARI": "fonts-noto-core",
    "THAI": "fonts-noto-core",
    "CJK": "fonts-noto-cjk",
    "HIRAGANA": "fonts-noto-cjk",
    "KATAKANA": "fonts-noto-cjk",
    "HANGUL": "fonts-noto-cjk",
    "GREEK": "fonts-dejavu-core",
    "CYRILLIC": "fonts-dejavu-core",
}


def vera_folder() -> Path:
    """The folder of the Bitstream Vera faces inside ReportLab."""
    spec = importlib.util.find_spec("reportlab")
    if spec is None or spec.origin is None:
        raise RenderError("ReportLab, which brings the fonts of last resort, is not installed")
    return Path(spec.origin).parent / "fonts"


def font_configuration(included: str | None) -> str:
    """A fontconfig file: the one ``included`` (the system's if None) and the Vera faces."""
    folder = html.escape(str(vera_folder()))
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">{html.escape(included or _SYSTEM_CONFIGURATION)}</include>
  <dir>{folder}</dir>
  <selectfont>
    <rejectfont><glob>{folder}/*.pfb</glob></rejectfont>
    <rejectfont><glob>{folder}/[!V]*</glob></rejectfont>
  </selectfont>
</fontconfig>
"""


def is_of_the_system(path: str | None) -> bool:
    """Whether a worker's configuration takes in the system's own: another may want other faces."""
    if path is None:
        return True
    return f">{_SYSTEM_CONFIGURATION}</include>" in Path(path).read_text(encoding="utf-8")


class MissingGlyphs(logging.Handler):
    """Collects the characters that no font has, from WeasyPrint's log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the character of a record about an unknown glyph."""
        if isinstance(record.msg, str) and record.msg.startswith(".notdef glyph"):
            if not isinstance(record.args, tuple) or not isinstance(record.args[0], str):
                raise RenderError("WeasyPrint reports missing glyphs in a way that is not known")
            self.characters[record.args[0]] = None


def script_of(character: str) -> str:
    """The script of a character as people call it, by its Unicode name: ``Greek``."""
    word = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    return {"CJK": "Chinese characters"}.get(word, word.capitalize())


def no_font(character: str, place: str) -> ContentError:
    """The error for a character without a glyph, naming it, its script and a package."""
    code = f"U+{ord(character):04X}"
    category = unicodedata.category(character)
    if category == "Cc":
        return ContentError(f"{place} has the control character {code}, which cannot be printed")
    if category in {"Co", "Cn"}:
        kind = "a private-use" if category == "Co" else "an unassigned"
        return ContentError(f"no font has {code}, {kind} character in {place}")
    name = unicodedata.name(character, code)
    package = _PACKAGES.get(name.split(" ")[0].split("-")[0])
    advice = f"; on Debian: sudo apt-get install {package}" if package else ""
    return ContentError(
        f"no font on this computer has {character!r} ({code} {name}, script: "
        f"{script_of(character)}) in {place}{advice}"
    )


def raise_for_missing(characters: Iterable[str], places: Iterable[tuple[str, str]]) -> None:
    """ContentError for the first missing character, with the place whose text has it.

    ``places`` are (text, name of the place) pairs; a character found in none of them (written as
    an entity, say) is of the last place.
    """
    for character in characters:
        name = "the message"
        for text, name in places:  # noqa: B007  # the last name stands if none matches
            if character in text:
                break
        raise no_font(character, name)
