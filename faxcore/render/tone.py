"""How grey becomes black and white: the choice that ``tone`` options stand for."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from faxcore.errors import SettingsError


class ToneKind(enum.Enum):
    """Ways to make black and white of grey; ``AUTO`` chooses for each part of a page."""

    AUTO = "auto"
    TEXT = "text"
    PHOTO = "photo"
    THRESHOLD = "threshold"
    DITHER = "dither"
    FAST = "fast"


_EXPECTED = "auto, text, photo, threshold:N (N from 1 to 255), dither or fast is expected"


@dataclass(frozen=True, slots=True)
class Tone:
    """A way to make black and white, as ``parse`` understands it.

    ``auto`` keeps text, rules and codes sharp, drops tints and screens photographs. ``text`` takes
    photographs for text too; ``photo`` screens the whole page; ``threshold:N`` makes black what is
    darker than the grey N and nothing else; ``dither`` diffuses errors (Floyd-Steinberg): it looks
    best and takes longest on the line; ``fast`` is ``auto`` with photographs coarser, in seconds.
    """

    kind: ToneKind = ToneKind.AUTO
    level: int = 128

    @classmethod
    def parse(cls, text: str) -> Tone:
        """The tone that a text stands for; SettingsError that says what is expected."""
        name, colon, level = text.strip().lower().partition(":")
        if name == ToneKind.THRESHOLD.value:
            if not (level.isascii() and level.isdigit() and 1 <= int(level[:4]) <= 255):
                raise SettingsError(f"tone {text!r}: {_EXPECTED}")
            return cls(ToneKind.THRESHOLD, int(level))
        try:
            kind = ToneKind(name)
        except ValueError:
            raise SettingsError(f"tone {text!r}: {_EXPECTED}") from None
        if colon:
            raise SettingsError(f"tone {text!r}: {_EXPECTED}")
        return cls(kind)

    @classmethod
    def of(cls, tone: Tone | str) -> Tone:
        """A tone, or the one that a text stands for; SettingsError that says what is expected."""
        return tone if isinstance(tone, Tone) else cls.parse(tone)

    def __str__(self) -> str:
        """The text that ``parse`` understands."""
        if self.kind is ToneKind.THRESHOLD:
            return f"{self.kind.value}:{self.level}"
        text: str = self.kind.value
        return text


AUTO_TONE = Tone()
