"""Real calls: pytest tests/calls/test_hardware.py --modem PORT --call NUMBER.

Each is dialled and costs what a call costs. The number must be that of a fax machine that takes
pages as they come. ``--modem sim:// --call 1`` plays them all without a telephone.
"""

from __future__ import annotations

import contextlib
import threading

import pytest

from faxcore.modem.driver import FaxModem
from faxcore.ports import open_port
from faxcore.profiles import as_profile, load_profile
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.line import SendPage
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.workbench.loop import send_sheets
from faxcore.workbench.probe import facts_of, probe
from faxcore.workbench.probe_recommend import adapted
from tests.documents import document

pytestmark = pytest.mark.hardware
HERE = Station("+1 555 0199")


@pytest.fixture(scope="module")
def found(request):
    """The probe's report, made once."""
    return probe(request.config.getoption("--modem"))


@pytest.fixture
def profile(found):
    """The profile that suits the modem, with what was measured."""
    name = found.recommendation.profile
    return adapted(load_profile(name) if name else as_profile(None), facts_of(found))


def send(real_modem, profile, pages, **options):
    with contextlib.closing(open_port(real_modem.port, profile)) as port:
        return FaxModem(port, profile).send(
            document(pages, 600), real_modem.number, HERE, **options
        )


def test_the_modem_is_a_fax_modem(found):
    assert found.working, found.recommendation


def test_three_pages_are_confirmed(real_modem, profile):
    result = send(real_modem, profile, 3)
    assert result.ok, result.text


def test_a_page_without_error_correction_is_confirmed(real_modem, profile):
    result = send(real_modem, profile, 1, options=CallOptions(ecm=False))
    assert result.ok, result.text
    assert result.parameters.ecm is False


@pytest.mark.parametrize("rate", [14400, 9600, 4800])
def test_a_page_at_a_lower_rate_is_confirmed(real_modem, profile, rate):
    result = send(real_modem, profile, 1, options=CallOptions(fastest=rate))
    assert result.ok, result.text
    assert result.parameters.rung.bits_per_second <= rate


def test_every_class_that_the_modem_has_sends_the_test_sheet(real_modem, found, profile):
    for name in found.working:
        (made,) = send_sheets(real_modem.port, real_modem.number, profile=profile, fax_class=name)
        assert made.ok, (name, made.text)


def test_a_call_that_is_cancelled_in_a_page_confirms_none(real_modem, profile):
    stop = threading.Event()

    def observe(op, heard):
        if isinstance(op, SendPage) and heard is None:
            stop.set()

    result = send(real_modem, profile, 1, observe=observe, cancel=stop)
    assert result.status is HangupStatus.CANCELLED
    assert result.count(PageOutcome.CONFIRMED) == 0
