"""Handing an e-mail to the next server (RFC 5321), one transaction for each recipient.

What the server says decides: accepted = relayed; 4yz = for now not; 5yz = never. A server that
cannot be reached, or that does not let us in, is local trouble and charged to nobody. The guard is
committed after the login and before the message goes: what fails up to there was no attempt.
"""

from __future__ import annotations

import contextlib
import random
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from faxcore.delivery.crash import crash_point
from faxcore.delivery.email_message import build_email, sender_of
from faxcore.delivery.findings import INTERRUPTED, Finding
from faxcore.delivery.model import Recipient
from faxcore.delivery.recording import attempts_of, call_state, finish_call, mark_dialled
from faxcore.delivery.retry import Failure
from faxcore.delivery.rules import Queue
from faxcore.delivery.states import CallState
from faxcore.delivery.work import persist
from faxcore.errors import ContentError, SettingsError

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class MailServer:
    """The next server. ``tls`` is ``none``, ``starttls`` or ``tls`` (from the first octet on).

    ``envelope`` is where bounces go: an address of ours with ``%`` where the recipient's number in
    the queue is put, "" sends them to the sender. ``domain`` stands in Message-IDs.
    """

    host: str
    port: int = 25
    tls: str = "none"
    user: str = ""
    password: str = ""
    envelope: str = ""
    domain: str = "localhost"
    timeout_s: float = 60.0
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if self.tls not in {"none", "starttls", "tls"}:
            raise SettingsError(f"smtp: tls {self.tls!r}: none, starttls or tls is expected")
        if self.user and self.tls == "none" and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise SettingsError("smtp: a password is not sent over the network without tls")


class Unusable(OSError):
    """The server cannot be used at all: local trouble."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(slots=True)
class EmailWork:
    """E-mail through one server."""

    queue: Queue
    worker: str
    server: MailServer
    clock: Callable[[], datetime]

    def prepare(self, call_id: int) -> bool:
        """False where it is over already."""
        return call_state(self.queue, call_id) in {CallState.CALLING, CallState.DIALLED}

    def perform(self, call_id: int) -> Finding:
        """Hand the message over, at most once under this call."""
        if call_state(self.queue, call_id) is not CallState.CALLING:
            return INTERRUPTED
        try:
            mail, sender, to = self._build(call_id)
        except ContentError as error:
            return Finding(Failure.PERMANENT, "convert_failed", str(error))
        try:
            with connected(self.server) as smtp:
                if not mark_dialled(self.queue, call_id, (), self.clock()):
                    return Finding(Failure.CANCELLED, "cancelled", "cancelled before sending")
                crash_point("email:handing-over")
                finding = _hand_over(smtp, mail, sender, to)
                crash_point("email:handed-over")
        except Unusable as error:
            return Finding(Failure.LOCAL, error.reason, str(error))
        return finding

    def finish(self, call_id: int, finding: Finding) -> None:
        """Write down what follows."""
        persist(
            lambda: finish_call(self.queue, call_id, finding, self.clock(), random.random()),
            "the end of an e-mail",
        )

    def _build(self, call_id: int) -> tuple[bytes, str, str]:
        """The octets, the envelope's sender and its recipient."""
        with self.queue.store.read() as session:
            (attempt,) = attempts_of(session, call_id)
            recipient = session.get_one(Recipient, attempt.recipient_id)
            message = recipient.message
            domain = self.server.domain
            mail = build_email(self.queue.store, message, recipient, self.clock(), domain)
            sender = self.server.envelope.replace("%", str(recipient.id)) or sender_of(message)
            return (
                mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")),
                sender,
                recipient.address,
            )


@contextlib.contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A session with the server, logged in. Raises Unusable."""
    try:
        smtp = _connect(server)
    except smtplib.SMTPAuthenticationError as error:
        raise Unusable(
            "smtp_login", f"the mail server refuses our login: {_said(error)}"
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unusable(
            "smtp_unreachable", f"mail server {server.host}:{server.port}: {_words(error)}"
        ) from error
    try:
        yield smtp
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):  # it has the message, or has not
            smtp.quit()
        smtp.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    context = server.context or ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _hand_over(smtp: smtplib.SMTP, mail: bytes, sender: str, to: str) -> Finding:
    try:
        smtp.sendmail(sender, [to], mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[to]
        return _refused(code, said)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        text = f"the connection was lost while the message went: {_words(error)}"
        return Finding(Failure.TRANSIENT, "connection_lost", text, answered=True)
    return Finding(None, "relayed", "accepted by the next server", answered=True, relayed=True)


def _refused(code: int, said: bytes | str) -> Finding:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = f"{code} {' '.join(words.split())}"[:_SHOWN]
    failure = Failure.PERMANENT if 500 <= code <= 599 else Failure.TRANSIENT
    return Finding(failure, "refused", text, status=code, answered=True)


def _said(error: smtplib.SMTPResponseException) -> str:
    return _refused(error.smtp_code, error.smtp_error).text


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:_SHOWN] or type(error).__name__
