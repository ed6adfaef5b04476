"""Hostile documents are refused by name or endured: nothing is fetched, read, or kept waiting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from faxcore.errors import ContentError
from faxcore.render import Attachment, Content, Limits, RenderedDocument, render_content
from faxcore.t4 import Resolution
from tests.render.hostile import ENDURED, REFUSED
from tests.render.samples import FIELDS

LIMITS = Limits(seconds=60.0, cpu_seconds=12, pages=300)
SECRET = "this must never leave the computer"


@dataclass(frozen=True)
class Trap:
    """Where a document might be led to: a server that counts, and a file with a secret."""

    site: str
    asked: list[str]
    secret: Path

    def set(self, data: bytes) -> bytes:
        """The document with its addresses."""
        return data.replace(b"{site}", self.site.encode()).replace(
            b"{secret}", str(self.secret).encode()
        )


@pytest.fixture
def trap(tmp_path: Path, server: tuple[str, list[str]]) -> Trap:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    return Trap(*server, secret)


def rendered(name: str, data: bytes) -> RenderedDocument:
    content = Content(FIELDS, attachments=(Attachment(name, data),))
    return render_content(content, resolutions=(Resolution.COARSE,), limits=LIMITS)


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_cannot_be_sent_is_refused_by_name(name: str) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(ContentError, match=reason):
        rendered(name, make())


@pytest.mark.parametrize("name", ENDURED)
def test_a_trap_catches_nothing(name: str, trap: Trap) -> None:
    told = [name]
    try:
        done = rendered(name, trap.set(ENDURED[name]()))
        told += [done.pdf.decode("latin-1"), *done.notes]
    except ContentError as error:
        told = [str(error)]
    assert not any(SECRET in each for each in told)
    assert any(name in each for each in told)
    assert not any("processor time" in each or "took longer" in each for each in told)
    assert trap.asked == []


def test_there_are_forty_and_more_of_them() -> None:
    assert len(REFUSED) + len(ENDURED) >= 60
