"""T.4 and T.6: pixels to bits and back. Pure functions on values."""

from __future__ import annotations

from faxcore.t4.acceleration import accelerate
from faxcore.t4.account import DecodedPage, EndedBy, Repair
from faxcore.t4.bits import reverse_bits
from faxcore.t4.decode import decode_octets, decode_page
from faxcore.t4.encode import encode_page
from faxcore.t4.geometry import chop_trailing_white, halve_rows, narrow
from faxcore.t4.line import line_octets, minimum_row_bits
from faxcore.t4.page import Coding, EncodedPage, PageBitmap, Resolution
from faxcore.t4.transcode import transcode

__all__ = [
    "Coding",
    "DecodedPage",
    "EncodedPage",
    "EndedBy",
    "PageBitmap",
    "Repair",
    "Resolution",
    "accelerate",
    "chop_trailing_white",
    "decode_octets",
    "decode_page",
    "encode_page",
    "halve_rows",
    "line_octets",
    "minimum_row_bits",
    "narrow",
    "reverse_bits",
    "transcode",
]
