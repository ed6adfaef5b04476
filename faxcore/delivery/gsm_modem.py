"""A GSM modem on a serial port: handing short messages over, reading reports (3GPP TS 27.005).

It stands on the AT engine of the fax driver. ``AT+CMGS`` is the one command with a prompt in its
middle: the modem says ``> ``, gets the PDU and Ctrl-Z, and answers with the message's reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from faxcore.delivery.retry import Failure
from faxcore.delivery.sms_gateway import DeliveryReport, NotTaken
from faxcore.delivery.sms_pdu import read_report, submit
from faxcore.delivery.sms_text import Part
from faxcore.errors import CommandRefused, NoReply, UnexpectedReply
from faxcore.modem.at import AtEngine, Reply
from faxcore.modem.results import Code
from faxcore.transport.port import Port

_CTRL_Z, _ESCAPE = b"\x1a", b"\x1b"
_COMMAND_S, _PROMPT_S, _SENT_S = 5.0, 10.0, 120.0
_REFERENCE = re.compile(r"\+CMGS:\s*(\d{1,3})\b")
_LISTED = re.compile(r"\+CMGL:\s*(\d{1,5}),")
_CODE = re.compile(r"\+CM([ES]) ERROR:?\s*(\d+)")
_MOST_PROMPT = 4096

TEMPORARY = frozenset({38, 41, 42, 47, 331, 332, 512, 513, 514, 515, 516, 517, 518, 529})
"""+CMS ERROR: network out of order, temporary failure, congestion, resources, no service, time-out
(TS 27.005 3.2.5; 24.011 annex E for those below 128)."""

LOCAL = frozenset({301, 302, 303, 304, 310, 311, 312, 313, 314, 315, 316, 317, 318, 320, 321, 322})
"""+CMS ERROR: our SIM, our memory, our PIN, a mode that the modem is not in."""


class GsmModem:
    """Short messages through one modem. One thread uses it. ``pin`` unlocks its SIM."""

    def __init__(self, port: Port, pin: str = "") -> None:
        self.port = port
        self._pin = pin
        self._engine = AtEngine(port)

    def prepare(self, *, reports: bool = False) -> None:
        """Reset, unlock, PDU mode. Raises ModemError (NoReply, CommandRefused, UnexpectedReply)."""
        self._say("ATZ")
        self._say("ATE0V1")
        self._wish("AT+CMEE=1")
        self._unlock()
        self._say("AT+CMGF=0")
        self._wish("AT+CNMI=2,0,0,2,0")  # reports are stored, to be read when we like

    def send(self, number: str, part: Part, reference: int) -> str:
        """Hand a part over; the reference that its report will bear.

        Raises NotTaken where it was refused, and NoReply where the modem never said: then nobody
        knows whether it went.
        """
        message = submit(number, part, reference)
        engine = self._engine
        engine.ask(f"AT+CMGS={message.length}")
        self._wait_for_prompt()
        engine.expect_more("+CMGS")
        engine.write_all(message.pdu.encode("ascii") + _CTRL_Z, self.port.now() + _COMMAND_S)
        reply = engine.reply(self.port.now() + _SENT_S)
        if reply.code is not Code.OK:
            raise _not_taken(reply.line)
        for line in reply.lines:
            found = _REFERENCE.search(line)
            if found:
                return found[1].lstrip("0") or "0"
        raise UnexpectedReply(f"+CMGS: OK without a reference, after {reply.lines!r}")

    def reports(self) -> Iterator[DeliveryReport]:
        """The status reports that the modem has stored; each is deleted when it was taken up."""
        self._wish('AT+CPMS="SR"')
        reply = self._engine.command("AT+CMGL=4", _SENT_S)
        if reply.code is Code.ERROR:
            return
        for index, pdu in _listed(reply):
            report = _report(pdu)
            if report is not None:
                yield report
                self._wish(f"AT+CMGD={index}")

    def close(self) -> None:
        """Give the port back."""
        self.port.close()

    def _wait_for_prompt(self) -> None:
        until = self.port.now() + _PROMPT_S
        seen = b""
        while data := self._engine.read_data(until):
            seen += data
            if b">" in seen:
                return
            if b"ERROR" in seen and seen.rstrip(b" ").endswith((b"\r", b"\n")):
                raise _not_taken(seen.decode("ascii", "replace").strip())
            if len(seen) > _MOST_PROMPT:
                break
        self._engine.write_all(_ESCAPE, self.port.now() + _COMMAND_S)
        raise NoReply(f"+CMGS: no prompt, only {seen[:40]!r}")

    def _unlock(self) -> None:
        reply = self._engine.command("AT+CPIN?", _COMMAND_S)
        told = " ".join(reply.lines).upper()
        if reply.code is Code.OK and "READY" in told:
            return
        if "SIM PIN" in told and self._pin and self._pin.isdecimal():
            self._say(f'AT+CPIN="{self._pin}"', _SENT_S)
            return
        raise CommandRefused(f"+CPIN?: the SIM is not ready: {told or reply.line}")

    def _say(self, command: str, within_s: float = _COMMAND_S) -> Reply:
        return self._engine.command(command, within_s, Code.OK)

    def _wish(self, command: str) -> None:
        """What the modem may refuse."""
        self._engine.command(command, _COMMAND_S).expect(Code.OK, Code.ERROR)


def _listed(reply: Reply) -> list[tuple[int, str]]:
    found = []
    for line, following in zip(reply.lines, reply.lines[1:], strict=False):
        header = _LISTED.match(line)
        if header:
            found.append((int(header[1]), following.strip()))
    return found


def _report(pdu: str) -> DeliveryReport | None:
    try:
        told = read_report(pdu)
    except ValueError:
        return None  # a message of another kind, or one that a modem has garbled: it stays there
    if told is None:
        return None
    return DeliveryReport(str(told.reference), told.number, told.fate, str(told.status))


def _not_taken(line: str) -> NotTaken:
    found = _CODE.search(line)
    return NotTaken(_failure(int(found[2]) if found else -1), line)


def _failure(code: int) -> Failure:
    if code in LOCAL:
        return Failure.LOCAL
    return Failure.TRANSIENT if code in TEMPORARY or code == -1 else Failure.PERMANENT
