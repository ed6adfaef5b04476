"""Every exception that faxcore raises on purpose.

    FaxcoreError
      SettingsError            settings, profiles, numbers or options that cannot be used
        NumberRefused          a number with characters that must never reach a dial string
      ContentError             the message itself cannot be faxed
        RenderError            a body or cover page that cannot be turned into pages
        AttachmentError        a file that is missing, empty, encrypted, broken or of no known type
      ModemError               local equipment: the port or the modem behind it
        PortError              the port cannot be opened, is busy or went away
        NoReply                the modem did not answer in time
        CommandRefused         the modem answered ERROR
        UnexpectedReply        the modem said something else
      ProcedureError           a bug of ours in a T.30 procedure
      QueueError               the delivery engine's own storage
      RequestRefused           what a customer asked of the queue cannot be done
      TranscriptMismatch       a replayed call left the recorded path

Once a number was dialled nothing of this reaches the caller of ``send_fax()``: what the far end
or the modem did is then a value, ``HangupStatus``, in the result.
"""

from __future__ import annotations


class FaxcoreError(Exception):
    """The root of the tree. Its text is one sentence that names the thing and the place."""


class SettingsError(FaxcoreError):
    """A setting, profile or option that cannot be used."""


class NumberRefused(SettingsError):
    """A number with characters that must never reach a dial string."""


class ContentError(FaxcoreError):
    """The message cannot be made into fax pages."""


class RenderError(ContentError):
    """A body or cover page cannot be turned into pages."""


class AttachmentError(ContentError):
    """A file that is missing, empty, encrypted, broken or of no known type."""


class ModemError(FaxcoreError):
    """Local equipment failed: the port, or the modem behind it."""


class PortError(ModemError):
    """The port cannot be opened, is held by another program, or went away."""


class NoReply(ModemError):
    """The modem did not answer in time."""


class CommandRefused(ModemError):
    """The modem answered ERROR to a command that it must know."""


class UnexpectedReply(ModemError):
    """The modem said something that does not answer the command."""


class ProcedureError(FaxcoreError):
    """A T.30 procedure asked for something impossible: a bug of ours."""


class QueueError(FaxcoreError):
    """The delivery engine's own storage failed."""


class RequestRefused(FaxcoreError):
    """What a customer asked of the queue cannot be done, and it is the customer's to change.

    ``field`` names what is wrong in the request (``recipient_phone``), "" where it is not one
    field; ``text`` says what is wrong with it.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field
        self.text = text


class TranscriptMismatch(FaxcoreError):
    """A replayed call left the recorded path."""
