"""What people see: progress (on the error stream) while a fax is sent, and the result."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from faxcore.t30.progress import Phase, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from faxcore.sending import FaxResult
    from faxcore.t30.capabilities import SessionParameters
    from faxcore.t30.result import PageReport
    from faxcore.t30.timing import TimingAccount


class Display:
    """Progress on a terminal as a live line with a bar, elsewhere as one line for each step."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._said = ""

    def __enter__(self) -> Display:
        if not self._quiet and sys.stderr.isatty():
            self._bar = _make_bar()
            self._bar.start()
            self._task = self._bar.add_task("", total=1.0, phase="", rate="")
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """One step."""
        if self._bar is not None and self._task is not None:
            self._draw(self._bar, self._task, progress)
        elif not self._quiet:
            self._print(progress)

    def _draw(self, bar: Bar, task: TaskID, progress: Progress) -> None:
        if progress.text and progress.text != self._said:
            self._said = progress.text
            bar.console.print(_line(progress), highlight=False, markup=False)
        page = f" page {progress.page}/{progress.pages}" if progress.page else ""
        done = progress.share if progress.phase is Phase.PAGE else 0.0
        if progress.phase is Phase.RENDER and progress.pages:
            done = progress.page / progress.pages
        rate = f"{progress.rate} bit/s" if progress.rate else ""
        bar.update(task, completed=done, phase=f"{progress.phase.value}{page}", rate=rate)
        bar.refresh()

    def _print(self, progress: Progress) -> None:
        if progress.text and progress.text != self._said:
            self._said = progress.text
            print(_line(progress), file=sys.stderr, flush=True)


def _line(progress: Progress) -> str:
    when = f"{progress.at:7.2f} s" if progress.at else " " * 9
    return f"{when}  {progress.phase.value:<19} {printable(progress.text)}"


def _make_bar() -> Bar:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (
        TextColumn("{task.fields[phase]:<22}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    return Bar(*columns, console=Console(stderr=True), transient=True)


def printable(text: str) -> str:
    """Text from outside without what could move a cursor or ring a bell."""
    return "".join(character if character.isprintable() else "?" for character in text)


def print_result(result: FaxResult, folder: Path | None, pictures: list[Path]) -> None:
    """The result for people."""
    call, under = result.call, result.call.parameters
    rows = [
        ("outcome", "sent: every page confirmed" if result.ok else f"NOT SENT: {result.text}"),
        ("far end", call.remote_id or "-"),
        ("rate", under.rung.name if under is not None else "-"),
        ("coding", _coding(result)),
        ("pages", _pages(result)),
        ("on the line", f"{call.seconds:.1f} s"),
    ]
    rows += [(_name(page), _page(page)) for page in call.pages if _noteworthy(page)]
    rows += [("note", note) for note in result.notes]
    if folder is not None:
        rows.append(("folder", str(folder)))
    rows += [("received", str(picture)) for picture in pictures]
    for name, value in rows:
        print(f"{name:<12} {printable(value)}")


def _coding(result: FaxResult) -> str:
    under = result.call.parameters
    if under is None:
        return "-"
    return f"{under.coding.value.upper()}, {under.resolution.name.lower()}, {under.width} pels"


def _pages(result: FaxResult) -> str:
    tried = len({page.number for page in result.call.pages})
    text = f"{result.pages_confirmed} of {tried} confirmed"
    if result.pages_uncertain:
        text += f", {result.pages_uncertain} uncertain: sent, never answered"
    return text


def _noteworthy(page: PageReport) -> bool:
    return page.rtn > 0 or page.ppr > 0 or page.sendings > 1 or page.part > 0


def _name(page: PageReport) -> str:
    return f"page {page.number}" + (f" part {page.part}" if page.part else "")


def _page(page: PageReport) -> str:
    said = [page.outcome.value, f"sent {times(page.sendings)}"]
    if page.rtn:
        said.append(f"refused {times(page.rtn)}")
    if page.ppr:
        said.append(f"frames asked for again {times(page.ppr)}")
    return ", ".join(said)


def times(count: int) -> str:
    """``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def result_json(result: FaxResult) -> str:
    """The result for programs: one object with stable keys."""
    call, under = result.call, result.call.parameters
    return json.dumps(
        {
            "ok": result.ok,
            "reason": result.reason,
            "status": int(call.status),
            "text": result.text,
            "number": result.number,
            "remote_id": call.remote_id,
            "pages": result.pages,
            "pages_confirmed": result.pages_confirmed,
            "pages_uncertain": result.pages_uncertain,
            **session_json(under),
            "trainings": call.trainings,
            "seconds": round(call.seconds, 3),
            "timing": timing_json(call.timing),
            "page_reports": [_page_json(page) for page in call.pages],
            "transcript": str(result.transcript) if result.transcript is not None else None,
            "notes": list(result.notes),
        }
    )


def session_json(under: SessionParameters | None) -> dict[str, object]:
    """What was agreed upon, for programs; the keys are there when nothing was."""
    return {
        "rate": under.rung.bits_per_second if under is not None else None,
        "modulation": under.rung.modulation.value if under is not None else None,
        "coding": under.coding.value if under is not None else None,
        "resolution": under.resolution.name.lower() if under is not None else None,
    }


def timing_json(timing: TimingAccount | None) -> dict[str, object] | None:
    """How well this computer kept time, for programs."""
    if timing is None:
        return None
    longest = timing.longest_gap_ms
    return {
        "longest_gap_ms": round(longest, 1) if longest is not None else None,
        "slowest_reaction_ms": timing.slowest_reaction_ms,
        "least_ahead_ms": timing.least_ahead_ms,
    }


def _page_json(page: PageReport) -> dict[str, object]:
    return {
        "number": page.number,
        "part": page.part,
        "outcome": page.outcome.value,
        "sendings": page.sendings,
        "rtn": page.rtn,
        "ppr": page.ppr,
        "octets": page.octets,
    }
