"""What an attachment is, by its first octets: never by what its sender says it is."""

from __future__ import annotations

import codecs
import enum
import re
from pathlib import PurePath

from faxcore.errors import AttachmentError
from faxcore.render.content import Attachment


class Kind(enum.Enum):
    """A type of file that can be faxed."""

    PDF = "PDF"
    TIFF = "TIFF"
    PNG = "PNG"
    JPEG = "JPEG"
    GIF = "GIF"
    BMP = "BMP"
    WEBP = "WebP"
    HTML = "HTML"
    TEXT = "text"
    CSV = "CSV"
    OFFICE = "office file"
    RML = "XML for pages (RML)"


_MARKS = (
    (Kind.TIFF, re.compile(rb"II\*\0|MM\0\*")),
    (Kind.PNG, re.compile(rb"\x89PNG\r\n\x1a\n")),
    (Kind.JPEG, re.compile(rb"\xff\xd8\xff")),
    (Kind.GIF, re.compile(rb"GIF8[79]a")),
    (Kind.WEBP, re.compile(rb"RIFF....WEBP", re.S)),
    (Kind.OFFICE, re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf")),
    (Kind.BMP, re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.S)),
)
"""Files that say by their first octets what they are."""

_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_OFFICE_MARKS = (b"[Content_Types].xml", b"application/vnd.oasis.opendocument.")
"""What is in the archives that are office files (ECMA-376 part 2; OpenDocument part 2)."""

_RML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<document\b", re.S
)
_RML_NAMES = {".rml"}
_HTML_NAMES = {".html", ".htm", ".xhtml"}
_CSV_NAMES = {".csv", ".tsv"}
_TEXT_NAMES = {"", ".txt", ".text", ".log"}
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def kind_of(file: Attachment) -> Kind:
    """The type of a file; AttachmentError that names it if it is none that can be faxed."""
    head = file.data[:1024]
    for kind, mark in _MARKS:
        if mark.match(head):
            return kind
    if head.startswith(b"PK\x03\x04") and any(mark in file.data for mark in _OFFICE_MARKS):
        return Kind.OFFICE
    suffix = PurePath(file.name).suffix.lower()
    if _HTML_START.match(head) or (suffix in _HTML_NAMES and b"\0" not in head):
        return Kind.HTML
    if _RML_START.match(head) or (suffix in _RML_NAMES and b"\0" not in head):
        return Kind.RML
    if b"%PDF-" in head:
        return Kind.PDF
    if suffix in _CSV_NAMES and b"\0\0" not in head:
        return Kind.CSV
    if suffix in _TEXT_NAMES and b"\0\0" not in head:
        return Kind.TEXT
    known = ", ".join(kind.value for kind in Kind)
    raise AttachmentError(f"{file.name} is of no type that can be faxed ({known})")


def text_of(file: Attachment) -> str:
    """The text of a text file: UTF-8, or UTF-16 with its mark; AttachmentError if it is neither."""
    marked = file.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = file.data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise AttachmentError(
            f"{file.name} is not UTF-8 text (octet {error.start}: 0x{file.data[error.start]:02x})"
        ) from error
    control = _NO_TEXT.search(text)
    if control:
        raise AttachmentError(
            f"{file.name} is no text: it has the control character U+{ord(control[0]):04X}"
        )
    if not text.strip():
        raise AttachmentError(f"{file.name} has nothing in it but white space")
    return text


def html_of(file: Attachment) -> str | bytes:
    """The HTML of a file: as text if it is UTF-8, else as octets that declare their encoding."""
    try:
        return file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.data
