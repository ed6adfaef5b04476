"""Many modems at once in real time: how promptly one process serves them, and whether one starves.

    python -m tests.bench.bench_modems [--short] [--modems N] [--pages N]

Simulated modems, in a process of their own, sit on pseudo terminals; this process drives each from
a thread through ``SerialPort``, by the real clock (``--short``: four modems, four times as fast).
Printed are the underruns and late silences that the modems noted, and how long this computer took
to react; beside it how late an otherwise idle timer thread of this process, and one of a process of
its own, woke up at the same time. A reaction counts as prompt when it took at most 10 ms longer
than the idle process's timer was late within 50 ms of it. Ends with 1 where a call failed or a
modem ran out of data.
"""

import argparse
import bisect
import json
import os
import subprocess
import sys
import threading
import time

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t30.document import FaxDocument, Station
from faxcore.t30.result import CallResult
from faxcore.transport.serial_port import SerialPort
from tests.documents import document

PROFILE = load_profile("generic-class1")
TICK_S = 0.01
PROMPT_S = 0.010
WINDOW_S = 0.05
STAGGER_S = 0.15

Lateness = list[tuple[float, float]]
Report = dict[str, list[tuple[str, float]]]

IDLE_TIMER = f"""
import json, sys, threading, time
ends, late = [], []
threading.Thread(target=lambda: ends.append(sys.stdin.read()), daemon=True).start()
while not ends:
    due = time.monotonic() + {TICK_S}
    time.sleep({TICK_S})
    now = time.monotonic()
    late.append((now, now - due))
print(json.dumps(late))
"""


def watch_timer(stop: threading.Event, late: Lateness) -> None:
    """How late this process wakes up from short sleeps."""
    while not stop.is_set():
        due = time.monotonic() + TICK_S
        time.sleep(TICK_S)
        now = time.monotonic()
        late.append((now, now - due))


def call(name: str, pages: FaxDocument, pace: float, results: list[CallResult]) -> None:
    """One call on one terminal."""
    with FaxModem(SerialPort(name, clock_rate=pace), PROFILE) as fax:
        results.append(fax.send(pages, "1", Station("1")))


def all_calls(names: list[str], pages: FaxDocument, pace: float) -> list[CallResult]:
    """A call on every terminal at the same time, each from a thread."""
    results: list[CallResult] = []
    threads = [
        threading.Thread(target=call, args=(name, pages, pace, results), name=name)
        for name in names
    ]
    for thread in threads:
        thread.start()
        time.sleep(STAGGER_S / pace)
    for thread in threads:
        thread.join()
    return results


def prompt_share(reactions: Lateness, timer: Lateness) -> float:
    """The share of reactions that were at most 10 ms slower than the timer was late just then."""
    moments = [moment for moment, _ in timer]
    prompt = 0
    for moment, seconds in reactions:
        first = bisect.bisect_left(moments, moment - seconds - WINDOW_S)
        last = bisect.bisect_right(moments, moment + WINDOW_S)
        allowed = max((late for _, late in timer[first:last]), default=0.0)
        prompt += seconds <= allowed + PROMPT_S
    return prompt / len(reactions)


def show(name: str, values: Lateness) -> None:
    """Median, 99th percentile and worst, in ms; and the share of 10 ms at most."""
    ordered = sorted(seconds * 1000 for _, seconds in values)
    middle, high = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    within = sum(each <= PROMPT_S * 1000 for each in ordered) / len(ordered)
    print(
        f"  {name:24} {len(ordered):6} times: median {middle:6.2f} ms, 99 % {high:7.2f} ms, "
        f"worst {ordered[-1]:7.2f} ms, within 10 ms {within:7.2%}"
    )


def main() -> int:
    """Make the calls and print the figures; 0 where every modem was fed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--modems", type=int)
    parser.add_argument("--pages", type=int)
    options = parser.parse_args()
    modems = options.modems or (4 if options.short else 32)
    pages = document(options.pages or (1 if options.short else 3), 300 if options.short else 1100)
    pace = 4.0 if options.short else 1.0
    bank = _start("-m", "tests.bench.modem_bank", str(modems), str(pace))
    names = json.loads(bank.stdout.readline())
    timer = _start("-c", IDLE_TIMER)
    stop, ours = threading.Event(), []
    watcher = threading.Thread(target=watch_timer, args=(stop, ours))
    watcher.start()
    began, used = time.monotonic(), time.process_time()
    results = all_calls(names, pages, pace)
    took, used = time.monotonic() - began, time.process_time() - used
    stop.set()
    watcher.join()
    idle = json.loads(timer.communicate()[0])
    report = json.loads(bank.communicate()[0])
    cores, load = os.cpu_count(), os.getloadavg()[0]
    print(f"{modems} modems at once, {took:.0f} s, {cores} cores, load {load:.1f} behind it:")
    fed = show_calls(modems, results, report, pace)
    print(f"  this process used {used / took:.1%} of a core")
    reactions = [(moment, late) for each in report for moment, late in each["reactions"]]
    show("reactions", reactions)
    show("timer of an idle process", idle)
    show("idle thread beside them", ours)
    print(f"  within 10 ms of the idle process's timer: {prompt_share(reactions, idle):.2%}")
    return 0 if fed else 1


def show_calls(modems: int, results: list[CallResult], report: list[Report], pace: float) -> bool:
    """What the calls came to; whether all was confirmed and no modem ran out of data."""
    notes = [(fault, amount) for each in report for fault, amount in each["notes"]]
    underruns = sum(fault == "UNDERRUN" for fault, _ in notes)
    late = [amount * 1000 / pace for fault, amount in notes if fault == "LATE"]
    good = sum(each.ok for each in results)
    ahead = [each.timing.least_ahead_ms for each in results if each.timing is not None]
    worst = f", the longest {max(late):.0f} ms" if late else ""
    print(f"  calls with every page confirmed: {good} of {modems}")
    print(f"  underruns {underruns}, silences over 95 ms {len(late)}{worst}")
    print(f"  least data ahead of the line: {min(filter(None, ahead)) / pace:.0f} ms")
    return good == modems and not underruns


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


if __name__ == "__main__":
    raise SystemExit(main())
