"""A simulated GSM modem: AT commands of 27.005, a prompt, references, stored reports."""

import re
from collections import deque
from dataclasses import dataclass, field

SUBMITTED = re.compile(rb"([0-9A-F]+)\x1a")


@dataclass(slots=True)
class Gsm:
    """A ``Dce``. ``answers`` are what it says to PDUs, in turn: None = all right."""

    pin: str = ""
    answers: deque = field(default_factory=deque)
    taken: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    stored: dict[int, str] = field(default_factory=dict)
    reference: int = 254
    noise: bytes = b""
    _line: bytes = b""
    _out: list = field(default_factory=list)
    _prompted: bool = False

    def feed(self, data: bytes, now: float) -> None:
        self._line += data
        while True:
            if self._prompted:
                if b"\x1b" in self._line:
                    self._line, self._prompted = b"", False
                    return
                if b"\x1a" not in self._line:
                    return
                pdu, _, self._line = self._line.partition(b"\x1a")
                self._prompted = False
                self._submit(pdu.decode(), now)
                continue
            if b"\r" not in self._line:
                return
            command, _, self._line = self._line.partition(b"\r")
            self._command(command.decode().strip(), now)

    def _command(self, command: str, now: float) -> None:
        self.said.append(command)
        if command.startswith("AT+CMGS="):
            self.lengths.append(int(command[8:]))
            self._prompted = True
            self._say(b"\r\n> ", now)
        elif command == "AT+CPIN?":
            self._text("+CPIN: SIM PIN" if self.pin else "+CPIN: READY", now)
        elif command.startswith("AT+CPIN="):
            right = command == f'AT+CPIN="{self.pin}"'
            self.pin = "" if right else self.pin
            self._say(b"\r\nOK\r\n" if right else b"\r\n+CME ERROR: 16\r\n", now)
        elif command == "AT+CMGL=4":
            for index, pdu in self.stored.items():
                self._say(f"\r\n+CMGL: {index},1,,{len(pdu) // 2}\r\n{pdu}".encode(), now)
            self._say(b"\r\n\r\nOK\r\n", now)
        elif command.startswith("AT+CMGD="):
            self.stored.pop(int(command[8:]), None)
            self._say(b"\r\nOK\r\n", now)
        else:
            self._say(b"\r\nOK\r\n", now)

    def _submit(self, pdu: str, now: float) -> None:
        answer = self.answers.popleft() if self.answers else None
        if answer == "silence":
            self.taken.append(pdu)
            return
        if answer is not None:
            self._say(f"\r\n{answer}\r\n".encode(), now)
            return
        self.taken.append(pdu)
        self.reference = (self.reference + 1) & 0xFF
        self._text(f"+CMGS: {self.reference}", now)

    def _text(self, line: str, now: float) -> None:
        self._say(f"\r\n{line}\r\n\r\nOK\r\n".encode(), now)

    def _say(self, data: bytes, now: float) -> None:
        self._out.append((now + 0.01, self.noise + data))

    def due(self) -> float | None:
        return self._out[0][0] if self._out else None

    def take(self, now: float) -> bytes:
        data = b"".join(said for at, said in self._out if at <= now)
        self._out = [(at, said) for at, said in self._out if at > now]
        return data

    def room(self, now: float) -> int:
        return 4096

    def control(self, now: float, state) -> bool:
        return False

    def carrier(self) -> bool | None:
        return None
