"""Short messages as a GSM modem takes and reports them: SMS-SUBMIT and SMS-STATUS-REPORT. Pure.

3GPP TS 23.040 9.2.2.2 and 9.2.2.3, addresses 9.1.2.5; TS 27.005 for the octet of length zero in
front, which leaves the choice of the service centre to the SIM.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from faxcore.delivery.sms_text import Part, pack

_NUMBER = re.compile(r"\+?[0-9*#]{1,20}")
_SEMI_OCTETS = "0123456789*#abc"
_SUBMIT, _RELATIVE_VALIDITY, _REPORT, _HEADER = 0x01, 0x10, 0x20, 0x40
_CONCATENATED = 0x00
_UCS2 = 0x08
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Submit:
    """A message for ``AT+CMGS``: the hexadecimal PDU, and the length that the command names."""

    pdu: str
    length: int


class Fate(enum.Enum):
    """What a status report says of a message (TP-Status, 9.2.3.15)."""

    DELIVERED = "delivered"
    TRYING = "trying"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A report: the reference that the modem gave the message, its recipient, what became of it."""

    reference: int
    number: str
    fate: Fate
    status: int


def submit(
    number: str, part: Part, reference: int, *, report: bool = True, validity_minutes: int = _DAY
) -> Submit:
    """The PDU of one part. ``reference`` (0 to 255) is the same for all parts of a text.

    ValueError for a number that is none.
    """
    header = concatenation(part, reference)
    first = _SUBMIT | _RELATIVE_VALIDITY | (_REPORT if report else 0) | (_HEADER if header else 0)
    coding = _UCS2 if part.is_ucs2 else 0
    length, data = _user_data(part, header)
    octets = bytes((first, 0)) + address(number) + bytes((0, coding))
    octets += bytes((validity(validity_minutes), length)) + data
    return Submit("00" + octets.hex().upper(), len(octets))


def concatenation(part: Part, reference: int) -> bytes:
    """The user data header of one of several parts (9.2.3.24.1); nothing for one alone."""
    if part.parts == 1:
        return b""
    return bytes((5, _CONCATENATED, 3, reference & 0xFF, part.parts, part.number))


def address(number: str) -> bytes:
    """A destination address: digits, type of number, semi-octets."""
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"{number!r} is no number of a telephone")
    digits = number.removeprefix("+")
    kind = 0x91 if number.startswith("+") else 0x81
    nibbles = [_SEMI_OCTETS.index(digit) for digit in digits]
    nibbles += [0xF] * (len(nibbles) % 2)
    pairs = (low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return bytes((len(digits), kind, *pairs))


def validity(minutes: int) -> int:
    """The relative validity period (9.2.3.12.1) that is at least so long."""
    if minutes <= 12 * 60:
        return max(-(-minutes // 5) - 1, 0)
    if minutes <= _DAY:
        return 143 + -(-(minutes - 12 * 60) // 30)
    if minutes <= 30 * _DAY:
        return 166 + -(-minutes // _DAY)
    return min(192 + -(-minutes // (7 * _DAY)), 255)


def read_report(pdu: str) -> StatusReport | None:
    """Read a status report; None for another kind of message. ValueError for nonsense."""
    octets = bytes.fromhex(pdu)
    try:
        at = 1 + octets[0]
        if octets[at] & 0x03 != 0x02:
            return None
        reference, digits = octets[at + 1], octets[at + 2]
        end = at + 4 + -(-digits // 2)
        number = _read_address(octets[at + 3], octets[at + 4 : end], digits)
        status = octets[end + 14]
    except IndexError as error:
        raise ValueError(f"a status report of {len(octets)} octets is too short") from error
    return StatusReport(reference, number, _fate(status), status)


def _read_address(kind: int, octets: bytes, digits: int) -> str:
    nibbles = [nibble for octet in octets for nibble in (octet & 0xF, octet >> 4)][:digits]
    text = "".join(_SEMI_OCTETS[nibble] for nibble in nibbles)
    return f"+{text}" if kind & 0x70 == 0x10 else text


def _fate(status: int) -> Fate:
    if status <= 0x1F:
        return Fate.DELIVERED
    return Fate.TRYING if 0x20 <= status <= 0x3F else Fate.FAILED


def _user_data(part: Part, header: bytes) -> tuple[int, bytes]:
    """TP-UDL, in septets or octets, and TP-UD: septets begin at a boundary of their own."""
    if part.is_ucs2:
        return len(header) + len(part.octets), header + part.octets
    fill = -(len(header) * 8) % 7
    header_septets = -(-len(header) * 8 // 7)
    return header_septets + len(part.septets), header + pack(part.septets, fill)
