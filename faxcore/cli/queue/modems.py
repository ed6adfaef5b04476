"""``faxcore queue modems``: which workers live, and which modems are left alone, and why."""

from __future__ import annotations

from faxcore.cli.queue.opening import (
    ACCOUNT,
    DATA,
    DataOption,
    JsonOption,
    local,
    now,
    opened,
    print_json,
)


def command(data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """List the workers of all hosts: alive or not, what is held against their modems."""
    with opened(data, ACCOUNT) as queue:
        from sqlalchemy import select  # noqa: PLC0415

        from faxcore.delivery.model import Worker  # noqa: PLC0415

        with queue.queue.store.read() as session:
            workers = list(session.scalars(select(Worker).order_by(Worker.name)))
        told = [
            {
                "worker": worker.name,
                "port": worker.port,
                "group": worker.modem_group or None,
                "alive": worker.lease_until > now(),
                "failures": worker.failures,
                "left_alone_until": worker.quarantined_until,
                "note": worker.note,
            }
            for worker in workers
        ]
        if as_json:
            print_json(told)
            return
        for worker in workers:
            state = "alive" if worker.lease_until > now() else "gone"
            group = f"  group {worker.modem_group}" if worker.modem_group else ""
            print(f"{worker.name:24} {state:6} {worker.port}{group}")
            if worker.quarantined_until is not None:
                until = local(worker.quarantined_until)
                print(
                    f"    left alone until {until}, failed {worker.failures} times: {worker.note}"
                )
