"""``faxcore account``: what is set of an account, and its webhooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from faxcore.cli.account import app
from faxcore.delivery.model import Account
from faxcore.delivery.rules import Queue
from faxcore.delivery.store import open_store
from faxcore.service.gate import Audit
from tests.delivery.moments import NOW

URL = "https://hook.example.org/fax"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert run(folder, "add", "clinic", "--password", "correct horse").startswith("account clinic")
    return folder


def run(data: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*arguments, "--data", str(data)])
    assert done.exit_code == code, done.output
    return done.output


def account(data: Path) -> Account:
    store = open_store(data)
    with store.read() as session:
        (found,) = session.scalars(select(Account))
    store.close()
    return found


def test_what_is_named_is_changed_and_all_else_stays(data: Path) -> None:
    run(data, "change", "clinic", "--budget", "200", "--may-name-number", "--sender-name", "Clinic")
    run(data, "change", "clinic", "--notify-email", "ops@example.org", "--called", "555 0100")
    run(data, "change", "clinic", "--subaddress", "12", "--subaddress", "555 0100/13")
    found = account(data)
    assert (found.budget, found.may_name_number, found.sender_name) == (200, True, "Clinic")
    assert found.notify_email == "ops@example.org"
    assert found.extra["numbers"] == ["555 0100"]
    assert found.extra["subaddresses"] == ["12", "555 0100/13"]
    run(data, "change", "clinic", "--budget", "0", "--own-number-only")
    found = account(data)
    assert (found.budget, found.may_name_number, found.sender_name) == (None, False, "Clinic")


def test_a_sub_address_is_digits(data: Path) -> None:
    said = run(data, "change", "clinic", "--subaddress", "ward", code=2)
    assert "1 to 20 digits" in said


def test_a_webhook_is_set_listed_tested_and_removed(data: Path) -> None:
    secret = run(data, "webhook", "clinic", URL).strip()
    assert secret.startswith("fxw_")
    run(data, "webhook", "clinic", URL, "--test")
    (told,) = json.loads(run(data, "webhook", "clinic", "--json"))
    assert (told["url"], told["waiting"]) == (URL, 1)
    assert run(data, "webhook", "clinic") == f"{URL}  never told, 1 waiting\n"
    assert secret not in run(data, "webhook", "clinic")
    run(data, "webhook", "clinic", URL, "--remove")
    assert run(data, "webhook", "clinic") == ""
    assert "has no webhook" in run(data, "webhook", "clinic", URL, "--test", code=2)
    assert "there is no account" in run(data, "webhook", "nobody", code=2)


def test_the_audit_log_tells_who_did_what(data: Path) -> None:
    store = open_store(data)
    audit = Audit(Queue(store), lambda: NOW)
    audit.note("clinic", "10.0.0.1", "CFSendMessageWS", "uid1", "200:Message Sent")
    audit.note("other", "", "retention", "uid2", "deleted")
    store.close()
    lines = run(data, "audit").splitlines()
    assert lines[0].endswith("clinic from 10.0.0.1: CFSendMessageWS uid1")
    assert lines[1].strip() == "200:Message Sent"
    (entry,) = json.loads(run(data, "audit", "other", "--json"))
    assert (entry["action"], entry["subject"]) == ("retention", "uid2")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--sender-number", "+44 (0)20 7946 0000"),
        ("--sender-number", "123456789012345678901"),
        ("--sender-email", "Clinic <a@example.org>"),
        ("--sender-email", "a\nb@example.org"),
        ("--notify-email", "nobody"),
        ("--sender-name", "Clinic\nX-Header: y"),
    ],
)
def test_what_no_page_and_no_mail_can_bear_is_refused(data: Path, option: str, value: str) -> None:
    said = run(data, "change", "clinic", option, value, code=2)
    assert repr(value)[1:9] in said
    found = account(data)
    told = (found.sender_number, found.sender_email, found.notify_email, found.sender_name)
    assert told == ("", "", "", "")
    run(data, "change", "clinic", option, "")
