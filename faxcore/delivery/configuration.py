"""What ``faxcore.toml`` says about delivery, as values: the queue, its modems, its rules."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import select

from faxcore.delivery.channel_settings import (
    SmppSettings,
    SmsSettings,
    mail_settings,
    sms_settings,
)
from faxcore.delivery.hours import CallingHours, parse_hours
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.mailboxes import ImapFolder, Maildir
from faxcore.delivery.memory import MemoryPolicy
from faxcore.delivery.model import Node
from faxcore.delivery.numbers import NumberPolicy, NumberRule
from faxcore.delivery.retry import Failure, RetryPolicy, Rule
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel, UncertainPolicy
from faxcore.delivery.store import database_url, open_store
from faxcore.errors import RenderError, SettingsError
from faxcore.settings import FILE, Section, load_settings

EMAIL = "email"
SMS = "sms"
"""The workers that hand e-mail and short messages over; no modem may be called so."""

_YEAR_H = 8760.0
"""Hours of a year: what is waited for longer has no date any more."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """One modem of this host: its name, its port, what it is like, who it is on the line.

    ``timeout_s`` is the longest that a call may take. With ``receives`` it answers, at the ring of
    number ``rings``, when it has nothing to send. ``group`` is what accounts and messages may name
    it by; ``header`` the line at the top of pages where they do not say another.
    """

    name: str
    port: str
    profile: str = ""
    modem_class: str = ""
    number: str = ""
    timeout_s: float = 3600.0
    receives: bool = False
    rings: int = 1
    group: str = ""
    header: str = ""


SIMULATED = ModemSettings("simulated", "sim://")
"""What there is where no modem is configured."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the settings say. ``node`` is this host's name in the queue."""

    folder: Path
    database: str
    node: str
    modems: tuple[ModemSettings, ...]
    rules: Rules
    sms: SmsSettings | SmppSettings | None
    mail: MailServer | None
    bounces: Maildir | ImapFolder | None
    metrics_port: int
    transcripts: bool
    poll_s: float
    lease_s: float

    @property
    def workers(self) -> tuple[str, ...]:
        """The names of the workers of this host: its modems', ``email`` and ``sms``."""
        names = tuple(modem.name for modem in self.modems)
        names += (EMAIL,) if self.mail is not None else ()
        return names + ((SMS,) if self.sms is not None else ())

    def open(self) -> Queue:
        """Open the queue.

        Raises SettingsError where calls would only be simulated and a real modem once sent what is
        in this queue: somebody has lost his settings.
        """
        queue = Queue(open_store(self.folder, self.database), self.rules)
        if self.modems == (SIMULATED,) and _has_been_real(queue):
            queue.store.close()
            raise SettingsError(
                f"{self.folder / FILE}: no [[modem]] is there, but a real one was used before; "
                "calls are not simulated in its place"
            )
        return queue


def configure(folder: Path, settings: Section | None = None) -> Configuration:
    """Read the settings of a data folder (``faxcore.toml`` in it); SettingsError names the place.

    Without a modem there the queue has a simulated one, and says so in every status.
    """
    settings = settings or load_settings(folder / FILE)
    queue = settings.section("queue")
    node = queue.text("node") or socket.gethostname() or "localhost"
    if not _NAME.fullmatch(node):
        raise queue.wrong("node", f"{node!r}: letters, digits and _ . - are expected")
    modems = _modems(settings)
    simulated = all(modem.port.startswith(("sim://", "replay://")) for modem in modems)
    mail, bounces = mail_settings(settings) if settings.has("smtp") else (None, None)
    sms = sms_settings(settings.section("sms")) if settings.has("sms") else None
    ports = [modem.port for modem in modems]
    _check_ports(settings, [*ports, sms.port] if isinstance(sms, SmsSettings) else ports)
    channels = {Channel.FAX}
    channels |= {Channel.EMAIL} if mail is not None else set()
    channels |= {Channel.SMS} if sms is not None else set()
    configuration = Configuration(
        folder=folder,
        database=_database(folder, queue),
        node=node,
        modems=modems,
        rules=_rules(
            settings,
            queue,
            node,
            frozenset(channels),
            {modem.group for modem in modems if modem.group},
            simulated=simulated,
        ),
        sms=sms,
        mail=mail,
        bounces=bounces,
        metrics_port=queue.whole("metrics_port", 0, 0, 65535),
        transcripts=queue.flag("transcripts", True),
        poll_s=queue.number("poll_seconds", 0.2, 0.01, 60),
        lease_s=queue.number("lease_seconds", 30, 5, 3600),
    )
    settings.leave("service")
    settings.finish()
    return configuration


def _has_been_real(queue: Queue) -> bool:
    with queue.store.read() as session:
        return session.scalar(select(Node.name).where(Node.seen_real.is_(True))) is not None


def _modems(settings: Section) -> tuple[ModemSettings, ...]:
    modems = tuple(_modem(section) for section in settings.sections("modem"))
    names = [modem.name for modem in modems]
    again = {each for each in names if names.count(each) > 1}
    if again:
        raise SettingsError(f"[[modem]] name: {min(again)!r} is there twice")
    return modems or (SIMULATED,)


def _check_ports(settings: Section, ports: Sequence[str]) -> None:
    """Two workers cannot own one port, in whatever way it is spelled."""
    owned: set[str] = set()
    for port in ports:
        place = os.path.realpath(port) if port.startswith("/") else port
        if place in owned and not port.startswith("sim://"):
            raise settings.wrong("[[modem]] or [sms] port", f"{port!r} is there twice")
        owned.add(place)


def _database(folder: Path, queue: Section) -> str:
    """The address of the database, which means something."""
    address = queue.text("database")
    try:
        url = database_url(folder, address)
    except SettingsError as error:
        raise queue.wrong("database", str(error).removeprefix("database: ")) from error
    if url.get_backend_name() == "postgresql" and find_spec("psycopg") is None:
        raise queue.wrong("database", "this needs more: pip install 'faxcore[postgres]'")
    return address


def _modem(section: Section) -> ModemSettings:
    name = section.needed("name")
    if not _NAME.fullmatch(name) or name in {EMAIL, SMS}:
        raise section.wrong("name", f"{name!r}: letters, digits and _ . - are expected")
    group = section.text("group")
    if group and not _NAME.fullmatch(group):
        raise section.wrong("group", f"{group!r}: letters, digits and _ . - are expected")
    modem = ModemSettings(
        name,
        section.needed("port"),
        section.text("profile"),
        section.text("class"),
        section.text("number"),
        section.number("call_minutes", 60, 1, 1440) * 60,
        section.flag("receive", False),
        section.whole("rings", 1, 1, 20),
        group,
        _header(section),
    )
    _check_modem(section, modem)
    return modem


def _check_modem(section: Section, modem: ModemSettings) -> None:
    """What its worker would only find out when it starts, or dials."""
    from faxcore.modem.choice import choose_profile  # noqa: PLC0415
    from faxcore.ports import is_virtual  # noqa: PLC0415
    from faxcore.t30.document import Station  # noqa: PLC0415

    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("port", lambda: is_virtual(modem.port)),
        ("profile", lambda: choose_profile(modem.profile or None, None)),
        ("class", lambda: choose_profile(None, modem.modem_class or None)),
        ("number", lambda: Station(modem.number)),
    )
    for name, check in checks:
        try:
            check()
        except SettingsError as error:
            raise section.wrong(name, str(error)) from error


def _header(section: Section) -> str:
    """A header line, whose tokens are known."""
    from faxcore.render.tagline import HeaderLine  # noqa: PLC0415

    header = section.text("header")
    try:
        HeaderLine(header).check()
    except RenderError as error:
        raise section.wrong("header", str(error)) from error
    return header


def _rules(
    settings: Section,
    queue: Section,
    node: str,
    channels: frozenset[Channel],
    groups: set[str],
    *,
    simulated: bool,
) -> Rules:
    aliases = settings.section("aliases")
    named = tuple((name, aliases.text(name)) for name in aliases.names())
    nodes = frozenset({node, *queue.texts("nodes")})
    for name, meant in named:
        if meant not in nodes:
            known = ", ".join(sorted(nodes))
            raise aliases.wrong(name, f"{meant!r} is no delivery node; there are: {known}")
    cancel = queue.text("cancel", "between-pages")
    if cancel not in {"between-pages", "at-once"}:
        raise queue.wrong("cancel", "between-pages or at-once is expected")
    hours = queue.number("expire_hours", 0, 0, 10 * _YEAR_H)
    return Rules(
        channels=channels,
        numbers=_numbers(settings.section("numbers")),
        retry=_retry(settings.section("retry")),
        nodes=nodes,
        aliases=named,
        cancel_at_once=cancel == "at-once",
        expire_s=hours * 3600 or None,
        batch=queue.whole("batch", 1, 1, 100),
        absent_node_s=queue.number("absent_node_minutes", 5, 0, _YEAR_H * 60) * 60,
        hours=tuple(_hours(section) for section in settings.sections("hours")),
        memory=_memory(settings.section("memory")),
        groups=frozenset({*groups, *queue.texts("groups")}),
        webhook_hosts=frozenset(each.lower() for each in queue.texts("webhook_hosts")),
        simulated=simulated,
    )


def _numbers(section: Section) -> NumberPolicy:
    return NumberPolicy(
        country=section.text("country"),
        trunk=section.text("trunk"),
        abroad=section.text("abroad"),
        outside=section.text("outside"),
        plus=section.text("plus"),
        rules=tuple(_number_rule(each) for each in section.sections("rule")),
        only_allowed=section.flag("only_allowed", False),
        costly=section.flag("costly", False),
        modifiers=section.flag("modifiers", True),
    )


def _number_rule(section: Section) -> NumberRule:
    allow, deny = section.text("allow"), section.text("deny")
    if bool(allow) == bool(deny):
        raise section.wrong("allow", "a rule has either allow or deny")
    try:
        return NumberRule(allow or deny, allow=bool(allow), name=section.text("name"))
    except SettingsError as error:
        raise section.wrong("allow" if allow else "deny", str(error)) from error


def _retry(section: Section) -> RetryPolicy:
    default = RetryPolicy()
    uncertain = section.text("uncertain", default.uncertain.value)
    if uncertain not in {each.value for each in UncertainPolicy}:
        raise section.wrong("uncertain", "resend, ask or accept is expected")
    classes = section.section("class")
    return RetryPolicy(
        rules={
            failure: _rule(classes.section(failure.value), rule, _least_s(failure))
            for failure, rule in default.rules.items()
        },
        dials=section.whole("dials", default.dials, 1),
        tries=section.whole("tries", default.tries, 1),
        window_s=section.number("hours", default.window_s / 3600, 0.01, 10 * _YEAR_H) * 3600,
        jitter=section.number("jitter", default.jitter, 0, 1),
        longest_s=section.number("longest_minutes", default.longest_s / 60, 0.1, _YEAR_H * 60) * 60,
        uncertain=UncertainPolicy(uncertain),
        accept_inferred=section.flag("accept_inferred", False),
    )


def _least_s(failure: Failure) -> float:
    """Local trouble is repeated without an end: without a pause it would leave no time for else."""
    return 1.0 if failure is Failure.LOCAL else 0.0


def _rule(section: Section, default: Rule, least_s: float) -> Rule:
    at_most = section.whole("at_most", default.at_most or 0)
    return Rule(
        section.number("seconds", default.delay_s, least_s, _YEAR_H * 3600),
        section.number("growth", default.growth, 1, 10),
        at_most or None,
    )


def _memory(section: Section) -> MemoryPolicy:
    default = MemoryPolicy()
    return MemoryPolicy(
        learn_after=section.whole("learn_after", default.learn_after, 1),
        forget_s=section.number("forget_days", default.forget_s / 86400, 0.01, 3650) * 86400,
        dead_after=section.whole("dead_after", default.dead_after, 2),
        closed_s=section.number("closed_minutes", default.closed_s / 60, 0.1, _YEAR_H * 60) * 60,
        longest_closed_s=section.number(
            "longest_closed_hours", default.longest_closed_s / 3600, 0, _YEAR_H
        )
        * 3600,
    )


def _hours(section: Section) -> CallingHours:
    zone = section.text("zone", "UTC")
    prefix, days = section.text("prefix"), section.text("days")
    hours = section.needed("hours")
    try:
        return parse_hours(prefix, hours, zone, days)
    except SettingsError as error:
        raise section.wrong("hours", str(error)) from error
