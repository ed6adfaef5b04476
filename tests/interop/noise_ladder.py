"""Where the noise on the line stops a fax: our sender beside spandsp's own, to the same receiver.

    python -m tests.interop.noise_ladder [CALLS]

For each signal-to-noise ratio, so many calls of two fine pages, each with other noise: in how many
every page arrived pixel for pixel, in how many all arrived and some had bad rows, in how many not.
"""

from __future__ import annotations

import ctypes
import enum
import sys
import tempfile
from pathlib import Path

import numpy as np

from faxcore.t4 import Coding, Resolution
from faxcore.t30.document import CallOptions

from . import spandsp
from .calls import document, pictures, read_tiff, same, send, store
from .lines import NoisyLine
from .machines import EVERYTHING, NO_V17, Machine, Receiver, Sender

RATIOS_DB = range(30, 4, -2)
CODINGS = frozenset(Coding)
_LONGEST_CALL = 50 * 600


class Arrival(enum.Enum):
    """What came of the pages of one call."""

    EXACT = "exact"
    BAD_ROWS = "bad rows"
    NOT_ALL = "not all"


def judge(sent: list[np.ndarray], got: list[np.ndarray], confirmed: bool) -> Arrival:
    """A page that arrived and was not confirmed did not arrive."""
    if not confirmed or len(got) < len(sent):
        return Arrival.NOT_ALL
    return Arrival.EXACT if same(sent, got) else Arrival.BAD_ROWS


def ours(library: ctypes.CDLL, machine: Machine, line: NoisyLine) -> Arrival:
    """A call of our sender."""
    pages = pictures(2, Resolution.FINE)
    codings = tuple(Coding) if machine.ecm else (Coding.MH,)
    with tempfile.TemporaryDirectory() as folder:
        sent = send(
            library,
            Path(folder) / "r.tif",
            machine,
            document(pages, Resolution.FINE, codings),
            CallOptions(ecm=machine.ecm),
            line=line,
        )
    return judge(pages, sent.pages, sent.result.ok)


def theirs(library: ctypes.CDLL, machine: Machine, line: NoisyLine) -> Arrival:
    """A call of spandsp's sender."""
    pages = pictures(2, Resolution.FINE)
    with tempfile.TemporaryDirectory() as folder:
        tiff = store(Path(folder) / "s.tif", pages, Resolution.FINE)
        got = Path(folder) / "r.tif"
        sender, receiver = Sender(library, tiff, machine), Receiver(library, got, machine)
        heard = spandsp.Samples()
        for _ in range(_LONGEST_CALL):
            said = line.carry(sender.exchange(heard), True)
            heard = line.carry(receiver.exchange(said), False)
            if sender.outcome is not None and receiver.outcome is not None:
                break
        confirmed = sender.outcome == 0
        sender.close()
        receiver.close()
        return judge(pages, read_tiff(got), confirmed)


def main() -> None:
    """Print the table."""
    library = spandsp.load()
    if library is None:
        sys.exit("libspandsp is not installed (Debian: libspandsp2)")
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"of {calls} calls: every page exact / all arrived, bad rows / not all arrived")
    for modems, name in ((NO_V17, "V.29 and V.27ter"), (EVERYTHING, "V.17 as well")):
        for ecm in (True, False):
            print(f"{name}, {'with' if ecm else 'without'} error correction")
            machine = Machine(modems, ecm=ecm, codings=CODINGS if ecm else frozenset({Coding.MH}))
            for ratio in RATIOS_DB:
                line = f"  {ratio:2} dB"
                for sender in (ours, theirs):
                    came = [
                        sender(library, machine, NoisyLine(ratio, seed)) for seed in range(calls)
                    ]
                    counts = " / ".join(f"{came.count(one):2}" for one in Arrival)
                    line += f"   {'faxcore' if sender is ours else 'spandsp'} {counts}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
