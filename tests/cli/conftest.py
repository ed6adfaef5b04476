"""The command line, run in this process: exit code, output, error stream."""

from dataclasses import dataclass

import pytest

from faxcore.cli import app


@dataclass(frozen=True)
class Run:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def faxcore(capfd):
    """Runs ``faxcore`` with arguments."""

    def run(*arguments):
        capfd.readouterr()
        try:
            app([str(each) for each in arguments], standalone_mode=True)
            code = 0
        except SystemExit as end:
            code = end.code or 0
        out, err = capfd.readouterr()
        return Run(code, out, err)

    return run


@pytest.fixture
def letter(tmp_path):
    """A text file worth sending."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader,\n\nthis is a letter.\n")
    return path
