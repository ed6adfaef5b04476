"""Fixtures of the render tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from faxcore.render import Content, RenderedDocument, render_content
from faxcore.render.layout import Typesetter
from tests.render.samples import FIELDS


@pytest.fixture
def typesetter() -> Iterator[Typesetter]:
    """WeasyPrint in this process, its warnings about old libraries left aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield Typesetter([])


@pytest.fixture(scope="session")
def letter() -> RenderedDocument:
    """A cover page and a body of two pages, rendered once."""
    body = "\f".join("\n".join(f"Line {n} of the letter" for n in range(30)) for _ in range(2))
    return render_content(Content(FIELDS, body=body, cover="standard"))
