"""The next mail server (RFC 5321): reaching it, and handing one message over in two steps.

A message is the server's from the moment at which it answers the final dot. Until the dot has gone,
a server must not deliver what it got (RFC 5321 6.1): only between the dot and its answer is it
uncertain whose the message is. So the dot goes apart, and the caller is told before it does.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from faxcore.errors import SettingsError

_SHOWN = 200
_DOT = re.compile(rb"^\.", re.M)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The next server. ``tls`` is ``none``, ``starttls`` or ``tls`` (from the first octet on).

    ``envelope`` is where bounces go: an address of ours with ``%`` where the recipient's number in
    the queue and its mark are put, "" sends them to the sender. ``domain`` stands in Message-IDs.
    ``answer_s`` is how long the answer to the final dot is waited for (RFC 5321 4.5.3.2.6).
    ``pages`` attaches the pages of the fax that a message would be, as PDF.
    """

    host: str
    port: int = 25
    tls: str = "none"
    user: str = ""
    password: str = ""
    envelope: str = ""
    domain: str = "localhost"
    timeout_s: float = 60.0
    answer_s: float = 600.0
    pages: bool = False
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if self.tls not in {"none", "starttls", "tls"}:
            raise SettingsError(f"smtp: tls {self.tls!r}: none, starttls or tls is expected")
        if self.user and self.tls == "none" and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise SettingsError("smtp: a password is not sent over the network without tls")
        if not (self.user + self.password).isascii():  # what smtplib can say
            raise SettingsError("smtp: user and password: only ASCII can be used")


class Unusable(OSError):
    """The server cannot be used at all: local trouble."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Refused(Exception):
    """The server does not take the message; ``code`` is its reply."""

    def __init__(self, code: int, said: bytes | str) -> None:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        super().__init__(f"{code} {_plain(words)}"[:_SHOWN])
        self.code = code


class Lost(Exception):
    """The connection was lost before the message could be the server's."""


class Unanswered(Exception):
    """The final dot went, and no answer came: nobody knows whose the message is."""


@contextlib.contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A session with the server, logged in. Raises Unusable."""
    try:
        smtp = _connect(server)
    except smtplib.SMTPAuthenticationError as error:
        said = Refused(error.smtp_code, error.smtp_error)
        raise Unusable("smtp_login", f"the mail server refuses our login: {said}") from error
    except (OSError, ValueError, smtplib.SMTPException) as error:  # UnicodeError: a host's name
        raise Unusable(
            "smtp_unreachable", f"mail server {server.host}:{server.port}: {_words(error)}"
        ) from error
    try:
        yield smtp
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):  # it has the message, or has not
            smtp.quit()
        smtp.close()


def hand_over(
    smtp: smtplib.SMTP,
    mail: bytes,
    envelope: tuple[str, str],
    answer_s: float,
    before_dot: Callable[[], None],
) -> None:
    """Hand one message over; on return it is the server's. ``envelope`` is sender and recipient.

    ``before_dot`` is called when all but the final dot has gone. Raises Refused, Lost, Unanswered.
    """
    try:
        _announce(smtp, mail, envelope)
        smtp.send(_stuffed(mail))
    except (OSError, smtplib.SMTPException) as error:
        text = f"the connection was lost before the message was over: {_words(error)}"
        raise Lost(text) from error
    before_dot()
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(answer_s)
        smtp.send(b".\r\n")
        code, said = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unanswered(f"it was handed over and never acknowledged: {_words(error)}") from error
    if 400 <= code <= 599:
        raise Refused(code, said)
    if not 200 <= code <= 299:
        raise Unanswered(
            f"it was handed over, and the answer makes no sense: {Refused(code, said)}"
        )


def _announce(smtp: smtplib.SMTP, mail: bytes, envelope: tuple[str, str]) -> None:
    sender, to = envelope
    smtp.ehlo_or_helo_if_needed()
    options = []
    if smtp.has_extn("size"):
        options.append(f"size={len(mail)}")
    if not mail.isascii() and smtp.has_extn("8bitmime"):
        options.append("body=8bitmime")
    for expected, (code, said) in (
        (2, smtp.mail(sender, options)),
        (2, smtp.rcpt(to)),
        (3, smtp.docmd("DATA")),
    ):
        if code // 100 != expected:
            raise Refused(code, said)


def _stuffed(mail: bytes) -> bytes:
    """A message as it goes behind DATA, without the final dot (RFC 5321 4.5.2)."""
    stuffed = _DOT.sub(b"..", mail)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


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


def _words(error: Exception) -> str:
    return _plain(str(error))[:_SHOWN] or type(error).__name__


def _plain(words: str) -> str:
    """Words in one line, without the NUL that PostgreSQL keeps in no text."""
    return " ".join(words.replace("\0", " ").split())
