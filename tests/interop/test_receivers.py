"""What spandsp's receivers cannot do, and how they answer: narrow paper, no paper yet, noise."""

import ctypes
from pathlib import Path

import pytest

from faxcore.t4 import Coding, PageBitmap, Resolution, encode_page, narrow
from faxcore.t30.document import CallOptions, FaxDocument, FaxPage
from faxcore.t30.frames import FCF
from faxcore.t30.modulation import Modulation
from faxcore.t30.result import HangupStatus, PageOutcome

from .calls import document, pictures, same, send
from .lines import DyingLine, NoisyLine
from .machines import EVERYTHING, NO_V17, Machine, Modems

pytestmark = pytest.mark.interop

EVERY_CODING = frozenset(Coding)
WIDTHS = (2432, 2048, 1728)


def wide_page(widths: tuple[int, ...]) -> tuple[FaxPage, dict[int, PageBitmap]]:
    """One page as wide as the widest, and narrower forms of it."""
    (picture,) = pictures(1, Resolution.FINE, width=widths[0])
    widest = PageBitmap.from_array(picture)
    made = {width: widest if width == widths[0] else narrow(widest, width) for width in widths}
    return FaxPage(tuple(encode_page(each) for each in made.values())), made


@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("widest", WIDTHS)
@pytest.mark.parametrize("offered", [WIDTHS, (2432,), (2048, 1728)], ids=str)
def test_a_page_goes_out_as_wide_as_the_paper(
    library: ctypes.CDLL, tmp_path: Path, offered: tuple[int, ...], widest: int, ecm: bool
) -> None:
    page, made = wide_page(offered)
    paper = frozenset(width for width in WIDTHS if width <= widest)
    sent = send(library, tmp_path / "r.tif", Machine(ecm=ecm, widths=paper), FaxDocument((page,)))
    assert sent.result.ok, sent.result.text
    goes = max(width for width in paper if width <= offered[0])
    expected = made.get(goes) or narrow(made[offered[0]], goes)
    assert same([expected.to_array()], sent.pages)


@pytest.mark.parametrize("times", [1, 3])
def test_a_busy_receiver_is_asked_until_it_is_ready(
    library: ctypes.CDLL, tmp_path: Path, times: int
) -> None:
    pages = pictures(2, Resolution.FINE)
    machine = Machine(ecm=True, codings=EVERY_CODING)
    sent = send(library, tmp_path / "r.tif", machine, document(pages, Resolution.FINE), busy=times)
    assert sent.result.ok, sent.result.text
    assert sent.said(FCF.RNR) == sent.said(FCF.RR) == times
    assert same(pages, sent.pages)


def test_frames_that_noise_damaged_are_sent_again(library: ctypes.CDLL, tmp_path: Path) -> None:
    pages = pictures(3, Resolution.SUPERFINE)
    machine = Machine(NO_V17, ecm=True, codings=EVERY_CODING)
    sent = send(
        library,
        tmp_path / "r.tif",
        machine,
        document(pages, Resolution.SUPERFINE, tuple(Coding)),
        line=NoisyLine(21, 4),
    )
    assert sent.result.ok, sent.result.text
    assert sum(page.ppr for page in sent.result.pages) == sent.said(FCF.PPR) > 0
    assert same(pages, sent.pages)


def test_a_line_too_bad_for_a_rate_is_trained_at_a_lower_one(
    library: ctypes.CDLL, tmp_path: Path
) -> None:
    pages = pictures(2, Resolution.FINE)
    machine = Machine(NO_V17, ecm=True, codings=EVERY_CODING)
    forms = document(pages, Resolution.FINE, tuple(Coding))
    sent = send(library, tmp_path / "r.tif", machine, forms, line=NoisyLine(15, 1))
    assert sent.result.ok, sent.result.text
    assert sent.said(FCF.FTT) > 0
    assert sent.result.trainings > sent.said(FCF.FTT)
    assert sent.result.parameters is not None
    assert sent.result.parameters.rung.bits_per_second < 9600
    assert same(pages, sent.pages)


def test_a_page_that_noise_spoilt_is_not_called_confirmed_unless_it_was(
    library: ctypes.CDLL, tmp_path: Path
) -> None:
    pages = pictures(3, Resolution.FINE)
    machine = Machine(NO_V17)
    sent = send(
        library,
        tmp_path / "r.tif",
        machine,
        document(pages, Resolution.FINE),
        line=NoisyLine(17, 2),
    )
    answers = [frame.kind for theirs, frame in sent.frames if theirs]
    confirmed = sum(kind in {FCF.MCF, FCF.RTP} for kind in answers)
    assert sent.result.count(PageOutcome.CONFIRMED) <= confirmed
    assert answers.count(FCF.RTN) == sum(page.rtn for page in sent.result.pages)


@pytest.mark.parametrize("ecm", [False, True])
@pytest.mark.parametrize("seconds", range(6, 40, 4))
def test_a_line_that_dies_leaves_no_page_confirmed_that_was_not(
    library: ctypes.CDLL, tmp_path: Path, seconds: int, ecm: bool
) -> None:
    pages = pictures(3, Resolution.FINE)
    machine = Machine(Modems.V27TER, ecm=ecm, codings=EVERY_CODING)
    sent = send(
        library,
        tmp_path / "r.tif",
        machine,
        document(pages, Resolution.FINE),
        CallOptions(fastest=4800),
        line=DyingLine(seconds * 50),
    )
    result = sent.result
    assert not result.ok
    assert result.status is not HangupStatus.NORMAL
    heard = sent.said(FCF.MCF) + sent.said(FCF.RTP)
    confirmed = result.count(PageOutcome.CONFIRMED)
    assert confirmed <= heard <= confirmed + 1
    assert result.count(PageOutcome.UNCERTAIN) <= 1
    assert same(pages[:confirmed], sent.pages[:confirmed])


@pytest.mark.parametrize("modulation", Modulation)
def test_we_hang_up_in_the_middle_of_a_page(
    library: ctypes.CDLL, tmp_path: Path, modulation: Modulation
) -> None:
    modems = {Modulation.V27TER: Modems.V27TER, Modulation.V29: NO_V17}.get(modulation, EVERYTHING)
    pages = pictures(2, Resolution.SUPERFINE)
    forms = document(pages, Resolution.SUPERFINE)
    whole = send(library, tmp_path / "a.tif", Machine(modems), forms)
    middle = whole.result.seconds / 2
    sent = send(library, tmp_path / "b.tif", Machine(modems), forms, timeout=middle)
    assert sent.result.status is HangupStatus.TIME_LIMIT
    assert sent.said(FCF.DCN) == 1
    assert sent.outcome not in {0, None}
    assert not sent.result.ok
