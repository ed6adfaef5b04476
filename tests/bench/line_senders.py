"""The programs that are compared: each sends the same pages to the same receiver of spandsp's.

faxcore and spandsp's own sender run in virtual time; efax, HylaFAX's faxsend, and faxcore once
more, by the real clock, on a pseudo terminal with spandsp's soft modem behind it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t4 import Coding, PageBitmap, encode_page
from faxcore.t4.tiff import write_tiff
from faxcore.t30.document import FaxDocument, FaxPage, Station
from faxcore.t30.line import Observer
from faxcore.transport.port import Port
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from faxcore.transport.virtual_port import VirtualPort
from tests.bench.line_account import Account, RecordingLine, account
from tests.interop import efax, spandsp
from tests.interop.calls import OUR_ID, read_tiff
from tests.interop.lines import TelephoneLine
from tests.interop.machines import Machine, Receiver, Sender
from tests.interop.soft_modem import SpandspModem

HYLAFAX = Path(os.environ.get("FAXCORE_HYLAFAX", "/"))
"""Where HylaFAX lies: Debian's hylafax-server and hylafax-client, installed or unpacked."""

NUMBER = "5550100"
_LONGEST_S = 900
_BLOCKS = 50 * _LONGEST_S


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one call: its seconds, and how many pages arrived pixel for pixel."""

    account: Account
    exact: int


class Line:
    """A receiver at the end of a line, and the soft modem at its beginning.

    The line is recorded, unless another, a noisy one say, takes its place.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        machine: Machine,
        folder: Path,
        other: TelephoneLine | None = None,
    ) -> None:
        self.library, self.machine, self.folder = library, machine, folder
        self.recorder = RecordingLine()
        self.tiff = folder / "received.tif"
        self.modem = SpandspModem(library, self.receiver, other or self.recorder)

    def receiver(self) -> Receiver:
        """Answers the call."""
        receiver = Receiver(self.library, self.tiff, self.machine)
        receiver.on_frame = self.recorder.note
        return receiver

    def run(self, pages: list[np.ndarray]) -> Run:
        """The account of the call that was made."""
        self.modem.close()
        return Run(account(self.recorder.signals()), exact(pages, read_tiff(self.tiff)))


def exact(sent: list[np.ndarray], got: list[np.ndarray]) -> int:
    """How many pages arrived; a header line above the rows of a page is forgiven."""
    return sum(
        len(page) >= len(rows) and np.array_equal(page[len(page) - len(rows) :], rows)
        for rows, page in zip(sent, got, strict=False)
    )


def document(pages: list[np.ndarray]) -> FaxDocument:
    """The pages in every coding, as ``send_fax()`` prepares them."""
    bitmaps = [PageBitmap.from_array(page) for page in pages]
    return FaxDocument(
        tuple(FaxPage(tuple(encode_page(b, one) for one in Coding)) for b in bitmaps)
    )


def faxcore(port: Port, pages: list[np.ndarray], observe: Observer | None = None) -> None:
    """Our own sender on a port."""
    with FaxModem(port, load_profile("generic-class1")) as fax:
        fax.send(document(pages), NUMBER, Station(OUR_ID), observe=observe)


def faxcore_virtually(line: Line, pages: list[np.ndarray], observe: Observer | None = None) -> None:
    """In virtual time."""
    faxcore(VirtualPort(line.modem), pages, observe)


def faxcore_really(line: Line, pages: list[np.ndarray]) -> None:
    """By the real clock."""
    with terminal(line.modem) as name:
        faxcore(SerialPort(name, lock_folder=line.folder), pages)


def spandsp_itself(line: Line, pages: list[np.ndarray]) -> None:
    """spandsp's sender, whose audio goes straight to the receiver."""
    tiff = line.folder / "sent.tif"
    write_tiff(tiff, [encode_page(PageBitmap.from_array(page)) for page in pages])
    sender = Sender(line.library, tiff, line.machine)
    receiver = line.receiver()
    heard = spandsp.Samples()
    for _ in range(_BLOCKS):
        said = line.recorder.carry(sender.exchange(heard), True)
        heard = line.recorder.carry(receiver.exchange(said), False)
        if sender.outcome is not None and receiver.outcome is not None:
            break
    sender.close()
    receiver.close()


def efax_itself(line: Line, pages: list[np.ndarray]) -> None:
    """efax, which knows MH and no error correction."""
    files = [efax.prepare(page, line.folder / f"page{n}") for n, page in enumerate(pages)]
    with terminal(line.modem) as name:
        run(["efax", "-d", name, "-o1", "-l", OUR_ID, "-h", "", "-t", f"T{NUMBER}", *files], line)


def faxsend_itself(line: Line, pages: list[np.ndarray]) -> None:
    """HylaFAX's sending program on a queue file, without its daemon."""
    spool = line.folder
    for each in ("etc", "docq", "sendq", "log", "info", "tmp", "status", "client", "bin"):
        (spool / each).mkdir()
    bitmaps = [PageBitmap.from_array(page) for page in pages]
    write_tiff(spool / "docq" / "doc.tif", [encode_page(each, Coding.MMR) for each in bitmaps])
    queue_file = spool / "sendq" / "q1"
    values = {
        "tts": "0", "killtime": "2000000000", "state": "6", "number": NUMBER, "external": NUMBER,
        "mailaddr": "a", "sender": "a", "jobid": "1", "groupid": "1", "modem": "any",
        "client": "localhost", "owner": "a", "pagewidth": "216", "pagelength": "297",
        "resolution": "196", "totpages": str(len(pages)), "pagechop": "none", "maxdials": "1",
        "maxtries": "1", "minbr": "0", "desiredbr": "5", "desiredst": "0", "desiredec": "2",
        "desireddf": "3", "desiredtl": "0", "jobtype": "facsimile", "fax": "0::docq/doc.tif",
        "pagehandling": "XXS" * (len(pages) - 1) + "XXP",
    }  # fmt: skip
    queue_file.write_text("".join(f"{key}:{value}\n" for key, value in values.items()))
    with terminal(line.modem) as name:
        device = name.removeprefix("/dev/").replace("/", "_")
        (spool / "etc" / f"config.{device}").write_text(_faxsend_config())
        run([faxsend_program(), "-m", device, "sendq/q1"], line)


def _faxsend_config() -> str:
    """HylaFAX's own defaults for a Class 1 modem, without a header line on the pages."""
    return (
        f'FAXNumber: "{OUR_ID}"\nLocalIdentifier: "{OUR_ID}"\nTagLineFormat: ""\n'
        "ModemType: Class1\nModemFlowControl: rtscts\nServerTracing: 0xfff\n"
        "SessionTracing: 0xfff\nClass1ECMSupport: yes\nRTNHandlingMethod: Retransmit\n"
    )


def faxsend_program() -> str | None:
    """Where faxsend is, if it is."""
    program = HYLAFAX / "usr/lib/hylafax/bin/faxsend"
    return str(program) if program.is_file() else None


def run(command: list[str | Path], line: Line) -> None:
    """A foreign program, to its end; what it said is kept in the line's folder."""
    library = str(HYLAFAX / "usr/lib/hylafax")
    with (line.folder / "said").open("wb") as said:
        subprocess.run(
            command,
            cwd=line.folder,
            stdout=said,
            stderr=subprocess.STDOUT,
            timeout=_LONGEST_S,
            check=False,
            env={**os.environ, "LD_LIBRARY_PATH": library},
        )


@contextmanager
def terminal(modem: SpandspModem) -> Iterator[str]:
    """A pseudo terminal behind which the modem lives by the real clock."""
    master, slave = os.openpty()
    tty.setraw(slave)
    stop, stopper = os.pipe()
    keep = {"stop": stop, "keep_after_hangup": True}
    living = threading.Thread(target=pump, args=(modem, master), kwargs=keep)
    living.start()
    try:
        yield os.ttyname(slave)
    finally:
        os.write(stopper, b"!")
        living.join(10.0)
        for each in (stop, stopper, slave, master):
            os.close(each)


@dataclass(frozen=True, slots=True)
class Program:
    """A sender by name; ``missing`` says what there is to install."""

    name: str
    send: Callable[[Line, list[np.ndarray]], None]
    real_time: bool = False
    missing: str = ""


def programs() -> list[Program]:
    """Those that are compared."""
    no_efax = "" if shutil.which("efax") else "efax is not installed (Debian: efax)"
    no_faxsend = "" if faxsend_program() else "faxsend is not at FAXCORE_HYLAFAX (hylafax-server)"
    return [
        Program("faxcore", faxcore_virtually),
        Program("spandsp's sender", spandsp_itself),
        Program("faxcore, real clock", faxcore_really, real_time=True),
        Program("HylaFAX faxsend", faxsend_itself, real_time=True, missing=no_faxsend),
        Program("efax", efax_itself, real_time=True, missing=no_efax),
    ]


def load_spandsp() -> ctypes.CDLL:
    """The library. FileNotFoundError where it is not installed."""
    library = spandsp.load()
    if library is None:
        raise FileNotFoundError("libspandsp is not installed (Debian: libspandsp2)")
    return library


def measure(name: str, machine: Machine, pages: list[np.ndarray]) -> Run:
    """One call of one program."""
    library = load_spandsp()
    (program,) = (each for each in programs() if each.name == name)
    with tempfile.TemporaryDirectory() as folder:
        line = Line(library, machine, Path(folder))
        program.send(line, pages)
        return line.run(pages)
