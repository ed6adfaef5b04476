"""Short messages over SMPP 3.4 to a message centre (SMSC), and the receipts that it delivers.

To send, we bind as a transmitter, which is given no receipts; to read them as a transceiver, and a
receipt is acknowledged when it has been taken up, so that none is lost between the two. smpplib
codes the PDUs; it is needed only where SMPP is configured (``faxcore[smpp]``).
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import smpplib.client
from smpplib import consts, exceptions, smpp

from faxcore.delivery.retry import Failure
from faxcore.delivery.sms_gateway import DeliveryReport, NotTaken
from faxcore.delivery.sms_pdu import Fate, concatenation
from faxcore.delivery.sms_text import Part
from faxcore.errors import CommandRefused, ModemError, NoReply, PortError

_REPORTS_S = 2.0
"""How long a receiver is silent before we take it that no more receipts wait for us."""

_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_TON_UNKNOWN, _TON_INTERNATIONAL, _TON_ALPHANUMERIC = 0, 1, 5
_NPI_UNKNOWN, _NPI_ISDN = 0, 1
_UDHI, _RECEIPT, _KIND = 0x40, 0x04, 0x3C
_DEFAULT_ALPHABET, _UCS2 = 0x00, 0x08
_A_DAY = "000001000000000R"

_TEMPORARY = {
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RMSGQFUL,
    consts.SMPP_ESME_RTHROTTLED,
    consts.SMPP_ESME_RSUBMITFAIL,
    consts.SMPP_ESME_RX_T_APPN,
}
_LOCAL = {consts.SMPP_ESME_RINVBNDSTS, consts.SMPP_ESME_RBINDFAIL}

_FATES = {
    "DELIVRD": Fate.DELIVERED,
    "ENROUTE": Fate.TRYING,
    "ACCEPTD": Fate.TRYING,
    "UNKNOWN": Fate.TRYING,
    "EXPIRED": Fate.FAILED,
    "DELETED": Fate.FAILED,
    "UNDELIV": Fate.FAILED,
    "REJECTD": Fate.FAILED,
}
"""The words of receipts (SMPP 3.4 appendix B)."""

_STATES = ("", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN",
           "REJECTD")  # fmt: skip
"""The same as numbers (SMPP 3.4 5.2.28)."""

_IN_TEXT = re.compile(rb"\bid:(\S{1,65}).*?\bstat:(\w{7})", re.I | re.S)


@dataclass(frozen=True, slots=True)
class MessageCentre:
    """A message centre, and who we are to it. ``source`` is a number or a word of 11 letters."""

    host: str
    port: int = 2775
    user: str = ""
    password: str = field(default="", repr=False)
    source: str = ""
    system_type: str = ""
    secure: bool = False
    timeout_s: float = 30.0
    context: ssl.SSLContext | None = None


class SmppGateway:
    """One session with a message centre. One thread uses it."""

    def __init__(self, centre: MessageCentre) -> None:
        self._centre = centre
        self._client: Any = None
        self._early: deque[Any] = deque()

    def prepare(self, *, reports: bool = False) -> None:
        """Connect and bind. Raises PortError, CommandRefused."""
        centre = self._centre
        context = None
        if centre.secure:
            context = _ForHost(centre.context or ssl.create_default_context(), centre.host)
        self._client = smpplib.client.Client(
            centre.host,
            centre.port,
            timeout=centre.timeout_s,
            logger_name=_LOGGER.name,
            ssl_context=context,
            allow_unknown_opt_params=True,
        )
        try:
            self._client.connect()
            self._bind("bind_transceiver" if reports else "bind_transmitter")
        except (exceptions.ConnectionError, OSError, ValueError) as error:
            self.close()
            raise PortError(f"{self._name}: it cannot be reached: {error}") from error
        except ModemError:
            self.close()
            raise

    def _bind(self, command: str) -> None:
        centre = self._centre
        asked = smpp.make_pdu(
            command,
            client=self._client,
            system_id=centre.user,
            password=centre.password,
            system_type=centre.system_type,
        )
        self._client.send_pdu(asked)
        answer = self._answer(f"{command}_resp", asked.sequence)
        if answer.status:
            raise CommandRefused(
                f"{self._name}: the message centre refuses us: {_described(answer.status)}"
            )

    def send(self, number: str, part: Part, reference: int) -> str:
        """Hand a part over; the centre's identifier of it."""
        made = self._submitted(number, part, reference)
        try:
            self._client.send_pdu(made)
        except exceptions.ConnectionError as error:
            raise NoReply(f"{self._name}: the connection was lost while a part went") from error
        answer = self._answer("submit_sm_resp", made.sequence)
        if answer.status:
            raise NotTaken(_failure(answer.status), _described(answer.status))
        return _text(answer.message_id)

    def reports(self) -> Iterator[DeliveryReport]:
        """Receipts, each acknowledged when the next is asked for."""
        self._wait_no_longer_than(_REPORTS_S)
        while True:
            try:
                pdu = self._early.popleft() if self._early else self._read()
            except TimeoutError:
                return
            if pdu.command == "deliver_sm":
                report = read_receipt(pdu)
                if report is not None:
                    yield report
                self._say("deliver_sm_resp", pdu.sequence)
            elif pdu.command == "enquire_link":
                self._say("enquire_link_resp", pdu.sequence)

    def close(self) -> None:
        """Unbind, as far as the centre lets us, and disconnect."""
        if self._client is None:
            return
        with contextlib.suppress(Exception):  # smpplib raises what its parsing happens to raise
            self._client.unbind()
        self._client.disconnect()
        self._client = None

    @property
    def _name(self) -> str:
        return f"smpp://{self._centre.host}:{self._centre.port}"

    def _submitted(self, number: str, part: Part, reference: int) -> Any:
        if not _NUMBER.fullmatch(number):
            raise ValueError(f"{number!r} is no number of a telephone")
        header = concatenation(part, reference)
        data = part.octets if part.is_ucs2 else bytes(part.septets)
        source, international = self._centre.source, number.startswith("+")
        return smpp.make_pdu(
            "submit_sm",
            client=self._client,
            source_addr_ton=_ton(source),
            source_addr_npi=_NPI_ISDN if source[:1] == "+" else _NPI_UNKNOWN,
            source_addr=source.removeprefix("+"),
            dest_addr_ton=_TON_INTERNATIONAL if international else _TON_UNKNOWN,
            dest_addr_npi=_NPI_ISDN,
            destination_addr=number.removeprefix("+"),
            esm_class=_UDHI if header else 0,
            data_coding=_UCS2 if part.is_ucs2 else _DEFAULT_ALPHABET,
            registered_delivery=1,
            validity_period=_A_DAY,
            short_message=header + data,
        )

    def _answer(self, command: str, sequence: int) -> Any:
        """The answer to what we sent; whatever else comes in between is dealt with."""
        while True:
            try:
                pdu = self._read()
            except TimeoutError as error:
                text = f"{self._name}: no {command} within {self._centre.timeout_s:g} s"
                raise NoReply(text) from error
            if pdu.command == "enquire_link":
                self._say("enquire_link_resp", pdu.sequence)
            elif pdu.sequence == sequence and pdu.command in {command, "generic_nack"}:
                return pdu
            elif pdu.command == "deliver_sm":
                self._early.append(pdu)

    def _read(self) -> Any:
        """The next PDU. Raises ModemError where there is none, and TimeoutError."""
        try:
            return self._client.read_pdu()
        except TimeoutError:
            raise
        except (exceptions.ConnectionError, exceptions.PDUError, OSError) as error:
            raise NoReply(f"{self._name}: the connection was lost") from error
        except Exception as error:  # smpplib raises what its parsing happens to raise
            raise ModemError(f"{self._name}: a PDU cannot be read: {error!r}") from error

    def _say(self, command: str, sequence: int) -> None:
        pdu = smpp.make_pdu(command, client=self._client)
        pdu.sequence = sequence
        try:
            self._client.send_pdu(pdu)
        except exceptions.ConnectionError as error:
            raise NoReply(f"{self._name}: the connection was lost") from error

    def _wait_no_longer_than(self, seconds: float) -> None:
        sock: socket.socket = self._client._socket  # smpplib sets its time-out once, at the start
        sock.settimeout(seconds)


_LOGGER = logging.getLogger("faxcore.smpp")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False  # at its debug level smpplib writes down passwords and texts


class _ForHost:
    """A TLS context as smpplib uses it, which knows whose certificate to expect."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._context, self._host = context, host

    def wrap_socket(self, plain: socket.socket) -> ssl.SSLSocket:
        """The socket, in TLS once it is connected."""
        return self._context.wrap_socket(plain, server_hostname=self._host)


def read_receipt(pdu: Any) -> DeliveryReport | None:
    """What a ``deliver_sm`` reports; None for one that is no receipt, or names no message."""
    if pdu.esm_class & _KIND != _RECEIPT:
        return None
    found = _IN_TEXT.search(pdu.short_message or b"")
    name = _text(pdu.receipted_message_id) or (_text(found[1]) if found else "")
    state = pdu.message_state
    word = _STATES[state] if state is not None and 0 < state < len(_STATES) else ""
    word = word or (_text(found[2]).upper() if found else "")
    if not name or word not in _FATES:
        return None
    return DeliveryReport(name, "", _FATES[word], word)


def _text(value: bytes | str | None) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return (value or "").rstrip("\0").strip()


def _ton(source: str) -> int:
    if source.startswith("+"):
        return _TON_INTERNATIONAL
    return _TON_UNKNOWN if source.isdigit() or not source else _TON_ALPHANUMERIC


def _described(status: int) -> str:
    return f"status 0x{status:08X}: {consts.DESCRIPTIONS.get(status, 'no description')}"


def _failure(status: int) -> Failure:
    if status in _LOCAL:
        return Failure.LOCAL
    return Failure.TRANSIENT if status in _TEMPORARY else Failure.PERMANENT
