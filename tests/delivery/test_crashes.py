"""kill -9 at named points: nothing lost, nothing sent twice but for what was uncertain."""

import json
import os
import subprocess
import sys

import pytest

LONG = os.environ.get("FAXCORE_LONG")


def lives(*arguments: str) -> list[dict]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.delivery.crash_lives", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.slow
def test_a_life_that_is_killed_anywhere_is_made_good_by_the_next() -> None:
    # All points once take minutes; FAXCORE_LONG=1 does them all, FAXCORE_LONG=25 each 25 times.
    chosen = ["--every", LONG] if LONG else ["--sample", "6"]
    told = lives(*chosen)
    assert len(told) >= (40 if LONG else 6)
    for life in told:
        assert life["killed"], life
        assert (life["after"], life["faults"]) == (0, []), life


def test_there_are_at_least_forty_points() -> None:
    (passed,) = lives("--list")
    assert len(passed) >= 40
