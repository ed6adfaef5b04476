from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from faxcore.errors import RenderError
from faxcore.render.tokens import (
    COVER_TOKENS,
    HEADER_TOKENS,
    check_tokens,
    replace_tokens,
    time_text,
    token_values,
    unknown_tokens,
)
from tests.render.samples import FIELDS


def test_every_token_has_a_value() -> None:
    assert token_values(FIELDS, 3).keys() == COVER_TOKENS.keys()
    assert HEADER_TOKENS.keys() <= COVER_TOKENS.keys() | {"PAGE"}


def test_letter_case_does_not_matter() -> None:
    assert replace_tokens("$[From] $[FROM]", str.lower) == "from from"


def test_values_are_not_scanned_again() -> None:
    assert replace_tokens("$[FROM]", lambda name: "$[TO]") == "$[TO]"


def test_unknown_token_is_named_with_place_and_line() -> None:
    with pytest.raises(RenderError, match=r"\$\[FORM\] in the cover page x\.html, line 3;.*FROM"):
        check_tokens("$[FROM]\n\n$[FORM]", COVER_TOKENS, "the cover page x.html")


@pytest.mark.parametrize(
    "token", ["$[SND FAX#]", "$[TO-FAX#]", "$[ FROM]", "$[]", "$[FROM", "$[an ending that is open"]
)
def test_what_is_nearly_a_token_is_unknown_and_not_printed_silently(token: str) -> None:
    found = list(unknown_tokens(f"<p>$[FROM]\n<td>{token}</td> $ [x] 5$ $[to]", COVER_TOKENS))
    assert found == [(token, 2)]


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "14:05 UTC"), (1, "14:05 +01:00"), (-3.5, "14:05 -03:30")]
)
def test_time_shows_its_zone(hours: float, text: str) -> None:
    zone = timezone(timedelta(hours=hours))
    assert time_text(datetime(2026, 11, 23, 14, 5, tzinfo=zone)) == text
