"""Bodies in XML: what is drawn, what is refused with line and reason, and that nothing runs."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from faxcore.errors import ContentError
from faxcore.render import Attachment, BodyType, Content, render_content
from faxcore.render.rml import rml_pdf
from faxcore.render.rml_subset import ELEMENTS, checked_rml
from faxcore.resources import coverpages_folder
from faxcore.t4 import Resolution
from tests.render.samples import FIELDS, image_file, landscape_photo, pixels
from tests.render.test_fetcher import WATCH

PIXELS = 10_000_000
TEMPLATE = """<document>
<template pageSize="(595,842)"><pageTemplate id="main">{graphics}
<frame id="f" x1="60" y1="60" width="475" height="700"/></pageTemplate></template>
<stylesheet>{styles}</stylesheet>
<story>
{story}
</story></document>"""


def page(story: str, graphics: str = "", styles: str = "") -> str:
    return TEMPLATE.format(story=story, graphics=graphics, styles=styles)


def words(source: str) -> str:
    document = pdfium.PdfDocument(rml_pdf(source, "the body", PIXELS))
    return "\n".join(each.get_textpage().get_text_range() for each in document)


def data_picture() -> str:
    octets = image_file(landscape_photo(), "PNG")
    return "data:image/png;base64," + base64.b64encode(octets).decode()


def test_paragraphs_lists_and_tables_are_printed() -> None:
    story = """<h1>Invoice 4711</h1><para>Dear <b>Ada</b> &amp; co</para>
    <ul><li>one</li><li><para>two</para></li></ul>
    <blockTable><tr><td>3 &lt; 4</td><td><b>bold</b></td><td><para>cell</para></td></tr>
    </blockTable>"""
    said = words(page(story))
    for expected in ("Invoice 4711", "Dear Ada & co", "one", "two", "3 < 4", "bold", "cell"):
        assert expected in said


def test_page_graphics_know_the_page_number() -> None:
    graphics = (
        '<pageGraphics><drawString x="60" y="20">Page <pageNumber/></drawString></pageGraphics>'
    )
    said = words(page("<para>a</para><nextFrame/><para>b</para>", graphics))
    assert "Page 1" in said
    assert "Page 2" in said


def test_a_page_can_be_drawn_without_a_story() -> None:
    source = """<document><pageInfo pageSize="a4"/><pageDrawing>
    <setFont name="Courier" size="12"/><drawString x="72" y="700">drawn</drawString>
    <rect x="72" y="600" width="3cm" height="2cm" fill="false"/></pageDrawing></document>"""
    assert "drawn" in words(source)


def test_every_letter_of_greek_and_cyrillic_is_kept() -> None:
    assert "Αγαπητή <Ада>" in words(page("<para>Αγαπητή &lt;Ада&gt;</para>"))


def test_bold_stays_bold_beyond_western_europe() -> None:
    plain = rml_pdf(page("<para>Ада</para>"), "the body", PIXELS)
    bold = rml_pdf(page("<para><b>Ада</b></para>"), "the body", PIXELS)
    assert b"DejaVuSans-Bold" not in plain
    assert b"DejaVuSans-Bold" in bold


@pytest.mark.parametrize(
    ("letters", "reason"),
    [
        ("שלום", "the body has Hebrew letters, which its XML cannot set: send it as HTML"),
        ("漢字", "no font on this computer has '漢'"),
    ],
)
def test_letters_that_cannot_be_set_are_refused(letters: str, reason: str) -> None:
    with pytest.raises(ContentError, match=re.escape(reason)):
        words(page(f"<para>{letters}</para>"))


def test_a_picture_in_the_document_is_drawn() -> None:
    document = pdfium.PdfDocument(
        rml_pdf(page(f'<img src="{data_picture()}" width="80" height="60"/>'), "x", PIXELS)
    )
    assert len(list(document[0].get_objects())) == 1


REFUSED = [
    ("<para>a</para>\n<evalString>1</evalString>", "line 7: <evalString> is not part"),
    ('<plugInFlowable module="os" function="system">x</plugInFlowable>', "<plugInFlowable> is not"),
    ("<para><evalString>[].__class__</evalString></para>", "<evalString> is not part"),
    ("<para><getName id='a'/></para>", "<getName> is not part"),
    ('<includePdfPages filename="/etc/passwd"/>', "<includePdfPages> is not part"),
    ('<docExec stmt="1"/>', "<docExec> is not part"),
    ('<docIf cond="1"><para>x</para></docIf>', "<docIf> is not part"),
    ('<docAssign var="a" expr="1"/>', "<docAssign> is not part"),
    ('<codesnippet language="python">1</codesnippet>', "<codesnippet> is not part"),
    ('<log level="info">x</log>', "<log> is not part"),
    ('<link url="http://127.0.0.1:9/">x</link>', "<link> is not part"),
    ('<para><a href="http://127.0.0.1:9/">x</a></para>', "<a> is not part"),
    ('<para><onDraw name="f" label="x"/></para>', "<onDraw> is not part"),
    ('<para><b onclick="x">x</b></para>', "<b> takes no onclick; it takes: none"),
    ('<img src="/etc/passwd"/>', "must be in the document itself"),
    ('<img src="file:///etc/passwd"/>', "must be in the document itself"),
    ('<img src="http://127.0.0.1:9/x.png"/>', "must be in the document itself"),
    ('<img src="data:image/svg+xml;base64,AAAA"/>', "must be in the document itself"),
    ('<img src="data:image/png;base64,JVBERi0xLjcK"/>', "is PDF, no picture"),
    ('<img src="data:image/png;base64,AA=A"/>', "is no base64"),
    ('<img src="data:image/png;base64,AAAA"/>', "is of no type that can be faxed"),
    ('<spacer length="1" href="x"/>', "<spacer> takes no href; it takes: length, width"),
    ('<spacer length="1e9"/>', "length='1e9' is no number of a page"),
    ('<spacer length="99999999"/>', "length='99999999' is no number of a page"),
    ('<para style="nothing">x</para>', "line 6: Style 'nothing' could not be found"),
    ('<para textColor="nocolour">x</para>', "nocolour"),
    ('<para textColor="rml:x">x</para>', "textColor='rml:x' is not taken"),
    ('<para fontName="Nofont">x</para>', "nofont"),
    ("<ul>words</ul>", "line 6: <ul> has words in it that belong into a <para>"),
    ("<li>words</li>", "line 6"),
    ("lost words", "line 5: <story> has words in it that belong into a <para>"),
    ("<blockTable><tr><td>a<para>b</para></td></tr></blockTable>", "<td> has words beside <para>"),
    ("<para>no end", "line 7: no well-formed XML"),
    ("<?php evil ?><para>x</para>", "ProcessingInstruction is not taken"),
    ("<keepTogether>" * 60 + "</keepTogether>" * 60, "nested more than 40 deep"),
    ("<spacer/>", "No value for required attribute"),
    ('<spacer width="1" length="90000"/>', "larger than its frame"),
]


@pytest.mark.parametrize(("story", "reason"), REFUSED, ids=[story[:40] for story, _ in REFUSED])
def test_what_is_not_in_the_subset_is_refused_by_line_and_name(story: str, reason: str) -> None:
    with pytest.raises(ContentError, match=re.escape(reason)) as caught:
        words(page(story))
    assert str(caught.value).startswith("the body")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('<!DOCTYPE document [<!ENTITY a "b">]><document>&a;</document>', "(DTD) is not taken"),
        ('<!DOCTYPE document SYSTEM "file:///etc/passwd"><document/>', "(DTD) is not taken"),
        ("<html><body/></html>", "begins with <document>, not with <html>"),
        ("<document/>", "neither a <template> with a <story> nor a <pageDrawing>"),
        ("<document>" + "<story/>" * 60_000 + "</document>", "more than 50000 elements"),
        (
            "<document><docinit><registerTTFont faceName='a' fileName='b'/></docinit></document>",
            "<registerTTFont> is not part",
        ),
        ("words", "line 1: no well-formed XML"),
        ("", "no well-formed XML"),
    ],
)
def test_a_document_that_is_none_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ContentError, match=re.escape(reason)):
        rml_pdf(source, "the body", PIXELS)


def test_a_bomb_of_entities_does_not_go_off() -> None:
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 20}">' for n in range(8))
    source = f'<!DOCTYPE document [<!ENTITY e0 "x">{levels}]><document>&e8;</document>'
    with pytest.raises(ContentError, match=r"DTD|[Ee]ntity"):
        rml_pdf(source, "the body", PIXELS)


def test_markup_written_as_text_stays_text() -> None:
    assert "<evalString>1+1</evalString>" in words(
        page("<para>&lt;evalString&gt;1+1&lt;/evalString&gt;</para>")
    )
    assert "<b>" in words(page("<para><![CDATA[<b>]]></para>"))


def test_nothing_is_opened_connected_or_started(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    WATCH.seen.clear()
    hostile = [story for story, _ in REFUSED] + [
        f'<img src="{secret}"/>',
        f"<img src='{secret.as_uri()}'/>",
    ]
    for story in hostile:
        WATCH.on = True
        try:
            with pytest.raises(ContentError):
                rml_pdf(page(story), "the body", PIXELS)
        finally:
            WATCH.on = False
    bad = ("socket", "Popen", "passwd", secret.name)
    assert [seen for seen in WATCH.seen if any(word in seen for word in bad)] == []


def test_a_picture_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(ContentError, match="more pixels"):
        rml_pdf(page(f'<img src="{data_picture()}"/>'), "the body", 1000)


def test_the_table_for_writers_has_every_element() -> None:
    told = (coverpages_folder() / "xml-bodies.md").read_text()
    table = "".join(line for line in told.splitlines() if line.startswith("|"))
    assert set(re.findall(r"`(\w+)`", table)) == ELEMENTS


def test_the_example_for_writers_is_right() -> None:
    told = (coverpages_folder() / "xml-bodies.md").read_text()
    example = told.split("```xml\n")[1].split("```")[0]
    said = words(example)
    assert "Example & Sons" in said
    assert "Bolts" in said


def test_what_is_checked_is_written_anew() -> None:
    checked = checked_rml(page("<!-- a --><para>x</para>"), "the body", PIXELS)
    assert b"<!--" not in checked.xml


def test_a_body_in_xml_and_an_attachment_become_fax_pages() -> None:
    source = page("<para>words</para>" * 5)
    content = Content(
        FIELDS,
        body=source,
        body_type=BodyType.XML,
        attachments=(Attachment("form.rml", source.encode()),),
    )
    rendered = render_content(content, resolutions=(Resolution.FINE,))
    assert [each.source for each in rendered.pages] == ["body page 1", "form.rml page 1"]
    assert all(pixels(each.at(Resolution.FINE)).mean() > 0.001 for each in rendered.pages)
    assert rendered.pdf == render_content(content, resolutions=(Resolution.FINE,)).pdf


def test_a_blank_body_in_xml_is_an_error() -> None:
    content = Content(FIELDS, body=page('<spacer length="20"/>'), body_type=BodyType.XML)
    with pytest.raises(ContentError, match="body came out blank"):
        render_content(content, resolutions=(Resolution.FINE,))
