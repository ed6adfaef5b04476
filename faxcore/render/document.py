"""What rendering answers: the whole message as one PDF, and its pages coded for the line."""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.t4 import Coding, EncodedPage, Resolution


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One page in all three codings for each resolution that was asked for.

    ``source`` tells people where the page comes from: ``cover``, ``body`` or a file's name,
    with its page number there.
    """

    source: str
    codings: tuple[EncodedPage, ...]

    def at(self, resolution: Resolution, coding: Coding = Coding.MH) -> EncodedPage:
        """The page in this resolution and coding; KeyError if it was not asked for."""
        for coded in self.codings:
            if coded.resolution is resolution and coded.coding is coding:
                return coded
        raise KeyError(f"{self.source} was not rendered at {resolution.name}")


@dataclass(frozen=True, slots=True)
class Design:
    """A page as it was designed, for the preview: a PNG in colour, and hints for its designer."""

    png: bytes = field(repr=False)
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """A message ready to be sent.

    ``pdf`` shows every page as it was before it became black and white; ``notes`` are sentences
    about what was left out (an image in the body that would have to be fetched, for example).
    ``designs`` has one entry a page where they were asked for, else none. ``assets`` are the files
    of its folder that the cover page used.
    """

    pdf: bytes = field(repr=False)
    pages: tuple[RenderedPage, ...]
    notes: tuple[str, ...] = ()
    designs: tuple[Design, ...] = ()
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderProgress:
    """How far rendering is: ``page`` of ``pages`` (0 of 0 while that is not known yet)."""

    text: str
    page: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one rendering may take; more is a RenderError that names the limit."""

    seconds: float = 120.0
    cpu_seconds: int = 100
    memory_octets: int = 3 << 30
    pages: int = 1000
    page_mm: float = 1100.0
    image_pixels: int = 150_000_000
    output_octets: int = 1 << 30
