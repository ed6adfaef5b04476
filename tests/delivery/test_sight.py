"""Metrics and logs: what is seen of the queue, and what is never."""

import json
import socket
import urllib.request

import pytest
import structlog

from faxcore.delivery.logs import configure_logs, log, without_secrets
from faxcore.delivery.metrics import metrics_text, serve_metrics
from faxcore.delivery.operations import hold
from tests.delivery.deliveries import House
from tests.delivery.moments import NOW


def test_the_metrics_count_what_the_tables_have(house: House) -> None:
    house.network.plays["5550101"] = ("busy",)
    house.submit(["5550100", "5550101"])
    hold(house.queue, house.account, house.submit(name="m2"), NOW)
    house.work()
    text = metrics_text(house.queue, house.clock).decode()
    for line in (
        'faxcore_recipients{channel="FAX",letter="S",state="sent"} 1.0',
        'faxcore_recipients{channel="FAX",letter="B",state="queued"} 1.0',
        'faxcore_recipients{channel="FAX",letter="H",state="held"} 1.0',
        'faxcore_attempts_total{charged="yes",reason="busy"} 1.0',
        'faxcore_calls_total{channel="FAX",result="ok"} 1.0',
        'faxcore_pages_total{channel="FAX",outcome="confirmed"} 3.0',
        'faxcore_modem_quarantined{worker="north/usb0"} 0.0',
    ):
        assert line in text.splitlines(), line
    assert "5550100" not in text


def test_they_are_served_on_this_computer_alone(house: House) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stop, _ = serve_metrics(house.queue, house.clock, port)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            assert b"faxcore_oldest_due_seconds" in answer.read()
    finally:
        stop()


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]):
    configure_logs(as_json=True)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()


def test_logs_have_neither_numbers_nor_words_of_a_message(house: House, logged) -> None:
    house.submit(["5550100"], subject="secret results", memo="hidden")
    house.work()
    log().info("told", number="+442079460000", password="pw", address="ada@example.org", body="b")
    told = logged()
    assert told
    text = json.dumps(told, ensure_ascii=False)
    for secret in ("5550100", "secret results", "hidden", "Hello.", "2079460", '"pw"', "ada@"):
        assert secret not in text
    assert told[-1]["number"] == "…000"
    assert told[-1]["address"] == "(address)@example.org"


def test_what_is_secret_is_known_by_its_name() -> None:
    kept = without_secrets(None, "info", {"event": "x", "password": "pw", "call": 3})
    assert kept == {"event": "x", "password": "(left out)", "call": 3}
