"""Structured logs. What must not be in them never gets there: bodies, passwords, full numbers."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET = frozenset({"body", "memo", "subject", "password", "webhook_key", "data", "html"})
_NUMBERS = frozenset({"number", "to", "destination", "address", "dial", "recipient_phone"})
_SHOWN = 3


def log() -> Any:
    """The logger of the delivery engine."""
    return structlog.get_logger("faxcore.delivery")


def configure_logs(*, as_json: bool) -> None:
    """Send the logs to the error stream: lines for people, or one JSON object each."""
    renderer = structlog.processors.JSONRenderer() if as_json else _line
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            renderer,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def without_secrets(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Leave out what is nobody's business, and all of a number but its last digits."""
    for key in list(event):
        if key in _SECRET:
            event[key] = "(left out)"
        elif key in _NUMBERS:
            event[key] = masked(str(event[key]))
    return event


def masked(number: str) -> str:
    """A number or an address of which only the end can be read."""
    if "@" in number:
        return "(address)@" + number.rpartition("@")[2]
    return "…" + number[-_SHOWN:] if len(number) > _SHOWN else "…"


def _line(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    at, level, what = (str(event.pop(key, "")) for key in ("timestamp", "level", "event"))
    told = " ".join(f"{key}={value}" for key, value in sorted(event.items()))
    return f"{at} {level} {what} {told}".rstrip()
