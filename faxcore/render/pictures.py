"""Image files to grey pictures of a known size, all of them through Pillow. Worker only."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

from faxcore.errors import AttachmentError
from faxcore.render.content import Attachment
from faxcore.render.document import Limits
from faxcore.render.geometry import PIXELS_PER_MM, WIDTHS, rows_per_mm
from faxcore.render.pdf import PictureBook
from faxcore.render.sniff import Kind, kind_of
from faxcore.t4 import PageBitmap
from faxcore.t4.tiff import TiffPage, is_fax_tiff, is_on_its_side, read_tiff, tiff_entries, upright

PAGE_MM = (210.0, 297.0)
MARGIN_MM = 8.0

_OF_PAGES = frozenset({Kind.TIFF.name})
"""Of a film, and of a photograph that has others beside it, the first picture is sent."""

BANNERS = (Kind.PNG, Kind.JPEG, Kind.GIF, Kind.BMP, Kind.WEBP)
"""What a banner may be."""

MM_PER_INCH = 25.4

_MUCH_SMALLER = 0.85
"""A wide picture that would be so much smaller upright is turned."""

_LONG = 2.5
"""A picture that is so many times as high as wide goes on several pages."""

_EVEN = 16

_OVERSHOOT = 2.0
"""Real samples from 0 to 1 may be a little more where a program has sharpened or enlarged them."""

_BOOK_PAGES = 16
_BAD_SHARE = 0.05
_SCREEN_DPI = 96.0
_PIXELS_ACROSS = 3456  # twice the fax page


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey pixels (0 = black), their size on paper, the paper, and the margin above them."""

    grey: NDArray[np.uint8]
    size_mm: tuple[float, float]
    page_mm: tuple[float, float]
    top_mm: float


def picture_sheets(
    file: Attachment, kind: Kind, limits: Limits, notes: list[str]
) -> Iterator[tuple[Any, int, PageBitmap | None]]:
    """The pages of an image file as (PDF, index, fax page pixel by pixel or None)."""
    copies: frozenset[int] = _copies(file, notes) if kind is Kind.TIFF else frozenset()
    if kind is Kind.TIFF and is_fax_tiff(_NamedOctets(file)):
        pages = _fax_pages(file, notes, copies)
    else:
        pictures = pictures_of(file, kind.name, limits.image_pixels, copies)
        pages = ((picture, None) for picture in pictures)
    book, waiting = PictureBook(), []
    for number, (picture, bitmap) in enumerate(pages, start=1):
        if number > limits.pages:
            raise AttachmentError(f"{file.name} has more than {limits.pages} pages")
        book.add(picture.grey, picture.page_mm, picture.size_mm, picture.top_mm)
        waiting.append(bitmap)
        if len(book) == _BOOK_PAGES:
            yield from _sealed(book, waiting)
            book, waiting = PictureBook(), []
    if waiting:
        yield from _sealed(book, waiting)


def _sealed(
    book: PictureBook, bitmaps: list[PageBitmap | None]
) -> Iterator[tuple[Any, int, PageBitmap | None]]:
    document = book.sealed()
    return ((document, index, bitmap) for index, bitmap in enumerate(bitmaps))


class _NamedOctets(io.BytesIO):
    """A file in memory that error messages can name."""

    def __init__(self, file: Attachment) -> None:
        super().__init__(file.data)
        self.name = file.name


def _copies(file: Attachment, notes: list[str]) -> frozenset[int]:
    """Which pictures of a TIFF, from 0, are small copies or masks of its pages: none if all are."""
    entries = list(tiff_entries(_NamedOctets(file)))
    copies = frozenset(entry.number for entry in entries if entry.is_copy)
    if not copies or len(copies) == len(entries):
        return frozenset()
    notes.append(f"{file.name}: left out {len(copies)} that are small copies or masks of its pages")
    return copies


def _fax_pages(
    file: Attachment, notes: list[str], copies: frozenset[int]
) -> Iterator[tuple[Picture, PageBitmap | None]]:
    """The pages of a fax TIFF; those that are legal for the line go out pixel by pixel."""
    for number, page in enumerate(read_tiff(_NamedOctets(file)), start=1):
        if page.entry.number in copies:
            continue
        bitmap, bad = page.bitmap, page.decoded.bad_rows
        if bad > _BAD_SHARE * bitmap.height:
            raise AttachmentError(
                f"{file.name} is broken: page {number} has {bad} unreadable rows of {bitmap.height}"
            )
        if bad:
            notes.append(f"{file.name} page {number} has {bad} rows that were repaired")
        natural = _natural_mm(page)
        grey = np.where(bitmap.to_array(), np.uint8(0), np.uint8(255))
        grey = upright(grey, page.entry.orientation)
        natural = natural[::-1] if is_on_its_side(page.entry.orientation) else natural
        if page.is_fax_page and bitmap.width in WIDTHS:
            size = (bitmap.width / PIXELS_PER_MM, natural[1])
            yield Picture(grey, size, size, 0.0), bitmap
        else:
            yield from ((picture, None) for picture in on_pages(grey, natural))


def _natural_mm(page: TiffPage) -> tuple[float, float]:
    """The size of a page of a fax TIFF: by T.4 if it is as wide as a fax, else as it states it."""
    bitmap, entry = page.bitmap, page.entry
    resolution = bitmap.resolution
    if entry.resolution_known or bitmap.width in WIDTHS:
        return bitmap.width / resolution.x_dpi * 25.4, bitmap.height / rows_per_mm(resolution)
    across, down = _sensible_dpi(entry.dpi)
    return bitmap.width / across * 25.4, bitmap.height / down * 25.4


def pictures_of(
    file: Attachment, kind: str, pixels: int, passed_over: frozenset[int] = frozenset()
) -> Iterator[Picture]:
    """Every frame of an image file on its pages; errors and arguments as ``frames_of``."""
    for grey, natural_mm in frames_of(file, kind, pixels, passed_over):
        yield from on_pages(grey, natural_mm)


def frames_of(
    file: Attachment, kind: str, pixels: int, passed_over: frozenset[int] = frozenset()
) -> Iterator[tuple[NDArray[np.uint8], tuple[float, float]]]:
    """Every frame of an image file, upright, in grey, with its size on paper in millimetres.

    AttachmentError that names the file if it cannot be read. ``kind`` is the one decoder that may
    look at it; ``pixels`` is the most a frame may have. Frames ``passed_over`` are not read.
    """
    before = Image.MAX_IMAGE_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            Image.MAX_IMAGE_PIXELS = pixels
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process
            yield from _frames(file, kind, passed_over)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AttachmentError(
            f"{file.name} has more pixels than the {pixels // 1_000_000} million that are taken"
        ) from error
    except UnidentifiedImageError as error:
        raise AttachmentError(f"{file.name} is a broken {kind} file") from error
    except (OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise AttachmentError(f"{file.name} is a broken {kind} file: {error}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = before


def first_picture(file: Attachment, kind: Kind, pixels: int) -> Image.Image:
    """The whole first frame of an image file in grey, on white; errors as ``frames_of``."""
    grey, _ = next(frames_of(file, kind.name, pixels))
    return Image.fromarray(grey)


def banner_picture(file: Attachment, pixels: int) -> Image.Image:
    """A banner in grey with its own ``dpi``; AttachmentError for what is no picture."""
    kind = kind_of(file)
    if kind not in BANNERS:
        known = ", ".join(each.value for each in BANNERS)
        raise AttachmentError(f"the banner {file.name} is {kind.value}; it may be {known}")
    grey, natural_mm = next(frames_of(file, kind.name, pixels))
    image = Image.fromarray(grey)
    image.info["dpi"] = tuple(
        side / mm * MM_PER_INCH for side, mm in zip(image.size, natural_mm, strict=True)
    )
    return image


def _frames(
    file: Attachment, kind: str, passed_over: frozenset[int]
) -> Iterator[tuple[NDArray[np.uint8], tuple[float, float]]]:
    with Image.open(io.BytesIO(file.data), formats=[kind]) as image:
        frames = getattr(image, "n_frames", 1) if kind in _OF_PAGES else 1
        for number in range(frames):
            if number in passed_over:
                continue
            if number:
                image.seek(number)
            dpi = _dpi(image)
            if kind == "JPEG":
                image.draft("L", (_PIXELS_ACROSS, _PIXELS_ACROSS))
            size = image.size
            image.load()
            scale = image.width / size[0], image.height / size[1]
            yield _picture(image, (dpi[0] * scale[0], dpi[1] * scale[1]))


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Pixels an inch as the file says, or those of a screen where it says nothing sensible.

    They are of the picture as it will be loaded: Pillow turns a TIFF as its Orientation says.
    """
    across, down = _sensible_dpi(image.info.get("dpi", ()))
    turned = isinstance(image, TiffImagePlugin.TiffImageFile) and is_on_its_side(
        image.tag_v2.get(ExifTags.Base.Orientation, 1)
    )
    return (down, across) if turned else (across, down)


def _sensible_dpi(dpi: Any) -> tuple[float, float]:
    try:
        across, down = float(dpi[0]), float(dpi[1])
    except (LookupError, TypeError, ValueError, ZeroDivisionError):
        return _SCREEN_DPI, _SCREEN_DPI
    if not (36 <= across <= 4800 and 36 <= down <= 4800):
        return _SCREEN_DPI, _SCREEN_DPI
    return across, down


def _picture(
    image: Image.Image, dpi: tuple[float, float]
) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Grey pixels the right way up, and their size on paper."""
    turned = ImageOps.exif_transpose(image)
    if turned.size != image.size:
        dpi = dpi[1], dpi[0]
    natural = turned.width / dpi[0] * 25.4, turned.height / dpi[1] * 25.4
    grey = np.asarray(_grey(turned, white_is_zero=_is_white_zero(image)))
    steps = round(grey.shape[1] / _PIXELS_ACROSS)
    if steps > 1:
        grey = np.asarray(Image.fromarray(grey).reduce((steps, steps)))
    return grey, natural


def _is_white_zero(image: Image.Image) -> bool:
    """Whether a TIFF's grey is black by its value, which Pillow minds for 8 bits alone."""
    return (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.mode in {"I;16", "F"}
        and image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    )


def _grey(image: Image.Image, *, white_is_zero: bool = False) -> Image.Image:
    """As 8-bit grey on white paper, whatever the mode; grey of more bits is scaled, not cut."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.array(image, np.float32)  # changed in place: it may be most of the memory
        real = image.mode == "F"
        top = 65535.0 if white_is_zero and not real else _white_of(values, real=real)
        if white_is_zero:
            np.subtract(top, values, out=values)
        if real:
            np.nan_to_num(values, copy=False, nan=top)
        np.clip(values, 0, top, out=values)
        values *= 255 / top
        return Image.fromarray(values.astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("L")


def _white_of(values: NDArray[np.float32], *, real: bool) -> float:
    """The value that stands for white: 1 for real numbers that go little further, 255, 65535."""
    highest = float(np.nanmax(values, initial=0))
    if real and highest <= _OVERSHOOT:
        return 1.0
    return next(top for top in (255.0, 65535.0, highest) if highest <= top)


def fitted(
    natural_mm: tuple[float, float], page_mm: tuple[float, float] = PAGE_MM
) -> tuple[float, float]:
    """The size on paper: the natural one, or smaller where that is more than the page holds."""
    room = page_mm[0] - 2 * MARGIN_MM, page_mm[1] - 2 * MARGIN_MM
    if (
        natural_mm[0] <= page_mm[0] + 6
        and natural_mm[1] <= page_mm[1] + 6
        and (natural_mm[0] > room[0] or natural_mm[1] > room[1])
    ):
        room = page_mm  # a scanned page: it has its own margins
    share = min(1.0, room[0] / natural_mm[0], room[1] / natural_mm[1])
    return natural_mm[0] * share, natural_mm[1] * share


def on_pages(grey: NDArray[np.uint8], natural_mm: tuple[float, float]) -> Iterator[Picture]:
    """A picture on one page, or on several if it is so long that it would become a thin strip.

    It is cut between rows that are even from side to side, as between the lines of a screenshot.
    """
    if natural_mm[1] <= _LONG * natural_mm[0]:
        yield on_paper(grey, natural_mm)
        return
    width = min(natural_mm[0], PAGE_MM[0] - 2 * MARGIN_MM)
    mm_a_row = natural_mm[1] * width / natural_mm[0] / grey.shape[0]
    most = max(1, int((PAGE_MM[1] - 2 * MARGIN_MM) / mm_a_row))
    top = 0
    while top < grey.shape[0]:
        rows = grey[top : top + _rows_taken(grey[top : top + most], most)]
        yield on_paper(rows, (width, rows.shape[0] * mm_a_row))
        top += rows.shape[0]


def _rows_taken(grey: NDArray[np.uint8], most: int) -> int:
    """How many of these rows go on the page: up to the last even row, all if there is none."""
    if grey.shape[0] < most:
        return len(grey)
    first = most * 2 // 3
    even = np.flatnonzero(np.ptp(grey[first:], axis=1) <= _EVEN)
    return first + int(even[-1]) + 1 if even.size else most


def on_paper(grey: NDArray[np.uint8], natural_mm: tuple[float, float]) -> Picture:
    """A picture on A4 paper, not more than a letter's margin below its upper edge.

    One that would be much smaller on the upright page has the paper on its side, as a landscape
    page of any other document: it is turned with it (see ``geometry``).
    """
    page, size = PAGE_MM, fitted(natural_mm)
    across = fitted(natural_mm, PAGE_MM[::-1])
    if natural_mm[0] > natural_mm[1] and size[0] < _MUCH_SMALLER * across[0]:
        page, size = PAGE_MM[::-1], across
    return Picture(grey, size, page, min(20.0, (page[1] - size[1]) / 2))
