"""Message bodies in XML to PDF pages: the only module that runs z3c.rml. Worker only.

What it draws has been through ``rml_subset``. Texts of Western Europe use the fonts that every
PDF reader has; where a document has other letters, the same names stand for the DejaVu faces of
the system, and a letter that they lack is an error: ReportLab would leave it out without a word.
"""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from faxcore.errors import ContentError, RenderError
from faxcore.render.fonts import raise_for_missing, script_of, vera_folder
from faxcore.render.rml_subset import CheckedRml, checked_rml, needs_wide_font, runs_from_right

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_FACES = {
    "Helvetica": ("DejaVuSans.ttf",),
    "Helvetica-Bold": ("DejaVuSans-Bold.ttf",),
    "Helvetica-Oblique": ("DejaVuSans-Oblique.ttf", "DejaVuSans.ttf"),
    "Helvetica-BoldOblique": ("DejaVuSans-BoldOblique.ttf", "DejaVuSans-Bold.ttf"),
    "Times-Roman": ("DejaVuSerif.ttf",),
    "Times-Bold": ("DejaVuSerif-Bold.ttf",),
    "Times-Italic": ("DejaVuSerif-Italic.ttf", "DejaVuSerif.ttf"),
    "Times-BoldItalic": ("DejaVuSerif-BoldItalic.ttf", "DejaVuSerif-Bold.ttf"),
    "Courier": ("DejaVuSansMono.ttf",),
    "Courier-Bold": ("DejaVuSansMono-Bold.ttf",),
    "Courier-Oblique": ("DejaVuSansMono-Oblique.ttf", "DejaVuSansMono.ttf"),
    "Courier-BoldOblique": ("DejaVuSansMono-BoldOblique.ttf", "DejaVuSansMono-Bold.ttf"),
}
_FAMILIES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
    "Times-Roman": ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
    "Courier": ("Courier", "Courier-Bold", "Courier-Oblique", "Courier-BoldOblique"),
}
"""Upright, bold, slanted, both: a face of its own would stand for all four."""

_LINE = re.compile(r"\(file [^()]*, line (\d+)\)\.?")


def rml_pdf(source: str, place: str, pixels: int) -> bytes:
    """The pages of a document as PDF; ContentError that names the line where it is wrong."""
    checked = checked_rml(source, place, pixels)
    right = runs_from_right(checked.text)
    if right is not None:
        raise ContentError(
            f"{place} has {script_of(right)} letters, which its XML cannot set: send it as HTML"
        )
    return _drawn(checked, _fonts(checked, place), place)


def _drawn(checked: CheckedRml, fonts: Sequence[Any], place: str) -> bytes:
    from lxml import etree  # noqa: PLC0415
    from reportlab.platypus.doctemplate import LayoutError  # noqa: PLC0415
    from z3c.rml import directive  # noqa: PLC0415

    directive.ABORT_ON_INVALID_DIRECTIVE = True
    logging.getLogger("z3c.rml").addHandler(logging.NullHandler())
    target = io.BytesIO()
    try:
        root = etree.fromstring(checked.xml, etree.XMLParser(huge_tree=True))
        document_with(fonts)(root).process(target)
    except LayoutError as error:
        raise ContentError(
            f"{place} has something that is larger than its frame: {_first_line(error)}"
        ) from error
    except RecursionError as error:
        raise ContentError(f"{place} is nested too deeply") from error
    except (ArithmeticError, AssertionError, AttributeError, LookupError) as error:
        raise ContentError(_told(error, place)) from error
    except (OSError, TypeError, ValueError, NotImplementedError) as error:
        raise ContentError(_told(error, place)) from error
    if not target.getvalue().startswith(b"%PDF-"):
        raise ContentError(f"{place} has neither a <template> with a <story> nor a <pageDrawing>")
    return target.getvalue()


def _told(error: Exception, place: str) -> str:
    """What the drawing library says, with the line in front."""
    said = _first_line(error)
    match = _LINE.search(said)
    said = _LINE.sub("", said).strip().rstrip(".")
    if isinstance(error, KeyError):
        said = f"{said} is not known"
    return f"{place}, line {match[1]}: {said}" if match else f"{place} cannot be set: {said}"


def _first_line(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= 300 else said[:297] + "..."


def document_with(fonts: Sequence[Any]) -> Any:
    """The drawing library's document, which forgets all fonts before it begins."""
    from reportlab.lib.fonts import addMapping  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from z3c.rml import document, interfaces  # noqa: PLC0415
    from zope.interface import implementer  # noqa: PLC0415

    class Document(document.Document):  # type: ignore[misc]
        def processSubDirectives(self, select: Any = None, ignore: Any = None) -> None:  # noqa: N802
            for font in fonts:
                pdfmetrics.registerFont(font)
            for family, faces in _FAMILIES.items() if fonts else ():
                for number, face in enumerate(faces):
                    addMapping(family, number & 1, number >> 1, face)
            super().processSubDirectives(select, ignore)

    known = interfaces.IManager, interfaces.IPostProcessorManager, interfaces.ICanvasManager
    return implementer(*known)(Document)


def _fonts(checked: CheckedRml, place: str) -> list[Any]:
    """Faces under the names of the standard fonts that have every letter; none if not needed."""
    from reportlab.pdfbase.ttfonts import TTFError, TTFont  # noqa: PLC0415

    if not needs_wide_font(checked.text):
        return []
    there, fonts = _font_files(), []
    for name, files in _FACES.items():
        path = next((there[file] for file in files if file in there), None)
        if path is None:
            raise RenderError(
                f"{place} has letters beyond Western Europe; the DejaVu fonts are needed for them: "
                "sudo apt-get install fonts-dejavu-core"
            )
        try:
            fonts.append(TTFont(name, str(path)))
        except TTFError as error:
            raise RenderError(f"the font {path} cannot be used: {error}") from error
        missing = [each for each in checked.text if _lacks(fonts[-1], each)]
        raise_for_missing(dict.fromkeys(missing), [(checked.text, place)])
    return fonts


def _lacks(font: Any, character: str) -> bool:
    return ord(character) not in font.face.charToGlyph and character.isprintable()


def _font_files() -> dict[str, Path]:
    """The TrueType files of the system by name; ReportLab's own Vera faces are no help here."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "fonts"
    found: dict[str, Path] = {}
    for folder in (*map(Path, _FONT_FOLDERS), home, vera_folder()):
        for path in _files_in(folder):
            found.setdefault(path.name, path)
    return found


def _files_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.rglob("*.ttf")) if folder.is_dir() else ()
