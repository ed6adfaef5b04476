"""T.4 and T.6: pixels to bits and back. Pure functions on values."""

from __future__ import annotations

from faxcore.t4.page import Coding, EncodedPage, PageBitmap, Resolution

__all__ = ["Coding", "EncodedPage", "PageBitmap", "Resolution"]
