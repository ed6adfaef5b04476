"""From words to coded pages: faxcore beside the commands that people use today.

    python -m tests.bench.bench_pipeline [--short]

A cover page and text pages, one resolution (fine), one coding: as new processes, and inside a
running service (a warm worker). Processor time of all processes, children included, and the most
memory that one of them held. Modules are compiled beforehand, as an installer compiles those of the
rivals. ``--short`` has fewer pages and one run of each; what is not installed is named. Ratios
count; the seconds are this machine's.
"""

from __future__ import annotations

import compileall
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from faxcore.render import BodyType, Content, CoverFields, WarmWorker, render_content
from faxcore.t4 import Coding, Resolution
from tests.bench.legibility.texts import sentences
from tests.bench.pipeline_rivals import by_commands

MOMENT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_STYLE = "@page{size:A4;margin:18mm 15mm} body{font:11pt/1.35 sans-serif} h1{break-before:page}"
_WARM_RUNS = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds, and the most memory of one process in megabytes."""

    cpu_seconds: float
    megabytes: float


def body(pages: int) -> str:
    """So many pages of text as HTML."""
    chapters = [
        f"<h1>Chapter {number + 1}</h1>"
        + "".join(f"<p>{' '.join(sentences(number * 20 + part, 6))}" for part in range(5))
        for number in range(pages)
    ]
    return f"<!DOCTYPE html><meta charset=utf-8><style>{_STYLE}</style>" + "".join(chapters)


def content(pages: int) -> Content:
    """A cover page and so many pages of text."""
    fields = CoverFields(
        MOMENT, "Ada Example", "+44 20 7946 0000", "Dr. Grace Sample", "+1 555 0100", "Results"
    )
    return Content(fields, body=body(pages), body_type=BodyType.HTML, cover="standard")


def once(pages: int, warm: WarmWorker | None = None) -> int:
    """Render them, fine, as MMR; how many pages there are."""
    rendered = render_content(
        content(pages), resolutions=(Resolution.FINE,), codings=(Coding.MMR,), warm=warm
    )
    return len(rendered.pages)


def spent(commands: list[list[str]]) -> Cost:
    """What commands cost, one after the other, measured by a process of its own."""
    code = (
        "import resource,subprocess,sys,json\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss)\n"
    )
    import json

    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", code, json.dumps(commands)],
        check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    seconds, kilobytes = ran.stdout.split()
    return Cost(float(seconds), int(kilobytes) / 1024)


def best(runs: int, measure: Callable[[], Cost]) -> Cost:
    """The cheapest of some runs: what else the machine did, it did not do in that one."""
    return min((measure() for _ in range(runs)), key=lambda cost: cost.cpu_seconds)


def new_processes(pages: int, runs: int, folder: Path) -> dict[str, Cost]:
    """Every way as new processes."""
    cover = "<div style='height:250mm'>" + "<p>".join(sentences(999, 5)) + "</div>"
    source = folder / f"{pages}.html"
    source.write_text(body(pages).replace("<h1>", cover + "<h1>", 1), encoding="utf-8")
    ours = [[sys.executable, "-m", "tests.bench.bench_pipeline", "--render", str(pages)]]
    rivals = [sys.executable, "-m", "tests.bench.pipeline_rivals"]
    costs = {"faxcore": best(runs, lambda: spent(ours))}
    if shutil.which("gs"):
        commands = by_commands(source, folder / "gs.tif")
        costs["weasyprint + gs"] = best(runs, lambda: spent(commands))
    python = [[*rivals, str(source), str(folder / "python.tif")]]
    costs["python"] = best(runs, lambda: spent(python))
    return costs


def in_a_service(pages: int, runs: int) -> Cost:
    """One message inside a running service: the mean of many, less what starting it costs."""

    def cpu(messages: int) -> float:
        before = [resource.getrusage(who) for who in _WHOSE]
        with WarmWorker() as warm:
            once(1, warm)
            for _ in range(messages):
                once(pages, warm)
        after = [resource.getrusage(who) for who in _WHOSE]
        return sum(
            new.ru_utime + new.ru_stime - old.ru_utime - old.ru_stime
            for new, old in zip(after, before, strict=True)
        )

    return Cost((cpu(runs) - cpu(0)) / runs, 0.0)


_WHOSE = (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)


def ratio(name: str, value: float, wanted: float) -> None:
    """One goal, met or not."""
    print(f"| {name} | {value:.2f} | {wanted:g} | {'met' if value <= wanted else 'NOT MET'} |")


def main() -> None:
    """Print costs, ratios and goals."""
    if "--render" in sys.argv:
        once(int(sys.argv[-1]))
        return
    short = "--short" in sys.argv
    for folder in ("faxcore", "tests/bench"):  # a tree that is worked on has none, or old ones
        compileall.compile_dir(Path(__file__).parents[2] / folder, quiet=2)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors")
    few, many, runs = (2, 5, 1) if short else (10, 100, 5)
    if not shutil.which("gs"):
        print("pipeline: Ghostscript is not installed (Debian: ghostscript)")
    with tempfile.TemporaryDirectory() as name:
        small = new_processes(few, runs, Path(name))
        large = new_processes(many, 1 if short else 2, Path(name))
    service = in_a_service(few, 2 if short else _WARM_RUNS)
    for pages, costs in ((few, small), (many, large)):
        for way, cost in costs.items():
            print(f"cover + {pages} pages, {way}: {cost.cpu_seconds:.2f} s of processor time, "
                  f"{cost.megabytes:.0f} MB")  # fmt: skip
    print(f"cover + {few} pages in a running service: {service.cpu_seconds:.3f} s\n")
    print(f"| CPU of faxcore, as a share of (cover + {few} or {many} pages) | | goal | |")
    print("|---|---|---|---|")
    first, python = small.get("weasyprint + gs"), small["python"]
    if first is not None:
        ratio(f"{few}: WeasyPrint's command + gs", small["faxcore"].cpu_seconds / first.cpu_seconds,
              0.85)  # fmt: skip
    ratio(f"{few}: Python today", small["faxcore"].cpu_seconds / python.cpu_seconds, 0.5)
    slow = large.get("weasyprint + gs")
    if slow is not None:
        ratio(f"{many}: WeasyPrint's command + gs", large["faxcore"].cpu_seconds
              / slow.cpu_seconds, 1.0)  # fmt: skip
    ratio(f"{many}: Python today", large["faxcore"].cpu_seconds / large["python"].cpu_seconds, 0.2)
    ratio(f"{many}: memory of Python today", large["faxcore"].megabytes / large["python"].megabytes,
          0.25)  # fmt: skip
    if first is not None:
        ratio(f"{few} in a service: WeasyPrint's command + gs",
              service.cpu_seconds / first.cpu_seconds, 0.1)  # fmt: skip


if __name__ == "__main__":
    main()
