"""The preview: what will arrive, beside what was designed, with hints."""

import io
from datetime import UTC, datetime

import pypdfium2 as pdfium
import pytest
from PIL import Image

import faxcore
from faxcore.errors import ContentError
from faxcore.render import BodyType, Content, CoverFields, render_content
from faxcore.render.preview import RATES, error_page, preview
from faxcore.t4 import Coding, Resolution

FIELDS = CoverFields(datetime(2026, 1, 2, tzinfo=UTC), "Ada", "+1", "Bob", "+2", "Results")


def shown(body):
    return preview(Content(FIELDS, body=body, body_type=BodyType.HTML), header=None)


@pytest.fixture(scope="module")
def cover():
    return preview(Content(FIELDS, cover="standard"))


def test_shows_each_page_as_designed_and_as_it_arrives(cover):
    [page] = cover.pages
    assert page.source == "cover page 1"
    assert page.hints == ()
    assert [seen.resolution for seen in page.seen] == [Resolution.FINE, Resolution.COARSE]
    design = Image.open(io.BytesIO(page.design))
    fine, coarse = (Image.open(io.BytesIO(seen.png)) for seen in page.seen)
    assert design.mode == "RGB"
    assert (fine.mode, fine.width) == ("1", 1728)
    assert abs(fine.height - coarse.height) < 8
    for seen in page.seen:
        assert seen.aspect == pytest.approx(design.width / design.height, rel=0.03)


def test_tells_the_seconds_of_every_coding_and_rate(cover):
    [page] = cover.pages
    fine = page.seen[0]
    for coding in Coding:
        for rate in RATES:
            assert fine.seconds[coding][rate] == pytest.approx(
                fine.octets[coding] * 8 / rate, abs=0.06
            )
    total = cover.seconds(Resolution.FINE, Coding.MMR, 14400)
    assert total == fine.seconds[Coding.MMR][14400]


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ('<p style="font-size:6pt">tiny', "text of 6.0 pt cannot be read"),
        ('<p style="font-size:8pt">small', "text of 8.0 pt is hard to read in coarse"),
        ('<p style="color:#bbb">pale', "text of 27 % ink is pale"),
        ('<div style="background:#bbb;height:99mm">x</div>', "tints and dark areas cover"),
        ('<p style="white-space:nowrap;font-size:60pt">' + "wide " * 9, "over the edge"),
        ('<p style="border-bottom:0.2pt solid">x', "rules of 0.20 pt"),
        ('<table><td style="border:0.1pt solid #999">x</table>', "rules of 0.10 pt"),
        ('<svg width="90" height="9"><path d="M0 5H90" stroke="#000" stroke-width=".3"/></svg>x',
         "rules of 0."),
    ],
)  # fmt: skip
def test_what_will_suffer_is_hinted_at(body, hint):
    hints = shown(body).pages[0].hints
    assert any(hint in each for each in hints), hints


def test_a_good_page_has_no_hints():
    assert shown('<p style="font:12pt sans-serif">black on white').pages[0].hints == ()


def test_a_draft_s_unknown_tokens_are_drawn_marked_and_hinted_at(tmp_path):
    (tmp_path / "own.html").write_text("<p>To $[TO]\n<p>By $[NONESUCH] $[no & such] $[FROM]")
    content = Content(FIELDS, cover="own", cover_folder=tmp_path)
    with pytest.raises(ContentError, match=r"unknown token \$\[NONESUCH\]"):
        preview(content)
    draft = render_content(content, designs=True, draft=True)
    words = pdfium.PdfDocument(draft.pdf)[0].get_textpage().get_text_range()
    assert "By $[NONESUCH] $[no & such] Ada" in words
    assert preview(content, draft=True).pages[0].hints[:2] == (
        "unknown token $[NONESUCH] in line 2: the page cannot be installed or sent",
        "unknown token $[no & such] in line 2: the page cannot be installed or sent",
    )


def test_the_page_needs_nothing_but_itself(cover):
    page = cover.html()
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 3
    assert "<script" not in page
    assert "<script" in cover.html(live=True)


def test_nothing_of_a_message_becomes_markup():
    page = error_page("<img src=x onerror=alert(1)>", fields={"subject": '"><script>'})
    assert "<img src=x" not in page
    assert '"><script>' not in page


def test_what_cannot_be_faxed_is_an_error_here_too():
    with pytest.raises(ContentError):
        preview(Content(FIELDS))


def test_preview_is_a_public_name():
    assert faxcore.preview is preview
