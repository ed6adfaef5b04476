"""The fields of our files against RFC 2301 (TIFF/FX) and RFC 2306 (class F), by another reader.

The reader below knows nothing of faxcore's: it walks the file octet by octet as TIFF 6.0 section 2
tells, and holds what it finds against the tables of RFC 2301 sections 3.2 to 3.6 and 4.3.
"""

import io
import struct
from itertools import pairwise

import numpy as np
import pytest

from faxcore.t4 import Coding, PageBitmap, Resolution, decode_octets, encode_page, line_octets
from faxcore.t4.tiff import write_tiff

BYTE, ASCII, SHORT, LONG, RATIONAL = 1, 2, 3, 4, 5
SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8}
# RFC 2301 3.2.1 and 3.3: what every page has, and of which types it may be
REQUIRED = {
    256: (SHORT, LONG),  # ImageWidth
    257: (SHORT, LONG),  # ImageLength
    258: (SHORT,),  # BitsPerSample
    259: (SHORT,),  # Compression
    262: (SHORT,),  # PhotometricInterpretation
    266: (SHORT,),  # FillOrder
    273: (SHORT, LONG),  # StripOffsets
    277: (SHORT,),  # SamplesPerPixel
    278: (SHORT, LONG),  # RowsPerStrip
    279: (SHORT, LONG),  # StripByteCounts
    282: (RATIONAL,),  # XResolution
    283: (RATIONAL,),  # YResolution
    296: (SHORT,),  # ResolutionUnit
    254: (LONG,),  # NewSubfileType
    297: (SHORT,),  # PageNumber
}
OTHERS = {274: (SHORT,), 292: (LONG,), 293: (LONG,), 305: (ASCII,), 326: (SHORT, LONG)}
OTHERS |= {327: (SHORT,), 328: (SHORT, LONG)}
# RFC 2301 3.4.2 and 4.2.2, table of resolutions and widths
WIDTHS = {
    (204, 98): {1728, 2048, 2432},
    (204, 196): {1728, 2048, 2432},
    (204, 391): {1728, 2048, 2432},
    (200, 100): {1728, 2048, 2432},
    (200, 200): {1728, 2048, 2432},
    (300, 300): {2592, 3072, 3648},
    (400, 400): {3456, 4096, 4864},
    (408, 391): {3456, 4096, 4864},
}


def directories(data):
    """Each directory as tag -> (type, values), and which octets it and its data take."""
    assert data[:4] == b"II*\0", "RFC 2301 3.3: little-endian is required of profile S"
    (offset,) = struct.unpack_from("<I", data, 4)
    found = []
    while offset:
        assert offset % 2 == 0
        (count,) = struct.unpack_from("<H", data, offset)
        fields, taken = {}, [(offset, offset + 6 + 12 * count)]
        for at in range(offset + 2, offset + 2 + 12 * count, 12):
            tag, kind, number = struct.unpack_from("<HHI", data, at)
            size, place = SIZES[kind] * number, at + 8
            if size > 4:
                (place,) = struct.unpack_from("<I", data, at + 8)
                assert place % 2 == 0
                taken.append((place, place + size))
            layout = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "II"}[kind]
            values = struct.unpack_from("<" + layout * number, data, place)
            assert tag not in fields
            assert not fields or tag > max(fields), "the tags of a directory ascend"
            fields[tag] = (kind, values)
        offset_of_strip, octets = fields[273][1], fields[279][1]
        taken += [(a, a + b) for a, b in zip(offset_of_strip, octets, strict=True)]
        found.append((fields, taken))
        (offset,) = struct.unpack_from("<I", data, offset + 2 + 12 * count)
    return found


def check(data, profile):
    """Hold a file against the tables."""
    pages = directories(data)
    ranges = sorted(each for _, taken in pages for each in taken)
    assert ranges[0][0] == 8
    assert all(end <= begin for (_, end), (begin, _) in pairwise(ranges))
    assert ranges[-1][1] == len(data), "nothing follows the last strip"
    for number, (fields, _) in enumerate(pages):
        assert REQUIRED.keys() <= fields.keys() <= REQUIRED.keys() | OTHERS.keys()
        for tag, (kind, _) in fields.items():
            assert kind in (REQUIRED | OTHERS)[tag]
        value = {tag: values[0] for tag, (_, values) in fields.items()}
        assert (value[258], value[277], value[262], value[254], value[274]) == (1, 1, 0, 2, 1)
        assert value[278] == value[257]
        assert fields[297][1] == (number, len(pages))
        resolution = tuple(a // b for a, b in (fields[282][1], fields[283][1]))
        assert value[296] == 2
        assert value[256] in WIDTHS[resolution]
        if profile == "S":
            assert (value[259], value[292] & ~4, value[266], value[256]) == (3, 0, 2, 1728)
            assert resolution in {(204, 98), (204, 196)}
        else:
            assert value[259] in (3, 4)
            assert (292 in fields) == (value[259] == 3)
            assert (293 in fields) == (value[259] == 4)
            assert value.get(292, 0) & ~5 == 0
            assert value.get(293, 0) == 0
    return pages


def picture(width, resolution, height=9):
    rng = np.random.default_rng(width)
    return PageBitmap.from_array(rng.random((height, width)) < 0.1, resolution)


def written(pages, **kw):
    file = io.BytesIO()
    write_tiff(file, pages, **kw)
    return file.getvalue()


@pytest.mark.parametrize("aligned_eols", [False, True])
def test_mh_with_the_least_significant_bit_first_is_profile_s(aligned_eols):
    pages = [picture(1728, each) for each in (Resolution.FINE, Resolution.COARSE)]
    data = written(map(encode_page, pages), fill_order=2, aligned_eols=aligned_eols)
    assert len(check(data, "S")) == 2


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("fill_order", [1, 2])
def test_everything_else_is_profile_f(coding, fill_order):
    sizes = [
        (width, resolution)
        for resolution in Resolution
        for width in WIDTHS.get((resolution.x_dpi, resolution.y_dpi), ())
    ]
    assert len(sizes) == 3 * len(WIDTHS)
    data = written((encode_page(picture(*size), coding) for size in sizes), fill_order=fill_order)
    assert len(check(data, "F")) == len(sizes)


def test_the_account_of_a_received_page_has_the_fields_of_class_f():
    octets = bytearray(line_octets(encode_page(picture(1728, Resolution.FINE, 40))))
    for at in (900, 901, 1400):
        octets[at] ^= 0xFF
    decoded = decode_octets(bytes(octets), Coding.MH, 1728)
    assert decoded.bad_rows
    ((fields, _),) = check(written([decoded], coding=Coding.MMR), "F")
    assert fields[326][1] == (decoded.bad_rows,)
    assert fields[327][1] == (1,)
    assert fields[328][1] == (decoded.longest_bad_run,)
