"""Whole incoming calls in virtual time: every caller x host latency, with the exact outcome."""

import stat
import threading

import pytest

from faxcore import receiving
from faxcore.errors import SettingsError
from faxcore.modem.at import AtEngine
from faxcore.modem.driver import FaxModem
from faxcore.modem.link import AtLink
from faxcore.profiles import load_profile
from faxcore.receiving import capabilities, receive_fax
from faxcore.sim import CALLERS, SimModem, caller, numbered_page
from faxcore.t4 import Coding, Resolution
from faxcore.t4.tiff import read_tiff
from faxcore.t30.capabilities import Capabilities
from faxcore.t30.document import Station
from faxcore.t30.frames import FCF
from faxcore.t30.line import KeepPage, SendFrames
from faxcore.t30.modulation import V17_12000, V17_14400, V27TER_4800, V29_9600, Modulation
from faxcore.t30.progress import Phase
from faxcore.t30.result import HangupStatus, PageOutcome
from faxcore.transport.virtual_port import VirtualPort
from tests.modem.script import ScriptDce

PROFILE = load_profile("generic-class1")
LATENCIES = (0.0, 0.020, 0.100)
PAGES = 3
ALL, NONE = (PageOutcome.CONFIRMED,) * PAGES, ()
MH, MR, MMR = Coding.MH, Coding.MR, Coding.MMR

EXPECTED = {
    "normal": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "coarse": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "superfine": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "mr": (HangupStatus.NORMAL, ALL, (V17_14400, MR, False)),
    "ecm": (HangupStatus.NORMAL, ALL, (V17_14400, MMR, True)),
    "ecm-64": (HangupStatus.NORMAL, ALL, (V17_14400, MMR, True)),
    "ecm-noise": (HangupStatus.NORMAL, ALL, (V17_14400, MH, True)),
    "v34": (HangupStatus.NORMAL, ALL, (V17_14400, MMR, True)),
    "v29": (HangupStatus.NORMAL, ALL, (V29_9600, MH, False)),
    "slow": (HangupStatus.NORMAL, ALL, (V27TER_4800, MH, False)),
    "mixed": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "bad-training-twice": (HangupStatus.NORMAL, ALL, (V29_9600, MH, False)),
    "bad-page-once": (HangupStatus.NORMAL, ALL, (V17_12000, MH, False)),
    "repeats-mps": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "repeats-dcs": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "repeats-eop": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "addressed": (HangupStatus.NORMAL, ALL, (V17_14400, MH, False)),
    "hangs-up-in-page": (HangupStatus.RECEIVE_T2, NONE, (V17_14400, MH, False)),
    "never-sends": (HangupStatus.RECEIVE_T1, NONE, None),
    "dcn-after-dis": (HangupStatus.RECEIVE_REJECTED, NONE, None),
}


def call(folder, name, latency_s=0.0, keep=None):
    """One incoming call through the driver; the result, the pages kept and the modem."""
    modem = SimModem(caller=caller(name, PAGES))
    inbox = receiving.Inbox(folder)
    said = []

    def observe(op, heard):
        if isinstance(op, SendFrames) and heard is not None:
            said.extend(frame.kind for frame in op.frames)
        if isinstance(op, KeepPage) and heard is not None and heard.done:
            said.append("kept")

    with FaxModem(VirtualPort(modem, latency_s), PROFILE) as fax:
        fax.prepare()
        assert fax.wait_for_ring(60)
        offered = capabilities(fax.receivable(), Resolution.SUPERFINE, ecm=True)
        result = fax.receive(offered, Station("+1 2"), keep or inbox.keep, observe=observe)
    return result, inbox, modem, said


def test_every_caller_is_played():
    assert set(EXPECTED) == set(CALLERS)


@pytest.mark.parametrize("latency_s", LATENCIES)
@pytest.mark.parametrize("name", EXPECTED)
def test_outcome_and_pixels(tmp_path, name, latency_s):
    result, inbox, modem, _ = call(tmp_path, name, latency_s)
    status, outcomes, form = EXPECTED[name]
    assert result.status is status, result.text
    assert tuple(page.outcome for page in result.pages) == outcomes
    under = result.parameters
    assert (under and (under.rung, under.coding, under.ecm)) == form
    assert [next(iter(read_tiff(path))).bitmap for path in inbox.pages] == [
        numbered_page(number, CALLERS[name].resolution(number))
        for number in range(1, len(outcomes) + 1)
    ]
    assert modem.telephone is None, "the line was not released"


@pytest.mark.parametrize("latency_s", LATENCIES)
@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_held_against_us(tmp_path, name, latency_s):
    *_, modem, _ = call(tmp_path, name, latency_s)
    assert modem.notes == []


@pytest.mark.parametrize("name", ["normal", "ecm", "repeats-mps"])
def test_a_page_is_kept_before_it_is_confirmed(tmp_path, name):
    *_, said = call(tmp_path, name)
    answers = [each for each in said if each in {"kept", FCF.MCF}]
    assert answers[:2] == ["kept", FCF.MCF]
    assert answers.count("kept") == PAGES
    for place, each in enumerate(answers):
        if each == "kept":
            assert answers[place + 1] is FCF.MCF


@pytest.mark.parametrize(("name", "refusal"), [("normal", FCF.RTN), ("ecm", FCF.PIN)])
def test_a_page_that_cannot_be_kept_is_refused(tmp_path, name, refusal):
    def keep(op):
        raise OSError("no space left")

    result, _, modem, said = call(tmp_path, name, keep=keep)
    assert result.status is HangupStatus.NOT_KEPT
    assert "no space left" in result.text
    assert result.pages == ()
    assert FCF.MCF not in said
    assert said[-2:] == [refusal, FCF.DCN]
    assert not any(page.outcome is PageOutcome.CONFIRMED for page in modem.far_result.pages)


def test_both_ends_know_each_other(tmp_path):
    result, _, modem, _ = call(tmp_path, "normal")
    assert result.remote_id == "+1 555 0123"
    assert modem.far_result.remote_id == "+1 2"
    assert modem.far_result.ok


def test_receive_fax_keeps_every_page_and_all_in_one(tmp_path):
    fax = receive_fax("sim://?caller=mixed&pages=3", keep=tmp_path / "in", station_id="+1 2")
    assert (fax.ok, fax.reason, fax.remote_id) == (True, "ok", "+1 555 0123")
    assert [path.name for path in fax.pages] == ["page-001.tif", "page-002.tif", "page-003.tif"]
    files = [*fax.pages, fax.document]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    sent = [numbered_page(n, CALLERS["mixed"].resolution(n)) for n in (1, 2, 3)]
    assert [page.bitmap for page in read_tiff(fax.document)] == sent


def test_progress_tells_of_pages(tmp_path):
    seen = []
    receive_fax("sim://?caller=normal&pages=2", keep=tmp_path, observe=seen.append)
    assert {Phase.DIAL, Phase.NEGOTIATE, Phase.TRAIN, Phase.PAGE, Phase.CONFIRM} <= {
        each.phase for each in seen
    }
    assert {"ring 1", "page 1 is kept", "page 2 is kept"} <= {each.text for each in seen}
    assert seen[-1].phase is Phase.DONE


def test_an_observer_that_fails_costs_a_note_and_not_the_fax(tmp_path):
    def observe(progress):
        raise RuntimeError("the screen is on fire")

    fax = receive_fax("sim://?caller=normal", keep=tmp_path, observe=observe)
    assert fax.ok
    assert "the screen is on fire" in fax.notes[-1]


def test_half_a_document_is_not_ok(tmp_path):
    fax = receive_fax("sim://?caller=hangs-up-in-page", keep=tmp_path)
    assert (fax.ok, fax.reason, fax.pages, fax.document) == (False, "no_carrier", (), None)


@pytest.mark.parametrize(("rings", "began"), [(1, 2), (3, 14)])
def test_answers_at_the_ring_asked_for(tmp_path, rings, began):
    seen = []
    assert receive_fax("sim://?caller=normal", keep=tmp_path, rings=rings, observe=seen.append).ok
    answering = next(each for each in seen if each.text == "answering")
    assert answering.at == pytest.approx(began, abs=0.01)


@pytest.mark.parametrize(
    ("port", "options"),
    [
        ("sim://", {"wait": 5}),
        ("sim://", {}),
        ("sim://?caller=normal", {"wait": 1}),
        ("sim://?caller=normal", {"rings": 11}),
    ],
)
def test_no_ring(tmp_path, port, options):
    fax = receive_fax(port, keep=tmp_path, **options)
    assert (fax.ok, fax.answered, fax.reason) == (False, False, "no_ring")
    assert "no call came within" in fax.text


def test_cancelled_while_it_waits(tmp_path):
    cancel = threading.Event()
    cancel.set()
    fax = receive_fax("sim://", keep=tmp_path, cancel=cancel)
    assert (fax.reason, fax.answered) == ("cancelled", False)


def test_cancelled_in_a_page_ends_with_dcn_and_keeps_what_was_confirmed(tmp_path):
    cancel = threading.Event()

    def observe(progress):
        if progress.phase is Phase.PAGE and progress.page == 2:
            cancel.set()

    port = "sim://?caller=normal&pages=3"
    fax = receive_fax(port, keep=tmp_path, cancel=cancel, observe=observe)
    assert fax.reason == "cancelled"
    assert [path.name for path in fax.pages] == ["page-001.tif"]
    assert fax.document is not None


def test_the_time_limit(tmp_path):
    port = "sim://?caller=never-sends"
    assert receive_fax(port, keep=tmp_path, timeout=15).reason == "time_limit"


def test_limits_are_kept_by_the_caller(tmp_path):
    fax = receive_fax("sim://?caller=ecm", keep=tmp_path, ecm=False)
    assert fax.ok
    assert fax.call.parameters.ecm is False
    assert fax.call.parameters.coding is Coding.MR


def test_a_page_finer_than_offered_comes_as_fine_as_we_take_it(tmp_path):
    port = "sim://?caller=superfine"
    fax = receive_fax(port, keep=tmp_path, finest=Resolution.FINE)
    assert fax.ok
    assert fax.call.parameters.resolution is Resolution.FINE
    assert next(iter(read_tiff(fax.document))).bitmap.resolution is Resolution.FINE


def test_a_fax_that_is_there_is_never_replaced(tmp_path):
    assert receive_fax("sim://?caller=normal", keep=tmp_path).ok
    with pytest.raises(SettingsError, match="there is a fax in it already"):
        receive_fax("sim://?caller=normal", keep=tmp_path)


def test_a_document_that_cannot_be_bound_costs_a_note_and_no_page(tmp_path):
    def observe(progress):
        if progress.text == "page 1 is kept":
            (tmp_path / "fax.tif").mkdir()

    fax = receive_fax("sim://?caller=normal", keep=tmp_path, observe=observe)
    assert (fax.ok, fax.document, len(fax.pages)) == (True, None, 1)
    assert "fax.tif could not be written" in fax.notes[0]


@pytest.mark.parametrize(
    "options", [{"rings": 0}, {"wait": -1}, {"finest": Resolution.R200X100}, {"widest": 2000}]
)
def test_what_can_be_known_before_is_raised(tmp_path, options):
    with pytest.raises(SettingsError):
        receive_fax(keep=tmp_path, **options)


@pytest.mark.parametrize(
    ("modem", "offered"),
    [
        (set(Modulation), set(Modulation)),
        ({Modulation.V17, Modulation.V27TER}, {Modulation.V27TER}),
        ({Modulation.V29}, {Modulation.V29}),
    ],
)
def test_what_is_offered_can_be_said(modem, offered):
    told = capabilities(frozenset(modem), Resolution.FINE, ecm=True)
    assert told.modulations == offered
    assert Capabilities.decode(told.encode()) == told


@pytest.mark.parametrize("piecemeal", [False, True])
def test_a_ring_that_crosses_with_our_answer_is_no_second_call(piecemeal):
    modem = ScriptDce([(b"ATA\r", b"\r\nRING\r\n\r\nCONNECT\r\n")], piecemeal)
    assert AtLink(AtEngine(VirtualPort(modem)), PROFILE).answer(60.0).connected


@pytest.mark.parametrize(
    ("told", "modulations"),
    [
        (b"24,48,72,96", {Modulation.V27TER, Modulation.V29}),
        (b"24,48,72,73,74,96,97,98,121,122,145,146", set(Modulation)),
        (b"24,48,96", {Modulation.V27TER}),
        (b"", {Modulation.V27TER, Modulation.V29}),
    ],
)
def test_what_the_modem_receives_is_asked_of_it(told, modulations):
    modem = ScriptDce([(b"AT+FRM=?\r", b"\r\n" + told + b"\r\n\r\nOK\r\n")])
    fax = FaxModem(VirtualPort(modem), PROFILE)
    assert fax.receivable() == modulations


def test_a_call_by_the_real_clock(tmp_path):
    fax = receive_fax("sim://?caller=coarse&pace=8", keep=tmp_path, wait=30)
    assert fax.ok, fax.text
    sent = numbered_page(1, Resolution.COARSE)
    assert [page.bitmap for page in read_tiff(fax.document)] == [sent]
