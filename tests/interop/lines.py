"""Telephone lines between two spandsp ends: clear ones, noisy ones, ones that go dead."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from .machines import Block
from .spandsp import Samples, from_array, to_array

_SILENCE_RMS = 50.0
"""What is weaker is no signal, and gets no noise."""


class TelephoneLine(Protocol):
    """What becomes of a block of audio on its way."""

    def carry(self, said: Block, outward: bool) -> Block:
        """What arrives; ``outward`` from the modem to the fax machine."""
        ...


class ClearLine:
    """What is said arrives."""

    def carry(self, said: Block, outward: bool) -> Block:
        return said


class NoisyLine:
    """White noise, so many dB below the signal, the same every time for one seed.

    ``until_block`` blocks with a signal have noise, the rest none.
    """

    def __init__(self, snr_db: float, seed: int, until_block: int | None = None) -> None:
        self._share = 10 ** (-snr_db / 20)
        self._random = np.random.default_rng(seed)
        self._left = until_block

    def carry(self, said: Block, outward: bool) -> Block:
        clean = to_array(said).astype(np.float64)
        rms = float(np.sqrt(np.mean(clean**2)))
        if rms < _SILENCE_RMS or self._left == 0:
            return said
        if self._left is not None:
            self._left -= 1
        return from_array(clean + self._random.normal(0, rms * self._share, len(clean)))


class DyingLine:
    """A line that is cut after so many blocks each way."""

    def __init__(self, blocks: int) -> None:
        self._left = 2 * blocks

    def carry(self, said: Block, outward: bool) -> Block:
        self._left = max(0, self._left - 1)
        return said if self._left else Samples()
