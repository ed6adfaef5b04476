"""Pages as PNG files, for people to look at: square pixels, readable by the owner only."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from faxcore.t4 import PageBitmap
from faxcore.t4.tiff import is_on_its_side, upright


def png_octets(bitmap: PageBitmap, *, square: bool = True, orientation: int = 1) -> bytes:
    """A page as a one-bit PNG file.

    With ``square`` the rows of coarse are doubled and so on, so that the page looks as it does on
    paper; without it every row is one row of the picture. The resolution is written into it. A
    page of another ``orientation``, TIFF 6.0's, is turned as it is to be seen.
    """
    from PIL import Image  # noqa: PLC0415

    x_dpi, y_dpi = bitmap.resolution.x_dpi, bitmap.resolution.y_dpi
    white = ~bitmap.to_array()
    if square:
        times = max(1, round(x_dpi / y_dpi))
        across = max(1, round(y_dpi / x_dpi))
        white = white.repeat(times, axis=0).repeat(across, axis=1)
        x_dpi, y_dpi = x_dpi * across, y_dpi * times
    white = upright(white, orientation)
    if is_on_its_side(orientation):
        x_dpi, y_dpi = y_dpi, x_dpi
    packed = np.packbits(white, axis=1)
    image = Image.frombytes("1", (white.shape[1], white.shape[0]), packed.tobytes())
    target = io.BytesIO()
    image.save(target, "PNG", dpi=(x_dpi, y_dpi))
    return target.getvalue()


def write_png(
    path: str | Path, bitmap: PageBitmap, *, square: bool = True, orientation: int = 1
) -> None:
    """Write a page as a PNG file of mode 0600, whole or not at all."""
    data = png_octets(bitmap, square=square, orientation=orientation)
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
