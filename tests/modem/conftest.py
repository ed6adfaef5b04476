"""Every dialogue is played twice: whole, and one octet at a time."""

from __future__ import annotations

import pytest


@pytest.fixture(params=[False, True], ids=["whole", "one octet at a time"])
def piecemeal(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
