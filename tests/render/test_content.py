from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from faxcore.errors import AttachmentError, ContentError
from faxcore.render import Attachment, Content, CoverFields
from tests.render.samples import FIELDS, MOMENT


def test_reads_a_file_and_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"hello")
    assert Attachment.from_path(tmp_path / "a.txt") == Attachment("a.txt", b"hello")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.mkdir(), "is a directory"),
        (os.mkfifo, "is a device or pipe"),
    ],
)
def test_unusable_file_is_named(tmp_path: Path, make: object, says: str) -> None:
    path = tmp_path / "letter.pdf"
    make(path)  # type: ignore[operator]
    with pytest.raises(AttachmentError, match=rf"letter\.pdf {says}"):
        Attachment.from_path(path)


def test_empty_octets_are_refused() -> None:
    with pytest.raises(AttachmentError, match=r"x\.txt is empty"):
        Attachment("x.txt", b"")


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ContentError, match="time zone"):
        CoverFields(datetime(2026, 11, 23))


def test_half_a_character_is_refused_by_name() -> None:
    with pytest.raises(ContentError, match=r"the body has U\+D800"):
        Content(FIELDS, body="x\ud800")
    with pytest.raises(ContentError, match=r"the subject has U\+D800"):
        CoverFields(MOMENT, subject="\ud800")


def test_white_space_is_no_body() -> None:
    assert not Content(FIELDS, body=" \n\f").has_body
    assert Content(FIELDS, body=" x").has_body
