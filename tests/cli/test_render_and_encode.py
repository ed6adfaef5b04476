"""``faxcore render`` and ``faxcore encode``: the first half of the road alone."""

import numpy as np
import pytest
from PIL import Image

from faxcore.t4 import Coding, Resolution, encode_page
from faxcore.t4.tiff import read_tiff, write_tiff
from tests.documents import bitmap


def test_render_makes_fax_pages(faxcore, letter, tmp_path):
    target = tmp_path / "out.tif"
    run = faxcore("render", letter, "-o", target, "--resolution", "coarse")
    assert run.code == 0, run.err
    pages = list(read_tiff(target))
    assert [page.bitmap.resolution for page in pages] == [Resolution.COARSE]
    assert pages[0].bitmap.width == 1728
    assert pages[0].bitmap.rows.any()


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("fill_order", [1, 2])
def test_encode_keeps_every_pixel(faxcore, tmp_path, fill_order, coding):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    write_tiff(source, [encode_page(bitmap(n)) for n in (1, 2)], fill_order=fill_order)
    run = faxcore("encode", source, target, "--coding", coding.value)
    assert run.code == 0, run.err
    assert [page.bitmap for page in read_tiff(target)] == [bitmap(1), bitmap(2)]
    assert coding.name in run.out


@pytest.mark.parametrize("orientation", range(1, 9))
def test_encode_keeps_how_a_page_is_to_be_seen(faxcore, tmp_path, orientation):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    stored = Image.new("1", (1728, 60), 1)
    stored.paste(0, (0, 0, 900, 20))
    stored.save(source, compression="group3", dpi=(204, 98), tiffinfo={274: orientation})
    run = faxcore("encode", source, target, "--coding", "mmr")
    assert run.code == 0, run.err
    with Image.open(source) as before, Image.open(target) as after:
        assert np.array_equal(np.asarray(before), np.asarray(after))
    assert next(read_tiff(target)).bitmap == next(read_tiff(source)).bitmap


def test_encode_tells_the_bad_rows(faxcore, tmp_path):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    write_tiff(source, [encode_page(bitmap(1)), encode_page(bitmap(2))])
    octets = bytearray(source.read_bytes())
    octets[-1500:-700] = b"\x55" * 800
    source.write_bytes(octets)
    run = faxcore("encode", source, target)
    assert run.code == 1, run.err
    assert "page 2: " in run.out
    assert "bad rows" in run.out
    assert len(list(read_tiff(target))) == 2


def test_encode_of_a_broken_file_leaves_nothing(faxcore, tmp_path):
    source, target = tmp_path / "in.tif", tmp_path / "out.tif"
    source.write_bytes(b"II*\0\xff\xff\xff\x7f")
    run = faxcore("encode", source, target)
    assert run.code == 2
    assert "in.tif" in run.err
    assert not target.exists()


def test_render_says_what_was_left_out(faxcore, tmp_path):
    letter = tmp_path / "letter.html"
    letter.write_text('<p>Look:<img src="http://example.org/chart.png">')
    run = faxcore("render", letter, "-o", tmp_path / "out.tif")
    assert run.code == 0, run.err
    assert "note: letter.html: left out http://example.org/chart.png" in run.out


def test_render_into_a_folder_that_is_not_there(faxcore, letter, tmp_path):
    run = faxcore("render", letter, "-o", tmp_path / "no" / "out.tif")
    assert run.code == 2
    assert "out.tif" in run.err
    assert "Traceback" not in run.err
