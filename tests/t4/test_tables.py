"""The code tables against the Recommendation's own words."""

import numpy as np
import pytest

from faxcore.t4 import tables
from faxcore.t4.steps import CHANGES, FAR, step_table

ALL_CODES = [[*tables.TERMINATING[black], *tables.MAKE_UP[black], tables.EOL] for black in (0, 1)]


@pytest.mark.parametrize("black", [0, 1])
def test_no_code_begins_another(black):
    codes = ALL_CODES[black]
    for one in codes:
        assert [other for other in codes if other.startswith(one)] == [one]


@pytest.mark.parametrize("black", [0, 1])
def test_every_run_length_to_2623_has_its_code(black):
    assert len(tables.TERMINATING[black]) == 64
    assert len(tables.MAKE_UP[black]) == 40
    codes = {tables.run_code(length, bool(black)) for length in range(2624)}
    assert len(codes) == 2624


def test_no_two_codes_imitate_an_eol():
    for first in ALL_CODES[0][:-1] + ALL_CODES[1][:-1]:
        for then in ALL_CODES[0][:-1] + ALL_CODES[1][:-1]:
            assert "0" * 11 not in first + then


def test_two_dimensional_codes_are_a_prefix_code_and_leave_only_the_extension():
    codes = [tables.PASS, tables.HORIZONTAL, *tables.VERTICAL.values(), tables.EXTENSION_2D]
    for one in codes:
        assert [other for other in codes if other.startswith(one)] == [one]
    unused = 1 - sum(2.0 ** -len(code) for code in codes)
    assert unused == 2.0**-7  # 0000000: fill and EOL


@pytest.mark.parametrize(
    ("length", "white", "black"),
    [
        (0, "00110101", "0000110111"),
        (1, "000111", "010"),
        (2, "0111", "11"),
        (3, "1000", "10"),
        (10, "00111", "0000100"),
        (24, "0101000", "00000010111"),
        (41, "00101010", "000001101101"),
        (56, "01011001", "000000101000"),
        (63, "00110100", "000001100111"),
        (64, "11011" + "00110101", "0000001111" + "0000110111"),
        (832 + 1, "011010010" + "000111", "0000001001101" + "010"),
        (1664, "011000" + "00110101", "0000001100100" + "0000110111"),
        (1728, "010011011" + "00110101", "0000001100101" + "0000110111"),
        (1792 + 63, "00000001000" + "00110100", "00000001000" + "000001100111"),
        (2560 + 2, "000000011111" + "0111", "000000011111" + "11"),
        (2624, "000000011111" + "11011" + "00110101", "000000011111" + "0000001111" + "0000110111"),
        (5120, "000000011111" * 2 + "00110101", "000000011111" * 2 + "0000110111"),
    ],
)
def test_run_codes_are_those_printed(length, white, black):
    assert tables.run_code(length, False) == white
    assert tables.run_code(length, True) == black


def test_signals_are_those_printed():
    assert tables.EOL == "000000000001"
    assert tables.EOFB == "000000000001000000000001"
    assert tables.RTC_EOLS == 6


def test_marks_of_a_step_are_its_changes():
    table = step_table()
    seen = (table.count & (FAR - 1)).astype(np.int64)
    for at in np.random.default_rng(1).permutation(len(seen))[:4000].tolist():
        changes = table.changes[: seen[at], at].tolist()
        marked = [
            int(offset) + 63 - bit
            for marks, offset in zip(table.marks[:, at], table.offsets[:, at], strict=True)
            for bit in range(64)
            if int(marks) >> bit & 1
        ]
        assert sorted(marked) == sorted(c for c in set(changes) if changes.count(c) % 2)
        assert (table.count[at] > CHANGES) == (table.marks[1, at] > 0)


def test_no_step_has_changes_beyond_both_its_patterns():
    table = step_table()
    last = table.changes.max(axis=0)
    reach = np.where(table.count > CHANGES, table.offsets[1], table.offsets[0]) + 63
    assert (last <= reach).all()
