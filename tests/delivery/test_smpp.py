"""Short messages over SMPP to a foreign message centre: parts, refusals, silence, receipts."""

from collections import deque
from collections.abc import Iterator

import pytest

from faxcore.delivery.channel_settings import SmppSettings
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.configuration import configure
from faxcore.delivery.operations import message_report
from faxcore.delivery.rules import Queue
from faxcore.delivery.smpp import MessageCentre, SmppGateway
from faxcore.delivery.sms_channel import SmsWork
from faxcore.delivery.sms_text import pack
from faxcore.delivery.states import Channel, Letter, MessageStatus
from faxcore.delivery.worker import WorkerLoop
from faxcore.errors import PortError, SettingsError
from tests.delivery.deliveries import AtOnce, House
from tests.delivery.message_centre import Centre, receipt
from tests.delivery.test_sms import M1, only, send


@pytest.fixture
def centre() -> Iterator[Centre]:
    with Centre() as running:
        yield running


def settings(centre: Centre, **changes: object) -> MessageCentre:
    told = {"user": "us", "password": "secret", "source": "Clinic", "timeout_s": 5.0}
    return MessageCentre("127.0.0.1", centre.port, **(told | changes))


def work(house: House, told: MessageCentre) -> SmsWork:
    job = SmsWork(house.queue, "north/sms", lambda: SmppGateway(told), house.clock)
    claimant = Claimant("north/sms", "north", Channel.SMS, "sms")
    loop = WorkerLoop(house.queue, claimant, job, clock=house.clock, runner=AtOnce)
    loop.run(lambda: True)
    return job


def test_a_text_is_submitted_and_relayed(house: House, centre: Centre) -> None:
    send(house, "Grüße {€}")
    work(house, settings(centre))
    (taken,) = centre.taken
    assert (taken.destination_addr, taken.dest_addr_ton, taken.dest_addr_npi) == (
        "447700900123", 1, 1,
    )  # fmt: skip
    assert (taken.source_addr, taken.source_addr_ton) == ("Clinic", 5)
    assert (taken.data_coding, taken.esm_class, taken.registered_delivery) == (0, 0, 1)
    assert taken.short_message == b"Gr\x7e\x1ee \x1b\x28\x1b\x65\x1b\x29"
    assert only(house).letter is Letter.RELAYED


def test_a_long_text_goes_in_parts_that_say_which_they_are(house: House, centre: Centre) -> None:
    send(house, "ж" * 100)
    work(house, settings(centre, source="+1 555".replace(" ", "")))
    first, second = centre.taken
    assert (first.source_addr, first.source_addr_ton) == ("1555", 1)
    for number, taken in enumerate((first, second), 1):
        assert (taken.esm_class, taken.data_coding) == (0x40, 8)
        assert taken.short_message[:3] == b"\x05\x00\x03"
        assert tuple(taken.short_message[4:6]) == (2, number)
    words = first.short_message[6:] + second.short_message[6:]
    assert words.decode("utf-16-be") == "ж" * 100
    assert first.short_message[3] == second.short_message[3]


def test_receipts_make_it_sent_and_each_is_acknowledged(house: House, centre: Centre) -> None:
    send(house, "x" * 200)
    job = work(house, settings(centre))
    centre.receipts = [
        receipt(centre.name(1), "ACCEPTD"),
        receipt(centre.name(1), "DELIVRD"),
        receipt("another", "UNDELIV"),
    ]
    assert job.read_reports() == 0
    assert len(centre.acknowledged) == 3
    assert only(house).letter is Letter.RELAYED
    centre.receipts = [receipt(centre.name(2), "DELIVRD")]
    assert job.read_reports() == 1
    assert only(house).letter is Letter.SENT


@pytest.mark.parametrize("word", ["UNDELIV", "EXPIRED", "REJECTD"])
def test_a_receipt_of_failure_fails_it(house: House, centre: Centre, word: str) -> None:
    send(house, "Hello")
    job = work(house, settings(centre))
    centre.receipts = [receipt(centre.name(1), word)]
    assert job.read_reports() == 1
    assert (only(house).letter, only(house).reason) == (Letter.FAILED, "undelivered")
    assert word in only(house).description
    assert message_report(house.queue, house.account, M1).status is MessageStatus.FAILED


@pytest.mark.parametrize(
    ("status", "letter"),
    [(0x58, Letter.RETRY), (0x14, Letter.RETRY), (0x0B, Letter.FAILED), (0x0D, Letter.PENDING)],
)
def test_a_refusal_is_for_now_for_good_or_our_own(
    house: House, centre: Centre, status: int, letter: Letter
) -> None:
    centre.answers = deque([status])
    send(house, "Hello")
    work(house, settings(centre))
    assert only(house).letter is letter
    assert f"0x{status:08X}" in only(house).description


def test_a_part_that_was_never_answered_is_uncertain(house: House, centre: Centre) -> None:
    centre.answers = deque(["silence"])
    send(house, "Hello")
    work(house, settings(centre, timeout_s=0.5))
    assert only(house).pages_uncertain == 1
    assert "sent once more" in only(house).description
    house.clock.advance(600)
    work(house, settings(centre))
    assert len(centre.taken) == 1
    assert only(house).letter is Letter.RELAYED


def test_a_centre_that_is_not_there_is_charged_to_nobody(house: House, centre: Centre) -> None:
    send(house, "Hello")
    work(house, MessageCentre("127.0.0.1", 1, timeout_s=1))
    assert (only(house).letter, only(house).attempts) == (Letter.PENDING, 0)
    with pytest.raises(PortError, match="cannot be reached"):
        SmppGateway(MessageCentre("127.0.0.1", 1, timeout_s=1)).prepare()


def test_an_outside_line_is_for_telephones_alone(house: House, centre: Centre) -> None:
    from dataclasses import replace

    numbers = replace(house.queue.rules.numbers, country="44", trunk="0", abroad="00", outside="9,")
    rules = replace(house.queue.rules, numbers=numbers)
    house = replace(house, queue=Queue(house.queue.store, rules))
    send(house, "Hello")
    work(house, settings(centre))
    assert [taken.destination_addr for taken in centre.taken] == ["447700900123"]


def test_the_settings_name_the_centre(tmp_path) -> None:
    (tmp_path / "secret").write_text("pass\n")
    text = '[sms]\nsmpp = "smpps://us@smsc.example.org:3550"\nsource = "Clinic"\n'
    (tmp_path / "faxcore.toml").write_text(text + f'password_file = "{tmp_path / "secret"}"\n')
    told = configure(tmp_path)
    assert told.sms == SmppSettings("smsc.example.org", 3550, "us", "pass", "Clinic", "", True)
    assert "pass" not in repr(told.sms)
    assert Channel.SMS in told.rules.channels
    for wrong in ("http://x", "smpp://us:pw@h", "smpp://h"):
        text = f'[sms]\nsmpp = "{wrong}"\nsource = "a,b"\n'
        (tmp_path / "faxcore.toml").write_text(text)
        with pytest.raises(SettingsError, match="expected"):
            configure(tmp_path)


def test_septets_are_octets_over_smpp_and_packed_in_a_pdu() -> None:
    assert pack((0x48, 0x65)) == bytes((0xC8, 0x32))
