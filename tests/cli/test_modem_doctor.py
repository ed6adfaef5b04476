"""``faxcore modem doctor``, and every command that takes a port on what is no modem."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import tty
from collections.abc import Iterator

import pytest

from faxcore.transport.port import Dce
from faxcore.transport.realtime import pump
from faxcore.transport.serial_port import SerialPort
from tests.modem import devices

KEYS = {"port", "verdict", "fit", "findings", "probe", "calls"}


def test_the_verdict_comes_first(faxcore):
    run = faxcore("modem", "doctor", "sim://?class=2", "--with", "sim://")
    assert run.code == 0, run.err
    assert run.out.splitlines()[1] == "This modem is fit for faxing in class 1 and class 2."
    assert run.out.count("identical") == 2
    assert "AT+FCLASS=2 -> OK" in run.out


def test_a_diagnosis_for_programs(faxcore):
    run = faxcore("modem", "doctor", "sim://?far=rtn-always", "--json")
    found = json.loads(run.out)
    assert (run.code, found["fit"], run.err) == (1, False, "")
    assert set(found) == KEYS
    assert found["calls"][0]["reason"] == "page_rejected"
    assert {each["grade"] for each in found["findings"]} == {"good", "doubt", "bad"}


@contextlib.contextmanager
def on_a_terminal(dce: Dce) -> Iterator[str]:
    """A device on a pseudo terminal, by the real clock."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    stop, stopper = os.pipe()
    thread = threading.Thread(target=pump, args=(dce, ours), kwargs={"stop": stop})
    thread.start()
    yield os.ttyname(theirs)
    os.write(stopper, b"!")
    thread.join()
    for descriptor in (ours, theirs, stop, stopper):
        os.close(descriptor)


@pytest.mark.parametrize(
    ("command", "device", "says"),
    [
        ("probe", devices.Device, "nothing is heard at all"),
        ("doctor", lambda: devices.Chatty(devices.sentences), "a satellite receiver (NMEA 0183)"),
    ],
)
def test_what_is_no_modem_is_one_sentence(faxcore, command, device, says):
    with on_a_terminal(device()) as name:
        run = faxcore("modem", command, name)
        SerialPort(name).close()
    assert run.code == 3
    assert says in run.err.splitlines()[-1]
    assert f"faxcore: {name}: no modem answers AT; " in run.err


@pytest.mark.parametrize("command", [("probe",), ("doctor",), ("test", "1")])
def test_a_port_that_is_not_there_is_one_sentence(faxcore, command):
    run = faxcore("modem", command[0], "/dev/nonesuch", *command[1:])
    assert run.code == 3
    assert run.err.splitlines()[-1].startswith("faxcore: /dev/nonesuch: cannot be opened")
