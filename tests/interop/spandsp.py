"""spandsp's Class 1 soft modem as a ``Dce``, its audio joined to spandsp's fax receiver.

libspandsp 0.0.6 is called through ctypes; nothing of it is built or patched. Its time is made of
blocks of 20 ms of audio, 160 samples, which cross between the two ends once the call is made.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import enum
from collections.abc import Callable
from pathlib import Path

from faxcore.transport.port import LineState

BLOCK_S, BLOCK = 0.02, 160
RING_S = 4.0
ROOM = 512
"""So much is given to the modem between two looks at its CTS."""

_CALL, _ANSWER, _HANGUP, _ONHOOK, _CTS = 0, 1, 2, 4, 7
_ALERTING, _CONNECTED, _ANSWERED = 1, 2, 3
_ANSWERING, _CALLING = 0, 1
_HANGUP_BLOCKS = 50
_STANDARD_AND_FINE, _R8 = 0x03, 0x20000
_MH = 0x02
_A4_WIDTH, _ANY_LENGTH = 0x01, 0x70000

Samples = ctypes.c_int16 * BLOCK
_AT_TX = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t
)
_CONTROL = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_PHASE_E = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)


class Modems(enum.IntFlag):
    """What the receiver announces."""

    V27TER = 1
    V29 = 2
    V17 = 4


def load() -> ctypes.CDLL | None:
    """The library, typed; None where it is not installed."""
    name = ctypes.util.find_library("spandsp")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    pointer, integer, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    types: dict[str, tuple[object, list[object]]] = {
        "t31_init": (pointer, [pointer, _AT_TX, pointer, _CONTROL, pointer, pointer, pointer]),
        "t31_at_rx": (integer, [pointer, text, integer]),
        "t31_call_event": (None, [pointer, integer]),
        "t31_rx": (integer, [pointer, pointer, integer]),
        "t31_tx": (integer, [pointer, pointer, integer]),
        "t31_set_transmit_on_idle": (None, [pointer, integer]),
        "t31_free": (integer, [pointer]),
        "fax_init": (pointer, [pointer, integer]),
        "fax_rx": (integer, [pointer, pointer, integer]),
        "fax_tx": (integer, [pointer, pointer, integer]),
        "fax_set_transmit_on_idle": (None, [pointer, integer]),
        "fax_get_t30_state": (pointer, [pointer]),
        "fax_release": (integer, [pointer]),
        "fax_free": (integer, [pointer]),
        "t30_set_rx_file": (None, [pointer, text, integer]),
        "t30_set_tx_file": (None, [pointer, text, integer, integer]),
        "t30_set_tx_ident": (integer, [pointer, text]),
        "t30_get_rx_ident": (text, [pointer]),
        "t30_set_ecm_capability": (integer, [pointer, integer]),
        "t30_set_supported_modems": (integer, [pointer, integer]),
        "t30_set_supported_compressions": (integer, [pointer, integer]),
        "t30_set_supported_resolutions": (integer, [pointer, integer]),
        "t30_set_supported_image_sizes": (integer, [pointer, integer]),
        "t30_set_phase_e_handler": (None, [pointer, _PHASE_E, pointer]),
    }
    for function, (result, arguments) in types.items():
        found = getattr(library, function)
        found.restype, found.argtypes = result, arguments
    return library


class FaxEnd:
    """One of spandsp's fax machines. ``outcome`` is its completion code, 0 = OK, None at first."""

    def __init__(self, library: ctypes.CDLL, role: int, modems: Modems) -> None:
        self._library = library
        self._fax = library.fax_init(None, role)
        library.fax_set_transmit_on_idle(self._fax, 1)
        self._t30 = library.fax_get_t30_state(self._fax)
        library.t30_set_tx_ident(self._t30, b"+1 555 0100")
        library.t30_set_ecm_capability(self._t30, 0)
        library.t30_set_supported_modems(self._t30, modems)
        library.t30_set_supported_compressions(self._t30, _MH)
        library.t30_set_supported_resolutions(self._t30, _STANDARD_AND_FINE | _R8)
        library.t30_set_supported_image_sizes(self._t30, _A4_WIDTH | _ANY_LENGTH)
        self.outcome: int | None = None
        self._on_end = _PHASE_E(self._end)
        library.t30_set_phase_e_handler(self._t30, self._on_end, None)

    @property
    def other(self) -> str:
        """The other station's identity as spandsp read it."""
        ident: bytes | None = self._library.t30_get_rx_ident(self._t30)
        return (ident or b"").decode("ascii")

    def exchange(self, heard: ctypes.Array[ctypes.c_int16]) -> ctypes.Array[ctypes.c_int16]:
        """Hear one block and say one."""
        self._library.fax_rx(self._fax, heard, BLOCK)
        said = Samples()
        self._library.fax_tx(self._fax, said, BLOCK)
        return said

    def close(self) -> None:
        """Hear silence until its own hang-up is over, finish the TIFF, free everything."""
        for _ in range(_HANGUP_BLOCKS):
            self.exchange(Samples())
        self._library.fax_release(self._fax)
        self._library.fax_free(self._fax)

    def _end(self, t30: object, data: object, code: int) -> None:
        self.outcome = code


class Receiver(FaxEnd):
    """Answers, and writes what it gets to a TIFF."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, modems: Modems) -> None:
        super().__init__(library, _ANSWERING, modems)
        library.t30_set_rx_file(self._t30, str(tiff).encode(), -1)


class Sender(FaxEnd):
    """Calls, and sends a TIFF."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, modems: Modems) -> None:
        super().__init__(library, _CALLING, modems)
        library.t30_set_tx_file(self._t30, str(tiff).encode(), -1, -1)


class SpandspModem:
    """A ``Dce``: spandsp's T.31 modem. Its calls are answered by ``answer()``.

    ``ring(caller)`` lets a call come in.
    """

    def __init__(self, library: ctypes.CDLL, answer: Callable[[], FaxEnd] | None = None) -> None:
        self._library = library
        self._answer = answer
        self._said = bytearray()
        self._blocks = 0
        self._has_room = True
        self._connect_at: float | None = None
        self._answer_at: float | None = None
        self._silence = Samples()
        self.far: FaxEnd | None = None
        self._caller: FaxEnd | None = None
        self.dialled: list[str] = []
        # ctypes callbacks live only as long as somebody holds them.
        self._on_text, self._on_control = _AT_TX(self._text), _CONTROL(self._control)
        self._t31 = library.t31_init(None, self._on_text, None, self._on_control, None, None, None)
        library.t31_set_transmit_on_idle(self._t31, 1)

    def feed(self, data: bytes, now: float) -> None:
        self._live(now)
        self._library.t31_at_rx(self._t31, data, len(data))

    def due(self) -> float:
        return (self._blocks + 1) * BLOCK_S

    def take(self, now: float) -> bytes:
        self._live(now)
        said = bytes(self._said)
        self._said.clear()
        return said

    def room(self, now: float) -> int:
        self._live(now)
        return ROOM if self._has_room else 0

    def control(self, now: float, state: LineState) -> None:
        """spandsp's modem heeds no DTR."""

    def ring(self, caller: FaxEnd) -> None:
        """A call comes in: the modem says RING."""
        self._caller = caller
        self._library.t31_call_event(self._t31, _ALERTING)

    def close(self) -> None:
        """Hang up and free everything."""
        if self.far is not None:
            self.far.close()
        self._library.t31_free(self._t31)

    def _live(self, now: float) -> None:
        while (self._blocks + 1) * BLOCK_S <= now:
            self._blocks += 1
            self._step()

    def _step(self) -> None:
        """20 ms in which each end hears what the other says."""
        at = self._blocks * BLOCK_S
        if self._connect_at is not None and at >= self._connect_at:
            self._connect_at = None
            self.far = self._answer() if self._answer is not None else None
            self._library.t31_call_event(self._t31, _CONNECTED)
        if self._answer_at is not None and at > self._answer_at:
            self._answer_at = None
            self.far, self._caller = self._caller, None
            self._library.t31_call_event(self._t31, _ANSWERED)
        said = Samples()
        self._library.t31_tx(self._t31, said, BLOCK)
        heard = self.far.exchange(said) if self.far is not None else self._silence
        self._library.t31_rx(self._t31, heard, BLOCK)

    def _text(self, at: object, data: object, octets: int, length: int) -> int:
        self._said += ctypes.string_at(octets, length)
        return 0

    def _control(self, t31: object, data: object, operation: int, value: int | None) -> int:
        if operation == _CALL:
            self.dialled.append(ctypes.string_at(value or 0).decode("ascii"))
            self._connect_at = self._blocks * BLOCK_S + RING_S
        elif operation == _ANSWER:
            self._answer_at = self._blocks * BLOCK_S
        elif operation == _CTS:
            self._has_room = bool(value)
        elif operation in {_HANGUP, _ONHOOK} and self.far is not None:
            self.far.close()
            self.far = None
        return 0
