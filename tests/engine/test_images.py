"""Photos as files: what is read, what is refused, what is written."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageCms

from engine.errors import InputError
from engine.images import crop_to_aspect, open_image, read_photo, resize_labels, resize_photo, write_image


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def test_a_written_png_is_read_back_exactly(tmp_path: Path, photo: np.ndarray) -> None:
    write_image(tmp_path / "deep" / "folder" / "a.png", photo)
    assert np.array_equal(read_photo(tmp_path / "deep" / "folder" / "a.png"), photo)


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp"])
def test_lossy_formats_stay_close(tmp_path: Path, suffix: str) -> None:
    smooth = np.broadcast_to(np.linspace(0, 255, 64, dtype=np.uint8)[:, None, None], (64, 48, 3))
    write_image(tmp_path / f"a{suffix}", smooth)
    assert np.abs(read_photo(tmp_path / f"a{suffix}").astype(int) - smooth).max() <= 6


def test_metadata_travels(tmp_path: Path, photo: np.ndarray) -> None:
    text = {"warpaint": "Kleid für Zoë"}
    write_image(tmp_path / "a.png", photo, text)
    assert Image.open(tmp_path / "a.png").text["warpaint"] == text["warpaint"]
    for name in ("a.jpg", "a.webp"):
        write_image(tmp_path / name, photo, text)
        assert json.loads(Image.open(tmp_path / name).getexif()[0x010E]) == text


def test_a_large_photo_is_turned_upright(tmp_path: Path) -> None:
    photo = np.zeros((4000, 6000, 3), np.uint8)
    photo[:2000] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter: the stored top is the right side
    Image.fromarray(photo).save(tmp_path / "a.jpg", exif=exif, quality=50)
    upright = read_photo(tmp_path / "a.jpg")
    assert upright.shape == (6000, 4000, 3)
    assert upright[:, -1].min() > 200
    assert upright[:, 0].max() < 50


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    image = np.zeros((4, 4, 4), np.uint8)
    image[:, :2, 3] = 255
    Image.fromarray(image).save(tmp_path / "a.png")
    assert np.array_equal(read_photo(tmp_path / "a.png")[0, :, 0], [0, 0, 255, 255])


def test_palettes_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1]], np.uint8))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.save(tmp_path / "a.png", transparency=1)
    assert read_photo(tmp_path / "a.png").tolist() == [[[10, 20, 30], [255, 255, 255]]]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.array([[0, 128, 255]], np.uint8), [0, 128, 255]),
        (np.array([[0, 32896, 65535]], np.uint16), [0, 128, 255]),
        (np.array([[0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[np.nan, 12.4, 300.0]], np.float32), [0, 0, 1]),
        (np.array([[True, False, True]]), [255, 0, 255]),
    ],
    ids=["8 bit", "16 bit", "float", "float beyond", "1 bit"],
)
def test_one_channel_tiff(tmp_path: Path, stored: np.ndarray, expected: list[int]) -> None:
    Image.fromarray(stored).save(tmp_path / "a.tif")
    photo = read_photo(tmp_path / "a.tif")
    assert photo.shape == (1, 3, 3)
    assert np.abs(photo[0, :, 0].astype(int) - expected).max() <= 1
    assert (photo == photo[:, :, :1]).all()


def test_cmyk(tmp_path: Path) -> None:
    Image.new("CMYK", (3, 2), (255, 0, 0, 0)).save(tmp_path / "a.tif")
    assert read_photo(tmp_path / "a.tif")[0, 0].tolist() == [0, 255, 255]


def test_colours_of_another_space_become_srgb(tmp_path: Path) -> None:
    red_is_blue = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"?XYZ"), (b"bXYZ", b"rXYZ"), (b"?XYZ", b"bXYZ")):
        red_is_blue = red_is_blue.replace(old, new)
    red_is_blue = red_is_blue.replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    image = Image.new("RGB", (3, 2), (255, 0, 0))
    image.save(tmp_path / "other.png", icc_profile=red_is_blue)
    image.save(tmp_path / "broken.png", icc_profile=b"no profile")
    assert np.abs(read_photo(tmp_path / "other.png")[0, 0].astype(int) - [0, 0, 255]).max() <= 2
    assert read_photo(tmp_path / "broken.png")[0, 0].tolist() == [255, 0, 0]


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_photo(tmp_path / "a.gif")[0, 0].tolist() == [255, 0, 0]


def test_bad_files_are_named_in_one_line(tmp_path: Path, photo: np.ndarray) -> None:
    write_image(tmp_path / "good.jpg", photo)
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "good.jpg").read_bytes()[:-200])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "script.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    for name in ("missing.png", "cut.jpg", "text.png", "empty.png", "script.eps", "."):
        with pytest.raises(InputError, match=str(tmp_path)) as caught:
            read_photo(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("side", [8100, 20000])
def test_huge_pictures_are_refused_before_decoding(tmp_path: Path, side: int) -> None:
    Image.new("1", (side, side)).save(tmp_path / "bomb.png")
    with pytest.raises(InputError, match="megapixels"):
        read_photo(tmp_path / "bomb.png")


@given(st.binary(max_size=300), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"GIF89a"]))
def test_noise_is_refused_as_bad_input(tmp_path_factory: pytest.TempPathFactory, content: bytes, start: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(start + content)
    try:
        open_image(path)
    except InputError as error:
        assert str(path) in str(error)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, photo: np.ndarray) -> None:
    write_image(tmp_path / "a.png", photo)
    with pytest.raises(TypeError):
        write_image(tmp_path / "a.png", photo.astype(np.float64))
    assert np.array_equal(read_photo(tmp_path / "a.png"), photo)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_writing_where_nothing_can_be_written(tmp_path: Path, photo: np.ndarray) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file"):
        write_image(tmp_path / "file" / "a.png", photo)
    with pytest.raises(InputError, match=".png"):
        write_image(tmp_path / "a.xyz", photo)


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))), st.integers(1, 60), st.integers(1, 60))
def test_resized_labels_hold_only_labels_that_were_there(labels: np.ndarray, width: int, height: int) -> None:
    resized = resize_labels(labels, (width, height))
    assert resized.shape == (height, width)
    assert np.isin(resized, labels).all()


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, 3)))
def test_an_enlarged_label_map_keeps_each_of_its_pixels(labels: np.ndarray) -> None:
    height, width = labels.shape
    enlarged = resize_labels(labels, (5 * width, 5 * height))
    np.testing.assert_array_equal(resize_labels(enlarged, (width, height)), labels)


def test_outlines_of_an_enlarged_label_map_are_no_stairs() -> None:
    def disc(size: int) -> np.ndarray:
        y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
        return (np.hypot(x, y) < 0.4).astype(np.uint8)

    stairs = np.kron(disc(40), np.ones((8, 8), np.uint8))
    wrong = (resize_labels(disc(40), (320, 320)) != disc(320)).mean()
    assert wrong < 0.5 * (stairs != disc(320)).mean()


def test_shrinking_a_photo_averages() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(resize_photo(stripes, (8, 8)).astype(int) - 128).max() < 12


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 50), st.integers(1, 50))
def test_the_crop_is_centred_and_has_the_shape(height: int, width: int, w: int, h: int) -> None:
    crop = crop_to_aspect(np.zeros((height, width)), (w, h))
    assert crop.shape[0] in (height, max(1, round(width * h / w)))
    assert crop.shape[1] in (width, max(1, round(height * w / h)))
