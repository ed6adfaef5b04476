"""T.30 frames and class 2 reports as fields that people can read (T.30 5.3.6, T.32 8.4)."""

from __future__ import annotations

from faxcore.modem.t32 import RATES, parse_numbers, session_of
from faxcore.t30.capabilities import Bits, Capabilities, SessionParameters
from faxcore.t30.ecm import PartialPage
from faxcore.t30.frames import FCF, Frame, decode_id

Fields = tuple[tuple[str, str], ...]

_IDENTITIES = frozenset({FCF.CSI, FCF.TSI, FCF.CIG})
_ADDRESSES = frozenset({FCF.SUB, FCF.SEP, FCF.PSA})
_POLLING_BITS = ((9, "has a document"), (34, "several SEP"), (35, "PSA"), (47, "SEP"))
_SECRET = frozenset({FCF.PWD, FCF.PWD_POLL})


def frame_fields(frame: Frame) -> Fields:
    """The fields of a frame; none for one that has no content that we can read."""
    kind, fif = frame.kind, frame.fif
    if kind in {FCF.DIS, FCF.DTC}:
        return _capabilities(fif)
    if kind is FCF.DCS:
        return session_fields(SessionParameters.decode(fif))
    if kind in _SECRET:
        return (("password", f"{len(decode_id(fif))} characters"),)
    if kind in _ADDRESSES:
        return (("address", decode_id(fif)),)
    if kind in _IDENTITIES:
        return (("identity", decode_id(fif)),)
    if kind in {FCF.PPS, FCF.EOR}:
        return _block(fif)
    if kind is FCF.PPR:
        return (("frames wanted", str(sum(octet.bit_count() for octet in fif[:32]))),)
    if kind in {FCF.NSF, FCF.NSS, FCF.NSC}:
        return (("country", f"{fif[0]:02X}"), ("octets", str(len(fif)))) if fif else ()
    return (("content", fif[:16].hex(" ")),) if fif else ()


def report_fields(name: str, text: str, base: int) -> Fields:
    """The fields of a class 2 report of a session or of capabilities."""
    numbers = parse_numbers(text, base)
    if numbers is None:
        return ()
    session = session_of(numbers, ecm=bool(numbers.ec))
    rate = RATES[min(numbers.br, len(RATES) - 1)]
    return (
        ("rate", str(rate)),
        ("resolution", session.resolution.name.lower()),
        ("width", str(session.width)),
        ("coding", session.coding.name),
        ("error correction", "yes" if numbers.ec else "no"),
    )


def _capabilities(fif: bytes) -> Fields:
    can = Capabilities.decode(fif)
    codings = " ".join(sorted(each.name for each in can.codings))
    modulations = " ".join(sorted(each.value for each in can.modulations))
    return (
        ("can receive", "yes" if can.can_receive else "no"),
        ("modulations", "V.27ter 2400" if can.slow_v27ter_only else modulations),
        ("resolutions", " ".join(sorted(each.name.lower() for each in can.resolutions))),
        ("width", str(max(can.widths))),
        ("codings", codings),
        ("error correction", "yes" if can.ecm else "no"),
        ("ms a line", f"{can.scan_time_ms[0]}/{can.scan_time_ms[1]}"),
        ("length", "any" if can.unlimited_length else "B4" if can.b4_length else "A4"),
        *((name, "yes") for bit, name in _POLLING_BITS if Bits(fif)[bit]),
    )


def session_fields(session: SessionParameters | None) -> Fields:
    """What a DCS says; of V.34 it says no rate, so that its reader has put it in."""
    if session is None:
        return (("rate", "none that T.30 knows"),)
    return (
        ("rate", str(session.rung.bits_per_second)),
        ("modulation", session.rung.modulation.value),
        ("resolution", session.resolution.name.lower()),
        ("width", str(session.width)),
        ("coding", session.coding.name),
        ("error correction", f"frames of {session.frame_octets}" if session.ecm else "no"),
        ("ms a line", str(session.scan_time_ms)),
    )


def _block(fif: bytes) -> Fields:
    part = PartialPage.decode(fif)
    if part is None:
        follows = Frame(fif[0]).name if fif else ""
        return (("follows", follows or "nothing"),)
    return (
        ("follows", part.end.name if part.end is not None else "a block of the same page"),
        ("page", str(part.page + 1)),
        ("block", str(part.block + 1)),
        ("frames", str(part.frames)),
    )
