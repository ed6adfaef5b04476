"""The pytest plug-in, as another project uses it: in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

pytest_plugins = ["pytester"]

LINE = """
    from faxcore.modem.driver import FaxModem
    from faxcore.t30.document import Station
    from tests.documents import document

    def test_a_fax_goes_out(fax_line):
        line = fax_line("rtn-page-2")
        with FaxModem(line.port, line.modem.profile) as fax:
            result = fax.send(document(2, 100), "1", Station())
        assert result.ok
        assert len(line.received) == 2
        assert line.notes == []

    def test_lines_are_apart(fax_line):
        assert fax_line().modem is not fax_line("busy", profile="usr-courier").modem
"""

PAIR = """
    from tests.documents import bitmap, document

    def test_one_calls_the_other(modem_pair):
        pair = modem_pair("generic-class1", "generic-class1.0")
        call = pair.call(document(2, 100))
        assert call.ok
        assert call.pages == (bitmap(1, 100), bitmap(2, 100))

    def test_a_pair_that_nobody_uses_is_taken_away(modem_pair):
        modem_pair()
"""

TERMINAL = """
    import os

    def test_a_program_opens_it(sim_modem):
        there = sim_modem(pace=10)
        terminal = os.open(there.name, os.O_RDWR | os.O_NOCTTY)
        os.write(terminal, b"ATE0\\r")
        heard = b""
        while b"OK" not in heard:
            heard += os.read(terminal, 100)
        os.close(terminal)
        assert there.modem.dialled == []

    def test_several_have_names_of_their_own(sim_modem):
        assert sim_modem().name != sim_modem("busy").name
"""

HARDWARE = """
    import pytest

    @pytest.mark.hardware
    def test_calls(real_modem):
        assert (real_modem.port, real_modem.number) == ("/dev/ttyACM7", "+1 2")

    def test_asks_for_it_without_a_mark(real_modem):
        assert real_modem.port

    def test_needs_no_modem():
        pass
"""

STRICT = ("-W", "error", "--strict-markers", "-p", "no:cacheprovider", "-p", "no:hypothesispytest")


def test_fixtures_serve_another_project(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    pytester.makepyfile(test_line=LINE, test_pair=PAIR, test_terminal=TERMINAL)
    pytester.runpytest_subprocess(*STRICT).assert_outcomes(passed=6)


def test_tests_on_real_modems_are_skipped_without_one(pytester):
    pytester.makepyfile(HARDWARE)
    result = pytester.runpytest_inprocess(*STRICT, "-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*needs --modem PORT and --call NUMBER*"])


def test_tests_on_real_modems_get_the_port_and_the_number(pytester):
    pytester.makepyfile(HARDWARE)
    options = ("--modem", "/dev/ttyACM7", "--call", "+1 2")
    pytester.runpytest_inprocess(*STRICT, *options).assert_outcomes(passed=3)


def test_half_of_the_options_is_none(pytester):
    pytester.makepyfile(HARDWARE)
    result = pytester.runpytest_inprocess(*STRICT, "--modem", "/dev/ttyACM7")
    result.assert_outcomes(passed=1, skipped=2)


def test_the_options_and_fixtures_are_told_of(pytester):
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines(
        ["*--modem=PORT*", "*--call=NUMBER*"]
    )
    told = pytester.runpytest_inprocess(*STRICT, "--fixtures", "-q")
    told.stdout.fnmatch_lines(["fax_line*", "*Makes lines in virtual time*"])


def test_a_pytest_that_starts_imports_nothing_heavy():
    program = (
        "import sys, faxcore.pytest_plugin as plugin\n"
        "names = ('numpy', 'serial', 'PIL', 'rich', 'typer', 'faxcore.sim', 'faxcore.modem')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
