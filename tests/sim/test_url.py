"""sim:// addresses: what they mean, and what is wrong with wrong ones."""

import contextlib
from dataclasses import replace

import pytest

from faxcore.errors import SettingsError
from faxcore.ports import open_port
from faxcore.profiles import load_profile
from faxcore.sim.url import is_sim, parse_sim_url


def test_alone_it_is_a_fax_machine_in_virtual_time():
    address = parse_sim_url("sim://")
    assert (address.far, address.pace, address.latency_s) == ("normal", None, 0.0)


def test_everything_can_be_said():
    address = parse_sim_url("sim://?far=busy&pace=20&latency=15&keep=/tmp/x&id=%2B44+1")
    assert (address.far, address.pace, address.latency_s) == ("busy", 20.0, 0.015)
    assert (str(address.keep), address.id) == ("/tmp/x", "+44 1")


@pytest.mark.parametrize("scheme", ["sim://", "SIM://?far=normal"])
def test_is_known_by_its_scheme(scheme):
    assert is_sim(scheme)
    assert not is_sim("/dev/ttyUSB0")


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("sim://?far=nobody", "nobody"),
        ("sim://?speed=9", "speed"),
        ("sim://?pace=fast", "fast"),
        ("sim://?pace=0", "pace"),
        ("sim://?latency=-1", "latency"),
        ("sim://normal", "sim://normal"),
        ("sim://?class=3", "class must be one of 1, 1.0, 2, 2.0, 2.1"),
    ],
)
def test_a_wrong_one_is_refused_by_name(url, named):
    with pytest.raises(SettingsError, match=named):
        parse_sim_url(url)


def test_a_caller_and_its_pages():
    address = parse_sim_url("sim://?caller=coarse&pages=3")
    assert address.caller is not None
    assert len(address.caller.document.pages) == 3
    assert parse_sim_url("sim://").caller is None


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("sim://?caller=nobody", "nobody"),
        ("sim://?caller=normal&pages=0", "1 to 999"),
        ("sim://?caller=normal&pages=two", "two"),
        ("sim://?pages=2", "no caller"),
    ],
)
def test_a_wrong_caller_is_refused_by_name(url, named):
    with pytest.raises(SettingsError, match=named):
        parse_sim_url(url)


@pytest.mark.parametrize("pace", ["", "&pace=100"])
@pytest.mark.parametrize("stop_bits", [1, 2])
def test_a_modem_that_needs_two_stop_bits_hears_no_command_with_one(
    pace: str, stop_bits: int
) -> None:
    profile = replace(load_profile("exar-9624"), stop_bits=stop_bits)
    with contextlib.closing(open_port(f"sim://?profile=exar-9624{pace}", profile)) as port:
        port.write(b"AT\r", port.now() + 5.0)
        said = b""
        while b"OK" not in said and (piece := port.read(port.now() + 20.0)):
            said += piece
    assert (b"OK" in said) == (stop_bits == 2)
