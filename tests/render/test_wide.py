"""B4 and A3: pages wider than 215 mm are made in their own width, and in the usual one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from faxcore import send_fax
from faxcore.render import Content, Paper, render_content
from faxcore.render.geometry import place, widths_for
from faxcore.sending import prepare
from faxcore.t4 import Coding, Resolution
from tests.render.samples import FIELDS, attached, pdf_file, pixels

A3, B4 = (297.0, 420.0), (257.0, 364.0)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((210, 297), (1728,)),
        ((215.9, 279.4), (1728,)),
        ((297, 210), (1728,)),
        (B4, (2048, 1728)),
        ((250, 353), (2048, 1728)),
        (A3, (2432, 1728)),
        ((420, 297), (2432, 1728)),
        ((900, 1200), (2432, 1728)),
    ],
)
def test_a_page_is_made_in_the_width_it_needs(
    size: tuple[float, float], widths: tuple[int, ...]
) -> None:
    assert widths_for(*size) == widths


def test_a_page_keeps_its_size_on_paper_that_is_wide_enough() -> None:
    wide, usual = place(*A3, 2432), place(*A3)
    assert (wide.width_mm, wide.page_mm) == (297, 420)
    assert usual.page_mm == pytest.approx(420 * 1728 / 8.04 / 297)


def test_a_wide_page_comes_in_both_widths_the_wide_one_first() -> None:
    points = tuple(mm / 25.4 * 72 for mm in A3)
    data = pdf_file(lambda canvas: canvas.rect(20, 20, points[0] - 40, 400, 1, 1), points)
    rendered = render_content(attached("plan.pdf", data))
    forms = [(each.resolution, each.width) for each in rendered.pages[0].codings]
    assert forms == [
        (resolution, width)
        for resolution in (Resolution.FINE, Resolution.COARSE)
        for width in (2432, 1728)
        for _ in Coding
    ]
    wide, usual = (
        pixels(next(each for each in rendered.pages[0].codings if each.width == width))
        for width in (2432, 1728)
    )
    for page in (wide, usual):
        columns = np.flatnonzero(page[-400:].any(axis=0))
        assert columns[0] == pytest.approx(20 / points[0] * page.shape[1], abs=25)
    assert wide[:40, 300:2000].any()


@pytest.mark.parametrize("paper", [Paper.B4, Paper.A3])
def test_a_body_may_be_laid_out_for_wide_paper(paper: Paper) -> None:
    rendered = render_content(Content(FIELDS, body="words", paper=paper))
    assert rendered.pages[0].codings[0].width == {Paper.B4: 2048, Paper.A3: 2432}[paper]


def test_a_far_end_with_usual_paper_gets_the_page_that_was_made_for_it(tmp_path: Path) -> None:
    fax = prepare(Content(FIELDS, body="words\n" * 60, paper=Paper.A3))
    result = send_fax("1", fax, port=f"sim://?keep={tmp_path}")
    assert result.ok
    (page,) = result.call.pages
    assert page.parameters is not None
    assert page.parameters.width == 1728
    assert not page.remade
