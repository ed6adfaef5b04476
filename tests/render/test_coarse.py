from __future__ import annotations

import numpy as np

from faxcore.render.coarse import Weight, coarse_rows, text_lines

ROWS_PER_MM = 7.7


def rows_of(ink: np.ndarray) -> np.ndarray:
    both = np.array(ink)
    both[:-1] &= ink[1:]
    return coarse_rows(Weight(ink, (0, 1), 1), Weight(both, (0,), 1), 2, ROWS_PER_MM)


def test_half_a_row_of_ink_makes_it_black() -> None:
    ink = np.zeros((4, 2), bool)
    ink[0, 0] = True
    assert rows_of(ink).tolist() == [[True, False], [False, False]]


def test_in_black_surroundings_half_a_row_of_white_stays_white() -> None:
    ink = np.ones((80, 80), bool)
    ink[41, 10:70] = False
    expected = np.ones((40, 80), bool)
    expected[20, 10:70] = False
    assert np.array_equal(rows_of(ink), expected)


def test_small_print_moves_to_where_its_strokes_stay_apart() -> None:
    """Two strokes with a row of paper between them: as drawn, the gap would be lost."""
    ink = np.zeros((40, 60), bool)
    for top in (11, 15):
        ink[top : top + 2, 10:50] = True
    ink[11:17, 10] = True  # as the stem of an E
    black = rows_of(ink)
    assert black[:, 20].sum() == 2
    rows = np.flatnonzero(black[:, 20])
    assert rows[1] - rows[0] == 2


def test_what_is_tall_stays_where_it_is() -> None:
    ink = np.zeros((120, 60), bool)
    ink[11:91, 10:50:4] = True
    black = rows_of(ink)
    assert np.array_equal(np.flatnonzero(black[:, 10]), np.arange(5, 46))


def test_lines_are_cut_at_blank_rows_and_wide_gaps() -> None:
    ink = np.zeros((60, 300), bool)
    ink[5:15, 10:100] = ink[5:15, 200:290] = ink[30:40, 10:100] = True
    ink[:, 150] = True  # a rule from top to bottom holds no lines together
    boxes = text_lines(ink, 54)
    assert [(top, bottom) for top, bottom, *_ in boxes] == [(5, 15), (5, 15), (30, 40)]
