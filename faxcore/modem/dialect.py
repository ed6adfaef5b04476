"""How classes 2, 2.0 and 2.1 say the same things: SP-2388-A (Class 2), T.32 (2.0, 2.1).

Class 2 was sold before it was a standard and is what most such modems speak. 2.0 is the standard,
2.1 the ITU's edition of it with the same commands.
"""

from __future__ import annotations

from dataclasses import dataclass

from faxcore.t30.frames import FCF
from faxcore.t30.result import HangupStatus

ETX_ENDS = {FCF.MPS: 0, FCF.EOM: 1, FCF.EOP: 2}
"""``+FET``: what follows a page, both ways."""

DLE_ENDS = {FCF.MPS: 0x2C, FCF.EOM: 0x3B, FCF.EOP: 0x2E}
"""The octet behind the DLE that ends a page in 2.0 (T.32 8.3.3.7, table 17)."""

PAGE_STATUS = {1: FCF.MCF, 2: FCF.RTN, 3: FCF.RTP, 4: FCF.PIN, 5: FCF.PIP}
"""``+FPTS`` and ``+FPS``: what was said of a page."""

GIVEN_UP = 0
"""A page that did not get through in spite of error correction."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one class. ``base`` is that of numbers; hang-up codes are alike in digits.

    ``setup`` are commands that make all modems behave alike, each of which one may refuse;
    ``page_ends_by_command`` whether ``+FET`` ends a page, else an octet behind DLE does.
    ``corrects`` is the number for error correction in a session. ``poll`` asks for polling,
    ``polled`` reports that the far end can be; "" is a word that the class has not.
    """

    name: str
    base: int
    setup: tuple[str, ...]
    bit_order: str
    capabilities: str
    session: str
    local_id: str
    subaddress: str
    password: str
    addressing: str
    poll: str
    poll_id: str
    selective: str
    polled: str
    set_status: str
    abort: str
    connected: str
    remote_id: tuple[str, ...]
    remote_capabilities: str
    agreed: str
    page_status: str
    hung_up: str
    page_ends_by_command: bool
    waits_for_xon: bool
    corrects: int


CLASS_2 = Dialect(
    name="2",
    base=10,
    bit_order="+FBOR",
    setup=("AT+FBOR=0", "AT+FCR=1", "AT+FTBC=0", "AT+FPHCTO=30", "AT+FCQ=0"),
    capabilities="+FDCC",
    session="+FDIS",
    local_id="+FLID",
    subaddress="",
    password="",
    addressing="",
    poll="+FSPL",
    poll_id="+FCIG",
    selective="",
    polled="+FPOLL",
    set_status="+FPTS",
    abort="+FK",
    connected="+FCON",
    remote_id=("+FCSI:", "+FTSI:"),
    remote_capabilities="+FDIS:",
    agreed="+FDCS:",
    page_status="+FPTS:",
    hung_up="+FHNG:",
    page_ends_by_command=True,
    waits_for_xon=True,
    corrects=2,
)

_T32 = Dialect(
    name="2.0",
    base=16,
    bit_order="+FBO",
    setup=(
        "AT+FNR=1,1,1,0", "AT+FBO=0", "AT+FCR=1", "AT+FPP=0", "AT+FCT=1E", "AT+FCQ=0,0", "AT+FIE=0",
    ),
    capabilities="+FCC",
    session="+FIS",
    local_id="+FLI",
    subaddress="+FSA",
    password="+FPW",
    addressing="+FAP",
    poll="+FSP",
    poll_id="+FPI",
    selective="+FPA",
    polled="+FPO",
    set_status="+FPS",
    abort="+FKS",
    connected="+FCO",
    remote_id=("+FCI:", "+FTI:"),
    remote_capabilities="+FIS:",
    agreed="+FCS:",
    page_status="+FPS:",
    hung_up="+FHS:",
    page_ends_by_command=False,
    waits_for_xon=False,
    corrects=1,
)  # fmt: skip

DIALECTS: dict[str, Dialect] = {
    "2": CLASS_2,
    "2.0": _T32,
    "2.1": _T32,
}

_RECEIVE_PHASE_D = {100: 0xA0, 101: 0xA1, 102: 0xA2, 103: 0xA3}
"""The only codes that Class 2 numbers otherwise than T.32."""

_BY_CODE = {int(status): status for status in HangupStatus if status <= 0xFF}
_BY_TENS = {
    0x00: HangupStatus.ABORTED,
    0x10: HangupStatus.PHASE_A,
    0x20: HangupStatus.PHASE_B,
    0x40: HangupStatus.PHASE_C,
    0x50: HangupStatus.PHASE_D,
    0x70: HangupStatus.RECEIVE_PHASE_B,
    0x90: HangupStatus.RECEIVE_PHASE_C,
    0xA0: HangupStatus.RECEIVE_PHASE_D,
}


def hangup_status(digits: str) -> HangupStatus:
    """What ``+FHNG`` or ``+FHS`` says. Their codes look alike, in decimal and hexadecimal.

    A code that we have no name for counts as its phase's general one, one of no phase (makers have
    their own from 128 on) as the modem's.
    """
    text = digits.strip()
    try:
        code = int(text, 16)
        code = _RECEIVE_PHASE_D.get(int(text), code) if text.isdecimal() else code
    except ValueError:
        return HangupStatus.EQUIPMENT
    general = _BY_TENS.get(code & ~0xF, HangupStatus.EQUIPMENT)
    return _BY_CODE.get(code, general)
