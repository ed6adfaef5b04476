"""Webhooks over JSON: set, shown once, tested, removed, and nobody else's."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from faxcore.delivery.model import Notification, Webhook
from faxcore.service.tables import AuditEntry
from tests.service.conftest import Service, add_account

URL = "https://hook.example.org/fax?x=1"


def test_a_webhook_goes_its_whole_way(service: Service) -> None:
    with service.json() as client:
        made = client.post("/webhooks", json={"url": URL}).json()
        assert made["serverResponse"] == "200:Webhook Set"
        assert len(made["secret"]) > 40
        listed = client.get("/webhooks").json()["webhooks"]
        assert [(row["id"], row["url"], row["waiting"]) for row in listed] == [(made["id"], URL, 0)]
        assert made["secret"] not in client.get("/webhooks").text
        tested = client.post(f"/webhooks/{made['id']}/test")
        assert tested.json()["serverResponse"] == "200:Test Queued"
        assert client.get("/webhooks").json()["webhooks"][0]["waiting"] == 1
        with service.queue.store.read() as session:
            (event,) = session.scalars(select(Notification.event))
        assert event["event"] == "test"
        assert client.delete(f"/webhooks/{made['id']}").status_code == 200
        assert client.get("/webhooks").json()["webhooks"] == []
        assert client.post(f"/webhooks/{made['id']}/test").status_code == 400
    with service.queue.store.read() as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
        assert session.scalars(select(Notification)).all() == []
    assert actions == ["set webhook", "test webhook", "remove webhook"]


def test_setting_it_again_changes_its_secret(service: Service) -> None:
    with service.json() as client:
        first = client.post("/webhooks", json={"url": URL}).json()
        second = client.post("/webhooks", json={"url": URL}).json()
        assert first["id"] == second["id"]
        assert first["secret"] != second["secret"]
    with service.queue.store.read() as session:
        assert session.scalars(select(Webhook.key)).all() == [second["secret"]]


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a/b", "nonsense", "http://u:p@a/", "http://a/\r\nX: y", "http://[::1", "a" * 9],
)
def test_what_is_no_address_is_refused(service: Service, url: str) -> None:
    with service.json() as client:
        said = client.post("/webhooks", json={"url": url})
        assert said.status_code == 400
        assert said.json()["serverResponse"].startswith("400:url: ")


def test_accounts_do_not_see_each_others_webhooks(service: Service) -> None:
    add_account(service.queue, "other")
    add_account(service.queue, "reader", role="reader")
    with service.json() as mine, service.json("other") as other, service.json("reader") as reader:
        number = mine.post("/webhooks", json={"url": URL}).json()["id"]
        assert other.get("/webhooks").json()["webhooks"] == []
        assert other.delete(f"/webhooks/{number}").status_code == 400
        assert other.post(f"/webhooks/{number}/test").status_code == 400
        assert reader.post("/webhooks", json={"url": URL}).status_code == 403
        assert mine.get("/webhooks").json()["webhooks"][0]["id"] == number
