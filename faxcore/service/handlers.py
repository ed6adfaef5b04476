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

import enum
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from faxcore.delivery.blobs import BlobStore, Stored
from faxcore.render.process import worker_environment

GROUP = "faxcore.handlers"
SHIPPED = {"check-attachments": "faxcore.service.example_handler:check_attachments"}
SECONDS = 60.0
TASK, ANSWER = "task.json", "answer.json"
_IN, _OUT = "in-", "out-"
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


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a message, as the service knows it: its octets are on the disk."""

    name: str
    type: str
    stored: Stored


@dataclass(frozen=True, slots=True)
class Given:
    """A task before its files were read."""

    stage: Stage
    files: tuple[StoredFile, ...]
    body: str | None = None
    body_type: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """An outcome whose files are stored."""

    warnings: tuple[str, ...] = ()
    files: tuple[StoredFile, ...] | None = None
    body: str | None = None


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


def run_handler(name: str, given: Given, blobs: BlobStore) -> Made:
    """Run a handler in a process of its own. Raises HandlerFailed.

    Files go through the folder of that process: this one never holds them.
    """
    with tempfile.TemporaryDirectory(prefix="faxcore-handler-") as folder_name:
        folder = Path(folder_name)
        for number, file in enumerate(given.files):
            shutil.copyfile(blobs.path(file.stored.name), folder / f"{_IN}{number}")
        told = {"handler": name, "task": _told(given)}
        (folder / TASK).write_text(json.dumps(told))
        _run(name, folder)
        try:
            return _made(json.loads((folder / ANSWER).read_bytes()), folder, blobs)
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise HandlerFailed(f"{name}: its answer cannot be read: {error}") from error


def _run(name: str, folder: Path) -> None:
    command = [sys.executable, "-P", "-W", "ignore", "-m", "faxcore.service.handler_worker"]
    try:
        done = subprocess.run(
            [*command, str(folder)],
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


def _told(given: Given) -> dict[str, Any]:
    return {
        "stage": given.stage.value,
        "files": [{"name": each.name, "type": each.type} for each in given.files],
        "body": given.body,
        "body_type": given.body_type,
        "fields": [list(each) for each in given.fields],
    }


def _made(told: dict[str, Any], folder: Path, blobs: BlobStore) -> Made:
    body = told["body"]
    if body is not None and not isinstance(body, str):
        raise ValueError("the body is no text")
    files = None
    if told["files"] is not None:
        files = tuple(
            StoredFile(str(each["name"]), str(each["type"]), _kept(folder, number, blobs))
            for number, each in enumerate(told["files"])
        )
    return Made(tuple(str(each)[:_TEXT] for each in told["warnings"]), files, body)


def _kept(folder: Path, number: int, blobs: BlobStore) -> Stored:
    with (folder / f"{_OUT}{number}").open("rb") as file, blobs.incoming() as new:
        while piece := file.read(1 << 20):
            new.write(piece)
        return new.keep()


def read_task(told: dict[str, Any], folder: Path) -> Task:
    """The task that a handler's process was given."""
    files = tuple(
        HandledFile(str(each["name"]), str(each["type"]), (folder / f"{_IN}{number}").read_bytes())
        for number, each in enumerate(told["files"])
    )
    fields = tuple((str(name), str(value)) for name, value in told["fields"])
    return Task(Stage(told["stage"]), files, told["body"], told["body_type"], fields)


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Leave what a handler made for the service."""
    files = None
    if outcome.files is not None:
        files = [{"name": each.name, "type": each.type} for each in outcome.files]
        for number, each in enumerate(outcome.files):
            (folder / f"{_OUT}{number}").write_bytes(each.data)
    told = {"warnings": list(outcome.warnings), "files": files, "body": outcome.body}
    (folder / ANSWER).write_text(json.dumps(told))
