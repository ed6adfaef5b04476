"""MMR pages: row after row until EOFB, a bad row or the end of the data, T.6 2.2 to 2.4."""

from __future__ import annotations

import numpy as np

from faxcore.t4 import acceleration
from faxcore.t4.account import EndedBy
from faxcore.t4.row_decoder import decode_2d_row
from faxcore.t4.row_store import RowStore
from faxcore.t4.run_decoder import window24
from faxcore.t4.segments import end_of_ones

_EOFB_START = 1  # the first of its two EOLs, in twelve bits
_BLOCK_ROWS = 1024


def decode_mmr(octets: bytes, width: int, limit: int, store: RowStore) -> EndedBy:
    """Decode MMR into ``store``; at most one row over ``limit``."""
    last_one = end_of_ones(octets)  # every code has a 1: what follows is no row
    if acceleration.engaged():
        return _decode_by_compiled_code(octets, width, limit, store, last_one)
    words: list[int] = window24(octets).tolist()
    position, above = 0, list[int]()
    while position < last_one and store.height <= limit:
        if words[position >> 3] >> (12 - (position & 7)) & 0xFFF == _EOFB_START:
            return EndedBy.EOFB
        found = decode_2d_row(words, position, len(octets) * 8, width, above)
        if found is None:
            store.add(None, 0)
            break
        store.add(found[1], found[0] - position)
        position, above = found
    return EndedBy.END_OF_DATA


def _decode_by_compiled_code(
    octets: bytes, width: int, limit: int, store: RowStore, last_one: int
) -> EndedBy:
    from faxcore.t4.compiled_decoder import Stopped  # noqa: PLC0415 - engaged, so it is there

    decoder = acceleration.decoder(octets, width)
    words: list[int] = []
    position = 0
    while store.height <= limit:
        block = min(_BLOCK_ROWS, limit + 1 - store.height)
        pixels, bits = np.zeros((block, (width + 7) // 8), np.uint8), np.zeros(block, np.int64)
        why, rows, position = decoder.mmr_rows(position, last_one, pixels, bits)
        store.add_pixels(pixels[:rows], bits[:rows])
        if why is Stopped.EOFB:
            return EndedBy.EOFB
        if why is Stopped.END:
            break
        if why is Stopped.DOUBT:
            words = words or window24(octets).tolist()
            found = decode_2d_row(words, position, len(octets) * 8, width, store.above() or [])
            if found is None:
                store.add(None, 0)
                break
            store.add(found[1], found[0] - position)
            position = found[0]
            decoder.look_up_to(found[1])
    return EndedBy.END_OF_DATA
