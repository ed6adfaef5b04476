"""A watched call on a screen (rich)."""

from __future__ import annotations

from rich.console import Group
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from faxcore.workbench.evidence import Step, Way
from faxcore.workbench.explain_text import sentence
from faxcore.workbench.monitor import View

_ARROWS = {Way.OUT: ("──▶", "bold blue"), Way.IN: ("◀──", "bold magenta"), Way.LOCAL: ("", "dim")}


def screen(name: str, view: View) -> Panel:
    """All that there is to see of a call at a moment."""
    return Panel(
        Group(_facts(view), _bar(view), Text(), _steps(view.recent), *_trouble(view)),
        title=Text(name),
        border_style="red" if view.trouble else "blue",
    )


def _facts(view: View) -> Table:
    table = Table.grid(padding=(0, 3))
    rate = f"{view.rate} bit/s" if view.rate else ""
    table.add_row(
        Text(f"{view.at:8.1f} s", style="bold"),
        Text(view.phase, style="bold"),
        Text(" ".join(filter(None, (rate, view.session)))),
        Text(f"far end {view.remote}" if view.remote else ""),
        Text(f"{view.confirmed} confirmed" if view.confirmed else ""),
    )
    return table


def _bar(view: View) -> Table:
    table = Table.grid(padding=(0, 3))
    if view.page:
        count = f"{view.octets} of {view.expected}" if view.expected else f"{view.octets}"
        bar = ProgressBar(total=1.0, completed=view.share, width=40)
        table.add_row(Text(view.page), bar, Text(f"{count} octets", style="dim"))
    return table


def _steps(steps: tuple[Step, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    for step in steps:
        arrow, style = _ARROWS[step.way]
        told = Text(sentence(step), style="" if step.ok else "red", overflow="ellipsis")
        told.no_wrap = True
        table.add_row(Text(f"{step.at:8.2f}", style="dim"), Text(arrow, style=style), told)
    return table


def _trouble(view: View) -> list[Text]:
    return [Text(f"! {each}", style="red") for each in view.trouble]
