from __future__ import annotations

import pytest

from faxcore.errors import AttachmentError
from faxcore.render import Attachment
from faxcore.render.sniff import Kind, html_of, kind_of, text_of


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("x.doc", b"%PDF-1.4", Kind.PDF),
        ("x.pdf", b"junk\n%PDF-1.4", Kind.PDF),
        ("x.txt", b"\x89PNG\r\n\x1a\n", Kind.PNG),
        ("x", b"\xff\xd8\xff\xe0", Kind.JPEG),
        ("x.TIFF", b"II*\0", Kind.TIFF),
        ("x", b"GIF89a...", Kind.GIF),
        ("x", b"RIFF\x10\0\0\0WEBPVP8 ", Kind.WEBP),
        ("x.png", b"BM" + bytes(12) + b"\x28\0\0\0", Kind.BMP),
        ("BM.txt", b"BM is a text that begins like one", Kind.TEXT),
        ("x.csv", b"a,b", Kind.CSV),
        ("x", b"MM\0*", Kind.TIFF),
        ("x", b"\xef\xbb\xbf <!-- a --> <!DOCTYPE HTML><p>", Kind.HTML),
        ("x.htm", b"<p>hello", Kind.HTML),
        ("x.txt", b"<p>hello", Kind.TEXT),
        ("README", "grüße".encode(), Kind.TEXT),
    ],
)
def test_tells_the_type_from_the_first_octets(name: str, data: bytes, kind: Kind) -> None:
    assert kind_of(Attachment(name, data)) is kind


@pytest.mark.parametrize(
    ("name", "data"), [("a.zip", b"PK\3\4"), ("a.pdf", b"hello"), ("a.doc", b"\xd0\xcf\x11\xe0")]
)
def test_unknown_types_are_refused_by_name(name: str, data: bytes) -> None:
    with pytest.raises(AttachmentError, match=rf"{name} is of no type that can be faxed \(PDF"):
        kind_of(Attachment(name, data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_unicode(encoding: str) -> None:
    assert text_of(Attachment("a.txt", "grüße".encode(encoding))) == "grüße"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"gr\xfc\xdfe", r"not UTF-8 text \(octet 2: 0xfc\)"),
        (b"a\0b", r"control character U\+0000"),
        (b" \n", "white space"),
    ],
)
def test_what_is_no_text_is_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(AttachmentError, match=rf"a\.txt .*{says}"):
        text_of(Attachment("a.txt", data))


def test_html_in_another_encoding_stays_octets() -> None:
    assert html_of(Attachment("a.html", "ü".encode())) == "ü"
    assert html_of(Attachment("a.html", b"\xfc")) == b"\xfc"
