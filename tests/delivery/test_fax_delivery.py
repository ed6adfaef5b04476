"""Faxes through the queue to simulated far ends: who gets what, how often, and what is said of it."""

from dataclasses import replace

import pytest

from faxcore.delivery.operations import Which, cancel, hold, release, resend
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState, Letter, MessageStatus, UncertainPolicy
from tests.delivery.deliveries import House

N = "5550100"


def plays(house: House, *names: str) -> None:
    house.network.plays[N] = names


def kept(house: House, index: int = 0) -> list[int]:
    return house.network.kept_of(house.rows()[index].id, house.pages)


def test_a_fax_is_sent_once_and_its_message_is_gone(house: House) -> None:
    house.submit()
    house.work()
    report = house.report()
    assert report.status is MessageStatus.GONE
    assert report.pages == 3
    (recipient,) = report.recipients
    assert (recipient.letter, recipient.attempts, recipient.reason) == (Letter.SENT, 1, "ok")
    assert kept(house) == [1, 1, 1]
    (call,) = house.calls()
    assert (call.state, call.busy_destination, call.rate) == (CallState.ENDED, None, 14400)


def test_a_busy_number_is_called_again_after_three_minutes(house: House) -> None:
    plays(house, "busy", "normal")
    house.submit()
    house.work()
    recipient = house.recipient()
    assert (recipient.letter, recipient.reason, recipient.attempts) == (Letter.BUSY, "busy", 1)
    house.clock.advance(170)
    house.work()
    assert house.network.dials(N) == 1
    house.clock.advance(60)
    house.work()
    assert house.recipient().letter is Letter.SENT
    assert house.network.dials(N) == 2
