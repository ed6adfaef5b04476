"""The other end of the wire: simulated modems, a telephone line, fax machines that misbehave.

Nothing here imports the drivers: a simulator that shared their parsers would share their mistakes.
"""

from __future__ import annotations

from faxcore.sim.answerer import ReceivedPage
from faxcore.sim.judge import Fault, Note
from faxcore.sim.modem import SimModem
from faxcore.sim.scenarios import SCENARIOS, Scenario, scenario

__all__ = ["SCENARIOS", "Fault", "Note", "ReceivedPage", "Scenario", "SimModem", "scenario"]
