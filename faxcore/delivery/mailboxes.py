"""Mailboxes that bounces come back to: a Maildir, or a folder of an IMAP server (RFC 3501)."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from faxcore.errors import QueueError, SettingsError

_TIMEOUT_S = 60.0
_AT_A_TIME = 100
_OCTETS = 1 << 20
"""What is read of a mail: a report stands in front of the message that it sends back."""

_UID = re.compile(rb"\d{1,10}")


class Mailbox(Protocol):
    """Where mail comes in."""

    def unread(self) -> Iterator[bytes]:
        """Every mail that is not read yet. One is marked as read when the next is asked for.

        Raises QueueError where the mailbox cannot be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class Maildir:
    """A Maildir of this computer."""

    folder: Path

    def unread(self) -> Iterator[bytes]:
        """What is not marked as seen, octet by octet as it stands: strangers wrote it."""
        try:
            for path in self._unseen():
                with contextlib.suppress(FileNotFoundError):  # another has read it just now
                    with path.open("rb") as file:
                        octets = file.read(_OCTETS)
                    yield octets
                    path.rename(self.folder / "cur" / _as_seen(path.name))
        except OSError as error:
            raise QueueError(f"the mailbox {self.folder}: {error}") from error

    def _unseen(self) -> list[Path]:
        found = [path for sub in ("new", "cur") for path in (self.folder / sub).iterdir()]
        return sorted(
            path for path in found if path.name[:1] != "." and "S" not in _flags(path.name)
        )


def _flags(name: str) -> str:
    """The flags that stand in the name of a mail in a Maildir."""
    info = name.partition(":")[2]
    return info[2:] if info.startswith("2,") else ""


def _as_seen(name: str) -> str:
    return f"{name.partition(':')[0]}:2,{''.join(sorted({*_flags(name), 'S'}))}"


@dataclass(frozen=True, slots=True)
class ImapFolder:
    """A folder of an IMAP server. ``secure`` speaks TLS from the first octet on."""

    host: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    port: int = 993
    secure: bool = True
    context: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if not self.secure and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise SettingsError("bounces: a password is not sent over the network without tls")
        for name in ("user", "password", "folder"):  # what imaplib can say
            if not getattr(self, name).isascii():
                raise SettingsError(f"bounces: {name}: only ASCII can be used")

    def unread(self) -> Iterator[bytes]:
        """What is not marked as \\Seen."""
        try:
            with contextlib.closing(self._connection()) as connection:
                yield from self._each(connection.imap)
        except (OSError, ValueError, imaplib.IMAP4.error) as error:
            raise QueueError(f"the mailbox {self.user} at {self.host}: {error}") from error

    def _connection(self) -> _Connection:
        if self.secure:
            context = self.context or ssl.create_default_context()
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=_TIMEOUT_S
            )
        else:
            imap = imaplib.IMAP4(self.host, self.port, timeout=_TIMEOUT_S)
        return _Connection(imap)

    def _each(self, imap: imaplib.IMAP4) -> Iterator[bytes]:
        imap.login(self.user, self.password)
        _ok(imap.select(_quoted(self.folder)))
        found = _ok(imap.uid("SEARCH", "UNSEEN"))
        numbers = _UID.findall(found[0] or b"")
        for number in numbers[:_AT_A_TIME]:
            uid = number.decode("ascii")
            answer = _ok(imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_OCTETS}>)"))
            for part in answer:
                if isinstance(part, tuple):
                    yield part[1]
            _ok(imap.uid("STORE", uid, "+FLAGS.SILENT", "(\\Seen)"))


@dataclass(frozen=True, slots=True)
class _Connection:
    """Logs out, as far as the server lets us, and closes."""

    imap: imaplib.IMAP4

    def close(self) -> None:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.imap.logout()


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"the server answers {status}: {data!r}"[:200])
    return data


def _quoted(name: str) -> str:
    """A name as a quoted string (RFC 3501 4.3)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mailbox_of(place: str, password: str) -> Maildir | ImapFolder:
    """The mailbox of a setting: a path, or ``imaps://USER@HOST[:PORT]/FOLDER``.

    Raises ValueError for what is neither, SettingsError for what must not be.
    """
    if "://" not in place:
        return Maildir(Path(place))
    parts = urlsplit(place)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise ValueError("a folder, or imaps://USER@HOST/FOLDER is expected")
    if parts.password is not None:
        raise ValueError("the password stands in bounces_password_file, not in the address")
    secure = parts.scheme == "imaps"
    return ImapFolder(
        parts.hostname,
        unquote(parts.username),
        password,
        unquote(parts.path.strip("/")) or "INBOX",
        parts.port or (993 if secure else 143),
        secure,
    )
