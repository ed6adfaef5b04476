"""What is sent to whom: capabilities and a page in, session parameters out (T.30 table 2).

Pure functions. A page comes in several forms; the first that the far end takes is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faxcore.t4 import Coding, EncodedPage, Resolution
from faxcore.t30.capabilities import Capabilities, SessionParameters
from faxcore.t30.document import FaxPage
from faxcore.t30.modulation import Rung

_MM_PER_INCH = 25.4
_A4_MM, _B4_MM = 297, 364
_LENGTH_TOLERANCE = 1.02
"""A page rendered for A4 is a row or two over 297 mm when rows are counted in inches."""


def ladder(far: Capabilities, ours: Iterable[Rung]) -> tuple[Rung, ...]:
    """The rungs that both sides have, in our order."""
    return tuple(rung for rung in ours if far.has(rung))


def negotiate(
    far: Capabilities, page: FaxPage, rung: Rung
) -> tuple[EncodedPage, SessionParameters] | None:
    """The form of ``page`` that the far end takes, and the DCS for it; None when it takes none."""
    for form in page.choices:
        if _takes(far, form):
            return form, _parameters(far, form, rung)
    return None


def refusal(far: Capabilities, page: FaxPage) -> str:
    """Why the far end takes no form of ``page``, for people."""
    form = page.choices[-1]
    return (
        f"the page is {form.width} pels wide, {length_mm(form):.0f} mm long, "
        f"{form.resolution.name.lower()}, {form.coding.value.upper()}; the far end takes "
        f"{'/'.join(map(str, far.widths))} pels, {_longest(far)}"
    )


def length_mm(form: EncodedPage) -> float:
    """How long a page is on paper, in mm."""
    return form.height / form.resolution.y_dpi * _MM_PER_INCH


def _takes(far: Capabilities, form: EncodedPage) -> bool:
    # MR and MMR need their own DIS bits; MMR needs error correction beside them, which this
    # sender does not command.
    if form.coding not in far.codings or form.coding is Coding.MMR:
        return False
    if form.resolution not in far.resolutions or form.width not in far.widths:
        return False
    return far.unlimited_length or length_mm(form) <= _longest_mm(far) * _LENGTH_TOLERANCE


def _longest_mm(far: Capabilities) -> int:
    return _B4_MM if far.b4_length else _A4_MM


def _longest(far: Capabilities) -> str:
    return "any length" if far.unlimited_length else f"at most {_longest_mm(far)} mm"


def _parameters(far: Capabilities, form: EncodedPage, rung: Rung) -> SessionParameters:
    coarse, fine = far.scan_time_ms
    too_long_for_a4 = length_mm(form) > _A4_MM * _LENGTH_TOLERANCE
    return SessionParameters(
        rung=rung,
        coding=form.coding,
        resolution=form.resolution,
        width=form.width,
        scan_time_ms=coarse if form.resolution is Resolution.COARSE else fine,
        unlimited_length=far.unlimited_length,
        b4_length=far.b4_length and too_long_for_a4 and not far.unlimited_length,
    )


def step_down(rungs: Sequence[Rung], rung: Rung) -> Rung | None:
    """The rung below, or None at the foot of the ladder."""
    place = rungs.index(rung) + 1
    return rungs[place] if place < len(rungs) else None
