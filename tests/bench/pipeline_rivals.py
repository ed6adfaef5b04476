"""What people do today with the same pages: WeasyPrint's command and Ghostscript, or all in Python.

python -m tests.bench.pipeline_rivals HTML TIFF     # weasyprint + pypdfium2 + Pillow
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faxcore.render import Content

_TEXT = """<style>
@page text { size: A4; margin: 18mm 15mm 16mm }
.text { page: text; break-before: page; font: 10.54pt/13.25pt "DejaVu Sans Mono", monospace }
.text p { white-space: pre-wrap; margin: 0; min-height: 13.25pt }
.text p.page { break-before: page }
</style>"""


def message_html(content: Content, pages: int) -> str:
    """The filled-in cover page and the body, as one HTML document."""
    from faxcore.render.content import BodyType
    from faxcore.render.coverpage import cover_folder, cover_html, find_cover, read_cover
    from faxcore.render.layout import text_html

    template = read_cover(find_cover(content.cover or "", cover_folder(content)))
    cover = cover_html(content, template, pages).replace("</html>", "")
    body = content.body or ""
    if content.body_type is BodyType.TEXT:
        return f"{cover}{_TEXT}<div class=text>{text_html(body).partition('<body>')[2]}</div>"
    return cover + body.partition("<meta charset=utf-8>")[2]


def in_python(source: Path, target: Path) -> None:
    """The way that answers to questions on the net have it: grey pages, resized, saved as G3."""
    import pypdfium2 as pdfium
    from weasyprint import HTML

    pdf = HTML(filename=str(source)).write_pdf()
    pages = []
    for page in pdfium.PdfDocument(io.BytesIO(pdf)):
        image = page.render(scale=204 / 72).to_pil().convert("L")
        pages.append(image.resize((1728, 2287)).convert("1"))
    pages[0].save(
        target, save_all=True, append_images=pages[1:], compression="group3", dpi=(204, 196)
    )


def by_commands(source: Path, target: Path) -> list[list[str]]:
    """WeasyPrint's command line, then Ghostscript's fax device."""
    pdf = str(target.with_suffix(".pdf"))
    return [
        [sys.executable, "-m", "weasyprint", str(source), pdf],
        ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=tiffg3", "-r204x196",
         "-sPAPERSIZE=a4", f"-sOutputFile={target}", pdf],
    ]  # fmt: skip


if __name__ == "__main__":
    in_python(Path(sys.argv[1]), Path(sys.argv[2]))
