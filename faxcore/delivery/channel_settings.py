"""What ``faxcore.toml`` says about e-mail (``[smtp]``) and short messages (``[sms]``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import ImapFolder, Maildir, mailbox_of
from faxcore.delivery.operations.creating import is_mailbox
from faxcore.settings import Section

_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """The GSM modem of this host. ``pin`` unlocks its SIM; ``baud`` is its port's speed."""

    port: str
    pin: str = ""
    baud: int = 115200


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """The message centre that short messages go to; ``smpp.MessageCentre`` has the same parts."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    source: str
    system_type: str
    secure: bool


def mail_settings(settings: Section) -> tuple[MailServer, Maildir | ImapFolder | None]:
    """``[smtp]``: the next server, and the mailbox that bounces come back to."""
    section = settings.section("smtp")
    tls = section.text("tls", "starttls")
    envelope = section.text("envelope")
    bounces = _bounces(section)
    if bounces is not None and "%" not in envelope:
        raise section.wrong("envelope", "with bounces, a % must stand where the number is put")
    if envelope and not is_mailbox(envelope.replace("%", "1")):
        raise section.wrong("envelope", f"{envelope!r}: such as bounce-%@example.org is expected")
    domain = section.text("domain", "localhost")
    if not _DOMAIN.fullmatch(domain):
        raise section.wrong("domain", f"{domain!r}: such as example.org is expected")
    server = MailServer(
        host=section.needed("host"),
        port=section.whole("port", {"none": 25, "tls": 465}.get(tls, 587), 1, 65535),
        tls=tls,
        user=section.text("user"),
        password=_password(section, "password_file"),
        envelope=envelope,
        domain=domain,
        timeout_s=section.number("timeout_seconds", 60, 1, 3600),
        answer_s=section.number("answer_seconds", 600, 1, 3600),
        pages=section.flag("pages", False),
    )
    return server, bounces


def _password(section: Section, name: str) -> str:
    """What stands in the file that a setting names; "" where there is no such setting."""
    if not section.has(name):
        return ""
    path = Path(section.needed(name))
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise section.wrong(name, f"{path} cannot be read") from error


def _bounces(section: Section) -> Maildir | ImapFolder | None:
    place = section.text("bounces")
    password = _password(section, "bounces_password_file")
    try:
        return mailbox_of(place, password) if place else None
    except ValueError as error:
        raise section.wrong("bounces", str(error)) from error


def sms_settings(section: Section) -> SmsSettings | SmppSettings:
    """``[sms]``: a GSM modem, or a message centre."""
    if section.has("smpp"):
        return _smpp(section)
    pin = section.text("pin")
    if pin and not re.fullmatch(r"[0-9]{4,8}", pin):
        raise section.wrong("pin", "4 to 8 digits are expected")
    return SmsSettings(section.needed("port"), pin, section.whole("baud", 115200, 300, 4_000_000))


def _smpp(section: Section) -> SmppSettings:
    place = urlsplit(section.needed("smpp"))
    if place.scheme not in {"smpp", "smpps"} or not place.hostname or place.password is not None:
        raise section.wrong("smpp", "smpp://USER@HOST:PORT or smpps://USER@HOST:PORT is expected")
    source = section.text("source")
    if not re.fullmatch(r"\+?[0-9]{0,20}|[A-Za-z0-9 ._-]{1,11}", source):
        raise section.wrong("source", "a number, or 1 to 11 letters and digits are expected")
    if find_spec("smpplib") is None:
        raise section.wrong("smpp", "this needs more: pip install 'faxcore[smpp]'")
    return SmppSettings(
        place.hostname,
        place.port or 2775,
        unquote(place.username or ""),
        _password(section, "password_file"),
        source,
        section.text("system_type"),
        place.scheme == "smpps",
    )
