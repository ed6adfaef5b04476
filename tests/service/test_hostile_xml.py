"""Hostile XML gets a clear answer, and the service lives on."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.service.conftest import Service
from tests.service.hostile_xml import HOSTILE


def test_there_are_forty_and_more() -> None:
    assert len(HOSTILE) >= 40


def test_hostile_xml_gets_a_clear_answer(service: Service, subtests: pytest.Subtests) -> None:
    for name, (octets, status, words) in HOSTILE.items():
        with subtests.test(name):
            said = httpx.post(f"{service.url}/soap", content=octets, timeout=60)
            assert said.status_code == status, said.text[:300]
            assert re.search(words, said.text), said.text[:400]
            assert "root:" not in said.text
    with service.json() as client:
        assert client.get("/messages").status_code == 200
