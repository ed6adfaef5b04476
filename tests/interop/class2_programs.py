"""Foreign fax programs on simulated modems of class 2 and 2.0: efax, mgetty's sendfax, HylaFAX."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from faxcore.profiles import load_profile
from faxcore.sim.callers import Caller
from faxcore.sim.modem import SimModem
from faxcore.t4 import Coding, PageBitmap, encode_page, line_octets
from faxcore.t4.tiff import write_tiff
from faxcore.transport.realtime import pump

from . import efax

OUR_ID = "+1 555 0199"
NUMBER = "5550100"
TIMEOUT_S = 60.0
FIRST_RING_S = 12.0

HYLAFAX = Path(os.environ.get("FAXCORE_HYLAFAX", "/"))
"""Where HylaFAX lies: Debian's hylafax-server and hylafax-client, installed or unpacked."""

MGETTY = Path(os.environ.get("FAXCORE_MGETTY", "/"))
"""The same for mgetty-fax; the two cannot be installed side by side."""

LOCKS = Path("/var/lock")
"""Where sendfax, which asks nobody, puts its lock."""

Done = subprocess.CompletedProcess[str]
Program = Callable[[str, Path, str, Sequence[np.ndarray]], Done]
"""Runs a program on a terminal, in a folder, in a class, with pages to send."""


def faxsend_program() -> Path:
    return HYLAFAX / "usr/lib/hylafax/bin/faxsend"


def sendfax_program() -> Path:
    return MGETTY / "usr/sbin/sendfax"


def missing(program: Program) -> str:
    """Why a program cannot be run; "" where it can."""
    if program in {efax_sends, efax_receives}:
        return "" if shutil.which("efax") else "efax is not installed (Debian: efax)"
    if program is faxsend_sends:
        return "" if faxsend_program().is_file() else "no faxsend at FAXCORE_HYLAFAX"
    if not sendfax_program().is_file():
        return "no sendfax at FAXCORE_MGETTY (Debian: mgetty-fax)"
    return "" if os.access(LOCKS, os.W_OK) else f"sendfax may not write its lock into {LOCKS}"


def efax_sends(terminal: str, folder: Path, fax_class: str, pages: Sequence[np.ndarray]) -> Done:
    files = [efax.prepare(page, folder / f"p{n}") for n, page in enumerate(pages)]
    return _efax(terminal, folder, fax_class, ("-h", "", "-t", f"T{NUMBER}", *map(str, files)))


def efax_receives(terminal: str, folder: Path, fax_class: str, pages: Sequence[np.ndarray]) -> Done:
    return _efax(terminal, folder, fax_class, ("-w", "-iS0=1", "-r", "got"))


def _efax(terminal: str, folder: Path, fax_class: str, options: Sequence[str]) -> Done:
    letter = {"2": "-o2", "2.0": "-o0"}[fax_class]
    return _run(["efax", "-d", terminal, letter, "-l", OUR_ID, "-vewinc", *options], folder)


def sendfax_sends(terminal: str, folder: Path, fax_class: str, pages: Sequence[np.ndarray]) -> Done:
    """mgetty's sendfax: raw G3 files, and no header line on the pages."""
    files = [folder / f"p{n}.g3" for n in range(len(pages))]
    for file, page in zip(files, pages, strict=True):
        file.write_bytes(line_octets(encode_page(PageBitmap.from_array(page)), 0, 0))
    letters = {"2": "cls2", "2.0": "c2.0"}[fax_class]
    line = terminal.removeprefix("/dev/")
    return _run([sendfax_program(), "-v", "-l", line, "-C", letters, NUMBER, *files], folder)


def faxsend_sends(terminal: str, folder: Path, fax_class: str, pages: Sequence[np.ndarray]) -> Done:
    """HylaFAX's sending program on a queue file, without its daemon."""
    for each in ("etc", "docq", "sendq", "log", "info", "tmp", "status", "client", "bin"):
        (folder / each).mkdir()
    bitmaps = [PageBitmap.from_array(page) for page in pages]
    write_tiff(folder / "docq" / "doc.tif", [encode_page(each, Coding.MMR) for each in bitmaps])
    (folder / "sendq" / "q1").write_text(_job(len(pages)))
    device = terminal.removeprefix("/dev/").replace("/", "_")
    (folder / "etc" / f"config.{device}").write_text(
        f'FAXNumber: "{OUR_ID}"\nLocalIdentifier: "{OUR_ID}"\nTagLineFormat: ""\n'
        f"ModemType: Class{fax_class}\nModemFlowControl: rtscts\nModemResetDelay: 100\n"
        "ModemDTRDropDelay: 10\nServerTracing: 0xfff\nSessionTracing: 0xfff\n"
    )
    return _run([faxsend_program(), "-m", device, "sendq/q1"], folder)


def _job(pages: int) -> str:
    values = {
        "tts": "0", "killtime": "2000000000", "state": "6", "number": NUMBER, "external": NUMBER,
        "mailaddr": "a", "sender": "a", "jobid": "1", "groupid": "1", "modem": "any",
        "client": "localhost", "owner": "a", "pagewidth": "216", "pagelength": "297",
        "resolution": "196", "totpages": str(pages), "pagechop": "none", "maxdials": "1",
        "maxtries": "1", "minbr": "0", "desiredbr": "5", "desiredst": "0", "desiredec": "2",
        "desireddf": "3", "desiredtl": "0", "jobtype": "facsimile", "fax": "0::docq/doc.tif",
        "pagehandling": "XXS" * (pages - 1) + "XXP",
    }  # fmt: skip
    return "".join(f"{key}:{value}\n" for key, value in values.items())


def _run(command: Sequence[str | Path], folder: Path) -> Done:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT_S,
        check=False,
        env={**os.environ, "LD_LIBRARY_PATH": str(HYLAFAX / "usr/lib/hylafax")},
    )


def modem(fax_class: str, far: str = "normal", calling: Caller | None = None) -> SimModem:
    """A modem of a class for a program to use, which rings when the program has set it up.

    Programs count on class 2 modems to give received data in the order that the standard has not.
    """
    profile = replace(
        load_profile(f"generic-class{fax_class}"), receives_msb_first=fax_class == "2"
    )
    made = SimModem(far, profile=profile)
    if calling is not None:
        made.ring(calling, FIRST_RING_S)
    return made


@contextmanager
def terminal(modem: SimModem, pace: float) -> Iterator[str]:
    """A pseudo terminal behind which the modem lives, ``pace`` times as fast as the clock."""
    master, slave = os.openpty()
    tty.setraw(slave)
    stop, stopper = os.pipe()
    how = {"stop": stop, "pace": pace, "keep_after_hangup": True}
    living = threading.Thread(target=pump, args=(modem, master), kwargs=how)
    living.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        for each in (stop, stopper, slave, master):
            os.close(each)
