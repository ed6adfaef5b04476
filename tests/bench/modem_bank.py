"""A process with many simulated modems on pseudo terminals, which times the computer's reactions.

    python -m tests.bench.modem_bank COUNT PACE

Prints the names of the terminals, one JSON list, and once its input is closed a report, another. A
reaction is the time from a result code of the modem's to the computer's next octet, seen from the
modem's side: what it contains of this process's own lateness counts against the computer.
"""

import json
import os
import sys
import threading
import time
import tty

from faxcore.sim import SimModem
from faxcore.transport.port import LineState
from faxcore.transport.realtime import pump

RESULTS = (b"\nOK\r\n", b"\nCONNECT\r\n")


class Timed:
    """A simulated modem whose computer is timed: (moment, reaction) of the machine's clock."""

    def __init__(self) -> None:
        self.modem = SimModem()
        self.reactions: list[tuple[float, float]] = []
        self._said_at: float | None = None

    def feed(self, data: bytes, now: float) -> None:
        if self._said_at is not None:
            moment = time.monotonic()
            self.reactions.append((moment, moment - self._said_at))
            self._said_at = None
        self.modem.feed(data, now)

    def take(self, now: float) -> bytes:
        said = self.modem.take(now)
        if said:
            in_call = self.modem.telephone is not None
            self._said_at = time.monotonic() if said.endswith(RESULTS) and in_call else None
        return said

    def due(self) -> float | None:
        return self.modem.due()

    def room(self, now: float) -> int:
        return self.modem.room(now)

    def control(self, now: float, state: LineState) -> None:
        self.modem.control(now, state)

    def carrier(self) -> bool | None:
        return self.modem.carrier()


def main() -> None:
    """Run the bank until standard input is closed."""
    count, pace = int(sys.argv[1]), float(sys.argv[2])
    stop, stopper = os.pipe()
    modems, names, threads = [Timed() for _ in range(count)], [], []
    for modem in modems:
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        names.append(os.ttyname(theirs))
        options = {"stop": stop, "pace": pace, "keep_after_hangup": True}
        threads.append(threading.Thread(target=pump, args=(modem, ours), kwargs=options))
    for thread in threads:
        thread.start()
    print(json.dumps(names), flush=True)
    sys.stdin.read()
    os.write(stopper, b"!")
    for thread in threads:
        thread.join()
    report = [
        {
            "notes": [(note.fault.name, note.amount) for note in modem.modem.notes],
            "pages": len(modem.modem.received),
            "reactions": modem.reactions,
        }
        for modem in modems
    ]
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
