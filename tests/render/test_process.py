"""The worker process: limited, ended when it goes too far, and never left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from faxcore.errors import ContentError, RenderError
from faxcore.render import BodyType, Content, Limits, RenderProgress, render_content
from faxcore.render.process import worker_environment
from tests.render.samples import FIELDS, attached, image_file, landscape_photo

ENDLESS = Content(FIELDS, body="<table>" + "<tr><td>x" * 200_000, body_type=BodyType.HTML)


def children() -> set[str]:
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = children()
    yield
    assert children() <= before
    assert list(tmp_path.iterdir()) == []


def test_time_is_limited() -> None:
    start = time.monotonic()
    with pytest.raises(RenderError, match=r"rendering took longer than 1 s and was stopped"):
        render_content(ENDLESS, limits=Limits(seconds=1))
    assert time.monotonic() - start < 3


def test_processor_time_is_limited() -> None:
    with pytest.raises(RenderError, match="more than 1 s of processor time"):
        render_content(ENDLESS, limits=Limits(cpu_seconds=1))


def test_memory_is_limited() -> None:
    content = attached("x.png", image_file(landscape_photo().resize((9000, 9000)), "PNG"))
    with pytest.raises(RenderError, match="needs more than 200 MB of memory"):
        render_content(content, limits=Limits(memory_octets=200 << 20))


def test_pages_are_limited() -> None:
    with pytest.raises(ContentError, match="the message has 3 pages; at most 2 can be sent"):
        render_content(Content(FIELDS, body="a\fb\fc"), limits=Limits(pages=2))


def test_it_can_be_cancelled() -> None:
    start = time.monotonic()
    with pytest.raises(RenderError, match="cancelled"):
        render_content(ENDLESS, cancel=lambda: time.monotonic() > start + 0.5)
    assert time.monotonic() - start < 2


def test_an_observer_that_fails_ends_it() -> None:
    def observe(progress: RenderProgress) -> None:
        raise KeyError(progress.text)

    with pytest.raises(KeyError, match="body"):
        render_content(ENDLESS, observe=observe)


def test_it_is_told_little_of_the_environment() -> None:
    told = worker_environment(Path("/folder"), {"PASSWORD": "x", "PATH": "/bin", "HOME": "/h"})
    assert "PASSWORD" not in told
    assert (told["PATH"], told["HOME"]) == ("/bin", "/h")
    assert told["FONTCONFIG_FILE"] == "/folder/fonts.conf"
    assert "http_proxy" not in worker_environment(Path("/folder"), os.environ | {"http_proxy": "x"})


def test_without_pango_the_line_to_type_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library')")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(RenderError, match=r"sudo apt-get install libpango-1.0-0 .*cannot load"):
            render_content(Content(FIELDS, cover="standard", body="x"))
    finally:
        (tmp_path / "weasyprint.py").unlink()


def test_works_in_a_script_without_a_main_guard(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = tmp_path / "script.py"
    script.write_text(
        "from datetime import datetime, timezone\n"
        "from faxcore.render import Content, CoverFields, render_content\n"
        "fields = CoverFields(datetime(2026, 1, 1, tzinfo=timezone.utc))\n"
        "print(len(render_content(Content(fields, body='x')).pages))\n"
    )
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    script.unlink()
    assert (ran.stdout, ran.stderr) == ("1\n", "")
