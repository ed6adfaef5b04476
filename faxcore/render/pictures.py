"""Image files to grey pictures of a known size: PNG, JPEG and TIFF through Pillow. Worker only."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from faxcore.errors import AttachmentError
from faxcore.render.content import Attachment

PAGE_MM = (210.0, 297.0)
MARGIN_MM = 8.0

_SCREEN_DPI = 96.0
_PIXELS_ACROSS = 3456  # twice the fax page: more is lost anyway


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey pixels (0 = black) and the size they are to have on paper."""

    grey: NDArray[np.uint8]
    size_mm: tuple[float, float]


def pictures_of(file: Attachment, kind: str, pixels: int) -> Iterator[Picture]:
    """Every frame of an image file; AttachmentError that names the file if it cannot be read.

    ``kind`` is the one decoder that may look at it; ``pixels`` is the most a frame may have.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            Image.MAX_IMAGE_PIXELS = pixels
            yield from _frames(file, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AttachmentError(
            f"{file.name} has more pixels than the {pixels // 1_000_000} million that are taken"
        ) from error
    except UnidentifiedImageError as error:
        raise AttachmentError(f"{file.name} is a broken {kind} file") from error
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise AttachmentError(f"{file.name} is a broken {kind} file: {error}") from error


def _frames(file: Attachment, kind: str) -> Iterator[Picture]:
    with Image.open(io.BytesIO(file.data), formats=[kind]) as image:
        for number in range(getattr(image, "n_frames", 1)):
            if number:
                image.seek(number)
            dpi = _dpi(image)
            if kind == "JPEG":
                image.draft("L", (_PIXELS_ACROSS, _PIXELS_ACROSS))
            size = image.size
            image.load()
            yield _picture(image, (dpi[0] * image.width / size[0], dpi[1] * image.height / size[1]))


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Pixels an inch as the file says, or those of a screen where it says nothing sensible."""
    dpi = image.info.get("dpi", ())
    try:
        across, down = float(dpi[0]), float(dpi[1])
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return _SCREEN_DPI, _SCREEN_DPI
    if not (36 <= across <= 4800 and 36 <= down <= 4800):
        return _SCREEN_DPI, _SCREEN_DPI
    return across, down


def _picture(image: Image.Image, dpi: tuple[float, float]) -> Picture:
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size:
        dpi = dpi[1], dpi[0]
    natural = turned.width / dpi[0] * 25.4, turned.height / dpi[1] * 25.4
    grey = np.asarray(_grey(turned))
    steps = max(1, grey.shape[1] // _PIXELS_ACROSS)
    if steps > 1:
        grey = np.asarray(Image.fromarray(grey).reduce((steps, steps)))
    return Picture(grey, fitted(natural))


def _grey(image: Image.Image) -> Image.Image:
    """As 8-bit grey on white paper, whatever the mode; 16-bit grey is scaled, not cut."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        top = 65535.0 if values.max() > 255 else 255.0
        return Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("L")


def fitted(natural_mm: tuple[float, float]) -> tuple[float, float]:
    """The size on paper: the natural one, or smaller where that is more than the page holds."""
    room = PAGE_MM[0] - 2 * MARGIN_MM, PAGE_MM[1] - 2 * MARGIN_MM
    if (
        natural_mm[0] <= PAGE_MM[0] + 6
        and natural_mm[1] <= PAGE_MM[1] + 6
        and (natural_mm[0] > room[0] or natural_mm[1] > room[1])
    ):
        room = PAGE_MM  # a scanned page: it has its own margins
    share = min(1.0, room[0] / natural_mm[0], room[1] / natural_mm[1])
    return natural_mm[0] * share, natural_mm[1] * share


def fitted_top(size_mm: tuple[float, float]) -> float:
    """How far below the upper edge a picture of this size begins: a letter's margin, or less."""
    return min(20.0, max(0.0, (PAGE_MM[1] - size_mm[1]) / 2))
