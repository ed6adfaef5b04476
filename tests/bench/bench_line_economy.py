"""Seconds on the line for the same pages to the same receiver: faxcore beside other senders.

    python -m tests.bench.bench_line_economy [--short]

Counted from the first flag of DIS to the end of DCN, on the line itself. ``--short`` has two small
pages, and the senders that run in virtual time. The long form sends three whole pages, and takes
five minutes: efax and HylaFAX's faxsend run by the real clock. What is not installed is named.
HylaFAX is looked for where FAXCORE_HYLAFAX says; ``dpkg-deb -x`` of Debian's hylafax-server and
hylafax-client into that folder is enough.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np

from faxcore.t4 import Coding
from tests.bench import corpus
from tests.bench.line_account import Phase
from tests.bench.line_minimum import Minimum
from tests.bench.line_senders import (
    Line,
    Program,
    Run,
    faxcore_virtually,
    load_spandsp,
    measure,
    programs,
)
from tests.interop.machines import NO_V17, Machine

RECEIVERS = {
    "V.17, error correction, every coding": Machine(ecm=True, codings=frozenset(Coding)),
    "V.17, MH": Machine(),
    "V.29, MH": Machine(NO_V17),
}
COLUMNS = {
    "pages": (Phase.PAGES,),
    "TCF": (Phase.CHECKS,),
    "our frames": (Phase.COMMANDS,),
    "our gaps": (Phase.GAPS,),
    "our turns": (Phase.TURNS,),
    "far end": (Phase.FAR, Phase.FAR_TURNS),
}


def least(machine: Machine, pages: list[np.ndarray]) -> Minimum:
    """What T.30 demands for the pages, in the coding that is shortest for this receiver."""
    library, minimum = load_spandsp(), Minimum()
    with tempfile.TemporaryDirectory() as folder:
        line = Line(library, machine, Path(folder))
        faxcore_virtually(line, pages, minimum.tell)
        line.modem.close()
    return minimum


def print_row(name: str, seconds: dict[Phase, float], least_s: float, notes: str = "") -> None:
    """One sender."""
    total = sum(seconds.values())
    parts = " | ".join(
        f"{sum(seconds[phase] for phase in phases):6.2f}" for phases in COLUMNS.values()
    )
    over = f"{100 * (total / least_s - 1):+5.1f} %"
    print(f"| {name:20} | {total:7.2f} | {over} | {parts} | {notes}", flush=True)


def print_table(
    receiver: str, pages: list[np.ndarray], runs: Iterable[tuple[Program, Future[Run]]]
) -> None:
    """All senders to one receiver."""
    minimum = least(RECEIVERS[receiver], pages)
    print(f"\n{receiver}: {len(pages)} pages of {len(pages[0])} rows, seconds on the line\n")
    print(f"| {'sender':20} |   total |    over | " + " | ".join(COLUMNS) + " | pages exact |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    print_row("the least", minimum.seconds, minimum.total, "|")
    for program, future in runs:
        if (failure := future.exception()) is not None:
            print(f"{program.name}: {failure}")
            continue
        run = future.result()
        exact = f"{run.exact}/{len(pages)} |"
        print_row(program.name, run.account.seconds, minimum.total, exact)


def main() -> None:
    """Print a table for each receiver."""
    short = "--short" in sys.argv
    try:
        load_spandsp()
    except FileNotFoundError as error:
        print(f"line economy: {error}")
        return
    whole = [corpus.letter(), corpus.cover(), corpus.form()]
    pages = [page[: 400 if short else None] for page in (whole[:2] if short else whole)]
    chosen = []
    for program in programs():
        if program.missing:
            print(f"line economy: {program.missing}")
        elif program.real_time and short:
            print(f"line economy: {program.name} runs by the real clock, in the long form")
        else:
            chosen.append(program)
    receivers = list(RECEIVERS)[: 2 if short else None]
    workers = 1 if short else len(chosen) * len(receivers)
    with ProcessPoolExecutor(workers) as pool:
        calls = {
            receiver: [
                (program, pool.submit(measure, program.name, RECEIVERS[receiver], pages))
                for program in chosen
            ]
            for receiver in receivers
        }
        for receiver, runs in calls.items():
            print_table(receiver, pages, runs)


if __name__ == "__main__":
    main()
