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


def test_what_somebody_else_put_there_does_not_stop_the_sweep(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    old = blobs.path(blobs.put(b"old"))
    os.utime(old, (1000, 1000))
    (tmp_path / "README").write_bytes(b"in the way")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "lost+found" / "theirs").write_bytes(b"")
    assert blobs.sweep(set(), older_than=2000) == 1
    assert (tmp_path / "lost+found" / "theirs").exists()


def test_a_file_that_cannot_be_removed_is_an_error_of_the_queue(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    place = blobs.path("ab" * 32)
    place.mkdir(parents=True)
    os.utime(place, (1000, 1000))
    with pytest.raises(QueueError):
        blobs.sweep(set(), older_than=2000)


def test_a_file_that_comes_again_while_it_is_looked_at_is_not_swept(tmp_path: Path) -> None:
    class InBetween(float):
        """The age that is compared with; somebody stores the file at that moment."""

        def __gt__(self, other: float) -> bool:
            was_older = super().__gt__(other)
            blobs.put(b"page")
            return was_older

    blobs = BlobStore(tmp_path)
    place = blobs.path(blobs.put(b"page"))
    os.utime(place, (1000, 1000))
    assert blobs.sweep(set(), older_than=InBetween(2000)) == 0
    assert place.read_bytes() == b"page"
