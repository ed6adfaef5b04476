"""What ``faxcore.toml`` says about e-mail (``[smtp]``) and short messages (``[sms]``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import ImapFolder, Maildir, mailbox_of
from faxcore.delivery.operations.creating import DOMAIN, is_mailbox
from faxcore.settings import Section


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
    if not re.fullmatch(DOMAIN, domain):
        raise section.wrong("domain", f"{domain!r}: such as example.org is expected")
    server = MailServer(
        host=_host(section),
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


def _host(section: Section) -> str:
    """A name or an address of a host, without a port."""
    host = section.needed("host")
    try:
        if ":" in host:
            IPv6Address(host)
        host.encode("idna")
    except ValueError as error:  # a UnicodeError, too
        text = f"{host!r}: a name or an address is expected, and its port in port"
        raise section.wrong("host", text) from error
    return host


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
    expected = "smpp://USER@HOST:PORT or smpps://USER@HOST:PORT is expected"
    address = section.needed("smpp")
    try:
        place = urlsplit(address)
        port = place.port or 2775
        (place.hostname or "").encode("idna")
    except ValueError as error:  # a UnicodeError, too
        raise section.wrong("smpp", expected) from error
    if place.scheme not in {"smpp", "smpps"} or not place.hostname or place.password is not None:
        raise section.wrong("smpp", expected)
    source = section.text("source")
    if not re.fullmatch(r"\+?[0-9]{0,20}|[A-Za-z0-9 ._-]{1,11}", source):
        raise section.wrong("source", "a number, or 1 to 11 letters and digits are expected")
    if find_spec("smpplib") is None:
        raise section.wrong("smpp", "this needs more: pip install 'faxcore[smpp]'")
    user, password = unquote(place.username or ""), _password(section, "password_file")
    system_type = section.text("system_type")
    for name, value, most in (
        ("smpp", user, 15),
        ("password_file", password, 8),
        ("system_type", system_type, 12),
    ):  # SMPP 3.4 4.1.1; what is longer would be cut off
        if len(value) > most or not value.isascii():
            raise section.wrong(name, f"SMPP has room for {most} characters of ASCII there")
    return SmppSettings(
        place.hostname,
        port,
        user,
        password,
        source,
        system_type,
        place.scheme == "smpps",
    )
