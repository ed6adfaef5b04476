"""Lives of a delivery engine that end by SIGKILL, and what the life after them makes of it.

Run as a program (``python -m tests.delivery.crash_lives``) it forks a child for every life, so that
thousands of them cost no start of Python: ``--list`` prints the points that a whole life passes and
how often, ``--point NAME[*N]`` (several) kills a life at each and prints what came of it, one JSON
object a line. A client submits three faxes, repeating what it got no answer to; a worker sends
them, to a good machine, to one that is busy first, and to one that never answers for its last page.

What must hold afterwards is checked by ``faults``.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery import crash
from faxcore.delivery.model import Attempt, Call, PageRow, Recipient
from faxcore.delivery.operations import (
    MessageDraft,
    MessageName,
    RecipientDraft,
    add_attachment,
    add_recipient,
    create_message,
    ensure_account,
    message_report,
    send_message,
)
from faxcore.delivery.retry import RetryPolicy, Rule
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Body, CallState, Channel, RecipientState
from faxcore.delivery.store import Store, open_store
from faxcore.delivery.worker import Pace, durable_runner
from faxcore.errors import RequestRefused
from faxcore.t30.result import PageOutcome
from tests.delivery.deliveries import Clock, House
from tests.delivery.far_end import Network
from tests.delivery.moments import NOW
from tests.delivery.places import quick_folder

NUMBERS = ("5550101", "5550102", "5550103")
PLAYS = {
    "5550101": ("ecm",),
    "5550102": ("busy", "normal"),
    "5550103": ("silent-after-eop", "normal"),
}
PAGES = 2
PACE = Pace(poll_s=0.01, beat_s=0.05, lease_s=0.3)
NAME = MessageName(client_id="m1")
POLICY = RetryPolicy(
    rules={**RetryPolicy().rules, **{each: Rule(60) for each in RetryPolicy().rules}}, jitter=0.0
)


def house_in(folder: Path, store: Store) -> House:
    queue = Queue(store, Rules(channels=frozenset(Channel), retry=POLICY))
    account = ensure_account(queue, "clinic", NOW)
    network = Network(folder / "network.log", PLAYS)
    return House(queue, account, network, PAGES, Clock(), runner=durable_runner, pace=PACE)


def submit(house: House) -> None:
    """What a client does that may have got no answer before: everything, from the beginning."""
    queue, account, now = house.queue, house.account, house.clock.now
    try:
        create_message(queue, account, MessageDraft("m1", body="Hi", body_type=Body.TEXT), now)
    except RequestRefused:
        return  # it is sent already
    add_attachment(queue, account, NAME, "a.txt", "text/plain", b"words")
    for number in NUMBERS:
        add_recipient(queue, account, NAME, RecipientDraft(Channel.FAX, number), now)
    send_message(queue, account, NAME, now)


def live(folder: Path, worker: str, began_s: float) -> None:
    """Submit, and work until everything is final. ``began_s`` is when, after NOW."""
    store = open_store(folder / "queue")
    house = house_in(folder, store)
    house.clock.advance(began_s)
    submit(house)
    patience = time.monotonic() + 60

    def idle() -> bool:
        if time.monotonic() > patience:
            raise SystemExit(f"never final: {message_report(house.queue, house.account, NAME)}")
        if not any(each.state in OPEN for each in house.calls()):  # else its worker is awaited
            house.clock.advance(61)
        return message_report(house.queue, house.account, NAME).status.is_final

    house.loop(worker).run(idle)
    store.close()


OPEN = {CallState.CALLING, CallState.DIALLED}


def faults(folder: Path) -> list[str]:
    """What is wrong after all lives are over; an empty list is what everybody wants."""
    store = open_store(folder / "queue")
    network = Network(folder / "network.log", {})
    found: list[str] = []
    with store.read() as session:
        recipients = list(session.scalars(select(Recipient).order_by(Recipient.id)))
        if [each.destination for each in recipients] != list(NUMBERS):
            found.append(f"recipients: {[each.destination for each in recipients]}")
        for recipient in recipients:
            kept = network.kept_of(recipient.id, PAGES)
            unsure = Counter(
                session.scalars(
                    select(PageRow.number).where(
                        PageRow.recipient_id == recipient.id,
                        PageRow.outcome == PageOutcome.UNCERTAIN,
                    )
                )
            )
            found += _page_faults(recipient, kept, unsure)
        calls = list(session.scalars(select(Call)))
        dialled = dict.fromkeys(NUMBERS, 0)
        for call in calls:
            dialled[call.destination] += call.dialled is not None
            if call.ended is None or call.busy_destination is not None:
                found.append(f"call {call.id} is {call.state.value} and not over")
        for number in NUMBERS:
            if network.dials(number) > dialled[number]:
                found.append(f"{number}: dialled {network.dials(number)} of {dialled[number]}")
        for attempt in session.scalars(select(Attempt).where(Attempt.ended.is_(None))):
            found.append(f"attempt {attempt.id} is not over")
    store.close()
    return found


def _page_faults(recipient: Recipient, kept: list[int], unsure: Counter[int]) -> list[str]:
    """A fax must be sent; or it has failed for a page that was uncertain in two calls, and says so.

    The machine that does not answer for its last page makes it uncertain once, and a life that is
    killed at the wrong moment of the next call makes it so again: it is not sent a third time.
    """
    found = []
    number = recipient.destination
    twice = [page for page, times in unsure.items() if times > 1]
    named = all(f"page {page} unconfirmed" in recipient.description for page in twice)
    given_up = recipient.reason == "page_unanswered" and bool(twice) and named
    if recipient.state is not RecipientState.SENT and not given_up:
        found.append(f"{number}: {recipient.state.value}, {recipient.reason}")
    for page, times in enumerate(kept, 1):
        if times < 1 and recipient.state is RecipientState.SENT:
            found.append(f"{number}: page {page} is lost")
        if times > 1 and page not in unsure:
            found.append(f"{number}: page {page} came {times} times and was never uncertain")
        if times > 2:
            found.append(f"{number}: page {page} came {times} times")
    return found


def forked(act, environment: dict[str, str]) -> int:
    """Run something in a child; how it ended, as ``os.waitstatus_to_exitcode`` says."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.environ.update(environment)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            act()
            code = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at(point: str, template: Path, second: str = "north/usb0") -> dict:
    """One life killed at a point, one after it; ``second`` is who lives then."""
    with quick_folder() as folder:
        shutil.copytree(template / "queue", folder / "queue")
        first = forked(lambda: live(folder, "north/usb0", 0), {crash.VARIABLE: point})
        after = forked(lambda: live(folder, second, 300), {})
        network = Network(folder / "network.log", {})
        return {
            "point": point,
            "second": second,
            "killed": first == -signal.SIGKILL,
            "after": after,
            "faults": faults(folder),
            "doubled": sum(times > 1 for times in network.kept().values()),
        }


def points(template: Path) -> dict[str, int]:
    """The points that a whole undisturbed life passes, and how often."""
    with quick_folder() as folder:
        shutil.copytree(template / "queue", folder / "queue")
        told = folder / "points.json"

        def counted() -> None:
            live(folder, "north/usb0", 0)
            told.write_text(json.dumps(crash.passed))

        if forked(counted, {crash.VARIABLE: "none"}) != 0:
            raise SystemExit("an undisturbed life failed")
        if found := faults(folder):
            raise SystemExit(f"an undisturbed life has faults: {found}")
        return json.loads(told.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--point", action="append", default=[])
    parser.add_argument("--every", type=int, default=0, help="every point, so many times each")
    parser.add_argument("--sample", type=int, default=0, help="so many points, evenly spread")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with quick_folder() as template:
        forked(lambda: open_store(template / "queue").close(), {})
        passed = points(template)
        if wanted.list:
            print(json.dumps(passed))
            return
        for point, second in plan(passed, wanted):
            print(json.dumps(kill_at(point, template, second)), flush=True)


def often(point: str, passed: dict[str, int]) -> int:
    """How often every life passes a point: how often it beats hangs on how long it takes."""
    return min(passed[point], 3) if point.startswith("beat:") else passed[point]


def plan(passed: dict[str, int], wanted: argparse.Namespace) -> list[tuple[str, str]]:
    """Which points, at which passing, and whether the same worker or another goes on."""
    dice = random.Random(wanted.seed)
    names = [(point, 1) for point in wanted.point]
    if wanted.every:
        names = [(point, wanted.every) for point in passed]
    elif wanted.sample:
        spread = sorted(passed)
        step = len(spread) / wanted.sample
        names = [(spread[int(index * step)], 1) for index in range(wanted.sample)]
    planned = []
    for point, times in names:
        base = point.partition("*")[0]
        for index in range(times):
            passing = point if "*" in point else f"{base}*{dice.randint(1, often(base, passed))}"
            other = (dice.random() < 0.3) if times == 1 else index % 3 == 2
            planned.append((passing, "north/usb1" if other else "north/usb0"))
    return planned


if __name__ == "__main__":
    main()
