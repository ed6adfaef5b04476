from __future__ import annotations

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from faxcore.errors import SettingsError
from faxcore.render import Tone, ToneKind, render_content
from faxcore.render.binarize import black_and_white
from faxcore.sending import prepare, send_fax
from faxcore.t4 import Resolution
from tests.render.samples import attached, image_file, landscape_photo, pdf_file, pixels

TEXTS = ["auto", "text", "photo", "threshold:90", "dither", "fast"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_tone_reads_what_it_writes(text: str) -> None:
    assert str(Tone.parse(text)) == text
    assert Tone.of(text) == Tone.of(Tone.parse(f" {text.upper()} "))


@pytest.mark.parametrize(
    "text", ["", "grey", "threshold", "threshold:", "threshold:0", "threshold:256", "auto:3",
             "threshold:-1", "threshold:1.5", "threshold:٣", "threshold:1:2", "photo:"]
)  # fmt: skip
def test_a_wrong_tone_names_what_is_expected(text: str) -> None:
    with pytest.raises(SettingsError, match=r"tone .*: auto, text, photo, threshold:N .*fast"):
        Tone.parse(text)


def test_a_wrong_tone_is_told_before_anything_is_rendered() -> None:
    content = attached("x.png", b"no picture")
    for call in (
        lambda: render_content(content, tone="blue"),
        lambda: prepare(content, tone="blue"),
        lambda: send_fax("123", content, tone="blue"),
    ):
        with pytest.raises(SettingsError, match="tone 'blue'"):
            call()


PHOTO = np.full((400, 1728), 255, np.uint8)
PHOTO[:, :600] = np.asarray(landscape_photo())
WHERE = [(slice(0, 400), slice(0, 600))]


def made(tone: str) -> np.ndarray:
    page = black_and_white(PHOTO, Resolution.FINE, WHERE, tone=Tone.parse(tone))
    return page.to_array()[:, :600]


def test_tones_do_what_their_names_say() -> None:
    assert np.array_equal(made("threshold:90"), PHOTO[:, :600] < 90)
    assert made("dither").mean() == pytest.approx(1 - PHOTO[:, :600].mean() / 255, abs=0.01)
    turns = {tone: (made(tone)[:, 1:] ^ made(tone)[:, :-1]).sum() for tone in TEXTS}
    assert turns["text"] <= turns["fast"] < turns["auto"] < turns["dither"]
    assert np.array_equal(made("photo")[1:-1], made("auto")[1:-1])


def test_every_kind_has_a_way() -> None:
    assert {Tone.parse(text).kind for text in TEXTS} == set(ToneKind)


def test_the_tone_reaches_the_page() -> None:
    content = attached("x.png", image_file(landscape_photo(), "PNG"))
    pages = {
        tone: pixels(render_content(content, header=None, tone=tone).pages[0].at(Resolution.FINE))
        for tone in ("auto", "threshold:20", "dither")
    }
    assert pages["threshold:20"].sum() < 0.2 * pages["auto"].sum()
    assert not np.array_equal(pages["auto"], pages["dither"])


def test_words_on_a_photograph_stay_words() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(landscape_photo(), 50, 300, 500, 333)
        canvas.setFont("Helvetica-Bold", 40)
        canvas.drawString(80, 450, "MMMM")

    page = render_content(attached("x.pdf", pdf_file(draw)), header=None).pages[0]
    black = pixels(page.at(Resolution.FINE))
    letters = black[1000:1050, 260:600]
    assert (letters.sum(axis=1) > 0).all()
    assert (letters[:, 1:] ^ letters[:, :-1]).sum(axis=1).max() < 50, "no screen runs through them"
