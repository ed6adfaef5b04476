"""Received faxes: durable page by page, stored once, owned by somebody, recovered after a crash."""

import io
import threading
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from sqlalchemy import select

from faxcore.delivery.answering import Listener
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.fax_channel import Equipment
from faxcore.delivery.inbound import claim_folder, new_folder, owner_of, recover
from faxcore.delivery.model import Account, InboundFax
from faxcore.delivery.operations import ensure_account
from faxcore.delivery.states import Channel
from faxcore.profiles import load_profile
from faxcore.receiving import receive_fax
from faxcore.t4.tiff import read_tiff
from tests.delivery.deliveries import House
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


def give(house: House, name: str, *numbers: str) -> int:
    account_id = ensure_account(house.queue, name, NOW)
    with house.queue.store.write("test") as session:
        session.get_one(Account, account_id).extra = {"numbers": list(numbers)}
    return account_id


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


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_crash_left_is_stored_once(house: House, times: int) -> None:
    folder = new_folder(house.queue)
    claim_folder(folder, "usb0")
    receive_fax("sim://?caller=normal&pages=2", keep=folder)
    (folder / "fax.tif").unlink()
    for _ in range(times):
        assert recover(house.queue, "other", "555") == 0
        recover(house.queue, "usb0", "555")
    (fax,) = faxes(house)
    assert (fax.pages, fax.complete) == (2, False)
    assert fax.text == "this computer stopped during the call"
    assert spool(house) == []


def test_a_number_that_is_nobodys_goes_to_the_local_account(house: House) -> None:
    first = give(house, "by-modem", "usb7")
    assert owner_of(house.queue, "usb7", "555", NOW) == first
    local = owner_of(house.queue, "usb0", "555", NOW)
    with house.queue.store.read() as session:
        assert session.get_one(Account, local).name == "local"
