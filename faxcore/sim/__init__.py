"""The other end of the wire: simulated modems, a telephone line, fax machines that misbehave.

Nothing here imports the drivers: a simulator that shared their parsers would share their mistakes.
"""

from __future__ import annotations

from faxcore.sim.answerer import ReceivedPage
from faxcore.sim.callers import CALLERS, Caller, caller
from faxcore.sim.judge import Fault, Note
from faxcore.sim.modem import SimModem
from faxcore.sim.numbered_page import numbered_page
from faxcore.sim.scenarios import SCENARIOS, Scenario, scenario

__all__ = [
    "CALLERS",
    "SCENARIOS",
    "Caller",
    "Fault",
    "Note",
    "ReceivedPage",
    "Scenario",
    "SimModem",
    "caller",
    "numbered_page",
    "scenario",
]
