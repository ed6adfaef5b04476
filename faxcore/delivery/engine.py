"""The durable execution of calls by dbos: the only module that knows it.

One call is one workflow of three steps: prepare (render what is not rendered), perform (dial and
send) and finish (close it in our tables). dbos keeps what each step came to; a worker that died
goes on, when it starts again under its name, with the step that was cut. Our guard row sees to it
that going on with ``perform`` never dials a second time.

dbos' own queues, delays and recovery by other executors are not used: claiming from our tables
knows destinations, hours, budgets and nodes, costs nothing for ten thousand messages that wait, and
a dead node's calls are closed by our own leases. So everything that dbos keeps is work in progress,
and is deleted when it is done.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy.engine import URL

from faxcore.delivery.crash import crash_point
from faxcore.delivery.findings import Finding
from faxcore.delivery.work import Work
from faxcore.errors import QueueError

_VERSION = "faxcore-delivery-1"
"""Pinned: dbos recovers only workflows of the same version, and would make one of the source."""


_FORGOTTEN_AT_ONCE = 12

_working: list[Work] = []
"""dbos knows functions by name, so the work of this process stands here; there is one engine."""


@DBOS.step(name="prepare")
def _prepare(call_id: int) -> bool:
    crash_point("engine:prepare")
    return _working[0].prepare(call_id)


@DBOS.step(name="perform")
def _perform(call_id: int) -> str:
    crash_point("engine:perform")
    told = _working[0].perform(call_id).to_json()
    crash_point("engine:performed")
    return told


@DBOS.step(name="finish")
def _finish(call_id: int, finding: str) -> None:
    crash_point("engine:finish")
    _working[0].finish(call_id, Finding.from_json(finding))
    crash_point("engine:finished")


@DBOS.workflow(name="call")
def _call(call_id: int) -> None:
    if _prepare(call_id):
        _finish(call_id, _perform(call_id))


class Engine:
    """Runs calls for one worker. ``close()`` when done; one at a time in a process."""

    def __init__(self, url: URL, executor: str, work: Work) -> None:
        if _working:
            raise QueueError("this process has an engine already")
        _working.append(work)
        self._done: list[str] = []
        config: DBOSConfig = {
            "name": "faxcore",
            "system_database_url": url.render_as_string(hide_password=False),
            "executor_id": executor,
            "application_version": _VERSION,
            "enable_otlp": False,
            "log_level": "ERROR",
            "max_executor_threads": 4,
            "use_listen_notify": False,
        }
        if url.get_backend_name() == "sqlite":
            _write_ahead(url)
            config["db_engine_kwargs"] = {"connect_args": {"factory": _Connection}}
        self._dbos: Any = DBOS(config=config)

    def launch(self) -> None:
        """Begin; what a former life of this executor left is gone on with in the background."""
        crash_point("engine:launch")
        DBOS.launch()
        crash_point("engine:launched")

    def run(self, call_id: int) -> None:
        """Run a call to its end, in this thread."""
        crash_point("engine:start")
        with SetWorkflowID(_name(call_id)):
            _call(call_id)
        self._forget(call_id)

    def resume(self, call_id: int) -> None:
        """Wait for a call that is being gone on with; begin it where it was never begun."""
        crash_point("engine:resume")
        with SetWorkflowID(_name(call_id)):
            DBOS.start_workflow(_call, call_id).get_result(polling_interval_sec=0.05)
        self._forget(call_id)

    def close(self) -> None:
        """End; does not wait for calls in progress."""
        if self._done:
            DBOS.delete_workflows(self._done)
        DBOS.destroy()
        _working.clear()

    def _forget(self, call_id: int) -> None:
        """What is done need not be kept; it is deleted by the dozen, which costs one commit."""
        crash_point("engine:done")
        self._done.append(_name(call_id))
        if len(self._done) >= _FORGOTTEN_AT_ONCE:
            DBOS.delete_workflows(self._done)
            self._done.clear()
            crash_point("engine:forgotten")


def _name(call_id: int) -> str:
    return f"call-{call_id}"


class _Connection(sqlite3.Connection):
    """A connection on which SQLite's ``unixepoch`` knows ``subsec``, as it does from 3.42 on.

    From Python 3.12 on dbos asks for it, whatever SQLite there is; Debian 12 has 3.40, which gives
    NULL: no table of dbos could then be written to.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if sqlite3.sqlite_version_info < (3, 42):
            self.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*asked: object) -> float | int:
    if asked not in {(), ("now",), ("subsec",), ("now", "subsec")}:
        raise ValueError(f"unixepoch{asked!r} is not known here")
    return time.time() if "subsec" in asked else int(time.time())


def _write_ahead(url: URL) -> None:
    """Give the file a write-ahead log, which dbos leaves to us: it is ten times as fast."""
    with contextlib.closing(sqlite3.connect(str(url.database), timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
