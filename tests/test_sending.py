"""``send_fax()``: the library, as a delivery engine uses it."""

import subprocess
import sys
import textwrap
import threading

import pytest

import faxcore
from faxcore import CallOptions, PageOutcome, Phase, send_fax
from faxcore.errors import ContentError, NumberRefused, PortError, SettingsError
from faxcore.sending import prepare
from faxcore.t4.tiff import read_tiff
from tests.content import text_content


@pytest.fixture(scope="module")
def fax():
    """A message of three pages, rendered once for all tests here."""
    return prepare(text_content("one\fzwei\ftrois"))


def test_every_public_name_is_there():
    for name in faxcore.__all__:
        assert getattr(faxcore, name) is not None
    assert set(faxcore.__all__) <= set(dir(faxcore))
    with pytest.raises(AttributeError, match="nonesuch"):
        faxcore.nonesuch  # noqa: B018  (asking for it is the test)


def test_the_first_call_that_anybody_makes():
    result = send_fax("+44 20 7946 0000", "Hello, fax.")
    assert result.ok
    assert (result.pages, result.pages_confirmed, result.reason) == (1, 1, "ok")


def test_what_arrives_is_what_was_prepared(fax, tmp_path):
    result = send_fax("1", fax, port=f"sim://?keep={tmp_path}")
    assert result.ok
    arrived = [next(iter(read_tiff(path))).bitmap for path in sorted(tmp_path.glob("*.tif"))]
    from faxcore.t4 import decode_page

    assert arrived == [decode_page(page.codings[0]) for page in fax.rendered.pages]


def test_progress_goes_through_every_phase(fax):
    seen = []
    send_fax("1", fax, observe=seen.append)
    phases = list(dict.fromkeys(each.phase for each in seen))
    assert phases == [
        Phase.DIAL, Phase.NEGOTIATE, Phase.TRAIN, Phase.PAGE, Phase.CONFIRM, Phase.RELEASE,
        Phase.DONE,
    ]  # fmt: skip
    assert {each.page for each in seen if each.phase is Phase.PAGE} == {1, 2, 3}
    shares = [each.share for each in seen if each.phase is Phase.PAGE and each.page == 2]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {each.pages for each in seen} == {3}


def test_an_observer_that_fails_costs_a_note_and_not_the_fax(fax):
    def observe(progress):
        raise RuntimeError("the screen is on fire")

    result = send_fax("1", fax, observe=observe)
    assert result.ok
    assert "the screen is on fire" in result.notes[-1]


def test_cancelled_from_another_thread(fax):
    cancel, started = threading.Event(), threading.Event()

    def observe(progress):
        if progress.phase is Phase.PAGE:
            started.set()

    def canceller():
        started.wait(30)
        cancel.set()

    thread = threading.Thread(target=canceller)
    thread.start()
    result = send_fax("1", fax, port="sim://?pace=10", observe=observe, cancel=cancel)
    thread.join()
    assert result.reason == "cancelled"
    assert not result.ok


def test_cancelled_before_it_began():
    cancel = threading.Event()
    cancel.set()
    result = send_fax("1", "text", cancel=cancel)
    assert (result.reason, result.pages) == ("cancelled", 0)


def test_options_hold_the_call_back(fax):
    result = send_fax("1", fax, port="sim://?far=ecm", options=CallOptions(ecm=False, fastest=9600))
    assert result.ok
    assert not result.call.parameters.ecm
    assert result.call.parameters.rung.bits_per_second == 9600
    with pytest.raises(SettingsError, match="1200"):
        CallOptions(fastest=1200)


def test_resumes_with_a_later_page(fax):
    result = send_fax("1", fax, first_page=3)
    assert [page.number for page in result.call.pages] == [3]
    assert (result.pages, result.pages_confirmed) == (3, 1)
    with pytest.raises(SettingsError, match="first page 4"):
        send_fax("1", fax, first_page=4)


def test_the_time_limit(fax):
    assert send_fax("1", fax, timeout=15).reason == "time_limit"


def test_the_transcript_has_every_octet(fax, tmp_path):
    path = tmp_path / "call.txt"
    result = send_fax("1", fax, transcript=path, port="sim://?far=busy")
    assert result.transcript == path
    text = path.read_text()
    assert "ATDT1" in text
    assert "BUSY" in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_uncertain_is_neither_sent_nor_lost(fax):
    result = send_fax("1", fax, port="sim://?far=silent-after-eop")
    assert (result.ok, result.pages_confirmed, result.pages_uncertain) == (False, 2, 1)
    assert result.call.pages[2].outcome is PageOutcome.UNCERTAIN


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"to": "1\r2"}, NumberRefused),
        ({"to": "one"}, NumberRefused),
        ({"station_id": "Ada"}, SettingsError),
        ({"resolution": "superb"}, SettingsError),
        ({"modem_class": "3"}, SettingsError),
        ({"subaddress": "Ward 7"}, SettingsError),
        ({"password": "1" * 21}, SettingsError),
        ({"profile": "nonesuch"}, SettingsError),
        ({"port": "/dev/nonesuch"}, PortError),
        ({"content": []}, ContentError),
    ],
)
def test_what_can_be_known_before_dialling_is_raised(fax, options, error):
    arguments = {"to": "1", "content": fax} | options
    with pytest.raises(error):
        send_fax(arguments.pop("to"), arguments.pop("content"), **arguments)


@pytest.mark.parametrize("fax_class", ["1", "1.0", "2", "2.0", "2.1"])
def test_every_class_of_modem_sends(fax, fax_class):
    result = send_fax("1", fax, port=f"sim://?class={fax_class}", modem_class=fax_class)
    assert result.ok


def test_subaddress_and_password_go_to_a_far_end_that_takes_them(fax):
    result = send_fax("1", fax, port="sim://?far=addressed", subaddress="77", password="42")
    assert result.ok
    assert result.call.parameters.subaddress
    assert result.call.parameters.password


def test_works_from_a_script_without_a_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            from faxcore import send_fax
            print("begun")
            print(send_fax("1", "Hello, fax.").ok)
        """)
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["begun", "True"]
