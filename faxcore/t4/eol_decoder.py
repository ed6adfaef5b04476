"""MH and MR pages, one row between two EOLs unless damage shows otherwise: T.4 4.1.2, 4.2.2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import acceleration
from faxcore.t4.account import EndedBy
from faxcore.t4.bits import octets_to_words
from faxcore.t4.row_decoder import decode_2d_row
from faxcore.t4.row_store import RowStore
from faxcore.t4.run_decoder import decode_rows, window24
from faxcore.t4.salvage import Salvager
from faxcore.t4.segments import Rows, find_rows


def decode_with_eols(
    octets: bytes, tagged: bool, width: int, limit: int, store: RowStore
) -> EndedBy:
    """Decode MH or, ``tagged``, MR into ``store``; at most a little over ``limit`` rows."""
    rows, ended_by = find_rows(np.frombuffer(octets, np.uint8), tagged, limit)
    page = _EolPage(octets, tagged, width, rows, store)
    if tagged and acceleration.engaged():  # many rows of MH at once are as quick as compiled code
        page.decode_by_compiled_code(limit)
    else:
        page.decode_abreast(limit)
    return ended_by


class _EolPage:
    """One page being decoded."""

    def __init__(
        self, octets: bytes, tagged: bool, width: int, rows: Rows, store: RowStore
    ) -> None:
        self._octets = octets
        self._tagged = tagged
        self._width = width
        self._rows = rows
        self._store = store
        self._words: list[int] | None = None

    def decode_abreast(self, limit: int) -> None:
        """All one-dimensional rows at once, then what is left one by one."""
        rows = self._rows
        pixels, regular = self._flat_rows(rows.flat)
        self._store.give_pixels(pixels)
        if rows.flat.all() and regular.all():
            self._store.add_given(rows.bits)
            return
        given = np.flatnonzero(rows.flat)
        number_of = dict(
            zip(given[regular].tolist(), np.flatnonzero(regular).tolist(), strict=True)
        )
        for row, bits in enumerate(rows.bits.tolist()):
            number = number_of.get(row)
            if number is not None:
                self._store.add_one_given(number, bits)
                continue
            self._decode_one(row)
            if self._store.height > limit:
                return

    def decode_by_compiled_code(self, limit: int) -> None:
        """All rows beyond doubt by compiled code, the others one by one."""
        rows, store = self._rows, self._store
        decoder = acceleration.decoder(self._octets, self._width)
        row = 0
        while row < len(rows):
            pixels = np.zeros((len(rows) - row, (self._width + 7) // 8), np.uint8)
            doubtful = decoder.rows_between_eols(rows, row, pixels)
            store.add_pixels(pixels[: doubtful - row], rows.bits[row:doubtful])
            row = doubtful + 1
            if doubtful < len(rows):
                self._decode_doubtful(doubtful)
                decoder.look_up_to(store.above())
            if store.height > limit:
                return

    def _decode_doubtful(self, row: int) -> None:
        """A row that compiled code left, judged as ``decode_abreast`` does."""
        if self._rows.flat[row]:
            alone = np.zeros(len(self._rows), np.bool_)
            alone[row] = True
            pixels, regular = self._flat_rows(alone)
            if regular[0]:
                self._store.add_pixels(pixels, self._rows.bits[row : row + 1])
                return
        self._decode_one(row)

    def _flat_rows(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Some one-dimensional rows: their pixels, and which fill their stretch exactly."""
        rows = self._rows
        starts, stops, latest = rows.starts, rows.stops, rows.latest
        if not chosen.all():
            starts, stops, latest = starts[chosen], stops[chosen], latest[chosen]
        decoded = decode_rows(octets_to_words(self._octets), starts, stops - starts, self._width)
        fits = decoded.stops >= stops
        fits &= decoded.stops <= latest
        fits &= decoded.whole
        return decoded.pixels, fits

    def _decode_one(self, row: int) -> None:
        """A two-dimensional row, or whatever is there."""
        if self._words is None:
            self._words = window24(self._octets).tolist()
        rows, store = self._rows, self._store
        start, stop = int(rows.starts[row]), int(rows.stops[row])
        latest, bits = int(rows.latest[row]), int(rows.bits[row])
        above = store.above() if self._tagged else None
        if not rows.flat[row] and above is not None:
            found = decode_2d_row(self._words, start, stop, self._width, above)
            if found is not None and stop <= found[0] <= latest:
                store.add(found[1], bits)
                return
        salvager = Salvager(self._words, self._width, 1 if self._tagged else 0)
        salvaged = salvager.rows(start, stop, latest, above)
        for changes in salvaged[:-1]:
            store.add(changes, 0)
        for changes in salvaged[-1:]:
            store.add(changes, bits)
