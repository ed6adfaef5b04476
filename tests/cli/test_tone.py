"""``--tone`` on the commands that make pages."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ["render", "FILE", "-o", "x.tif"],
        ["send", "--to", "123", "FILE"],
        ["preview", "FILE", "--html", "x.html"],
    ],
)
def test_a_wrong_tone_is_one_sentence(faxcore, tmp_path, command):
    (tmp_path / "a.txt").write_text("words")
    words = [str(tmp_path / "a.txt") if word == "FILE" else word for word in command]
    run = faxcore(*words, "--tone", "blue")
    assert run.code == 2
    assert "tone 'blue': auto, text, photo, threshold:N" in run.err
