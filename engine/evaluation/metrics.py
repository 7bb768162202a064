"""Figures of a picture against the truth: PSNR, SSIM, sliced Wasserstein distance, colour difference."""

import cv2
import numpy as np
from skimage.metrics import structural_similarity

PYRAMID_LEVELS = 4
PATCH = 7
PATCHES = 2048
PROJECTIONS = 128
MIN_CLASS_PIXELS = 200

_MAX_PSNR = 100.0


def psnr(image: np.ndarray, truth: np.ndarray, mask: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB over the pixels of `mask`.

    `image` and `truth` are uint8 (H, W, 3), `mask` is bool (H, W). Equal pictures give 100, an empty mask NaN.
    """
    if not mask.any():
        return float("nan")
    difference = image[mask].astype(np.float64) - truth[mask]
    error = np.mean(difference**2)
    return min(_MAX_PSNR, 10 * np.log10(255**2 / error)) if error else _MAX_PSNR


def ssim(image: np.ndarray, truth: np.ndarray) -> float:
    """Structural similarity of two uint8 (H, W, 3) pictures, at least 7×7.

    scikit-image's: each RGB channel by itself and then their mean, 7×7 uniform window, data range 255.
    """
    return float(structural_similarity(image, truth, channel_axis=2, data_range=255))


def swd(image: np.ndarray, truth: np.ndarray, seed: int = 0) -> float:
    """Sliced Wasserstein distance of two uint8 (H, W, 3) pictures of one size, in grey levels of 0..255.

    After "Progressive Growing of GANs" (Karras et al. 2018), for a pair of pictures: 7×7 patches of the 4
    levels of a Laplacian pyramid, at the same up to 2,048 random places in both, projected on 128 random unit
    directions; the mean absolute difference of the sorted projections, averaged over the levels. The
    paper divides each channel by its deviation, which hides blur; here the patches keep their scale. The
    same seed gives the same number.
    """
    generator = np.random.default_rng(seed)
    distances = []
    for first, second in zip(laplacian_pyramid(image), laplacian_pyramid(truth), strict=True):
        places = _random_places(first.shape, generator)
        directions = generator.standard_normal((PATCH * PATCH * 3, PROJECTIONS)).astype(np.float32)
        directions /= np.linalg.norm(directions, axis=0)
        distances.append(sliced_distance(_patches(first, places), _patches(second, places), directions))
    return float(np.mean(distances))


def class_color_differences(
    image: np.ndarray, labels: np.ndarray, exemplar: np.ndarray, exemplar_labels: np.ndarray
) -> dict[int, float]:
    """By class id: mean absolute difference of the mean RGB colours of the class in image and exemplar (0..255).

    Photos are uint8 (H, W, 3) and label maps uint8 (H, W), each pair of its own size. Only classes with
    more than 200 pixels in both label maps count.
    """
    differences = {}
    for class_id in np.intersect1d(labels, exemplar_labels):
        here, there = labels == class_id, exemplar_labels == class_id
        if min(here.sum(), there.sum()) > MIN_CLASS_PIXELS:
            difference = image[here].mean(axis=0) - exemplar[there].mean(axis=0)
            differences[int(class_id)] = float(np.abs(difference).mean())
    return differences


def laplacian_pyramid(image: np.ndarray) -> list[np.ndarray]:
    """The 4 levels of the Laplacian pyramid of a (H, W, 3) picture, finest first, float32."""
    levels: list[np.ndarray] = []
    current: np.ndarray = image.astype(np.float32)
    for _ in range(PYRAMID_LEVELS - 1):
        smaller = cv2.pyrDown(current)
        levels.append(current - cv2.pyrUp(smaller, dstsize=(current.shape[1], current.shape[0])))
        current = smaller
    return [*levels, current]


def sliced_distance(first: np.ndarray, second: np.ndarray, directions: np.ndarray) -> float:
    """Mean 1-D Wasserstein distance of two equally large sets of vectors, projected on `directions`.

    The sets are float32 (vectors, dimensions), `directions` float32 (dimensions, projections).
    """
    return float(np.abs(np.sort(first @ directions, axis=0) - np.sort(second @ directions, axis=0)).mean())


def _random_places(shape: tuple[int, ...], generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of up to 2,048 different patches that lie inside `shape`."""
    rows, columns = shape[0] - PATCH + 1, shape[1] - PATCH + 1
    flat = generator.choice(rows * columns, min(PATCHES, rows * columns), replace=False)
    return np.divmod(flat, columns)


def _patches(level: np.ndarray, places: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """The patches of a (H, W, 3) level as rows, float32 (patches, 147)."""
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(0, 1))
    return windows[places].reshape(len(places[0]), -1)
