"""A backup holds faxes and keys: it is its owner's alone, from its first octet on."""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

from faxcore.delivery.store import open_store
from faxcore.service.backing_up import back_up, restore


def test_nobody_else_can_read_a_backup_while_it_is_written(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    store.blobs.put(os.urandom(8 << 20))
    store.close()
    target, over = tmp_path / "b.tar.gz", threading.Event()
    partial = target.with_name("b.tar.gz.partial")
    seen: set[int] = set()

    def look() -> None:
        while not over.is_set():
            with suppress(FileNotFoundError):
                seen.add(_mode(partial))

    looking = threading.Thread(target=look)
    before = os.umask(0o022)
    try:
        looking.start()
        assert back_up(tmp_path / "data", target) == 1
    finally:
        os.umask(before)
        over.set()
        looking.join()
    assert seen | {_mode(target)} == {0o600}
    assert not partial.exists()
    assert restore(target, tmp_path / "again") == 1


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
