"""``handlerTask``: plug-ins that look at a message, or change it, before it is sent.

A handler is found by its name among the entry points of the group ``faxcore.handlers``:

    [project.entry-points."faxcore.handlers"]
    our-task = "our_package:handle"

It is called with a ``Task`` and answers with an ``Outcome``: once for each attachment as it is
added (stage ``attachment``, one file), and once for the whole message as it is released (stage
``message``, the body and all files). Warnings go into the answer (``300:``). What it raises at
release refuses the release. It runs in a process of its own with the render worker's limits, and is
given no more than the message: it need not be trusted with the service's memory, but its author is
trusted with the files that the process may read.
"""

from __future__ import annotations

import base64
import enum
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from faxcore.render.process import worker_environment

GROUP = "faxcore.handlers"
SHIPPED = {"check-attachments": "faxcore.service.example_handler:check_attachments"}
SECONDS = 60.0
TASK, ANSWER = "task.json", "answer.json"
_TEXT = 500


class Stage(enum.StrEnum):
    """When a handler is called."""

    ATTACHMENT = "attachment"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class HandledFile:
    """One file of a message: name, declared type, octets."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Task:
    """What a handler is given. ``fields`` are the message's subject, memo and sender."""

    stage: Stage
    files: tuple[HandledFile, ...]
    body: str | None = None
    body_type: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler made of it. ``files`` None leaves the files, ``body`` None the body."""

    warnings: tuple[str, ...] = ()
    files: tuple[HandledFile, ...] | None = None
    body: str | None = None


Handler = Callable[[Task], Outcome]


class HandlerFailed(Exception):
    """A handler did not do its work; the text is for the customer."""


def handler_names() -> frozenset[str]:
    """The handlers that are installed."""
    return frozenset({*SHIPPED, *(each.name for each in entry_points(group=GROUP))})


def find_handler(name: str) -> Handler:
    """The function of a handler; LookupError where there is none of that name."""
    for each in entry_points(group=GROUP):
        if each.name == name:
            handler: Handler = each.load()
            return handler
    from importlib import import_module  # noqa: PLC0415

    module, _, function = SHIPPED[name].partition(":")
    shipped: Handler = getattr(import_module(module), function)
    return shipped


def run_handler(name: str, task: Task) -> Outcome:
    """Run a handler in a process of its own. Raises HandlerFailed."""
    with tempfile.TemporaryDirectory(prefix="faxcore-handler-") as folder_name:
        folder = Path(folder_name)
        (folder / TASK).write_text(json.dumps({"handler": name, "task": packed(task)}))
        command = [sys.executable, "-P", "-W", "ignore", "-m", "faxcore.service.handler_worker"]
        command.append(str(folder))
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=worker_environment(folder, os.environ),
                cwd=folder,
                timeout=SECONDS,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise HandlerFailed(f"{name} took more than {SECONDS:g} s") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise HandlerFailed(f"{name}: {said[-1][:_TEXT] if said else 'it failed'}")
        try:
            return _unpacked(json.loads((folder / ANSWER).read_bytes()))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise HandlerFailed(f"{name}: its answer cannot be read: {error}") from error


def packed(value: Task | Outcome) -> dict[str, Any]:
    """A task or its outcome, as it passes between the processes."""
    files = (
        None
        if value.files is None
        else [
            {"name": each.name, "type": each.type, "data": base64.b64encode(each.data).decode()}
            for each in value.files
        ]
    )
    if isinstance(value, Outcome):
        return {"warnings": list(value.warnings), "files": files, "body": value.body}
    told = {"stage": value.stage.value, "files": files, "body": value.body}
    return {**told, "body_type": value.body_type, "fields": [list(each) for each in value.fields]}


def unpacked_files(told: Any) -> tuple[HandledFile, ...]:
    """Files as they pass between the processes."""
    return tuple(
        HandledFile(str(each["name"]), str(each["type"]), base64.b64decode(each["data"]))
        for each in told
    )


def _unpacked(told: dict[str, Any]) -> Outcome:
    files = None if told["files"] is None else unpacked_files(told["files"])
    body = told["body"]
    if body is not None and not isinstance(body, str):
        raise ValueError("the body is no text")
    return Outcome(tuple(str(each)[:_TEXT] for each in told["warnings"]), files, body)
