"""Whose pages arrive over a noisy line: faxcore's beside those of HylaFAX's faxsend.

    python -m tests.bench.bench_noise [--short]

Each sends the same two fine pages through spandsp's soft modem to spandsp's receiver, forty times,
each time with other noise. A call delivers where the receiver has both pages; they are exact where
it has them pixel for pixel. HylaFAX runs by the real clock, twenty calls at a time, and is looked
for where FAXCORE_HYLAFAX says (``bench_line_economy``): without it, and with ``--short``, it is
left out, and ``--short`` makes four calls.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

from faxcore.t4 import Coding, Resolution
from tests.bench.line_senders import Line, Program, exact, load_spandsp, programs
from tests.interop.calls import pictures, read_tiff
from tests.interop.lines import NoisyLine
from tests.interop.machines import Machine

CALLS, FEW_CALLS = 40, 4
AT_A_TIME = 20
PAGES = 2
COMPARED = ("faxcore", "HylaFAX faxsend")
RECEIVERS = {
    "V.17, error correction, every coding": Machine(ecm=True, codings=frozenset(Coding)),
    "V.17, MH": Machine(),
}
RATIOS_DB = (16, 14)


def arrived(name: str, machine: Machine, ratio_db: float, seed: int) -> tuple[int, int]:
    """Of one call, how many pages the receiver has, and how many of them pixel for pixel."""
    (program,) = (each for each in programs() if each.name == name)
    pages = pictures(PAGES, Resolution.FINE)
    with tempfile.TemporaryDirectory() as folder:
        line = Line(load_spandsp(), machine, Path(folder), NoisyLine(ratio_db, seed))
        program.send(line, pages)
        line.modem.close()
        got = read_tiff(line.tiff) if line.tiff.exists() else []
        return len(got), exact(pages, got)


def chosen(short: bool) -> list[Program]:
    """Those of the programs that can be run."""
    found = []
    for program in programs():
        if program.name not in COMPARED:
            continue
        if program.missing:
            print(f"noise: {program.missing}")
        elif program.real_time and short:
            print(f"noise: {program.name} runs by the real clock, in the long form")
        else:
            found.append(program)
    return found


def main() -> None:
    """Print a row for each kind of call and level of noise."""
    short = "--short" in sys.argv
    try:
        load_spandsp()
    except FileNotFoundError as error:
        print(f"noise: {error}")
        return
    calls = FEW_CALLS if short else CALLS
    for program in chosen(short):
        with ProcessPoolExecutor(AT_A_TIME if program.real_time else None) as pool:
            for receiver, machine in RECEIVERS.items():
                for ratio in RATIOS_DB:
                    what = (repeat(program.name), repeat(machine), repeat(ratio), range(calls))
                    came = list(pool.map(arrived, *what))
                    delivered = sum(pages == PAGES for pages, _ in came)
                    whole = sum(same == PAGES for _, same in came)
                    figures = f"{delivered} of {calls} calls delivered, {whole} exact"
                    print(f"{program.name}, {receiver}, {ratio} dB: {figures}", flush=True)


if __name__ == "__main__":
    main()
