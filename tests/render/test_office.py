"""Office files: read by LibreOffice where it is installed, and shut in so that nothing leaks."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from faxcore.errors import AttachmentError
from faxcore.render import Attachment, Content, render_content
from faxcore.render.office import ADVICE, office_pdf, shut_in
from faxcore.render.sniff import Kind, kind_of
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS

needs_office = pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("bwrap")), reason=ADVICE
)

_TYPES = """<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType=
"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELS = f"""<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}">
<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>
</Relationships>"""


def docx(text: str, picture: str = "") -> bytes:
    """A text document of one paragraph, with a picture that is linked and not in it."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    field = (
        f'<w:p><w:fldSimple w:instr=" INCLUDEPICTURE &quot;{picture}&quot; \\d "/></w:p>'
        f'<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;{picture}&quot; "/></w:p>'
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:90;'
        'height:90"><v:imagedata r:link="p1"/></v:shape></w:pict></w:r></w:p>'
    )
    document = (
        f'<?xml version="1.0"?><w:document xmlns:w="{word}" xmlns:r="{_OFFICE}"><w:body>'
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>{field if picture else ''}</w:body></w:document>"
    )
    links = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="p1" Type="{_OFFICE}/image" '
        f'Target="{picture}" TargetMode="External"/></Relationships>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        archive.writestr("word/document.xml", document)
        if picture:
            archive.writestr("word/_rels/document.xml.rels", links)
    return target.getvalue()


def odt(link: str) -> bytes:
    """A flat OpenDocument text with a section, a picture and an object from elsewhere."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
        for name, path in (("office", "office"), ("text", "text"), ("draw", "drawing"))
    )
    return f"""<?xml version="1.0"?><office:document {spaces}
    xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"
    office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>
    <text:p>words</text:p>
    <text:section text:name="s"><text:section-source xlink:href="{link}"/></text:section>
    <text:p><draw:frame draw:name="f"><draw:image xlink:href="{link}"/></draw:frame></text:p>
    <text:p><draw:frame><draw:object xlink:href="{link}"/></draw:frame></text:p>
    </office:text></office:body></office:document>""".encode()


def texts(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", docx("x")),
        ("without", docx("x")),
        ("a.rtf", rb"{\rtf1 x}"),
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
    ],
)
def test_office_files_are_known_by_their_first_octets(name: str, data: bytes) -> None:
    assert kind_of(Attachment(name, data)) is Kind.OFFICE


def test_a_zip_archive_that_is_no_office_file_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(AttachmentError, match="of no type that can be faxed"):
        kind_of(Attachment("a.zip", target.getvalue()))


def test_without_libreoffice_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(AttachmentError, match=r"a\.docx is an office file; LibreOffice and bubble"):
        office_pdf(Attachment("a.docx", docx("x")))


@needs_office
@pytest.mark.interop
class TestLibreOffice:
    """The real program."""

    def test_a_text_document_becomes_fax_pages(self) -> None:
        content = Content(FIELDS, attachments=(Attachment("letter.docx", docx("Dear Ada")),))
        rendered = render_content(content, resolutions=(Resolution.FINE,))
        assert [page.source for page in rendered.pages] == ["letter.docx page 1"]
        assert "Dear Ada" in texts(rendered.pdf)

    def test_a_rich_text_without_a_name_is_read(self) -> None:
        assert "hello" in texts(office_pdf(Attachment("letter", rb"{\rtf1 hello}")))

    def test_an_encrypted_document_is_named(self) -> None:
        data = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
        with pytest.raises(AttachmentError, match=r"secret\.docx is encrypted"):
            office_pdf(Attachment("secret.docx", data))

    def test_a_broken_document_is_named(self) -> None:
        data = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
        with pytest.raises(AttachmentError, match=r"a\.doc cannot be read by LibreOffice"):
            office_pdf(Attachment("a.doc", data))

    def test_a_document_that_unpacks_to_too_much_is_refused(self) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "x")
            with archive.open("word/document.xml", "w") as file:
                for _ in range(1100):
                    file.write(bytes(1 << 20))
        with pytest.raises(AttachmentError, match="unpacks to 1100 MB"):
            office_pdf(Attachment("bomb.docx", target.getvalue()))

    @pytest.mark.parametrize("kind", ["docx", "odt"])
    def test_links_to_the_network_and_to_local_files_lead_nowhere(
        self, kind: str, tmp_path: Path, server: tuple[str, list[str]]
    ) -> None:
        site, asked = server
        secret = tmp_path / "secret.txt"
        secret.write_text("never to be seen")
        for link in (f"{site}/x.png", secret.as_uri()):
            data = docx("words", link) if kind == "docx" else odt(link)
            pdf = office_pdf(Attachment(f"a.{kind}" if kind == "docx" else "a", data))
            said = texts(pdf)
            assert "words" in said
            assert "never" not in said
        assert asked == []

    def test_the_room_has_no_network_no_home_and_no_files_of_ours(self, tmp_path: Path) -> None:
        (tmp_path / "seen.txt").write_text("x")
        command = "cat /proc/net/dev; ls /room /home /root /etc /tmp /var; ls -a /"
        room = [*shut_in(shutil.which("bwrap") or "", tmp_path), "/bin/sh", "-c", command]
        said = subprocess.run(room, capture_output=True, text=True, check=False)
        assert "seen.txt" in said.stdout
        assert "passwd" not in said.stdout
        assert [
            line
            for line in said.stdout.splitlines()
            if ":" in line and "lo:" not in line and not line.startswith("/")
        ] == []
        assert "/home" in said.stderr
