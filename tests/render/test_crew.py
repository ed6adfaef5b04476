"""Several pages at once: in order, the same, and what goes wrong in a copy goes wrong for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from faxcore.errors import AttachmentError, ContentError, RenderError
from faxcore.render import Attachment, Content, Limits, WarmWorker, render_content
from faxcore.render.crew import Made, hands, in_order
from faxcore.t4 import Resolution
from tests.render.hostile import form, one_page
from tests.render.samples import FIELDS, pdf_file

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def pdf_of_words(pages: list[str]) -> bytes:
    """A PDF with a page for each text."""

    def draw(canvas: Canvas) -> None:
        for text in pages:
            canvas.drawString(72, 700, text)
            canvas.showPage()

    return pdf_file(draw)


def made(number: int) -> Made:
    described = {"number": number, "process": os.getpid()}
    return Made(described, number % 2 == 0, number % 3 == 0, b"%d" % number * 90_000)


@pytest.mark.parametrize("copies", [1, 2, 3, 8])
def test_pages_come_in_order_whoever_made_them(copies: int) -> None:
    pages = list(in_order(7, made, copies))
    assert [page.described["number"] for page in pages] == list(range(7))
    assert [page.blank for page in pages] == [True, False] * 3 + [True]
    assert [page.cut for page in pages] == [True, False, False] * 2 + [True]
    assert [page.octets for page in pages] == [b"%d" % n * 90_000 for n in range(7)]
    assert len({page.described["process"] for page in pages}) == min(copies, 7)


def test_the_error_of_a_copy_is_raised_in_its_turn() -> None:
    def make(number: int) -> Made:
        if number == 3:
            raise AttachmentError("page 4 is broken")
        return made(number)

    pages = in_order(9, make, 2)
    assert [next(pages).described["number"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(AttachmentError, match="page 4 is broken"):
        next(pages)


def test_memory_that_ends_in_a_copy_is_told() -> None:
    def make(number: int) -> Made:
        raise MemoryError

    with pytest.raises(MemoryError):
        list(in_order(4, make, 2))


def test_what_is_not_wanted_any_more_is_ended() -> None:
    pages = in_order(90, made, 2)
    process = next(pages).described["process"]
    pages.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize(
    ("deed", "ends"), [("os._exit(7)", 7), ("os.kill(os.getpid(), 24)", -24), ("1 / 0", 1)]
)
def test_the_worker_ends_as_its_copy_ended(deed: str, ends: int) -> None:
    code = f"""
import os
from faxcore.render.crew import in_order
def make(number):
    {deed}
list(in_order(4, make, 2))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == ends
    assert ("ZeroDivisionError" in ran.stderr) == (ends == 1)
    assert signal.SIGXCPU == 24


def test_few_pages_are_made_by_one() -> None:
    assert [hands(work, 3) for work in (0.2, 1.0, 2.1, 9.0)] == [1, 1, 2, 3]
    assert hands(99.0, 32) == 4
    assert hands(1.0) == 1


def test_a_long_document_is_the_same_as_its_pages_one_by_one() -> None:
    texts = [f"Page {n} of the document" for n in range(14)]
    whole = Content(FIELDS, attachments=(Attachment("long.pdf", pdf_of_words(texts)),))
    told: list[int] = []
    pages = render_content(whole, header=None, observe=lambda step: told.append(step.page)).pages
    assert told[-14:] == list(range(1, 15))
    for number in (0, 1, 13):
        single = Attachment("one.pdf", pdf_of_words(texts[number : number + 1]))
        (alone,) = render_content(Content(FIELDS, attachments=(single,)), header=None).pages
        assert [each.data for each in pages[number].codings] == [
            each.data for each in alone.codings
        ]
    assert pages[13].source == "long.pdf page 14"


def test_a_broken_page_of_a_long_document_is_named(tmp_path: Path) -> None:
    files = [Attachment("good.pdf", pdf_of_words(["words"] * 13))]
    files += [Attachment("bad.pdf", one_page("/X Do", "", "", form("/X Do", 6)))]
    with pytest.raises(ContentError, match=r"^bad.pdf page 1"):
        render_content(Content(FIELDS, attachments=tuple(files)))


def test_a_warm_worker_shares_pages_out_too() -> None:
    content = Content(FIELDS, attachments=(Attachment("x.pdf", pdf_of_words(["words"] * 14)),))
    with WarmWorker() as warm:
        assert len(render_content(content, warm=warm).pages) == 14
        with pytest.raises(RenderError, match="cancelled"):
            render_content(content, warm=warm, cancel=lambda: True)
        one = (Resolution.COARSE,)
        assert len(render_content(content, resolutions=one, warm=warm, limits=Limits()).pages) == 14
