"""The console's pages: each asks for a login, and each form for the token of its session."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from faxcore.delivery import operations as queue_ops
from faxcore.delivery.operations import Effect, MessageName
from faxcore.delivery.states import Letter
from faxcore.errors import ContentError, FaxcoreError, RequestRefused
from faxcore.service.accounts import Role
from faxcore.service.console import looking
from faxcore.service.console.covers import cover_preview, gallery
from faxcore.service.console.sessions import COOKIE, Session, Sessions, is_own_form
from faxcore.service.console.templates import render
from faxcore.service.gate import Audit, Gate
from faxcore.service.operations import Desk
from faxcore.service.pace import TooMany
from faxcore.service.requests import Refused

T = TypeVar("T")
_STYLE = Path(__file__).with_name("style.css")
_SCRIPT = Path(__file__).with_name("live.js")


class Console:
    """The pages, as routes of the application."""

    def __init__(self, desk: Desk, gate: Gate, audit: Audit, *, only_tls: bool) -> None:
        self._desk, self._gate, self._audit, self._only_tls = desk, gate, audit, only_tls
        self._sessions = Sessions()

    def routes(self) -> list[Route]:
        """Everything under ``/``."""
        return [
            Route("/", self._inside(self._queue)),
            Route("/login", self._login, methods=["GET", "POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/console/style.css", self._style),
            Route("/console/live.js", self._script),
            Route("/messages/{uid:str}", self._inside(self._message)),
            Route("/messages/{uid:str}/{action:str}", self._act, methods=["POST"]),
            Route("/pages/{recipient:int}/{number:int}.png", self._inside(self._picture)),
            Route("/calls/{call:int}", self._inside(self._call)),
            Route("/modems", self._inside(self._modems)),
            Route("/covers", self._inside(self._covers)),
            Route("/covers/{name:str}.{kind:str}", self._inside(self._cover)),
            Route("/received", self._inside(self._received)),
            Route("/received/{uid:str}.{kind:str}", self._inside(self._received_file)),
        ]

    # --- coming in

    async def _session(self, request: Request) -> Session | None:
        """The login of a request, as long as its account stands as it did then."""
        cookie = request.cookies.get(COOKIE, "")
        session = self._sessions.find(cookie, time.monotonic())
        if session is None:
            return None
        standing = await _apart(self._gate.standing, session.caller)
        if standing is None or standing[1] != session.kept:
            self._sessions.end(cookie)
            return None
        session.caller = standing[0]
        return session

    def _inside(self, page: Callable[[Request, Session], Any]) -> Callable[[Request], Any]:
        """A page for those who are logged in; others are sent to the login."""

        async def answer(request: Request) -> Response:
            session = await self._session(request)
            if session is None:
                target = quote(
                    request.url.path + ("?" + request.url.query if request.url.query else "")
                )
                return RedirectResponse(f"/login?to={target}", 303)
            response: Response = await page(request, session)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer

    async def _login(self, request: Request) -> Response:
        to = _local(request.query_params.get("to", "/"))
        if request.method == "GET":
            return self._page("login.html", None, to=to, wrong="", name="")
        form = await _form(request)
        name, to = form.get("name", ""), _local(form.get("to", "/"))
        address = request.client.host if request.client else ""
        try:
            caller = await self._gate.enter(name, form.get("password", ""), address)
        except Refused:
            await _apart(self._audit.note, name, address, "console login", "", "refused")
            wrong = "The name or the password is wrong."
            return self._page("login.html", None, 401, to=to, wrong=wrong, name=name)
        except TooMany as error:
            wrong = f"There are {error}."
            return self._page("login.html", None, 429, to=to, wrong=wrong, name=name)
        await _apart(self._audit.note, caller.name, address, "console login", "", "let in")
        standing = await _apart(self._gate.standing, caller)
        kept = standing[1] if standing is not None else ""
        response = RedirectResponse(to, 303)
        response.set_cookie(
            COOKIE,
            self._sessions.begin(caller, kept, time.monotonic()),
            httponly=True,
            samesite="strict",
            secure=self._only_tls,
        )
        return response

    async def _logout(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None and is_own_form(session, (await _form(request)).get("form", "")):
            self._sessions.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    # --- looking

    async def _queue(self, request: Request, session: Session) -> Response:
        letter = _letter(request.query_params.get("letter", ""))
        text = request.query_params.get("text", "")[:100]
        before = request.query_params.get("before", "")
        view = await _apart(
            looking.queue_view,
            self._desk.queue,
            session.caller,
            letter=letter,
            text=text,
            before=int(before) if before.isascii() and before.isdigit() else None,
        )
        part = "rows.html" if "rows" in request.query_params else "queue.html"
        return self._page(part, session, view=view, letter=letter, text=text)

    async def _message(self, request: Request, session: Session) -> Response:
        uid = request.path_params["uid"]
        view = await _apart(looking.message_view, self._desk.queue, session.caller, uid)
        if view is None:
            return self._nothing(session, f"There is no message {uid}.")
        return self._page("message.html", session, view=view, said=request.query_params.get("said"))

    async def _picture(self, request: Request, session: Session) -> Response:
        told = request.path_params
        png = await _apart(
            looking.page_picture,
            self._desk.queue,
            session.caller,
            told["recipient"],
            told["number"],
        )
        if png is None:
            return self._nothing(session, "There is no such page.")
        return Response(png, media_type="image/png")

    async def _call(self, request: Request, session: Session) -> Response:
        path = await _apart(
            looking.call_transcript, self._desk.queue, session.caller, request.path_params["call"]
        )
        if path is None:
            return self._nothing(session, "There is no record of this call for you.")
        drawn = await _apart(_drawn, path)
        response = HTMLResponse(drawn)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
        )
        return response

    async def _modems(self, request: Request, session: Session) -> Response:
        found = await _apart(looking.workers, self._desk.queue)
        return self._page("modems.html", session, workers=found, now=self._desk.now())

    async def _covers(self, request: Request, session: Session) -> Response:
        names = await _apart(gallery, self._desk.queue, session.caller)
        return self._page("covers.html", session, names=names)

    async def _cover(self, request: Request, session: Session) -> Response:
        """``NAME.html`` is the whole preview, ``NAME.png`` the page as it arrives."""
        name, kind = request.path_params["name"], request.path_params["kind"]
        arguments = self._desk.queue, session.caller, name, self._desk.now()
        try:
            shown = await _apart(cover_preview, *arguments)
        except ContentError as error:
            return self._nothing(session, str(error))
        if kind == "png":
            return Response(shown.pages[0].seen[0].png, media_type="image/png")
        response = HTMLResponse(shown.html())
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src "
            "'unsafe-inline'; sandbox allow-scripts"
        )
        return response

    async def _received(self, request: Request, session: Session) -> Response:
        found = await _apart(looking.received, self._desk.queue, session.caller)
        return self._page("received.html", session, faxes=found)

    async def _received_file(self, request: Request, session: Session) -> Response:
        told = request.path_params
        found = await _apart(looking.received, self._desk.queue, session.caller, 100_000)
        fax = next((each for each, _ in found if each.uid == told["uid"]), None)
        if fax is None or told["kind"] not in {"tif", "pdf"}:
            return self._nothing(session, "There is no such fax.")
        name, kind = {"tif": (fax.tiff, "image/tiff"), "pdf": (fax.pdf, "application/pdf")}[
            told["kind"]
        ]
        octets = await _apart(self._desk.queue.store.blobs.get, name)
        return Response(octets, media_type=kind)

    # --- changing

    async def _act(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return RedirectResponse("/login", 303)
        form = await _form(request)
        if not is_own_form(session, form.get("form", "")):
            return self._nothing(session, "This form is not of this session.", 403)
        if not session.caller.role.may_change:
            return self._nothing(session, "This account may only read.", 403)
        uid, action = request.path_params["uid"], request.path_params["action"]
        address = request.client.host if request.client else ""
        try:
            said = await _apart(self._perform, session, uid, action, form.get("recipient", ""))
        except RequestRefused as refused:
            said = str(refused)
        except FaxcoreError:
            said = "The queue does not answer."
        await _apart(self._audit.note, session.caller.name, address, f"console {action}", uid, said)
        if action == "delete" and said == "deleted":
            return RedirectResponse("/", 303)
        return RedirectResponse(f"/messages/{quote(uid)}?said={quote(said)}", 303)

    def _perform(self, session: Session, uid: str, action: str, recipient: str) -> str:
        queue, now = self._desk.queue, self._desk.now()
        view = looking.message_view(queue, session.caller, uid)
        if view is None:
            raise RequestRefused("", f"there is no message {uid}")
        name, account = MessageName(uid=uid), view.account_id
        one = int(recipient) if recipient.isascii() and recipient.isdigit() else None
        if action == "delete":
            queue_ops.delete_message(queue, account, name)
            return "deleted"
        actions: dict[str, Callable[..., Effect]] = {
            "hold": queue_ops.hold,
            "release": queue_ops.release,
            "cancel": queue_ops.cancel,
            "resend": queue_ops.resend,
        }
        if action not in actions:
            raise RequestRefused("", f"there is no action {action}")
        effect = actions[action](queue, account, name, now, one)
        told = f"{action}: {effect.done} done"
        told += f", {effect.too_late} too late" if effect.too_late else ""
        return told + (f", {effect.on_line} on the line" if effect.on_line else "")

    # --- answering

    def _page(
        self, template: str, session: Session | None, status: int = 200, **values: Any
    ) -> Response:
        caller = session.caller if session is not None else None
        shown = render(
            template,
            caller=caller,
            form=session.form if session is not None else "",
            operator=caller is not None and caller.role is Role.OPERATOR,
            simulated=self._desk.queue.rules.simulated,
            **values,
        )
        return HTMLResponse(shown, status)

    def _nothing(self, session: Session, text: str, status: int = 404) -> Response:
        return self._page("nothing.html", session, status, text=text)

    async def _style(self, request: Request) -> Response:
        return Response(_STYLE.read_bytes(), media_type="text/css")

    async def _script(self, request: Request) -> Response:
        return Response(_SCRIPT.read_bytes(), media_type="text/javascript")


async def _apart(work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """In a thread: the database may wait."""
    return await asyncio.to_thread(work, *arguments, **named)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    body = await request.body()
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}


def _local(target: str) -> str:
    """A page of ours to go to after the login, never another site."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe and "\n" not in target and "\r" not in target else "/"


def _letter(told: str) -> Letter | None:
    return Letter(told) if told in {each.value for each in Letter} else None


def _drawn(path: Path) -> str:
    from faxcore.workbench.diagram import draw  # noqa: PLC0415
    from faxcore.workbench.explain import explain  # noqa: PLC0415

    return draw(explain(path))
