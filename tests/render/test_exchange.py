from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from faxcore.errors import RenderError
from faxcore.render import Attachment, BodyType, Content, Limits, RenderedPage, Tone
from faxcore.render.exchange import (
    PAGES,
    RESULT,
    Request,
    ResultWriter,
    load_request,
    load_result,
    packed,
    save_request,
)
from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page
from tests.render.samples import FIELDS

CONTENT = Content(
    FIELDS,
    body="<p>ü",
    body_type=BodyType.HTML,
    cover="x",
    cover_folder=Path("/somewhere"),
    attachments=(Attachment("a.txt", b"a"), Attachment("../b", b"b")),
)
REQUEST = Request(
    CONTENT,
    "$[FROM]",
    (Resolution.FINE, Resolution.COARSE),
    Limits(pages=7),
    tone=Tone.parse("threshold:90"),
)


def test_a_request_survives_the_way(tmp_path: Path) -> None:
    save_request(tmp_path, REQUEST)
    assert load_request(tmp_path) == REQUEST


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    save_request(tmp_path, REQUEST)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.fixture
def answered(tmp_path: Path) -> Path:
    codings = tuple(
        encode_page(PageBitmap.from_array(np.eye(16, dtype=bool), resolution), coding)
        for resolution in REQUEST.resolutions
        for coding in Coding
    )
    writer = ResultWriter(tmp_path)
    writer.add(*packed(RenderedPage("body page 1", codings)))
    writer.finish(b"%PDF-1.7", ["a note"])
    return tmp_path


@pytest.mark.parametrize("coding", Coding)
def test_a_result_survives_the_way(answered: Path, coding: Coding) -> None:
    result = load_result(answered, REQUEST)
    bitmap = PageBitmap.from_array(np.eye(16, dtype=bool), Resolution.COARSE)
    coded = result.pages[0].at(Resolution.COARSE, coding)
    expected = encode_page(bitmap, coding)
    assert coded.data == expected.data
    assert coded.row_bits.tolist() == expected.row_bits.tolist()
    assert (result.pdf, result.notes, result.pages[0].source) == (
        b"%PDF-1.7",
        ("a note",),
        "body page 1",
    )


@pytest.mark.parametrize("key", ["width", "rows", "octets"])
@pytest.mark.parametrize("value", [-1, 0, 1 << 40, 3.5, "8", True, None])
def test_figures_that_cannot_be_are_refused(answered: Path, key: str, value: object) -> None:
    told = json.loads((answered / RESULT).read_text())
    told["pages"][0]["codings"][1][key] = value
    (answered / RESULT).write_text(json.dumps(told))
    with pytest.raises(RenderError, match="worker's answer"):
        load_result(answered, REQUEST)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pages": [], "notes": []}', '{"pages": 3}'])
def test_an_answer_of_another_shape_is_refused(answered: Path, text: str) -> None:
    (answered / RESULT).write_text(text)
    with pytest.raises(RenderError, match="worker's answer"):
        load_result(answered, REQUEST)


def test_octets_too_many_or_too_few_are_refused(answered: Path) -> None:
    data = (answered / PAGES).read_bytes()
    for wrong in (data + b"x", data[:-1], b"\xff" * len(data)):
        (answered / PAGES).write_bytes(wrong)
        with pytest.raises(RenderError, match="worker's answer"):
            load_result(answered, REQUEST)


def test_a_link_is_not_followed(answered: Path) -> None:
    (answered / PAGES).unlink()
    (answered / PAGES).symlink_to("/etc/passwd")
    with pytest.raises(RenderError, match="worker's answer"):
        load_result(answered, REQUEST)
