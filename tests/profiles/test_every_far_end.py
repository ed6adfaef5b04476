"""Every profile's own modem against far ends of many kinds; all of them with FAXCORE_CALLS=all."""

from __future__ import annotations

import os

import pytest

from faxcore.profiles import load_profile, profile_names
from faxcore.t30.result import PageOutcome
from tests.calls import played

FAR_ENDS = ("ecm", "rtn-page-2", "v29", "v27ter", "slow-printer", "ftt-twice", "silent-after-eop")
CALLS = [
    (name, far, kind) for name in profile_names() for far in FAR_ENDS for kind in ("mps", "eom")
]
SOME = CALLS if os.environ.get("FAXCORE_CALLS") == "all" else CALLS[::16]


@pytest.mark.parametrize(("name", "far", "kind"), SOME)
def test_a_call_ends_as_the_far_end_lets_it(name: str, far: str, kind: str) -> None:
    call = played.send(far, kind, profile=load_profile(name))
    outcomes = [page.outcome for page in call.result.pages]
    last = PageOutcome.UNCERTAIN if far == "silent-after-eop" else PageOutcome.CONFIRMED
    assert outcomes == [PageOutcome.CONFIRMED, PageOutcome.CONFIRMED, last], call.result.text
    assert call.notes == []
    assert call.released
    if far != "v27ter" and not load_profile(name).session_before_dialling:
        assert call.arrived == played.sent_bitmaps(kind)
