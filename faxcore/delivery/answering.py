"""Answering: between calls of its own a modem listens for a ring, and takes the fax that comes.

``Listener`` is asked by the worker whenever nothing is due. It listens until something is: a ring
goes before, because a caller does not wait, and once a call is answered nothing interrupts it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from faxcore.delivery.claiming import Claimant, something_to_do
from faxcore.delivery.equipment import rests_until
from faxcore.delivery.fax_channel import Equipment
from faxcore.delivery.inbound import claim_folder, keep_fax, new_folder, recover
from faxcore.delivery.logs import log
from faxcore.delivery.owning import Line, asks_for_subaddress
from faxcore.delivery.rules import Queue
from faxcore.errors import FaxcoreError, ModemError, QueueError, SettingsError
from faxcore.receiving import ReceivedFax, receive_fax
from faxcore.t30.progress import Progress

LISTEN_S = 30.0
"""How long the modem listens before it is made ready anew."""

_LOOK_S = 0.3
_TROUBLE_S = 30.0


@dataclass(slots=True)
class Listener:
    """Listens on one modem. ``number`` is its own, and what callers have called."""

    queue: Queue
    claimant: Claimant
    equipment: Equipment
    number: str
    clock: Callable[[], datetime]
    stop: threading.Event
    rings: int = 1
    listen_s: float = LISTEN_S
    _recovered: bool = False
    _taken: tuple[ReceivedFax, Path, datetime] | None = None
    _answered: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> bool:
        """Listen for a while; False, because the worker is to go on."""
        try:
            self._keep()
            if not self._recovered:
                recover(self.queue, self._line, self.claimant.worker)
                self._recovered = True
            self._listen()
        except (ModemError, SettingsError) as error:
            log().error("the modem cannot listen", modem=self.claimant.modem, error=str(error))
            self._again()
        except (FaxcoreError, OSError) as error:  # a full disk: what is due is sent all the same
            log().error("a received fax is not stored yet", error=str(error))
            self._again()
        return False

    @property
    def _line(self) -> Line:
        return Line(self.claimant.modem, self.number)

    def _again(self) -> None:
        """After a while; what is left in the modem's folders is looked at first."""
        self._recovered = False
        self.stop.wait(_TROUBLE_S)

    def _listen(self) -> None:
        folder = new_folder(self.queue)
        claim_folder(folder, self.claimant.worker)
        cancel, over = threading.Event(), threading.Event()
        self._answered.clear()
        watcher = threading.Thread(target=self._watch, args=(cancel, over), name="due", daemon=True)
        watcher.start()
        try:
            fax = receive_fax(
                self.equipment.port,
                keep=folder,
                station_id=self.number,
                rings=self.rings,
                wait=self.listen_s,
                addressed=asks_for_subaddress(self.queue),
                profile=self.equipment.profile,
                observe=self._observe,
                cancel=cancel,
                timeout=self.equipment.timeout_s,
            )
        finally:
            over.set()
            watcher.join()
        self._taken = (fax, folder, self.clock())
        self._keep()

    def _keep(self) -> None:
        """Store what came last, if it is not stored yet: with all that is known of its call."""
        if self._taken is not None:
            fax, folder, at = self._taken
            keep_fax(self.queue, fax, folder, self._line, at)
            self._taken = None

    def _observe(self, progress: Progress) -> None:
        if progress.text == "answering" or progress.text.startswith("ring "):
            self._answered.set()

    def _is_wanted(self) -> bool:
        """Whether the modem could send now: after glare it rests, for the call that comes."""
        now = self.clock()
        rests = rests_until(self.queue, self.claimant.worker)
        if rests is not None and now < rests:
            return False
        return something_to_do(self.queue, self.claimant, now)

    def _watch(self, cancel: threading.Event, over: threading.Event) -> None:
        """End listening when something is to be sent; a call that rings is never ended for it."""
        while not over.wait(_LOOK_S):
            if self.stop.is_set():
                cancel.set()
                return
            if self._answered.is_set():
                continue
            try:
                wanted = self._is_wanted()
            except QueueError:
                continue  # a database that is busy now can be asked again
            if wanted:
                if not self._answered.is_set():
                    cancel.set()
                return
