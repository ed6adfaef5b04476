"""Whether compiled code does the coding: ``pip install 'faxcore[fast]'`` and ``accelerate()``.

The coder needs numpy alone. numba makes it several times faster and decoding of MR and MMR, where
each row needs the one above, fifty times; but loading it takes a quarter of a second, and compiling
for the first time on a machine some ten. So it is never engaged by itself, in the midst of a call
say, but where a program asks for it, at its start.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faxcore.errors import SettingsError
from faxcore.t4.page import Coding, EncodedPage, PageBitmap

if TYPE_CHECKING:
    from faxcore.t4.compiled_decoder import CompiledDecoder


class _Engaged:
    encoder: ModuleType | None = None
    decoder: ModuleType | None = None
    transcoder: ModuleType | None = None


def engaged() -> bool:
    """Whether compiled code is in use."""
    return _Engaged.encoder is not None


def accelerate(wanted: bool = True) -> None:
    """Have pages coded by compiled code from now on, in this process; or by numpy alone again.

    To be called at the start of a program: the first time on a machine it takes some ten seconds,
    later ones half a second. Raises ``SettingsError`` where numba is missing or cannot keep what
    it compiled.
    """
    if not wanted:
        _Engaged.encoder = _Engaged.decoder = _Engaged.transcoder = None
        return
    try:
        from faxcore.t4 import (  # noqa: PLC0415 - heavy, optional
            compiled_decoder,
            compiled_encoder,
            compiled_transcoder,
        )
    except ModuleNotFoundError as missing:
        raise SettingsError(
            f"compiled coding needs {missing.name}: pip install 'faxcore[fast]'"
        ) from missing
    except RuntimeError as refused:
        raise SettingsError(f"numba cannot keep compiled code: {refused}") from refused
    _Engaged.encoder, _Engaged.decoder = compiled_encoder, compiled_decoder
    _Engaged.transcoder = compiled_transcoder
    _compile()


def _compile() -> None:
    """Code a small page in every way, so that no later page waits for the compiler."""
    from faxcore.t4 import (  # noqa: PLC0415 - they need us
        decode_octets,
        encode_page,
        line_octets,
        transcode,
    )

    bitmap = PageBitmap.from_array(np.eye(8, 64, dtype=np.bool_))
    for coding in Coding:
        encoded = encode_page(bitmap, coding)
        decode_octets(line_octets(encoded), coding, bitmap.width)
        for other in Coding:
            transcode(encoded, other)


def encode_rows(
    rows: NDArray[np.uint8], width: int, coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]]:
    """``compiled_encoder.encode_rows``; only while ``engaged()``."""
    assert _Engaged.encoder is not None
    coded: tuple[bytes, NDArray[np.int32]] = _Engaged.encoder.encode_rows(rows, width, coding, k)
    return coded


def transcode_rows(
    page: EncodedPage, flat: NDArray[np.bool_], coding: Coding, k: int
) -> tuple[bytes, NDArray[np.int32]] | None:
    """``compiled_transcoder.transcode_rows``; only while ``engaged()``."""
    assert _Engaged.transcoder is not None
    made: tuple[bytes, NDArray[np.int32]] | None
    made = _Engaged.transcoder.transcode_rows(page, flat, coding, k)
    return made


def decoder(octets: bytes, width: int) -> CompiledDecoder:
    """A ``CompiledDecoder`` for one page; only while ``engaged()``."""
    assert _Engaged.decoder is not None
    made: CompiledDecoder = _Engaged.decoder.CompiledDecoder(width, np.frombuffer(octets, np.uint8))
    return made
