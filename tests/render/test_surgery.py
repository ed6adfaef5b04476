"""Pages made anew: a banner on top of a full, a half-empty and a turned page; long pages cut."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from faxcore.errors import AttachmentError, RenderError
from faxcore.render import Attachment, Content, Limits, render_content
from faxcore.render.pdf import open_pdf
from faxcore.render.surgery import banner_size, cut_page, with_banner
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS, image_file, pixels

BANNER = Image.new("L", (300, 60), 0)
BANNER_POINTS = 60 / 96 * 72


def lines(width: float, height: float, count: int, rotation: int = 0) -> bytes:
    """A page of black bars, one each 20 points, from its upper edge as it is read."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height))
    canvas.setPageRotation(rotation)
    canvas.translate(*{0: (0, 0), 90: (height, 0), 180: (width, height), 270: (0, width)}[rotation])
    canvas.rotate(rotation)
    for number in range(count):
        canvas.rect(20, height - 20 * number - 15, 100, 8, stroke=0, fill=1)
    canvas.save()
    return target.getvalue()


def drawn(document: object, index: int = 0) -> NDArray[np.uint8]:
    page = document[index]  # type: ignore[index]
    grey: NDArray[np.uint8] = page.render(scale=1, grayscale=True).to_numpy()
    return grey.reshape(grey.shape[0], -1)


def bars(grey: NDArray[np.uint8], column: int = 50) -> int:
    """How many stretches of black a column crosses."""
    dark = grey[:, column] < 128
    return int(np.count_nonzero(dark[1:] & ~dark[:-1]) + dark[0])


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_banner_stands_above_all_that_is_on_a_full_page(rotation: int) -> None:
    page = open_pdf(lines(400, 560, 28, rotation), "x")
    assert bars(drawn(page)) == 28
    grey = drawn(with_banner(page, 0, BANNER, "x"))
    assert grey.shape == (560, 400)
    first = np.flatnonzero((grey < 128).any(axis=1))[0]
    assert first == pytest.approx(8 * 72 / 25.4, abs=2)
    banner = grey[first + 2 : first + int(BANNER_POINTS) - 2]
    assert (banner[:, 200] < 128).all()
    below = grey[first + int(BANNER_POINTS) + 3 :]
    assert bars(below, 70) == 28


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_page_whose_box_does_not_begin_at_nought_is_placed_alike(rotation: int) -> None:
    page = open_pdf(lines(400, 560, 28, rotation), "x")
    shifted = page[0]
    left, bottom, right, top = shifted.get_mediabox()
    shifted.set_mediabox(left - 50, bottom - 70, right - 50, top - 70)
    shifted.set_cropbox(left - 50, bottom - 70, right - 50, top - 70)
    shown = drawn(page)
    grey = drawn(with_banner(page, 0, BANNER, "x"))
    assert grey.shape == (560, 400)
    assert bars(grey[80:], 70 + 50) in {bars(shown, 70 + 50), bars(shown, 70 + 50) - 1}


def test_a_page_with_room_at_its_foot_is_moved_and_keeps_its_size() -> None:
    page = open_pdf(lines(400, 560, 10), "x")
    grey = drawn(with_banner(page, 0, BANNER, "x"))
    below = grey[int(8 * 72 / 25.4 + BANNER_POINTS) + 3 :]
    assert bars(below) == 10
    assert (below[:, 118] < 128).any()
    assert not (below[:, 122] < 128).any()


def test_a_banner_is_never_wider_or_higher_than_it_may_be() -> None:
    wide, high = Image.new("L", (3000, 100)), Image.new("L", (100, 3000))
    assert banner_size(wide, 595)[0] == pytest.approx(595 - 20 * 72 / 25.4)
    assert banner_size(high, 595)[1] == pytest.approx(40 * 72 / 25.4)


def test_a_page_that_is_too_small_for_a_banner_is_refused() -> None:
    with pytest.raises(RenderError, match="too small a page for a banner"):
        with_banner(open_pdf(lines(200, 100, 2), "x"), 0, BANNER, "x")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_long_page_is_cut_between_its_lines(rotation: int) -> None:
    page = open_pdf(lines(400, 1200, 60, rotation), "x")
    parts = cut_page(page, 0, 150, "x")
    heights = [parts.get_page_size(number)[1] for number in range(len(parts))]
    assert sum(heights) == pytest.approx(1200)
    assert max(heights) <= 150 * 72 / 25.4
    assert [bars(drawn(parts, number)) for number in range(len(parts))] == [21, 21, 18]


def test_a_page_without_a_blank_row_is_cut_through() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 1000))
    canvas.rect(0, 0, 400, 1000, stroke=0, fill=1)
    canvas.save()
    parts = cut_page(open_pdf(target.getvalue(), "x"), 0, 144, "x")
    assert len(parts) == 3


def test_every_part_of_a_long_page_is_counted_and_sent() -> None:
    content = Content(FIELDS, attachments=(Attachment("roll.pdf", lines(400, 1200, 60)),))
    rendered = render_content(
        content, resolutions=(Resolution.COARSE,), limits=Limits(page_mm=200.0)
    )
    assert [page.source for page in rendered.pages] == [f"roll.pdf page {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("cover", [None, "standard"])
def test_a_message_shows_its_banner_on_the_first_page_only(cover: str | None) -> None:
    banner = Attachment("logo.png", image_file(BANNER, "PNG"))
    content = Content(FIELDS, body="a\fb", cover=cover, banner=banner)
    plain = Content(FIELDS, body="a\fb", cover=cover)
    with_it, without = (
        render_content(each, header=None, resolutions=(Resolution.FINE,))
        for each in (content, plain)
    )
    inked = [
        pixels(page.at(Resolution.FINE))[62:200, 300:1400].mean()
        for page in (with_it.pages[0], without.pages[0], with_it.pages[1], without.pages[1])
    ]
    assert inked[0] > inked[1] + 0.2
    assert inked[2] == inked[3]


def test_a_banner_that_is_no_picture_is_refused_by_name() -> None:
    content = Content(FIELDS, body="a", banner=Attachment("logo.pdf", lines(400, 500, 3)))
    with pytest.raises(AttachmentError, match=r"the banner logo\.pdf is PDF; it may be PNG, JPEG"):
        render_content(content)


def test_a_long_screenshot_goes_on_several_pages() -> None:
    tall = np.full((8000, 1000), 255, np.uint8)
    tall[5::40, 100:900] = 0
    content = Content(
        FIELDS, attachments=(Attachment("shot.png", image_file(Image.fromarray(tall), "PNG")),)
    )
    rendered = render_content(content, header=None, resolutions=(Resolution.FINE,))
    assert len(rendered.pages) == 6
    counts = []
    for page in rendered.pages:
        dark = pixels(page.at(Resolution.FINE))[:, 864]
        counts.append(int(np.count_nonzero(dark[1:] & ~dark[:-1])))
    assert sum(counts) == 200
