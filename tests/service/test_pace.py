"""How often one may ask: buckets for accounts and addresses, and nobody locked out by another."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from faxcore.service.pace import Buckets, Rate, Rates, TooMany
from tests.service.conftest import PASSWORD, Service, add_account
from tests.service.hostile_xml import create

FREE = Rate(0, 1)
SELDOM = Rate(1, 3)


def taken(buckets: Buckets, name: str, now: float) -> bool:
    try:
        buckets.take(name, now)
    except TooMany:
        return False
    return True


def test_a_bucket_is_emptied_and_fills_again() -> None:
    buckets = Buckets("account", Rate(60, 3))
    assert [taken(buckets, "clinic", 0) for _ in range(4)] == [True, True, True, False]
    assert taken(buckets, "other", 0)
    assert [taken(buckets, "clinic", 2) for _ in range(3)] == [True, True, False]
    assert [taken(buckets, "clinic", 9999) for _ in range(4)] == [True, True, True, False]


def test_it_is_told_when_to_come_again() -> None:
    buckets = Buckets("account", Rate(6, 1))
    buckets.take("clinic", 0)
    with pytest.raises(TooMany, match="requests of this account; try again in 8 s") as told:
        buckets.take("clinic", 2)
    assert told.value.seconds == 8


def test_who_asks_too_early_does_not_wait_longer_for_it() -> None:
    buckets = Buckets("account", Rate(6, 1))
    buckets.take("clinic", 0)
    assert [taken(buckets, "clinic", second) for second in range(1, 11)] == [False] * 9 + [True]


def test_an_account_that_asks_too_often_gets_a_429(serve: Callable[..., Service]) -> None:
    service = serve(rates=Rates(SELDOM, FREE))
    add_account(service.queue, "other")
    with service.json() as client:
        codes = [client.get("/messages").status_code for _ in range(3)]
        said = client.get("/messages")
    assert codes == [200] * 3
    assert said.status_code == 429
    assert said.json()["serverResponse"].startswith("500:too many requests of this account")
    assert 1 <= int(said.headers["retry-after"]) <= 60
    with service.json("other") as other:
        assert other.get("/messages").status_code == 200


def test_over_soap_the_operation_answers(serve: Callable[..., Service]) -> None:
    service = serve(rates=Rates(SELDOM, FREE))
    said = [httpx.post(f"{service.url}/soap", content=create("")) for _ in range(4)]
    assert [each.status_code for each in said] == [200] * 4
    assert "200:Message Created" in said[2].text
    assert "<CFCreateMessageWSResponse" in said[3].text
    assert "500:too many requests of this account" in said[3].text
    assert int(said[3].headers["retry-after"]) >= 1


def test_a_stranger_spends_only_the_tokens_of_his_address(serve: Callable[..., Service]) -> None:
    service = serve(rates=Rates(SELDOM, SELDOM))
    with service.json() as client:
        assert client.get("/messages").status_code == 200  # this address is known now
        for number in range(5):
            stranger = (f"nobody{number}", "wrong password")
            said = httpx.get(f"{service.url}/v1/messages", auth=stranger, timeout=30)
            assert said.status_code == (401 if number < 2 else 429)
        assert client.get("/messages").status_code == 200
    console = httpx.post(f"{service.url}/login", data={"name": "x", "password": "wrong"})
    assert console.status_code == 429
    assert "too many requests of this address" in console.text


def test_a_known_address_is_let_in_though_its_tokens_are_spent(
    serve: Callable[..., Service],
) -> None:
    service = serve(rates=Rates(FREE, SELDOM))
    with service.json() as client:
        assert client.get("/messages").status_code == 200
    for _ in range(3):
        httpx.get(f"{service.url}/v1/messages", auth=("nobody", "wrong password"), timeout=30)
    with service.json(password="a wrong one") as client:  # known: looked at, and refused as wrong
        assert client.get("/messages").status_code == 401
    with service.json(password=PASSWORD) as client:
        assert client.get("/messages").status_code == 200
