"""HTML to plain text, for short messages and the plain part of an e-mail. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from faxcore.delivery.states import Body

_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li ol p pre "
    "section table tr ul".split()
)
_SILENT = frozenset({"script", "style", "template", "title"})
"""A head has nothing else to be read in it; its own end may be left out (HTML 13.1.2.4)."""

_BLANKS = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r"\n{3,}")


def plain_text(body: str, kind: Body | None) -> str:
    """The words of a body: of HTML without its marks, scripts and styles."""
    if kind is not Body.HTML:
        return body.strip()
    reader = _Reader()
    reader.feed(body)
    reader.close()
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(reader.parts).split("\n"))
    return _LINES.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
