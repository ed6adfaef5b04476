"""Exit codes, and how an error becomes one sentence and one of them."""

from __future__ import annotations

import contextlib
import enum
import sys
from collections.abc import Iterator
from typing import NoReturn

from faxcore.errors import ContentError, FaxcoreError, ModemError, SettingsError


class Exit(enum.IntEnum):
    """What the caller of a command learns from it."""

    CONFIRMED = 0
    """Every page was confirmed."""
    FAILED = 1
    """The call failed."""
    UNUSABLE = 2
    """Wrong use, or input that cannot be faxed. Nothing was dialled."""
    EQUIPMENT = 3
    """Local equipment: the port, the modem or the telephone socket."""
    UNCERTAIN = 4
    """The last page sent was never answered: it may have been printed."""


def fail(text: str, code: Exit) -> NoReturn:
    """One sentence to the error stream, and out."""
    print(f"faxcore: {text}", file=sys.stderr)
    raise SystemExit(int(code))


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """Turn an error that a user can cause into its sentence and its exit code."""
    try:
        yield
    except (ContentError, SettingsError) as error:
        fail(str(error), Exit.UNUSABLE)
    except ModemError as error:
        fail(str(error), Exit.EQUIPMENT)
    except FaxcoreError as error:
        fail(str(error), Exit.FAILED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}{error.strerror or error}", Exit.UNUSABLE)
