"""Calling hours, and what is learnt of a number."""

from datetime import UTC, datetime, timedelta

import pytest

from faxcore.delivery.hours import next_opening, parse_hours
from faxcore.delivery.memory import Experience, Memory, MemoryPolicy, advice, learn
from faxcore.delivery.retry import Failure
from faxcore.errors import SettingsError
from tests.delivery.moments import NOW

POLICY = MemoryPolicy()
LONDON = parse_hours("+44", "08:00-18:30", "Europe/London", "mon-fri")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-30T09:00", None),
        ("2026-11-30T07:59", "2026-11-30T08:00"),
        ("2026-11-30T18:30", "2026-12-01T08:00"),
        ("2026-12-04T20:00", "2026-12-07T08:00"),
        ("2026-07-01T07:30", None),
        ("2026-07-01T06:30", "2026-07-01T07:00"),
    ],
)
def test_hours_are_those_of_the_place_in_summer_and_winter(now: str, opens: str | None) -> None:
    expected = at(opens) if opens else None
    assert next_opening("+442079460000", [LONDON], at(now)) == expected


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    night = parse_hours("", "22:00-06:00", "UTC", "fri")
    assert next_opening("1", [night], at("2026-12-05T05:59")) is None
    assert next_opening("1", [night], at("2026-12-05T06:00")) == at("2026-12-11T22:00")


def test_the_longest_prefix_decides_and_others_may_always_be_called() -> None:
    hospital = parse_hours("+442079", "00:00-24:00", "UTC")
    assert next_opening("+442079460000", [LONDON, hospital], at("2026-12-05T03:00")) is None
    assert next_opening("+15550100", [LONDON], at("2026-12-05T03:00")) is None


@pytest.mark.parametrize(
    "wrong",
    [("8-18", "UTC", ""), ("08:00-25:00", "UTC", ""), ("08:00-18:00", "Mars/Base", ""),
     ("08:00-18:00", "UTC", "someday"), ("08:00-24:30", "UTC", "")],
)  # fmt: skip
def test_hours_that_mean_nothing_are_refused(wrong: tuple[str, str, str]) -> None:
    with pytest.raises(SettingsError, match="calling hours"):
        parse_hours("", *wrong)


def taught(*calls: Experience) -> Memory:
    memory = Memory()
    for call in calls:
        memory = learn(memory, call, POLICY, NOW)
    return memory


LOST = Experience(Failure.LINE, 14400, True, "no_carrier")
GOOD = Experience(None, 14400, True, "ok")
DEAD = Experience(Failure.NO_ANSWER, 0, False, "no_answer")


def test_one_failure_teaches_nothing_and_two_a_lower_rate() -> None:
    assert taught(LOST).fastest is None
    lesson = taught(LOST, LOST)
    assert (lesson.fastest, lesson.ecm) == (12000, None)
    assert "2 calls in a row" in lesson.why


def test_a_third_goes_without_error_correction() -> None:
    lesson = taught(LOST, LOST, LOST)
    assert (lesson.fastest, lesson.ecm) == (9600, False)


def test_a_good_call_ends_the_row_and_keeps_what_made_it_good() -> None:
    lesson = taught(LOST, LOST, GOOD, LOST)
    assert (lesson.fastest, lesson.line_failures) == (12000, 1)


def test_a_lesson_is_forgotten_after_two_weeks() -> None:
    lesson = taught(LOST, LOST)
    assert advice(lesson, POLICY, NOW + timedelta(days=13)).fastest == 12000
    assert advice(lesson, POLICY, NOW + timedelta(days=15)) == Memory()


@pytest.mark.parametrize("failure", [Failure.BUSY, Failure.LOCAL, Failure.CANCELLED])
def test_what_says_nothing_of_the_far_end_teaches_nothing(failure: Failure) -> None:
    assert taught(*[Experience(failure, 0, False, "x")] * 9) == Memory()


def test_a_dead_number_is_left_alone_longer_and_longer_until_a_fax_answers() -> None:
    assert taught(*[DEAD] * 5).closed_until is None
    assert taught(*[DEAD] * 6).closed_until == NOW + timedelta(minutes=15)
    assert taught(*[DEAD] * 8).closed_until == NOW + timedelta(hours=1)
    assert taught(*[DEAD] * 40).closed_until == NOW + timedelta(hours=4)
    assert taught(*[DEAD] * 8, GOOD).closed_until is None
