"""The metrics against slow and plain references."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter
from scipy.stats import wasserstein_distance

from engine.evaluation.metrics import class_color_differences, laplacian_pyramid, psnr, sliced_distance, ssim, swd
from tests.engine.factories import make_person


def noisy(photo: np.ndarray, deviation: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, deviation, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


@given(st.integers(0, 1000))
def test_psnr_is_its_definition_over_the_mask(seed: int) -> None:
    random = np.random.default_rng(seed)
    image, truth = random.integers(0, 256, (2, 5, 6, 3), dtype=np.uint8)
    mask = random.random((5, 6)) < 0.5
    mask[0, 0] = True
    squares = [
        (float(image[y, x, c]) - float(truth[y, x, c])) ** 2
        for y in range(5)
        for x in range(6)
        for c in range(3)
        if mask[y, x]
    ]
    assert psnr(image, truth, mask) == pytest.approx(10 * np.log10(255**2 / (sum(squares) / len(squares))))


def test_psnr_at_its_ends() -> None:
    photo, labels = make_person(0)
    assert psnr(photo, photo, labels > 0) == 100
    assert np.isnan(psnr(photo, photo, labels > 99))
    assert psnr(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8), np.ones((2, 2), bool)) == 0


def test_ssim_is_its_definition() -> None:
    truth, _ = make_person(1)
    image = noisy(truth, 20)
    channels = []
    for a, b in zip(image.transpose(2, 0, 1).astype(float), truth.transpose(2, 0, 1).astype(float), strict=True):
        mean_a, mean_b = uniform_filter(a, 7), uniform_filter(b, 7)
        unbiased = 49 / 48
        var_a = unbiased * (uniform_filter(a * a, 7) - mean_a**2)
        var_b = unbiased * (uniform_filter(b * b, 7) - mean_b**2)
        covariance = unbiased * (uniform_filter(a * b, 7) - mean_a * mean_b)
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        similarity = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
        similarity /= (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
        channels.append(similarity[3:-3, 3:-3].mean())
    assert ssim(image, truth) == pytest.approx(np.mean(channels), abs=1e-9)
    assert ssim(truth, truth) == pytest.approx(1)


@given(st.integers(0, 1000))
def test_sliced_distance_is_the_mean_of_one_dimensional_ones(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = random.normal(size=(2, 9, 4)).astype(np.float32)
    directions = random.normal(size=(4, 5)).astype(np.float32)
    expected = np.mean([wasserstein_distance(first @ d, second @ d) for d in directions.T])
    assert sliced_distance(first, second, directions) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_swd_repeats_itself_and_grows_with_the_damage() -> None:
    truth, _ = make_person(2)
    assert swd(truth, truth) == 0
    assert swd(noisy(truth, 10), truth) == swd(noisy(truth, 10), truth)
    assert 0 < swd(noisy(truth, 5), truth) < swd(noisy(truth, 20), truth) < swd(noisy(truth, 60), truth)


def test_swd_of_a_shifted_brightness() -> None:
    """Only the lowest level sees it, as the sum of a random unit direction times the shift."""
    grey = np.full((96, 64, 3), 100, np.uint8)
    expected = 20 * np.sqrt(147) * np.sqrt(2 / np.pi) / np.sqrt(147) / 4
    assert swd(grey + np.uint8(20), grey) == pytest.approx(expected, rel=0.3)


def test_the_pyramid_adds_up() -> None:
    photo, _ = make_person(3)
    levels = laplacian_pyramid(photo)
    assert [level.shape[:2] for level in levels] == [(96, 64), (48, 32), (24, 16), (12, 8)]
    rebuilt = levels[-1]
    for level in levels[-2::-1]:
        rebuilt = cv2.pyrUp(rebuilt, dstsize=(level.shape[1], level.shape[0])) + level
    assert np.allclose(rebuilt, photo, atol=1e-3)


def test_colours_are_compared_for_classes_large_in_both() -> None:
    labels = np.zeros((40, 40), np.uint8)
    labels[:20] = 5
    labels[0, :20] = 6  # too small to count
    exemplar_labels = labels.T
    image = np.zeros((40, 40, 3), np.uint8)
    exemplar = np.zeros((40, 40, 3), np.uint8)
    exemplar[exemplar_labels == 5] = (30, 0, 60)
    assert class_color_differences(image, labels, exemplar, exemplar_labels) == {0: 0.0, 5: 30.0}
