"""The gate: large and slow bodies, crowds, guessing, headers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from faxcore.service.accounts import Passwords, Patience, hash_password
from faxcore.service.limits import Limits
from tests.service.conftest import PASSWORD, Service, add_account

SMALL = Limits(body_octets=1 << 20, held_octets=1 << 20, body_seconds=2.0, piece_seconds=0.3)


def raw(service: Service, data: bytes) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 10)
    connection.sendall(data)
    return connection


def read_all(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    octets = b""
    while piece := connection.recv(65536):
        octets += piece
    return octets


@pytest.mark.parametrize("path", ["/soap", "/v1/messages", "/login"])
def test_a_body_that_is_too_large_is_refused(serve: Callable[..., Service], path: str) -> None:
    service = serve(SMALL)
    said = httpx.post(service.url + path, content=b"x" * (2 << 20), timeout=20)
    assert said.status_code == 413
    assert "larger than 1 MB" in said.text


@pytest.mark.parametrize("path", ["/soap", "/v1/messages"])
def test_a_body_that_hides_its_size_is_refused(serve: Callable[..., Service], path: str) -> None:
    service = serve(SMALL)
    pieces = (b"x" * 65536 for _ in range(40))
    said = httpx.post(service.url + path, content=pieces, timeout=20)
    assert said.status_code == 413


@pytest.mark.parametrize("path", ["/soap", "/v1/messages"])
def test_a_body_that_trickles_is_given_up(serve: Callable[..., Service], path: str) -> None:
    service = serve(SMALL)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    with raw(service, head.encode() + b"<") as connection:
        said = read_all(connection)
    assert b" 408 " in said.split(b"\r\n")[0]


def test_the_service_answers_while_others_dawdle(serve: Callable[..., Service]) -> None:
    service = serve(Limits(piece_seconds=30.0))
    head = b"POST /soap HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<"
    slow = [raw(service, head) for _ in range(100)]
    try:
        with service.json() as client:
            assert client.get("/messages").status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_two_hundred_clients_all_get_an_answer(service: Service) -> None:
    def work(number: int) -> int:
        with service.json() as client:
            made = client.post("/messages", json={"clientMessageId": f"m{number}"})
            return made.status_code

    with ThreadPoolExecutor(50) as pool:
        codes = list(pool.map(work, range(200)))
    assert codes == [200] * 200
    with service.json() as client:
        rows = client.get("/messages", params={"limit": 1000}).json()["dataTableRow"]
    assert len({row["CLIENT_UNIQUE_IDENTIFIER"] for row in rows}) == 200


def test_failures_make_an_address_wait_longer_and_longer() -> None:
    patience, delays = Patience(), []
    for second in range(10):
        delays.append(patience.delay("clinic", "10.0.0.1", second))
        patience.failed("clinic", "10.0.0.1", second)
    assert delays == sorted(delays)
    assert delays[0] == 0
    assert delays[-1] == 8.0
    assert patience.delay("other", "10.0.0.1", 10) == 8.0
    assert patience.delay("clinic", "10.0.0.2", 10) == 0
    assert patience.delay("clinic", "10.0.0.1", 10 + 901) == 0


def test_no_stranger_locks_an_account_out() -> None:
    patience = Patience()
    patience.succeeded("clinic", "10.0.0.9", 0)
    for second in range(100):
        patience.failed("clinic", "10.0.0.1", second)
        patience.failed("clinic", "10.0.0.9", second)
    assert patience.delay("clinic", "10.0.0.9", 100) <= 1.0
    assert patience.delay("clinic", "10.0.0.5", 100) == 0


def test_a_right_password_is_remembered_and_a_new_hash_forgets_it() -> None:
    passwords, kept = Passwords(), hash_password(PASSWORD)
    assert passwords.matches(kept, "clinic", PASSWORD, 0)
    assert passwords.matches(kept, "clinic", PASSWORD, 1)
    assert not passwords.matches(kept, "clinic", "wrong", 1)
    assert not passwords.matches(hash_password("another one"), "clinic", PASSWORD, 1)
    assert not passwords.matches("", "clinic", PASSWORD, 1)


def test_wrong_passwords_do_not_keep_others_waiting(service: Service) -> None:
    done = threading.Event()

    def guess() -> None:
        with service.json(password="wrong password") as client:
            while not done.is_set():
                client.get("/messages")

    with service.json() as client:
        assert client.get("/messages").status_code == 200
    guessers = [threading.Thread(target=guess) for _ in range(8)]
    for thread in guessers:
        thread.start()
    try:
        with service.json() as client:
            assert [client.get("/messages").status_code for _ in range(3)] == [200] * 3
    finally:
        done.set()
        for thread in guessers:
            thread.join()


def test_every_answer_tells_browsers_to_be_careful(service: Service) -> None:
    for path in ("/login", "/v1/messages", "/soap?wsdl", "/nonesuch"):
        headers = httpx.get(service.url + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers or "uvicorn" in headers["server"]


def test_metrics_are_for_operators(service: Service) -> None:
    add_account(service.queue, "boss", role="operator")
    url = f"{service.url}/metrics"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, auth=("clinic", PASSWORD)).status_code == 403
    told = httpx.get(url, auth=("boss", PASSWORD))
    assert told.status_code == 200
    assert "faxcore_recipients" in told.text


def test_the_service_is_healthy(service: Service) -> None:
    assert httpx.get(f"{service.url}/healthz").text == "ok\n"
