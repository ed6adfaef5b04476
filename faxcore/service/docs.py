"""The page ``/docs``: the OpenAPI as people read it, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faxcore.service.console.templates import render

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True, slots=True)
class Item:
    """A parameter of an operation, or an element of a model."""

    name: str
    type: str
    required: bool
    where: str = ""
    text: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class OperationTold:
    """One operation."""

    id: str
    method: str
    path: str
    text: str
    parameters: tuple[Item, ...]
    body: str
    answer: str


@dataclass(frozen=True, slots=True)
class ModelTold:
    """One request, answer or row."""

    name: str
    text: str
    fields: tuple[Item, ...]


def docs_page(openapi: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    return render("docs.html", operations=list(_operations(openapi)), models=list(_models(openapi)))


def _operations(openapi: dict[str, Any]) -> Iterator[OperationTold]:
    for path, methods in openapi["paths"].items():
        for method in _METHODS:
            if method not in methods:
                continue
            told = methods[method]
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
            answer = told["responses"].get("200", {}).get("content", {}).get("application/json", {})
            yield OperationTold(
                told["operationId"],
                method.upper(),
                path,
                told.get("description", ""),
                tuple(_parameter(each) for each in told.get("parameters", ())),
                _model(body.get("schema", {})),
                _model(answer.get("schema", {})),
            )


def _parameter(told: dict[str, Any]) -> Item:
    schema = told["schema"]
    text = told.get("description", "")
    if "default" in schema and schema["default"] is not None:
        text = f"{text} (default {schema['default']})".strip()
    return Item(told["name"], _type(schema), told.get("required", False), told["in"], text)


def _models(openapi: dict[str, Any]) -> Iterator[ModelTold]:
    for name, told in sorted(openapi["components"]["schemas"].items()):
        needed = set(told.get("required", ()))
        fields = tuple(
            Item(each, _type(schema), each in needed, model=_model(schema))
            for each, schema in told.get("properties", {}).items()
        )
        yield ModelTold(name, told.get("description", ""), fields)


def _model(schema: dict[str, Any]) -> str:
    """The model that a schema refers to, anywhere in it; "" for a plain value."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]
    return next((found for each in inner if (found := _model(each))), "")


def _type(schema: dict[str, Any]) -> str:
    """A schema as a few words."""
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return _model(schema)
    kind = str(schema.get("format") or schema.get("contentEncoding") or schema.get("type", "value"))
    return kind.replace("date-time", "date and time")
