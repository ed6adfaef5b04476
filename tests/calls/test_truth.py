"""Whatever happens to a call, its result is true: no page is called confirmed that did not arrive.

The model is small: what the far end kept is the truth. A page that we call confirmed must be among
its pages; a page that it has and we do not call confirmed must be the one we call uncertain, or one
that we know it refused and kept all the same.
"""

import random

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import SimModem
from faxcore.t30.document import Station
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.documents import bitmap, document

PROFILE = load_profile("generic-class1")
PAGES = 2
LONGEST_CALL = 1500.0


class Unplugged:
    """A modem whose telephone line is cut at a moment of its own time."""

    def __init__(self, modem, at):
        self.modem, self.at = modem, at

    def __getattr__(self, name):
        return getattr(self.modem, name)

    def take(self, now):
        if now >= self.at and self.modem.telephone is not None:
            self.modem.telephone.hang_up(now)
        return self.modem.take(now)


class Noisy:
    """A modem behind a cable that changes, loses and invents octets, both ways."""

    def __init__(self, modem, seed, rate):
        self.modem, self.rate = modem, rate
        self.random = random.Random(seed)

    def __getattr__(self, name):
        return getattr(self.modem, name)

    def feed(self, data, now):
        self.modem.feed(self.spoil(data), now)

    def take(self, now):
        return self.spoil(self.modem.take(now))

    def spoil(self, data):
        out = bytearray()
        for octet in data:
            dice = self.random.random() / self.rate
            if dice < 0.4:
                out.append(octet ^ 1 << self.random.randrange(8))
            elif dice < 0.7:
                continue
            elif dice < 1:
                out += bytes((octet, self.random.randrange(256)))
            else:
                out.append(octet)
        return bytes(out)


def fax(dce, rows=150):
    port = VirtualPort(dce)
    modem = FaxModem(port, PROFILE)
    modem.prepare()
    result = modem.send(document(PAGES, rows), "1", Station("+44 1"), timeout=LONGEST_CALL)
    assert port.now() < LONGEST_CALL + 60
    return result


def check(result, modem):
    """The result against what the far end has."""
    arrived = [page.bitmap for page in modem.received]
    confirmed = [page.number for page in result.pages if page.outcome is PageOutcome.CONFIRMED]
    assert result.ok is (confirmed == list(range(1, PAGES + 1)))
    assert len(confirmed) <= len(arrived)
    uncertain = result.count(PageOutcome.UNCERTAIN)
    doubtful = result.count(PageOutcome.DOUBTFUL)
    assert len(arrived) <= len(confirmed) + uncertain + doubtful
    assert (result.status is HangupStatus.NORMAL) <= result.ok


def moments(step):
    """From the answer to beyond the end of a call."""
    end = 70.0
    return [10.0 + step * count for count in range(int((end - 10.0) / step))]


@pytest.mark.parametrize("scenario", ["normal", "ecm", "ecm-damage-once", "rtn-page-2", "v29"])
def test_a_line_cut_at_any_moment(scenario):
    for at in moments(1.37):
        modem = SimModem(scenario)
        check(fax(Unplugged(modem, at)), modem)


@pytest.mark.parametrize("rate", [0.0001, 0.001, 0.01, 0.1])
@pytest.mark.parametrize("scenario", ["normal", "ecm"])
def test_a_bad_cable(scenario, rate):
    prepared = 0
    for seed in range(25):
        modem = SimModem(scenario)
        noisy = Noisy(modem, seed, 1e-9)
        port = VirtualPort(noisy)
        driver = FaxModem(port, PROFILE)
        driver.prepare()
        noisy.rate = rate
        result = driver.send(document(PAGES, 150), "1", Station("+44 1"), timeout=LONGEST_CALL)
        assert port.now() < LONGEST_CALL + 60
        assert (result.status is HangupStatus.NORMAL) <= result.ok
        prepared += 1
        confirmed = result.count(PageOutcome.CONFIRMED)
        assert confirmed <= len(modem.received)
        if result.ok and scenario == "ecm":
            assert [page.bitmap.width for page in modem.received[:PAGES]] == [1728] * PAGES
    assert prepared == 25


def test_what_arrives_over_a_good_cable_is_what_was_sent():
    modem = SimModem("normal")
    check(fax(Noisy(modem, 1, 1e-9)), modem)
    assert [page.bitmap for page in modem.received] == [bitmap(1, 150), bitmap(2, 150)]
