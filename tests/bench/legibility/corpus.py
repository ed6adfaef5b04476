"""The fourteen pages, by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.legibility import code_pages, picture_pages, ruled_pages, text_pages
from tests.bench.legibility.drawn import Page
from tests.bench.legibility.kit import Kit

PAGES: tuple[Callable[[Kit], Page], ...] = (
    text_pages.sizes,
    text_pages.tints,
    text_pages.pale,
    text_pages.inverse,
    text_pages.letterhead,
    text_pages.flyer,
    ruled_pages.form,
    ruled_pages.tables,
    picture_pages.photos,
    picture_pages.scan_200,
    picture_pages.scan_150,
    picture_pages.phone,
    code_pages.codes,
    code_pages.names,
)
SHORT: tuple[Callable[[Kit], Page], ...] = (text_pages.flyer,)
"""What the short form measures."""
