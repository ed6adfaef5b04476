"""A warm render worker: all that is slow to load is loaded once, each message gets a fresh copy.

    python -m faxcore.render.nursery SOCKET

Loading WeasyPrint, Pango and the fonts takes half a second; copying a process that has them takes
some milliseconds. So this process loads them, reads no message itself, and forks for each: the copy
limits itself, renders one message as ``worker`` does, and ends. What a hostile message does to its
copy, the next one never sees. There are no threads here, so forking is safe.

On the socket, in turn: the caller sends a folder's name with two open files, for the lines and for
errors; this process answers with the copy's process id, and with its exit status when it has ended.
The copy stays a zombie until the caller has said that it will not signal it any more.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from faxcore.render.content import Content, CoverFields, Paper
from faxcore.render.coverpage import read_cover
from faxcore.render.exchange import FAST
from faxcore.render.tone import AUTO_TONE
from faxcore.render.worker import main as render_one
from faxcore.resources import coverpages_folder
from faxcore.t4 import Coding, Resolution, accelerate, encode_page

_NAME = 4096
_WARMED = (
    "<p>Warm <b>bold</b> <i>italic</i> <code>mono</code> <span style='font-family:serif'>serif"
)
_PLAIN = "standard"
_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def warm_up() -> None:
    """Do once what nearly every message needs, so that its copy finds it loaded.

    The shipped cover pages are compiled and one is filled in, words are laid out in the usual faces
    and typed, drawn, headed and coded. The font configuration is left to the copies, each of which
    has it for itself.
    """
    # all that is slow to load is loaded here, once Ctrl-C is the caller's affair and not ours
    from faxcore.render import compose, crew, designs  # noqa: F401, PLC0415
    from faxcore.render.cells import ASCII, Cells  # noqa: PLC0415
    from faxcore.render.geometry import place  # noqa: PLC0415
    from faxcore.render.layout import Typesetter  # noqa: PLC0415
    from faxcore.render.pages import page_pixels  # noqa: PLC0415
    from faxcore.render.pdf import open_pdf, page_size_mm  # noqa: PLC0415
    from faxcore.render.tagline import LineWriter  # noqa: PLC0415
    from faxcore.render.typewriter import typewritten  # noqa: PLC0415

    typesetter = Typesetter([])
    laid_out = [typesetter.lay_out(page, "nothing") for page in (*_covers(), _WARMED)]
    document = open_pdf(typesetter.write(laid_out), "nothing")
    typed = typewritten("a\fb\fc", Paper.A4)
    if typed is not None:
        Cells(typed).black(0, typed.grid.frame)
    LineWriter().can_write(ASCII)
    sheet = compose.Sheet(document, 0, "nothing", 1)
    placement = place(*page_size_mm(document, 0, sheet.source))
    for resolution in (Resolution.FINE, Resolution.COARSE):
        page = page_pixels(sheet, placement, resolution, AUTO_TONE)
        LineWriter().band((ASCII, "", "0"), resolution)
        for coding in Coding:
            encode_page(page, coding)
    document.close()
    typesetter.leave_fonts()


def _give_back_memory() -> None:
    """Return what warming up has freed to the system: else every copy has to be given it too."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)


def _covers() -> Iterator[str]:
    """The shipped cover pages: each compiled, the plainest also filled in."""
    from faxcore.render.coverpage import compiled_cover, cover_html, cover_names  # noqa: PLC0415

    folder = coverpages_folder()
    for name in cover_names(folder):
        compiled_cover(read_cover(folder / f"{name}.html"))
    fields = CoverFields(_MOMENT, *("Nobody",) * 11)
    yield cover_html(Content(fields, cover=_PLAIN), read_cover(folder / f"{_PLAIN}.html"), 1)


def serve(line: socket.socket) -> None:
    """Fork for every folder that is named, until the caller closes the socket."""
    while True:
        data, files, _, _ = socket.recv_fds(line, _NAME, 2)
        if not data:
            return
        child = os.fork()
        if child == 0:
            os._exit(_one_message(line, Path(os.fsdecode(data)), files))
        for file in files:
            os.close(file)
        line.sendall(f"{child}\n".encode())
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        line.sendall(b"ended\n")
        if not line.recv(1):
            return
        line.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())


def _one_message(line: socket.socket, folder: Path, files: list[int]) -> int:
    """Be the worker of one message; the exit status."""
    try:
        os.setsid()
        line.close()
        os.chdir(folder)
        os.dup2(files[0], 1)
        os.dup2(files[1], 2)
        for file in files:
            os.close(file)
        return render_one(folder)
    except BaseException:  # a copy must end here and never go on as its parent
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def main(number: int) -> int:
    """Warm up, say so, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=number) as line:
        if os.environ.get(FAST):
            accelerate()
        warm_up()
        gc.collect()
        gc.freeze()  # a copy that looks for garbage must not touch, and so copy, all of this
        _give_back_memory()
        line.sendall(b"ready\n")
        serve(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
