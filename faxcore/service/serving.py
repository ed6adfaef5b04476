"""``faxcore serve``: the application on a port, and the workers that deliver, until a signal comes.

Uvicorn waits for ever for the head of a request; ``PatientProtocol`` does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from faxcore.delivery.hosting import run_host
from faxcore.delivery.rules import Queue
from faxcore.delivery.worker import wall_clock
from faxcore.errors import SettingsError
from faxcore.service.app import make_app
from faxcore.service.banner import BannerFetcher
from faxcore.service.configuration import House, ServiceSettings
from faxcore.service.housekeeping import Housekeeping

_ENDING = (signal.SIGTERM, signal.SIGINT)
HEAD_SECONDS = 15.0
CLOSING_SECONDS = 30


class PatientProtocol(H11Protocol):
    """HTTP that gives a connection up whose next request's head does not come in time."""

    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The head of the first request is due."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Whenever no request is under way, the head of the next one is due."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._forget()
        elif (self.cycle is None or self.cycle.response_complete) and self._waits is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._forget()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waits = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _give_up(self) -> None:
        self._waits = None
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()


def serve(house: House, *, say: Callable[[str], None], as_json: bool = False) -> None:
    """Serve until SIGTERM or SIGINT. Calls in progress are ended in good order then.

    Raises SettingsError where the port cannot be had or the settings do not fit the data.
    """
    delivery, service = house.delivery, house.service
    queue = delivery.open()
    stop = threading.Event()
    keeping = Housekeeping(queue, service.keep_days)
    problems: list[Exception] = []

    def deliver() -> None:
        try:
            run_host(delivery, stop, as_json=as_json)
        except Exception as error:  # nothing is taken that nobody delivers
            problems.append(error)
            server.should_exit = True

    threads = [
        threading.Thread(target=deliver, name="workers"),
        threading.Thread(target=keeping.run, name="housekeeping", daemon=True),
    ]
    try:
        server = make_server(queue, service)
        say(f"faxcore serves {_address(service)}/soap, /v1 and the console at /")
        if delivery.rules.simulated:
            say("no modem is configured: calls are SIMULATED, nothing is sent to anybody")
        for thread in threads:
            thread.start()
        with _signals_pass():
            server.run()
        if problems:
            raise problems[0]
        if not server.started:
            raise SettingsError(f"{service.host}:{service.port} cannot be listened on")
    finally:
        stop.set()
        keeping.stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        queue.store.close()


@contextlib.contextmanager
def _signals_pass() -> Iterator[None]:
    """Uvicorn raises a signal again once it has closed: by then it has been obeyed."""
    before = {each: signal.signal(each, lambda *_: None) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def make_server(queue: Queue, service: ServiceSettings) -> uvicorn.Server:
    """The server for a queue, by the settings."""
    app = make_app(
        queue,
        wall_clock,
        limits=service.limits,
        rates=service.rates,
        fetch_banner=BannerFetcher(service),
        cookie_only_tls=service.cookie_only_tls,
    )
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=service.host,
            port=service.port,
            http=PatientProtocol,
            ws="none",
            loop="asyncio",
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            proxy_headers=bool(service.proxies),
            forwarded_allow_ips=list(service.proxies) or None,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=CLOSING_SECONDS,
            ssl_certfile=service.certificate,
            ssl_keyfile=service.key,
        )
    )


def _address(service: ServiceSettings) -> str:
    scheme = "https" if service.certificate else "http"
    host = f"[{service.host}]" if ":" in service.host else service.host
    return f"{scheme}://{host}:{service.port}"


def unit(folder: Path, program: str, user: str) -> str:
    """A systemd unit that serves a data folder."""
    return f"""[Unit]
Description=faxcore message service
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
User={user}
SupplementaryGroups=dialout
ExecStart={program} serve --data {folder}
Restart=on-failure
RestartSec=2
TimeoutStopSec=90
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
ReadWritePaths={folder} /run/lock
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
"""
