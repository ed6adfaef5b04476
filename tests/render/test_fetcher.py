"""Nothing is fetched and no local file is read, whatever a document asks for."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from faxcore.errors import RenderError
from faxcore.render import Attachment, BodyType, Content, render_content
from faxcore.render.layout import Typesetter
from tests.render.samples import FIELDS, grey_image, image_file

SECRET = b"this must never leave the computer"


EVENTS = {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"}


class Watch:
    """What Python itself reports of connections and opened files while ``on``."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event in EVENTS:
            self.seen.append(f"{event} {arguments[0]!r} {arguments[1:2]!r}")


WATCH = Watch()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.png"
    path.write_bytes(SECRET)
    return path


SHAPES = [
    '<img src="{}">',
    '<img srcset="{} 2x">',
    "<img src='{}?query#fragment'>",
    '<link rel=stylesheet href="{}">',
    '<link rel=attachment href="{}">',
    '<a rel=attachment href="{}">x</a>',
    "<style>@import url({});</style>",
    "<style>@import '{}' screen;</style>",
    "<style>body{{background:url({})}}</style>",
    "<style>li{{list-style-image:url({})}}</style><li>x",
    "<style>p::before{{content:url({})}}</style><p>x",
    "<style>@font-face{{font-family:f;src:url({})}} p{{font-family:f}}</style><p>x",
    "<style>@font-face{{font-family:f;src:local(x),url({})}} p{{font-family:f}}</style><p>x",
    "<style>@color-profile x {{src:url({})}}</style>",
    "<style>@page{{background:url({})}}</style>",
    "<style>p{{border-image:url({}) 1}}</style><p>x",
    '<object data="{}">x</object>',
    '<embed src="{}">',
    '<iframe src="{}"></iframe>',
    '<input type=image src="{}">',
    '<video poster="{}"></video>',
    '<base href="{}"><img src="">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<svg><image href="{}" width=9 height=9 /></svg>',
    '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{}"/></svg>',
    '<svg><use href="{}#x"/></svg>',
    "<svg><style>@import url({});</style><rect width=9 height=9 /></svg>",
    '<svg><rect width=9 height=9 fill="url({}#x)"/></svg>',
    '<img src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg">'
    '<image href="{}"/></svg>\'>',
    "<link rel=stylesheet href=\"data:text/css,@import '{}'\">",
    "<p style=\"background:url('{}')\">x",
    '<!DOCTYPE html [<!ENTITY x SYSTEM "{}">]><p>&x;',
]


def every_shape(address: str) -> str:
    return "<p>words" + "\n".join(shape.format(address) for shape in SHAPES)


def addresses(path: Path, site: str) -> list[str]:
    return [
        path.as_uri(),
        f"FILE://{path}",
        f"file:{path}",
        f"file://localhost{path}",
        str(path),
        f"{site}/image.png",
        f"{site}/redirect",
        "ftp://127.0.0.1:9/x",
        "jar:file:/etc/passwd!/x",
        "//127.0.0.1:9/x",
        "\\\\127.0.0.1\\share\\x",
    ]


def test_no_shape_of_reference_reads_or_connects(
    typesetter: Typesetter, secret: Path, server: tuple[str, list[str]]
) -> None:
    site, asked = server
    WATCH.seen.clear()
    pages = [shape.format(secret.as_uri()) for shape in SHAPES]
    pages += [every_shape(address) for address in addresses(secret, site)]
    for page in pages:
        WATCH.on = True
        try:
            pdf = typesetter.lay_out(page, "the body").write_pdf(uncompressed_pdf=True)
        finally:
            WATCH.on = False
        assert SECRET not in pdf
    assert asked == []
    suspicious = ("socket", "Popen", secret.name, "passwd")
    assert [seen for seen in WATCH.seen if any(word in seen for word in suspicious)] == []


def test_a_whole_message_fetches_nothing_and_says_what_it_left_out(
    secret: Path, server: tuple[str, list[str]]
) -> None:
    site, asked = server
    page = every_shape(f"{site}/redirect") + every_shape(secret.as_uri())
    attachment = Attachment("page.html", f"<html>{page}".encode())
    content = Content(FIELDS, body=page, body_type=BodyType.HTML, attachments=(attachment,))
    rendered = render_content(content)
    assert asked == []
    assert SECRET not in rendered.pdf
    assert any(note.startswith(f"the body: left out {site}") for note in rendered.notes)
    assert any(note.startswith("page.html: left out file:") for note in rendered.notes)


def test_data_addresses_are_served(typesetter: Typesetter) -> None:
    page = '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E">'
    typesetter.lay_out(page, "the body")
    assert typesetter.notes == []


class TestCoverAssets:
    """A cover page may use the files of its own folder, and nothing else."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "covers"
        (folder / "sub").mkdir(parents=True)
        picture = image_file(grey_image(np.array([[0, 255]])), "PNG")
        for name in ("logo.png", "sub/logo.png", "ä b.png"):
            (folder / name).write_bytes(picture)
        (tmp_path / "outside.png").write_bytes(picture)
        (tmp_path / "covers-of-others").mkdir()
        (tmp_path / "covers-of-others/x.png").write_bytes(picture)
        (folder / "link.png").symlink_to(tmp_path / "outside.png")
        (folder / "up").symlink_to(tmp_path)
        (folder / "notes.txt").write_text("x")
        return folder

    @pytest.mark.parametrize("name", ["logo.png", "./sub/logo.png", "%C3%A4%20b.png", "/logo.png"])
    def test_own_files_are_served(self, typesetter: Typesetter, folder: Path, name: str) -> None:
        document = typesetter.lay_out(f'<img src="{name}">', "the cover page x", folder)
        assert b"/Image" in document.write_pdf(uncompressed_pdf=True)

    @pytest.mark.parametrize(
        "name",
        [
            "missing.png",
            "../outside.png",
            "%2e%2e/outside.png",
            "..%2foutside.png",
            "sub/../../outside.png",
            "../covers-of-others/x.png",
            "link.png",
            "up/outside.png",
            "notes.txt",
            "sub",
            "logo.png%00.png",
            "http://127.0.0.1:9/x.png",
            "file:///etc/passwd",
        ],
    )
    def test_all_else_is_an_error_that_names_it(
        self, typesetter: Typesetter, folder: Path, name: str
    ) -> None:
        with pytest.raises(RenderError, match="the cover page x refers to "):
            typesetter.lay_out(f'<img src="{name}">', "the cover page x", folder)
