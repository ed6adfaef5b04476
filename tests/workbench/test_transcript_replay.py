"""Recorded calls are made again out of their transcripts alone."""

import pytest

from faxcore.errors import SettingsError
from faxcore.profiles import load_profile
from faxcore.workbench.reading_call import recorded_call
from faxcore.workbench.reading_replay import replay
from tests.workbench.make_transcripts import FOLDER, MADE, TO, WE, small_document


def path_of(made):
    return FOLDER / f"{made.name}.txt"


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_every_simulated_transcript_is_made_again_octet_for_octet(made):
    played = replay(path_of(made))
    assert played.same, played.difference


def test_number_station_and_pages_are_read_out_of_a_call():
    call = recorded_call(FOLDER / "c1-silent-after-eop.txt")
    assert call.calling
    assert call.number == TO.replace(" ", "")
    assert call.station == WE
    document = small_document()
    assert len(call.document().pages) == len(document.pages)
    for read, sent in zip(call.document().pages, document.pages, strict=True):
        assert read.choices[0].data == sent.choices[0].data
        assert list(read.choices[0].row_bits) == list(sent.choices[0].row_bits)


def test_another_station_is_told_with_its_place(tmp_path):
    path = tmp_path / "call"
    text = (FOLDER / "c1-ftt-twice.txt").read_text()
    path.write_text(text.replace("AT+FRS=7", "AT+FRS=8", 1))
    played = replay(path)
    assert not played.same
    assert "octet" in played.difference
    assert "b'8" in played.difference


def test_another_profile_says_something_else():
    played = replay(FOLDER / "c1-ftt-twice.txt", load_profile("cirrus-clmd"))
    assert not played.same
    assert "expected" in played.difference


def test_a_transcript_that_goes_on_is_not_the_same(tmp_path):
    path = tmp_path / "call"
    path.write_text((FOLDER / "c1-busy.txt").read_text() + '99.000 > "AT\\r"\n')
    played = replay(path)
    assert not played.same
    assert "before the end" in played.difference


@pytest.mark.parametrize(
    ("body", "told"),
    [("", "no call"), ("nonsense\n", "cannot be replayed")],
)  # fmt: skip
def test_what_holds_no_call_is_refused(body, told, tmp_path):
    path = tmp_path / "call"
    path.write_text(f"faxcore transcript 1\n\n{body}")
    with pytest.raises(SettingsError, match=told):
        replay(path)


def test_a_cancelled_call_is_refused():
    with pytest.raises(SettingsError, match="cancelled"):
        replay(FOLDER / "hand-c1-cancelled.txt")
