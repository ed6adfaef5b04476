"""The tables, split by meaning. Whoever imports this package knows them all."""

from faxcore.delivery.model.account import Account, Change, Cover
from faxcore.delivery.model.attempt import Attempt, Call, PageRow
from faxcore.delivery.model.base import Base
from faxcore.delivery.model.destination import Destination
from faxcore.delivery.model.inbound import InboundFax
from faxcore.delivery.model.message import AttachmentRow, Message, Recipient
from faxcore.delivery.model.node import Node, Worker
from faxcore.delivery.model.notification import Notification, Webhook
from faxcore.delivery.model.render_note import RenderNote
from faxcore.delivery.model.tally import Tally

__all__ = [
    "Account",
    "AttachmentRow",
    "Attempt",
    "Base",
    "Call",
    "Change",
    "Cover",
    "Destination",
    "InboundFax",
    "Message",
    "Node",
    "Notification",
    "PageRow",
    "Recipient",
    "RenderNote",
    "Tally",
    "Webhook",
    "Worker",
]
