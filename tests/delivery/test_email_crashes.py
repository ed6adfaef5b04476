"""kill -9 while an e-mail is handed over: it arrives, and twice only if it was uncertain."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from faxcore.delivery import crash
from faxcore.delivery.model import PageRow
from faxcore.t30.result import PageOutcome
from tests.delivery.deliveries import House
from tests.delivery.test_email import Inbox, MailServer, inbox, server, submit, to
from tests.delivery.test_email_trouble import only

__all__ = ["inbox", "server"]

POINTS = [
    "claim:committed",
    "dial:committed",
    "page-uncertain:committed",
    "email:handing-over",
    "email:handed-over",
    "page-confirmed:committed",
    "finish:uncommitted",
]


def life(folder: Path, port: int, seconds: float, point: str = "") -> int:
    environment = dict(os.environ)
    if point:
        environment[crash.VARIABLE] = point
    command = [sys.executable, "-m", "tests.delivery.email_life", str(folder), str(port)]
    done = subprocess.run(
        [*command, str(seconds)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr[-2000:]
    return done.returncode


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_mail_arrives_whatever_life_is_cut_off(
    house: House, server: MailServer, inbox: Inbox, point: str
) -> None:
    submit(house, to("ada@example.org"))
    folder = house.queue.store.folder
    assert life(folder, server.port, 0, point) == -signal.SIGKILL
    for seconds in (1, 900):
        assert life(folder, server.port, seconds) == 0
    with house.queue.store.read() as session:
        outcomes = list(session.scalars(select(PageRow.outcome)))
    unsure = outcomes.count(PageOutcome.UNCERTAIN)
    assert only(house).letter.value == "R"
    assert 1 <= len(inbox.taken) <= 1 + unsure
    assert len({mail["Message-ID"] for _, _, mail in inbox.taken}) == 1
