from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from faxcore.errors import AttachmentError
from faxcore.render import Attachment
from faxcore.render.document import Limits
from faxcore.render.geometry import place
from faxcore.render.pictures import (
    banner_picture,
    first_picture,
    fitted,
    picture_sheets,
    pictures_of,
)
from faxcore.render.sniff import Kind
from faxcore.t4 import PageBitmap, Resolution, encode_page
from faxcore.t4.tiff import write_tiff
from tests.render.samples import grey_image, image_file, landscape_photo

QUARTERS = grey_image(np.kron([[0, 80], [160, 255]], np.ones((20, 30))))


def grey_of(data: bytes, kind: str) -> np.ndarray:
    (picture,) = pictures_of(Attachment(f"x.{kind.lower()}", data), kind, 1_000_000)
    return picture.grey


def test_a_jpeg_is_turned_as_its_camera_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    grey = grey_of(image_file(QUARTERS, "JPEG", exif=exif, quality=95), "JPEG")
    assert grey.shape == (60, 40)
    assert abs(int(grey[5, 35]) - 0) < 8
    assert abs(int(grey[5, 5]) - 160) < 8


def test_transparent_is_white() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (grey_of(image_file(image, "PNG"), "PNG") == 255).all()


def test_a_palette_with_a_transparent_colour_is_white_there() -> None:
    image = Image.new("P", (4, 4), 0)
    assert (grey_of(image_file(image, "PNG", transparency=0), "PNG") == 255).all()


def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    image = Image.fromarray(np.array([[0, 32768, 65535]], np.uint16))
    assert grey_of(image_file(image, "PNG"), "PNG").tolist() == [[0, 127, 255]]


def test_sixteen_bits_of_white_is_zero_are_no_negative() -> None:
    values = np.array([[0, 65535], [0, 0]], np.uint16)
    data = image_file(Image.fromarray(values), "TIFF", tiffinfo={262: 0})
    assert grey_of(data, "TIFF").tolist() == [[255, 0], [255, 255]]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (0, 65535), (-0.1, 1.0)])
def test_real_samples_are_scaled_to_what_they_go_up_to(low: float, high: float) -> None:
    values = np.array([[low, high / 2, high, np.nan]], np.float32)
    grey = grey_of(image_file(Image.fromarray(values), "TIFF"), "TIFF")
    assert grey.tolist() == [[0, 127, 255, 255]]


def test_real_samples_of_a_sharpened_picture_stay_as_dark() -> None:
    values = np.array([[0, 0.5, 1.2]], np.float32)
    assert grey_of(image_file(Image.fromarray(values), "TIFF"), "TIFF").tolist() == [[0, 127, 255]]


def test_real_samples_of_white_is_zero_are_no_negative() -> None:
    values = np.array([[0, 1, 0.5]], np.float32)
    data = image_file(Image.fromarray(values), "TIFF", tiffinfo={262: 0})
    assert grey_of(data, "TIFF").tolist() == [[255, 0, 127]]


def test_thirty_two_bits_are_scaled_and_not_cut() -> None:
    values = np.array([[0, 1 << 30, (1 << 31) - 1]], np.int32)
    assert grey_of(image_file(Image.fromarray(values), "TIFF"), "TIFF").tolist() == [[0, 127, 255]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_a_grey_tiff_that_is_turned_keeps_its_proportions(orientation: int, mode: str) -> None:
    image = Image.fromarray(np.zeros((200, 300), np.uint16)) if mode == "I;16" else QUARTERS
    image = image if mode == "I;16" else image.convert(mode).resize((300, 200))
    data = image_file(image, "TIFF", dpi=(100, 50), tiffinfo={274: orientation})
    (picture,) = pictures_of(Attachment("x.tif", data), "TIFF", 1_000_000)
    across, down = picture.size_mm
    assert across / down == pytest.approx(3 / 4 if orientation < 5 else 4 / 3, rel=0.01)


def test_an_image_says_its_size_on_paper() -> None:
    data = image_file(QUARTERS, "PNG", dpi=(60, 40))
    (picture,) = pictures_of(Attachment("x.png", data), "PNG", 1_000_000)
    assert picture.size_mm == pytest.approx((25.4, 25.4), rel=0.01)


def test_of_a_picture_for_a_banner_or_a_body_nothing_is_cut_off() -> None:
    file = Attachment("strip.png", image_file(Image.new("L", (100, 4000)), "PNG"))
    assert first_picture(file, Kind.PNG, 1_000_000).size == (100, 4000)
    banner = banner_picture(file, 1_000_000)
    assert banner.size == (100, 4000)
    assert banner.info["dpi"] == pytest.approx((96, 96))


def test_what_is_larger_than_the_page_is_shrunk_whole() -> None:
    assert fitted((20, 30)) == (20, 30)
    width, height = fitted((1000, 500))
    assert (width, height) == (194, 97)
    assert fitted((210, 297)) == (210, 297)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files_are_refused_by_name(kind: str, share: float) -> None:
    whole = image_file(landscape_photo(), kind)
    file = Attachment("scan.x", whole[: int(len(whole) * share)])
    with pytest.raises(AttachmentError, match=r"^scan\.x"):
        list(picture_sheets(file, Kind[kind], Limits(), []))


def test_bombs_are_refused() -> None:
    data = image_file(Image.new("1", (3000, 3000)), "PNG")
    with pytest.raises(AttachmentError, match=r"bomb\.png has more pixels than the 1 million"):
        list(pictures_of(Attachment("bomb.png", data), "PNG", 1_000_000))


def test_another_format_under_this_name_is_not_tried() -> None:
    with pytest.raises(AttachmentError, match=r"x\.png is a broken PNG file"):
        list(pictures_of(Attachment("x.png", image_file(QUARTERS, "GIF")), "PNG", 1_000_000))


def test_every_page_of_a_tiff_is_taken() -> None:
    pages = [landscape_photo(), QUARTERS, QUARTERS]
    data = image_file(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    sheets = list(picture_sheets(Attachment("x.tif", data), Kind.TIFF, Limits(), []))
    assert [bitmap for _, _, bitmap in sheets] == [None, None, None]


def fax_tiff(width: int = 1728) -> tuple[list[PageBitmap], bytes]:
    random = np.random.default_rng(7)
    pages = [
        PageBitmap.from_array(random.random((40, width)) < 0.3, resolution)
        for resolution in (Resolution.FINE, Resolution.COARSE)
    ]
    target = io.BytesIO()
    write_tiff(target, [encode_page(page) for page in pages])
    return pages, target.getvalue()


@pytest.mark.parametrize("width", [1728, 2048, 2432])
def test_legal_fax_pages_go_through_pixel_by_pixel(width: int) -> None:
    pages, data = fax_tiff(width)
    sheets = list(picture_sheets(Attachment("x.tif", data), Kind.TIFF, Limits(), []))
    assert [bitmap for _, _, bitmap in sheets] == pages


def test_pages_of_other_widths_are_pictures() -> None:
    _, data = fax_tiff(2040)
    sheets = list(picture_sheets(Attachment("x.tif", data), Kind.TIFF, Limits(), []))
    assert [bitmap for _, _, bitmap in sheets] == [None, None]


@pytest.mark.parametrize("dpi", [(150, 150), (600, 600), (300, 150), None])
def test_a_one_bit_tiff_of_another_resolution_keeps_its_proportions(dpi) -> None:
    image = Image.new("1", (600, 400), 1)
    data = image_file(image, "TIFF", compression="group4", **({"dpi": dpi} if dpi else {}))
    file = Attachment("drawing.tif", data)
    ((document, _, bitmap),) = picture_sheets(file, Kind.TIFF, Limits(), [])
    (picture,) = document[0].get_objects()
    left, bottom, right, top = picture.get_bounds()
    across, down = dpi or (1, 1)
    assert bitmap is None
    assert (right - left) / (top - bottom) == pytest.approx(600 / across / (400 / down), rel=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_one_bit_tiff_is_turned_as_it_says(orientation) -> None:
    image = Image.new("1", (300, 200), 1)
    image.paste(0, (0, 0, 120, 40))
    stored = io.BytesIO(
        image_file(
            image, "TIFF", compression="group4", dpi=(100, 50), tiffinfo={0x112: orientation}
        )
    )
    with Image.open(stored) as upright:
        expected = np.where(np.asarray(upright), 255, 0)
    file = Attachment("scan.tif", stored.getvalue())
    ((document, _, _),) = picture_sheets(file, Kind.TIFF, Limits(), [])
    (picture,) = document[0].get_objects()
    assert (picture.get_bitmap().to_numpy()[:, :, 0] == expected).all()
    left, bottom, right, top = picture.get_bounds()
    proportions = 300 / 100 / (200 / 50)
    assert (right - left) / (top - bottom) == pytest.approx(
        proportions if orientation < 5 else 1 / proportions, rel=0.01
    )


def test_a_landscape_scan_is_on_its_side_as_a_landscape_page_is() -> None:
    data = image_file(landscape_photo().resize((1754, 1240)), "PNG", dpi=(150, 150))
    (picture,) = pictures_of(Attachment("x.png", data), "PNG", 10_000_000)
    assert picture.page_mm == (297, 210)
    assert picture.size_mm == pytest.approx((297, 210), rel=0.01)
    assert place(*picture.page_mm).turn == 1


@pytest.mark.parametrize("size", [(800, 700), (700, 1000), (600, 200)])
def test_a_picture_that_is_hardly_smaller_upright_is_not_turned(size: tuple[int, int]) -> None:
    data = image_file(landscape_photo().resize(size), "PNG", dpi=(96, 96))
    (picture,) = pictures_of(Attachment("x.png", data), "PNG", 10_000_000)
    assert picture.page_mm == (210, 297)


@pytest.mark.parametrize("mode", ["1", "L"])
@pytest.mark.parametrize(
    ("kinds", "pages"), [((0, 1), 1), ((1, 2, 4), 1), ((2, 2), 2), ((1,), 1), ((1, 1), 2)]
)
def test_small_copies_and_masks_in_a_tiff_are_no_pages(
    mode: str, kinds: tuple[int, ...], pages: int
) -> None:
    target = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(target, new=True) as writer:
        for kind in kinds:
            tags = TiffImagePlugin.ImageFileDirectory_v2()
            tags[254] = kind
            compression = "group4" if mode == "1" else None
            Image.new(mode, (40, 60)).save(writer, "TIFF", tiffinfo=tags, compression=compression)
            writer.newFrame()
    notes: list[str] = []
    file = Attachment("scan.tif", target.getvalue())
    assert len(list(picture_sheets(file, Kind.TIFF, Limits(), notes))) == pages
    left_out = len(kinds) - pages
    assert notes == (
        [f"scan.tif: left out {left_out} that are small copies or masks of its pages"]
        if left_out
        else []
    )


def test_a_long_one_bit_tiff_goes_on_several_pages() -> None:
    data = image_file(Image.new("1", (300, 3000), 1), "TIFF", compression="group4", dpi=(50, 50))
    sheets = list(picture_sheets(Attachment("x.tif", data), Kind.TIFF, Limits(), []))
    assert len(sheets) > 5


def test_many_pages_are_too_many() -> None:
    _, data = fax_tiff()
    with pytest.raises(AttachmentError, match=r"x\.tif has more than 1 pages"):
        list(picture_sheets(Attachment("x.tif", data), Kind.TIFF, Limits(pages=1), []))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP"])
def test_other_pictures_are_read_too(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    grey = grey_of(image_file(QUARTERS, kind, **options), kind)
    assert grey.shape == (40, 60)
    assert grey[5, 5] < 8
    assert grey[35, 55] > 247


@pytest.mark.parametrize(
    ("written", "kind"), [("GIF", "GIF"), ("WEBP", "WEBP"), ("PNG", "PNG"), ("MPO", "JPEG")]
)
def test_of_a_film_the_first_picture_is_sent(written: str, kind: str) -> None:
    frames = [Image.new("L", (40, 40), shade) for shade in (0, 128, 255)]
    data = image_file(frames[0], written, save_all=True, append_images=frames[1:])
    assert (grey_of(data, kind) < 10).all()
