"""How fast virtual calls are, how much memory a long one takes, and where its seconds go.

    python -m tests.bench.bench_calls [--short]

Prints calls a second through the whole AT conversation and, beside it in the same process, at the
level of signals alone (procedure against procedure), and both once more with a process on each
core; a call of many pages; and for the same pages with and without error correction the seconds on
the line against the seconds of the coded bits.
"""

import os
import sys
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SCENARIOS, SimModem
from faxcore.sim.played_end import play
from faxcore.t30.document import FaxDocument, Station
from faxcore.t30.line import ReceiveFrames
from faxcore.t30.receiver import receive_document
from faxcore.t30.sender import send_document
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import document, page

KEPT_CARRIERS = 4
"""So many of the last carriers of either station may still be asked about."""

PROFILE = load_profile("generic-class1")


def at_call(scenario: str, pages: FaxDocument):
    """One call through a simulated modem."""
    modem = SimModem(scenario)
    with FaxModem(VirtualPort(modem), PROFILE) as fax:
        result = fax.send(pages, "1", Station("1"))
    return result, modem


def signal_call(scenario: str, pages: FaxDocument):
    """One call without modems."""
    far = SCENARIOS[scenario]
    return play(send_document(pages, Station("1")), receive_document(far.capabilities, Station()))


def rate(call, scenario: str, pages: FaxDocument, seconds: float) -> float:
    """Calls a second, over so many seconds."""
    call(scenario, pages)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        call(scenario, pages)
        count += 1
    return count / (time.perf_counter() - start)


def rate_on_all_cores(call, scenario: str, pages: FaxDocument, seconds: float) -> float:
    """Calls a second of as many processes as there are cores, taken together."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        rates = pool.map(
            rate, repeat(call, cores), repeat(scenario), repeat(pages), repeat(seconds)
        )
        return sum(rates)


def economy(scenario: str, pages: FaxDocument) -> None:
    """Seconds on the line against seconds of bits."""
    result, _ = at_call(scenario, pages)
    bits = sum(8 * each.octets for each in result.pages)
    of_bits = bits / result.parameters.rung.bits_per_second
    print(
        f"  {scenario:10} {result.parameters.coding.value:4} {result.seconds:7.1f} s on the line, "
        f"{of_bits:6.1f} s of page bits, {result.seconds - of_bits:5.1f} s of signals"
    )


def flat(count: int) -> None:
    """Memory of our own side: the far end and the line forget each page as soon as it is over."""
    many = FaxDocument((page(1, 2200),) * count)
    modem = SimModem()

    def forget(op, heard):
        if isinstance(op, ReceiveFrames) and heard is not None and modem.telephone is not None:
            modem._answerer.pages.clear()
            for carriers in (modem.telephone.near, modem.telephone.far):
                del carriers[:-KEPT_CARRIERS]

    tracemalloc.start()
    with FaxModem(VirtualPort(modem), PROFILE) as fax:
        before = tracemalloc.get_traced_memory()[0]
        result = fax.send(many, "1", Station("1"), observe=forget)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    print(f"  {count:4} pages: ok {result.ok}, {peak / 2**20:.1f} MiB at most during the call")


def main() -> None:
    """Print everything."""
    short = "--short" in sys.argv
    seconds = 0.5 if short else 3.0
    tiny, busy = document(1, 20), document(1, 20)
    for where, measure in (("one core", rate), (f"all {os.cpu_count()} cores", rate_on_all_cores)):
        signals = measure(signal_call, "normal", tiny, seconds)
        dialogue = measure(at_call, "normal", tiny, seconds)
        share = dialogue / signals
        figures = f"signals {signals:.0f}, AT {dialogue:.0f}: {share:.2f}"
        print(f"calls/s, one small page, {where}: {figures}")
    print(f"calls/s, busy: {rate(at_call, 'busy', busy, seconds):.0f}")
    for count in (10, 100) if short else (10, 100, 999):
        many = FaxDocument((page(1, 2200),) * count)
        tracemalloc.start()
        start = time.perf_counter()
        result, _ = at_call("normal", many)
        took, peak = time.perf_counter() - start, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        kept = f"{peak / 2**20:.0f} MiB with what the far end keeps"
        print(
            f"{count} pages: ok {result.ok}, {result.seconds:.0f} s in {took:.1f} s traced, {kept}"
        )
    print("memory of a call, what the far end and the line keep apart:")
    for count in (10, 100) if short else (10, 100, 999):
        flat(count)
    start = time.perf_counter()
    at_call("normal", FaxDocument((page(1, 2200),) * 100))
    print(f"100 pages of 2200 rows: {time.perf_counter() - start:.2f} s")
    print("line economy, three pages of 2200 rows:")
    for scenario in ("normal", "slow-printer", "v29", "ecm", "ecm-64"):
        economy(scenario, document(3, 2200))


if __name__ == "__main__":
    main()
