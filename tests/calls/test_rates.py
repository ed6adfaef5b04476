"""Every rate, with error correction and without; and a call that is resumed.

With FAXCORE_CALLS=all at 20 and 100 ms of latency, too.
"""

from dataclasses import replace

import pytest

from faxcore import send_fax
from faxcore.modem.driver import FaxModem
from faxcore.sending import prepare
from faxcore.sim import Fault, SimModem
from faxcore.sim.bends import lose_in_first, spoil_bursts
from faxcore.sim.far_end import Scenario
from faxcore.sim.receptions import RefusePage
from faxcore.t4 import Coding, decode_page
from faxcore.t4.tiff import read_tiff
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import CallOptions, Station
from faxcore.t30.modulation import FALLBACK, V27TER_2400, Modulation
from faxcore.t30.result import PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.calls.played import ALL_CALLS, DOCUMENTS, LATENCIES, PROFILE, sent_bitmaps
from tests.content import text_content

UP_TO = {
    Modulation.V17: frozenset(Modulation),
    Modulation.V29: frozenset({Modulation.V27TER, Modulation.V29}),
    Modulation.V27TER: frozenset({Modulation.V27TER}),
}


def far_end(rung, ecm, damage):
    """A machine whose best rate this is; ``damage``: one page, or one burst, does not come well."""
    far = Capabilities(modulations=UP_TO[rung.modulation], slow_v27ter_only=rung is V27TER_2400)
    if not ecm:
        refuse = (lambda: RefusePage(2, 1)) if damage else (lambda: RefusePage(9, 0))
        return Scenario("rate", "no error correction", capabilities=far, reception=refuse)
    corrected = replace(far, ecm=True, codings=frozenset(Coding), small_frames=True)
    spoil = spoil_bursts(lose_in_first(1)) if damage else None
    return Scenario("rate", "error correction", capabilities=corrected, deviate=spoil)


@pytest.mark.parametrize("damage", [False, True])
@pytest.mark.parametrize("latency_s", LATENCIES if ALL_CALLS else LATENCIES[:1])
@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("rung", FALLBACK, ids=lambda rung: rung.name)
def test_every_rate_delivers(rung, ecm, latency_s, damage):
    modem = SimModem(far_end(rung, ecm, damage))
    options = CallOptions(fastest=rung.bits_per_second)
    with FaxModem(VirtualPort(modem, latency_s), PROFILE) as fax:
        result = fax.send(DOCUMENTS["mps"], "1", Station("+44 1"), options=options)
    assert result.ok, result.text
    assert result.pages[0].parameters.rung is rung
    assert result.pages[0].parameters.ecm is ecm
    assert [each.bitmap for each in modem.received] == sent_bitmaps("mps")
    assert {note.fault for note in modem.notes} <= ({Fault.LATE} if latency_s else set())


def arrived(folder):
    return [next(iter(read_tiff(path))).bitmap for path in sorted(folder.glob("page-*.tif"))]


def test_a_call_that_broke_off_is_resumed_with_the_right_numbers_and_headers(tmp_path):
    """The header says page 3 of 3 in whatever call page 3 goes out."""
    fax = prepare(text_content("one\fzwei\ftrois"), header="page $[PAGE] of $[PAGES]")
    whole = [decode_page(page.codings[0]) for page in fax.rendered.pages]
    first = send_fax("1", fax, port=f"sim://?far=pin-to-eop&keep={tmp_path / 'a'}")
    assert [page.outcome for page in first.call.pages][:2] == [PageOutcome.CONFIRMED] * 2
    again = send_fax("1", fax, first_page=3, port=f"sim://?keep={tmp_path / 'b'}")
    assert again.ok
    assert [page.number for page in again.call.pages] == [3]
    assert arrived(tmp_path / "a")[:2] == whole[:2]
    assert arrived(tmp_path / "b") == whole[2:]


def test_a_resumed_call_counts_its_blocks_anew(tmp_path):
    fax = prepare(text_content("one\fzwei\ftrois"))
    again = send_fax("1", fax, first_page=2, port=f"sim://?far=ecm&keep={tmp_path}")
    assert again.ok
    assert [page.number for page in again.call.pages] == [2, 3]
    assert arrived(tmp_path) == [decode_page(page.codings[0]) for page in fax.rendered.pages[1:]]
