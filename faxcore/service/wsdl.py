"""The WSDL, made from the contract: document/literal wrapped, a SOAP 1.1 and a SOAP 1.2 port."""

from __future__ import annotations

from datetime import datetime

from faxcore.service.contract import NAMESPACE, OPERATIONS, ROWS, Elements, Shape, shapes

_TYPES = {
    str: "xs:string",
    int: "xs:int",
    bool: "xs:boolean",
    bytes: "xs:base64Binary",
    datetime: "xs:dateTime",
}
_SERVICE = "Presence"


def wsdl(address: str) -> str:
    """The description of the service at an address, as XML."""
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415

    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<wsdl:definitions name="{_SERVICE}" targetNamespace="{NAMESPACE}" '
        f'xmlns:tns="{NAMESPACE}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
        'xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema">',
        "<wsdl:types>",
        schema(),
        "</wsdl:types>",
        *(line for name in OPERATIONS for line in _messages(name)),
        f'<wsdl:portType name="{_SERVICE}PortType">',
        *(line for name in OPERATIONS for line in _port(name)),
        "</wsdl:portType>",
        *_binding("soap", ""),
        *_binding("soap12", "12"),
        f'<wsdl:service name="{_SERVICE}">',
        *_address("soap", "", quoteattr(address)),
        *_address("soap12", "12", quoteattr(address)),
        "</wsdl:service>",
        "</wsdl:definitions>",
    ]
    return "\n".join(parts) + "\n"


def schema() -> str:
    """The types of all messages, as one XML Schema."""
    lines = [
        f'<xs:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}" '
        f'xmlns:tns="{NAMESPACE}" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    ]
    for row in ROWS:
        lines += [f'<xs:complexType name="{row.__name__}">', *_sequence(row), "</xs:complexType>"]
    for models in OPERATIONS.values():
        for model in models:
            lines += [f'<xs:element name="{model.__name__}"><xs:complexType>', *_sequence(model)]
            lines += ["</xs:complexType></xs:element>"]
    return "\n".join([*lines, "</xs:schema>"])


def _sequence(model: type[Elements]) -> list[str]:
    every = model in ROWS
    inside = [_element(name, shape, every) for name, shape in shapes(model).items()]
    return ["<xs:sequence>", *inside, "</xs:sequence>"]


def _element(name: str, shape: Shape, every: bool) -> str:
    known = _TYPES.get(shape.type)
    type_name = known or f"tns:{shape.type.__name__}"
    if every:
        return f'<xs:element name="{name}" type="{type_name}" nillable="true"/>'
    bounds = "" if shape.required else ' minOccurs="0"'
    bounds += ' maxOccurs="unbounded"' if shape.repeated else ""
    return f'<xs:element name="{name}" type="{type_name}"{bounds}/>'


def _messages(name: str) -> list[str]:
    return [
        f'<wsdl:message name="{each}"><wsdl:part name="parameters" element="tns:{each}"/>'
        "</wsdl:message>"
        for each in (name, f"{name}Response")
    ]


def _port(name: str) -> list[str]:
    request = OPERATIONS[name][0]
    return [
        f'<wsdl:operation name="{name}">',
        f"<wsdl:documentation>{request.__doc__}</wsdl:documentation>",
        f'<wsdl:input message="tns:{name}"/><wsdl:output message="tns:{name}Response"/>',
        "</wsdl:operation>",
    ]


def _binding(prefix: str, version: str) -> list[str]:
    lines = [
        f'<wsdl:binding name="{_SERVICE}Binding{version}" type="tns:{_SERVICE}PortType">',
        f'<{prefix}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>',
    ]
    body = f'<{prefix}:body use="literal"/>'
    for name in OPERATIONS:
        lines += [
            f'<wsdl:operation name="{name}">',
            f'<{prefix}:operation soapAction="{name}" style="document"/>',
            f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output>",
            "</wsdl:operation>",
        ]
    return [*lines, "</wsdl:binding>"]


def _address(prefix: str, version: str, address: str) -> list[str]:
    return [
        f'<wsdl:port name="{_SERVICE}Port{version}" binding="tns:{_SERVICE}Binding{version}">',
        f"<{prefix}:address location={address}/>",
        "</wsdl:port>",
    ]
