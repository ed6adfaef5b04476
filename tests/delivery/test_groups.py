"""Groups of modems, and who stands on the line and on the page: message, account, modem."""

from dataclasses import replace

import pytest

from faxcore.delivery.claiming import Claimant, claim, something_to_do
from faxcore.delivery.fax_content import Identity, header_of
from faxcore.delivery.leases import register
from faxcore.delivery.model import Account, Message, Worker
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import Channel, Letter
from faxcore.errors import RequestRefused
from tests.delivery.deliveries import House
from tests.delivery.moments import NOW


@pytest.fixture
def grouped(house: House) -> House:
    rules = replace(house.queue.rules, groups=frozenset({"city", "abroad"}), batch=5)
    return replace(house, queue=Queue(house.queue.store, rules), pages=1)


def test_a_message_goes_by_a_modem_of_its_group_alone(grouped: House) -> None:
    grouped.submit(modems="city")
    grouped.work("north/usb0")
    grouped.work("north/usb1", group="abroad")
    assert grouped.calls() == []
    grouped.work("north/usb2", group="city")
    assert [call.worker for call in grouped.calls()] == ["north/usb2"]
    assert grouped.recipient().letter is Letter.SENT


def test_a_message_without_a_group_goes_by_any_modem(grouped: House) -> None:
    grouped.submit()
    grouped.work("north/usb2", group="city")
    assert grouped.recipient().letter is Letter.SENT


def test_an_account_names_the_group_where_its_message_does_not(grouped: House) -> None:
    with grouped.queue.store.write("test") as session:
        session.get_one(Account, grouped.account).modem_group = "abroad"
    grouped.submit(["5550100"], "m1")
    grouped.submit(["5550101"], "m2", modems="city")
    grouped.work("north/usb0", group="abroad")
    grouped.work("north/usb1", group="city")
    assert [(call.destination, call.modem) for call in grouped.calls()] == [
        ("5550100", "usb0"),
        ("5550101", "usb1"),
    ]


def test_an_unknown_group_is_refused(grouped: House) -> None:
    with pytest.raises(RequestRefused, match="no group of modems 'country'"):
        grouped.submit(modems="country")


def test_a_batch_takes_along_only_what_its_modem_may_call_for(grouped: House) -> None:
    grouped.submit(["5550100"], "m1", modems="city")
    grouped.submit(["5550100"], "m2", modems="abroad")
    grouped.submit(["5550100"], "m3")
    grouped.work("north/usb0", group="city")
    letters = [grouped.recipient(name).letter for name in ("m1", "m2", "m3")]
    assert letters == [Letter.SENT, Letter.PENDING, Letter.SENT]
    assert len(grouped.calls()) == 1


def test_a_modem_of_another_group_sees_nothing_to_do(grouped: House) -> None:
    grouped.submit(modems="city")
    other = Claimant("north/usb0", "north", Channel.FAX, "usb0", "abroad")
    assert not something_to_do(grouped.queue, other, NOW)
    assert claim(grouped.queue, other, NOW) is None


def test_a_worker_is_written_down_with_its_group(grouped: House) -> None:
    claimant = Claimant("north/usb0", "north", Channel.FAX, "usb0", "city")
    register(grouped.queue, claimant, "", "life", 1, NOW)
    with grouped.queue.store.read() as session:
        assert session.get_one(Worker, "north/usb0").modem_group == "city"


@pytest.mark.parametrize(
    ("message", "account", "modem", "line"),
    [
        ("auto", "", "", "auto"),
        ("auto", "", "modem's", "modem's"),
        ("auto", "account's", "modem's", "account's"),
        ("message's", "account's", "modem's", "message's"),
        (None, "account's", "modem's", None),
    ],
)
def test_the_header_line_is_that_of_who_says_most(
    message: str | None, account: str, modem: str, line: str | None
) -> None:
    told = Message(header=message, account=Account(header=account))
    assert header_of(told, Identity("+1 555 0100", modem)) == line
