"""What ``faxcore account webhook`` does: setting, listing, testing and removing webhooks."""

from __future__ import annotations

import dataclasses

from faxcore.cli.exits import Exit, fail
from faxcore.cli.queue.opening import local, now, print_json
from faxcore.delivery import operations as queue_ops
from faxcore.delivery.rules import Queue
from faxcore.errors import RequestRefused


def act(
    queue: Queue, name: str, url: str | None, *, test: bool, remove: bool, as_json: bool
) -> None:
    """Do what the options say; exit code 2 for what cannot be done."""
    account = queue_ops.account_named(queue, name)
    if account is None:
        fail(f"there is no account {name!r}", Exit.UNUSABLE)
    try:
        if url is None:
            _list(queue, account.id, as_json=as_json)
        elif remove:
            queue_ops.remove_webhook(queue, account.id, _number(queue, account.id, url))
        elif test:
            queue_ops.try_webhook(queue, account.id, _number(queue, account.id, url), now())
        else:
            print(queue_ops.set_webhook(queue, account.id, url, now()).secret)
    except RequestRefused as refused:
        fail(str(refused), Exit.UNUSABLE)


def _number(queue: Queue, account_id: int, url: str) -> int:
    hooks = queue_ops.list_webhooks(queue, account_id)
    found = next((hook.id for hook in hooks if hook.url == url), None)
    if found is None:
        fail(f"the account has no webhook {url}", Exit.UNUSABLE)
    return found


def _list(queue: Queue, account_id: int, *, as_json: bool) -> None:
    hooks = queue_ops.list_webhooks(queue, account_id)
    if as_json:
        print_json([dataclasses.asdict(hook) for hook in hooks])
        return
    for hook in hooks:
        told = f"told last {local(hook.delivered)}" if hook.delivered else "never told"
        problem = f", {hook.problem}" if hook.problem else ""
        print(f"{hook.url}  {told}, {hook.waiting} waiting{problem}")
