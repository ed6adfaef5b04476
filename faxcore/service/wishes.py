"""What may be set of an account, checked and applied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from faxcore.delivery.email_message import PAGES
from faxcore.delivery.model import Account
from faxcore.delivery.operations.creating import check_text, is_mailbox
from faxcore.delivery.owning import NUMBERS, SUBADDRESSES
from faxcore.delivery.rules import Rules
from faxcore.errors import RenderError, RequestRefused, SettingsError
from faxcore.service.accounts import Role

_SUBADDRESS = re.compile(r"[0-9*#]{1,20}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is set of an account; None leaves it as it is.

    ``numbers`` are the called numbers (or modems) whose received faxes are the account's,
    ``subaddresses`` the sub-addresses, each on any line or as ``NUMBER/SUB``.

    ``budget`` is how many dials a day may be, 0 for any; ``may_name_number`` whether a message may
    name its sender's number; ``notify_email`` is told what became of messages. ``header`` is the
    line at the top of its pages, ``modem_group`` the group of modems that may call for it; "" for
    what the modem says, and for any modem. ``email_pages`` adds the pages of the fax that it would
    be to each e-mail, as PDF.
    """

    role: str | None = None
    sender_name: str | None = None
    sender_number: str | None = None
    sender_email: str | None = None
    email_domains: tuple[str, ...] | None = None
    zone: str | None = None
    may_name_number: bool | None = None
    budget: int | None = None
    notify_email: str | None = None
    header: str | None = None
    modem_group: str | None = None
    email_pages: bool | None = None
    numbers: tuple[str, ...] | None = None
    subaddresses: tuple[str, ...] | None = None


def apply(rules: Rules, account: Account, wishes: Wishes) -> None:
    """Set what is wished. SettingsError for what cannot be."""
    if wishes.sender_name is not None:
        account.sender_name = _checked_name(wishes.sender_name)
    if wishes.sender_number is not None:
        account.sender_number = _checked_number(wishes.sender_number)
    if wishes.sender_email is not None:
        account.sender_email = _checked_mailbox("sender's e-mail address", wishes.sender_email)
    if wishes.notify_email is not None:
        account.notify_email = _checked_mailbox("e-mail to be told", wishes.notify_email)
    if wishes.may_name_number is not None:
        account.may_name_number = wishes.may_name_number
    account.extra = _extra(account, wishes)
    if wishes.zone is not None:
        account.zone = _checked_zone(wishes.zone)
    if wishes.header is not None:
        account.header = _checked_header(wishes.header)
    if wishes.modem_group is not None:
        account.modem_group = _checked_group(rules, wishes.modem_group)
    if wishes.budget is not None:
        account.budget = wishes.budget or None
    if wishes.email_domains is not None:
        account.email_domains = list(wishes.email_domains)


def _extra(account: Account, wishes: Wishes) -> dict[str, object]:
    """What stands in no column of its own."""
    extra = dict(account.extra)
    if wishes.role is not None:
        extra["role"] = _checked_role(wishes.role)
    if wishes.email_pages is not None:
        extra[PAGES] = wishes.email_pages
    if wishes.numbers is not None:
        extra[NUMBERS] = list(wishes.numbers)
    if wishes.subaddresses is not None:
        extra[SUBADDRESSES] = [_checked_subaddress(each) for each in wishes.subaddresses]
    return extra


def _checked_name(name: str) -> str:
    """What can stand in the header of an e-mail and on a page."""
    try:
        check_text("sender_name", name, 256, lines=False)
    except RequestRefused as error:
        raise SettingsError(f"sender's name {name[:40]!r} {error.text}") from error
    return name


def _checked_number(number: str) -> str:
    """What can be our identity on the line (TSI)."""
    from faxcore.t30.document import Station  # noqa: PLC0415

    return Station(number).id


def _checked_mailbox(what: str, address: str) -> str:
    if address and not is_mailbox(address):
        raise SettingsError(f"{what} {address[:80]!r}: such as name@example.org is expected")
    return address


def _checked_role(role: str) -> str:
    if role not in {each.value for each in Role}:
        known = ", ".join(each.value for each in Role)
        raise SettingsError(f"role {role!r}: one of {known} is expected")
    return role


def _checked_group(rules: Rules, group: str) -> str:
    if group and group not in rules.groups:
        raise SettingsError(f"there is no group of modems {group!r}")
    return group


def _checked_subaddress(claimed: str) -> str:
    """T.30 5.3.6.2.9: at most 20 digits, * and #."""
    subaddress = claimed.rpartition("/")[2]
    if not _SUBADDRESS.fullmatch(subaddress):
        raise SettingsError(f"sub-address {claimed!r}: 1 to 20 digits, * and # are expected")
    return claimed


def _checked_header(header: str) -> str:
    from faxcore.render.tagline import HeaderLine  # noqa: PLC0415

    try:
        HeaderLine(header).check()
    except RenderError as error:
        raise SettingsError(f"header: {error}") from error
    return header


def _checked_zone(zone: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"zone {zone!r} is not known; such as Europe/Berlin") from error
    return zone
