"""``faxcore modem list``: what is printed of ports."""

import json

import pytest

from faxcore.cli.modem.list import show
from faxcore.transport.attached import SerialDevice
from faxcore.workbench.ports import PortEntry
from faxcore.workbench.ports_holders import Holder

USB = SerialDevice(
    "/dev/ttyACM0", "Conexant USB Modem", "0572:1329", "24680246", "1-2",
    ("/dev/serial/by-id/usb-Conexant-if00",),
)  # fmt: skip


def test_each_port_is_there_with_what_is_known_of_it(capsys):
    held = PortEntry(USB, (Holder(300, "faxgetty", "has it open"),))
    hindered = PortEntry(SerialDevice("/dev/ttyS0"), (), "you are not in the group dialout")
    asked = PortEntry(SerialDevice("/dev/ttyS1"), (), "", True, "answers AT\x1b[31m")
    show((held, hindered, asked), ("ModemManager is running",))
    out = capsys.readouterr().out
    told = (
        "/dev/ttyACM0", "0572:1329", "usb-Conexant-if00", "held by faxgetty (300)",
        "you are not in the group dialout", "answers AT?[31m", "note: ModemManager",
    )  # fmt: skip
    for text in told:
        assert text in out
    assert "\x1b" not in out
    assert "free" not in out.splitlines()


def test_a_computer_without_ports_says_what_to_look_at(capsys):
    show((), ())
    assert "is the modem plugged in?" in capsys.readouterr().out


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_command_runs_on_this_computer(faxcore, options):
    run = faxcore("modem", "list", *options)
    assert run.code in {0, 3}, run.err
    if options:
        assert set(json.loads(run.out)) == {"ports", "warnings"}
