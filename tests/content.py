"""Messages for tests, with a moment that does not move."""

from datetime import UTC, datetime

from faxcore.render import Content, CoverFields

MOMENT = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)


def text_content(body: str) -> Content:
    """A text message."""
    fields = CoverFields(MOMENT, sender_name="Ada", recipient_number="+44 20 7946 0000")
    return Content(fields, body=body)
