"""Named points at which a test may have this process killed, to prove what survives.

``crash_point("release:committed")`` does nothing, unless the environment says
``FAXCORE_CRASH=release:committed`` (or ``release:committed*3``, for the third time that it is
passed): then the process gets SIGKILL, as a power cut would end it.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "FAXCORE_CRASH"

_passed: dict[str, int] = {}


def crash_point(name: str) -> None:
    """Die here, where the environment asks for it."""
    armed = os.environ.get(VARIABLE)
    if armed is None:
        return
    wanted, _, times = armed.partition("*")
    if wanted != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
