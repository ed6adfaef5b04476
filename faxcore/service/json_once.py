"""Idempotency keys: a JSON request that is repeated under its key is done once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from faxcore.delivery.store import Conflict
from faxcore.service.operations import Desk
from faxcore.service.tables import Repeat

Done = tuple[int, dict[str, Any]]
"""An HTTP status and the answer."""

_UNDER_WAY = 0


class Clash(Exception):
    """An idempotency key is in use."""


def digest(path: str, asked: dict[str, Any]) -> str:
    """Tells a repeated request from another one."""
    text = json.dumps([path, asked], sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def once(
    desk: Desk,
    account_id: int,
    key: str | None,
    asked: str,
    work: Callable[[], Done],
    note: Callable[[Done], None],
) -> Done:
    """Do it, or answer as it was answered before under this key. A refusal is not kept.

    ``note`` is told what was done, once its answer is kept: where it fails the key stays good.
    Raises Clash where the key was used for another request, or the same one is under way or was
    cut by a crash: then nobody knows whether it was done, and the caller has to look.
    """
    kept = None if key is None else _kept(desk, account_id, key)
    if key is None or kept is None:
        done = work() if key is None else _first(desk, account_id, key, asked, work)
        note(done)
        return done
    if kept.request != asked:
        raise Clash("400:Idempotency-Key: it was used for another request")
    if kept.status == _UNDER_WAY:
        raise Clash("400:Idempotency-Key: the same request is under way, or was interrupted")
    return kept.status, kept.answer


def _first(desk: Desk, account_id: int, key: str, asked: str, work: Callable[[], Done]) -> Done:
    try:
        with desk.queue.store.write("idempotency") as session:
            session.add(
                Repeat(
                    account_id=account_id,
                    key=key,
                    request=asked,
                    status=_UNDER_WAY,
                    answer={},
                    created=desk.now(),
                )
            )
    except Conflict as conflict:
        raise Clash("400:Idempotency-Key: the same request is under way") from conflict
    try:
        done = work()
    except BaseException:
        _settle(desk, account_id, key, None)
        raise
    _settle(desk, account_id, key, done)
    return done


def _kept(desk: Desk, account_id: int, key: str) -> Repeat | None:
    with desk.queue.store.read() as session:
        kept: Repeat | None = session.scalar(
            select(Repeat).where(Repeat.account_id == account_id, Repeat.key == key)
        )
        return kept


def _settle(desk: Desk, account_id: int, key: str, done: Done | None) -> None:
    """Keep the answer under the key; with None forget the key, because nothing was done."""
    with desk.queue.store.write("idempotency") as session:
        kept = session.scalar(
            select(Repeat).where(Repeat.account_id == account_id, Repeat.key == key)
        )
        if kept is not None and done is None:
            session.delete(kept)
        elif kept is not None and done is not None:
            kept.status, kept.answer = done
