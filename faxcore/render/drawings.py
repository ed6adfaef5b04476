"""SVG drawings: how much one comes to, before it is drawn.

``<use>`` repeats a part of a drawing, and what it repeats may hold more of them: ten lines can
stand for a thousand million boxes. Patterns, markers and masks nest in the same way. So parts are
counted first, what is referred to once for every reference, a marker once for every corner; a
drawing that comes to too much, or that is a part of itself, is not begun.
"""

from __future__ import annotations

import re
from typing import Any

from faxcore.errors import RenderError

PARTS = 50_000
"""What a drawing may come to: some seconds' work."""

_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_SELECTOR = re.compile(r"[.#]?[\w-]+|\*")
_ADDRESS = re.compile(r"url\(\s*['\"]?#([^\s()'\"]+)")
_NUMBER = re.compile(r"\d+")
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def check_drawing(root: Any, place: str) -> None:
    """RenderError for an SVG tree (``xml.etree`` elements) that must not be drawn."""
    try:
        parts = _Count(root).of(root)
    except RecursionError as error:
        raise RenderError(f"{place}: a drawing is nested too deeply") from error
    if parts > PARTS:
        raise RenderError(f"{place}: a drawing comes to more than {PARTS} parts")


class _Count:
    """Counts the parts of elements, each element once, however often it is referred to."""

    def __init__(self, root: Any) -> None:
        self._named = {each.get("id"): each for each in root.iter() if each.get("id")}
        self._parts: dict[Any, int | None] = {}
        self._rules = [
            (set(_SELECTOR.findall(selector)), declared)
            for each in root.iter()
            if str(each.tag).endswith("style")
            for selector, declared in _RULE.findall(each.text or "")
            if _ADDRESS.search(declared)
        ]

    def of(self, element: Any) -> int:
        """How many parts an element comes to. What is a part of itself comes to too many."""
        if element not in self._parts:
            self._parts[element] = None
            parts = 1 + self._referred(element) + self._styled(element)
            for child in element:
                parts += self.of(child)
            self._parts[element] = min(parts, PARTS + 1)
        known = self._parts[element]
        return PARTS + 1 if known is None else known

    def _referred(self, element: Any) -> int:
        parts = 0
        for name, value in element.items():
            if name in _HREFS:
                target = self._named.get(value.strip().removeprefix("#"))
                if target is not None and not str(element.tag).endswith("}a"):
                    parts += self.of(target)
            else:
                parts += self._named_in(value) * self._corners(element, name)
        return parts

    def _styled(self, element: Any) -> int:
        """What rules refer to that may be meant for the element: a part of their selector fits."""
        if not self._rules:
            return 0
        kind = str(element.tag).rpartition("}")[2]
        classes = element.get("class", "").split()
        marks = {"*", kind, f"#{element.get('id')}", *(f".{each}" for each in classes)}
        corners = self._corners(element, "style")
        return corners * sum(
            self._named_in(declared) for selector, declared in self._rules if marks & selector
        )

    def _named_in(self, value: str) -> int:
        targets = (self._named.get(name) for name in _ADDRESS.findall(value))
        return sum(self.of(target) for target in targets if target is not None)

    def _corners(self, element: Any, name: str) -> int:
        """How often what an attribute names is drawn: markers stand at every corner."""
        if not name.startswith("marker") and name != "style":
            return 1
        path = element.get("d", "") + element.get("points", "")
        return 1 + len(_NUMBER.findall(path)) // 2
