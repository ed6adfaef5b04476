"""The warm worker: the same results, the same limits, and nothing that outlives its message."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxcore.errors import ContentError, RenderError
from faxcore.render import (
    BodyType,
    Content,
    Limits,
    RenderedDocument,
    RenderProgress,
    WarmWorker,
    render_content,
)
from faxcore.t4 import accelerate
from tests.render.samples import FIELDS

ENDLESS = Content(FIELDS, body="<table>" + "<tr><td>x" * 200_000, body_type=BodyType.HTML)
WORD = Content(FIELDS, body="x")
LETTER = "\f".join("\n".join(f"Line {n} of the letter" for n in range(30)) for _ in range(2))


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmWorker]:
    with WarmWorker() as worker:
        yield worker


def test_it_gives_the_same_octets(warm: WarmWorker, letter: RenderedDocument) -> None:
    told: list[RenderProgress] = []
    again = render_content(
        Content(FIELDS, body=LETTER, cover="standard"), warm=warm, observe=told.append
    )
    assert again.pdf == letter.pdf
    for one, other in zip(again.pages, letter.pages, strict=True):
        assert [coded.data for coded in one.codings] == [coded.data for coded in other.codings]
    assert told[-1].page == told[-1].pages == 3


def test_it_codes_by_compiled_code_where_its_program_does(letter: RenderedDocument) -> None:
    pytest.importorskip("numba")
    accelerate()
    try:
        with WarmWorker() as fast:
            again = render_content(Content(FIELDS, body=LETTER, cover="standard"), warm=fast)
            process = fast._process
            assert process is not None
            maps = Path(f"/proc/{process.pid}/maps").read_text()
    finally:
        accelerate(False)
    assert "numba" in maps
    for one, other in zip(again.pages, letter.pages, strict=True):
        assert [coded.data for coded in one.codings] == [coded.data for coded in other.codings]


def test_what_goes_wrong_is_one_sentence_and_the_next_message_is_rendered(
    warm: WarmWorker,
) -> None:
    with pytest.raises(ContentError, match="no cover page named 'nix'"):
        render_content(Content(FIELDS, cover="nix"), warm=warm)
    with pytest.raises(RenderError, match="took longer than 1 s"):
        render_content(ENDLESS, warm=warm, limits=Limits(seconds=1))
    with pytest.raises(RenderError, match="more than 1 s of processor time"):
        render_content(ENDLESS, warm=warm, limits=Limits(cpu_seconds=1))
    with pytest.raises(RenderError, match="cancelled"):
        render_content(ENDLESS, warm=warm, cancel=lambda: True)
    assert len(render_content(WORD, warm=warm).pages) == 1


def test_an_observer_that_fails_ends_the_message_only(warm: WarmWorker) -> None:
    def observe(progress: RenderProgress) -> None:
        raise KeyError(progress.text)

    with pytest.raises(KeyError, match="body"):
        render_content(WORD, warm=warm, observe=observe)
    assert len(render_content(WORD, warm=warm).pages) == 1


def children() -> set[int]:
    tasks = Path("/proc/self/task").iterdir()
    return {int(child) for task in tasks for child in (task / "children").read_text().split()}


def test_one_that_was_killed_is_started_anew() -> None:
    before = children()
    with WarmWorker() as warm:
        render_content(WORD, warm=warm)
        (process,) = children() - before
        os.kill(process, signal.SIGKILL)
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        assert len(render_content(WORD, warm=warm).pages) == 1
    assert children() <= before


def test_threads_take_turns(warm: WarmWorker) -> None:
    made: list[int] = []
    threads = [
        threading.Thread(target=lambda: made.append(len(render_content(WORD, warm=warm).pages)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1, 1, 1]
