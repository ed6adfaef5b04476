"""Every modulation, rate, coding, resolution and receiver's limit, against spandsp's receiver.

Without FAXCORE_CALLS=all a sample runs in which every two values of different axes meet.
"""

import ctypes
import os
from dataclasses import replace
from pathlib import Path

import pytest

from faxcore.t4 import Coding, Resolution, halve_rows
from faxcore.t4 import PageBitmap as Bitmap
from faxcore.t30.document import CallOptions, FaxDocument
from faxcore.t30.line import SendPage
from faxcore.t30.modulation import RUNGS, Modulation, Rung
from faxcore.t30.result import HangupStatus, PageOutcome

from .calls import document, pictures, same, send
from .covering import Case, every, pairwise
from .machines import EVERYTHING, IDENTITY, NO_V17, Machine, Modems

pytestmark = pytest.mark.interop

RESOLUTIONS = (Resolution.COARSE, Resolution.FINE, Resolution.SUPERFINE)
MODEMS = {
    Modulation.V27TER: Modems.V27TER,
    Modulation.V29: NO_V17,
    Modulation.V17: EVERYTHING,
}
SCAN_TIMES = {"5 ms": 5, "10 ms": 10, "20 ms": 20, "40 ms": 40}

AXES = {
    "rung": RUNGS,
    "ecm": (False, True),
    "coding": tuple(Coding),
    "resolution": RESOLUTIONS,
    "pages": (1, 10),
    "limit": ("none", "coarse only", "MH only", "no ECM", *SCAN_TIMES),
}


def allowed(case: Case) -> bool:
    """MMR needs error correction; a receiver without it is one case, not two."""
    if case["coding"] is Coding.MMR and not case["ecm"]:
        return False
    return case["ecm"] is True or case["limit"] != "no ECM"


CASES = (
    every(AXES, allowed) if os.environ.get("FAXCORE_CALLS") == "all" else pairwise(AXES, allowed)
)


def name(case: Case) -> str:
    rung, coding, resolution = case["rung"], case["coding"], case["resolution"]
    assert isinstance(rung, Rung)
    assert isinstance(coding, Coding)
    assert isinstance(resolution, Resolution)
    correction = "ECM" if case["ecm"] else "plain"
    words = (rung.name, correction, coding.value, resolution.name.lower(), case["pages"])
    return f"{'-'.join(map(str, words))}-{case['limit']}".replace(" ", "_")


def machine(rung: Rung, ecm: bool, coding: Coding, limit: str) -> Machine:
    """A receiver that has what the case wants, but for its limit."""
    made = Machine(MODEMS[rung.modulation], ecm=ecm, codings=frozenset({Coding.MH, coding}))
    if limit == "coarse only":
        made = replace(made, resolutions=frozenset({Resolution.COARSE}))
    elif limit == "MH only":
        made = replace(made, codings=frozenset({Coding.MH}))
    elif limit == "no ECM":
        made = replace(made, ecm=False)
    return replace(made, scan_time_ms=SCAN_TIMES.get(limit, 0))


def forms(case: Case, coding: Coding, resolution: Resolution, count: int) -> FaxDocument:
    """The pages in the case's coding, and in MH where the receiver may lack it."""
    lacks = case["limit"] == "MH only" or (case["limit"] == "no ECM" and coding is Coding.MMR)
    codings = tuple(dict.fromkeys((coding, Coding.MH))) if lacks else (coding,)
    return document(pictures(count, resolution), resolution, codings)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_what_arrives_is_what_was_sent(library: ctypes.CDLL, tmp_path: Path, case: Case) -> None:
    rung, coding, resolution = case["rung"], case["coding"], case["resolution"]
    count, limit, ecm = case["pages"], str(case["limit"]), bool(case["ecm"])
    assert isinstance(rung, Rung)
    assert isinstance(coding, Coding)
    assert isinstance(resolution, Resolution)
    assert isinstance(count, int)
    bursts: list[SendPage] = []

    def observe(op: object, heard: object) -> None:
        if isinstance(op, SendPage) and heard is not None:
            bursts.append(op)

    sent = send(
        library,
        tmp_path / "r.tif",
        machine(rung, ecm, coding, limit),
        forms(case, coding, resolution, count),
        CallOptions(fastest=rung.bits_per_second),
        observe=observe,
    )
    result, said = sent.result, sent.result.parameters
    assert result.status is HangupStatus.NORMAL, result.text
    assert [page.outcome for page in result.pages] == [PageOutcome.CONFIRMED] * count
    assert (sent.outcome, result.remote_id) == (0, IDENTITY)
    assert said is not None
    corrected = ecm and limit != "no ECM"
    assert (said.rung, said.ecm) == (rung, corrected)
    refused = limit == "MH only" or (coding is Coding.MMR and not corrected)
    made_anew = limit == "coarse only" and resolution is not Resolution.COARSE
    assert said.coding in ({coding, Coding.MH} if made_anew else {Coding.MH if refused else coding})
    wanted = [Bitmap.from_array(page, resolution) for page in pictures(count, resolution)]
    if limit == "coarse only":
        while wanted[0].resolution is not Resolution.COARSE:
            wanted = [halve_rows(page) for page in wanted]
    assert said.resolution is wanted[0].resolution
    assert same([page.to_array() for page in wanted], sent.pages)
    if limit in SCAN_TIMES and not corrected:
        least = wanted[0].height * SCAN_TIMES[limit] / 1000
        assert said.scan_time_ms == SCAN_TIMES[limit]
        assert all(len(each.octets) * 8 / rung.bits_per_second >= least for each in bursts)
