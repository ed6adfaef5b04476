"""What a customer may ask of the queue. The message service and the command line stand on this.

Every function takes the ``Queue``, the account's id and ``now``; does its work in one transaction
that is on the disk when it returns; and raises ``RequestRefused`` (its ``field`` and ``text``) for
what the customer can change, ``QueueError`` for what is our trouble.
"""

from faxcore.delivery.operations.accounts import account_named, ensure_account, put_cover
from faxcore.delivery.operations.creating import add_attachment, add_recipient, create_message
from faxcore.delivery.operations.deleting import delete_message, forget_calls, sweep_files
from faxcore.delivery.operations.holding import hold, release
from faxcore.delivery.operations.reporting import last_change, list_rows, message_report
from faxcore.delivery.operations.resending import resend
from faxcore.delivery.operations.sending import send_message
from faxcore.delivery.operations.stopping import cancel
from faxcore.delivery.operations.values import (
    Added,
    Effect,
    ListFilter,
    ListRow,
    MessageDraft,
    MessageName,
    MessageRef,
    MessageReport,
    NoteReport,
    RecipientDraft,
    RecipientReport,
    Which,
)
from faxcore.delivery.operations.webhooks import (
    WebhookMade,
    WebhookTold,
    list_webhooks,
    remove_webhook,
    set_webhook,
    try_webhook,
)

__all__ = [
    "Added",
    "Effect",
    "ListFilter",
    "ListRow",
    "MessageDraft",
    "MessageName",
    "MessageRef",
    "MessageReport",
    "NoteReport",
    "RecipientDraft",
    "RecipientReport",
    "WebhookMade",
    "WebhookTold",
    "Which",
    "account_named",
    "add_attachment",
    "add_recipient",
    "cancel",
    "create_message",
    "delete_message",
    "ensure_account",
    "forget_calls",
    "hold",
    "last_change",
    "list_rows",
    "list_webhooks",
    "message_report",
    "put_cover",
    "release",
    "remove_webhook",
    "resend",
    "send_message",
    "set_webhook",
    "sweep_files",
    "try_webhook",
]
