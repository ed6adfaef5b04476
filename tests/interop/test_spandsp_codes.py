"""spandsp's T.4/T.6 coder alone: it reads our codes, and we read its."""

import ctypes
import ctypes.util

import numpy as np
import pytest

from faxcore.t4 import Coding, PageBitmap, decode_octets, encode_page, line_octets, reverse_bits
from faxcore.t4.tiff import read_tiff, write_tiff

NAME = ctypes.util.find_library("spandsp")
pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(NAME is None, reason="libspandsp is not installed"),
]
ENCODINGS = {Coding.MH: 1, Coding.MR: 2, Coding.MMR: 3}  # T4_COMPRESSION_ITU_T4_1D, ..._2D, ..._T6
CHUNK = 4096


def library():
    loaded = ctypes.CDLL(NAME)
    for function in ("t4_rx_init", "t4_tx_init"):
        getattr(loaded, function).restype = ctypes.c_void_p
    return loaded


def page(width):
    rng = np.random.default_rng(width)
    edges = np.sort(rng.integers(0, width, (60, 12)), axis=1)
    rows = (edges[:, :, None] <= np.arange(width)).sum(axis=1) % 2 == 1
    rows[10:20] = False
    rows[20:24] = rows[24]
    rows[30:34] = rng.random((4, width)) < 0.4
    return PageBitmap.from_array(rows)


WIDTHS = pytest.mark.parametrize("width", [1728, 2048, 2432])


@WIDTHS
@pytest.mark.parametrize("coding", Coding)
def test_spandsp_reads_our_codes(tmp_path, coding, width):
    spandsp, sent, target = library(), page(width), tmp_path / "out.tif"
    octets = reverse_bits(line_octets(encode_page(sent, coding), 9600, 0))
    rx = ctypes.c_void_p(spandsp.t4_rx_init(None, str(target).encode(), ENCODINGS[Coding.MH]))
    spandsp.t4_rx_set_rx_encoding(rx, ENCODINGS[coding])
    spandsp.t4_rx_set_image_width(rx, width)
    spandsp.t4_rx_set_x_resolution(rx, 8031)
    spandsp.t4_rx_set_y_resolution(rx, 7700)
    assert spandsp.t4_rx_start_page(rx) == 0
    spandsp.t4_rx_put_chunk(rx, octets, len(octets))
    assert spandsp.t4_rx_end_page(rx) == 0
    spandsp.t4_rx_free(rx)
    [received] = read_tiff(target)
    assert received.bitmap == sent


@WIDTHS
@pytest.mark.parametrize("coding", Coding)
def test_we_read_the_codes_of_spandsp(tmp_path, coding, width):
    spandsp, sent, source = library(), page(width), tmp_path / "in.tif"
    write_tiff(source, [encode_page(sent, Coding.MMR)])
    tx = ctypes.c_void_p(spandsp.t4_tx_init(None, str(source).encode(), -1, -1))
    assert tx.value
    spandsp.t4_tx_set_tx_encoding(tx, ENCODINGS[coding])
    assert spandsp.t4_tx_start_page(tx) == 0
    octets, buffer = b"", ctypes.create_string_buffer(CHUNK)
    while count := spandsp.t4_tx_get_chunk(tx, buffer, CHUNK):
        octets += buffer.raw[:count]
    spandsp.t4_tx_free(tx)
    decoded = decode_octets(reverse_bits(octets), coding, width)
    assert decoded.bad_rows == 0
    assert decoded.bitmap == sent
