"""What is sent to whom: capabilities and pages in, forms and session parameters out (T.30 table 2).

Pure functions. A page comes in several forms. Its resolution and width are the first that the
far end takes; its coding is the one that is shortest on the line, counted in bits, not guessed. A
change of form between two pages costs a new command and a training, so that the forms of all pages
are chosen at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from faxcore.t4 import Coding, EncodedPage, Resolution, minimum_row_bits
from faxcore.t30.capabilities import Capabilities, SessionParameters, standard_width
from faxcore.t30.document import CallOptions, FaxPage
from faxcore.t30.modulation import Modulation, Rung

_MM_PER_INCH = 25.4
_A4_MM, _B4_MM = 297, 364
_LENGTH_TOLERANCE = 1.02
"""A page rendered for A4 is a row or two over 297 mm when rows are counted in inches."""

_CHANGE_SECONDS = 9.0
"""What EOM in place of MPS costs: DIS, DCS, TCF and CFR with their preambles and silences."""


def ladder(far: Capabilities, ours: Iterable[Rung], options: CallOptions) -> tuple[Rung, ...]:
    """The rungs that both sides have and the caller allows, in our order."""
    return tuple(rung for rung in ours if far.has(rung) and rung.bits_per_second <= options.fastest)


def uses_ecm(far: Capabilities, options: CallOptions) -> bool:
    """Whether pages go out with error correction."""
    return far.ecm and options.ecm


def choose_forms(
    far: Capabilities, pages: Sequence[FaxPage], rung: Rung, options: CallOptions
) -> tuple[EncodedPage | None, ...]:
    """The form in which each page is sent; None for a page of which the far end takes no form.

    The choice is the shortest way through all pages: seconds on the line for each form, and the
    seconds of a new training between two forms that need another DCS.
    """
    best: list[dict[int, tuple[float, int]]] = []
    forms = [_candidates(far, page, options) for page in pages]
    before: list[EncodedPage] = []
    for place, offered in enumerate(forms):
        best.append({})
        for own, form in enumerate(offered):
            seconds = line_bits(far, form, rung, options) / rung.bits_per_second
            ways = [
                (best[place - 1][each][0] + _change(before[each], form), each)
                for each in range(len(before))
            ]
            cost, way = min(ways, default=(0.0, -1))
            best[place][own] = (cost + seconds, way)
        before = offered
    return _trace(forms, best)


def _trace(
    forms: list[list[EncodedPage]], best: list[dict[int, tuple[float, int]]]
) -> tuple[EncodedPage | None, ...]:
    """The cheapest way, walked from the last page to the first."""
    chosen: list[EncodedPage | None] = []
    way = -1
    for offered, costs in zip(reversed(forms), reversed(best), strict=True):
        if not offered:
            chosen.append(None)
            way = -1
            continue
        own = way if way >= 0 else min(costs, key=lambda each: costs[each][0])
        chosen.append(offered[own])
        way = costs[own][1]
    return tuple(reversed(chosen))


def _change(before: EncodedPage, after: EncodedPage) -> float:
    alike = (before.coding, before.resolution, before.width) == (
        after.coding,
        after.resolution,
        after.width,
    )
    return 0.0 if alike else _CHANGE_SECONDS


def _candidates(far: Capabilities, page: FaxPage, options: CallOptions) -> list[EncodedPage]:
    """The codings of the page's first resolution and width that the far end takes."""
    taken = [form for form in page.choices if takes(far, form, options)]
    return [
        form
        for form in taken
        if (form.resolution, form.width) == (taken[0].resolution, taken[0].width)
    ]


def takes(far: Capabilities, form: EncodedPage, options: CallOptions) -> bool:
    """Whether the far end takes a page in this form. MMR needs error correction (T.30 table 2)."""
    if form.coding not in far.codings:
        return False
    if form.coding is Coding.MMR and not uses_ecm(far, options):
        return False
    width = standard_width(form.width, form.resolution)
    if form.resolution not in far.resolutions or width not in far.widths:
        return False
    return far.unlimited_length or length_mm(form) <= longest_mm(far) * _LENGTH_TOLERANCE


def line_bits(far: Capabilities, form: EncodedPage, rung: Rung, options: CallOptions) -> int:
    """How many bits a page takes on the line, fill included, frames and end of page aside."""
    if uses_ecm(far, options):
        return int(form.row_bits.sum(dtype=np.int64))
    needed = minimum_row_bits(rung.bits_per_second, _scan_time_ms(far, form))
    return int(np.maximum(form.row_bits, needed).sum(dtype=np.int64))


def parameters_for(
    far: Capabilities, form: EncodedPage, rung: Rung, options: CallOptions
) -> SessionParameters:
    """The DCS under which ``form`` is sent."""
    ecm = uses_ecm(far, options)
    too_long_for_a4 = length_mm(form) > _A4_MM * _LENGTH_TOLERANCE
    return SessionParameters(
        rung=rung,
        coding=form.coding,
        resolution=form.resolution,
        width=form.width,
        scan_time_ms=0 if ecm else _scan_time_ms(far, form),
        ecm=ecm,
        unlimited_length=far.unlimited_length,
        b4_length=far.b4_length and too_long_for_a4 and not far.unlimited_length,
        frame_octets=64 if ecm and (far.small_frames or options.small_frames) else 256,
    )


def longest_row_s(form: EncodedPage, rung: Rung) -> float:
    """How long the longest coded row of a page takes on the line, in s."""
    return int(form.row_bits.max(initial=0)) / rung.bits_per_second


def refusal(far: Capabilities, page: FaxPage) -> str:
    """Why the far end takes no form of ``page``, for people."""
    form = page.choices[-1]
    widths = "/".join(map(str, far.widths))
    longest = "any length" if far.unlimited_length else f"at most {longest_mm(far)} mm"
    return (
        f"the page is {form.width} pels wide, {length_mm(form):.0f} mm long, "
        f"{form.resolution.name.lower()}, {form.coding.value.upper()}; "
        f"the far end takes {widths} pels, {longest}"
    )


def length_mm(form: EncodedPage) -> float:
    """How long a page is on paper, in mm."""
    return form.height / form.resolution.y_dpi * _MM_PER_INCH


def longest_mm(far: Capabilities) -> int:
    """The far end's paper, in mm, where its length is limited."""
    return _B4_MM if far.b4_length else _A4_MM


def _scan_time_ms(far: Capabilities, form: EncodedPage) -> int:
    coarse, fine = far.scan_time_ms
    return coarse if form.resolution is Resolution.COARSE else fine


def step_down(rungs: Sequence[Rung], rung: Rung) -> Rung | None:
    """The rung below, or None at the foot of the ladder.

    It is that of V.29 where V.17 has the same rate: V.17 stands more noise, but its short training
    is what receivers on a noisy line miss, and that page, or block, is lost with the call (measured
    with spandsp's receiver, with correction and without; HylaFAX leaves these rungs out, too).
    """
    below = rungs[rungs.index(rung) + 1 :]
    if not below:
        return None
    alike = [each for each in below if each.bits_per_second == below[0].bits_per_second]
    plain = [each for each in alike if each.modulation is not Modulation.V17]
    return plain[0] if plain else below[0]
