"""The delivery engine's pace: accepted messages, attempts, the wait from release to dial.

    python -m tests.bench.bench_delivery            # minutes: 10,000 recipients wait
    python -m tests.bench.bench_delivery --short    # seconds

With simulated modems in virtual time a call costs only its arithmetic: what is measured is the
queue, its commits and the engine, on SQLite and, where it is installed, on PostgreSQL. Every commit
is synchronized to the disk.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from faxcore.delivery.logs import configure_logs
from faxcore.delivery.model import Message, Recipient
from faxcore.delivery.operations import ensure_account
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Cause, Channel, Letter, RecipientState
from faxcore.delivery.store import open_store
from faxcore.delivery.worker import Pace, durable_runner
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network
from tests.delivery.postgres import NotInstalled, Server, postgres_server


class Now:
    """The house's clock, by the wall."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def house_in(folder: Path, database: str = "") -> House:
    queue = Queue(open_store(folder / "queue", database), Rules(channels=frozenset(Channel)))
    account = ensure_account(queue, "bench", datetime.now(UTC))
    network = Network(folder / "network.log", {})
    return House(queue, account, network, 1, Now(), runner=durable_runner, pace=Pace())


def accepted_per_second(house: House, messages: int, clients: int) -> float:
    """Create, one recipient, send: three transactions each."""

    def many(client: int) -> None:
        for number in range(messages // clients):
            house.submit([f"55{client}{number:06}"], f"a{client}-{number}")

    began = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(many, client) for client in range(clients)]:
            done.result()
    return messages / (time.monotonic() - began)


def queue_many(house: House, recipients: int) -> None:
    """One message to many, released: rows as the operations leave them, put in at once."""
    house.submit(["5559999999"], "many")
    with house.queue.store.write("bench") as session:
        message = session.scalars(select(Message).where(Message.client_id == "many")).one()
        now = datetime.now(UTC)
        rows = [
            {
                "message_id": message.id, "channel": Channel.FAX, "address": f"56{n:07}",
                "destination": f"56{n:07}", "state": RecipientState.QUEUED, "cause": Cause.NONE,
                "letter": Letter.PENDING, "due": now, "priority": 5,
            }
            for n in range(recipients - 1)
        ]  # fmt: skip
        session.execute(insert(Recipient), rows)


def attempts_per_second(folder: Path, database: str, attempts: int, workers: int) -> float:
    """So many calls by so many worker processes, each with an engine of its own."""
    house = house_in(folder, database)
    queue_many(house, attempts)
    house.queue.store.close()
    children = []
    began = time.monotonic()
    for worker in range(workers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                mine = house_in(folder, database)
                mine.loop(f"bench/usb{worker}").run(lambda: True)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(codes):
        raise SystemExit(f"a worker failed: {codes}")
    seconds = time.monotonic() - began
    house = house_in(folder, database)
    kept = house.network.kept()
    if len(kept) != attempts or set(kept.values()) != {1}:
        raise SystemExit(f"{len(kept)} pages of {attempts} arrived")
    house.queue.store.close()
    return attempts / seconds


def release_to_dial_s(house: House, times: int) -> list[float]:
    """With a worker that has nothing to do: from the answer to send to the dialling."""
    stop = threading.Event()
    dialled = threading.Event()
    at: list[float] = []

    def note(said: dict) -> None:
        if "dialled" in said:
            at.append(time.monotonic())
            dialled.set()

    house.network.told.append(note)
    house.stop = stop
    loop = house.loop("bench/idle")
    thread = threading.Thread(target=loop.run)
    thread.start()
    waits = []
    try:
        for number in range(times):
            time.sleep(0.5)
            dialled.clear()
            house.submit([f"57{number:07}"], f"r{number}")
            released = time.monotonic()
            if not dialled.wait(30):
                raise SystemExit("it was never dialled")
            waits.append(at[-1] - released)
    finally:
        stop.set()
        thread.join()
    return waits


@contextmanager
def databases() -> Iterator[dict[str, Callable[[str], str]]]:
    """By name, what makes the address of a new database."""
    with ExitStack() as stack:
        found: dict[str, Callable[[str], str]] = {"SQLite": lambda name: ""}
        try:
            server: Server = stack.enter_context(postgres_server(memory=False))
            found["PostgreSQL"] = server.new_database
        except NotInstalled as error:
            print(f"PostgreSQL is left out: {error}")
        yield found


def measure(make: Callable[[str], str], short: bool) -> dict[str, float]:
    """All figures of one database."""
    messages, attempts, waiting = (24, 6, 300) if short else (400, 100, 10_000)
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="faxcore-bench-") as name:
        folder = Path(name)
        for clients in (1,) if short else (1, 8):
            house = house_in(folder / f"a{clients}", make(f"a{clients}"))
            told[f"accepted messages/s, {clients} client(s)"] = accepted_per_second(
                house, messages, clients
            )
            house.queue.store.close()
        for workers in (1,) if short else (1, 2):
            told[f"attempts/s, {workers} worker(s)"] = attempts_per_second(
                folder / f"w{workers}", make(f"w{workers}"), attempts, workers
            )
        house = house_in(folder / "r", make("r"))
        waits = release_to_dial_s(house, 2 if short else 20)
        told["s from release to dial, median"] = statistics.median(waits)
        house.queue.store.close()
        house = house_in(folder / "f", make("f"))
        queue_many(house, waiting)
        told[f"s from start to first dial, {waiting} queued"] = first_dial_of(house)
        house.queue.store.close()
    return told


def first_dial_of(house: House) -> float:
    """The worker is stopped as soon as it has dialled."""
    began = time.monotonic()
    dialled: list[float] = []

    def note(said: dict) -> None:
        if "dialled" in said and not dialled:
            dialled.append(time.monotonic() - began)
            house.stop.set()

    house.network.told.append(note)
    house.loop("bench/first").run()
    return dialled[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    short = parser.parse_args().short
    configure_logs(as_json=False)
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  (a line for each call)
    with databases() as found:
        told = {name: measure(make, short) for name, make in found.items()}
    names = list(told)
    print(f"{'':44}" + "".join(f"{name:>12}" for name in names) + ("   ratio" * (len(names) > 1)))
    for what in told["SQLite"]:
        figures = [told[name][what] for name in names]
        ratio = f"{figures[1] / figures[0]:8.2f}" if len(figures) > 1 else ""
        print(f"{what:44}" + "".join(f"{figure:12.2f}" for figure in figures) + ratio)


if __name__ == "__main__":
    main()
