"""Files by their content."""

import os
from pathlib import Path

import pytest

from faxcore.delivery.blobs import BlobStore
from faxcore.errors import QueueError


def test_the_same_octets_are_stored_once(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    assert blobs.put(b"page") == blobs.put(b"page")
    assert [each.name for each in tmp_path.rglob("*") if each.is_file()] == [blobs.put(b"page")]
    assert blobs.get(blobs.put(b"page")) == b"page"


def test_damaged_octets_are_not_given_out(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    name = blobs.put(b"page")
    blobs.path(name).write_bytes(b"pagf")
    with pytest.raises(QueueError, match="damaged"):
        blobs.get(name)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64])
def test_a_name_that_is_no_hash_reaches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(QueueError):
        BlobStore(tmp_path).get(name)


def test_a_folder_that_cannot_be_written_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"in the way")
    with pytest.raises(QueueError, match="Not a directory"):
        BlobStore(tmp_path / "files").put(b"page")


def test_only_what_is_old_and_unused_is_swept(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    used, old, new = (blobs.put(text) for text in (b"used", b"old", b"new"))
    for name in (used, old):
        os.utime(blobs.path(name), (1000, 1000))
    assert blobs.sweep({used}, older_than=2000) == 1
    assert [blobs.path(name).exists() for name in (used, old, new)] == [True, False, True]
