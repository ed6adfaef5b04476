"""``faxcore modem sim``: a modem on a path, for any program, and what its judge says at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.transport.serial_port import SerialPort
from tests.documents import document

PACE = 4  # at a higher one a busy machine is too late for T.30
PROFILE = load_profile("generic-class1")


class Running:
    """The command in a process of its own, ready to be used."""

    def __init__(self, link: Path, *options: str) -> None:
        command = [sys.executable, "-m", "faxcore", "modem", "sim", str(link), *options]
        self._process = subprocess.Popen(
            [*command, "--pace", str(PACE)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.ready = self._process.stdout.readline()

    def stop(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        self._process.send_signal(by)
        out, _ = self._process.communicate(timeout=20)
        return self._process.returncode, out

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@contextlib.contextmanager
def running(link: Path, *options: str) -> Iterator[Running]:
    with contextlib.closing(Running(link, *options)) as program:
        yield program


def test_a_fax_is_sent_through_it_and_told_of_at_the_end(tmp_path):
    link = tmp_path / "modem"
    with running(link, "--keep", str(tmp_path / "pages")) as program:
        assert f"{link} is a simulated modem (/dev/pts/" in program.ready
        port = SerialPort(str(link), clock_rate=PACE, lock_folder=tmp_path)
        with FaxModem(port, PROFILE) as fax:
            result = fax.send(document(1, 100), "+1 555 0100", Station("+44 1"))
        code, told = program.stop()
    assert result.ok, result.text
    assert "dialled +15550100" in told
    assert "page 1 arrived: M" in told
    assert "100 rows" in told
    assert (code == 0) is ("the judge has no notes" in told)
    assert not os.path.lexists(link)
    assert (tmp_path / "pages" / "page-001.tif").exists()


def test_it_is_called_and_its_call_is_taken(tmp_path):
    link = tmp_path / "modem"
    kept: list[int] = []
    with running(link, "--caller", "coarse", "--ring-after", "0.5") as program:
        port = SerialPort(str(link), clock_rate=PACE, lock_folder=tmp_path)
        with FaxModem(port, PROFILE) as fax:
            fax.prepare()
            assert fax.wait_for_ring(60.0)
            result = fax.receive(
                Capabilities(), Station("+44 1"), lambda op: kept.append(op.number) is None
            )
        code, told = program.stop(signal.SIGTERM)
    assert result.ok, result.text
    assert kept == [1]
    assert "the far end's view: normal end of the call" in told
    assert (code == 0) is ("the judge has no notes" in told)


def test_a_path_that_is_taken_is_never_replaced(faxcore, tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    run = faxcore("modem", "sim", path)
    assert (run.code, "replaces nothing" in run.err) == (2, True)
    assert path.read_text() == "data"


def test_a_path_left_behind_by_a_killed_one_is_used_again(tmp_path):
    link = tmp_path / "modem"
    link.symlink_to("/dev/pts/no-such-terminal")
    with running(link) as program:
        assert link.exists()
        assert program.stop()[0] == 0
    assert not os.path.lexists(link)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--far", "nobody"], "nobody"),
        (["--profile", "nonesuch"], "nonesuch"),
        (["--caller", "nobody"], "nobody"),
        (["--class", "3"], "--class 3"),
        (["--pace", "0"], "--pace 0"),
    ],
)
def test_options_that_mean_nothing_are_one_sentence(faxcore, tmp_path, options, named):
    run = faxcore("modem", "sim", tmp_path / "modem", *options)
    assert (run.code, named in run.err, "Traceback" in run.err) == (2, True, False)
    assert not os.path.lexists(tmp_path / "modem")
