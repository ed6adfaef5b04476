"""The caller's side of the warm render worker, for programs that render message after message."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from faxcore.errors import RenderError
from faxcore.render.document import RenderedDocument, RenderProgress
from faxcore.render.exchange import FAST, Request, load_result, save_request, write_private
from faxcore.render.process import Ended, listen, prepare_fonts, worker_environment
from faxcore.t4.acceleration import engaged

_START_SECONDS = 60.0
_END_SECONDS = 10.0


class WarmWorker:
    """A process that has loaded all that rendering needs, and copies itself for each message.

        with WarmWorker() as warm:
            render_content(content, warm=warm)

    It starts when the first message comes, and anew should it ever end. Every message is rendered
    by a copy of its own, with the limits and the results of ``render_content`` without it. One
    message at a time: threads wait for each other, so have one of these for each that should not.
    Where compiled code does the coding as it starts (``faxcore.t4.accelerate``), it does here too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def __enter__(self) -> WarmWorker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and leave nothing behind."""
        with self._lock:
            self._end()

    def run(
        self,
        request: Request,
        observe: Callable[[RenderProgress], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> RenderedDocument:
        """Render a request in a copy of the process; ContentError in one sentence if that fails."""
        with self._lock, tempfile.TemporaryDirectory(prefix="faxcore-render-") as name:
            folder = Path(name)
            save_request(folder, request)
            write_private(folder / "stderr", b"")
            line = self._started()
            try:
                with _copy(line, folder) as (pipe, ended):
                    listen(pipe, ended, folder, request, observe, cancel)
            except (OSError, ValueError, subprocess.TimeoutExpired) as error:
                self._end()
                raise RenderError(f"the warm render worker does not answer: {error}") from error
            return load_result(folder, request)

    def _started(self) -> socket.socket:
        if self._process is not None and self._process.poll() is None and self._line is not None:
            return self._line
        self._end()
        self._folder = tempfile.TemporaryDirectory(prefix="faxcore-render-")
        folder = Path(self._folder.name)
        prepare_fonts(folder)
        ours, theirs = socket.socketpair()
        with theirs, open(folder / "stderr", "ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "faxcore.render.nursery",
                 str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=worker_environment(folder, os.environ) | ({FAST: "1"} if engaged() else {}),
                cwd=folder,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )  # fmt: skip
        self._line = ours
        if _answer(ours, _START_SECONDS) != "ready":
            said = (folder / "stderr").read_text(errors="replace").strip().split("\n")[-1]
            self._end()
            raise RenderError(f"the warm render worker did not start; its last words: {said}")
        return ours

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_END_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()
        self._folder, self._process, self._line = None, None, None


@contextmanager
def _copy(line: socket.socket, folder: Path) -> Iterator[tuple[int, Ended]]:
    """A copy at work in the folder: where its lines come, and how to learn that it has ended."""
    reading, writing = os.pipe()
    try:
        with open(folder / "stderr", "ab") as errors:
            socket.send_fds(line, [os.fsencode(folder)], [writing, errors.fileno()])
        os.close(writing)
        writing = -1
        child = int(_answer(line, _END_SECONDS))
        status: list[int] = []

        def ended(timeout: float) -> int:
            if not status:
                if _answer(line, timeout) != "ended":
                    raise subprocess.TimeoutExpired("the render worker", timeout)
                line.sendall(b".")
                status.append(int(_answer(line, _END_SECONDS)))
            return status[0]

        try:
            yield reading, ended
        finally:
            if not status:
                os.kill(child, signal.SIGKILL)  # there, if as a zombie, until we are done with it
                with suppress(ProcessLookupError):  # it may have had no group yet
                    os.killpg(child, signal.SIGKILL)
                ended(_END_SECONDS)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)


def _answer(line: socket.socket, seconds: float) -> str:
    """The next line of the worker; empty if none comes."""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        while not said.endswith(b"\n"):
            if not selector.select(seconds):
                return ""
            octet = line.recv(1)
            if not octet:
                return ""
            said += octet
    return said.decode("ascii").strip()
