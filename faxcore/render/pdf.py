"""PDF files: opened, checked, joined, and filled with pictures. Worker only.

PDFium must not be called from two threads at once: the worker has one. A page keeps no handle
open, so that a document of a thousand pages costs the memory of one.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from pypdfium2 import raw

from faxcore.errors import AttachmentError, ContentError, RenderError

POINTS_PER_MM = 72 / 25.4

_TAIL_OCTETS = 4096
_WHOLE = 0.95
"""A picture of which less is on the page is cut; a little may be lost at a page's very edge."""

_OBJECT = re.compile(rb"\s\d+ \d+ obj\b")
_DATE = re.compile(rb"/CreationDate\(D:\d{14}\+00'00'\)")
_IDENTITY = re.compile(rb"/ID\[<[0-9A-F]{32}><[0-9A-F]{32}>\]")


def open_pdf(data: bytes, name: str) -> Any:
    """A ``PdfDocument``; AttachmentError that names the file if it is encrypted or broken."""
    mark = data.rfind(b"%%EOF", -_TAIL_OCTETS)
    if mark < 0 or _OBJECT.search(data, mark):  # the latter: of an update that is not all there
        raise AttachmentError(f"{name} is broken: the PDF ends before its end mark (truncated?)")
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise AttachmentError(
                f"{name} is encrypted; a password is needed to open it"
            ) from error
        raise AttachmentError(f"{name} is a broken PDF ({error})") from error
    if pages == 0:
        raise AttachmentError(f"{name} is a PDF without pages")
    return document


def check_form(document: Any, name: str) -> None:
    """AttachmentError for a form whose pages are made by Adobe's programs as they open it.

    Such a file says that it has to be rendered anew (ISO 32000-1, 7.7.2: NeedsRendering); the page
    in it reads "Please wait" and no more.
    """
    if document.get_formtype() == raw.FORMTYPE_XFA_FULL:
        raise AttachmentError(
            f"{name} is a dynamic XFA form, whose pages only Adobe's programs make: print it "
            "to a PDF there"
        )


def load_page(document: Any, index: int, source: str) -> Any:
    """One page of an open document; AttachmentError that names it if it is broken."""
    try:
        return document[index]
    except pdfium.PdfiumError as error:
        raise AttachmentError(f"{source} is broken: PDFium cannot load it") from error


def page_size_mm(document: Any, index: int, source: str) -> tuple[float, float]:
    """Width and height of a page as it is read, its rotation applied."""
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError as error:
        raise AttachmentError(f"{source} is broken: PDFium cannot load it") from error
    if not (width > 0 and height > 0):
        raise AttachmentError(f"{source} has no area ({width} x {height} points)")
    return width / POINTS_PER_MM, height / POINTS_PER_MM


class PictureBook:
    """A PDF under construction whose pages are pictures.

    PDFium keeps pictures unpacked until the book is sealed, so seal one every few pages.
    """

    def __init__(self) -> None:
        self._document = pdfium.PdfDocument.new()

    def __len__(self) -> int:
        return len(self._document)

    def add(
        self,
        grey: NDArray[np.uint8],
        page_mm: tuple[float, float],
        size_mm: tuple[float, float],
        top_mm: float,
    ) -> None:
        """Append a page with one picture (0 = black), centred, ``top_mm`` below the upper edge."""
        page = self._document.new_page(*(mm * POINTS_PER_MM for mm in page_mm))
        bitmap = pdfium.PdfBitmap.new_native(grey.shape[1], grey.shape[0], raw.FPDFBitmap_Gray)
        target = np.ctypeslib.as_array(bitmap.buffer).reshape(grey.shape[0], bitmap.stride)
        target[:, : grey.shape[1]] = grey
        picture = pdfium.PdfImage.new(self._document)
        picture.set_bitmap(bitmap)
        width, height = (mm * POINTS_PER_MM for mm in size_mm)
        left = (page_mm[0] * POINTS_PER_MM - width) / 2
        bottom = (page_mm[1] - top_mm) * POINTS_PER_MM - height
        picture.set_matrix(pdfium.PdfMatrix(width, 0, 0, height, left, bottom))
        page.insert_obj(picture)
        page.gen_content()
        page.close()
        bitmap.close()

    def sealed(self) -> Any:
        """The book as an open document whose pictures are packed."""
        return open_pdf(saved(self._document), "the picture")


def join_pages(pages: Sequence[tuple[Any, int, str]]) -> bytes:
    """One PDF of (document, index, source) pages, in this order."""
    joined = pdfium.PdfDocument.new()
    for document, indices, source in _runs(pages):
        try:
            joined.import_pages(document, indices)
        except pdfium.PdfiumError as error:
            raise AttachmentError(f"{source} is broken: its pages cannot be copied") from error
    return saved(joined)


def repeatable(pdf: bytes, moment: datetime) -> bytes:
    """The PDF with the date and the identity that PDFium invents replaced, octet for octet."""
    date = f"/CreationDate(D:{moment.astimezone(UTC):%Y%m%d%H%M%S}+00'00')".encode()
    dated = _DATE.sub(date, pdf, count=1)
    identity = hashlib.sha256(_IDENTITY.sub(b"", dated)).hexdigest()[:32].upper().encode()
    return _IDENTITY.sub(b"/ID[<" + identity + b"><" + identity + b">]", dated)


def saved(document: Any) -> bytes:
    """A document's octets; the document is closed."""
    target = io.BytesIO()
    try:
        document.save(target)
    except pdfium.PdfiumError as error:
        raise RenderError("PDFium cannot write the PDF") from error
    document.close()
    return target.getvalue()


def _runs(pages: Sequence[tuple[Any, int, str]]) -> list[tuple[Any, list[int], str]]:
    """Neighbouring pages of one document together, so that they keep sharing their fonts."""
    runs: list[tuple[Any, list[int], str]] = []
    for document, index, source in pages:
        if runs and runs[-1][0] is document:
            runs[-1][1].append(index)
        else:
            runs.append((document, [index], source))
    return runs


def has_visible_content(page: Any) -> bool:
    """Whether a page that came out white shows letters, or a picture that cannot be decoded.

    A page without objects, of white areas only, or of a white picture is truly blank.
    """
    text = page.get_textpage()
    letters = text.get_text_bounded().strip("\0 \t\r\n\ufffe\u00a0")
    text.close()
    if letters:
        return True
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        try:
            image.get_bitmap().close()
        except pdfium.PdfiumError:
            return True
    return False


def picture_boxes(page: Any) -> list[Box]:
    """The corners (left, bottom, right, top) of a page's pictures, in points on the page."""
    return _boxes(page, raw.FPDF_PAGEOBJ_IMAGE)


def text_boxes(page: Any) -> list[Box]:
    """The corners of a page's pieces of text, likewise."""
    return _boxes(page, raw.FPDF_PAGEOBJ_TEXT)


def is_cut(page: Any) -> bool:
    """Whether a page's text, or much of a picture, runs over its edge.

    What lies beyond the left or the upper edge as a whole was hidden there by its author.
    """
    width, height = page.get_size()
    cut = any(
        right > width + 1 or left < -1 < right or bottom < -1 or bottom < height + 1 < top
        for left, bottom, right, top in text_boxes(page)
    )
    return cut or any(
        box[2] > 0 and box[1] < height and _share_inside(box, (width, height)) < _WHOLE
        for box in picture_boxes(page)
    )


def _share_inside(box: Box, size: tuple[float, float]) -> float:
    """How much of a box lies on a page of this size: 1 is all."""
    share = 1.0
    for low, high, end in ((box[0], box[2], size[0]), (box[1], box[3], size[1])):
        share *= max(0.0, min(high, end) - max(low, 0.0)) / max(high - low, 1e-6)
    return share


def _boxes(page: Any, kind: int) -> list[Box]:
    boxes: list[Box] = []
    identity = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for index in range(raw.FPDFPage_CountObjects(page)):
        _collect(raw.FPDFPage_GetObject(page, index), kind, identity, boxes, 0)
    return boxes


Box = tuple[float, float, float, float]
_Matrix = tuple[float, float, float, float, float, float]
_DEPTH = 8


def _collect(item: Any, wanted: int, outer: _Matrix, boxes: list[Box], depth: int) -> None:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
        own = raw.FS_MATRIX()
        if not raw.FPDFPageObj_GetMatrix(item, own):
            raise ContentError("PDFium cannot tell where a form on the page is")
        inner = _product((own.a, own.b, own.c, own.d, own.e, own.f), outer)
        for index in range(raw.FPDFFormObj_CountObjects(item)):
            _collect(raw.FPDFFormObj_GetObject(item, index), wanted, inner, boxes, depth + 1)
    if kind == wanted:
        edges = [ctypes.c_float() for _ in range(4)]
        if raw.FPDFPageObj_GetBounds(item, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            corners = [_moved(x, y, outer) for x in (left, right) for y in (bottom, top)]
            across, up = zip(*corners, strict=True)
            boxes.append((min(across), min(up), max(across), max(up)))


def _product(m: _Matrix, n: _Matrix) -> _Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _moved(x: float, y: float, m: _Matrix) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
