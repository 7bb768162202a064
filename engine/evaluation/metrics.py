"""Figures of a picture against the truth: PSNR, SSIM, sliced Wasserstein distance, colour difference."""

from collections.abc import Iterable

import cv2
import numpy as np
from skimage.metrics import structural_similarity

PYRAMID_LEVELS = 4
PATCH = 7
PATCHES_PER_IMAGE = 128
PROJECTIONS = 128
SWD_SCALE = 100.0
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


def swd(images: Iterable[np.ndarray], truths: Iterable[np.ndarray], seed: int = 0) -> float:
    """Sliced Wasserstein distance between two sets of uint8 (H, W, 3) pictures, times `SWD_SCALE`.

    As in "Progressive Growing of GANs" (Karras et al. 2018): random 7×7 patches of the 4 levels of a
    Laplacian pyramid, each channel normalised over the set, projected on random directions; the mean
    absolute difference of the sorted projections, averaged over the levels. Both sets take their patches
    at the same places. The same seed gives the same number.
    """
    first = _patches_by_level(images, seed)
    second = _patches_by_level(truths, seed)
    generator = np.random.default_rng(seed)
    levels = [_sliced_distance(_normalised(a), _normalised(b), generator) for a, b in zip(first, second, strict=True)]
    return SWD_SCALE * float(np.mean(levels))


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
    levels = []
    current = image.astype(np.float32)
    for _ in range(PYRAMID_LEVELS - 1):
        smaller = cv2.pyrDown(current)
        levels.append(current - cv2.pyrUp(smaller, dstsize=(current.shape[1], current.shape[0])))
        current = smaller
    return [*levels, current]


def _patches_by_level(images: Iterable[np.ndarray], seed: int) -> list[np.ndarray]:
    """For each level the patches of all images, float32 (images × patches, 7, 7, 3)."""
    generator = np.random.default_rng(seed)
    levels: list[list[np.ndarray]] = [[] for _ in range(PYRAMID_LEVELS)]
    for image in images:
        for patches, level in zip(levels, laplacian_pyramid(image), strict=True):
            patches.append(_random_patches(level, generator))
    return [np.concatenate(patches) for patches in levels]


def _random_patches(level: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(0, 1))
    y = generator.integers(0, windows.shape[0], PATCHES_PER_IMAGE)
    x = generator.integers(0, windows.shape[1], PATCHES_PER_IMAGE)
    return windows[y, x].transpose(0, 2, 3, 1)


def _normalised(patches: np.ndarray) -> np.ndarray:
    """Patches as rows, each channel with mean 0 and deviation 1 over the set."""
    mean = patches.mean(axis=(0, 1, 2))
    deviation = patches.std(axis=(0, 1, 2))
    return ((patches - mean) / np.maximum(deviation, 1e-6)).reshape(len(patches), -1)


def _sliced_distance(first: np.ndarray, second: np.ndarray, generator: np.random.Generator) -> float:
    directions = generator.standard_normal((first.shape[1], PROJECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    return float(np.abs(np.sort(first @ directions, axis=0) - np.sort(second @ directions, axis=0)).mean())
