import ctypes

import pytest

from . import spandsp


@pytest.fixture(scope="session")
def library() -> ctypes.CDLL:
    loaded = spandsp.load()
    if loaded is None:
        pytest.skip("libspandsp is not installed (Debian: libspandsp2)")
    return loaded
