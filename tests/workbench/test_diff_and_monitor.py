"""Two calls side by side, and a call as it goes."""

import io

import pytest
from rich.console import Console

from faxcore.errors import SettingsError
from faxcore.workbench.diff import Difference, compare
from faxcore.workbench.diff_text import diff_lines, diff_object
from faxcore.workbench.evidence_steps import read_steps
from faxcore.workbench.monitor import View, follow, play
from faxcore.workbench.monitor_screen import screen
from tests.workbench.make_transcripts import FOLDER


def record(name):
    return read_steps(FOLDER / f"{name}.txt")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_call_does_not_differ_from_itself(path):
    assert compare(read_steps(path), read_steps(path)) == ()


def test_a_training_more_is_the_one_difference_but_for_rates():
    once, twice = record("c1-silent-after-eop"), record("c1-ftt-twice")
    rows = compare(once, twice)
    only = [row.b.name for row in rows if row.difference is Difference.ONLY_B and row.b]
    assert only.count("FTT") == 2
    assert only.count("DCS") == 2
    said = [row.text for row in rows if row.difference is Difference.SAID]
    assert "rate: 14400 / 9600; modulation: V.17 / V.29" in said


def test_a_late_computer_is_a_difference_in_timing():
    rows = compare(record("c1-ftt-twice"), record("c1-host-late"))
    late = [row.text for row in rows if row.difference is Difference.TIMING]
    assert "this computer took 0.00 s / 3.20 s" in late


def test_a_difference_is_told_to_people_and_programs():
    a, b = record("c1-busy"), record("c1-no-dialtone")
    rows = compare(a, b)
    text = "\n".join(diff_lines(a, b, rows))
    assert "result: BUSY / NO DIALTONE" in text
    answer = diff_object(a, b, rows)
    assert answer["same"] is False
    assert [each["difference"] for each in answer["differences"]] == ["said otherwise", "timing"]
    assert "no difference" in "\n".join(diff_lines(a, a, ()))


def test_a_played_call_goes_through_its_phases():
    phases, waited = [], []
    for moment in play(FOLDER / "c1-ftt-twice.txt", waited.append):
        if not phases or phases[-1] != moment.view.phase:
            phases.append(moment.view.phase)
    assert phases[0] == "before a call"
    assert phases[-1] == "E: over"
    assert "B: training again" in phases
    assert phases.count("C: page") == 2
    assert sum(waited) == pytest.approx(36.7, abs=0.3)
    view = moment.view
    assert view.confirmed == 2
    assert view.rate == "9600"
    assert view.remote == "+1 555 0100"
    assert [each.split(" s: ")[1] for each in view.trouble] == ["FTT", "FTT"]


def test_the_share_of_a_page_grows():
    shares = [moment.view.share for moment in play(FOLDER / "c1-drops-in-page.txt")]
    assert 0 < max(shares) < 1
    assert View().share == 0


def test_a_growing_transcript_is_followed_to_its_end(tmp_path):
    whole = (FOLDER / "c1-ftt-twice.txt").read_bytes()
    path = tmp_path / "call"
    written = 0

    def wait(seconds):
        nonlocal written
        path.write_bytes(whole[: (written := min(len(whole), written + 777))])

    moments = list(follow(path, lambda: written < len(whole), wait))
    steps = [step for moment in moments for step in moment.steps]
    assert [step.name for step in steps] == [step.name for step in record("c1-ftt-twice").steps]
    assert moments[-1].view.confirmed == 2


def test_a_transcript_that_never_comes_is_told(tmp_path):
    with pytest.raises(SettingsError, match="no transcript"):
        list(follow(tmp_path / "none", lambda: False, lambda seconds: None))


def test_the_screen_shows_what_there_is_to_see():
    *_, last = play(FOLDER / "c1-rtn-always.txt")
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(screen("call [bold]", last.view))
    shown = console.export_text()
    for word in ("call [bold]", "E: over", "RTN", "bit/s", "page 1", "far end +1 555 0100"):
        assert word in shown
