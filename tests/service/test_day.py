"""A scripted day: messages over SOAP, calls that fail in every way, pollers whose answers get lost.

What becomes of each message is foretold by a model that knows nothing of the queue: the script says
how each number behaves. ``FAXCORE_DAY=1000`` makes it a thousand messages.
"""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from faxcore.delivery.rules import Queue
from tests.delivery.deliveries import House
from tests.delivery.far_end import Network
from tests.service.conftest import PASSWORD, Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import zeep

MESSAGES = int(os.environ.get("FAXCORE_DAY", "14"))
ME = {"username": "clinic", "password": PASSWORD}

BEHAVIOURS: dict[str, tuple[tuple[str, ...], str]] = {
    "answers": (("normal",), "S"),
    "is busy first": (("busy", "busy", "normal"), "S"),
    "is out first": (("no-answer", "normal"), "S"),
    "trains slowly": (("ftt-twice",), "S"),
    "damages frames": (("ecm-damage-5",), "S"),
    "is never there": (("no-answer",) * 20, "F"),
    "is a voice": (("voice",) * 20, "F"),
    "hangs up at once": (("dcn-after-dis",) * 20, "F"),
}
"""How a number behaves call by call, and the letter that its recipient must come to."""


@dataclass
class Pollers:
    """They share an account and a notebook; every third answer of all is lost on the way."""

    ask: Callable[[], Any]
    asked: int = 0
    seen: dict[int, str] = field(default_factory=dict)

    def poll(self) -> None:
        """One question of each of two."""
        for _ in range(2):
            rows = self.ask().dataTableRow
            self.asked += 1
            if self.asked % 3:
                told = ((row.RECIPIENT_ID, row.DELIVERY_STATUS) for row in rows)
                self.seen.update(each for each in told if each[0] is not None)


def foretold(letters: list[str]) -> str:
    """The status of a message, from its recipients' last letters."""
    delivered = letters.count("S")
    return "GONE" if delivered == len(letters) else "PARTIAL" if delivered else "FAILED"


@pytest.fixture
def house(queue: Queue, tmp_path: Path) -> House:
    return House(queue, 0, Network(tmp_path / "network.log", {}), pages=2)


def test_a_day_ends_as_the_model_foretells(house: House, service: Service) -> None:
    house.account = service.account_id
    client = zeep.Client(service.wsdl).service
    draws = random.Random(8)

    def ask() -> Any:
        return client.CFListOutboundMessagesWS(**ME, restrictToChanged=True)

    pollers = Pollers(ask)
    wanted: dict[str, list[str]] = {}
    for number in range(MESSAGES):
        kinds = draws.choices(list(BEHAVIOURS), k=draws.randint(1, 3))
        made = client.CFCreateMessageWS(
            **ME, messageBody="x", messageBodyType="TEXT", messagePriority=draws.randint(1, 10)
        )
        told = {"presenceUniqueIdentifier": made.presenceUniqueIdentifier}
        for index, kind in enumerate(kinds):
            phone = f"555{number:04d}{index}"
            house.network.plays[phone] = BEHAVIOURS[kind][0]
            client.CFAddRecipientWS(**ME, **told, recipientType="FAX", recipientPhone=phone)
        assert client.CFSendMessageWS(**ME, **told).serverResponse == "200:Message Sent"
        wanted[made.presenceUniqueIdentifier] = [BEHAVIOURS[kind][1] for kind in kinds]
    for _ in range(80):
        house.clock.now = max(house.clock.now, datetime.now(UTC))
        house.work()
        pollers.poll()
        house.clock.advance(300)
        report = client.CFListOutboundMessagesWS(**ME).dataTableRow
        if all(row.DELIVERY_STATUS in {"S", "F"} for row in report):
            break
    ended: dict[str, list[str]] = {}
    for row in client.CFListOutboundMessagesWS(**ME).dataTableRow:
        ended.setdefault(row.PRESENCE_UNIQUE_IDENTIFIER, []).append(row.DELIVERY_STATUS)
        assert foretold(wanted[row.PRESENCE_UNIQUE_IDENTIFIER]) == row.MESSAGE_STATUS
    assert ended == wanted
    pollers.poll()
    rows = client.CFListOutboundMessagesWS(**ME).dataTableRow
    assert pollers.seen == {row.RECIPIENT_ID: row.DELIVERY_STATUS for row in rows}
    for row in house.rows():
        kept = house.network.kept_of(row.id, house.pages)
        assert kept == ([1, 1] if row.letter.value == "S" else [0, 0])
