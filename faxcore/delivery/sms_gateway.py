"""What hands short messages to the network: a GSM modem, or a message centre over SMPP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from faxcore.delivery.retry import Failure
from faxcore.delivery.sms_pdu import Fate
from faxcore.delivery.sms_text import Part


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report: the name that the network gave a part, its recipient, what became of it.

    ``number`` is "" where the name alone tells one message from all others.
    """

    reference: str
    number: str
    fate: Fate
    status: str


class NotTaken(Exception):
    """The network, or what leads to it, refused a part: for now, for good, or by our own fault."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure


class SmsGateway(Protocol):
    """One way into the network. ModemError is our own trouble, until a part has gone."""

    def prepare(self, *, reports: bool = False) -> None:
        """Make ready for sending, or for reading reports. Raises ModemError."""
        ...

    def send(self, number: str, part: Part, reference: int) -> str:
        """Hand a part over; the name that its report will bear.

        ``reference`` (0 to 255) is the same for all parts of a text. Raises NotTaken where it was
        refused, ModemError where nobody said whether it was taken, ValueError for what is no
        number.
        """
        ...

    def reports(self) -> Iterator[DeliveryReport]:
        """The reports that have come. Each is forgotten when the next is asked for."""
        ...

    def close(self) -> None:
        """End."""
        ...
