from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faxcore.render.png import write_png
from faxcore.t4 import PageBitmap, Resolution


@pytest.mark.parametrize(
    ("resolution", "square", "size"),
    [
        (Resolution.COARSE, True, (1728, 20)),
        (Resolution.COARSE, False, (1728, 10)),
        (Resolution.FINE, True, (1728, 10)),
        (Resolution.SUPERFINE, True, (3456, 10)),
    ],
)
def test_a_page_is_shown_as_it_is_on_paper(
    tmp_path: Path, resolution: Resolution, square: bool, size: tuple[int, int]
) -> None:
    black = np.zeros((10, 1728), bool)
    black[3, 5] = True
    path = tmp_path / "page.png"
    write_png(path, PageBitmap.from_array(black, resolution), square=square)
    with Image.open(path) as image:
        assert (image.mode, image.size) == ("1", size)
        assert np.count_nonzero(~np.asarray(image)) == size[0] * size[1] // 17280
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.png"]
