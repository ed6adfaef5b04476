"""A passive modem on a pseudo terminal by the real clock, for any program to open.

The terminal stays whatever program opens and closes it. It has no modem lines: a program that hangs
up by dropping DTR does not reach the modem, and RTS/CTS is without effect; what the modem has no
room for stays in the terminal's own buffer.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from faxcore.errors import PortError, SettingsError
from faxcore.transport.port import Dce
from faxcore.transport.realtime import pump

_JOIN_SECONDS = 5.0


class ModemTerminal:
    """``dce`` lives on the terminal ``name`` until ``close()``, ``pace`` times as fast as we.

    ``link`` is a path that leads to the terminal for as long. Raises SettingsError where there is
    something at that path already, PortError where this system has no pseudo terminals.
    """

    def __init__(self, dce: Dce, *, link: Path | None = None, pace: float = 1.0) -> None:
        self.dce = dce
        self.failure: BaseException | None = None
        self._pace = pace
        with contextlib.ExitStack() as stack:
            self._ours, theirs = _open_pair()
            stack.callback(os.close, self._ours)
            stack.callback(os.close, theirs)
            self.name = os.ttyname(theirs)
            if link is not None:
                _make_link(link, self.name)
                stack.callback(link.unlink, missing_ok=True)
            self._stop, self._stopper = os.pipe()
            stack.callback(os.close, self._stop)
            stack.callback(os.close, self._stopper)
            self._thread = threading.Thread(target=self._run, name="modem on a terminal")
            self._thread.daemon = True
            self._thread.start()
            self._cleanup = stack.pop_all()

    def __enter__(self) -> Self:
        """The terminal is there already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the terminal away."""
        self.close()

    def close(self) -> None:
        """Stop the modem and remove the link. May be called twice; raises what ended the modem."""
        if self._thread.is_alive():
            os.write(self._stopper, b"!")
            self._thread.join(_JOIN_SECONDS)
        self._cleanup.close()
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        try:
            pump(self.dce, self._ours, stop=self._stop, pace=self._pace, keep_after_hangup=True)
        except Exception as error:
            self.failure = error


def _open_pair() -> tuple[int, int]:
    """Our end and theirs, which is raw: nothing is echoed, nothing translated."""
    try:
        import tty  # noqa: PLC0415
    except ImportError as error:
        raise PortError("this system has no pseudo terminals for a simulated modem") from error
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    return ours, theirs


def _make_link(link: Path, name: str) -> None:
    if link.is_symlink() and not link.exists():
        link.unlink()  # left behind by one that was killed
    try:
        link.symlink_to(name)
    except FileExistsError as error:
        raise SettingsError(
            f"{link} is there already; a simulated modem replaces nothing"
        ) from error
    except OSError as error:
        raise SettingsError(f"{link}: {error.strerror}") from error
