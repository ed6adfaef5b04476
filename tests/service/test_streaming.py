"""Attachments go to the disk as they come: what is held in memory does not grow with them."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from faxcore.delivery.blobs import BlobStore, Incoming
from faxcore.delivery.model import AttachmentRow
from faxcore.service.base64_stream import Base64Decoder
from faxcore.service.limits import Limits, TooLarge
from faxcore.service.soap_reader import EnvelopeReader
from tests.service.conftest import PASSWORD, Service, add_account
from tests.service.hostile_xml import ME, envelope

HELD = 1 << 20


def reader(folder: Path) -> EnvelopeReader:
    return EnvelopeReader(BlobStore(folder).incoming, HELD)


def parts(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def attachment(data: str, message: str = "x") -> bytes:
    return envelope(
        f"<CFAddAttachmentWS><presenceUniqueIdentifier>{message}</presenceUniqueIdentifier>{ME}"
        f"<attachment_data>{data}</attachment_data><attachment_type>text/plain</attachment_type>"
        "<attachment_name>a.txt</attachment_name></CFAddAttachmentWS>"
    )


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 20])
def test_an_envelope_reads_alike_in_pieces_of_any_size(tmp_path: Path, size: int) -> None:
    octets = bytes(range(256)) * 4
    lines = base64.encodebytes(octets).decode()
    read = reader(tmp_path)
    for piece in parts(attachment(lines), size):
        read.feed(piece)
    call = read.finish()
    file = dict(call.elements)["attachment_data"]
    assert isinstance(file, Incoming)
    stored = file.keep()
    assert stored.octets == len(octets)
    assert BlobStore(tmp_path).get(stored.name) == octets
    assert dict(call.texts())["attachment_name"] == "a.txt"


def test_nothing_stays_of_what_was_not_kept(tmp_path: Path) -> None:
    read = reader(tmp_path)
    read.feed(attachment("YWJj"))
    read.finish()
    assert [each for each in tmp_path.rglob("*") if each.is_file()]
    read.close()
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_words_beyond_the_limit_are_not_held(tmp_path: Path) -> None:
    read = reader(tmp_path)
    with pytest.raises(TooLarge, match="larger than 1 MB"):
        read.feed(envelope(f"<CFCreateMessageWS><memo>{'x' * (HELD + 1)}</memo>"))


@pytest.mark.parametrize("text", ["a", "ab", "abc", "YQ==YQ==", "Y*==", "YQ=", "=AAA", "Yä=="])
def test_what_is_no_base64_is_refused(text: str) -> None:
    def decoded() -> None:
        decoder = Base64Decoder()
        for letter in text:
            decoder.feed(letter)
        decoder.end()

    with pytest.raises(ValueError, match="no base64"):
        decoded()


def test_reading_a_hundred_megabytes_holds_a_few(tmp_path: Path) -> None:
    read, line = reader(tmp_path), base64.b64encode(bytes(3 << 14))
    before, after = attachment("*").split(b"*")
    read.feed(before)
    read.prove()
    tracemalloc.start()
    try:
        for _ in range((100 << 20) // (3 << 14)):
            read.feed(line)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    read.feed(after)
    file = dict(read.finish().elements)["attachment_data"]
    assert isinstance(file, Incoming)
    assert file.octets > 99 << 20
    assert peak < 2 << 20
    read.close()


SERVE = """
import json, resource, socket, sys, threading
from datetime import UTC, datetime
from pathlib import Path
import uvicorn
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel
from faxcore.delivery.store import open_store
from faxcore.service.app import make_app
from tests.service.conftest import add_account, no_banner
store = open_store(Path(sys.argv[1]))
queue = Queue(store, Rules(channels=frozenset(Channel)))
add_account(queue, "clinic")
app = make_app(queue, lambda: datetime.now(UTC), fetch_banner=no_banner)
server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
place = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True).start()
print(place.getsockname()[1], flush=True)
for _ in sys.stdin:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""


class Apart:
    """A service in a process of its own, whose memory can be asked for."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.url = f"http://127.0.0.1:{self._said('')}"

    def _said(self, asked: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(asked)
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def peak_megabytes(self) -> int:
        """The most memory that it ever had."""
        return self._said("\n") >> 10

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    service = Apart(tmp_path / "data")
    yield service
    service.close()


@pytest.mark.slow
@pytest.mark.parametrize("door", ["soap", "files"])
def test_a_hundred_megabytes_cost_the_service_little_memory(apart: Apart, door: str) -> None:
    with httpx.Client(base_url=apart.url, auth=("clinic", PASSWORD), timeout=120) as client:
        upload(apart, client, door)


def upload(apart: Apart, client: httpx.Client, door: str) -> None:
    created = client.post("/v1/messages", json={"messageBody": "x", "messageBodyType": "TEXT"})
    uid = created.json()["presenceUniqueIdentifier"]
    told = {"recipientType": "FAX", "recipientPhone": "1"}
    client.post(f"/v1/messages/{uid}/recipients", json=told)
    piece = bytes(3 << 14)
    many = (100 << 20) // len(piece)
    before = apart.peak_megabytes()

    def soap() -> Iterator[bytes]:
        head, tail = attachment("*", uid).split(b"*")
        line = base64.b64encode(piece)
        yield head
        for _ in range(many):
            yield line
        yield tail

    if door == "soap":
        said = client.post("/soap", content=soap())
        assert "200: Attachment Created" in said.text
    else:
        said = client.post(
            f"/v1/messages/{uid}/files",
            params={"name": "a.txt"},
            headers={"content-type": "text/plain"},
            content=(piece for _ in range(many)),
        )
        assert said.json()["serverResponse"] == "200: Attachment Created"
    assert client.post(f"/v1/messages/{uid}/send").status_code in {200, 400}
    assert apart.peak_megabytes() - before < 50


def test_a_file_is_uploaded_as_it_is(service: Service) -> None:
    octets = b"words " * 100_000
    with service.json() as client:
        uid = client.post("/messages", json={"memo": "x"}).json()["presenceUniqueIdentifier"]
        for _ in range(2):
            said = client.post(
                f"/messages/{uid}/files",
                params={"name": "letter.txt"},
                headers={"content-type": "text/plain; charset=utf-8", "Idempotency-Key": "k"},
                content=octets,
            )
            assert said.status_code == 200, said.text
            assert said.json()["serverResponse"] == "200: Attachment Created"
        empty = client.post(f"/messages/{uid}/files", params={"name": "b.txt"}, content=b"")
        assert empty.json()["serverResponse"] == "400:attachment_data: b.txt is empty"
    with service.queue.store.read() as session:
        (row,) = session.scalars(select(AttachmentRow)).all()
    assert (row.name, row.type, row.octets) == ("letter.txt", "text/plain", len(octets))
    assert row.blob == hashlib.sha256(octets).hexdigest()


PIECE = base64.b64encode(bytes(3 << 16))


def told(data: bytes, credentials: str) -> list[bytes]:
    """An attachment in pieces of a quarter of a megabyte, with who sends it in front or behind."""
    head, tail = attachment("*").replace(ME.encode(), b"").split(b"*")
    credentials = credentials.encode()
    if data == b"in front":
        head = head.replace(b"<attachment_data>", credentials + b"<attachment_data>")
    else:
        tail = tail.replace(b"</CFAddAttachmentWS>", credentials + b"</CFAddAttachmentWS>")
    return [head, *[PIECE] * 40, tail]


def kept_at_most(service: Service) -> int:
    folder = service.queue.store.folder / "files"
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def test_who_is_nobody_fills_no_disk(serve: Callable[..., Service]) -> None:
    service = serve(Limits(held_octets=2 << 20))
    most: list[int] = []

    def watched(pieces: list[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            most.append(kept_at_most(service))
            yield piece

    wrong = "<username>clinic</username><password>wrong password</password>"
    said = httpx.post(f"{service.url}/soap", content=watched(told(b"in front", wrong)), timeout=60)
    assert said.status_code == 200
    assert "400:username or password is wrong" in said.text
    assert max(most) < 3 << 20
    said = httpx.post(f"{service.url}/soap", content=watched(told(b"behind", wrong)), timeout=60)
    assert said.status_code == 413
    assert "an attachment before username and password is larger than 2 MB" in said.text
    right = httpx.post(f"{service.url}/soap", content=iter(told(b"in front", ME)), timeout=60)
    assert "there is no message" in right.text


def test_a_large_body_of_nobody_is_not_read_to_its_end(service: Service) -> None:
    body = b'{"memo": "' + b"x" * (3 << 20) + b'"}'
    kind = {"content-type": "application/json"}
    url = f"{service.url}/v1/messages"
    said = httpx.post(url, content=body, headers=kind, auth=("clinic", "wrong password"))
    assert said.status_code == 401
    assert httpx.post(url, content=body, headers=kind).status_code == 401
    assert httpx.post(f"{service.url}/login", content=body).status_code == 413
    right = httpx.post(url, content=body, headers=kind, auth=("clinic", PASSWORD))
    assert right.json()["serverResponse"] == "200:Message Created"


def test_a_stranger_uploads_nothing(service: Service) -> None:
    add_account(service.queue, "other")
    with service.json() as mine, service.json("other") as other:
        uid = mine.post("/messages", json={"memo": "x"}).json()["presenceUniqueIdentifier"]
        url, told = f"/messages/{uid}/files", {"name": "a.txt"}
        assert other.post(url, params=told, content=b"x").status_code == 400
        said = httpx.post(f"{service.url}/v1{url}", params=told, content=b"x")
        assert said.status_code == 401
    assert json.loads(said.text)["serverResponse"].startswith("400:")
