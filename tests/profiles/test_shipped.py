"""Every shipped profile says where its facts come from, and serves a modem that is like it."""

from __future__ import annotations

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile, origins, profile_names
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


def test_thirty_makers_modems_and_one_of_every_class() -> None:
    generic = [name for name in NAMES if name.startswith("generic")]
    assert {load_profile(name).fax_class for name in generic} == {
        "1", "1.0", "2", "2.0", "2.1", "auto",
    }  # fmt: skip
    assert len(NAMES) - len(generic) >= 30


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("generic")])
def test_a_makers_profile_overrides_little_and_says_that_it_is_hearsay(name: str) -> None:
    profile = load_profile(name)
    assert profile.inherits
    own = {field for field, origin in origins(name).items() if origin == name}
    assert len(own - {"description", "notes", "identifies", "inherits"}) <= 9
    assert any("not tried" in note for note in profile.notes)


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
