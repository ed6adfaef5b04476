"""efax on a simulated modem: the program, its files, and the pseudo terminal between."""

from __future__ import annotations

import os
import subprocess
import threading
import tty
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from faxcore.sim.modem import SimModem
from faxcore.transport.realtime import pump

EFAX_ID = "+1 555 0199"

PACE = 2.0
"""efax keeps its own time, a second before each page among it; much faster and T2 runs out."""

HEADER_ROWS = 20
"""efax puts its header line above a page: twenty rows, blank where there is no text."""

TIMEOUT_S = 60.0


def picture(number: int) -> np.ndarray:
    """A small page that no other could be taken for."""
    page = np.zeros((300, 1728), bool)
    page[10:20, 100:1600] = True
    page[30:60, 300:1400] = np.random.default_rng(number).random((30, 1100)) < 0.2
    page[80 + 40 * number : 100 + 40 * number, 50:900:3] = True
    page[-1, ::5] = True
    return page


def prepare(page: np.ndarray, path: Path) -> Path:
    """A TIFF as efax wants it: it reads a strip to the end of the file, whatever its length."""
    rows, width = page.shape
    bitmap = path.with_suffix(".pbm")
    bitmap.write_bytes(b"P4\n%d %d\n" % (width, rows) + np.packbits(page, axis=1).tobytes())
    subprocess.run(
        ["efix", "-ve", "-ipbm", "-otiffg3", "-r204x196", "-R204x196", "-n", path, bitmap],
        check=True,
        capture_output=True,
    )
    return path


def read(path: Path) -> np.ndarray:
    """What efax stored, as efix reads it: its TIFF tells neither width nor height.

    efix drops a last row that no EOL follows, and efax writes none.
    """
    path = path.rename(path.with_suffix(".ended"))
    with path.open("ab") as file:
        file.write(b"\0\1" * 6)
    bitmap = subprocess.run(
        ["efix", "-ve", "-opbm", "-r204x196", "-R204x196", path], check=True, capture_output=True
    ).stdout
    head, rows = bitmap.split(b"\n", 1)
    kind, width, height = head.split()
    assert kind == b"P4"
    packed = np.frombuffer(rows, np.uint8).reshape(int(height), -1)
    return np.unpackbits(packed, axis=1, count=int(width)).astype(bool)


def run(modem: SimModem, folder: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run efax in ``folder`` on the modem, whose time runs ``PACE`` times as fast."""
    master, slave = os.openpty()
    tty.setraw(slave)
    stop, stopper = os.pipe()
    living = threading.Thread(
        target=pump,
        args=(modem, master),
        kwargs={"stop": stop, "pace": PACE, "keep_after_hangup": True},
    )
    living.start()
    try:
        return subprocess.run(
            ["efax", "-d", os.ttyname(slave), "-o1", "-l", EFAX_ID, "-vewinc", *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        for each in (stop, stopper, slave, master):
            os.close(each)
