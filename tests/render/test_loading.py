from __future__ import annotations

import subprocess
import sys

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


def test_font_tools_are_loaded_when_they_are_used_and_work_then() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "as good as loaded", ran.stderr
