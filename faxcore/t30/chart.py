"""The flow charts of T.30 drawn from their tables, as Mermaid state diagrams (figure 5-2, Annex F).

``python -m faxcore.t30.chart`` prints the block that README.md has between its two marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from faxcore.t30.transitions import ANY, POLLER, RECEIVER, SENDER, Row
from faxcore.t30.transitions_v34 import V34_RECEIVER, V34_SENDER
from faxcore.t30.walk import END

BEGIN, FINISH = "<!-- charts of T.30: begin -->", "<!-- charts of T.30: end -->"

_CARRIED = re.compile(r"^(PPS|EOR|PRI)-.*")
"""PPS-MPS to PPS-NULL are one box in a picture, and so are those of EOR."""


def draw(rows: Iterable[Row], start: str = "") -> str:
    """A state diagram of these rows; arrows between the same two boxes are one."""
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for each in rows:
        for step in each.steps():
            if step.at != ANY:
                way = (_box(step.at), _box(step.then, arriving=True))
                labels.setdefault(way, {})[_short(step.heard)] = None
    lines = [f"    {at} --> {then}: {', '.join(heard)}" for (at, then), heard in labels.items()]
    first = [f"    [*] --> {start}: answered"] if start else []
    return "\n".join(["stateDiagram-v2", *first, *lines])


def block() -> str:
    """The charts of all stations, for README.md."""
    charts = (
        ("A station that sends", draw(SENDER.basic, SENDER.start)),
        ("What error correction adds to it", draw(SENDER.correcting)),
        ("A station that receives", draw(RECEIVER.basic, RECEIVER.start)),
        ("What error correction adds to it", draw(RECEIVER.correcting)),
        ("A station that polls, until it receives", draw(POLLER.basic, POLLER.start)),
        ("A station that sends in V.34", draw(V34_SENDER.rows, V34_SENDER.start)),
        ("A station that receives in V.34", draw(V34_RECEIVER.rows, V34_RECEIVER.start)),
    )
    parts = [
        f"<details><summary>{title}</summary>\n\n```mermaid\n{picture}\n```\n\n</details>"
        for title, picture in charts
    ]
    return "\n".join([BEGIN, *parts, FINISH])


def _box(name: str, *, arriving: bool = False) -> str:
    return "[*]" if arriving and name == END else _short(name)


def _short(name: str) -> str:
    return _CARRIED.sub(r"\1", name)


if __name__ == "__main__":
    print(block())
