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
