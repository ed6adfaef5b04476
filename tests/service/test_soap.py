"""The SOAP door by a foreign client from the WSDL alone, and by envelopes written by hand."""

from __future__ import annotations

import asyncio
import warnings
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from faxcore.delivery import render_notes
from faxcore.service.app import make_app
from faxcore.service.contract import NAMESPACE, OPERATIONS
from faxcore.service.tables import ChangeCursor
from tests.service.conftest import PASSWORD, Service, add_account, no_banner, told_twice

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import zeep

ME = {"username": "clinic", "password": PASSWORD}
SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "method": "POST",
    "path": "/soap",
    "raw_path": b"/soap",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"content-type", b"text/xml")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
    "scheme": "http",
    "http_version": "1.1",
}
"""A request as uvicorn describes it."""


@pytest.fixture(params=["PresencePort", "PresencePort12"])
def client(service: Service, request: pytest.FixtureRequest) -> Any:
    """zeep on the SOAP 1.1 and the SOAP 1.2 port."""
    return zeep.Client(service.wsdl, service_name="Presence", port_name=request.param).service


def envelope(body: str, head: str = "") -> str:
    return (
        f'{head}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def post(service: Service, text: str | bytes, **headers: str) -> httpx.Response:
    return httpx.post(f"{service.url}/soap", content=text, headers=headers, timeout=30)


def test_a_message_goes_its_whole_way(client: Any) -> None:
    made = client.CFCreateMessageWS(
        **ME,
        clientMessageId="job 1",
        messageGroupId="letters",
        messageBody="Dear Ada",
        messageBodyType="text",
        messagePriority=7,
        resolution="c",
        subject="Results",
    )
    assert made.serverResponse == "200:Message Created"
    assert made.clientMessageId == "job 1"
    uid = made.presenceUniqueIdentifier
    fax = client.CFAddRecipientWS(
        **ME, presenceUniqueIdentifier=uid, recipientType="fax", recipientPhone="+44 20 7946 0000"
    )
    mail = client.CFAddRecipientWS(
        **ME,
        clientMessageId="job 1",
        recipientType="EMAIL",
        recipientEmail="ada@example.org",
        recipientEmailScope="cc",
    )
    assert fax.serverResponse == mail.serverResponse == "200:Recipient Added"
    assert fax.recipientId != mail.recipientId
    added = client.CFAddAttachmentWS(
        **ME,
        presenceUniqueIdentifier=uid,
        attachment_data=b"words",
        attachment_type="Text/Plain",
        attachment_name="a.txt",
    )
    assert added.serverResponse == "200: Attachment Created"
    before = client.CFGetMessageStatusWS(**ME, presenceUniqueIdentifier=uid)
    assert before.messageStatus == "WAITING"
    sent = client.CFSendMessageWS(**ME, presenceUniqueIdentifier=uid)
    assert sent.serverResponse == "200:Message Sent"
    status = client.CFGetMessageStatusWS(**ME, presenceUniqueIdentifier=uid)
    assert status.messageStatus == "PENDING"
    rows = {row.RECIPIENT_ID: row for row in status.dataTableRow}
    assert rows[fax.recipientId].DELIVERY_STATUS == "P"
    assert rows[fax.recipientId].RECIPIENT_PHONE == "+44 20 7946 0000"
    assert rows[fax.recipientId].RECIPIENT_EMAIL is None
    assert rows[mail.recipientId].RECIPIENT_EMAIL == "ada@example.org"
    assert rows[mail.recipientId].NUMBER_ATTEMPTS == 0
    listed = client.CFListOutboundMessagesWS(**ME, groupIdFilter="letters")
    assert [row.PRESENCE_UNIQUE_IDENTIFIER for row in listed.dataTableRow] == [uid, uid]
    held = client.CFHoldMessageWS(**ME, presenceUniqueIdentifier=uid)
    assert held.serverResponse == "200:Message Held"
    released = client.CFReleaseMessageWS(**ME, presenceUniqueIdentifier=uid)
    assert released.serverResponse == "200:Message Released"
    one = client.CFCancelMessageWS(**ME, presenceUniqueIdentifier=uid, recipientId=mail.recipientId)
    assert one.serverResponse == "200:Message Cancelled"
    client.CFCancelMessageWS(**ME, presenceUniqueIdentifier=uid)
    status = client.CFGetMessageStatusWS(**ME, presenceUniqueIdentifier=uid)
    assert status.messageStatus == "CANCELLED"
    assert client.CFDeleteMessageWS(**ME, presenceUniqueIdentifier=uid).serverResponse.startswith(
        "200"
    )
    gone = client.CFGetMessageStatusWS(**ME, presenceUniqueIdentifier=uid)
    assert gone.serverResponse.startswith("400:presenceUniqueIdentifier: there is no message")


def test_every_operation_of_the_contract_answers(client: Any) -> None:
    for name, (request, _) in OPERATIONS.items():
        told = {
            field: "x"
            for field, info in request.model_fields.items()
            if info.is_required() and field not in ME
        }
        answer = getattr(client, name)(**ME, **told)
        response = answer if isinstance(answer, str) else answer.serverResponse
        assert response[:4] in {"200:", "400:"}, name


def test_restrict_to_changed_tells_what_changed_and_repeats_one_answer(client: Any) -> None:
    def changed() -> list[str]:
        answer = client.CFListOutboundMessagesWS(**ME, restrictToChanged=True)
        return [row.DELIVERY_STATUS for row in answer.dataTableRow]

    made = client.CFCreateMessageWS(**ME, messageBody="x", messageBodyType="TEXT")
    uid = made.presenceUniqueIdentifier
    for number in ("1", "2"):
        client.CFAddRecipientWS(
            **ME, presenceUniqueIdentifier=uid, recipientType="FAX", recipientPhone=number
        )
    assert told_twice(changed) == ["W", "W"]
    client.CFSendMessageWS(**ME, presenceUniqueIdentifier=uid)
    assert told_twice(changed) == ["P", "P"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("<CFCreateMessageWS/>", "400:username: must appear exactly once"),
        (
            "<CFCreateMessageWS><username>clinic</username></CFCreateMessageWS>",
            "400:password: must appear exactly once",
        ),
        (
            "<CFCreateMessageWS><username>clinic</username><username>x</username>"
            "</CFCreateMessageWS>",
            "400:username: must appear exactly once",
        ),
        (
            "{me}<messagePriority>11</messagePriority>",
            "400:messagePriority: 11 is not from 1 to 10",
        ),
        ("{me}<messagePriority>high</messagePriority>", "400:messagePriority: input should be a"),
        (
            "{me}<messagePriority>5</messagePriority><messagePriority>5</messagePriority>",
            "400:messagePriority: appears more than once",
        ),
        ("{me}<resolution>X</resolution>", "400:resolution: 'X' is none of C, F"),
        ("{me}<sendTime>tomorrow</sendTime>", "400:sendTime: no date and time"),
        ("{me}<sendTime>1700000000</sendTime>", "400:sendTime: no date and time"),
        ("{me}<messageBody>x</messageBody>", "400:messageBodyType: is required"),
        (
            "{me}<messageBody>x</messageBody><messageBodyType>RTF</messageBodyType>",
            "400:messageBodyType: 'RTF' is none of TEXT, HTML, XML",
        ),
        ("{me}<coverPage>nonesuch</coverPage>", "400:coverPage: there is no cover page"),
        ("{me}<bannerGFX>http://127.0.0.1/x.png</bannerGFX>", "400:bannerGFX: no host is allowed"),
        ("{me}<handlerTask>x</handlerTask>", "400:handlerTask: there is no handler 'x'"),
        (
            "{me}<preferredPresenceServer>x</preferredPresenceServer>",
            "400:preferredPresenceServer: there is no delivery node",
        ),
        ("{me}<colour>red</colour>", "400:colour: is no element of CFCreateMessageWS"),
        ("{me}<memo>&lt;&amp; \u00e9</memo>", "200:Message Created"),
        ("{me}<sendTime/><memo></memo>", "200:Message Created"),
        (
            '{me}<memo xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>',
            "200:Message Created",
        ),
        ("{me}<messagePriority> 5 </messagePriority>", "200:Message Created"),
        ("{me}<sendTime>2020-01-01T00:00:00</sendTime>", "200:Message Created"),
        (
            '<a:CFCreateMessageWS xmlns:a="urn:other"><a:password>{password}</a:password>'
            "<a:username>clinic</a:username></a:CFCreateMessageWS>",
            "200:Message Created",
        ),
    ],
)
def test_a_request_by_hand_is_answered(service: Service, body: str, answer: str) -> None:
    me = f"<username>clinic</username><password>{PASSWORD}</password>"
    if body.startswith("{me}"):
        body = f"<CFCreateMessageWS>{body}</CFCreateMessageWS>"
    text = body.replace("{me}", me).replace("{password}", PASSWORD)
    said = post(service, envelope(text).encode())
    assert said.status_code == 200
    assert f"<serverResponse>{answer}" in said.text.replace("&#39;", "'").replace("&apos;", "'")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no well-formed XML"),
        ("no xml", "no well-formed XML"),
        ("<a/>", "envelope is expected"),
        (envelope(""), "one body with one operation"),
        (envelope("<a/><b/>"), "one body with one operation"),
        (envelope("<DropTables/>"), "there is no operation 'DropTables'"),
        (envelope("<CFSendMessageWS><a><b/></a></CFSendMessageWS>"), "a has elements in it"),
        (envelope("&x;", '<!DOCTYPE x [<!ENTITY x "y">]>'), "document type"),
        (
            envelope("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            "document type",
        ),
        (envelope("<CFSendMessageWS><?php x ?></CFSendMessageWS>"), "processing instructions"),
        ("<s:Envelope xmlns:s='urn:other'><s:Body/></s:Envelope>", "SOAP 1.1 or 1.2"),
        (envelope("<a>" * 3000), "nested too deeply"),
        (envelope("<a>"), "no well-formed XML"),
    ],
)
def test_what_is_no_operation_gets_a_fault(service: Service, text: str, reason: str) -> None:
    said = post(service, text.encode())
    assert said.status_code == 500
    assert "<faultcode>soap:Client</faultcode>" in said.text
    assert reason in said.text
    assert "root:" not in said.text


def test_an_action_that_names_another_operation_is_a_fault(service: Service) -> None:
    said = post(service, envelope("<CFSendMessageWS/>"), SOAPAction='"CFDeleteMessageWS"')
    assert "the action is CFDeleteMessageWS" in said.text


def test_wrong_name_and_wrong_password_sound_alike(service: Service) -> None:
    answers = set()
    for name, password in (("clinic", "wrong"), ("nobody", PASSWORD)):
        body = f"<CFSendMessageWS><username>{name}</username><password>{password}</password>"
        said = post(service, envelope(f"{body}</CFSendMessageWS>"))
        answers.add(said.text)
    assert len(answers) == 1
    assert "400:username or password is wrong" in answers.pop()


def test_nobody_sees_the_messages_of_another_account(client: Any, service: Service) -> None:
    add_account(service.queue, "other")
    made = client.CFCreateMessageWS(**ME, clientMessageId="mine", memo="x")
    other = {"username": "other", "password": PASSWORD}
    for told in (
        {"presenceUniqueIdentifier": made.presenceUniqueIdentifier},
        {"clientMessageId": "mine"},
    ):
        for name in (
            "CFGetMessageStatusWS",
            "CFCancelMessageWS",
            "CFSendMessageWS",
            "CFDeleteMessageWS",
            "CFHoldMessageWS",
            "CFResendMessageWS",
        ):
            answer = getattr(client, name)(**other, **told)
            assert answer.serverResponse.startswith("400:"), name
            assert "there is no message" in answer.serverResponse
    assert client.CFListOutboundMessagesWS(**other).dataTableRow == []


def test_an_account_that_may_only_read_changes_nothing(client: Any, service: Service) -> None:
    add_account(service.queue, "reader", role="reader")
    reader = {"username": "reader", "password": PASSWORD}
    refused = client.CFCreateMessageWS(**reader, memo="x")
    assert refused.serverResponse == "400:this account may only read"
    assert client.CFListOutboundMessagesWS(**reader).serverResponse == "200:Query Successful"


def test_a_cover_page_is_installed_and_used(client: Any) -> None:
    bad = client.CFUploadCoverpageWS(**ME, coverPageName="mine", coverPageData="<p>\n$[SUBJCT]")
    text = bad if isinstance(bad, str) else bad.serverResponse
    assert "400:coverPageData: unknown token $[SUBJCT]" in text
    assert "line 2" in text
    for name in ("CFUploadCoverpageWS", "CFInstallCoverPageWS"):
        good = getattr(client, name)(**ME, coverPageName="mine", coverPageData="<p>$[SUBJECT]")
        assert (good if isinstance(good, str) else good.serverResponse).startswith("200:")
    made = client.CFCreateMessageWS(**ME, coverPage="mine")
    assert made.serverResponse == "200:Message Created"


def test_a_message_list_without_recipients_has_a_row_of_nils(client: Any) -> None:
    client.CFCreateMessageWS(**ME, memo="x")
    (row,) = client.CFListOutboundMessagesWS(**ME).dataTableRow
    assert (row.MESSAGE_STATUS, row.RECIPIENT_ID, row.DELIVERY_STATUS) == ("WAITING", None, None)


def test_the_description_is_at_both_addresses(service: Service) -> None:
    first, second = (
        httpx.get(f"{service.url}{path}").text for path in ("/soap?wsdl", "/Presence.wsdl")
    )
    assert first == second
    assert f'targetNamespace="{NAMESPACE}"' in first
    assert f'location="{service.url}/soap"' in first


def test_a_recipient_that_is_new_since_the_last_answer_is_told(client: Any) -> None:
    def changed() -> list[str]:
        answer = client.CFListOutboundMessagesWS(**ME, restrictToChanged=True)
        return [row.DELIVERY_STATUS for row in answer.dataTableRow]

    assert changed() == []
    made = client.CFCreateMessageWS(**ME, memo="x")
    assert changed() == []
    assert changed() == []
    client.CFAddRecipientWS(
        **ME,
        presenceUniqueIdentifier=made.presenceUniqueIdentifier,
        recipientType="FAX",
        recipientPhone="1",
    )
    assert told_twice(changed) == ["W"]


def test_an_answer_that_is_cut_does_not_move_the_cursor(service: Service, client: Any) -> None:
    """The service is asked as uvicorn does, by a client that goes after the first piece."""
    for number in ("1", "2"):
        made = client.CFCreateMessageWS(**ME, memo="x")
        uid = made.presenceUniqueIdentifier
        client.CFAddRecipientWS(
            **ME, presenceUniqueIdentifier=uid, recipientType="FAX", recipientPhone=number
        )
    asked = envelope(
        f"<CFListOutboundMessagesWS><username>clinic</username><password>{PASSWORD}</password>"
        "<restrictToChanged>true</restrictToChanged></CFListOutboundMessagesWS>"
    ).encode()
    app = make_app(service.queue, lambda: datetime.now(UTC), fetch_banner=no_banner)

    async def ask() -> None:
        gone = asyncio.Event()
        given = [{"type": "http.request", "body": asked}]

        async def receive() -> dict[str, Any]:
            if given:
                return given.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                gone.set()
                await asyncio.Event().wait()  # nobody reads any more

        await app(SCOPE, receive, send)

    asyncio.run(ask())
    with service.queue.store.read() as session:
        assert session.scalar(select(ChangeCursor)) is None


def test_a_description_ends_with_what_rendering_left_out(client: Any, service: Service) -> None:
    uid = client.CFCreateMessageWS(
        **ME, messageBody="x", messageBodyType="TEXT"
    ).presenceUniqueIdentifier
    fax = client.CFAddRecipientWS(
        **ME, presenceUniqueIdentifier=uid, recipientType="FAX", recipientPhone="555 0100"
    )
    client.CFSendMessageWS(**ME, presenceUniqueIdentifier=uid)
    notes = [f"page {number}: \1<&>\ud800 {'x' * 500}" for number in range(1, 6)]
    with service.queue.store.write("test") as session:
        render_notes.keep(session, fax.recipientId, notes)
    status = client.CFGetMessageStatusWS(**ME, presenceUniqueIdentifier=uid)
    told = status.dataTableRow[0].STATUS_DESCRIPTION
    assert told.startswith("queued: waits for its turn; note: page 1: \ufffd<&>\ufffd xxx")
    assert told.endswith("xxx...; notes in all: 5")
    assert told.count("note: ") == 3
    assert len(told) < 500
