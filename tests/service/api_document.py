"""The element lists of the API document as data: name, type, whether it must be there.

``!`` behind a name: it must appear; ``*``: it may appear any number of times.
"""

from __future__ import annotations

DOCUMENT: dict[str, tuple[str, str]] = {
    "CFCreateMessageWS": (
        "username! String, password! String, clientMessageId String, messageGroupId String, "
        "coverPage String, memo String, messageBody String, messageBodyType String, "
        "messagePriority Integer, resolution String, sendTime dateTime, senderEmail String, "
        "senderName String, senderNumber String, subject String, bannerGFX String, "
        "handlerTask String, preferredPresenceServer String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String",
    ),
    "CFAddRecipientWS": (
        "clientMessageId String, presenceUniqueIdentifier String, username! String, "
        "password! String, recipientEmail String, recipientName String, recipientPhone String, "
        "recipientType! String, recipientEmailScope String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String, "
        "recipientId Integer",
    ),
    "CFAddAttachmentWS": (
        "clientMessageId String, presenceUniqueIdentifier String, username! String, "
        "password! String, attachment_data Base64Binary, attachment_type String, "
        "attachment_name String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String",
    ),
    "CFSendMessageWS": (
        "clientMessageId String, presenceUniqueIdentifier String, username! String, "
        "password! String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String",
    ),
    "CFCancelMessageWS": (
        "clientMessageId String, presenceUniqueIdentifier String, recipientId String, "
        "username! String, password! String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String",
    ),
    "CFGetMessageStatusWS": (
        "clientMessageId String, presenceUniqueIdentifier String, username! String, "
        "password! String",
        "clientMessageId String, presenceUniqueIdentifier String, serverResponse! String, "
        "messageStatus String, pages Integer, dataTableRow* StatusRow",
    ),
    "CFListOutboundMessagesWS": (
        "username! String, password! String, groupIdFilter String, minimumSendDate dateTime, "
        "maximumSendDate dateTime, deliveryStatusFilter* String, restrictToChanged Boolean",
        "serverResponse! String, dataTableRow* OutboundRow",
    ),
}
"""Each operation's request and response."""

ROWS: dict[str, str] = {
    "StatusRow": (
        "RECIPIENT_ID Integer, DELIVERY_STATUS String, STATUS_DESCRIPTION String, "
        "RECIPIENT_EMAIL String, RECIPIENT_PHONE String, RECIPIENT_TYPE String, "
        "NUMBER_ATTEMPTS Integer, LAST_ATTEMPT dateTime, NEXT_ATTEMPT dateTime"
    ),
    "OutboundRow": (
        "PRESENCE_UNIQUE_IDENTIFIER String, CLIENT_UNIQUE_IDENTIFIER String, GROUP_ID String, "
        "MESSAGE_STATUS String, RECIPIENT_ID Integer, DELIVERY_STATUS String, "
        "RECIPIENT_EMAIL String, RECIPIENT_PHONE String, RECIPIENT_TYPE String, "
        "NUMBER_ATTEMPTS Integer, LAST_ATTEMPT dateTime, NEXT_ATTEMPT dateTime"
    ),
}
"""The children of a dataTableRow in the status and in the list."""

MESSAGE_STATUSES = "WAITING PENDING IN_PROGRESS CANCELLED PARTIAL GONE FAILED".split()
DELIVERY_STATUSES = "H W F S T R B P N".split()
RECIPIENT_TYPES = "FAX SMS EMAIL".split()
SCOPES = "TO CC BCC".split()
BODY_TYPES = "XML HTML TEXT".split()
