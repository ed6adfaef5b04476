"""WeasyPrint loaded with as little work as can be. Worker only.

Half the time of a short message is the import. Three things in it are work for nothing: searching
for libraries that are found by name, looking for garbage among objects that stay, and fontTools'
cutting of fonts, which HarfBuzz does where it is new enough. A fourth comes with every font that is
cut: cffi parses the name of each array's type, and the length is part of the name.
"""

from __future__ import annotations

import ctypes.util
import gc
import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from faxcore.errors import RenderError

PANGO_ADVICE = (
    "WeasyPrint needs Pango to lay out text: sudo apt-get install libpango-1.0-0 "
    "libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
)

_SIZED = re.compile(r"(\w+)\[(\d+)\]")
_SUBSET = "fontTools.subset"
_INSTANCER = "fontTools.varLib.instancer"


def load_weasyprint() -> Any:
    """The weasyprint module; RenderError with the line to type where Pango is not installed."""
    try:
        with _no_library_search(), _no_garbage(), _font_tools_later():
            import weasyprint  # noqa: PLC0415
            from weasyprint.pdf import fonts  # noqa: PLC0415
    except OSError as error:
        raise RenderError(f"{PANGO_ADVICE} ({error})") from error
    if not isinstance(fonts.ffi, ArraysOfAnyLength):
        fonts.ffi = ArraysOfAnyLength(fonts.ffi)
    return weasyprint


class ArraysOfAnyLength:
    """cffi's interface, for which ``hb_codepoint_t[17]`` is ``hb_codepoint_t[]`` with 17 values.

    What it makes is the same, and one name is parsed in place of one for every length.
    """

    def __init__(self, ffi: Any) -> None:
        self._ffi = ffi

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ffi, name)

    def new(self, kind: str, values: Any = None) -> Any:
        """What ``ffi.new`` makes of the same arguments."""
        sized = _SIZED.fullmatch(kind)
        if sized is None or not hasattr(values, "__len__") or len(values) != int(sized[2]):
            return self._ffi.new(kind, values)
        return self._ffi.new(f"{sized[1]}[]", values)


@contextmanager
def _no_library_search() -> Iterator[None]:
    """cffi searches by starting gcc and ldconfig 22 times, for names that dlopen finds anyway."""
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Loading makes a hundred thousand objects that stay: none of them is worth a search."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if searching:
            gc.enable()


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _font_tools_later() -> Iterator[None]:
    """Two parts of fontTools, which bring ninety modules, are loaded when they are first used.

    WeasyPrint uses the first where there is no HarfBuzz subsetter, the second for variable fonts.
    """
    standing = [_Later(name) for name in (_SUBSET, _INSTANCER) if name not in sys.modules]
    for module in standing:
        sys.modules[module.__name__] = module
        if module.__name__ == _INSTANCER:
            vars(module)["instantiateVariableFont"] = instance_of_variable_font
    try:
        yield
    finally:
        for module in standing:
            del sys.modules[module.__name__]


def instance_of_variable_font(*arguments: Any, **named: Any) -> Any:
    """What ``fontTools.varLib.instancer.instantiateVariableFont`` answers, loaded for this call."""
    return importlib.import_module(_INSTANCER).instantiateVariableFont(*arguments, **named)
