"""Named points at which a test may have this process killed, to prove what survives.

``crash_point("release:committed")`` does nothing, unless the environment says
``FAXCORE_CRASH=release:committed`` (or ``release:committed*3``, for the third time that it is
passed): then the process gets SIGKILL, as a power cut would end it.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "FAXCORE_CRASH"

passed: dict[str, int] = {}
"""How often each point was passed in this process, where the variable is set at all."""


def crash_point(name: str) -> None:
    """Die here, where the environment asks for it."""
    armed = os.environ.get(VARIABLE)
    if armed is None:
        return
    passed[name] = passed.get(name, 0) + 1
    wanted, _, times = armed.partition("*")
    if wanted == name and passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
