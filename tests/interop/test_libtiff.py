"""libtiff's tools and Ghostscript read what we write, and we read what they write."""

import io
import shutil
import subprocess

import numpy as np
import pytest

from faxcore.t4 import (
    Coding,
    PageBitmap,
    Resolution,
    decode_octets,
    encode_page,
    line_octets,
    reverse_bits,
)
from faxcore.t4.tiff import read_tiff, write_tiff

pytestmark = pytest.mark.interop


def needs(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def pages():
    rng = np.random.default_rng(5)
    edges = np.sort(rng.integers(0, 1728, (90, 14)), axis=1)
    lines = (edges[:, :, None] <= np.arange(1728)).sum(axis=1) % 2 == 1
    text = np.repeat(lines[:30], 3, axis=0)
    text[20:50] = False
    return [
        PageBitmap.from_array(lines),
        PageBitmap.from_array(text, Resolution.COARSE),
        PageBitmap.from_array(rng.random((40, 1728)) < 0.2),
    ]


@needs("tiffcp", "tiffinfo")
@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("aligned", [False, True])
def test_libtiff_decodes_our_files(tmp_path, pages, coding, fill_order, aligned):
    ours, plain = tmp_path / "ours.tif", tmp_path / "plain.tif"
    encoded = [encode_page(page, coding) for page in pages]
    write_tiff(ours, encoded, fill_order=fill_order, aligned_eols=aligned)
    _, complaints = run("tiffcp", "-c", "none", ours, plain)
    assert complaints == ""
    assert [page.bitmap for page in read_tiff(plain)] == pages
    said, complaints = run("tiffinfo", ours)
    assert complaints == ""
    assert said.count("Page Number:") == len(pages)
    assert ("EOL padding" in said) == (aligned and coding is not Coding.MMR)


@needs("tiffcp")
@pytest.mark.parametrize(
    "options",
    ["-c g3:1d", "-c g3:2d", "-c g3:1d:fill", "-c g3:2d:fill", "-c g4", "-c none", "-r 7 -c g3:2d",
     "-r 7 -c g4", "-f lsb2msb -c g3:2d", "-f lsb2msb -c g4", "-B -c g4", "-L -c g3:1d"],
)  # fmt: skip
def test_we_decode_what_libtiff_codes(tmp_path, pages, options):
    ours, theirs = tmp_path / "ours.tif", tmp_path / "theirs.tif"
    write_tiff(ours, [encode_page(page) for page in pages])
    run("tiffcp", *options.split(), ours, theirs)
    found = list(read_tiff(theirs))
    assert [page.bitmap for page in found] == pages
    assert all(page.is_fax_page and not page.decoded.bad_rows for page in found)


@needs("fax2tiff")
@pytest.mark.parametrize(("coding", "option"), [(Coding.MH, "-1"), (Coding.MR, "-2")])
def test_fax2tiff_takes_our_line_octets(tmp_path, pages, coding, option):
    raw, made = tmp_path / "page.g3", tmp_path / "made.tif"
    raw.write_bytes(reverse_bits(line_octets(encode_page(pages[0], coding), 9600, 20)))
    run("fax2tiff", option, "-7", "-L", "-o", made, raw)
    page = next(read_tiff(made)).bitmap  # fax2tiff takes the EOLs of RTC for rows
    assert 0 <= page.height - pages[0].height <= 5
    assert np.array_equal(page.rows[: pages[0].height], pages[0].rows)


@needs("gs")
@pytest.mark.parametrize("device", ["tiffg3", "tiffg32d", "tiffg4", "tiffcrle"])
def test_we_decode_what_ghostscript_codes(tmp_path, device):
    from PIL import Image

    script, made = tmp_path / "page.ps", tmp_path / "page.tif"
    script.write_text(
        "/Helvetica findfont 30 scalefont setfont 72 500 moveto (Ghostscript) show\n"
        "100 100 300 200 rectstroke 200 150 50 0 360 arc fill showpage\n"
    )
    run("gs", "-q", "-dBATCH", "-dNOPAUSE", "-r204x98", f"-sDEVICE={device}",
        f"-sOutputFile={made}", script)  # fmt: skip
    page = next(read_tiff(made))
    assert page.decoded.bad_rows == 0
    image = np.asarray(Image.open(io.BytesIO(made.read_bytes())))
    assert np.array_equal(page.bitmap.to_array(), ~image)


@needs("efix")
@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("aligned", [False, True])
def test_efix_finds_our_rows_and_no_more(tmp_path, pages, fill_order, aligned):
    """It reads a strip up to the end of the file, whatever StripByteCounts says.

    The last row it takes only if an EOL follows, which TIFF has not.
    """
    ours = tmp_path / "ours.tif"
    write_tiff(ours, [encode_page(pages[0])], fill_order=fill_order, aligned_eols=aligned)
    done = subprocess.run(["efix", "-o", "fax", str(ours)], capture_output=True, check=True)
    found = decode_octets(done.stdout, Coding.MH, 1728)
    assert found.bitmap.height == pages[0].height
    assert np.array_equal(found.bitmap.rows[:-1], pages[0].rows[:-1])
    assert found.bad_rows == 0
