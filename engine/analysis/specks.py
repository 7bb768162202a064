"""Specks of a few pixels in label maps."""

import cv2
import numpy as np

SPECK = 3  # cells of the network's labels, 12 pixels of its photo; a smaller patch of one class is a mistake


def without_specks(labels: np.ndarray, least: int = SPECK) -> np.ndarray:
    """`labels` uint8 (H, W) where each patch of fewer than `least` cells has the class most frequent around it."""
    cleaned = labels.copy()
    for class_id in np.unique(labels):
        count, patches, stats, _ = cv2.connectedComponentsWithStats(
            (labels == class_id).astype(np.uint8), connectivity=8
        )
        for patch in range(1, count):
            if stats[patch, cv2.CC_STAT_AREA] < least:
                _fill(cleaned, labels, patches, patch, stats[patch])
    return cleaned


def _fill(cleaned: np.ndarray, labels: np.ndarray, patches: np.ndarray, patch: int, stats: np.ndarray) -> None:
    left, top, width, height = stats[:4]
    window = slice(max(top - 1, 0), top + height + 1), slice(max(left - 1, 0), left + width + 1)
    here = patches[window] == patch
    around = cv2.dilate(here.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~here
    if around.any():
        cleaned[window][here] = np.bincount(labels[window][around]).argmax()
