"""Messages and files that the render tests share."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from faxcore.render import Attachment, Content, CoverFields
from faxcore.t4 import EncodedPage, decode_page

MOMENT = datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=1)))
FIELDS = CoverFields(
    MOMENT,
    sender_name="Jane Müller",
    sender_number="+49 30 1234567",
    recipient_name="Dr. Robert Smith",
    recipient_number="+1 202 555 0143",
    subject="Delivery dates",
    comments="First line\nSecond line",
)


def pixels(coded: EncodedPage) -> NDArray[np.bool_]:
    """A coded page as booleans, true = black."""
    return decode_page(coded).to_array()


def pdf_file(
    draw: Callable[[Canvas], object], size: tuple[float, float] = (595, 842), **options: Any
) -> bytes:
    """A PDF drawn by ReportLab."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=size, **options)
    draw(canvas)
    canvas.save()
    return target.getvalue()


def image_file(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image file written by Pillow."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def grey_image(array: NDArray[Any]) -> Image.Image:
    """A grey image of an array of 0..255."""
    return Image.fromarray(array.astype(np.uint8))


def attached(name: str, data: bytes) -> Content:
    """A message that is one file."""
    return Content(FIELDS, attachments=(Attachment(name, data),))


def landscape_photo() -> Image.Image:
    """Many tones, brightest at the left edge."""
    tones = np.tile(np.linspace(250, 5, 600), (400, 1))
    return grey_image(tones)
