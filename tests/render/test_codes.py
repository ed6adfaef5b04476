from __future__ import annotations

import numpy as np
import pytest
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.pdfgen.canvas import Canvas

from faxcore.render.codes import BLOCK, _changes, code_areas, in_pixels, mean_nearby
from faxcore.render.compose import Sheet
from faxcore.render.geometry import frame_of, place
from faxcore.render.pages import page_pixels
from faxcore.render.pdf import load_page, open_pdf
from faxcore.render.raster import draw_covered
from faxcore.render.tone import AUTO_TONE
from faxcore.t4 import Resolution
from tests.render.samples import pdf_file

NOWHERE = np.zeros((1, 1), bool)


def areas(
    black: np.ndarray, no_code: np.ndarray = NOWHERE
) -> list[tuple[tuple[slice, slice], np.ndarray]]:
    return code_areas(np.packbits(black, axis=1), black.shape, 1, no_code)


def test_a_code_is_found_and_letters_are_not() -> None:
    black = np.zeros((400, 800), bool)
    black[100:200, 100:300] = (
        np.random.default_rng(1).random((25, 50)).repeat(4, 0).repeat(4, 1) < 0.5
    )
    black[20:380:24, 500:780:6] = True
    ((box, marks),) = areas(black)
    there = np.zeros_like(black)
    there[box] = marks
    assert there[104:196, 104:296].all()
    assert not there[:, 400:].any()
    assert not areas(black, np.ones((100, 200), bool)), "nor on a dark ground"


def test_a_solid_area_is_no_code() -> None:
    black = np.zeros((400, 800), bool)
    black[100:200, 100:300] = True
    assert not areas(black)


def test_a_row_that_begins_black_has_no_change_there() -> None:
    black = np.random.default_rng(7).random((16, 640)) < 0.5
    changes = np.pad(black[:, 1:] ^ black[:, :-1], ((0, 0), (1, 0)))
    assert np.array_equal(_changes(np.packbits(black, axis=1)), np.packbits(changes, axis=1))


@pytest.mark.parametrize("shape", [(143, 216), (400, 803), (9, 8), (1, 1)])
def test_blacks_are_counted_in_blocks_as_one_by_one(shape: tuple[int, int]) -> None:
    black = np.random.default_rng(4).random((2 * shape[0], shape[1])) < 0.4
    padded = np.pad(black[::2], [(0, -side % BLOCK) for side in shape])
    rows, columns = (side // BLOCK for side in padded.shape)
    framed = np.pad(
        padded.reshape(rows, BLOCK, columns, BLOCK).sum(axis=(1, 3)), ((1, 1), (2, 2)), mode="edge"
    )
    expected = np.lib.stride_tricks.sliding_window_view(framed, (3, 5)).sum(axis=(2, 3)) / 960
    assert np.array_equal(mean_nearby(np.packbits(black, axis=1)[::2]), expected)


def test_marks_of_blocks_become_marks_of_pixels() -> None:
    blocks = np.array([[True, False, True], [False, True, False]])
    marks = in_pixels(blocks, (25, 20), rows_each=2)
    assert np.array_equal(marks, np.kron(blocks, np.ones((16, 8), bool))[:25, :20])


@pytest.mark.parametrize("resolution", [Resolution.FINE, Resolution.COARSE])
def test_bars_are_as_wide_as_they_were_drawn(resolution: Resolution) -> None:
    """The pixels of a bar code add up to its ink."""

    def draw(canvas: Canvas) -> None:
        code = createBarcodeDrawing("Code128", value="PARCEL-77409", barWidth=0.7, barHeight=60)
        code.drawOn(canvas, 100, 500)

    document = open_pdf(pdf_file(draw), "x")
    sheet = Sheet(document, 0, "x", 1)
    placement = place(210, 297)
    black = page_pixels(sheet, placement, resolution, AUTO_TONE).to_array()
    frame = frame_of(placement, resolution, 1)
    rows = slice(frame.rows * 105 // 297, frame.rows * 115 // 297)  # the middle of the bars
    grey = draw_covered(load_page(document, 0, "x"), frame, (rows, slice(0, 1728)), 1)
    covered = (255.0 - grey).sum() / 255
    assert black[rows].sum() == pytest.approx(covered, rel=0.03)
