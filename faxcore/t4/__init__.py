"""T.4 and T.6: pixels to bits and back. Pure functions on values.

How it works. A page is a matrix of packed pixels, and whole pages are computed with: no loop runs
over pixels, runs or, where rows do not need each other, rows.

- *Coding* looks only where colours change. MH (``mh``) takes sixteen pixels at a time, two-
  dimensional coding (``modes``) 32, and finds by shifts and additions what is coded at each of
  them; tables have the codes of several pixels joined (``mh_symbols``, ``units``). Rows like
  the one above are left out and put in at the end (``two_dimensional_page``).
- *Writing* joins codes to words without a loop: where each begins is a running sum of lengths, and
  there it is added to its word (``bits``).
- *Decoding* MH goes through all rows of a page side by side, several codes of each at a step
  (``run_decoder``). In MR and MMR a row needs the one above, so those go row by row
  (``row_decoder``).

Why it is fast: numpy's loops run over few, small numbers, in arrays that stay in the cache. What
costs time is not the pixels but the number of passes over whatever changes, some 100 over 32 pixels
each and 30 over the octets with codes; a page of text takes no longer than libtiff's C code needs
to step from change to change. ``[fast]`` (``acceleration``) steps so, too, in compiled code.
"""

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
