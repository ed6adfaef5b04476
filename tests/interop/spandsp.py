"""libspandsp 0.0.6 through ctypes: its functions typed, nothing of it built or patched.

Time is made of blocks of 20 ms of audio, 160 samples.
"""

from __future__ import annotations

import ctypes
import ctypes.util

import numpy as np

BLOCK_S, BLOCK = 0.02, 160

Samples = ctypes.c_int16 * BLOCK
AT_TX = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t
)
CONTROL = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
PHASE_E = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
FRAME = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int
)

_POINTER, _INTEGER, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
_TYPES: dict[str, tuple[object, list[object]]] = {
    "t31_init": (_POINTER, [_POINTER, AT_TX, _POINTER, CONTROL, _POINTER, _POINTER, _POINTER]),
    "t31_at_rx": (_INTEGER, [_POINTER, _TEXT, _INTEGER]),
    "t31_call_event": (None, [_POINTER, _INTEGER]),
    "t31_rx": (_INTEGER, [_POINTER, _POINTER, _INTEGER]),
    "t31_tx": (_INTEGER, [_POINTER, _POINTER, _INTEGER]),
    "t31_set_transmit_on_idle": (None, [_POINTER, _INTEGER]),
    "t31_free": (_INTEGER, [_POINTER]),
    "fax_init": (_POINTER, [_POINTER, _INTEGER]),
    "fax_rx": (_INTEGER, [_POINTER, _POINTER, _INTEGER]),
    "fax_tx": (_INTEGER, [_POINTER, _POINTER, _INTEGER]),
    "fax_set_transmit_on_idle": (None, [_POINTER, _INTEGER]),
    "fax_get_t30_state": (_POINTER, [_POINTER]),
    "fax_release": (_INTEGER, [_POINTER]),
    "fax_free": (_INTEGER, [_POINTER]),
    "t30_set_rx_file": (None, [_POINTER, _TEXT, _INTEGER]),
    "t30_set_tx_file": (None, [_POINTER, _TEXT, _INTEGER, _INTEGER]),
    "t30_set_tx_ident": (_INTEGER, [_POINTER, _TEXT]),
    "t30_get_rx_ident": (_TEXT, [_POINTER]),
    "t30_set_ecm_capability": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_minimum_scan_line_time": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_supported_modems": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_supported_compressions": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_supported_resolutions": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_supported_image_sizes": (_INTEGER, [_POINTER, _INTEGER]),
    "t30_set_phase_e_handler": (None, [_POINTER, PHASE_E, _POINTER]),
    "t30_set_real_time_frame_handler": (None, [_POINTER, FRAME, _POINTER]),
    "t30_set_receiver_not_ready": (_INTEGER, [_POINTER, _INTEGER]),
}


def load() -> ctypes.CDLL | None:
    """The library, typed; None where it is not installed."""
    name = ctypes.util.find_library("spandsp")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    for function, (result, arguments) in _TYPES.items():
        found = getattr(library, function)
        found.restype, found.argtypes = result, arguments
    return library


def to_array(samples: ctypes.Array[ctypes.c_int16]) -> np.ndarray:
    """A block as numbers; the array shares its memory."""
    return np.frombuffer(memoryview(samples), np.int16)


def from_array(samples: np.ndarray) -> ctypes.Array[ctypes.c_int16]:
    """A block of what may be too loud: it is clipped."""
    return Samples.from_buffer_copy(np.clip(samples, -32768, 32767).astype(np.int16).tobytes())
