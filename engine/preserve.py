"""An edit put into its photo: what was edited, and how what is generated there is fitted in.

The edited region is where the label map differs from that before the edit. Around it lies a rim, over which the
generated picture fades into the photo; beyond, every pixel is the photo's own.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from engine.rectangle import Rectangle

RIM = 0.025  # width of the rim, as a share of the person's size
NARROWEST_RIM = 3.0  # pixels
FULL = 0.35  # share of the rim that is wholly generated, for label maps miss the outline by a little
CONTEXT = 0.6  # of the region's longer side, seen around it
STEPS = 8  # a view's sides lie on a grid of so many steps of its length, so that it stays while a stroke grows
FIT_SIDE = 160  # pixels of the longer side at which colours are fitted
FIT_REACH = 2.0  # rims, over which a difference along the rim is carried inwards
FIT_DOUBT = 0.05  # share of neighbours below which a difference is carried less
NARROWER = 4.0  # so many times narrower is the rim where photo and generated picture show different things
TONE = 20.0  # levels; a difference far beyond is no other tone of the same, and not carried inwards
OTHER = 60.0  # levels; a difference far beyond is that of other things


@dataclass(frozen=True, eq=False)
class Edit:
    """A label map and that before the edit, both uint8 (H, W)."""

    labels: np.ndarray
    before: np.ndarray

    @cached_property
    def box(self) -> Rectangle | None:
        """The bounds of the edited region; None where nothing was edited."""
        return _bounds(self.labels != self.before)

    @cached_property
    def rim(self) -> float:
        """Width of the rim in pixels, which follows the size of what the photo shows, not of the edit."""
        shown = _bounds(self.before != 0)
        area = self.before.size if shown is None else shown.area
        return max(NARROWEST_RIM, RIM * area**0.5)

    @property
    def touched(self) -> Rectangle | None:
        """The bounds of the edited region with its rim."""
        return None if self.box is None else self.box.grown(int(np.ceil(self.rim))).within(self.labels.shape)

    def view(self, least: tuple[int, int]) -> Rectangle:
        """The part of the picture to generate: the edit in its surroundings, `least` (height, width) at least."""
        assert self.box is not None
        context = int(CONTEXT * max(self.box.shape)) + int(np.ceil(self.rim))
        wanted = self.box.grown(context).within(self.labels.shape)
        rows = _span(wanted.top, wanted.bottom, least[0], self.labels.shape[0])
        columns = _span(wanted.left, wanted.right, least[1], self.labels.shape[1])
        return Rectangle(rows[0], columns[0], rows[1], columns[1])

    def within(self, part: Rectangle) -> "Edit":
        """What lies in a part of the picture."""
        return Edit(self.labels[part.slices], self.before[part.slices])


def put_in(photo: np.ndarray, generated: np.ndarray, edit: Edit, place: Rectangle) -> np.ndarray:
    """The photo with an edit, both RGB uint8; `generated` shows the part `place` of the photo (H, W, 3).

    `place` holds all of the edited region with its rim. Pixels farther from the region than that are the photo's.
    """
    image = photo.copy()
    touched = edit.touched
    if touched is None:
        return image
    part = edit.within(touched)
    distance = _distance(part)
    old = photo[touched.slices].astype(np.float32)
    new = generated[touched.seen_from(place).slices].astype(np.float32)
    fit, agreement = _colour_fit(old - new, part, distance, edit.rim)
    new += fit
    share = _share(distance * (1 + (NARROWER - 1) * (1 - agreement)), edit.rim)[..., None]
    mixed = np.rint(np.clip(old + share * (new - old), 0, 255)).astype(np.uint8)
    image[touched.slices] = np.where(share > 0, mixed, photo[touched.slices])
    return image


def _bounds(mask: np.ndarray) -> Rectangle | None:
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return Rectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _span(start: int, end: int, least: int, limit: int) -> tuple[int, int]:
    """An interval within [0, limit) that covers [start, end), of a length that few edits change, at least `least`."""
    length = max(end - start, least)
    step = max(1, 2 ** int(np.log2(length)) // STEPS)
    length = (-(-length // step) + 2) * step
    first = ((start + end - length) // 2) // step * step
    first = max(0, min(first, limit - length))
    return first, min(first + length, limit)


def _distance(edit: Edit) -> np.ndarray:
    """Pixels to the edited region, float32 (H, W), 0 inside."""
    outside = (edit.labels == edit.before).astype(np.uint8)
    return cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def _share(distance: np.ndarray, rim: float) -> np.ndarray:
    """How much of each pixel is generated, float32 in [0, 1]: 1 in the region, 0 from the rim's end on."""
    falling = np.clip((rim - distance) / (rim * (1 - FULL)), 0, 1)
    return falling * falling * (3 - 2 * falling)


def _colour_fit(difference: np.ndarray, edit: Edit, distance: np.ndarray, rim: float) -> tuple[np.ndarray, np.ndarray]:
    """What the generated picture is to be changed by so that its colours meet the photo's along the rim.

    difference: photo minus generated, float32 (H, W, 3); what it is along the rim is carried inwards within each
    class by itself, fading away from the rim. Returns the change, of that shape, and how far both pictures show the
    same along the rim nearby, float32 (H, W) in [0, 1].
    """
    height, width = distance.shape
    scale = min(1.0, FIT_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    ring = (distance > 0) & (distance <= rim)
    apart = np.abs(difference).max(axis=2)
    sigma = max(FIT_REACH * rim * scale, 0.5)

    def spread(values: np.ndarray) -> np.ndarray:
        reduced = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(reduced, (0, 0), sigma)

    fit, agreement = np.zeros_like(difference), np.ones_like(distance)
    for class_id in np.unique(edit.labels[distance <= rim]):
        of_class = edit.labels == class_id
        place = ring & of_class
        if not place.any():
            continue
        weight = place / (1 + (apart / TONE) ** 2)
        carried = spread(difference * weight[..., None])
        known, alike, ringed = np.moveaxis(
            spread(np.dstack([weight, place / (1 + (apart / OTHER) ** 2), place])), 2, 0
        )[..., None]
        change, alike = carried / (known + FIT_DOUBT), alike / np.maximum(ringed, 1e-6)
        found = cv2.resize(np.dstack([change, alike]), (width, height), interpolation=cv2.INTER_LINEAR)[of_class]
        fit[of_class], agreement[of_class] = found[:, :3], found[:, 3].clip(0, 1)
    return fit, agreement
