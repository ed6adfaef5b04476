"""The words of HTML, for short messages and for readers of plain mail."""

import pytest

from faxcore.delivery.plain_text import plain_text
from faxcore.delivery.states import Body

HEAD = "<title>Clinic</title><style>p { color: red }</style><script>ask('<p>')</script>"


@pytest.mark.parametrize(
    "body",
    [
        f"<html><head>{HEAD}</head><body><p>Your result</p></body></html>",
        f"<html><head>{HEAD}<body><p>Your result",
        f"<head><meta charset=utf-8>{HEAD}<p>Your result",
        "Your <b>result</b>",
    ],
)
def test_the_words_are_found_whatever_ends_are_left_out(body: str) -> None:
    assert plain_text(body, Body.HTML) == "Your result"
