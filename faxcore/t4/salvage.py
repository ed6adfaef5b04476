"""What can be saved where a stretch between two EOLs is not exactly one row.

Noise hits EOLs, fill and codes alike. An EOL lost to one flipped bit leaves two rows in one
stretch, both decodable; a 1 in the fill makes a false EOL or follows a whole row; equipment that
sends no EOLs leaves many rows in a stretch. Each of these is recognised by a row that comes out at
exactly the right width; anything else is one bad row. This is the slow path, code by code.
"""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.t4.row_decoder import Row, decode_1d_row, decode_2d_row

_EOL_BITS = 12
_SURE_ROWS = 8  # so many rows without an EOL between them are no accident


@dataclass(frozen=True, slots=True)
class Salvager:
    """Decodes stretches of a page; ``tag_bits`` is 1 in MR, where a tag bit follows each EOL."""

    window24: list[int]
    width: int
    tag_bits: int

    def rows(
        self, start: int, stop: int, end: int, above: list[int] | None
    ) -> list[list[int] | None]:
        """The rows between two EOLs as changes, None for a bad one.

        The zeros before the EOL begin at ``stop``; codes must have ended at ``end``. ``above`` are
        the changes of the row above, None if that is bad.
        """
        rows: list[list[int] | None] = []
        sure = 0  # rows that a damaged EOL, too, shows to be whole
        position = start
        while position < stop:
            found = self._row(position, stop, above)
            if found is None:
                skipped = self._skip_damaged_eol(position, stop)
                whole_eol = skipped - position >= _EOL_BITS
                if skipped >= stop and (rows or whole_eol):
                    return rows
                sure = len(rows) if whole_eol else sure
                found = self._row(skipped, stop, above) if skipped else None
            if found is None or found[0] > end:
                keep = rows if len(rows) - sure >= _SURE_ROWS else rows[:sure]
                return [*keep, None]
            position, above = found
            rows.append(above)
        return rows

    def _row(self, position: int, stop: int, above: list[int] | None) -> Row | None:
        """A row whose tag bit, in MR, is the bit before it."""
        if self.tag_bits and position and not self._bit(position - 1):
            if above is None:
                return None
            return decode_2d_row(self.window24, position, stop, self.width, above)
        return decode_1d_row(self.window24, position, stop, self.width)

    def _skip_damaged_eol(self, position: int, stop: int) -> int:
        """Where the row begins if here are zeros with a stray 1 among them; 0 if not.

        That is an EOL, or the end of the fill before it, with one bit flipped.
        """
        limit = min(position + 2 * _EOL_BITS, stop)
        ones = [at for at in range(position, limit) if self._bit(at)][:2]
        if len(ones) == 2 and ones[1] - position >= _EOL_BITS - 1:
            return ones[1] + 1 + self.tag_bits
        if ones and (ones[0] > position or ones[0] + 1 == stop):
            return ones[0] + 1 + self.tag_bits
        return 0

    def _bit(self, at: int) -> int:
        return self.window24[at >> 3] >> (23 - (at & 7)) & 1
