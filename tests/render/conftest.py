"""Fixtures of the render tests."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server that answers everything with an image or a redirect, and keeps the requests."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if "redirect" in self.path else 200)
            self.send_header("Location", "/other")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()
