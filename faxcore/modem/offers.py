"""What a modem of the classes 2 may agree to by itself in a call of ours (T.32 8.5.1)."""

from __future__ import annotations

from dataclasses import replace

from faxcore.modem.t32 import RATES, RESOLUTION_BITS, Numbers
from faxcore.profiles import ModemProfile
from faxcore.t4 import Resolution
from faxcore.t30.document import CallOptions, FaxDocument


def sendable(
    most: Numbers, profile: ModemProfile, document: FaxDocument, options: CallOptions
) -> Numbers:
    """What may be sent of ``most``, which is all that the modem can do."""
    slowest = sum(rate <= options.fastest for rate in RATES) - 1
    offer = replace(most, br=min(most.br, slowest), ec=most.ec if options.ecm else 0)
    if profile.session_before_dialling:  # what is said before DIS must suit anybody
        vr = offer.vr & RESOLUTION_BITS.get(_common_resolution(document), 0)
        offer = replace(offer, vr=vr, df=0, ec=0)
    return offer


def _common_resolution(document: FaxDocument) -> Resolution:
    """The first that every page can be had in; where there is none, the first page's."""
    held = [{form.resolution for form in page.choices} for page in document.pages]
    wanted = [form.resolution for form in document.pages[0].choices]
    return next((each for each in wanted if all(each in page for page in held)), wanted[0])
