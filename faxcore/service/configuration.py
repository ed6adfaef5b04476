"""What ``faxcore.toml`` says about the message service, in its table ``[service]``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from faxcore.delivery.configuration import Configuration, configure
from faxcore.service.limits import Limits
from faxcore.service.pace import Rate, Rates
from faxcore.settings import FILE, Section, load_settings


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How the service is reached and what it allows.

    ``proxies`` are addresses of proxies whose ``X-Forwarded-For`` is believed. ``banner_hosts`` are
    the hosts that a ``bannerGFX`` may be fetched from; ``banner_shares`` maps UNC paths to local
    folders. ``keep_days`` is how long final messages are kept, 0 for ever. ``cookie_only_tls``
    keeps the console's cookie from lines that anybody can read.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    certificate: Path | None = None
    key: Path | None = None
    limits: Limits = field(default_factory=Limits)
    rates: Rates = field(default_factory=Rates)
    proxies: tuple[str, ...] = ()
    banner_hosts: tuple[str, ...] = ()
    banner_shares: tuple[tuple[str, Path], ...] = ()
    keep_days: float = 0.0
    cookie_only_tls: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """Everything that the settings of a data folder say."""

    delivery: Configuration
    service: ServiceSettings


def configure_house(folder: Path) -> House:
    """Read all of ``faxcore.toml``; SettingsError names the place of what is wrong."""
    settings = load_settings(folder / FILE)
    section = settings.section("service")
    service = _service(section)
    section.finish()
    return House(configure(folder, settings), service)


def _service(section: Section) -> ServiceSettings:
    shares = section.section("banner_shares")
    mapped = tuple((name, Path(shares.text(name))) for name in shares.names())
    for name, folder in mapped:
        if not name.startswith("\\\\") or not folder.is_dir():
            raise shares.wrong(
                repr(name), "\\\\\\\\HOST\\\\SHARE = an existing local folder is expected"
            )
    certificate, key = section.text("certificate"), section.text("key")
    if bool(certificate) != bool(key):
        raise section.wrong("certificate", "certificate and key come together")
    for name, path in (("certificate", certificate), ("key", key)):
        if path and not Path(path).is_file():
            raise section.wrong(name, f"there is no file {path}")
    default, default_rates = Limits(), Rates()
    return ServiceSettings(
        host=section.text("host", "127.0.0.1"),
        port=section.whole("port", 8080, 1, 65535),
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        limits=Limits(
            body_octets=section.whole("body_megabytes", default.body_octets >> 20, 1, 4096) << 20,
            held_octets=section.whole("held_megabytes", default.held_octets >> 20, 1, 1024) << 20,
            body_seconds=section.number("body_seconds", default.body_seconds, 1, 3600),
            piece_seconds=section.number("piece_seconds", default.piece_seconds, 1, 600),
        ),
        rates=Rates(
            account=_rate(section, "account", default_rates.account),
            address=_rate(section, "address", default_rates.address),
        ),
        proxies=section.texts("proxies"),
        banner_hosts=tuple(each.lower() for each in section.texts("banner_hosts")),
        banner_shares=mapped,
        keep_days=section.number("keep_days", 0, 0, 36500),
        cookie_only_tls=section.flag("cookie_only_tls", bool(certificate)),
    )


def _rate(section: Section, whose: str, default: Rate) -> Rate:
    return Rate(
        section.number(f"{whose}_per_minute", default.per_minute, 0, 1e6),
        section.whole(f"{whose}_burst", default.burst, 1, 1_000_000),
    )
