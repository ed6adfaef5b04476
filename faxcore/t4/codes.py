"""The tables of T.4 as the coders look them up."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from faxcore.t4 import tables
from faxcore.t4.bits import make_code

MAX_WIDTH = 5119  # T.4 and T.30 end at 4864; the code of one run of this length has 38 bits


@lru_cache(maxsize=1)
def run_codes() -> NDArray[np.uint64]:
    """The codes of all runs: index colour * (MAX_WIDTH + 1) + length, 1 = black."""
    return np.array(
        [
            make_code(tables.run_code(length, black))
            for black in (False, True)
            for length in range(MAX_WIDTH + 1)
        ]
    )
