"""Every shipped profile says where its facts come from, and serves a modem that is like it."""

from __future__ import annotations

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile, profile_names
from faxcore.sim import SimModem, caller
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

NAMES = profile_names()
HERE = Station("+1 555 0199")


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_is_and_where_it_is_from(name: str) -> None:
    profile = load_profile(name)
    assert profile.description
    assert profile.notes


@pytest.mark.parametrize("name", NAMES)
def test_pages_go_out(name: str) -> None:
    profile = load_profile(name)
    modem = SimModem(profile=profile)
    with FaxModem(VirtualPort(modem), profile) as fax:
        result = fax.send(document(2, 300), "1", HERE)
    assert result.ok, result.text
    assert [page.bitmap for page in modem.received] == [bitmap(1, 300), bitmap(2, 300)]
    assert modem.notes == []


@pytest.mark.parametrize("far", ["normal", "repeats-dcs", "repeats-mps"])
@pytest.mark.parametrize("name", NAMES)
def test_pages_come_in(name: str, far: str) -> None:
    profile = load_profile(name)
    modem = SimModem(profile=profile, caller=caller(far, 2))
    kept: list[int] = []
    with FaxModem(VirtualPort(modem), profile) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60.0)
        result = fax.receive(Capabilities(), HERE, lambda op: kept.append(op.number) is None)
    assert result.ok, result.text
    assert kept == [1, 2]
    assert modem.notes == []
