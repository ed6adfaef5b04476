"""spandsp's fax machines: what one can do, and one that sends or receives a TIFF."""

from __future__ import annotations

import ctypes
import enum
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faxcore.t4 import Coding, Resolution
from faxcore.t30.frames import Frame

from .spandsp import BLOCK, FRAME, PHASE_E, Samples

IDENTITY = "+1 555 0100"

_ANSWERING, _CALLING = 0, 1
_HANGUP_BLOCKS = 50
_CODINGS = {Coding.MH: 0x02, Coding.MR: 0x04, Coding.MMR: 0x08}
_RESOLUTIONS = {Resolution.COARSE: 0x01, Resolution.FINE: 0x02, Resolution.SUPERFINE: 0x04}
_R8 = 0x20000
_WIDTHS = {1728: 0x01, 2048: 0x02, 2432: 0x04}
_ANY_LENGTH = 0x70000

Block = ctypes.Array[ctypes.c_int16]
FrameHeard = Callable[[bool, Frame], None]
"""Told whether this machine sent a frame, and the frame."""


class Modems(enum.IntFlag):
    """What a machine announces."""

    V27TER = 1
    V29 = 2
    V17 = 4


NO_V17 = Modems.V27TER | Modems.V29
EVERYTHING = NO_V17 | Modems.V17


@dataclass(frozen=True, slots=True)
class Machine:
    """What a fax machine can do; ``scan_time_ms`` is the minimum for each row."""

    modems: Modems = EVERYTHING
    ecm: bool = False
    codings: frozenset[Coding] = frozenset({Coding.MH})
    resolutions: frozenset[Resolution] = frozenset(_RESOLUTIONS)
    widths: frozenset[int] = frozenset({1728})
    scan_time_ms: int = 0


class FaxEnd:
    """One of spandsp's fax machines.

    ``outcome`` is its completion code, 0 = OK, None at first; ``other`` is the other station's
    identity as it read it, known once it is closed.
    """

    def __init__(self, library: ctypes.CDLL, role: int, machine: Machine) -> None:
        self._library = library
        self._fax = library.fax_init(None, role)
        library.fax_set_transmit_on_idle(self._fax, 1)
        t30 = self._t30 = library.fax_get_t30_state(self._fax)
        library.t30_set_tx_ident(t30, IDENTITY.encode())
        library.t30_set_ecm_capability(t30, machine.ecm)
        library.t30_set_supported_modems(t30, machine.modems)
        library.t30_set_supported_compressions(t30, sum(_CODINGS[one] for one in machine.codings))
        library.t30_set_supported_resolutions(
            t30, _R8 | sum(_RESOLUTIONS[one] for one in machine.resolutions)
        )
        library.t30_set_supported_image_sizes(
            t30, _ANY_LENGTH | sum(_WIDTHS[one] for one in machine.widths)
        )
        library.t30_set_minimum_scan_line_time(t30, machine.scan_time_ms)
        self.outcome: int | None = None
        self.other = ""
        self.on_frame: FrameHeard | None = None
        # ctypes callbacks live only as long as somebody holds them.
        self._on_end, self._on_frame = PHASE_E(self._end), FRAME(self._frame)
        library.t30_set_phase_e_handler(t30, self._on_end, None)
        library.t30_set_real_time_frame_handler(t30, self._on_frame, None)

    def exchange(self, heard: Block) -> Block:
        """Hear one block and say one."""
        self._library.fax_rx(self._fax, heard, BLOCK)
        said = Samples()
        self._library.fax_tx(self._fax, said, BLOCK)
        return said

    def close(self) -> None:
        """Hear silence until its own hang-up is over, finish the TIFF, free everything."""
        for _ in range(_HANGUP_BLOCKS):
            self.exchange(Samples())
        identity: bytes | None = self._library.t30_get_rx_ident(self._t30)
        self.other = (identity or b"").decode("ascii")
        self._library.fax_release(self._fax)
        self._library.fax_free(self._fax)

    def be_busy(self, times: int) -> None:
        """Answer RNR so many times where error correction would confirm."""
        self._library.t30_set_receiver_not_ready(self._t30, times)

    def _end(self, t30: object, data: object, code: int) -> None:
        self.outcome = code

    def _frame(self, t30: object, data: object, heard: int, octets: int, length: int) -> None:
        frame = Frame.parse(ctypes.string_at(octets, length))
        if self.on_frame is not None and frame is not None:
            self.on_frame(not heard, frame)


class Receiver(FaxEnd):
    """Answers, and writes what it gets to a TIFF."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, machine: Machine) -> None:
        super().__init__(library, _ANSWERING, machine)
        library.t30_set_rx_file(self._t30, str(tiff).encode(), -1)


class Held(FaxEnd):
    """Answers, and holds a TIFF ready to be polled."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, machine: Machine) -> None:
        super().__init__(library, _ANSWERING, machine)
        library.t30_set_tx_file(self._t30, str(tiff).encode(), -1, -1)


class Sender(FaxEnd):
    """Calls, and sends a TIFF."""

    def __init__(self, library: ctypes.CDLL, tiff: Path, machine: Machine) -> None:
        super().__init__(library, _CALLING, machine)
        library.t30_set_tx_file(self._t30, str(tiff).encode(), -1, -1)
