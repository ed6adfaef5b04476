"""``faxcore decode`` and ``faxcore info``: what is in a fax file."""

import json

import numpy as np
import pytest
from PIL import Image

from faxcore.t4 import Coding, encode_page, line_octets, reverse_bits
from faxcore.t4.tiff import write_tiff
from tests.documents import bitmap


@pytest.fixture
def fax_tiff(tmp_path):
    path = tmp_path / "fax.tif"
    write_tiff(path, [encode_page(bitmap(1), Coding.MH), encode_page(bitmap(2), Coding.MMR)])
    return path


def test_info_tells_the_pages(faxcore, fax_tiff):
    run = faxcore("info", fax_tiff)
    assert run.code == 0, run.err
    assert "2 pages" in run.out
    assert "1728 x 300 fine, MH" in run.out
    assert "1728 x 300 fine, MMR" in run.out
    assert "14400/9600/2400" in run.out


def test_info_for_programs(faxcore, fax_tiff):
    pages = json.loads(faxcore("info", fax_tiff, "--json").out)["pages"]
    assert [page["coding"] for page in pages] == ["MH", "MMR"]
    seconds = len(line_octets(encode_page(bitmap(1), Coding.MH), 2400, 0)) * 8 / 2400
    assert pages[0]["seconds"]["mh"]["2400"] == pytest.approx(seconds, abs=0.05)
    assert [page["bad_rows"] for page in pages] == [0, 0]


def test_info_of_no_tiff(faxcore, letter):
    run = faxcore("info", letter)
    assert run.code == 2
    assert "letter.txt" in run.err


def test_decode_makes_pictures(faxcore, fax_tiff, tmp_path):
    run = faxcore("decode", fax_tiff, tmp_path / "png")
    assert run.code == 0, run.err
    with Image.open(tmp_path / "png" / "page-002.png") as picture:
        assert picture.size == (1728, 300)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_decode_turns_a_page_as_its_file_says(faxcore, tmp_path, orientation):
    path = tmp_path / "fax.tif"
    stored = Image.new("1", (160, 60), 1)
    stored.paste(0, (0, 0, 90, 20))
    stored.save(path, compression="group4", dpi=(204, 98), tiffinfo={274: orientation})
    with Image.open(path) as picture:
        expected, sideways = np.asarray(picture), picture.height == 160
    run = faxcore("decode", path, tmp_path / "png")
    assert run.code == 0, run.err
    with Image.open(tmp_path / "png" / "page-001.png") as picture:
        squared = expected.repeat(2, axis=1 if sideways else 0)  # rows of coarse are doubled
        assert np.array_equal(np.asarray(picture), squared)
        across, down = picture.info["dpi"]
        assert (across < down) == sideways


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("lsb", [False, True])
def test_decode_of_raw_octets(faxcore, tmp_path, coding, lsb):
    octets = line_octets(encode_page(bitmap(1), coding), 9600, 0)
    path = tmp_path / "page.g3"
    path.write_bytes(reverse_bits(octets) if lsb else octets)
    flags = ["--lsb"] if lsb else []
    run = faxcore("decode", path, tmp_path / "png", "--coding", coding.value, *flags)
    assert run.code == 0, run.out
    assert "1728 x 300, 0 bad rows" in run.out


def test_decode_of_damaged_octets_tells_the_bad_rows(faxcore, tmp_path):
    octets = bytearray(line_octets(encode_page(bitmap(1), Coding.MH), 9600, 0))
    octets[900] ^= 0x55
    path = tmp_path / "page.g3"
    path.write_bytes(octets)
    run = faxcore("decode", path, tmp_path / "png", "--coding", "mh")
    assert run.code == 1
    assert "0 bad rows" not in run.out
    assert (tmp_path / "png" / "page-001.png").exists()
