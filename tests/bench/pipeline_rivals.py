"""What people do today with the same pages: WeasyPrint's command and Ghostscript, or all in Python.

python -m tests.bench.pipeline_rivals HTML TIFF     # weasyprint + pypdfium2 + Pillow
"""

from __future__ import annotations

import io
import sys
from pathlib import Path


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
