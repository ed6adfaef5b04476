"""Serial ports: their names, who has them, who may open them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from faxcore.errors import NoReply
from faxcore.transport.attached import SerialDevice, serial_devices
from faxcore.workbench.ports import list_ports
from faxcore.workbench.ports_access import Node, Person, advise, what_hinders

ADA = Person("ada", frozenset({"ada"}), frozenset({"ada"}))
DIALOUT = Node(stat.S_IFCHR | 0o660, "root", "dialout")
ALIVE = os.getppid()
"""A process that is there as long as this one."""


def info(device: Path, **fields: object) -> ListPortInfo:
    found = ListPortInfo(str(device))
    for name, value in fields.items():
        setattr(found, name, value)
    return found


def process(proc: Path, pid: int, program: str, *files: Path) -> None:
    folder = proc / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "comm").write_text(f"{program}\n")
    for number, file in enumerate(files):
        (folder / "fd" / str(number)).symlink_to(file)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = tmp_path / "ttyACM0"
    path.touch()
    return path


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    folder.mkdir()
    process(folder, 1, "systemd")
    return folder


def test_a_usb_device_has_its_name_its_numbers_and_its_lasting_path(tmp_path, node):
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-Conexant_USB_Modem_24680246-if00").symlink_to("../ttyACM0")
    (by_id / "usb-other").symlink_to("../ttyUSB0")
    usb = info(node, vid=0x0572, pid=0x1329, manufacturer="Conexant", product="USB Modem",
               serial_number="24680246", location="1-2")  # fmt: skip
    (device,) = serial_devices([usb], by_id)
    assert device == SerialDevice(
        str(node), "Conexant USB Modem", "0572:1329", "24680246", "1-2",
        (str(by_id / "usb-Conexant_USB_Modem_24680246-if00"),),
    )  # fmt: skip


def test_a_device_without_usb_has_no_name_of_its_own(tmp_path, node):
    (device,) = serial_devices([info(node, description="n/a")], tmp_path / "none")
    assert device == SerialDevice(str(node))


def test_a_process_that_has_the_port_open_is_named_with_what_helps(node, proc, tmp_path):
    process(proc, 300, "faxgetty", tmp_path / "log", node)
    found = list_ports(devices=[SerialDevice(str(node))], proc=proc, lock_folders=[])
    (entry,) = found.ports
    (holder,) = entry.holders
    assert (holder.pid, holder.program, holder.how) == (300, "faxgetty", "has it open")
    assert "systemctl stop hylafax" in holder.advice
    assert not entry.free


def test_a_lock_file_names_its_process_though_its_files_are_hidden(node, proc, tmp_path):
    process(proc, ALIVE, "mgetty")
    (proc / str(ALIVE) / "fd").rmdir()
    (tmp_path / "lock").mkdir()
    name = str(node.resolve()).lstrip("/").replace("/", "_")
    (tmp_path / "lock" / f"LCK..{name}").write_text(f"{ALIVE:10d}\n")
    device = SerialDevice(str(node))
    (entry,) = list_ports(devices=[device], proc=proc, lock_folders=[tmp_path / "lock"]).ports
    assert [(each.pid, each.program) for each in entry.holders] == [(ALIVE, "mgetty")]
    assert "locked it" in entry.holders[0].how


def test_the_lock_file_of_a_process_that_is_gone_holds_nothing(node, proc, tmp_path):
    name = str(node.resolve()).lstrip("/").replace("/", "_")
    (tmp_path / f"LCK..{name}").write_text(f"{2**22 + 1:10d}\n")
    device = SerialDevice(str(node))
    (entry,) = list_ports(devices=[device], proc=proc, lock_folders=[tmp_path]).ports
    assert entry.holders == ()
    assert entry.free


def test_modem_manager_is_warned_of_though_it_has_no_port_now(node, proc):
    process(proc, 77, "ModemManager")
    found = list_ports(devices=[SerialDevice(str(node))], proc=proc, lock_folders=[])
    assert found.ports[0].free
    (warning,) = found.warnings
    assert warning.startswith("ModemManager is running (process 77)")
    assert "systemctl stop ModemManager" in warning


def test_only_ports_that_are_free_are_asked(node, proc, tmp_path):
    other = tmp_path / "ttyUSB0"
    other.touch()
    process(proc, 5, "minicom", other)
    asked: list[str] = []

    def ask(path: str) -> str:
        asked.append(path)
        return "answers AT at 115200 bit/s"

    devices = [SerialDevice(str(node)), SerialDevice(str(other))]
    entries = list_ports(ask, devices=devices, proc=proc, lock_folders=[]).ports
    assert asked == [str(node)]
    assert [entry.answers for entry in entries] == [True, None]


def test_a_port_without_a_modem_says_what_is_there(node, proc):
    def ask(path: str) -> str:
        raise NoReply(f"{path}: no modem answers AT")

    devices = [SerialDevice(str(node))]
    (entry,) = list_ports(ask, devices=devices, proc=proc, lock_folders=[]).ports
    assert (entry.answers, entry.answer) == (False, f"{node}: no modem answers AT")


@pytest.mark.parametrize(
    ("node", "person", "says"),
    [
        (DIALOUT, ADA, r"not in the group dialout: sudo usermod -aG dialout ada, and log in again"),
        (DIALOUT, Person("ada", ADA.groups, ADA.groups | {"dialout"}), r"since this login: log in"),
        (DIALOUT, Person("ada", ADA.groups | {"dialout"}, ADA.groups), r"and still may not"),
        (Node(0o600, "root", "root"), ADA, r"only root may open it \(mode 0600, .*udev rule"),
        (Node(0o660, "root", "root"), ADA, r"udev rule with GROUP=.dialout."),
        (Node(0o640, "root", "dialout"), ADA, r"mode 0640"),
    ],
)  # fmt: skip
def test_who_may_not_open_a_port_is_told_the_command_that_helps(node, person, says):
    text = advise(node, person)
    assert re.search(says, text), text


def test_nothing_hinders_who_may_open_it(node):
    assert what_hinders(str(node)) == ""


def test_a_device_that_is_gone_is_said_to_be(tmp_path):
    assert "No such file" in what_hinders(str(tmp_path / "ttyUSB9"))
