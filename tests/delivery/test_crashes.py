"""kill -9 at named points: nothing lost, nothing sent twice but for what was uncertain."""

import json
import os
import subprocess
import sys

import pytest

LIVES = os.environ.get("FAXCORE_LIVES")  # at each point; the long form is 25


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
    # All points once take minutes, and are done where FAXCORE_LIVES=1, as in .ci/run.
    chosen = ["--every", LIVES] if LIVES else ["--sample", "6"]
    told = lives(*chosen)
    assert len(told) >= (40 if LIVES else 6)
    for life in told:
        assert life["killed"], life
        assert (life["after"], life["faults"]) == (0, []), life


def test_there_are_at_least_forty_points() -> None:
    (passed,) = lives("--list")
    assert len(passed) >= 40
