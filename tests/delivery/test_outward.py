"""Connections to addresses that customers name: that they end."""

import contextlib
import http.client
import socket
import threading
import time

import pytest

from faxcore.delivery.outward import connected, web_address


def drip(listening: socket.socket, over: threading.Event) -> None:
    """Answers a letter at a time, each soon enough."""
    client, _ = listening.accept()
    with client, contextlib.suppress(OSError):
        client.recv(4096)
        while not over.wait(0.05):
            client.send(b"H")


def test_an_answer_that_comes_drop_by_drop_is_cut() -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening, over))
        thread.start()
        address = web_address(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        began = time.monotonic()
        try:
            with connected(
                address, private={"127.0.0.1"}, seconds=5, whole_seconds=0.3
            ) as connection:
                connection.request("GET", "/")
                with pytest.raises((OSError, http.client.HTTPException)):
                    connection.getresponse()
        finally:
            over.set()
            thread.join()
        assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "place",
    [
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:a00:1::",
        "2001:0:808:808:0:ffff:f5ff:fffe",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "fec0::1",
    ],
)
def test_an_address_with_an_inward_one_in_it_leads_inward(place: str) -> None:
    address = web_address(f"http://[{place}]:9/")
    with (
        pytest.raises(ValueError, match="is no public address"),
        connected(address, private=(), seconds=0.1, whole_seconds=0.1),
    ):
        pass


def test_a_public_ipv4_address_behind_a_translator_is_public() -> None:
    address = web_address("http://[64:ff9b::808:808]:9/")
    with (
        pytest.raises(TimeoutError, match="nobody answered"),
        connected(address, private=(), seconds=0.1, whole_seconds=0),
    ):
        pass
