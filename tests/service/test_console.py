"""The console over HTTP: logging in, forms, whose messages are shown, and that nothing runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from faxcore.delivery import operations as queue_ops
from faxcore.delivery import render_notes
from faxcore.delivery.inbound import Arrival, store_arrival
from faxcore.delivery.model import Worker
from faxcore.delivery.operations import MessageDraft, MessageName, RecipientDraft
from faxcore.delivery.owning import Line
from faxcore.delivery.states import Channel
from faxcore.service.administering import set_disabled, set_password
from tests.service.conftest import PASSWORD, Service, add_account

NOW = datetime.now(UTC)


@contextmanager
def browser(service: Service, name: str = "clinic") -> Iterator[httpx.Client]:
    """Somebody who has logged in."""
    with httpx.Client(base_url=service.url, follow_redirects=True, timeout=30) as client:
        said = client.post("/login", data={"name": name, "password": PASSWORD, "to": "/"})
        assert said.status_code == 200
        yield client


def message(service: Service, subject: str = "Results", number: str = "555 0100") -> str:
    made = queue_ops.create_message(
        service.queue, service.account_id, MessageDraft(subject=subject), NOW
    )
    queue_ops.add_recipient(
        service.queue,
        service.account_id,
        MessageName(uid=made.uid),
        RecipientDraft(Channel.FAX, number),
        NOW,
    )
    return made.uid


def form_of(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found[1]


def test_strangers_are_sent_to_the_login_and_back(service: Service) -> None:
    said = httpx.get(f"{service.url}/modems")
    assert said.status_code == 303
    assert said.headers["location"] == "/login?to=/modems"
    told = {"name": "clinic", "password": PASSWORD, "to": "/modems"}
    back = httpx.post(f"{service.url}/login", data=told)
    assert back.headers["location"] == "/modems"
    cookie = back.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_a_login_leads_to_no_other_site(service: Service, to: str) -> None:
    told = {"name": "clinic", "password": PASSWORD, "to": to}
    said = httpx.post(f"{service.url}/login", data=told)
    assert said.headers["location"] == "/"


def test_a_wrong_password_is_told_without_saying_which_it_was(service: Service) -> None:
    said = httpx.post(f"{service.url}/login", data={"name": "clinic", "password": "wrong"})
    assert said.status_code == 401
    assert "The name or the password is wrong." in said.text


def test_the_queue_and_a_message_are_shown_and_held(service: Service) -> None:
    uid = message(service)
    with browser(service) as client:
        assert "Results" in client.get("/").text
        assert "Results" in client.get("/", params={"text": "0100"}).text
        assert "Results" not in client.get("/", params={"text": "%"}).text
        assert "Results" not in client.get("/", params={"letter": "S"}).text
        page = client.get(f"/messages/{uid}").text
        assert "555 0100" in page
        said = client.post(f"/messages/{uid}/cancel", data={"form": form_of(page)})
        assert "cancel: 1 done" in said.text
        assert "cancelled" in said.text
        gone = client.post(f"/messages/{uid}/delete", data={"form": form_of(said.text)})
        assert gone.url.path == "/"
        assert client.get(f"/messages/{uid}").status_code == 404


def test_a_form_of_another_session_is_refused(service: Service) -> None:
    uid = message(service)
    with browser(service) as mine, browser(service) as other:
        stolen = form_of(other.get("/").text)
        for form in (stolen, "", "x"):
            said = mine.post(f"/messages/{uid}/cancel", data={"form": form})
            assert said.status_code == 403
        assert "waiting" in mine.get(f"/messages/{uid}").text


def test_words_of_customers_are_never_markup(service: Service) -> None:
    uid = message(service, subject="<script>alert(1)</script>")
    with browser(service) as client:
        for path in (
            "/",
            f"/messages/{uid}",
            "/?text=<script>alert(2)</script>",
            f"/messages/{uid}?said=<b>x</b>",
            "/messages/<i>",
        ):
            page = client.get(path).text
            assert "<script>alert" not in page
            assert "<b>x</b>" not in page
            assert "<i>" not in page


def test_operators_see_all_messages_and_others_their_own(service: Service) -> None:
    add_account(service.queue, "other")
    add_account(service.queue, "boss", role="operator")
    uid = message(service)
    with browser(service, "other") as other, browser(service, "boss") as boss:
        assert "Results" not in other.get("/").text
        assert other.get(f"/messages/{uid}").status_code == 404
        assert "Results" in boss.get("/").text
        page = boss.get(f"/messages/{uid}").text
        assert "clinic" in page
        form = form_of(other.get("/").text)
        assert other.post(f"/messages/{uid}/cancel", data={"form": form}).status_code == 404
        assert (
            "cancel: 1 done"
            in boss.post(f"/messages/{uid}/cancel", data={"form": form_of(page)}).text
        )


def test_a_reader_changes_nothing(service: Service) -> None:
    add_account(service.queue, "reader", role="reader")
    with browser(service, "reader") as client:
        form = form_of(client.get("/").text)
        assert client.post("/messages/x/cancel", data={"form": form}).status_code == 403


def test_received_faxes_are_shown_to_their_owner(service: Service) -> None:
    add_account(service.queue, "other")
    uid = store_arrival(
        service.queue,
        Arrival(
            service.account_id, NOW, 2, b"II*\0tiff", b"%PDF-", "+1 555 0199", Line("", "555", "12")
        ),
    )
    with browser(service) as mine, browser(service, "other") as other:
        assert "+1 555 0199" in mine.get("/received").text
        assert "sub-address 12" in mine.get("/received").text
        assert mine.get(f"/received/{uid}.pdf").content == b"%PDF-"
        assert mine.get(f"/received/{uid}.tif").content == b"II*\0tiff"
        assert "+1 555 0199" not in other.get("/received").text
        assert other.get(f"/received/{uid}.pdf").status_code == 404
    with service.json() as client:
        listed = client.get("/inbound").json()["dataTableRow"]
    assert [row["PRESENCE_UNIQUE_IDENTIFIER"] for row in listed] == [uid]


def test_modems_are_shown_with_what_is_held_against_them(service: Service) -> None:
    with service.queue.store.write("test") as session:
        for name, lease, until in (
            ("usb0", NOW + timedelta(hours=1), None),
            ("usb1", NOW - timedelta(hours=1), None),
            ("usb2", NOW + timedelta(hours=1), NOW + timedelta(hours=1)),
        ):
            session.add(
                Worker(
                    name=f"north/{name}",
                    node="north",
                    channel=Channel.FAX,
                    port=f"/dev/{name}",
                    lease_until=lease,
                    quarantined_until=until,
                    note="<no dial tone>",
                )
            )
    with browser(service) as client:
        page = client.get("/modems").text
    assert page.count(">fit<") == 1
    assert "gone since" in page
    assert "left alone until" in page
    assert "&lt;no dial tone&gt;" in page


def test_cover_pages_are_shown_as_they_arrive(service: Service) -> None:
    with browser(service) as client:
        assert "urgent" in client.get("/covers").text
        picture = client.get("/covers/standard.png")
        assert picture.content.startswith(b"\x89PNG")
        assert client.get("/covers/nonesuch.png").status_code == 404
        own = b"<!DOCTYPE html><p style='font-size:40pt'>Our own $[SUBJECT]"
        queue_ops.put_cover(service.queue, service.account_id, "ours", own)
        queue_ops.put_cover(service.queue, service.account_id, "standard", own)
        assert ">ours<" in client.get("/covers").text
        assert client.get("/covers/ours.png").content.startswith(b"\x89PNG")
        assert client.get("/covers/standard.png").content != picture.content
        assert "sandbox" in client.get("/covers/ours.html").headers["content-security-policy"]
    add_account(service.queue, "other")
    with browser(service, "other") as client:
        assert ">ours<" not in client.get("/covers").text
        assert client.get("/covers/ours.png").status_code == 404


def test_logging_out_ends_the_session(service: Service) -> None:
    with browser(service) as client:
        form = form_of(client.get("/").text)
        client.post("/logout", data={"form": form})
        assert "Log in" in client.get("/").text


@pytest.mark.parametrize("change", ["disabled", "password"])
def test_a_session_ends_with_the_right_to_come_in(service: Service, change: str) -> None:
    with browser(service) as client:
        assert client.get("/").status_code == 200
        if change == "disabled":
            set_disabled(service.queue, "clinic", disabled=True)
        else:
            set_password(service.queue, "clinic", "another horse")
        assert "Log in" in client.get("/").text


def test_the_template_folder_has_a_page_for_every_name(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "faxcore/service/console"
    named = set(re.findall(r'"(\w+\.html)"', (folder / "pages.py").read_text()))
    assert named <= {path.name for path in (folder / "html").iterdir()}


def test_a_message_is_shown_with_what_rendering_left_out(service: Service) -> None:
    uid = message(service)
    queue_ops.add_recipient(
        service.queue,
        service.account_id,
        MessageName(uid=uid),
        RecipientDraft(Channel.FAX, "555 0101"),
        NOW,
    )
    name = MessageName(uid=uid)
    first, second = queue_ops.message_report(service.queue, service.account_id, name).recipients
    with browser(service) as client:
        assert "left out" not in client.get(f"/messages/{uid}").text
        with service.queue.store.write("test") as session:
            render_notes.keep(session, first.id, ["a.html: left out b.png"])
            render_notes.keep(session, second.id, ["a.html: left out b.png", "<i>cover</i> is cut"])
        page = client.get(f"/messages/{uid}").text
    assert "<li>a.html: left out b.png<" in page
    assert f"&lt;i&gt;cover&lt;/i&gt; is cut <small>(to {second.id})</small>" in page
