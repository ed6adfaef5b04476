"""Banners: from allowed hosts, from mapped shares, from the address itself; else refused."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from faxcore.service.banner import BannerFetcher
from faxcore.service.configuration import ServiceSettings
from faxcore.service.requests import Refused
from tests.render.samples import image_file

PICTURE = image_file(Image.new("L", (40, 10)), "PNG")


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """A web server with a picture, a redirect, a page, and something large."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']} {self.path}")
            self.send_response(302 if "redirect" in self.path else 200)
            self.send_header("Location", "/picture.png")
            self.end_headers()
            body = {"/picture.png": PICTURE, "/large": bytes(5 << 20)}.get(self.path, b"<html>")
            try:
                self.wfile.write(body)
            except OSError:
                return  # who asked has seen enough

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://localhost:{running.server_port}", asked
        running.shutdown()


def fetcher(*hosts: str, private: bool = True, **settings: object) -> BannerFetcher:
    return BannerFetcher(
        ServiceSettings(banner_hosts=hosts, **settings),
        private=private,  # type: ignore[arg-type]
    )


def test_a_picture_comes_from_a_host_that_is_allowed(site: tuple[str, list[str]]) -> None:
    address, asked = site
    assert fetcher("localhost")(f"{address}/picture.png") == PICTURE
    assert asked[0].startswith("localhost")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/redirect", "the server answers 302"),
        ("/large", "larger than 4 MB"),
        ("/page", "it is no picture|it is HTML, no picture"),
    ],
)
def test_what_is_no_picture_is_refused(site: tuple[str, list[str]], path: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"400:bannerGFX: .*({reason})"):
        fetcher("localhost")(site[0] + path)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x.png",
        "http://other.example/x.png",
        "http://localhost@other.example/x.png",
        "http://localhost.other.example/x.png",
        "ftp://localhost/x.png",
        "file:///etc/passwd",
        "gopher://localhost/",
        "javascript:alert(1)",
        "//localhost/x.png",
        "/etc/passwd",
        "x",
        "http://",
        "data:image/png,x",
        "data:image/png;base64,*",
        "data:image/svg+xml,<svg/>",
        "data:",
    ],
)
def test_other_addresses_are_refused_unasked(site: tuple[str, list[str]], address: str) -> None:
    with pytest.raises(Refused, match="400:bannerGFX"):
        fetcher("localhost")(address)
    assert site[1] == []


def test_a_name_that_leads_into_this_computer_is_refused(site: tuple[str, list[str]]) -> None:
    with pytest.raises(Refused, match=r"localhost leads to .*, which is no public address"):
        fetcher("localhost", private=False)(f"{site[0]}/picture.png")
    assert site[1] == []


def test_an_address_may_carry_the_picture() -> None:
    told = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    assert fetcher()(told) == PICTURE


def test_a_share_is_read_from_its_folder_and_nowhere_else(tmp_path: Path) -> None:
    share = tmp_path / "share"
    (share / "logos").mkdir(parents=True)
    (share / "logos/a.png").write_bytes(PICTURE)
    (tmp_path / "secret.png").write_bytes(PICTURE)
    (share / "link.png").symlink_to(tmp_path / "secret.png")
    fetch = fetcher(banner_shares=(("\\\\files\\art", share),))
    assert fetch("\\\\FILES\\art\\logos\\a.png") == PICTURE
    for name in ("..\\secret.png", "link.png", "logos", "nonesuch.png", "a\0b"):
        with pytest.raises(Refused, match=re.escape("no such file in that share")):
            fetch(f"\\\\files\\art\\{name}")
    for other in ("\\\\files\\artx\\a.png", "\\\\other\\art\\a.png"):
        with pytest.raises(Refused, match="not mapped"):
            fetch(other)
