"""How the command starts: quickly, and without what only some commands need."""

import subprocess
import sys

HEAVY = ("numpy", "PIL", "weasyprint", "reportlab", "pypdfium2", "serial", "jinja2", "rich")


def test_help_imports_nothing_heavy():
    program = (
        "import sys; from faxcore.__main__ import main\n"
        "sys.argv = ['faxcore', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "send" in done.stdout


def test_import_of_the_package_is_light():
    program = f"import sys, faxcore; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
