"""The caller's side of the render worker: started, listened to, and ended when it goes too far."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from faxcore.errors import RenderError
from faxcore.render.document import RenderedDocument, RenderProgress
from faxcore.render.exchange import (
    Request,
    error_named,
    load_result,
    save_request,
    write_private,
)
from faxcore.render.fonts import font_configuration

_KEPT = ("HOME", "LANG", "PATH", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_LINE = 8192
_KEPT_OCTETS = str(64 << 20)
"""glibc keeps blocks up to this size: mapped anew for each page, they cost a third of the time."""

_TICK = 0.2
_STDERR_TAIL = 300

Ended = Callable[[float], int]
"""Waits so many seconds for a worker's end: its exit status, or TimeoutExpired."""


def run_worker(
    request: Request,
    observe: Callable[[RenderProgress], None] | None,
    cancel: Callable[[], bool] | None,
) -> RenderedDocument:
    """Render a request in a new process; ContentError in one sentence if that fails."""
    with tempfile.TemporaryDirectory(prefix="faxcore-render-") as name:
        folder = Path(name)  # mode 0700 by mkdtemp
        save_request(folder, request)
        prepare_fonts(folder)
        with _worker(folder) as process:
            if process.stdout is None:
                raise RenderError("the render worker has no output")
            pipe = process.stdout.fileno()
            listen(pipe, process.wait, folder, request, observe, cancel)
        return load_result(folder, request)


def prepare_fonts(folder: Path) -> None:
    """Put the font configuration, and an empty file for errors, into a worker's folder."""
    fonts = font_configuration(os.environ.get("FONTCONFIG_FILE"))
    write_private(folder / "fonts.conf", fonts.encode())
    write_private(folder / "stderr", b"")


def worker_environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What the worker sees of the environment: little, and nothing secret."""
    kept = {name: environment[name] for name in _KEPT if name in environment}
    roots = [entry for entry in sys.path if entry and Path(entry).exists()]
    return kept | {
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "MALLOC_MMAP_THRESHOLD_": _KEPT_OCTETS,
        "MALLOC_TRIM_THRESHOLD_": _KEPT_OCTETS,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": environment.get("PYTHONDONTWRITEBYTECODE", ""),
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(roots),
    }


@contextmanager
def _worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with open(folder / "stderr", "ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "faxcore.render.worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=worker_environment(folder, os.environ),
            cwd=folder,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # it has ended, and left nobody behind
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def listen(
    pipe: int,
    ended: Ended,
    folder: Path,
    request: Request,
    observe: Callable[[RenderProgress], None] | None,
    cancel: Callable[[], bool] | None,
) -> None:
    """Read a worker's lines until it says that it is done; raise what it or its end says.

    ``pipe`` is where its lines come; ``ended`` waits for its end.
    """
    doing = ""
    for line in _lines(pipe, request.limits.seconds, cancel):
        told = _parsed(line)
        if "error" in told:
            raise error_named(*told["error"])
        if "done" in told:
            ended(10)
            return
        doing = told["progress"][0]
        if observe is not None:
            observe(RenderProgress(*told["progress"]))
    raise RenderError(_why_ended(ended, folder, request, doing))


def _lines(pipe: int, seconds: float, cancel: Callable[[], bool] | None) -> Iterator[bytes]:
    deadline = time.monotonic() + seconds
    waiting = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if cancel is not None and cancel():
                raise RenderError("rendering was cancelled")
            left = deadline - time.monotonic()
            if left <= 0:
                raise RenderError(f"rendering took longer than {seconds:g} s and was stopped")
            if not selector.select(min(left, _TICK)):
                continue
            read = os.read(pipe, 65536)
            if not read:
                return
            *whole, waiting = (waiting + read).split(b"\n")
            if len(waiting) > _LINE:
                raise RenderError("the render worker answers without end")
            yield from whole


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
        progress = told.get("progress", ["", 0, 0])
        text, page, pages = progress
        fits = isinstance(text, str) and type(page) is int and type(pages) is int
        kind, reason = told.get("error", ["", ""])
        if not (fits and isinstance(kind, str) and isinstance(reason, str)):
            raise ValueError("values of the wrong type")
        if not {"progress", "error", "done"} & told.keys():
            raise ValueError("a line of no known kind")
    except (ValueError, TypeError, AttributeError) as error:
        raise RenderError(f"the render worker's answer is not valid: {error}") from error
    checked: dict[str, Any] = told
    return checked


def _why_ended(ended: Ended, folder: Path, request: Request, doing: str) -> str:
    """One sentence about a worker that ended without a word, while ``doing`` something."""
    at = f" at {doing}" if doing else ""
    try:
        code = ended(5)
    except subprocess.TimeoutExpired:
        return "the render worker stopped answering"
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return (
            f"rendering{at} needed more than {request.limits.cpu_seconds} s of processor time, or "
            "more memory than the computer has, and was stopped"
        )
    said = (folder / "stderr").read_bytes()[-_STDERR_TAIL:].decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(said) if line.strip()), "nothing")
    if code < 0:
        return (
            f"the render worker crashed{at} ({signal.Signals(-code).name}); its last words: {last}"
        )
    return f"the render worker failed{at} (exit code {code}); its last words: {last}"
