"""What an installation decides: channels, numbers, retries, nodes. A value, read from settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from faxcore.delivery.hours import CallingHours
from faxcore.delivery.memory import MemoryPolicy
from faxcore.delivery.numbers import NumberPolicy
from faxcore.delivery.retry import RetryPolicy
from faxcore.delivery.states import Channel
from faxcore.delivery.store import Store


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one queue.

    ``channels`` are those that are configured, ``nodes`` the names of delivery nodes (with
    ``aliases`` to them). ``cancel_at_once`` ends a call in progress at once on a cancel, else
    between pages. ``expire_s`` gives a message up so long after its release, or its sendTime.
    ``batch`` is how many faxes to one number may go in one call. ``absent_node_s`` is how long a
    message waits for a preferred node that is gone.
    ``groups`` are the names of groups of modems.
    ``webhook_hosts`` are the hosts of our own network that customers may be told at.
    ``simulated`` that no real port is used: every description then says so.
    """

    channels: frozenset[Channel] = frozenset({Channel.FAX})
    numbers: NumberPolicy = field(default_factory=NumberPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    nodes: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()
    cancel_at_once: bool = False
    expire_s: float | None = None
    batch: int = 1
    absent_node_s: float = 300.0
    hours: tuple[CallingHours, ...] = ()
    memory: MemoryPolicy = field(default_factory=MemoryPolicy)
    groups: frozenset[str] = frozenset()
    webhook_hosts: frozenset[str] = frozenset()
    simulated: bool = False

    def node(self, name: str) -> str | None:
        """The delivery node of a name or an alias; None for an unknown one."""
        name = dict(self.aliases).get(name, name)
        return name if name in self.nodes else None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: where it is kept, and the rules it is run by."""

    store: Store
    rules: Rules = field(default_factory=Rules)
