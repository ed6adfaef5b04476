"""What runs beside the calls goes on, whatever is raised in it."""

import mailbox
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faxcore.delivery import hosting
from faxcore.delivery.answering import Listener
from faxcore.delivery.hosting import Host
from faxcore.delivery.mail_server import MailServer, Unusable, connected
from faxcore.delivery.mailboxes import Maildir
from faxcore.delivery.notifying import keep_telling
from tests.delivery.deliveries import House
from tests.delivery.moments import NOW
from tests.delivery.test_inbound import listener


class FaultyOnce:
    """Raises what nobody expects when it is first used; the second time it ends the loop."""

    def __init__(self, stop: threading.Event) -> None:
        self.used, self._stop = 0, stop

    def __call__(self) -> None:
        self.used += 1
        if self.used == 1:
            raise RuntimeError("out of luck")
        self._stop.set()

    def unread(self) -> Iterator[bytes]:
        self()
        return iter(())


def run(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_bounces_are_read_on_after_a_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "_BOUNCES_EVERY_S", 0.01)
    stop = threading.Event()
    box = FaultyOnce(stop)
    run(lambda: hosting._keep_reading(house.queue, box, "b-%@example.org", stop))
    assert box.used == 2


def test_customers_are_told_on_after_a_fault(house: House) -> None:
    stop = threading.Event()
    fault = FaultyOnce(stop)

    def clock():
        fault()
        return NOW

    run(lambda: keep_telling(house.queue, None, clock, stop, 0.01))
    assert fault.used == 2


def test_a_worker_beats_on_after_a_fault(house: House) -> None:
    stop = threading.Event()
    fault = FaultyOnce(stop)
    loop = house.loop()
    loop._pace = type(house.pace)(beat_s=0.01)

    def clock():
        fault()
        return NOW

    def beat() -> None:
        loop._beat()

    loop._clock, loop._over = clock, stop
    run(beat)
    assert fault.used == 2


def test_a_worker_that_cannot_be_started_takes_no_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    asked: list[str] = []

    def start(folder: Path, name: str, *, as_json: bool) -> subprocess.Popen[bytes]:
        asked.append(name)
        if asked.count("b") == 1 and name == "b":
            raise BlockingIOError(11, "Resource temporarily unavailable")
        if asked.count("b") == 2:
            stop.set()
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(hosting, "_start", start)
    run(Host(tmp_path, ("a", "b"), stop=stop).run)
    assert asked == ["a", "b", "b"]


@pytest.mark.parametrize(
    "octets",
    [
        b"Subject: a\x0cFoo: b\n\nbody\n",
        b"To:=?utf-8?q?a?=\n\nhi \xc3\xa4\n",
        b"Content-Type: multipart/report; bory=B\n\n--B\nContent-T\x00: x\n\nhi \xc3\xa4\n--B--\n",
    ],
)
def test_mail_that_cannot_be_written_as_it_was_read_stops_no_reading(
    tmp_path: Path, octets: bytes
) -> None:
    mails = mailbox.Maildir(tmp_path / "mail")
    (tmp_path / "mail" / "new" / "1.strange").write_bytes(octets)
    (tmp_path / "mail" / "cur" / "2.known:2,R").write_bytes(b"Subject: x\n\nx\n")
    assert list(Maildir(tmp_path / "mail").unread()) == [b"Subject: x\n\nx\n", octets]
    assert list(Maildir(tmp_path / "mail").unread()) == []
    assert (tmp_path / "mail" / "cur" / "1.strange:2,S").read_bytes() == octets
    assert {each.get_flags() for each in mails} == {"S", "RS"}


@pytest.mark.parametrize("host", ["mail..example.org", "m" * 70 + ".org"])
def test_a_name_that_no_host_can_have_is_a_server_that_cannot_be_reached(host: str) -> None:
    with pytest.raises(Unusable, match="mail server"), connected(MailServer(host)):
        pass


def test_a_spool_that_cannot_be_written_to_does_not_end_the_worker(house: House) -> None:
    (house.queue.store.folder / "receiving").write_text("no folder")
    stop = threading.Event()
    stop.set()
    listening: Listener = listener(house, "sim://", stop)
    assert listening() is False
