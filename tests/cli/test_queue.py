"""``faxcore queue``: what its commands print, and with which exit codes they leave."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def queue(faxcore, data):
    """Runs ``faxcore queue`` on the folder of this test."""
    return lambda *arguments: faxcore("queue", *arguments, "--data", data)


def run_host(data: Path) -> list[str]:
    return [sys.executable, "-m", "faxcore", "queue", "run", "--drain", "--data", str(data)]


def test_a_message_goes_its_way_from_add_to_delete(queue, data: Path, letter: Path) -> None:
    wanted = ("add", "--to", "+1 555 0100", "--text", "Hello", "--name", "m1", letter)
    told = queue(*wanted, "--json")
    assert told.code == 0, told.err
    uid = json.loads(told.out)["message"]
    again = queue(*wanted)
    assert again.code == 2
    assert uid in again.err
    ran = subprocess.run(run_host(data), capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "every modem is simulated" in ran.stdout
    shown = json.loads(queue("show", "m1", "--json").out)
    assert (shown["status"], shown["pages"]) == ("GONE", 2)
    explained = queue("explain", uid).out
    assert explained.count("confirmed") == 3
    assert "dialled +15550100" in explained
    proven = queue("receipt", "m1", "--out", data / "receipts")
    assert proven.out.count("as it was to be sent") == 2
    written = sorted(each.name for each in (data / "receipts").iterdir())
    assert written == ["receipt.json", "recipient-1-attempt-1.tif"]
    listed = json.loads(queue("list", "--json").out)
    assert [row["recipient"]["letter"] for row in listed] == ["S"]
    assert "m1 GONE S +1 555 0100, 2 of 2 pages: simulated: ok" in queue("watch", "--once").out
    (worker,) = json.loads(queue("modems", "--json").out)
    assert (worker["port"], worker["alive"], worker["failures"]) == ("sim://", False, 0)
    assert queue("cancel", "m1").code == 2
    assert queue("resend", "m1", "--all").out.endswith("1 queued again\n")
    assert queue("hold", "m1").out.endswith("1 held\n")
    assert queue("release", "m1").out.endswith("1 released\n")
    assert queue("cancel", "m1").out.endswith("1 cancelled\n")
    assert queue("delete", "m1").code == 0
    assert queue("list").out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "--text", "x"), "nobody to send to"),
        (("add", "--to", "12\r34", "--text", "x"), "CARRIAGE RETURN"),
        (("add", "--to", "+1 900 555 0100", "--text", "x"), "premium"),
        (("add", "--to", "555"), "nothing to fax"),
        (("add", "--to", "555", "--text", "x", "--at", "soon"), "2026-11-30T18:00"),
        (("add", "--to", "555", "missing.pdf"), "missing.pdf does not exist"),
        (("add", "--to", "555", "--text", "x", "--priority", "11"), "not from 1 to 10"),
        (("show", "nothing"), "no message 'nothing'"),
        (("list", "--letter", "Z"), "--letter 'Z'"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_two(
    queue, arguments: tuple[str, ...], words: str
) -> None:
    told = queue(*arguments)
    assert told.code == 2, told.err
    assert words in told.err
    assert len(told.err.splitlines()) == 1


def test_a_number_is_explained_without_being_dialled(queue) -> None:
    told = queue("number", "+44 20 7946 0000")
    assert told.code == 0
    assert "dial line  ATDT+442079460000" in told.out
    assert queue("number", "+881 6 1").code == 2


@pytest.mark.slow
def test_a_worker_that_is_killed_is_started_again_and_judges_its_call(queue, data: Path) -> None:
    data.mkdir()
    (data / "faxcore.toml").write_text(
        "[queue]\nnode = 'north'\n[[modem]]\nname = 'slow'\nport = 'sim://?pace=20'\n"
    )
    assert queue("add", "--to", "+1 555 0100", "--text", "Hello", "--name", "m1").code == 0
    quiet = subprocess.DEVNULL
    with subprocess.Popen(run_host(data), stderr=quiet, stdout=quiet) as host:
        victim = 0
        looking = sqlite3.connect(f"file:{data}/queue.sqlite?mode=ro", uri=True, timeout=10)
        while not victim and host.poll() is None:
            row = looking.execute(
                "SELECT w.pid FROM worker w JOIN call c ON c.worker = w.name "
                "WHERE c.state = 'dialled'"
            ).fetchone()
            victim = row[0] if row else 0
        looking.close()
        assert victim
        os.kill(victim, signal.SIGKILL)
        recipient = {"reason": ""}
        while recipient["reason"] != "interrupted":
            report = json.loads(queue("show", "m1", "--json").out)
            recipient = report["recipients"][0]
        host.send_signal(signal.SIGTERM)
        assert host.wait(60) == 0
    assert (recipient["letter"], recipient["attempts"]) == ("N", 1)


def test_modems_are_shown_with_their_groups(queue, data: Path) -> None:
    from datetime import UTC, datetime

    from faxcore.delivery.claiming import Claimant
    from faxcore.delivery.leases import register
    from faxcore.delivery.rules import Queue
    from faxcore.delivery.states import Channel
    from faxcore.delivery.store import open_store

    data.mkdir()
    (data / "faxcore.toml").write_text('[queue]\ngroups = ["city"]\n')
    store = open_store(data)
    claimant = Claimant("north/usb0", "north", Channel.FAX, "usb0", "city")
    register(Queue(store), claimant, "sim://", "life", 1, datetime.now(UTC))
    store.close()
    assert "group city" in queue("modems").out
    (worker,) = json.loads(queue("modems", "--json").out)
    assert worker["group"] == "city"
    assert queue("add", "--to", "1", "--text", "x", "--modems", "city").code == 0
    refused = queue("add", "--to", "1", "--text", "x", "--modems", "country")
    assert refused.code == 2
    assert "no group of modems 'country'" in refused.err


def test_what_rendering_left_out_is_shown_with_its_message(queue, data: Path) -> None:
    wanted = ("add", "--to", "555 0100", "--to", "555 0101", "--text", "Hello", "--name", "m1")
    assert queue(*wanted).code == 0
    with sqlite3.connect(data / "queue.sqlite") as database:
        database.executemany(
            "INSERT INTO render_note (recipient_id, number, text) VALUES (?, ?, ?)",
            [(1, 1, "a.html: left out b.png"), (2, 1, "a.html: left out b.png"), (2, 2, "cut")],
        )
    database.close()
    shown = queue("show", "m1").out
    assert shown.endswith(
        "left out by rendering\n          a.html: left out b.png\n          cut (recipient 2)\n"
    )
    told = json.loads(queue("show", "m1", "--json").out)
    assert told["notes"][1] == {"text": "cut", "recipients": [2]}
