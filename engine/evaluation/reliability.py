"""How far the confidence map tells the truth: error of the warp by confidence."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

BINS = 10


@dataclass(frozen=True)
class Tenth:
    """Pixels whose confidence is in [low, high): their share of all, and the mean absolute error of the warp
    against the truth there, in grey levels of 0..255; None where there are no pixels."""

    low: float
    high: float
    share: float
    error: float | None


class Reliability:
    """Collects, for each tenth of the confidence, the pixels and the error of the warp there."""

    def __init__(self) -> None:
        self._pixels = np.zeros(BINS)
        self._errors = np.zeros(BINS)

    def add(self, confidence: np.ndarray, warp: np.ndarray, truth: np.ndarray) -> None:
        """Add one picture: confidence float (H, W) in [0, 1], warp and truth uint8 (H, W, 3)."""
        error = np.abs(warp.astype(np.float32) - truth).mean(axis=2)
        position = np.clip((confidence * BINS).astype(np.int64), 0, BINS - 1).ravel()
        self._pixels += np.bincount(position, minlength=BINS)
        self._errors += np.bincount(position, weights=error.ravel(), minlength=BINS)

    def curve(self) -> list[Tenth]:
        """What was collected, by rising confidence."""
        total = max(self._pixels.sum(), 1)
        return [
            Tenth(i / BINS, (i + 1) / BINS, float(pixels / total), float(errors / pixels) if pixels else None)
            for i, (pixels, errors) in enumerate(zip(self._pixels, self._errors, strict=True))
        ]

    def picture(self) -> np.ndarray:
        """The curve as bars, uint8 RGB: orange the error, blue the share of the pixels."""
        width, height, margin = 640, 360, 40
        image = Image.new("RGB", (width, height), "white")
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(13)
        curve = self.curve()
        highest = max((tenth.error or 0.0 for tenth in curve), default=0.0) or 1.0
        step = (width - 2 * margin) / BINS
        floor, reach = height - margin, height - 2.5 * margin
        for i, tenth in enumerate(curve):
            left = margin + i * step
            error = tenth.error or 0.0
            tops = (floor - error / highest * reach, floor - tenth.share * reach)
            draw.rectangle((left + 3, tops[0], left + step / 2, floor), fill=(232, 131, 58))
            draw.rectangle((left + step / 2 + 1, tops[1], left + step - 3, floor), fill=(86, 131, 190))
            draw.text((left + 3, floor + 4), f"{tenth.low:.1f}", fill="black", font=font)
            if tenth.error is not None:
                draw.text((left + 3, tops[0] - 16), f"{error:.1f}", fill="black", font=font)
        title = "By confidence: orange, mean absolute error of the warp (0..255); blue, share of the pixels"
        draw.text((margin, 12), title, fill="black", font=font)
        return np.asarray(image)
