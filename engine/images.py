"""Photos and pictures as files: read with suspicion, written in one step, resized without surprises."""

import io
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from engine.errors import InputError
from engine.files import reason, replacing

MAX_MEGAPIXELS = 64

# Only these decoders may see a file: some of Pillow's others (EPS) start programs.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
_EXIF_DESCRIPTION = 0x010E
# Outlines of an enlarged label map are smoothed by so many of its pixels; by the less where a detail would be lost.
_SMOOTH, _DETAILED = 1.0, 0.5
_QUALITY = 95


def open_image(path: Path | str, kind: str = "photo") -> Image.Image:
    """Decode the first frame of an image file, turned upright by its EXIF orientation, in its own mode.

    `kind` is what an error calls the file. Raises InputError when the file is missing, is no image of a
    known format, is damaged, or has more than `MAX_MEGAPIXELS` (found before any pixel is decoded).
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata of an otherwise good photo
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as image:
                _check_size(image, path, kind)
                image.load()
                return ImageOps.exif_transpose(image)
    except InputError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path, kind) from error
    except Image.UnidentifiedImageError as error:
        raise InputError(f"The {kind} {path} is no image that can be read; use PNG, JPEG, WebP or TIFF.") from error
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise InputError(f"Cannot read the {kind} {path} ({reason(error)}); check the path.") from error
    except Exception as error:  # decoders raise nearly anything on damaged files
        raise InputError(f"The {kind} {path} is damaged ({reason(error)}); export it again.") from error


def read_photo(path: Path | str) -> np.ndarray:
    """Read a photo as RGB uint8 (H, W, 3).

    Transparency is laid on white; grey, palette, CMYK, 16-bit and float images are converted, and so are the
    colours of another colour space than sRGB; of an animation the first frame is taken. Raises InputError as
    `open_image` does.
    """
    image = open_image(path)
    try:
        return _to_rgb(_in_srgb(image))
    except (ValueError, OSError, MemoryError) as error:
        raise InputError(f"The photo {path} has unknown colours ({reason(error)}); save it as RGB.") from error


def write_image(path: Path | str, array: np.ndarray, text: Mapping[str, str] | None = None) -> None:
    """Write uint8 (H, W) grey or (H, W, 3) RGB as PNG, JPEG or WebP (by suffix), in one step.

    `text` travels in the file: as text chunks in PNG, as JSON in the EXIF description of JPEG and WebP.
    Raises InputError for another suffix or when the file cannot be written.
    """
    path = Path(path)
    save_image(path, Image.fromarray(np.ascontiguousarray(array)), text)


def check_image_name(path: Path) -> None:
    """Raise InputError unless the name ends in a suffix that `write_image` writes."""
    _save_options(path, {})


def save_image(path: Path, image: Image.Image, text: Mapping[str, str] | None = None) -> None:
    """As `write_image`, for a Pillow image."""
    options = _save_options(path, text or {})
    with replacing(path) as temporary:
        image.save(temporary, **options)


def resize_photo(photo: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize RGB or grey uint8 to `size` (width, height), bicubic, antialiased when it shrinks."""
    return _resize(photo, size, Image.Resampling.BICUBIC)


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize class ids uint8 (H, W) to `size` (width, height).

    Enlarged, outlines are smooth, not stairs: a pixel has the class that there is most of around it. Otherwise
    each pixel is the nearest one's.
    """
    height, width = labels.shape
    if size[0] > width and size[1] > height:
        return _enlarged_labels(labels, size)
    return _resize(labels, size, Image.Resampling.NEAREST)


def crop_to_aspect(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The largest centred part of `array` (H, W, ...) with the shape of `size` (width, height); a view."""
    height, width = array.shape[:2]
    scale = min(width / size[0], height / size[1])
    crop_width = min(width, max(1, round(size[0] * scale)))
    crop_height = min(height, max(1, round(size[1] * scale)))
    left, top = (width - crop_width) // 2, (height - crop_height) // 2
    return array[top : top + crop_height, left : left + crop_width]


def _check_size(image: Image.Image, path: Path, kind: str) -> None:
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        raise _too_large(path, kind)


def _too_large(path: Path, kind: str) -> InputError:
    return InputError(f"The {kind} {path} has more than {MAX_MEGAPIXELS} megapixels; make it smaller first.")


def _in_srgb(image: Image.Image) -> Image.Image:
    """`image` in sRGB where it brings a colour profile of its own that can be used, else as it is."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    assert converted is not None  # only a conversion in place returns None
    return converted


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode == "F" or image.mode.startswith("I"):
        grey = _eight_bits(np.asarray(image))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Deep grey to uint8: floats up to 1 and integers above 255 are scaled, the rest is cut to 0..255."""
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    highest = values.max(initial=0.0)
    if highest > 65535:
        values = values * (255 / highest)
    elif highest > 255:
        values = values / 257
    elif highest <= 1:
        values = values * 255
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _resize(array: np.ndarray, size: tuple[int, int], resampling: Image.Resampling) -> np.ndarray:
    if (array.shape[1], array.shape[0]) == tuple(size):
        return array.copy()
    return np.array(Image.fromarray(np.ascontiguousarray(array)).resize(size, resampling))


def _enlarged_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    classes = np.unique(labels)
    is_detail = _of_largest_share(classes, labels.shape, lambda label: _share(labels, label, _SMOOTH)) != labels

    def enlarged_share(label: int) -> np.ndarray:
        share = np.where(is_detail, _share(labels, label, _DETAILED), _share(labels, label, _SMOOTH))
        return cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)

    return _of_largest_share(classes, size[::-1], enlarged_share)


def _of_largest_share(classes: np.ndarray, shape: tuple[int, ...], share_of: Callable[[int], np.ndarray]) -> np.ndarray:
    """The class whose share, float (H, W), is the largest at each pixel; one share at a time is held in memory."""
    largest, winner = np.zeros(shape, np.float32), np.empty(shape, np.uint8)
    for label in classes:
        share = share_of(label)
        winner[share > largest] = label
        np.maximum(largest, share, out=largest)
    return winner


def _share(labels: np.ndarray, label: int, sigma: float) -> np.ndarray:
    """How much of what is around each pixel has the class `label`."""
    return cv2.GaussianBlur((labels == label).astype(np.float32), (0, 0), sigma)


def _save_options(path: Path, text: Mapping[str, str]) -> dict:
    suffix = path.suffix.lower()
    if suffix == ".png":
        info = PngInfo()
        for key, value in text.items():
            info.add_itxt(key, value)
        return {"format": "PNG", "pnginfo": info}
    exif = Image.Exif()
    if text:
        exif[_EXIF_DESCRIPTION] = json.dumps(dict(text))
    if suffix in (".jpg", ".jpeg"):
        return {"format": "JPEG", "quality": _QUALITY, "subsampling": 0, "exif": exif}
    if suffix == ".webp":
        return {"format": "WEBP", "quality": _QUALITY, "exif": exif}
    raise InputError(f"Cannot write {path} as a picture; end its name in .png, .jpg or .webp.")
