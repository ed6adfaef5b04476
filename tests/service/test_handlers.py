"""Handlers: found by entry point, run apart, heard at each attachment and at release."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from faxcore.delivery.blobs import BlobStore, Stored
from faxcore.delivery.model import AttachmentRow, Message
from faxcore.service.handlers import (
    Given,
    HandlerFailed,
    Stage,
    StoredFile,
    handler_names,
    run_handler,
)
from tests.service.conftest import Service

PACKAGE = """
from dataclasses import replace
from faxcore.service.handlers import Outcome, Stage

def shout(task):
    if task.stage is Stage.ATTACHMENT:
        return Outcome(files=(replace(task.files[0], data=task.files[0].data.upper()),))
    return Outcome(("mind the volume",), body=(task.body or "").upper())

def refuse(task):
    if task.stage is Stage.MESSAGE:
        raise ValueError("no such patient")
    return Outcome(("odd file",))

def die(task):
    import os
    os._exit(9)

def slow(task):
    if task.stage is Stage.ATTACHMENT:
        return Outcome()
    import time
    from pathlib import Path
    place = Path(__file__).parent
    (place / "begun").touch()
    while not (place / "go-on").exists():
        time.sleep(0.02)
    return Outcome(files=task.files)

def babble(task):
    return "words"
"""


NAMES = ("shout", "refuse", "die", "slow", "babble")


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody's with handlers in it."""
    folder = tmp_path / "site"
    (folder / "ours-1.0.dist-info").mkdir(parents=True)
    (folder / "ours.py").write_text(PACKAGE)
    (folder / "ours-1.0.dist-info/METADATA").write_text("Name: ours\nVersion: 1.0\n")
    points = "\n".join(f"{name} = ours:{name}" for name in NAMES)
    (folder / "ours-1.0.dist-info/entry_points.txt").write_text(f"[faxcore.handlers]\n{points}\n")
    monkeypatch.syspath_prepend(str(folder))


def message(client: httpx.Client, handler: str) -> str:
    body = {"messageBody": "words", "messageBodyType": "TEXT", "handlerTask": handler}
    uid = str(client.post("/messages", json=body).json()["presenceUniqueIdentifier"])
    told = {"recipientType": "FAX", "recipientPhone": "1"}
    client.post(f"/messages/{uid}/recipients", json=told)
    return uid


def attach(client: httpx.Client, uid: str, data: bytes, kind: str) -> str:
    told = {"attachment_data": base64.b64encode(data).decode(), "attachment_name": "a.txt"}
    told["attachment_type"] = kind
    said = client.post(f"/messages/{uid}/attachments", json=told)
    return str(said.json()["serverResponse"])


def test_handlers_are_found_by_their_names() -> None:
    assert {"check-attachments", "shout", "refuse"} <= handler_names()


def test_an_unknown_handler_is_refused(service: Service) -> None:
    with service.json() as client:
        said = client.post("/messages", json={"handlerTask": "nonesuch"})
        assert said.json()["serverResponse"].startswith("400:handlerTask: there is no handler")


def test_the_shipped_handler_warns_of_what_a_file_is_not(service: Service) -> None:
    with service.json() as client:
        uid = message(client, "check-attachments")
        assert attach(client, uid, b"plain words", "text/plain") == "200: Attachment Created"
        said = attach(client, uid, b"\x89PNG\r\n\x1a\nx", "application/pdf")
        assert said == (
            "300: Attachment Created, Special Handler task generated warnings / errors: "
            "a.txt is declared as application/pdf and is PNG"
        )


def test_a_handler_changes_files_and_the_body(service: Service) -> None:
    with service.json() as client:
        uid = message(client, "shout")
        assert attach(client, uid, b"quiet", "text/plain") == "200: Attachment Created"
        said = client.post(f"/messages/{uid}/send").json()["serverResponse"]
        assert said == "300:Message Sent, the handler warns: mind the volume"
    with service.queue.store.read() as session:
        stored = session.scalar(select(Message).where(Message.uid == uid))
        assert stored is not None
        assert stored.body == "WORDS"
        blob = session.scalar(select(AttachmentRow.blob))
    assert service.queue.store.blobs.get(str(blob)) == b"QUIET"


def test_a_file_that_comes_while_a_handler_works_is_not_lost(
    service: Service, tmp_path: Path
) -> None:
    with service.json() as client, ThreadPoolExecutor(1) as pool:
        uid = message(client, "slow")
        attach(client, uid, b"first", "text/plain")
        sending = pool.submit(client.post, f"/messages/{uid}/send")
        while not (tmp_path / "site/begun").exists():
            assert not sending.done(), sending.result().text
        assert attach(client, uid, b"second", "text/plain") == "200: Attachment Created"
        (tmp_path / "site/go-on").touch()
        assert sending.result().status_code == 200
    blobs = select(AttachmentRow.blob)
    with service.queue.store.read() as session:
        stored = [service.queue.store.blobs.get(each) for each in session.scalars(blobs)]
    assert sorted(stored) == [b"first", b"second"]


def test_a_failure_at_release_refuses_it_and_the_message_waits(service: Service) -> None:
    with service.json() as client:
        uid = message(client, "refuse")
        assert "odd file" in attach(client, uid, b"x", "text/plain")
        said = client.post(f"/messages/{uid}/send")
        assert said.status_code == 400
        assert "400:handlerTask: refuse: ValueError: no such patient" in said.text
        assert client.get(f"/messages/{uid}").json()["messageStatus"] == "WAITING"


@pytest.mark.parametrize("name", ["die", "babble"])
def test_a_handler_that_breaks_is_a_clear_error(name: str, tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "files")
    given = Given(Stage.ATTACHMENT, (StoredFile("a", "b", Stored(blobs.put(b"c"), 1)),))
    with pytest.raises(HandlerFailed, match=name):
        run_handler(name, given, blobs)
