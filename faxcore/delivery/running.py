"""Running a worker as a process of its own.

``python -m faxcore.delivery.running DATA WORKER`` is one worker: it owns one modem, or hands e-mail
or short messages over. ``hosting`` starts one for each.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType

from faxcore.delivery.answering import Listener
from faxcore.delivery.channel_settings import SmppSettings, SmsSettings
from faxcore.delivery.claiming import Claimant
from faxcore.delivery.configuration import EMAIL, SMS, Configuration, ModemSettings, configure
from faxcore.delivery.email_channel import EmailWork
from faxcore.delivery.fax_channel import Equipment
from faxcore.delivery.fax_content import Identity
from faxcore.delivery.gsm_modem import GsmModem
from faxcore.delivery.logs import configure_logs, log
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.rules import Queue
from faxcore.delivery.sms_channel import SmsWork
from faxcore.delivery.sms_gateway import SmsGateway
from faxcore.delivery.states import Channel
from faxcore.delivery.work import FaxWork
from faxcore.delivery.worker import Pace, WorkerLoop, wall_clock
from faxcore.errors import FaxcoreError, ModemError, QueueError, SettingsError
from faxcore.modem.choice import choose_profile
from faxcore.ports import open_port
from faxcore.profiles import load_profile

_REPORTS_EVERY_S = 30.0
_HOST_S = 1.0
HOST = "FAXCORE_HOST"
"""The environment variable that tells a worker the process that started it."""


def fax_worker(
    configuration: Configuration, queue: Queue, modem: ModemSettings, stop: threading.Event
) -> WorkerLoop:
    """The worker of one modem."""
    name = f"{configuration.node}/{modem.name}"
    equipment = _equipment(configuration, modem)
    work = FaxWork(queue, name, equipment, Identity(modem.number, modem.header), wall_clock, stop)
    claimant = Claimant(name, configuration.node, Channel.FAX, modem.name, modem.group)
    pace = Pace(poll_s=configuration.poll_s, lease_s=configuration.lease_s)
    return WorkerLoop(queue, claimant, work, port=modem.port, stop=stop, pace=pace)


def _equipment(configuration: Configuration, modem: ModemSettings) -> Equipment:
    return Equipment(
        port=modem.port,
        profile=choose_profile(modem.profile or None, modem.modem_class or None),
        timeout_s=modem.timeout_s,
        transcript=_transcripts(configuration) if configuration.transcripts else None,
    )


def _listener(
    configuration: Configuration, queue: Queue, name: str, stop: threading.Event
) -> Listener | None:
    """What a modem does when nothing is due; None for one that does not answer."""
    modem = next((each for each in configuration.modems if each.name == name), None)
    if modem is None or not modem.receives:
        return None
    claimant = Claimant(
        f"{configuration.node}/{name}", configuration.node, Channel.FAX, modem.name, modem.group
    )
    equipment = _equipment(configuration, modem)
    return Listener(queue, claimant, equipment, modem.number, wall_clock, stop, modem.rings)


def email_worker(
    configuration: Configuration, queue: Queue, server: MailServer, stop: threading.Event
) -> WorkerLoop:
    """The worker that hands e-mail over."""
    name = f"{configuration.node}/{EMAIL}"
    work = EmailWork(queue, name, server, wall_clock)
    claimant = Claimant(name, configuration.node, Channel.EMAIL, EMAIL)
    pace = Pace(poll_s=configuration.poll_s, lease_s=configuration.lease_s)
    return WorkerLoop(queue, claimant, work, stop=stop, pace=pace)


def sms_work(
    configuration: Configuration, queue: Queue, settings: SmsSettings | SmppSettings
) -> SmsWork:
    """What hands short messages over, through the modem or the message centre of the settings."""
    return SmsWork(queue, f"{configuration.node}/{SMS}", _gateway(settings), wall_clock)


def _gateway(settings: SmsSettings | SmppSettings) -> Callable[[], SmsGateway]:
    if isinstance(settings, SmsSettings):
        profile = replace(load_profile("generic"), baud=settings.baud)
        return lambda: GsmModem(open_port(settings.port, profile), settings.pin)
    from faxcore.delivery.smpp import MessageCentre, SmppGateway  # noqa: PLC0415

    centre = MessageCentre(**asdict(settings))
    return lambda: SmppGateway(centre)


def _sms_worker(
    configuration: Configuration, queue: Queue, work: SmsWork, stop: threading.Event
) -> WorkerLoop:
    claimant = Claimant(work.worker, configuration.node, Channel.SMS, SMS)
    pace = Pace(poll_s=configuration.poll_s, lease_s=configuration.lease_s)
    return WorkerLoop(queue, claimant, work, stop=stop, pace=pace)


class _ReportReader:
    """Reads the network's reports now and then, when nothing is to be sent. Asked when idle."""

    def __init__(self, work: SmsWork) -> None:
        self._work = work
        self._read = time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self._read > _REPORTS_EVERY_S:
            self._read = time.monotonic()
            try:
                self._work.read_reports()
            except (ModemError, QueueError) as error:
                log().error("reports cannot be read", error=str(error))
        return False


def make_worker(
    configuration: Configuration, queue: Queue, name: str, stop: threading.Event
) -> WorkerLoop:
    """The worker of a name: a modem's, or ``email``. SettingsError for another."""
    if name == EMAIL and configuration.mail is not None:
        return email_worker(configuration, queue, configuration.mail, stop)
    modem = next((each for each in configuration.modems if each.name == name), None)
    if modem is None:
        known = ", ".join(configuration.workers)
        raise SettingsError(f"there is no worker {name!r}; there are: {known}")
    return fax_worker(configuration, queue, modem, stop)


def run_worker(folder: Path, name: str, *, as_json: bool = False) -> None:
    """Be one worker until SIGTERM or SIGINT: a call in progress is then ended with DCN."""
    configure_logs(as_json=as_json)
    configuration = configure(folder)
    queue = configuration.open()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    host = int(os.environ.get(HOST, os.getppid()))
    threading.Thread(target=_end_with, args=(host, stop), name="host", daemon=True).start()
    try:
        if name == SMS and configuration.sms is not None:
            work = sms_work(configuration, queue, configuration.sms)
            _sms_worker(configuration, queue, work, stop).run(_ReportReader(work))
        else:
            worker = make_worker(configuration, queue, name, stop)
            listener = _listener(configuration, queue, name, stop)
            worker.run() if listener is None else worker.run(listener)
    finally:
        queue.store.close()


def _end_with(host: int, stop: threading.Event) -> None:
    """A worker whose host was killed ends its call in good order, for the next host to go on."""
    while not stop.wait(_HOST_S):
        if os.getppid() != host:
            log().warning("the host is gone: ending")
            stop.set()


def _transcripts(configuration: Configuration) -> Callable[[int], Path]:
    folder = configuration.folder / "transcripts"
    folder.mkdir(mode=0o700, exist_ok=True)
    return lambda call_id: folder / f"call-{call_id}-{os.getpid()}.txt"


def main(arguments: list[str]) -> int:
    """One worker: the data folder, the modem's name, ``--json`` for its logs."""
    folder, name, *rest = arguments
    try:
        run_worker(Path(folder), name, as_json="--json" in rest)
    except FaxcoreError as error:
        print(f"faxcore: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
