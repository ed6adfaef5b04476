"""efax, a foreign sender, faxes through our simulated modem on a pseudo terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import tty
from pathlib import Path

import numpy as np
import pytest

from faxcore.sim.judge import Fault
from faxcore.sim.modem import SimModem
from faxcore.transport.realtime import pump

pytestmark = pytest.mark.interop

PACE = 2.0
"""efax keeps its own time, a second before each page among it; much faster and T2 runs out."""

HEADER_ROWS = 20
"""efax puts its header line above the page: twenty rows, blank where there is no text."""

TIMEOUT_S = 60.0


def picture(number: int) -> np.ndarray:
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


def run_efax(modem: SimModem, folder: Path, files: list[Path]) -> subprocess.CompletedProcess[str]:
    """Let efax send files through the modem, whose time runs ``PACE`` times as fast."""
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
            ["efax", "-d", os.ttyname(slave), "-o1", "-l", "+1 555 0199", "-h", "", "-vewinc",
             "-t", "T5550100", *map(str, files)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )  # fmt: skip
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        for each in (stop, stopper, slave, master):
            os.close(each)


@pytest.mark.skipif(shutil.which("efax") is None, reason="efax is not installed (Debian: efax)")
def test_efax_sends_two_pages_through_our_modem(tmp_path: Path) -> None:
    pages = [picture(number) for number in range(2)]
    files = [prepare(page, tmp_path / f"page{number}") for number, page in enumerate(pages)]
    modem = SimModem()
    done = run_efax(modem, tmp_path, files)
    assert done.returncode == 0, done.stderr
    assert [number.lstrip("T") for number in modem.dialled] == ["5550100"]
    assert modem.far_result is not None
    assert modem.far_result.remote_id == "+1 555 0199"
    assert len(modem.received) == 2
    for sent, got in zip(pages, modem.received, strict=True):
        assert got.decoded.bad_rows == 0
        rows = got.bitmap.to_array()
        assert not rows[:HEADER_ROWS].any()
        assert np.array_equal(rows[HEADER_ROWS:], sent)
    faults = {note.fault for note in modem.notes}
    assert not faults & {Fault.BAD_ROWS, Fault.WRONG_FILL, Fault.LONG_FRAME, Fault.LOST_FRAME}
