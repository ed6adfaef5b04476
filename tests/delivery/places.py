"""Where tests keep their queues: in memory where there is such a place, as nothing cuts the power.

A process that is killed loses nothing of what it wrote, wherever it wrote it; and a commit that
does not wait for a disk makes these tests several times as quick.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = "/dev/shm"


def in_memory() -> str | None:
    """A folder in memory, None where there is none."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="faxcore-", dir=in_memory()) as name:
        yield Path(name)
