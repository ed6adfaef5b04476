"""``faxcore account``: who may use the message service."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faxcore.cli.exits import one_sentence
from faxcore.cli.queue.opening import DATA, DataOption, JsonOption, local, now, print_json
from faxcore.cli.serve import house_of

if TYPE_CHECKING:
    from faxcore.delivery.rules import Queue
    from faxcore.service.wishes import Wishes

app = typer.Typer(
    help="Make, change, disable and list the accounts of the message service.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The account.")]
PasswordOption = Annotated[
    str | None,
    typer.Option("--password", help="Its password; - or nothing reads a line of standard input."),
]
RoleOption = Annotated[
    str | None, typer.Option("--role", help="operator, sender or reader (may only look).")
]
NumberOption = Annotated[
    str | None, typer.Option("--sender-number", help="Its fax number, for TSI and header.")
]
EmailOption = Annotated[
    str | None, typer.Option("--sender-email", help="Its e-mail address, for From.")
]
DomainOption = Annotated[
    list[str] | None, typer.Option("--email-domain", help="A domain that senderEmail may have.")
]
SenderOption = Annotated[str | None, typer.Option("--sender-name", help="Its name, for headers.")]
NamesOption = Annotated[
    bool | None,
    typer.Option(
        "--may-name-number/--own-number-only", help="Whether a message may name its own TSI."
    ),
]
BudgetOption = Annotated[
    int | None, typer.Option("--budget", min=0, help="So many dials a day; 0 for any number.")
]
NotifyOption = Annotated[
    str | None, typer.Option("--notify-email", help="Told what became of each message.")
]
HeaderOption = Annotated[
    str | None, typer.Option("--header", help='The line on its pages, as "$[FROM]||$[PAGE]".')
]
ModemsOption = Annotated[
    str | None, typer.Option("--modems", help="The group of modems that may call for it.")
]
PagesOption = Annotated[
    bool | None,
    typer.Option("--email-pages/--no-email-pages", help="E-mail carries the fax pages as PDF."),
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", help="Its time zone, such as Europe/Berlin.")
]
CalledOption = Annotated[
    list[str] | None, typer.Option("--called", help="A number whose received faxes are its own.")
]

SubaddressOption = Annotated[
    list[str] | None,
    typer.Option(
        "--subaddress",
        help="A sub-address whose received faxes are its own; NUMBER/SUB on that line alone.",
    ),
]


@contextlib.contextmanager
def opened(data: DataOption) -> Iterator[Queue]:
    """The queue of a data folder."""
    with one_sentence():
        queue = house_of(data).delivery.open()
        try:
            yield queue
        finally:
            queue.store.close()


def _password(told: str | None) -> str:
    """The password: told, typed unseen, or the first line of standard input."""
    if told not in {None, "-"}:
        return str(told)
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@app.command("add")
def add(
    name: NameArgument,
    data: DataOption = DATA,
    password: PasswordOption = None,
    role: RoleOption = "sender",
    sender_name: SenderOption = None,
    sender_number: NumberOption = None,
    may_name_number: NamesOption = None,
    sender_email: EmailOption = None,
    email_domain: DomainOption = None,
    zone: ZoneOption = None,
    budget: BudgetOption = None,
    notify_email: NotifyOption = None,
    header: HeaderOption = None,
    modems: ModemsOption = None,
    email_pages: PagesOption = None,
    called: CalledOption = None,
    subaddress: SubaddressOption = None,
) -> None:
    """Make an account."""
    told = dict(locals())
    with opened(data) as queue:
        from faxcore.service.administering import add_account  # noqa: PLC0415

        add_account(queue, name, _password(password), _wishes(told), now())
        print(f"account {name} is made")


@app.command("change")
def change(
    name: NameArgument,
    data: DataOption = DATA,
    role: RoleOption = None,
    sender_name: SenderOption = None,
    sender_number: NumberOption = None,
    may_name_number: NamesOption = None,
    sender_email: EmailOption = None,
    email_domain: DomainOption = None,
    zone: ZoneOption = None,
    budget: BudgetOption = None,
    notify_email: NotifyOption = None,
    header: HeaderOption = None,
    modems: ModemsOption = None,
    email_pages: PagesOption = None,
    called: CalledOption = None,
    subaddress: SubaddressOption = None,
) -> None:
    """Change what is set of an account; what is not named stays."""
    told = dict(locals())
    with opened(data) as queue:
        from faxcore.service.administering import change_account  # noqa: PLC0415

        change_account(queue, name, _wishes(told))


_LISTS = {"email_domain": "email_domains", "called": "numbers", "subaddress": "subaddresses"}
"""Options that may be given several times, and what they set."""


def _wishes(told: dict[str, Any]) -> Wishes:
    """What the options of a command ask for."""
    from faxcore.service.wishes import Wishes  # noqa: PLC0415

    known = {each.name for each in dataclasses.fields(Wishes)}
    wanted = {name: value for name, value in told.items() if name in known}
    wanted["modem_group"] = told["modems"]
    for option, name in _LISTS.items():
        wanted[name] = None if told[option] is None else tuple(told[option])
    return Wishes(**wanted)


@app.command("passwd")
def passwd(name: NameArgument, data: DataOption = DATA, password: PasswordOption = None) -> None:
    """Give an account another password."""
    with opened(data) as queue:
        from faxcore.service.administering import set_password  # noqa: PLC0415

        set_password(queue, name, _password(password))


@app.command("disable")
def disable(name: NameArgument, data: DataOption = DATA) -> None:
    """Shut an account out; what it has sent is delivered all the same."""
    with opened(data) as queue:
        from faxcore.service.administering import set_disabled  # noqa: PLC0415

        set_disabled(queue, name, disabled=True)


@app.command("enable")
def enable(name: NameArgument, data: DataOption = DATA) -> None:
    """Let a disabled account in again."""
    with opened(data) as queue:
        from faxcore.service.administering import set_disabled  # noqa: PLC0415

        set_disabled(queue, name, disabled=False)


@app.command("key")
def key(
    name: NameArgument,
    key_name: Annotated[str, typer.Argument(metavar="KEY", help="What the key is called.")],
    data: DataOption = DATA,
    remove: Annotated[bool, typer.Option("--remove", help="Make it worthless.")] = False,
) -> None:
    """Make a key for a program, for Authorization: Bearer. It is printed once."""
    with opened(data) as queue:
        from faxcore.service.administering import add_key, remove_key  # noqa: PLC0415

        if remove:
            remove_key(queue, name, key_name)
            return
        print(add_key(queue, name, key_name, now()))


@app.command("webhook")
def webhook(
    name: NameArgument,
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Where to tell.")] = None,
    data: DataOption = DATA,
    test: Annotated[bool, typer.Option("--test", help="Send it an event that is a test.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Tell it nothing any more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Set a webhook and print its secret, this once; without URL, list the account's."""
    with opened(data) as queue:
        from faxcore.cli.account_webhook import act  # noqa: PLC0415

        act(queue, name, url, test=test, remove=remove, as_json=as_json)


@app.command("audit")
def audit(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of one account.")] = None,
    data: DataOption = DATA,
    most: Annotated[int, typer.Option("--last", min=1, help="So many entries.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Tell who did what, when and from where, the last entry at the end."""
    with opened(data) as queue:
        from faxcore.service.administering import audit_entries  # noqa: PLC0415

        entries = audit_entries(queue, name, most)
        if as_json:
            print_json([dataclasses.asdict(each) for each in entries])
            return
        for each in entries:
            where = f" from {each.address}" if each.address else ""
            print(f"{local(each.at)}  {each.account}{where}: {each.action} {each.subject}")
            print(f"    {each.outcome}")


@app.command("list")
def list_accounts(data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """List the accounts."""
    with opened(data) as queue:
        from faxcore.service.administering import accounts  # noqa: PLC0415

        found = accounts(queue)
        if as_json:
            print_json([dataclasses.asdict(each) for each in found])
            return
        for each in found:
            marks = [each.role, *(["disabled"] if each.disabled else [])]
            marks += [f"key {name}" for name in each.keys]
            print(f"{each.name:<24} {', '.join(marks)}")
