"""From words to coded pages: faxcore beside the commands that people use today.

    python -m tests.bench.bench_pipeline [--short]

A cover page and a body of text, one resolution (fine), one coding (MH, which is what both rivals
write): as new processes, and inside a running service (a warm worker). The rivals get the same
cover page, filled in, and the same lines as HTML; all must come to the same number of pages. The
same with a body in HTML, which nobody can set without WeasyPrint, is told without a goal.

Processor time of all processes, children included, and the most memory that one of them held.
Modules are compiled beforehand, as an installer compiles those of the rivals. ``--short`` has fewer
pages and one run of each; what is not installed is named. Ratios count; the seconds are this
machine's.
"""

from __future__ import annotations

import compileall
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PIL import Image

from faxcore.render import BodyType, Content, CoverFields, WarmWorker, render_content
from faxcore.t4 import Coding, Resolution
from tests.bench.legibility.texts import sentences, wrapped
from tests.bench.pipeline_rivals import by_commands, message_html

MOMENT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_LINES, _COLUMNS = 52, 78
_STYLE = "@page{size:A4;margin:18mm 15mm} body{font:11pt/1.35 sans-serif} h1{break-before:page}"
_WARM_RUNS, _TIMES = 10, 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds, and the most memory of one process in megabytes."""

    cpu_seconds: float
    megabytes: float


def text(pages: int) -> str:
    """So many pages of plain text."""
    return "\f".join("\n".join(wrapped(page, _LINES, _COLUMNS)) for page in range(pages))


def chapters(pages: int) -> str:
    """So many pages of text as HTML."""
    made = [
        f"<h1>Chapter {number + 1}</h1>"
        + "".join(f"<p>{' '.join(sentences(number * 20 + part, 6))}" for part in range(5))
        for number in range(pages)
    ]
    return f"<!DOCTYPE html><meta charset=utf-8><style>{_STYLE}</style>" + "".join(made)


def content(pages: int, kind: BodyType) -> Content:
    """A cover page and so many pages of text."""
    fields = CoverFields(
        MOMENT, "Ada Example", "+44 20 7946 0000", "Dr. Grace Sample", "+1 555 0100", "Results"
    )
    body = text(pages) if kind is BodyType.TEXT else chapters(pages)
    return Content(fields, body=body, body_type=kind, cover="standard")


def once(message: Content, pages: int, warm: WarmWorker | None = None) -> None:
    """Render a message, fine, as MH; ValueError if it has not so many pages."""
    rendered = render_content(
        message, resolutions=(Resolution.FINE,), codings=(Coding.MH,), warm=warm
    )
    if len(rendered.pages) != pages:
        raise ValueError(f"{len(rendered.pages)} pages are not {pages}")


def spent(commands: list[list[str]]) -> Cost:
    """What commands cost, one after the other, measured by a process of its own."""
    code = (
        "import resource,subprocess,sys,json\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss)\n"
    )
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "OPENBLAS_NUM_THREADS": "1",  # as the faxcore command has it; the rivals load no numpy
    }
    ran = subprocess.run(
        [sys.executable, "-c", code, json.dumps(commands)],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    seconds, kilobytes = ran.stdout.split()
    return Cost(float(seconds), int(kilobytes) / 1024)


def best(runs: int, measure: Callable[[], Cost]) -> Cost:
    """The cheapest of some runs: what else the machine did, it did not do in that one."""
    return min((measure() for _ in range(runs)), key=lambda cost: cost.cpu_seconds)


def new_processes(pages: int, kind: BodyType, runs: int, folder: Path) -> dict[str, Cost]:
    """Every way as new processes."""
    source = folder / f"{kind.value}-{pages}.html"
    source.write_text(message_html(content(pages, kind), pages + 1), encoding="utf-8")
    asked = ["--render", kind.value, str(pages)]
    ours = [[sys.executable, "-m", "tests.bench.bench_pipeline", *asked]]
    python = [[sys.executable, "-m", "tests.bench.pipeline_rivals", str(source)]]
    python[0] += [str(folder / "python.tif")]
    costs = {"faxcore": best(runs, lambda: spent(ours))}
    if shutil.which("gs"):
        commands = by_commands(source, folder / "gs.tif")
        costs["weasyprint + gs"] = best(runs, lambda: spent(commands))
        same_pages(folder / "gs.tif", pages + 1)
    costs["python"] = best(runs, lambda: spent(python))
    same_pages(folder / "python.tif", pages + 1)
    return costs


def same_pages(path: Path, pages: int) -> None:
    """ValueError if a rival made more pages or fewer."""
    with Image.open(path) as made:
        if getattr(made, "n_frames", 1) != pages:
            raise ValueError(f"{path.name} has {getattr(made, 'n_frames', 1)} pages, not {pages}")


def in_a_service(pages: int, kind: BodyType, runs: int) -> Cost:
    """One message inside a running service: the mean of many, less what starting it costs."""
    first, message = content(1, kind), content(pages, kind)

    def cpu(messages: int) -> float:
        before = [resource.getrusage(who) for who in _WHOSE]
        with WarmWorker() as warm:
            once(first, 2, warm)
            for _ in range(messages):
                once(message, pages + 1, warm)
        after = [resource.getrusage(who) for who in _WHOSE]
        return sum(
            new.ru_utime + new.ru_stime - old.ru_utime - old.ru_stime
            for new, old in zip(after, before, strict=True)
        )

    return Cost((cpu(runs) - cpu(0)) / runs, 0.0)


_WHOSE = (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)


def ratio(name: str, value: float, wanted: float | None) -> None:
    """One share, and whether it meets its goal if it has one."""
    verdict = (
        "| |" if wanted is None else f"{wanted:g} | {'met' if value <= wanted else 'NOT MET'} |"
    )
    print(f"| {name} | {value:.2f} | {verdict}")


def told(pages: int, kind: BodyType, costs: dict[str, Cost]) -> None:
    """What every way took."""
    for way, cost in costs.items():
        memory = f", {cost.megabytes:.0f} MB" if cost.megabytes else ""
        print(f"cover + {pages} pages in {kind.value}, {way}: {cost.cpu_seconds:.3f} s{memory}")


def shares(pages: int, costs: dict[str, Cost], goals: tuple[float | None, float | None]) -> None:
    """Our cost as a share of each rival's."""
    names = ("weasyprint + gs", "python")
    for name, wanted in zip(names, goals, strict=True):
        if name in costs:
            ratio(
                f"{pages}: {name}", costs["faxcore"].cpu_seconds / costs[name].cpu_seconds, wanted
            )


def main() -> None:
    """Print costs, ratios and goals."""
    if "--render" in sys.argv:
        pages = int(sys.argv[-1])
        once(content(pages, BodyType(sys.argv[-2])), pages + 1)
        return
    short = "--short" in sys.argv
    for folder in ("faxcore", "tests/bench"):  # a tree that is worked on has none, or old ones
        compileall.compile_dir(Path(__file__).parents[2] / folder, quiet=2)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors")
    few, many, runs = (2, 5, 1) if short else (10, 100, 5)
    if not shutil.which("gs"):
        print("pipeline: Ghostscript is not installed (Debian: ghostscript)")
    with tempfile.TemporaryDirectory() as name:
        small = new_processes(few, BodyType.TEXT, runs, Path(name))
        large = new_processes(many, BodyType.TEXT, 1 if short else 2, Path(name))
        html = new_processes(few, BodyType.HTML, 1 if short else 3, Path(name))
    for costs, kind in ((small, BodyType.TEXT), (html, BodyType.HTML)):
        messages, times = (2, 1) if short else (_WARM_RUNS, _TIMES)
        costs["in a service"] = best(times, partial(in_a_service, few, kind, messages))
    told(few, BodyType.TEXT, small)
    told(many, BodyType.TEXT, large)
    told(few, BodyType.HTML, html)
    print(f"\n| CPU of faxcore, as a share of (cover + {few} or {many} pages) | | goal | |")
    print("|---|---|---|---|")
    shares(few, small, (0.85, 0.5))
    shares(many, large, (1.0, 0.2))
    memory = large["faxcore"].megabytes / large["python"].megabytes
    ratio(f"{many}: memory of python", memory, 0.25)
    for costs, wanted, what in ((small, 0.1, "text"), (html, None, "HTML")):
        if what == "HTML":
            shares(few, costs, (None, None))
        if "weasyprint + gs" in costs:
            share = costs["in a service"].cpu_seconds / costs["weasyprint + gs"].cpu_seconds
            ratio(f"{few} in a service, {what}: weasyprint + gs", share, wanted)


if __name__ == "__main__":
    main()
