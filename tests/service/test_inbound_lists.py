"""Received faxes over SOAP and JSON: what is new, by page, nothing missed and nobody else's."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from faxcore.delivery.inbound import Arrival, store_arrival
from faxcore.delivery.owning import Line
from faxcore.service.housekeeping import Housekeeping
from tests.service.conftest import PASSWORD, Service, add_account, told_twice

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import zeep

ME = {"username": "clinic", "password": PASSWORD}
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def arrive(service: Service, minutes: float = 0, account: int | None = None) -> str:
    return store_arrival(
        service.queue,
        Arrival(
            service.account_id if account is None else account,
            NOW + timedelta(minutes=minutes),
            1,
            b"II*\0",
            b"%PDF-",
            "+1 555 0199",
            Line("usb0", "555 0100"),
        ),
    )


@pytest.fixture
def client(service: Service) -> Any:
    return zeep.Client(service.wsdl).service


def listed(client: Any, **more: object) -> list[str]:
    answer = client.CFListInboundMessagesWS(**ME, **more)
    return [row.PRESENCE_UNIQUE_IDENTIFIER for row in answer.dataTableRow]


def test_restrict_to_changed_tells_what_is_new_and_repeats_one_answer(
    service: Service, client: Any
) -> None:
    first, second = arrive(service), arrive(service)
    arrive(service, account=add_account(service.queue, "other"))
    ask = partial(listed, client, restrictToChanged=True)
    assert told_twice(ask) == [first, second]  # the answer before might have been lost
    third = arrive(service)
    assert told_twice(ask) == [third]
    assert listed(client) == [first, second, third]


def test_each_set_of_filters_has_a_cursor_of_its_own(service: Service, client: Any) -> None:
    early, late = arrive(service), arrive(service, minutes=60)
    since = {"minimumReceivedDate": NOW + timedelta(minutes=30), "restrictToChanged": True}
    assert listed(client, **since) == [late]
    assert listed(client, restrictToChanged=True) == [early, late]
    assert listed(client, maximumReceivedDate=NOW) == [early]


def test_pages_of_received_faxes_have_no_gap_and_no_double(service: Service) -> None:
    uids = [arrive(service) for _ in range(5)]
    seen: list[str] = []
    after = "0"
    with service.json() as client:
        for _ in range(3):
            page = client.get("/inbound", params={"limit": 2, "after": after}).json()
            seen += [row["PRESENCE_UNIQUE_IDENTIFIER"] for row in page["dataTableRow"]]
            after = page["next"]
        assert seen == uids
        assert client.get("/inbound", params={"after": after}).json()["dataTableRow"] == []
        later = arrive(service)
        page = client.get("/inbound", params={"after": after}).json()
    assert [row["PRESENCE_UNIQUE_IDENTIFIER"] for row in page["dataTableRow"]] == [later]


def test_a_fax_that_comes_when_all_before_it_are_deleted_is_new(
    service: Service, client: Any
) -> None:
    ask = partial(listed, client, restrictToChanged=True)
    old = arrive(service)
    assert told_twice(ask) == [old]
    with service.json() as json:
        cursor = json.get("/inbound").json()["next"]
        Housekeeping(service.queue, keep_days=90).once(NOW + timedelta(days=91))
        assert listed(client) == []
        fresh = arrive(service)
        told = json.get("/inbound", params={"after": cursor}).json()
    assert [row["PRESENCE_UNIQUE_IDENTIFIER"] for row in told["dataTableRow"]] == [fresh]
    assert fresh in ask()
