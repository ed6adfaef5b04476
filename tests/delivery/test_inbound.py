"""Received faxes: durable page by page, stored once, owned by somebody, recovered after a crash."""

import io
import threading
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from sqlalchemy import select

from faxcore.delivery import answering
from faxcore.delivery.answering import Listener
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.fax_channel import Equipment
from faxcore.delivery.hosting import store_abandoned
from faxcore.delivery.inbound import claim_folder, new_folder, recover
from faxcore.delivery.model import Account, InboundFax
from faxcore.delivery.operations import ensure_account
from faxcore.delivery.owning import Line, owner_of
from faxcore.delivery.states import Channel
from faxcore.errors import QueueError
from faxcore.profiles import load_profile
from faxcore.receiving import receive_fax
from faxcore.t4 import Coding, encode_page
from faxcore.t4.tiff import read_tiff, write_tiff
from tests.delivery.deliveries import House
from tests.delivery.far_end import fax_page, fingerprint
from tests.delivery.moments import NOW


def equipment(port: str) -> Equipment:
    return Equipment(port=port, profile=load_profile("generic"), timeout_s=600, transcript=None)


def listener(house: House, port: str, stop: threading.Event | None = None) -> Listener:
    claimant = Claimant("north/usb0", "north", Channel.FAX, "usb0")
    return Listener(
        house.queue, claimant, equipment(port), "555 0100", lambda: NOW, stop or threading.Event()
    )


def faxes(house: House) -> list[InboundFax]:
    with house.queue.store.read() as session:
        return list(session.scalars(select(InboundFax)))


def spool(house: House) -> list[Path]:
    folder = house.queue.store.folder / "receiving"
    return list(folder.iterdir()) if folder.is_dir() else []


def give(house: House, name: str, *numbers: str, subaddresses: tuple[str, ...] = ()) -> int:
    account_id = ensure_account(house.queue, name, NOW)
    with house.queue.store.write("test") as session:
        extra = {"numbers": list(numbers), "subaddresses": list(subaddresses)}
        session.get_one(Account, account_id).extra = extra
    return account_id


def test_a_look_for_work_that_fails_once_is_repeated(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([QueueError("the database is locked")])

    def look(*_: object) -> bool:
        for error in looks:
            raise error
        return True

    monkeypatch.setattr(answering, "something_to_do", look)
    cancel = threading.Event()
    listener(house, "sim://")._watch(cancel, threading.Event())
    assert cancel.is_set()


def test_a_fax_is_stored_for_the_account_of_the_number(house: House) -> None:
    owner = give(house, "clinic", "555 0100")
    listener(house, "sim://?caller=ecm&pages=2")()
    (fax,) = faxes(house)
    assert (fax.account_id, fax.pages, fax.complete) == (owner, 2, True)
    assert fax.sender_id
    assert len(list(read_tiff(io.BytesIO(house.queue.store.blobs.get(fax.tiff))))) == 2
    assert len(pdfium.PdfDocument(house.queue.store.blobs.get(fax.pdf))) == 2
    assert spool(house) == []


@pytest.mark.parametrize("caller", ["hangs-up-in-page", "never-sends", "dcn-after-dis"])
def test_a_call_that_brings_no_page_leaves_nothing(house: House, caller: str) -> None:
    listener(house, f"sim://?caller={caller}")()
    assert faxes(house) == []
    assert spool(house) == []


def test_listening_ends_when_the_worker_is_to_end(house: House) -> None:
    stop = threading.Event()
    stop.set()
    listener(house, "sim://?pace=real", stop)()
    assert faxes(house) == []
    assert spool(house) == []


class Impatient(threading.Event):
    """Is waited for no longer than it takes to ask."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def test_a_fax_that_could_not_be_stored_at_once_is_told_whole_later(house: House) -> None:
    files = house.queue.store.folder / "files"
    files.write_bytes(b"in the way")
    listening = listener(house, "sim://?caller=normal&pages=1", Impatient())
    listening()
    assert faxes(house) == []
    files.unlink()
    listening()
    late, _ = faxes(house)  # the second comes in the next call
    assert (late.pages, late.complete, bool(late.sender_id)) == (1, True, True)
    assert spool(house) == []


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_crash_left_is_stored_once(house: House, times: int) -> None:
    folder = new_folder(house.queue)
    claim_folder(folder, "north/usb0")
    receive_fax("sim://?caller=normal&pages=2", keep=folder)
    (folder / "fax.tif").unlink()
    for _ in range(times):
        assert recover(house.queue, Line("usb0", "555"), "south/usb0") == 0
        recover(house.queue, Line("usb0", "555"), "north/usb0")
    (fax,) = faxes(house)
    assert (fax.pages, fax.complete) == (2, False)
    assert fax.text == "this computer stopped during the call"
    assert spool(house) == []


def test_a_folder_that_another_worker_makes_just_now_is_no_leftover(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def meanwhile(path: Path, text: str) -> int:
        recover(house.queue, Line("usb1"), "north/usb1")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", meanwhile)
    folder = new_folder(house.queue)
    claim_folder(folder, "north/usb0")
    assert spool(house) == [folder]


def test_what_a_modem_left_that_has_another_name_now_is_stored(house: House) -> None:
    owner = give(house, "by-modem", "usb0")
    for worker in ("north/usb0", "north/usb1", "south/usb0"):
        folder = new_folder(house.queue)
        claim_folder(folder, worker)
        write_tiff(folder / "page-001.tif", [encode_page(fax_page(1, 1), Coding.MH)])
    store_abandoned(house.queue, "north", ["usb1"])
    (fax,) = faxes(house)
    assert (fax.account_id, fax.modem, fax.complete) == (owner, "usb0", False)
    assert {(folder / "modem").read_text() for folder in spool(house)} == {
        "north/usb1", "south/usb0",
    }  # fmt: skip


def test_more_than_999_pages_stay_in_their_order(house: House) -> None:
    folder = new_folder(house.queue)
    claim_folder(folder, "north/usb0")
    for number in (100, 101, 1000):
        write_tiff(folder / f"page-{number}.tif", [encode_page(fax_page(1, number), Coding.MH)])
    recover(house.queue, Line("usb0", "555"), "north/usb0")
    stored = io.BytesIO(house.queue.store.blobs.get(faxes(house)[0].tiff))
    assert [fingerprint(page.bitmap) for page in read_tiff(stored)] == [
        fingerprint(fax_page(1, number)) for number in (100, 101, 1000)
    ]


def test_a_number_that_is_nobodys_goes_to_the_local_account(house: House) -> None:
    first = give(house, "by-modem", "usb7")
    assert owner_of(house.queue, Line("usb7", "555"), NOW) == first
    local = owner_of(house.queue, Line("usb0", "555"), NOW)
    with house.queue.store.read() as session:
        assert session.get_one(Account, local).name == "local"


def test_what_says_more_of_a_line_owns_its_faxes(house: House) -> None:
    modem = give(house, "modem", "usb0")
    number = give(house, "number", "+1 555-0100")
    anywhere = give(house, "anywhere", subaddresses=("12", "13"))
    here = give(house, "here", subaddresses=("+1 (555) 0100/12",))
    at_modem = give(house, "at-modem", subaddresses=("usb1/12",))

    def owner(*line: str) -> int:
        return owner_of(house.queue, Line(*line), NOW)

    assert owner("usb0", "+1 555 9999") == modem
    assert owner("usb0", "+1 555 0100") == number
    assert owner("usb0", "+1 555 0100", "99") == number
    assert owner("usb0", "+1 555 0100", "1 3") == anywhere
    assert owner("usb0", "+15550100", "12") == here
    assert owner("usb1", "+1 555 9999", "12") == at_modem
    assert owner("usb2", "", "12") == anywhere


def test_a_fax_with_a_sub_address_goes_to_its_owner(house: House) -> None:
    give(house, "front-desk", "555 0100")
    owner = give(house, "ward", subaddresses=("12",))
    listener(house, "sim://?caller=addressed")()
    (fax,) = faxes(house)
    assert (fax.account_id, fax.subaddress, fax.called_number) == (owner, "12", "555 0100")


def test_a_sub_address_is_not_asked_for_where_nobody_owns_one(house: House) -> None:
    owner = give(house, "front-desk", "555 0100")
    listener(house, "sim://?caller=addressed")()
    (fax,) = faxes(house)
    assert (fax.account_id, fax.subaddress) == (owner, "")


def test_a_crash_does_not_forget_the_sub_address(house: House) -> None:
    owner = give(house, "ward", subaddresses=("12",))
    folder = new_folder(house.queue)
    claim_folder(folder, "north/usb0")
    receive_fax("sim://?caller=addressed", keep=folder, addressed=True)
    recover(house.queue, Line("usb0", "555"), "north/usb0")
    (fax,) = faxes(house)
    assert (fax.account_id, fax.subaddress, fax.complete) == (owner, "12", False)
