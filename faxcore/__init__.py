"""The fax stack for Python: render a message, drive a fax modem, know what arrived.

    from faxcore import send_fax

    result = send_fax("+44 20 7946 0000", "Hello, fax.", port="/dev/ttyACM0")

These are the public names. They are imported when first used: ``import faxcore`` is light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faxcore.errors import FaxcoreError as FaxcoreError
    from faxcore.receiving import ReceivedFax as ReceivedFax
    from faxcore.receiving import receive_fax as receive_fax
    from faxcore.render import Attachment as Attachment
    from faxcore.render import BodyType as BodyType
    from faxcore.render import Content as Content
    from faxcore.render import CoverFields as CoverFields
    from faxcore.render.preview import preview as preview
    from faxcore.sending import FaxResult as FaxResult
    from faxcore.sending import PreparedFax as PreparedFax
    from faxcore.sending import prepare as prepare
    from faxcore.sending import send_fax as send_fax
    from faxcore.t4 import Resolution as Resolution
    from faxcore.t30.document import CallOptions as CallOptions
    from faxcore.t30.progress import Phase as Phase
    from faxcore.t30.progress import Progress as Progress
    from faxcore.t30.result import CallResult as CallResult
    from faxcore.t30.result import HangupStatus as HangupStatus
    from faxcore.t30.result import PageOutcome as PageOutcome
    from faxcore.t30.result import PageReport as PageReport

__version__ = "0.1.0"

_HOMES = {
    "FaxcoreError": "faxcore.errors",
    "Attachment": "faxcore.render",
    "BodyType": "faxcore.render",
    "Content": "faxcore.render",
    "CoverFields": "faxcore.render",
    "preview": "faxcore.render.preview",
    "ReceivedFax": "faxcore.receiving",
    "receive_fax": "faxcore.receiving",
    "FaxResult": "faxcore.sending",
    "PreparedFax": "faxcore.sending",
    "prepare": "faxcore.sending",
    "send_fax": "faxcore.sending",
    "Resolution": "faxcore.t4",
    "CallOptions": "faxcore.t30.document",
    "Phase": "faxcore.t30.progress",
    "Progress": "faxcore.t30.progress",
    "CallResult": "faxcore.t30.result",
    "HangupStatus": "faxcore.t30.result",
    "PageOutcome": "faxcore.t30.result",
    "PageReport": "faxcore.t30.result",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name from its home when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'faxcore' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted({*globals(), *_HOMES})
