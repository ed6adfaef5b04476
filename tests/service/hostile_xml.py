"""XML made to hurt: each with the words that its answer must have, a Fault's or a ``400:``'s."""

from __future__ import annotations

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ME = "<username>clinic</username><password>correct horse</password>"


def envelope(body: str, head: str = "", attributes: str = "") -> bytes:
    return (
        f'{head}<s:Envelope xmlns:s="{SOAP}" {attributes}><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def create(inside: str, head: str = "", attributes: str = "") -> bytes:
    return envelope(f"<CFCreateMessageWS {attributes}>{ME}{inside}</CFCreateMessageWS>", head)


def laughs(levels: int, each: int) -> str:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * each}">' for n in range(levels))
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>'


FAULT, REFUSED = 500, 200

HOSTILE: dict[str, tuple[bytes, int, str]] = {
    "a billion laughs": (create("<memo>&l9;</memo>", laughs(9, 10)), FAULT, "DTD|entity|Entity"),
    "quadratic blow-up": (
        create("<memo>" + "&a;" * 5000 + "</memo>", f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]>'),
        FAULT,
        "DTD|entity|Entity",
    ),
    "a local file": (
        create("<memo>&f;</memo>", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        FAULT,
        "DTD",
    ),
    "an address": (
        create("<memo>&f;</memo>", '<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>'),
        FAULT,
        "DTD",
    ),
    "a parameter entity": (
        create("", '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>'),
        FAULT,
        "DTD|PEReference|entity|markup",
    ),
    "an outer DTD": (create("", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), FAULT, "DTD"),
    "a public DTD": (create("", '<!DOCTYPE x PUBLIC "-//X//Y" "file:///x">'), FAULT, "DTD"),
    "an empty DTD": (create("", "<!DOCTYPE x>"), FAULT, "DTD"),
    "an XInclude": (
        create(
            '<memo><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
            'href="file:///etc/passwd" parse="text"/></memo>'
        ),
        FAULT,
        "memo has elements in it",
    ),
    "a style sheet": (
        create("", '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'),
        REFUSED,
        "200:Message Created",
    ),
    "an instruction inside": (create("<?php system('id') ?>"), FAULT, "processing instructions"),
    "a deep nest": (b"<a>" * 100_000, FAULT, "envelope is expected"),
    "a deep nest in the header": (
        create("").replace(b"<s:Body>", b"<s:Header>" + b"<a>" * 100_000 + b"</s:Header><s:Body>"),
        FAULT,
        "nested too deeply",
    ),
    "a tag of eight megabytes": (
        create("", attributes=f'a="{"x" * (8 << 20)}"'),
        413,
        "a tag is larger than 4 MB",
    ),
    "more words than are held": (
        create(f"<memo>{'x' * (25 << 20)}</memo>"),
        413,
        "without its attachment, is larger than 24 MB",
    ),
    "a deep nest, closed": (
        envelope("<a>" * 5000 + "</a>" * 5000),
        FAULT,
        "nested too deeply",
    ),
    "a hundred thousand attributes": (
        create("", attributes=" ".join(f'a{n}="x"' for n in range(100_000))),
        REFUSED,
        "200:Message Created",
    ),
    "one attribute of a megabyte": (
        create("", attributes=f'a="{"x" * (1 << 20)}"'),
        REFUSED,
        "200:Message Created",
    ),
    "a hundred thousand elements": (
        create("<x/>" * 100_000),
        REFUSED,
        "200:Message Created",
    ),
    "a hundred thousand filters": (
        envelope(
            f"<CFListOutboundMessagesWS>{ME}"
            + "<deliveryStatusFilter>Q</deliveryStatusFilter>" * 100_000
            + "</CFListOutboundMessagesWS>"
        ),
        REFUSED,
        "400:deliveryStatusFilter",
    ),
    "an unknown element": (create("<x>y</x>"), REFUSED, "400:x: is no element"),
    "an element twice": (create("<memo>a</memo><memo>b</memo>"), REFUSED, "400:memo: appears more"),
    "two passwords": (create("<password>x</password>"), REFUSED, "400:password: must appear"),
    "a name of two megabytes": (
        create(f"<{'x' * 49_000}>y</{'x' * 49_000}>"),
        REFUSED,
        "is no element",
    ),
    "a huge number": (
        create(f"<messagePriority>{'9' * 5000}</messagePriority>"),
        REFUSED,
        "400:messagePriority",
    ),
    "a number that is none": (
        create("<messagePriority>٣</messagePriority>"),
        REFUSED,
        "400:messagePriority",
    ),
    "infinity": (create("<messagePriority>inf</messagePriority>"), REFUSED, "400:messagePriority"),
    "a date of no calendar": (
        create("<sendTime>2026-02-30T00:00:00Z</sendTime>"),
        REFUSED,
        "400:sendTime",
    ),
    "a year of ten thousand": (
        create("<sendTime>12026-01-01T00:00:00Z</sendTime>"),
        REFUSED,
        "400:sendTime",
    ),
    "a header in the subject": (
        create("<subject>x&#10;Bcc: all@example.org</subject>"),
        REFUSED,
        "400:subject",
    ),
    "a header in the sender": (
        create("<senderEmail>a@example.org&#13;&#10;Bcc: b@example.org</senderEmail>"),
        REFUSED,
        "400:senderEmail",
    ),
    "a path as cover page": (create("<coverPage>../../etc/passwd</coverPage>"), REFUSED, "400:cov"),
    "a nought in a name": (create("<coverPage>a&#0;b</coverPage>"), FAULT, "no well-formed XML"),
    "a control character": (create("<memo>&#7;</memo>"), FAULT, "no well-formed XML"),
    "half a character": (create("<memo>&#xD800;</memo>"), FAULT, "no well-formed XML"),
    "broken UTF-8": (
        create("<memo>x</memo>").replace(b"x</memo>", b"\xff</memo>"),
        FAULT,
        "no well",
    ),
    "an odd encoding": (
        b'<?xml version="1.0" encoding="utf-7"?>' + create(""),
        FAULT,
        "the encoding UTF-7 is not taken",
    ),
    "UTF-16 without a mark": (
        create("").decode().encode("utf-16-le"),
        REFUSED,
        "200:Message Created",
    ),
    "SQL": (
        envelope(
            f"<CFGetMessageStatusWS><clientMessageId>' OR 1=1; DROP TABLE message;--"
            f"</clientMessageId>{ME}</CFGetMessageStatusWS>"
        ),
        REFUSED,
        "400:clientMessageId: there is no message",
    ),
    "broken base64": (
        envelope(
            f"<CFAddAttachmentWS>{ME}<attachment_data>*</attachment_data></CFAddAttachmentWS>"
        ),
        REFUSED,
        "400:attachment_data: no base64",
    ),
    "base64 behind its end": (
        envelope(
            f"<CFAddAttachmentWS>{ME}<attachment_data>YQ==YQ==</attachment_data>"
            "</CFAddAttachmentWS>"
        ),
        REFUSED,
        "400:attachment_data: no base64",
    ),
    "two attachments in one": (
        envelope(
            f"<CFAddAttachmentWS>{ME}<attachment_data>YQ==</attachment_data>"
            "<attachment_data>YQ==</attachment_data></CFAddAttachmentWS>"
        ),
        REFUSED,
        "400:attachment_data: appears more than once",
    ),
    "a recipient that is a command": (
        envelope(f"<CFCancelMessageWS>{ME}<recipientId>1; ls</recipientId></CFCancelMessageWS>"),
        REFUSED,
        "400:recipientId",
    ),
    "two bodies": (
        envelope("<a/>").replace(b"</s:Envelope>", b"<s:Body><a/></s:Body></s:Envelope>"),
        FAULT,
        "one body",
    ),
    "two operations": (envelope("<CFSendMessageWS/><CFSendMessageWS/>"), FAULT, "one operation"),
    "no operation": (envelope("words"), FAULT, "one operation"),
    "another protocol": (b'{"operation": "CFSendMessageWS"}', FAULT, "no well-formed XML"),
    "a comment bomb": (create(f"<!--{'-x' * 500_000}-->"), REFUSED, "200:Message Created"),
    "a namespace bomb": (
        create("", attributes=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000))),
        REFUSED,
        "200:Message Created",
    ),
}
