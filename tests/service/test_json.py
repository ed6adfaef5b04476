"""The JSON door: the same operations, pages, cursors, keys, repeats, events."""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from faxcore.delivery import render_notes
from faxcore.service.administering import add_key, remove_key, set_disabled, set_password
from tests.service.conftest import PASSWORD, Service, add_account

ROWS = "dataTableRow"


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with service.json() as client:
        yield client


_FULL = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"


def _say(service: Service, statement: str) -> None:
    with service.queue.store.write("test") as session:
        session.execute(text(statement))


def message(client: httpx.Client, name: str, *numbers: str) -> str:
    """A message with recipients, not sent yet."""
    body = {"clientMessageId": name, "messageBody": "x", "messageBodyType": "TEXT"}
    uid = str(client.post("/messages", json=body).json()["presenceUniqueIdentifier"])
    for number in numbers:
        told = {"recipientType": "FAX", "recipientPhone": number}
        assert client.post(f"/messages/{uid}/recipients", json=told).status_code == 200
    return uid


def test_a_message_goes_its_whole_way(client: httpx.Client) -> None:
    uid = message(client, "job", "+44 20 7946 0000")
    data = base64.b64encode(b"words").decode()
    told = {"attachment_data": data, "attachment_type": "text/plain", "attachment_name": "a.txt"}
    added = client.post("/messages/client:job/attachments", json=told)
    assert added.json()["serverResponse"] == "200: Attachment Created"
    assert client.post(f"/messages/{uid}/send").json()["serverResponse"] == "200:Message Sent"
    status = client.get("/messages/client:job").json()
    assert status["messageStatus"] == "PENDING"
    assert status["dataTableRow"][0]["DELIVERY_STATUS"] == "P"
    for action, letter in (("hold", "H"), ("release", "P")):
        assert client.post(f"/messages/{uid}/{action}").status_code == 200
        row = client.get(f"/messages/{uid}").json()["dataTableRow"][0]
        assert row["DELIVERY_STATUS"] == letter
    number = str(status["dataTableRow"][0]["RECIPIENT_ID"])
    assert client.post(f"/messages/{uid}/cancel", json={"recipientId": number}).status_code == 200
    assert client.get(f"/messages/{uid}").json()["messageStatus"] == "CANCELLED"
    assert client.delete(f"/messages/{uid}").status_code == 200
    assert client.get(f"/messages/{uid}").status_code == 400


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"messagePriority": 11}, "400:messagePriority: 11 is not from 1 to 10"),
        ({"messagePriority": "x"}, "400:messagePriority: input should be a valid integer"),
        ({"colour": "red"}, "400:colour: extra inputs are not permitted"),
        ({"sendTime": "soon"}, "400:sendTime: no date and time"),
        ({"messageBody": "x"}, "400:messageBodyType: is required"),
        ({"username": "other"}, "400:username: extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_told_by_element(client: httpx.Client, body: object, answer: str) -> None:
    said = client.post("/messages", json=body)
    assert said.status_code == 400
    assert said.json()["serverResponse"].startswith(answer)


def test_no_json_is_a_clear_error(client: httpx.Client) -> None:
    said = client.post("/messages", content=b"{", headers={"content-type": "application/json"})
    assert said.status_code == 400
    assert said.json()["serverResponse"].startswith("400:")


def test_a_list_comes_in_pages_without_gap_or_double(client: httpx.Client) -> None:
    uids = [message(client, f"m{n}", "1", "2") for n in range(5)]
    seen: list[str] = []
    after: str | None = "0"
    while after is not None:
        page = client.get("/messages", params={"limit": 3, "after": after}).json()
        seen += [row["PRESENCE_UNIQUE_IDENTIFIER"] for row in page["dataTableRow"]]
        after = page["next"]
    assert Counter(seen) == Counter(uids * 2)


def test_a_lost_answer_of_changes_is_told_again(client: httpx.Client) -> None:
    uid = message(client, "a", "1")
    first = client.get("/changes").json()
    client.post(f"/messages/{uid}/send")
    lost = client.get("/changes", params={"after": first["cursor"]}).json()
    again = client.get("/changes", params={"after": first["cursor"]}).json()
    assert [row["DELIVERY_STATUS"] for row in lost["dataTableRow"]] == ["P"]
    assert again == lost
    assert client.get("/changes", params={"after": again["cursor"]}).json()["dataTableRow"] == []


def test_an_idempotency_key_makes_a_post_happen_once(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "k1"}
    answers = [client.post("/messages", json={"memo": "x"}, headers=key).json() for _ in range(3)]
    assert len({answer["presenceUniqueIdentifier"] for answer in answers}) == 1
    assert len(client.get("/messages").json()["dataTableRow"]) == 1
    other = client.post("/messages", json={"memo": "y"}, headers=key)
    assert other.status_code == 409
    assert "another request" in other.json()["serverResponse"]


def test_a_refused_request_does_not_spend_its_key(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "k1"}
    assert client.post("/messages", json={"messagePriority": 99}, headers=key).status_code == 400
    assert client.post("/messages", json={"messagePriority": 9}, headers=key).status_code == 200


def test_a_message_that_was_made_and_not_written_down_is_not_made_again(service: Service) -> None:
    key = {"Idempotency-Key": "k1"}
    with service.json() as client:
        _say(service, _FULL)
        assert client.post("/messages", json={"memo": "x"}, headers=key).status_code == 500
        _say(service, "DROP TRIGGER full")
        again = client.post("/messages", json={"memo": "x"}, headers=key)
        (row,) = client.get("/messages").json()["dataTableRow"]
    assert again.json()["presenceUniqueIdentifier"] == row["PRESENCE_UNIQUE_IDENTIFIER"]


def test_racing_posts_of_one_key_make_one_message(service: Service) -> None:
    codes: list[int] = []

    def race() -> None:
        with service.json() as client:
            headers = {"Idempotency-Key": "race"}
            codes.append(client.post("/messages", json={"memo": "x"}, headers=headers).status_code)

    threads = [threading.Thread(target=race) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {200, 409}
    with service.json() as client:
        assert len(client.get("/messages").json()["dataTableRow"]) == 1


def test_a_key_lets_a_program_in_until_it_is_removed(service: Service) -> None:
    key = add_key(service.queue, "clinic", "nightly", datetime.now(UTC))
    bearer = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{service.url}/v1/messages", headers=bearer).status_code == 200
    wrong = httpx.get(f"{service.url}/v1/messages", headers={"Authorization": "Bearer fxk_x"})
    assert wrong.status_code == 401
    remove_key(service.queue, "clinic", "nightly")
    assert httpx.get(f"{service.url}/v1/messages", headers=bearer).status_code == 401


def test_a_changed_password_and_a_disabled_account_are_worthless_at_once(service: Service) -> None:
    with service.json() as client:
        assert client.get("/messages").status_code == 200
        set_password(service.queue, "clinic", "another one")
        assert client.get("/messages").status_code == 401
    with service.json(password="another one") as client:
        assert client.get("/messages").status_code == 200
        set_disabled(service.queue, "clinic", disabled=True)
        assert client.get("/messages").status_code == 401


def test_without_a_password_nothing_is_told(service: Service) -> None:
    said = httpx.get(f"{service.url}/v1/messages")
    assert said.status_code == 401
    assert said.headers["www-authenticate"].startswith("Basic")


def test_a_reader_may_look_and_no_more(service: Service) -> None:
    add_account(service.queue, "reader", role="reader")
    with service.json("reader") as client:
        assert client.get("/messages").status_code == 200
        assert client.post("/messages", json={"memo": "x"}).status_code == 403


def test_another_account_is_told_that_there_is_no_such_message(service: Service) -> None:
    add_account(service.queue, "other")
    with service.json() as mine, service.json("other") as other:
        uid = message(mine, "mine", "1")
        for path in (f"/messages/{uid}", "/messages/client:mine"):
            assert other.get(path).status_code == 400
            assert "there is no message" in other.get(path).json()["serverResponse"]
            for action in ("send", "cancel", "hold", "release", "resend"):
                assert other.post(f"{path}/{action}").status_code == 400
            assert other.delete(path).status_code == 400
        assert other.get("/changes").json()["dataTableRow"] == []


@pytest.mark.parametrize("by_key", [False, True])
def test_events_end_with_the_right_to_see_them(service: Service, by_key: bool) -> None:
    key = add_key(service.queue, "clinic", "nightly", datetime.now(UTC))
    auth = {"Authorization": f"Bearer {key}"} if by_key else None
    with httpx.Client(base_url=f"{service.url}/v1", timeout=5) as client:
        login = None if by_key else ("clinic", PASSWORD)
        with client.stream("GET", "/events", headers=auth, auth=login) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": open"
            if by_key:
                remove_key(service.queue, "clinic", "nightly")
            else:
                set_password(service.queue, "clinic", "another one")
            assert list(lines) == [""]


def test_events_by_key_go_on_under_a_new_password_until_the_account_is_shut_out(
    service: Service,
) -> None:
    key = add_key(service.queue, "clinic", "nightly", datetime.now(UTC))
    auth = {"Authorization": f"Bearer {key}"}
    with (
        httpx.Client(base_url=f"{service.url}/v1", headers=auth, timeout=5) as client,
        client.stream("GET", "/events") as stream,
    ):
        lines = stream.iter_lines()
        set_password(service.queue, "clinic", "another one")
        uid = message(client, "job", "1")
        assert uid in next(line for line in lines if line.startswith("data:"))
        set_disabled(service.queue, "clinic", disabled=True)
        assert not any(line.startswith("data:") for line in lines)


def test_events_tell_of_a_change_as_it_comes(service: Service) -> None:
    with service.json() as client:
        uid = message(client, "a", "1")
        start = client.get("/changes").json()["cursor"]
        with client.stream("GET", "/events", params={"after": start}) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": open"
            with service.json() as other:
                other.post(f"/messages/{uid}/send")
            data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["DELIVERY_STATUS"] == "P"


def test_the_openapi_tells_of_every_operation(service: Service) -> None:
    told = httpx.get(f"{service.url}/openapi.json").json()
    assert {path.removeprefix("/v1") for path in told["paths"]} >= {
        "/messages",
        "/messages/{message}",
        "/messages/{message}/recipients",
        "/messages/{message}/attachments",
        "/messages/{message}/send",
        "/messages/{message}/cancel",
        "/messages/{message}/hold",
        "/messages/{message}/release",
        "/messages/{message}/resend",
        "/changes",
        "/events",
        "/covers/{name}",
        "/inbound",
        "/inbound/{fax}",
    }
    docs = httpx.get(f"{service.url}/docs")
    assert docs.status_code == 200
    for path in told["paths"]:
        assert path in docs.text
    assert "https://" not in docs.text
    new = told["components"]["schemas"]["NewMessage"]["properties"]
    assert "password" not in new
    assert "messageBody" in new


def test_what_rendering_left_out_is_told_with_the_status(
    service: Service, client: httpx.Client
) -> None:
    uid = message(client, "job", "555 0100", "555 0101")
    first, second = (row["RECIPIENT_ID"] for row in client.get(f"/messages/{uid}").json()[ROWS])
    assert client.get(f"/messages/{uid}").json()["notes"] == []
    with service.queue.store.write("test") as session:
        render_notes.keep(session, first, ["letter.html: left out a.png"])
        render_notes.keep(session, second, ["letter.html: left out a.png", "<cover> is cut off"])
    told = client.get(f"/messages/{uid}").json()
    assert told["notes"] == [
        {"text": "letter.html: left out a.png", "recipients": [first, second]},
        {"text": "<cover> is cut off", "recipients": [second]},
    ]
    assert told[ROWS][0]["STATUS_DESCRIPTION"] == "note: letter.html: left out a.png"
    add_account(service.queue, "other")
    with service.json("other") as other:
        assert "notes" not in other.get(f"/messages/{uid}").json()
