"""The contract, the WSDL and the values, held against the element lists of the API document."""

from __future__ import annotations

from datetime import datetime

import pytest
from lxml import etree

from faxcore.delivery.states import Body, Channel, Letter, MessageStatus, Scope
from faxcore.service import contract
from faxcore.service.contract import OPERATIONS, Elements, shapes
from faxcore.service.wsdl import wsdl
from tests.service.api_document import (
    BODY_TYPES,
    DELIVERY_STATUSES,
    DOCUMENT,
    MESSAGE_STATUSES,
    RECIPIENT_TYPES,
    ROWS,
    SCOPES,
)

TYPES = {
    "String": str,
    "Integer": int,
    "Boolean": bool,
    "dateTime": datetime,
    "Base64Binary": bytes,
    "StatusRow": contract.StatusRow,
    "OutboundRow": contract.OutboundRow,
}
XML_TYPES = {
    "String": "xs:string",
    "Integer": "xs:int",
    "Boolean": "xs:boolean",
    "dateTime": "xs:dateTime",
    "Base64Binary": "xs:base64Binary",
    "StatusRow": "tns:StatusRow",
    "OutboundRow": "tns:OutboundRow",
}
XS = "{http://www.w3.org/2001/XMLSchema}"


def told(elements: str) -> list[tuple[str, str, bool, bool]]:
    """Name, type, whether it must appear, whether it may do so again."""
    found = []
    for each in elements.split(", "):
        name, kind = each.split()
        found.append((name.rstrip("!*"), kind, name.endswith("!"), name.endswith("*")))
    return found


def modelled(model: type[Elements]) -> list[tuple[str, type, bool, bool]]:
    return [
        (name, shape.type, shape.required, shape.repeated) for name, shape in shapes(model).items()
    ]


@pytest.mark.parametrize("operation", DOCUMENT)
def test_every_element_is_there_in_its_order_with_its_type(operation: str) -> None:
    for model, elements in zip(OPERATIONS[operation], DOCUMENT[operation], strict=True):
        wanted = [(name, TYPES[kind], need, many) for name, kind, need, many in told(elements)]
        assert modelled(model) == wanted


@pytest.mark.parametrize("row", ROWS)
def test_every_child_of_a_row_is_there(row: str) -> None:
    found = [(name, kind) for name, kind, _, _ in modelled(getattr(contract, row))]
    assert found == [(name, TYPES[kind]) for name, kind, _, _ in told(ROWS[row])]


@pytest.mark.parametrize("operation", DOCUMENT)
def test_the_wsdl_says_the_same(operation: str) -> None:
    root = etree.fromstring(wsdl("http://x/soap").encode())
    for name, elements in zip(
        (operation, f"{operation}Response"), DOCUMENT[operation], strict=True
    ):
        (declared,) = root.iterfind(f".//{XS}schema/{XS}element[@name='{name}']")
        found = [
            (
                each.get("name"),
                each.get("type"),
                each.get("minOccurs", "1") == "1",
                each.get("maxOccurs", "1") == "unbounded",
            )
            for each in declared.iterfind(f".//{XS}sequence/{XS}element")
        ]
        assert found == [
            (name, XML_TYPES[kind], need, many) for name, kind, need, many in told(elements)
        ]


def test_the_values_are_those_of_the_document() -> None:
    assert {each.value for each in MessageStatus} == set(MESSAGE_STATUSES)
    assert {each.value for each in Letter} == set(DELIVERY_STATUSES)
    assert {each.value for each in Channel} == set(RECIPIENT_TYPES)
    assert {each.value for each in Scope} == set(SCOPES)
    assert {each.value for each in Body} == set(BODY_TYPES)
