"""How far the confidence map tells the truth: error of the warp by confidence."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

BINS = 10


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

    def curve(self) -> list[dict[str, float | None]]:
        """For each tenth of the confidence: `low`, `high`, `share` of the pixels, and mean absolute `error` of the
        warp against the truth in grey levels of 0..255, None where there are no pixels."""
        total = max(self._pixels.sum(), 1)
        return [
            {
                "low": i / BINS,
                "high": (i + 1) / BINS,
                "share": float(pixels / total),
                "error": float(errors / pixels) if pixels else None,
            }
            for i, (pixels, errors) in enumerate(zip(self._pixels, self._errors, strict=True))
        ]

    def picture(self) -> np.ndarray:
        """The curve as bars, uint8 RGB: orange the error, blue the share of the pixels."""
        width, height, margin = 640, 360, 40
        image = Image.new("RGB", (width, height), "white")
        draw = ImageDraw.Draw(image)
        font = ImageFont.load_default(13)
        curve = self.curve()
        highest = max((entry["error"] or 0.0 for entry in curve), default=0.0) or 1.0
        step = (width - 2 * margin) / BINS
        floor, reach = height - margin, height - 2.5 * margin
        for i, entry in enumerate(curve):
            left = margin + i * step
            error = entry["error"] or 0.0
            tops = (floor - error / highest * reach, floor - entry["share"] * reach)
            draw.rectangle((left + 3, tops[0], left + step / 2, floor), fill=(232, 131, 58))
            draw.rectangle((left + step / 2 + 1, tops[1], left + step - 3, floor), fill=(86, 131, 190))
            draw.text((left + 3, floor + 4), f"{entry['low']:.1f}", fill="black", font=font)
            if entry["error"] is not None:
                draw.text((left + 3, tops[0] - 16), f"{error:.1f}", fill="black", font=font)
        title = "By confidence: orange, mean absolute error of the warp (0..255); blue, share of the pixels"
        draw.text((margin, 12), title, fill="black", font=font)
        return np.asarray(image)
