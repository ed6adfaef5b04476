"""What WeasyPrint may load while it lays out a page: nothing, or a cover page's own assets.

Every reference in HTML, CSS and SVG ends in ``ClosedFetcher.fetch``. It opens no connection and
no file but those inside the one folder it was given; ``data:`` carries its own octets. What it
refused is kept, so that nothing is left out silently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from weasyprint import images
from weasyprint.urls import URLFetcher, URLFetcherResponse

from faxcore.errors import AttachmentError, RenderError
from faxcore.render.content import Attachment
from faxcore.render.data_address import data_octets
from faxcore.render.document import Limits
from faxcore.render.drawings import check_drawing
from faxcore.render.sniff import Kind, kind_of

ASSETS = "http://cover.invalid/"
"""The address that a cover page believes it came from; its relative references begin so."""

NOWHERE = "http://message.invalid/"
"""The address that a message's own HTML believes it came from: nothing is there."""

PICTURES = (Kind.PNG, Kind.JPEG, Kind.GIF, Kind.BMP, Kind.WEBP, Kind.TIFF)
"""What a page may show as a picture, besides drawings."""

ASSET_OCTETS = 20 << 20
ASSET_TYPES = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Serves ``data:`` and, where a folder is given, files inside it; refuses all else.

    ``place`` is what the document is called. Drawings in it that must not be drawn are ``bombs``.
    """

    def __init__(self, place: str, folder: Path | None = None) -> None:
        super().__init__(allowed_protocols=["data"], allow_redirects=False)
        self.place = place
        self.folder = folder
        self.bombs: list[RenderError] = []
        self.refused: list[str] = []
        self.served: list[str] = []

    def fetch(self, url: str, headers: object = None) -> Any:
        """Answer from the address itself or from the folder; ValueError for everything else."""
        try:
            if url[:5].lower() == "data:":
                return data_response(url)
            if self.folder is not None and url.startswith(ASSETS):
                response, name = asset_response(url, self.folder)
                self.served.append(name)
                return response
            raise ValueError("rendering fetches nothing")
        except (OSError, ValueError) as error:
            carries = url[:5].lower() == "data:"
            shown = url.removeprefix(NOWHERE).removeprefix(ASSETS)[: 40 if carries else 200]
            self.refused.append(f"{shown} ({error})")
            raise ValueError(f"{error}: {url[:200]}") from error


class BoundedSVG(images.SVG):  # type: ignore[misc]
    """A drawing of WeasyPrint's that is not begun where it comes to too much.

    WeasyPrint leaves out a drawing that fails, and goes on; so the fetcher keeps the reason.
    """

    def __init__(self, tree: Any, url: str, font_config: Any, url_fetcher: Any = None) -> None:
        if isinstance(url_fetcher, ClosedFetcher):
            try:
                check_drawing(tree, url_fetcher.place)
            except RenderError as error:
                url_fetcher.bombs.append(error)
                raise
        super().__init__(tree, url, font_config, url_fetcher)


def data_response(url: str) -> Any:
    """The answer that a ``data:`` address is."""
    octets, kind = data_octets(url)
    check_picture(octets, kind)
    return URLFetcherResponse(url, octets, {"Content-Type": kind})


def asset_response(url: str, folder: Path) -> tuple[Any, str]:
    """A file of the cover page's folder, never one that a symbolic link or ``..`` leads to."""
    name = unquote(urlsplit(url).path).lstrip("/")
    home = folder.resolve()
    if "\0" in name:
        raise ValueError("a name with a zero octet is none")
    path = (home / name).resolve()
    kind = ASSET_TYPES.get(path.suffix.lower())
    if kind is None or not path.is_relative_to(home) or not path.is_file():
        raise ValueError(f"{name!r} is no asset in the cover page's folder")
    if path.stat().st_size > ASSET_OCTETS:
        raise ValueError(f"the asset {name!r} is larger than {ASSET_OCTETS >> 20} MB")
    octets = path.read_bytes()
    check_picture(octets, kind)
    response = URLFetcherResponse(url, octets, {"Content-Type": kind})
    return response, str(path.relative_to(home))


def check_picture(octets: bytes, declared: str) -> None:
    """ValueError for a broken picture: WeasyPrint draws as much of it as there is, or nothing.

    ``declared`` is its type; what octets say of themselves counts for more.
    """
    from faxcore.render.pictures import first_picture  # noqa: PLC0415

    is_picture = declared.startswith("image/")
    if octets.lstrip()[:1] == b"<":
        try:
            if is_picture:
                ElementTree.fromstring(octets)
        except ElementTree.ParseError as error:
            raise ValueError(f"the drawing is broken: {error}") from error
        return
    kind = _kind_of(octets)
    if kind in PICTURES:
        try:
            first_picture(Attachment("the picture", octets), kind, Limits().image_pixels)
        except AttachmentError as error:
            raise ValueError(str(error)) from error
    elif is_picture:
        raise ValueError("it is no picture")


def _kind_of(octets: bytes) -> Kind | None:
    try:
        return kind_of(Attachment("the picture", octets))
    except AttachmentError:
        return None


images.SVG = BoundedSVG
