"""A font's face: which characters it has, and a copy cut down to some of them, by HarfBuzz.

WeasyPrint cuts its faces by the same library; it is spoken to directly here, so that a text that
needs no typesetter loads none.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faxcore.errors import RenderError

_LIBRARIES = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
_POINTERS = (
    "hb_blob_create_from_file",
    "hb_face_create",
    "hb_face_reference_blob",
    "hb_set_create",
    "hb_subset_input_create_or_fail",
    "hb_subset_input_unicode_set",
    "hb_subset_or_fail",
    "hb_blob_get_data",
    "hb_font_create",
)
_Pointer = ctypes.c_void_p


@dataclass(frozen=True, slots=True)
class CutFace:
    """A TrueType file with few characters, and the numbers of their glyphs by code point."""

    data: bytes = field(repr=False)
    glyphs: dict[int, int] = field(repr=False)


class Face:
    """An open face. It is read once and never closed: the worker ends."""

    def __init__(self, harfbuzz: Any, face: _Pointer) -> None:
        self._harfbuzz, self._face = harfbuzz, face
        self._characters = _Pointer(harfbuzz.hb_set_create())
        harfbuzz.hb_face_collect_unicodes(face, self._characters)

    @classmethod
    def load(cls, path: Path) -> Face | None:
        """The face in a file; None where HarfBuzz, or its part that cuts, is not installed."""
        for name in _LIBRARIES:
            try:
                harfbuzz = ctypes.CDLL(name)
                break
            except OSError:
                continue
        else:
            return None
        for function in _POINTERS:
            getattr(harfbuzz, function).restype = _Pointer
        blob = _Pointer(harfbuzz.hb_blob_create_from_file(bytes(path)))
        return cls(harfbuzz, _Pointer(harfbuzz.hb_face_create(blob, 0)))

    def has(self, characters: Iterable[str]) -> bool:
        """Whether there is a glyph for each of these characters."""
        return all(
            self._harfbuzz.hb_set_has(self._characters, ord(character)) for character in characters
        )

    def cut_to(self, characters: Collection[str]) -> CutFace:
        """A face that has these characters and no others."""
        harfbuzz = self._harfbuzz
        wish = _Pointer(harfbuzz.hb_subset_input_create_or_fail())
        wanted = _Pointer(harfbuzz.hb_subset_input_unicode_set(wish)) if wish else wish
        for character in characters:
            harfbuzz.hb_set_add(wanted, ord(character))
        cut = _Pointer(harfbuzz.hb_subset_or_fail(self._face, wish)) if wish else wish
        if not cut:
            raise RenderError("HarfBuzz cannot cut the face of the text")
        blob, length = _Pointer(harfbuzz.hb_face_reference_blob(cut)), ctypes.c_uint()
        data = ctypes.string_at(harfbuzz.hb_blob_get_data(blob, ctypes.byref(length)), length.value)
        font = _Pointer(harfbuzz.hb_font_create(cut))
        glyphs = {ord(character): self._glyph(font, character) for character in characters}
        for free, what in (("font", font), ("blob", blob), ("face", cut), ("subset_input", wish)):
            getattr(harfbuzz, f"hb_{free}_destroy")(what)
        return CutFace(data, glyphs)

    def _glyph(self, font: _Pointer, character: str) -> int:
        number = ctypes.c_uint()
        if not self._harfbuzz.hb_font_get_nominal_glyph(font, ord(character), ctypes.byref(number)):
            raise RenderError(f"the face of the text has no glyph for {character!r}")
        return number.value
