"""The post-mortem names the layer at fault, and says so where it does not know."""

from pathlib import Path

import pytest

from faxcore.errors import SettingsError
from faxcore.workbench.evidence_steps import read_steps
from faxcore.workbench.explain import KNOWN, RULES, SURE, explain, judge
from faxcore.workbench.explain_rules import Layer
from tests.workbench.make_transcripts import FOLDER, MADE, record

LABELLED = sorted(FOLDER.glob("*.txt"))
_DO_NOT_KNOW = {"c1-in-hangs-up", "hand-c1-two-trunks"}
"""The record does not tell a caller that hangs up from a line that drops, for one."""


def label(path):
    return Layer(read_steps(path).field("layer"))


def test_there_are_labelled_transcripts_of_every_class_and_layer():
    assert len(LABELLED) >= 30
    assert {read_steps(path).field("class") for path in LABELLED} == {"1", "1.0", "2", "2.0"}
    assert {label(path) for path in LABELLED} == set(Layer) - {Layer.UNKNOWN}


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_the_layer_is_right_or_not_known(path):
    verdict = explain(path)
    known = Layer.UNKNOWN if path.stem in _DO_NOT_KNOW else label(path)
    assert verdict.layer is known, verdict.cause
    assert verdict.guess is None or verdict.guess.layer is label(path)


def test_nine_of_ten_are_right_and_no_wrong_one_is_sure():
    verdicts = [(explain(path), label(path)) for path in LABELLED]
    right = [verdict for verdict, layer in verdicts if verdict.layer is layer]
    assert len(right) >= 0.9 * len(verdicts)
    assert not [
        verdict for verdict, layer in verdicts if verdict.sure and verdict.layer is not layer
    ]


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_what_proves_it_stands_on_the_lines_that_are_named(path):
    lines = path.read_text().splitlines()
    verdict = explain(path)
    assert 1 <= len(verdict.proof) <= 3
    for step in verdict.proof:
        told = lines[step.line - 1 : step.last_line]
        assert step.at in {float(line.split(" ")[0]) for line in told}


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.stem)
def test_the_class_is_seen(path):
    record = read_steps(path)
    assert record.fax_class in {record.field("class"), ""}
    assert record.left_out == 0


def test_a_transcript_without_a_call_is_not_explained(tmp_path):
    path = tmp_path / "short"
    path.write_text("faxcore transcript 1\nsource: by hand\n\n")
    verdict = explain(path)
    assert verdict.layer is Layer.UNKNOWN
    assert verdict.confidence == 0
    assert "I do not know" in verdict.cause


def test_a_record_that_stops_in_the_call_is_told_as_that(tmp_path):
    whole = (FOLDER / "c1-ftt-twice.txt").read_text().splitlines(keepends=True)
    path = tmp_path / "cut"
    path.write_text("".join(whole[:40]))
    verdict = explain(path)
    assert verdict.layer is Layer.UNKNOWN
    assert "stops in the middle" in verdict.action


def test_another_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="first line"):
        explain(Path(__file__))
    with pytest.raises(SettingsError):
        explain(tmp_path / "missing")


def test_rules_have_names_of_their_own_and_confidences():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(0 < rule.confidence < 1 for rule in RULES)
    assert KNOWN < SURE


def test_every_rule_about_a_call_finds_nothing_in_a_good_one():
    good = read_steps(FOLDER / "c2.0-normal.txt")
    verdict = judge(good)
    assert verdict.layer is Layer.NOTHING
    assert verdict.others == ()


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_the_simulator_still_makes_the_same_transcript(made, tmp_path):
    path = tmp_path / "again"
    record(made, path)
    assert path.read_text() == (FOLDER / f"{made.name}.txt").read_text()
