"""faxcore.toml: what it may say, and in which words it is refused."""

from pathlib import Path

import pytest

from faxcore.delivery.configuration import SIMULATED, configure
from faxcore.delivery.model import Node
from faxcore.delivery.retry import Failure
from faxcore.delivery.states import Channel, UncertainPolicy
from faxcore.errors import SettingsError
from tests.delivery.moments import NOW

WHOLE = """
[queue]
node = "north"
nodes = ["south"]
cancel = "at-once"
batch = 3
groups = ["abroad"]
webhook_hosts = ["Hook.internal"]
expire_hours = 24

[[modem]]
name = "usb0"
port = "/dev/ttyUSB0"
class = "1"
number = "+44 20 7946 0000"
group = "city"
header = "$[FROM]||$[PAGE]"

[[modem]]
name = "usb1"
port = "/dev/ttyUSB1"

[numbers]
country = "44"
trunk = "0"
abroad = "00"
outside = "9,"
[[numbers.rule]]
deny = "118"
name = "directories"

[[hours]]
prefix = "+44"
hours = "08:00-18:30"
zone = "Europe/London"
days = "mon-fri"

[retry]
dials = 6
uncertain = "ask"
[retry.class.busy]
seconds = 60

[memory]
forget_days = 7

[aliases]
london = "north"

[smtp]
host = "mail.example.org"
envelope = "bounce-%@example.org"
bounces = "/var/mail/bounces"

[sms]
port = "/dev/ttyUSB2"
pin = "1234"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "faxcore.toml").write_text(text, encoding="utf-8")
    return folder


def test_everything_that_is_said_is_taken(tmp_path: Path) -> None:
    told = configure(write(tmp_path, WHOLE))
    assert told.workers == ("usb0", "usb1", "email", "sms")
    assert told.modems[0].modem_class == "1"
    assert (told.modems[0].group, told.modems[0].header) == ("city", "$[FROM]||$[PAGE]")
    rules = told.rules
    assert rules.groups == {"city", "abroad"}
    assert rules.webhook_hosts == {"hook.internal"}
    assert rules.channels == set(Channel)
    assert rules.nodes == {"north", "south"}
    assert rules.node("london") == "north"
    assert (rules.cancel_at_once, rules.batch, rules.expire_s) == (True, 3, 86400)
    assert (rules.retry.dials, rules.retry.uncertain) == (6, UncertainPolicy.ASK)
    assert rules.retry.rules[Failure.BUSY].delay_s == 60
    assert rules.retry.rules[Failure.LINE].delay_s == 300
    assert str(rules.numbers.rules[0]) == "deny 118 (directories)"
    assert not rules.simulated
    assert told.mail is not None
    assert (told.mail.port, told.mail.tls) == (587, "starttls")


def test_nothing_said_is_a_simulated_modem_and_defaults(tmp_path: Path) -> None:
    told = configure(tmp_path)
    assert told.modems == (SIMULATED,)
    assert told.rules.simulated
    assert told.rules.channels == {Channel.FAX}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[queue]\nnoed = 'x'", r"\[queue\] noed: is no setting; there are: .*node"),
        ("[queues]\n", r"faxcore\.toml: queues: is no setting"),
        ("[[modem]]\nname = 'a'", r"\[modem 1\] port: is missing"),
        ("[[modem]]\nname = 'a b'\nport = 'x'", r"\[modem 1\] name: 'a b'"),
        ("[[modem]]\nname = 'email'\nport = 'x'", "name: 'email'"),
        ("[[modem]]\nname='a'\nport='x'\n[[modem]]\nname='a'\nport='y'", "'a' is there twice"),
        ("[[modem]]\nname='a'\nport='x'\ngroup='a b'", r"\[modem 1\] group: 'a b'"),
        ("[[modem]]\nname='a'\nport='x'\nheader='$[X]'", r"\[modem 1\] header: .*X"),
        (
            "[[modem]]\nname='a'\nport='x'\nnumber='+44 (0)20'",
            r"\[modem 1\] number: .*'\+44 \(0\)20'",
        ),
        ("[[modem]]\nname='a'\nport='x'\nprofile='none'", r"\[modem 1\] profile: .*'none'"),
        ("[[modem]]\nname='a'\nport='x'\nclass='9'", r"\[modem 1\] class: .*'9'"),
        ("[[modem]]\nname='a'\nport='sim://?far=no'", r"\[modem 1\] port: .*'no'"),
        ("[retry]\ndials = 'many'", r"\[retry\] dials: a number is expected"),
        ("[retry]\ndials = 1.5", "whole number"),
        ("[retry]\njitter = 2", "2 is not from 0 to 1"),
        ("[retry]\nuncertain = 'maybe'", "resend, ask or accept"),
        ("[retry.class.bussy]\nseconds = 1", r"\[retry\.class\] bussy: is no setting"),
        ("[queue]\ncancel = true", "a text is expected"),
        ("[[numbers.rule]]\nname = 'x'", "either allow or deny"),
        ("[[hours]]\nhours = '8-18'", "calling hours '8-18'"),
        ("[smtp]\ntls = 'none'", r"\[smtp\] host: is missing"),
        ("[smtp]\nhost = 'h'\nbounces = '/x'", "a % must stand"),
        ("[smtp]\nhost = 'h'\nenvelope = 'b-% x@y'", r"\[smtp\] envelope: 'b-% x@y'"),
        ("[smtp]\nhost = 'h'\ndomain = 'a b'", r"\[smtp\] domain: 'a b'"),
        ("[sms]\nport = 'x'\npin = 'abcd'", "4 to 8 digits"),
        (
            "[[modem]]\nname='a'\nport='/dev/x'\n[[modem]]\nname='b'\nport='/dev/../dev/x'",
            "port: '/dev/../dev/x' is there twice",
        ),
        ("[[modem]]\nname='a'\nport='/dev/x'\n[sms]\nport='//dev/x'", "'//dev/x' is there twice"),
        ("[queue]\ndatabase = 'mysql://h/d'", r"\[queue\] database: .*not mysql"),
        ("[queue]\nabsent_node_minutes = 1e12", r"\[queue\] absent_node_minutes: 1e\+12 is not"),
        ("[queue]\nexpire_hours = inf", r"\[queue\] expire_hours: a number is expected"),
        (f"[queue]\nexpire_hours = 1{'0' * 400}", "expire_hours: is too large"),
        ("[retry]\nhours = 1e12", r"\[retry\] hours: 1e\+12 is not"),
        ("[retry]\nhours = nan", r"\[retry\] hours: a number is expected"),
        ("[retry.class.busy]\nseconds = 1e15", "seconds: 1e\\+15 is not"),
        ("[retry.class.local]\nseconds = 0", r"\[retry\.class\.local\] seconds: 0 is not from 1"),
        ("[memory]\nforget_days = 1e9", r"\[memory\] forget_days: 1e\+09 is not"),
        ("[aliases]\nlondon = 'nowhere'", r"\[aliases\] london: 'nowhere' is no delivery node"),
        ("[[numbers.rule]]\ndeny = '+44 9'", r"\[numbers\.rule 1\] deny: .*'\+44 9'"),
        ("[[hours]]\nhours = '08:00-09:00'\ndays = ','", r"\[hours 1\] .*names no day"),
        ("[[hours]]\nhours = '08:00-09:00'\nprefix = '+44 20'", r"prefix '\+44 20'"),
        ("[smtp]\nhost = 'mail..example.org'", r"\[smtp\] host: 'mail\.\.example\.org'"),
        ("[smtp]\nhost = 'mail.example.org:25'", "its port in port"),
        ("[sms]\nsmpp = 'smpp://u@h:99999'", r"\[sms\] smpp: smpp://USER@HOST:PORT"),
        ("[sms]\nsmpp = 'smpp://[::1'", r"\[sms\] smpp: smpp://USER@HOST:PORT"),
        ("[sms]\nsmpp = 'smpp://sixteen-letters-@h'", "room for 15 characters"),
        ("[smtp]\nhost = 'h'\nuser = 'ü'", "only ASCII can be used"),
        (
            "[smtp]\nhost = 'h'\nenvelope = 'b-%@x.org'\nbounces = 'imaps://u@h/R%C3%BCck'",
            "folder: only ASCII",
        ),
        ("modem = 3", "tables"),
        ("not toml", r"faxcore\.toml: Expected"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        configure(write(tmp_path, text))


def test_a_queue_that_had_a_real_modem_is_not_simulated_for_want_of_settings(
    tmp_path: Path,
) -> None:
    queue = configure(tmp_path).open()
    with queue.store.write("test") as session:
        session.add(Node(name="north", started=NOW, lease_until=NOW, seen_real=True))
    queue.store.close()
    with pytest.raises(SettingsError, match="a real one was used before"):
        configure(tmp_path).open()
    asked_for = "[[modem]]\nname='a'\nport='sim://'"
    configure(write(tmp_path, asked_for)).open().store.close()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError, match="Not a directory"):
        configure(tmp_path / "file" / "queue").open()
