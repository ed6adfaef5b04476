"""The service as an ASGI application: the doors, the limits in front of them, the errors behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faxcore.delivery.rules import Queue
from faxcore.errors import FaxcoreError, QueueError, RequestRefused
from faxcore.service import json_door, json_reading, json_upload, json_webhooks
from faxcore.service.accounts import Role
from faxcore.service.console.pages import Console
from faxcore.service.docs import docs_page
from faxcore.service.gate import Audit, Gate
from faxcore.service.handlers import handler_names
from faxcore.service.json_door import Forbidden, House, Reader, Unknown
from faxcore.service.json_once import Clash
from faxcore.service.json_upload import is_upload
from faxcore.service.limits import UNPROVEN_OCTETS, Limits, TooLarge, TooSlow, read_body
from faxcore.service.operations import Desk
from faxcore.service.pace import Rates, TooMany
from faxcore.service.requests import Refused, invalid, refusal
from faxcore.service.soap_door import SoapDoor

_THREADS = 32
"""Requests wait for the disk, for handlers and for banners; so many may do so at a time."""

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
)


def make_app(
    queue: Queue,
    now: Callable[[], datetime],
    *,
    limits: Limits | None = None,
    rates: Rates | None = None,
    fetch_banner: Callable[[str], bytes],
    cookie_only_tls: bool = False,
) -> FastAPI:
    """The application for a queue. ``now`` is the wall clock."""
    limits = limits or Limits()
    gate, audit = Gate(queue, rates or Rates()), Audit(queue, now)
    desk = Desk(queue, now, fetch_banner, handler_names())

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="service")
        asyncio.get_running_loop().set_default_executor(threads)
        yield
        gate.close()

    app = FastAPI(
        title="faxcore message service", version="1", lifespan=life, docs_url=None, redoc_url=None
    )
    app.state.house = House(desk, gate, audit, limits)
    app.include_router(json_door.router)
    app.include_router(json_reading.router)
    app.include_router(json_upload.router)
    app.include_router(json_webhooks.router)
    soap = SoapDoor(desk, gate, audit, limits)
    app.add_route("/soap", soap.answer, methods=["POST"], include_in_schema=False)
    for path in ("/soap", "/Presence.wsdl"):
        app.add_route(path, soap.describe, methods=["GET"], include_in_schema=False)
    app.router.routes += Console(desk, gate, audit, only_tls=cookie_only_tls).routes()
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route("/healthz", _healthz, include_in_schema=False)
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    _add_errors(app)
    app.add_middleware(SafeHeaders)
    app.add_middleware(BodyLimit, limits=limits)
    return app


async def _healthz(request: Request) -> Response:
    """Whether the service lives and its database answers."""
    from sqlalchemy import text  # noqa: PLC0415

    store = json_door.house_of(request).desk.queue.store

    def ask() -> None:
        with store.read() as session:
            session.execute(text("SELECT 1"))

    await asyncio.to_thread(ask)
    return PlainTextResponse("ok\n")


async def _docs(request: Request) -> Response:
    """The JSON operations, for people."""
    app: FastAPI = request.app
    return HTMLResponse(docs_page(app.openapi()))


async def _metrics(request: Request, caller: Reader) -> Response:
    """What Prometheus asks for, with an operator's password or key: it is of all accounts."""
    from faxcore.delivery.metrics import metrics_text  # noqa: PLC0415

    if caller.role is not Role.OPERATOR:
        raise Forbidden("400:metrics are for operators")
    desk = json_door.house_of(request).desk
    text = await asyncio.to_thread(metrics_text, desk.queue, desk.now)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_errors(app: FastAPI) -> None:
    """Every way to fail, as an answer in the contract's words."""

    def told(status: int, text: Callable[[Any], str], **headers: str) -> Any:
        async def answer(request: Request, error: Exception) -> Response:
            return JSONResponse({"serverResponse": text(error)}, status, headers)

        return answer

    app.add_exception_handler(Refused, told(400, str))
    app.add_exception_handler(RequestRefused, told(400, lambda error: str(refusal(error))))
    app.add_exception_handler(
        RequestValidationError, told(400, lambda error: str(invalid(error.errors())))
    )
    app.add_exception_handler(Unknown, told(401, str, **_CHALLENGE))
    app.add_exception_handler(Forbidden, told(403, str))
    app.add_exception_handler(Clash, told(409, str))
    for kind in (TooLarge, TooSlow):
        app.add_exception_handler(kind, told(_STATUS[kind], lambda error: f"400:{error}"))
    app.add_exception_handler(
        QueueError, told(500, lambda error: "500:the queue does not answer; try again")
    )
    app.add_exception_handler(FaxcoreError, told(400, lambda error: f"400:{error}"))

    app.add_exception_handler(TooMany, _too_many)

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        detail = error.detail if isinstance(error, HTTPException) else str(error)
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse({"serverResponse": f"400:{detail}"}, status, headers)

    app.add_exception_handler(HTTPException, http)


class SafeHeaders:
    """Tells browsers to be careful with whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                added = [each for each in _HEADERS if each[0] not in there]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class BodyLimit:
    """Ends requests whose body is too large or too slow before anything is made of it.

    Where a body goes to the disk as it comes, the door reads it itself, by the same limits.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then pass it on whole."""
        if scope["type"] != "http" or _is_streamed(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await read_body(request, self._limits, lambda: _let_in(request))
        except (TooLarge, TooSlow, Unknown) as error:
            text = str(error) if isinstance(error, Unknown) else f"400:{error}"
            answer = JSONResponse({"serverResponse": text}, _STATUS[type(error)])
            await answer(scope, receive, send)
            return
        except TooMany as error:
            await _too_many(request, error)(scope, receive, send)
            return
        given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return given.pop() if given else await receive()

        await self._app(scope, replay, send)


_STATUS: dict[type[Exception], int] = {TooLarge: 413, TooSlow: 408, Unknown: 401}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="faxcore", charset="UTF-8"'}


async def _let_in(request: Request) -> None:
    """A large body is read for a caller of the JSON door alone; who it is is kept for the door."""
    if not request.url.path.startswith("/v1/"):
        raise TooLarge("the request", UNPROVEN_OCTETS)
    request.state.caller = await json_door.caller_of_headers(request)


def _too_many(request: Request, error: Exception) -> Response:
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else {}
    return JSONResponse({"serverResponse": f"500:{error}"}, 429, headers)


def _is_streamed(scope: Scope) -> bool:
    return scope["path"] == "/soap" or is_upload(scope["method"], scope["path"])
