"""Every call once more with modems of class 2 and 2.0, which speak T.30 themselves.

The outcome must be that of class 1, but where such a modem tells less than T.30 does.
"""

from dataclasses import replace

import pytest

from faxcore import receiving
from faxcore.modem.driver import FaxModem
from faxcore.profiles import load_profile
from faxcore.sim import CALLERS, SimModem, caller, numbered_page
from faxcore.t4 import Resolution
from faxcore.t4.tiff import read_tiff
from faxcore.t30.document import Station
from faxcore.t30.line import SendPage
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls import played, test_receiving, test_scenarios
from tests.documents import bitmap, document

CLASSES = pytest.mark.parametrize("fax_class", ["2", "2.0", "2.1"])
_LOST = test_scenarios.FIRST_LOST
TELLS_LESS = {
    # that a block was refused before the far end hung up is not told
    ("ecm-ctr-dcn", "2"): (HangupStatus.DCN_IN_PHASE_D, _LOST),
    ("ecm-ctr-dcn", "2.0"): (HangupStatus.DCN_IN_PHASE_D, _LOST),
    # nor, but for class 2, that a page did not get through in spite of error correction
    ("ecm-damage-always", "2.0"): (HangupStatus.PHASE_D, _LOST),
}


def profile(fax_class):
    return replace(load_profile("generic-class1"), fax_class=fax_class)


def send(scenario, fax_class, latency_s=0.0, pages=None):
    modem = SimModem(scenario, profile=profile(fax_class))
    with FaxModem(VirtualPort(modem, latency_s), profile(fax_class)) as fax:
        result = fax.send(pages or document(3, 600), "+1 555 0100", Station("+44 1"))
    return result, modem


@CLASSES
@pytest.mark.parametrize("scenario", test_scenarios.EXPECTED)
def test_an_outgoing_call_ends_as_in_class_1(scenario, fax_class):
    result, modem = send(scenario, fax_class)
    told = TELLS_LESS.get((scenario, fax_class.replace("2.1", "2.0")))
    status, outcomes = told or test_scenarios.EXPECTED[scenario]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    assert modem.notes == []
    if outcomes == test_scenarios.ALL and result.parameters.resolution is Resolution.FINE:
        assert [page.bitmap for page in modem.received] == [bitmap(n, 600) for n in (1, 2, 3)]


@CLASSES
@pytest.mark.parametrize("latency_s", [0.02, 0.1])
def test_a_late_computer_changes_nothing(fax_class, latency_s):
    result, modem = send("rtn-page-2", fax_class, latency_s)
    assert result.ok
    assert modem.notes == []


@CLASSES
@pytest.mark.parametrize("scenario", ["normal", "ecm", "rtn-page-2", "v29", "slow-printer"])
def test_pages_of_different_resolutions_are_told_apart_by_eom(scenario, fax_class):
    call = played.send(scenario, "eom", profile=profile(fax_class))
    assert call.result.ok, call.result.text
    assert call.arrived == played.sent_bitmaps("eom")
    assert call.notes == []


@CLASSES
@pytest.mark.parametrize("name", test_receiving.EXPECTED)
def test_an_incoming_call_ends_as_in_class_1(tmp_path, name, fax_class):
    modem = SimModem(caller=caller(name, test_receiving.PAGES), profile=profile(fax_class))
    inbox = receiving.Inbox(tmp_path)
    with FaxModem(VirtualPort(modem), profile(fax_class)) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        offered = receiving.capabilities(fax.receivable(), Resolution.SUPERFINE, ecm=True)
        result = fax.receive(offered, Station("+1 2"), inbox.keep)
    status, outcomes, _ = test_receiving.EXPECTED[name]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    assert [next(iter(read_tiff(path))).bitmap for path in inbox.pages] == [
        numbered_page(number, CALLERS[name].resolution(number))
        for number in range(1, len(outcomes) + 1)
    ]


@CLASSES
def test_a_page_that_cannot_be_kept_is_refused(fax_class):
    modem = SimModem(caller=caller("normal", 2), profile=profile(fax_class))
    with FaxModem(VirtualPort(modem), profile(fax_class)) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        offered = receiving.capabilities(fax.receivable(), Resolution.FINE, ecm=False)
        result = fax.receive(offered, Station(), lambda page: False)
    assert result.status is HangupStatus.NOT_KEPT
    assert modem.far_result.count(PageOutcome.CONFIRMED) == 0


@CLASSES
def test_a_cancelled_call_leaves_the_modem_free(fax_class):
    chosen = profile(fax_class)
    modem = SimModem("normal", profile=chosen)
    with FaxModem(VirtualPort(modem), chosen) as fax:
        fax.prepare()
        result = fax.send(
            document(3, 600),
            "1",
            Station(),
            on_progress=lambda share: fax.cancel() if share > 0.5 else None,
        )
        assert result.status is HangupStatus.CANCELLED
        assert result.count(PageOutcome.CONFIRMED) == 0
        assert modem.telephone is None
        assert fax.send(document(1, 100), "1", Station()).ok


class CancelledTwice(VirtualPort):
    """A port that is interrupted once more by whoever cancels again while a page is aborted."""

    def write(self, data, until):
        sent = super().write(data, until)
        if b"\x18\x10\x03" in data:
            self.interrupt()
        return sent


@CLASSES
def test_a_call_that_is_cancelled_twice_keeps_its_confirmed_pages(fax_class):
    chosen = profile(fax_class)
    begun = []

    def note(op, heard):
        if isinstance(op, SendPage) and heard is None:
            begun.append(op.number)

    with FaxModem(CancelledTwice(SimModem("normal", profile=chosen)), chosen) as fax:
        fax.prepare()
        result = fax.send(
            document(3, 600),
            "1",
            Station(),
            observe=note,
            on_progress=lambda share: fax.cancel() if begun == [1, 2] else None,
        )
    assert result.status is HangupStatus.CANCELLED
    assert result.count(PageOutcome.CONFIRMED) == 1


@pytest.mark.parametrize(("fax_class", "told"), [("2", ""), ("2.0", "12"), ("2.1", "12")])
def test_a_sub_address_is_told_where_the_class_has_a_word_for_it(tmp_path, fax_class, told):
    url, modem = f"sim://?caller=addressed&class={fax_class}", {"modem_class": fax_class}
    asked = receiving.receive_fax(url, keep=tmp_path / "asked", addressed=True, **modem)
    assert asked.ok
    assert asked.call.subaddress == told
    assert (tmp_path / "asked" / "subaddress").exists() == bool(told)
    unasked = receiving.receive_fax(url, keep=tmp_path / "unasked", **modem)
    assert unasked.ok
    assert unasked.call.subaddress == ""
