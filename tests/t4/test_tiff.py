"""TIFF fax files: what we write, what we read, and what strangers send."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from faxcore.errors import AttachmentError, ContentError
from faxcore.t4 import (
    Coding,
    PageBitmap,
    Resolution,
    decode_octets,
    encode_page,
    line_octets,
)
from faxcore.t4.tiff import is_fax_tiff, read_tiff, tiff_entries, write_tiff

RNG = np.random.default_rng(11)
PAGES = [
    PageBitmap.from_array(RNG.random((20 + n, 1728)) < density, resolution)
    for n, (density, resolution) in enumerate(
        [(0.02, Resolution.FINE), (0.3, Resolution.COARSE), (0.0, Resolution.SUPERFINE)]
    )
]


EOL_ENDINGS = [bytes([high << 4, 1]) for high in range(16)]  # eleven 0s and the 1


def written(pages=PAGES, coding=Coding.MH, **kw):
    file = io.BytesIO()
    write_tiff(file, (encode_page(page, coding) for page in pages), **kw)
    return file.getvalue()


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("aligned_eols", [False, True])
def test_comes_back_as_it_was(coding, fill_order, aligned_eols):
    data = written(coding=coding, fill_order=fill_order, aligned_eols=aligned_eols)
    pages = list(read_tiff(data))
    assert [page.bitmap for page in pages] == PAGES
    assert all(page.is_fax_page and not page.decoded.bad_rows for page in pages)
    assert [page.entry.resolution for page in pages] == [page.resolution for page in PAGES]
    assert is_fax_tiff(data)


@pytest.mark.parametrize("coding", Coding)
@pytest.mark.parametrize("aligned_eols", [False, True])
def test_pillow_reads_it(coding, aligned_eols):
    image = Image.open(io.BytesIO(written(coding=coding, aligned_eols=aligned_eols)))
    assert image.n_frames == len(PAGES)
    for number, page in enumerate(PAGES):
        image.seek(number)
        assert np.array_equal(~np.asarray(image), page.to_array())
        assert image.tag_v2[254] == 2
        assert image.tag_v2[297] == (number, len(PAGES))
        assert image.info["dpi"] == (page.resolution.x_dpi, page.resolution.y_dpi)


def test_aligned_eols_end_on_octets():
    entry = next(tiff_entries(written(aligned_eols=True)))
    offset, count = entry.strips[0]
    strip = written(aligned_eols=True)[offset : offset + count]
    ends = [at + 2 for at in range(count) if strip[at : at + 2] in EOL_ENDINGS]
    assert len(ends) >= PAGES[0].height


def test_the_account_of_a_received_page_is_written():
    octets = bytearray(line_octets(encode_page(PAGES[0])))
    for at in (100, 200, 201, 300):
        octets[at] ^= 0xFF
    received = decode_octets(bytes(octets), Coding.MH, 1728)
    assert received.bad_rows > 0
    file = io.BytesIO()
    write_tiff(file, [received])
    tags = Image.open(file).tag_v2
    assert tags[326] == received.bad_rows
    assert tags[327] == 1
    assert tags[328] == received.longest_bad_run
    assert next(tiff_entries(file.getvalue())).bad_fax_lines == received.bad_rows


def test_a_file_is_private_and_appears_whole(tmp_path):
    target = tmp_path / "page.tif"
    assert write_tiff(target, [encode_page(PAGES[0])]) == 1
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["page.tif"]


def test_nothing_is_left_of_a_file_that_failed(tmp_path):
    def pages():
        yield encode_page(PAGES[0])
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_tiff(tmp_path / "page.tif", pages())
    with pytest.raises(ContentError, match="at least one page"):
        write_tiff(tmp_path / "page.tif", [])
    with pytest.raises(ContentError, match="cannot be written"):
        write_tiff(tmp_path / "none" / "page.tif", [encode_page(PAGES[0])])
    assert list(tmp_path.iterdir()) == []


def test_no_part_of_an_earlier_writer_stands_in_the_way(tmp_path):
    target = tmp_path / "page.tif"
    write_tiff(target, [encode_page(PAGES[0])])
    write_tiff(target, [encode_page(PAGES[1])])
    assert next(read_tiff(target)).bitmap == PAGES[1]


def handmade(strips, *, order="<", tags=None, height=None):
    """A one-page TIFF by hand: strips, and tags as number: (type, values)."""
    data = b"".join(strips)
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip)
    at += at % 2
    entries = {
        256: (3, [1728]),
        257: (3, [height or 1]),
        258: (3, [1]),
        259: (3, [3]),
        262: (3, [0]),
        273: (4, offsets),
        277: (3, [1]),
        279: (4, [len(strip) for strip in strips]),
        282: (5, [204, 1]),
        283: (5, [196, 1]),
    } | (tags or {})
    entries = {tag: value for tag, value in entries.items() if value}
    behind, fields, values = at + 6 + 12 * len(entries), b"", b""
    for tag, (kind, numbers) in sorted(entries.items()):
        letter = {3: "H", 4: "I", 5: "I"}[kind]
        packed = struct.pack(f"{order}{len(numbers)}{letter}", *numbers)
        count = len(numbers) // 2 if kind == 5 else len(numbers)
        if len(packed) > 4:
            place = struct.pack(order + "I", behind + len(values))
            values += packed + b"\0" * (len(packed) % 2)
        else:
            place = packed.ljust(4, b"\0")
        fields += struct.pack(order + "HHI", tag, kind, count) + place
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at)
    body = (head + data).ljust(at, b"\0")
    return body + struct.pack(order + "H", len(entries)) + fields + bytes(4) + values


def strips_of(page, rows, coding=Coding.MH):
    parts = [
        PageBitmap(page.rows[top : top + rows], page.width) for top in range(0, page.height, rows)
    ]
    return [encode_page(part, coding).data for part in parts]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("coding", [Coding.MH, Coding.MR, Coding.MMR])
def test_many_strips_in_both_byte_orders(order, coding):
    page = PAGES[0]
    tags = {278: (3, [7]), 259: (3, [4 if coding is Coding.MMR else 3])}
    tags[292] = (4, [1 if coding is Coding.MR else 0])
    data = handmade(strips_of(page, 7, coding), order=order, tags=tags, height=page.height)
    assert next(read_tiff(data)).bitmap == page


def test_uncompressed_and_inverted():
    page = PAGES[0]
    strip = (~page.rows).tobytes()
    data = handmade([strip], tags={259: (3, [1]), 262: (3, [1])}, height=page.height)
    assert next(read_tiff(data)).bitmap == page


@pytest.mark.parametrize(
    ("tags", "expected", "known"),
    [
        ({}, Resolution.FINE, True),
        ({282: (5, [203, 1]), 283: (5, [98, 1])}, Resolution.COARSE, True),
        ({282: (5, [80, 1]), 283: (5, [77, 1]), 296: (3, [3])}, Resolution.FINE, True),
        (
            {282: (5, [8000, 100]), 283: (5, [15400, 100]), 296: (3, [3])},
            Resolution.SUPERFINE,
            True,
        ),
        ({282: (5, [200, 1]), 283: (5, [200, 1])}, Resolution.R200X200, True),
        ({282: (5, [300, 1]), 283: (5, [300, 1])}, Resolution.R300X300, True),
        ({282: (5, [72, 1]), 283: (5, [72, 1])}, Resolution.COARSE, False),
        ({282: (5, [204, 0]), 283: (5, [0, 0])}, Resolution.COARSE, False),
        ({282: None, 283: None}, Resolution.COARSE, False),
    ],
)
def test_the_resolution_by_rule(tags, expected, known):
    entry = next(tiff_entries(handmade([b"\0"], tags=tags)))
    assert (entry.resolution, entry.resolution_known) == (expected, known)
    assert entry.is_fax_page == (known and expected is not Resolution.R300X300)


def test_rows_that_a_strip_lacks_are_bad():
    page = PAGES[0]
    strip = encode_page(PageBitmap(page.rows[:8], 1728)).data
    found = next(read_tiff(handmade([strip], height=20)))
    assert found.bitmap.height == 20
    assert found.decoded.bad_row_indices == tuple(range(8, 20))


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({259: (3, [5])}, "compression 5"),
        ({259: (3, [7])}, "compression 7"),
        ({258: (3, [8])}, "8 bits a pixel"),
        ({262: (3, [2]), 277: (3, [3]), 258: (3, [8, 8, 8])}, "8 bits a pixel"),
        ({273: (4, [99999])}, "reaches beyond"),
        ({279: (4, [99999])}, "reaches beyond"),
        ({256: (4, [1 << 31])}, "no page"),
        ({257: (4, [1 << 31])}, "no page"),
        ({256: None}, "no page"),
        ({273: None}, "0 strip offsets"),
    ],
)
def test_what_is_no_fax_page_says_why(tags, why):
    data = handmade([b"\0\x10"], tags=tags)
    with pytest.raises(AttachmentError, match=f"page 1: .*{why}"):
        list(read_tiff(data))


def test_pictures_of_other_kinds_are_told_apart(tmp_path):
    for number, kwargs in enumerate(({"compression": "tiff_lzw"}, {"compression": "tiff_jpeg"})):
        path = tmp_path / f"{number}.tif"
        Image.new("L", (100, 100), 99).save(path, **kwargs)
        assert not is_fax_tiff(path)
        assert "page 1" not in next(tiff_entries(path)).obstacle


def test_a_loop_of_directories_is_found():
    data = bytearray(written([PAGES[2]]))
    (count,) = struct.unpack_from("<H", data, 8)
    struct.pack_into("<I", data, 8 + 2 + 12 * count, 8)
    with pytest.raises(AttachmentError, match="a loop"):
        list(read_tiff(bytes(data)))


def one_region(strips, octets, pages=1):
    """Pages of so many strips, all of them the same octets, each for a row of its own."""
    data = bytearray(b"II*\0" + bytes(4) + octets)
    places = []
    for value in (8, len(octets)):
        places.append(len(data))
        data += struct.pack("<I", value) * strips
    link = 4
    for _ in range(pages):
        struct.pack_into("<I", data, link, len(data))
        fields = [(256, 1, 1728), (257, 1, strips), (259, 1, 4), (273, strips, places[0])]
        fields += [(278, 1, 1), (279, strips, places[1])]
        data += struct.pack("<H", len(fields))
        data += b"".join(struct.pack("<HHII", tag, 4, *rest) for tag, *rest in fields)
        link = len(data)
        data += bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    ("strips", "octets", "pages"), [(60_000, b"\x55" * 3000, 1), (60_000, b"", 500)]
)
def test_strips_over_each_other_are_refused_before_they_are_decoded(strips, octets, pages):
    data = one_region(strips, octets, pages)
    with pytest.raises(AttachmentError, match=r"TIFF data: with .* they lie over each other"):
        list(tiff_entries(data))


def test_a_blank_strip_may_be_stored_once():
    blank = encode_page(PageBitmap.from_array(np.zeros((1, 1728))), Coding.MMR).data
    (page,) = read_tiff(one_region(2000, blank))
    assert not page.decoded.bad_rows
    assert page.bitmap.height == 2000


def test_a_strip_that_takes_four_octets_is_no_burden():
    page = PageBitmap.from_array(np.zeros((9000, 8)))
    tags = {256: (3, [8]), 259: (3, [1]), 278: (3, [1])}
    data = handmade([b"\0"] * 9000, tags=tags | {273: (3, [8] * 9000), 279: (3, [1] * 9000)})
    assert next(tiff_entries(data)).octets == page.height


@pytest.mark.parametrize(("stated", "taken"), [(0, 1), (3, 3), (9, 1), (1 << 20, 1)])
def test_an_orientation_that_is_none_is_none(stated, taken):
    (entry,) = tiff_entries(handmade([b"\0"], tags={274: (4, [stated])}))
    assert entry.orientation == taken


def test_of_a_tag_that_comes_again_the_first_counts():
    def field(tag, value, count=1):
        return struct.pack("<HHII", tag, 4, count, value)

    lists = field(273, 4 << 10, 1 << 16)  # beyond the end, were it followed
    fields = [field(256, 1728), field(256, 99), field(257, 5), field(273, 8), lists, field(279, 1)]
    data = struct.pack("<2sHIH", b"II", 42, 8, len(fields)) + b"".join(fields) + bytes(4)
    (entry,) = tiff_entries(data)
    assert (entry.width, entry.height, entry.strips) == (1728, 5, ((8, 1),))


def test_more_pages_than_allowed():
    with pytest.raises(AttachmentError, match="more than 2 pages"):
        list(read_tiff(written(), max_pages=2))


@pytest.mark.parametrize(
    "data",
    [b"", b"II", b"II*\0", b"II*\0\xff\xff\xff\xff", b"GIF89a" * 3, b"II+\0\x08\0\0\0" + bytes(8)],
)
def test_what_is_no_tiff(data):
    with pytest.raises(AttachmentError, match="TIFF data: "):
        list(read_tiff(data))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AttachmentError, match=r"nothing\.tif: cannot be read"):
        list(read_tiff(tmp_path / "nothing.tif"))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_raise_nothing_else(data):
    octets = bytearray(written(PAGES[:1] + PAGES[2:], coding=data.draw(st.sampled_from(Coding))))
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(0, min(len(octets) - 1, 400)))] = data.draw(
            st.integers(0, 255)
        )
    octets = octets[: data.draw(st.integers(0, len(octets)))]
    try:
        for page in read_tiff(bytes(octets)):
            assert page.bitmap.height == page.entry.height
    except AttachmentError:
        pass


def test_a_thousand_pages_in_the_memory_of_one(tmp_path):
    import tracemalloc

    target = tmp_path / "many.tif"
    encoded = encode_page(PAGES[0])
    next(read_tiff(written()))  # builds the tables
    tracemalloc.start()
    write_tiff(target, (encoded for _ in range(1000)))
    entries = sum(1 for _ in tiff_entries(target))
    pages = sum(page.bitmap.height for page, _ in zip(read_tiff(target), range(50), strict=False))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert entries == 1000
    assert pages == 50 * PAGES[0].height
    assert peak < 2_500_000
