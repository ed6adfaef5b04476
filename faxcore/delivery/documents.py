"""Rendered faxes as stored files: what the first attempt sent is what every later one sends.

A file is one line of JSON that describes the pages, and their octets behind it. It is written by
us and named by its hash; figures that do not add up are an error all the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from faxcore.errors import QueueError
from faxcore.t4 import Coding, EncodedPage, Resolution
from faxcore.t30.document import FaxPage

_FORMAT = "faxcore-document-1"


def pack(pages: Sequence[FaxPage]) -> bytes:
    """The octets of a document to store."""
    described = [[_describe(form) for form in page.choices] for page in pages]
    head = json.dumps({"format": _FORMAT, "pages": described}).encode()
    body = b"".join(
        form.row_bits.astype("<i4").tobytes() + form.data for page in pages for form in page.choices
    )
    return head + b"\n" + body


def unpack(data: bytes) -> tuple[FaxPage, ...]:
    """The pages of a stored document; QueueError where it is none."""
    head, _, body = data.partition(b"\n")
    try:
        told = json.loads(head)
        if told["format"] != _FORMAT:
            raise ValueError(f"format {told['format']!r}")
        pages, at = [], 0
        for described in told["pages"]:
            forms = []
            for each in described:
                form, at = _load(each, body, at)
                forms.append(form)
            pages.append(FaxPage(tuple(forms)))
    except (ValueError, LookupError, TypeError) as error:
        raise QueueError(f"a stored document cannot be read: {error}") from error
    if at != len(body) or not pages:
        raise QueueError("a stored document does not add up")
    return tuple(pages)


def raster_hash(page: FaxPage) -> str:
    """Tells one page from another: SHA-256 over the first of its forms."""
    form = page.choices[0]
    said = f"{form.width}x{form.height} {form.resolution.name} {form.coding.name}\n".encode()
    return hashlib.sha256(said + form.data).hexdigest()


def _describe(form: EncodedPage) -> dict[str, Any]:
    return {
        "coding": form.coding.name,
        "resolution": form.resolution.name,
        "width": form.width,
        "rows": form.height,
        "octets": len(form.data),
    }


def _load(described: dict[str, Any], body: bytes, at: int) -> tuple[EncodedPage, int]:
    width, rows, octets = (described[key] for key in ("width", "rows", "octets"))
    if not all(type(figure) is int and figure > 0 for figure in (width, rows, octets)):
        raise ValueError("impossible figures")
    middle, end = at + 4 * rows, at + 4 * rows + octets
    if end > len(body):
        raise ValueError("it is cut short")
    row_bits = np.frombuffer(body, "<i4", rows, at).astype(np.int32)
    coding, resolution = Coding[described["coding"]], Resolution[described["resolution"]]
    return EncodedPage(body[middle:end], coding, width, row_bits, resolution), end
