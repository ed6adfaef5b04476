"""Several pages at once: the worker copies itself, and each copy makes every so-manieth page.

PDFium must not be called from two threads, and pages share nothing but what was laid out before.
So a long document is shared out among copies of the worker, which has no threads; each sends its
pages through a pipe, in order, and waits while the pipe is full: no more memory is taken than by a
page or two a copy. What goes wrong in a copy goes wrong in the worker, in the same way.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn

from faxcore.errors import FaxcoreError
from faxcore.render.exchange import error_named

_MOST = 4
"""Copies: more than that would only wait for memory."""

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Made:
    """A page as it goes to the caller: what it is, in JSON's terms, and its codings' octets.

    ``cut`` is a page with something that runs over its edge.
    """

    described: dict[str, Any]
    blank: bool
    cut: bool
    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Copy:
    process: int
    pages: IO[bytes]


def hands(work: float, processors: int | None = None) -> int:
    """How many copies are worth their while: one for ``work`` of 1, if there are processors."""
    if processors is None and hasattr(os, "sched_getaffinity"):
        processors = len(os.sched_getaffinity(0))
    return max(1, min(_MOST, processors or os.cpu_count() or 1, int(work)))


def in_order(count: int, make: Callable[[int], Made], copies: int) -> Generator[Made, None, None]:
    """Pages 0 to ``count``, made by so many copies of this process; by itself if it is one.

    Raises what ``make`` raises, if that is for the caller to know, else ends as the copy ended.
    """
    if copies < 2:
        yield from map(make, range(count))
        return
    gc.freeze()  # a copy that looks for garbage must not touch, and so copy, what is there
    crew = [_started(range(first, count, copies), make) for first in range(copies)]
    try:
        for number in range(count):
            yield _received(crew[number % copies])
    finally:
        for copy in crew:
            copy.pages.close()
            with suppress(ProcessLookupError):
                os.kill(copy.process, signal.SIGKILL)
            with suppress(ChildProcessError):  # it was asked for its end before
                os.waitpid(copy.process, 0)


def _started(numbers: range, make: Callable[[int], Made]) -> _Copy:
    """A copy at work on these pages."""
    reading, writing = os.pipe()
    sys.stderr.flush()
    process = os.fork()
    if process:
        os.close(writing)
        return _Copy(process, os.fdopen(reading, "rb"))
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            _send(pipe, numbers, make)
        os._exit(0)
    except BaseException:  # a copy must end here and never go on as its parent
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(1)


def _send(pipe: IO[bytes], numbers: range, make: Callable[[int], Made]) -> None:
    for number in numbers:
        try:
            made = make(number)
        except FaxcoreError as error:
            _write(pipe, {"error": [type(error).__name__, str(error)]})
            return
        except MemoryError:
            _write(pipe, {"memory": True})
            return
        told = {"page": made.described, "blank": made.blank, "cut": made.cut}
        _write(pipe, told | {"octets": len(made.octets)})
        pipe.write(made.octets)
        pipe.flush()


def _write(pipe: IO[bytes], told: dict[str, Any]) -> None:
    line = json.dumps(told).encode()
    pipe.write(_LENGTH.pack(len(line)) + line)


def _received(copy: _Copy) -> Made:
    """The next page of a copy."""
    head = copy.pages.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        _end_like(os.waitstatus_to_exitcode(os.waitpid(copy.process, 0)[1]))
    told = json.loads(copy.pages.read(*_LENGTH.unpack(head)))
    if "error" in told:
        raise error_named(*told["error"])
    if "memory" in told:
        raise MemoryError("in a copy of the worker")
    octets = copy.pages.read(told["octets"])
    if len(octets) < told["octets"]:
        _end_like(os.waitstatus_to_exitcode(os.waitpid(copy.process, 0)[1]))
    return Made(told["page"], told["blank"], told["cut"], octets)


def _end_like(code: int) -> NoReturn:
    """End as a copy ended: it has said why, or was killed for what it took."""
    sys.stderr.flush()
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    raise SystemExit(code or 1)
