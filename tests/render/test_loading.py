from __future__ import annotations

import subprocess
import sys

import pytest

from faxcore.render.loading import ArraysOfAnyLength

CODE = """
import gc, sys
from faxcore.render.loading import load_weasyprint
load_weasyprint()
assert "fontTools.subset" not in sys.modules
assert "fontTools.varLib.instancer" not in sys.modules
assert gc.isenabled()
from weasyprint.pdf import fonts
from fontTools.fontBuilder import FontBuilder
assert fonts.subset.Options().__class__.__module__ == "fontTools.subset"
builder = FontBuilder(1000)
builder.setupGlyphOrder([".notdef"])
builder.setupCharacterMap({})
builder.setupNameTable({"familyName": "Sample", "styleName": "Regular"})
builder.setupFvar([("wght", 100, 400, 900, "Weight")], [])
made = fonts.instantiateVariableFont(builder.font, {"wght": 400})
assert "fvar" not in made
print("as good as loaded")
"""


class Parsed:
    def __init__(self) -> None:
        self.kinds: list[str] = []

    def new(self, kind: str, values: object = None) -> str:
        self.kinds.append(kind)
        return f"{kind} of {values}"

    def gc(self) -> str:
        return "gc"


def test_arrays_of_any_length_are_of_one_type() -> None:
    ffi = Parsed()
    arrays = ArraysOfAnyLength(ffi)
    arrays.new("hb_codepoint_t[2]", (1, 2))
    arrays.new("hb_codepoint_t[3]", [1, 2, 3])
    assert ffi.kinds == ["hb_codepoint_t[]"] * 2
    assert arrays.gc() == "gc"


@pytest.mark.parametrize(
    ("kind", "values"),
    [("char[4]", None), ("int[4]", (1, 2)), ("char[]", b"x"), ("PangoAttr *", None)],
)
def test_what_is_no_array_that_is_filled_is_made_as_it_is_asked_for(
    kind: str, values: object
) -> None:
    ffi = Parsed()
    ArraysOfAnyLength(ffi).new(kind, values)
    assert ffi.kinds == [kind]


def test_font_tools_are_loaded_when_they_are_used_and_work_then() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "as good as loaded", ran.stderr
