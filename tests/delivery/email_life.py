"""One life of an e-mail worker: ``python -m tests.delivery.email_life FOLDER PORT SECONDS``.

It hands over what is due to the server on a loopback port, SECONDS after NOW, and goes on with what
an earlier life left.
"""

import sys
from datetime import timedelta
from pathlib import Path

from faxcore.delivery.claiming import Claimant
from faxcore.delivery.email_channel import EmailWork
from faxcore.delivery.mail_server import MailServer
from faxcore.delivery.rules import Queue, Rules
from faxcore.delivery.states import Channel
from faxcore.delivery.store import open_store
from faxcore.delivery.worker import Pace, WorkerLoop, durable_runner
from tests.delivery.deliveries import Clock
from tests.delivery.moments import NOW


def live(folder: Path, port: int, seconds: float) -> None:
    """Until nothing is due any more."""
    queue = Queue(open_store(folder), Rules(channels=frozenset(Channel)))
    clock = Clock(NOW + timedelta(seconds=seconds))
    server = MailServer("127.0.0.1", port, domain="fax.example.org")
    job = EmailWork(queue, "north/email", server, clock)
    claimant = Claimant("north/email", "north", Channel.EMAIL, "email")
    pace = Pace(poll_s=0.01, beat_s=30, lease_s=60)
    loop = WorkerLoop(queue, claimant, job, clock=clock, pace=pace, runner=durable_runner)
    loop.run(lambda: True)
    queue.store.close()


if __name__ == "__main__":
    live(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
