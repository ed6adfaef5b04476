"""A call that comes in while a modem dials, or is about to: it is taken, and nobody is charged."""

import threading

import pytest
from sqlalchemy import select

from faxcore.delivery.answering import Listener
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.equipment import rests_until
from faxcore.delivery.model import InboundFax, Worker
from faxcore.delivery.states import Channel, Letter
from faxcore.t30.result import HangupStatus
from tests.delivery.deliveries import House
from tests.delivery.far_end import GLARE
from tests.delivery.test_inbound import equipment

NUMBER = "5550100"
WORKER = "north/usb0"


def listener(house: House, port: str) -> Listener:
    claimant = Claimant(WORKER, "north", Channel.FAX, "usb0")
    return Listener(
        house.queue, claimant, equipment(port), "555 0199", house.clock, threading.Event()
    )


def received(house: House) -> int:
    with house.queue.store.read() as session:
        return len(session.scalars(select(InboundFax)).all())


def test_a_modem_that_rings_as_it_dials_takes_the_call_and_dials_later(house: House) -> None:
    house.network.plays[NUMBER] = (GLARE, "normal")
    house.submit([NUMBER])
    answer = listener(house, "sim://?caller=normal")
    listened: list[int] = []

    def idle() -> bool:
        answer()
        listened.append(received(house))
        assert house.network.dials() == len(listened)  # while it listens, it dials nothing
        house.clock.advance(11)
        return len(listened) == 2

    house.loop().run(idle)
    first, second = house.calls()
    assert first.status == HangupStatus.GLARE
    assert second.status == HangupStatus.NORMAL
    assert listened[0] == 1
    assert (house.recipient().letter, house.recipient().attempts) == (Letter.SENT, 1)
    with house.queue.store.read() as session:
        assert session.get_one(Worker, WORKER).failures == 0


def test_glare_is_told_as_what_it_is(house: House) -> None:
    house.network.plays[NUMBER] = (GLARE,)
    house.submit([NUMBER])
    house.work()
    row = house.recipient()
    assert (row.letter, row.attempts, row.reason) == (Letter.PENDING, 0, "glare")
    rests = rests_until(house.queue, WORKER)
    assert rests is not None
    assert (rests - house.clock.now).total_seconds() == 10


@pytest.mark.slow
def test_what_is_due_does_not_take_the_modem_from_a_call_that_is_about_to_ring(
    house: House,
) -> None:
    house.network.plays[NUMBER] = (GLARE,)
    house.submit([NUMBER])
    house.work()
    house.clock.advance(6)  # the message is due again, and the modem still rests
    listener(house, "sim://?caller=coarse&pace=5")()
    assert received(house) == 1
