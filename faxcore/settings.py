"""``faxcore.toml``: read once at start, every value checked, every unknown name refused.

A room reads its tables through ``Section``, which knows where it stands in the file, so that what
is wrong is told by its place: ``faxcore.toml: [retry] dials: a whole number is expected``. After
reading, ``finish()`` refuses the names that nobody asked for: a misspelt setting is an error, and
not a default.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from faxcore.errors import SettingsError

FILE = "faxcore.toml"


class Section:
    """One table of the file; ``place`` is how it is called in errors."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._values = values
        self._place = place
        self._asked: set[str] = set()
        self._inner: list[Section] = []

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self._get(name, default)
        if not isinstance(value, str):
            raise self.wrong(name, "a text is expected")
        return value

    def needed(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise self.wrong(name, "is missing")
        return value

    def number(self, name: str, default: float, least: float = 0, most: float = math.inf) -> float:
        """A number from ``least`` to ``most``."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, "a number is expected")
        try:
            value = float(value)
        except OverflowError as error:
            raise self.wrong(name, "is too large") from error
        if not math.isfinite(value):
            raise self.wrong(name, "a number is expected")
        if not least <= value <= most:
            bounds = f"from {least:g} to {most:g}" if most < math.inf else f"{least:g} or more"
            raise self.wrong(name, f"{value:g} is not {bounds}")
        return value

    def whole(self, name: str, default: int, least: int = 0, most: int = 1 << 31) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self.number(name, default, least, most)
        if value != int(value):
            raise self.wrong(name, "a whole number is expected")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false is expected")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(name, "a list of texts is expected")
        return tuple(value)

    def has(self, name: str) -> bool:
        """Whether a value or table is there."""
        return name in self._values

    def section(self, name: str) -> Section:
        """A table within; an empty one where it is not there."""
        value = self._get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "a table is expected")
        return self._enter(value, name)

    def sections(self, name: str) -> tuple[Section, ...]:
        """The tables of a list (``[[modem]]``)."""
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(name, f"tables [[{name}]] are expected")
        return tuple(self._enter(each, f"{name} {index}") for index, each in enumerate(value, 1))

    def leave(self, name: str) -> None:
        """Let a table stand that another room reads, and checks."""
        self._asked.add(name)

    def names(self) -> tuple[str, ...]:
        """The names of the values, for tables whose names are free."""
        self._asked.update(self._values)
        return tuple(self._values)

    def wrong(self, name: str, what: str) -> SettingsError:
        """The error for a value: where it stands, and what is wrong with it."""
        return SettingsError(f"{self._place} {name}: {what}")

    def finish(self) -> None:
        """Refuse what nobody has asked for, here and within."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise self.wrong(unknown[0], f"is no setting; there are: {known}")
        for inner in self._inner:
            inner.finish()

    def _get(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        return self._values.get(name, default)

    def _enter(self, values: Mapping[str, Any], name: str) -> Section:
        at_top = self._place.endswith(":")
        place = f"{self._place} [{name}]" if at_top else f"{self._place[:-1]}.{name}]"
        inner = Section(values, place)
        self._inner.append(inner)
        return inner


def load_settings(path: Path) -> Section:
    """The whole file; an empty one where there is none. SettingsError where it is no TOML."""
    try:
        with path.open("rb") as file:
            return Section(tomllib.load(file), f"{path}:")
    except FileNotFoundError:
        return Section({}, f"{path}:")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
