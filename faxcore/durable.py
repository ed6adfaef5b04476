"""What is to survive a power cut: the name of a file, too, has to reach the disk (POSIX fsync)."""

from __future__ import annotations

import os
from pathlib import Path


def synchronize(folder: Path) -> None:
    """Make the names in a folder durable, those of renamed files too. Raises OSError.

    Only POSIX can open a folder; elsewhere nothing is done.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
