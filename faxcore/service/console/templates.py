"""The console's templates, filled in by Jinja2: everything is escaped."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from faxcore.service.console.looking import LETTER_WORDS


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("faxcore.service.console", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    environment.globals["letters"] = LETTER_WORDS
    return environment


def moment(at: datetime | None) -> str:
    """A moment for people, in this computer's zone."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def render(template: str, **values: Any) -> str:
    """A page."""
    text: str = _environment().get_template(template).render(values)
    return text
