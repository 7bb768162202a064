"""The segments of a body that a pose spans: the regions of a label map for domains that are conditioned on poses.

A segment (upper arm, shin, torso, ...) is a capsule around its bone; a pixel belongs to the segment that it lies in
nearest to the bone, in widths of that segment. Each has a frame of its own, centre and axes that turn and stretch
with the limb, against which positions are told (SPE against limb segments, semantic_position.py).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.domains import BODY_SEGMENTS

# For each of domains.BODY_SEGMENTS its number on the other side of the body.
OTHER_SIDE_SEGMENT = (0, 1, 2, 5, 6, 3, 4, 9, 10, 7, 8)

# For each limb its two keypoints, how far it goes on beyond the second one (hands and feet) as a share of its
# length, and half its width as a share of the torso's length.
_LIMBS = {
    3: ((2, 3), 0.0, 0.21),
    4: ((3, 4), 0.35, 0.18),
    5: ((5, 6), 0.0, 0.21),
    6: ((6, 7), 0.35, 0.18),
    7: ((8, 9), 0.0, 0.30),
    8: ((9, 10), 0.3, 0.26),
    9: ((11, 12), 0.0, 0.30),
    10: ((12, 13), 0.3, 0.26),
}
_HEAD, _TORSO = 1, 2
_FACE = (0, 14, 15, 16, 17)
_HEAD_WIDTH, _HEAD_ABOVE, _HEAD_TALL = 0.34, 0.38, 0.5
_TORSO_BEYOND = 0.12
_SPREAD = 12**-0.5  # standard deviation of a uniform strip of width 1
_DRAWN_AREA = 512 * 768  # pixels; larger maps are drawn smaller and enlarged


@dataclass(frozen=True)
class Segment:
    """One segment of one person: its number, the ends of its axis (2, 2) in pixels and half its width."""

    number: int
    ends: np.ndarray
    half_width: float

    @property
    def frame(self) -> np.ndarray:
        """Centre and axes in pixels, float64 (2, 3): columns along, across, centre; axes one standard deviation long.

        Across is along turned by a right angle, so that a limb is never turned inside out.
        """
        along = self.ends[1] - self.ends[0]
        length = max(float(np.hypot(*along)), 1e-3)
        direction = along / length
        across = np.array([-direction[1], direction[0]])
        reach = length + self.half_width  # the caps count half
        centre = self.ends.mean(0)
        return np.stack([direction * reach * _SPREAD, across * 2 * self.half_width * _SPREAD, centre], axis=1)


def segments_of(person: np.ndarray) -> list[Segment]:
    """The segments whose keypoints are known (with a place), of one person float (18, 3) in pixels."""
    known = person.any(axis=1)
    places = person[:, :2].astype(np.float64)
    neck = _mean(places, known, (1,)) if known[1] else _mean(places, known, (2, 5))
    hips = _mean(places, known, (8, 11))
    scale = _scale(places, known, neck, hips)
    found = []
    if neck is not None:
        down = hips if hips is not None else neck + [0.0, scale]
        shoulders = np.hypot(*(places[2] - places[5])) if known[2] and known[5] else 0.0
        half = max(shoulders / 2, 0.3 * scale) + 0.1 * scale
        found.append(Segment(_TORSO, np.stack([neck, down + (down - neck) * _TORSO_BEYOND]), half))
        found += _head(places, known, neck, down, scale)
    for number, ((first, second), beyond, width) in _LIMBS.items():
        if known[first] and known[second]:
            ends = places[[first, second]]
            ends[1] += (ends[1] - ends[0]) * beyond
            found.append(Segment(number, ends, width * scale))
    return found


def body_segments(pose: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The map of body segments, uint8 (height, width), ids as in domains.BODY_SEGMENTS.

    pose   float (persons, 18, 3), x and y in pixels of a picture of `size` (height, width); a later person stands
           in front of an earlier one only where it lies nearer to its bones.
    """
    height, width = size
    shrink = min(1.0, (_DRAWN_AREA / (height * width)) ** 0.5)
    rows, columns = (max(1, round(side * shrink)) for side in size)
    to_drawn = np.array([columns / width, rows / height])
    nearest = np.ones((rows, columns), np.float32)
    labels = np.zeros((rows, columns), np.uint8)
    for person in pose:
        for segment in segments_of(person):
            _draw(segment, to_drawn, nearest, labels)
    if (rows, columns) != (height, width):
        labels = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
    return labels


def body_frames(pose: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The frames of all segments in coordinates from -1 to 1, float32 (segments, 2, 3); NaN where there is none.

    The largest person's, for segments belong to the picture and not to a person. pose and size as `body_segments`.
    """
    height, width = size
    frames = np.full((len(BODY_SEGMENTS), 2, 3), np.nan, np.float32)
    persons = sorted((segments_of(person) for person in pose), key=_extent)
    half = np.array([width / 2, height / 2])
    for segment in persons[-1] if persons else ():
        frame = segment.frame / half[:, None]
        frame[:, 2] -= 1
        frames[segment.number] = frame
    return frames


def _extent(segments: list[Segment]) -> float:
    """How large a person is, in pixels."""
    points = np.concatenate([segment.ends for segment in segments]) if segments else np.zeros((1, 2))
    return float(np.hypot(*np.ptp(points, axis=0)))


def _mean(places: np.ndarray, known: np.ndarray, joints: tuple[int, ...]) -> np.ndarray | None:
    there = [joint for joint in joints if known[joint]]
    return places[there].mean(0) if there else None


def _scale(places: np.ndarray, known: np.ndarray, neck: np.ndarray | None, hips: np.ndarray | None) -> float:
    """The length of the torso, or what other bones let expect of it; never less than a pixel."""
    guesses = []
    if neck is not None and hips is not None:
        guesses.append(float(np.hypot(*(hips - neck))))
    for first, second, share in ((2, 3, 0.6), (5, 6, 0.6), (8, 9, 0.8), (11, 12, 0.8), (9, 10, 0.8), (12, 13, 0.8)):
        if known[first] and known[second]:
            guesses.append(0.75 * float(np.hypot(*(places[first] - places[second]))) / share)
    if known[2] and known[5]:
        guesses.append(1.2 * float(np.hypot(*(places[2] - places[5]))))
    return max([1.0, *guesses])


def _head(places: np.ndarray, known: np.ndarray, neck: np.ndarray, down: np.ndarray, scale: float) -> list[Segment]:
    """The head: from the chin's height to the crown; without a face straight on from the torso."""
    up = (neck - down) / max(float(np.hypot(*(neck - down))), 1e-3)
    face = _mean(places, known, _FACE)
    if face is None:
        face = neck + up * _HEAD_ABOVE * scale
    direction = face - neck
    direction = direction / max(float(np.hypot(*direction)), 1e-3)
    low, high = face - direction * 0.15 * scale, face + direction * (_HEAD_TALL - 0.3) * scale
    return [Segment(_HEAD, np.stack([low, high]), _HEAD_WIDTH * scale)]


def _draw(segment: Segment, to_drawn: np.ndarray, nearest: np.ndarray, labels: np.ndarray) -> None:
    """Give a segment the pixels that lie nearest to its axis, in its widths."""
    rows, columns = nearest.shape
    ends = segment.ends * to_drawn
    half = segment.half_width * float(to_drawn.mean())
    low, high = ends.min(0) - half - 1, ends.max(0) + half + 1
    left, top = (int(np.clip(v, 0, limit)) for v, limit in zip(low, (columns, rows), strict=True))
    right, bottom = (int(np.clip(np.ceil(v), 0, limit)) for v, limit in zip(high, (columns, rows), strict=True))
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right, dtype=np.float32) + np.float32(0.5 - ends[0, 0])
    y = (np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - ends[0, 1]))[:, None]
    along = (ends[1] - ends[0]).astype(np.float32)
    place = np.clip((x * along[0] + y * along[1]) / max(float(along @ along), 1e-6), 0, 1)
    distance = np.hypot(x - place * along[0], y - place * along[1]) / np.float32(half)
    window = (slice(top, bottom), slice(left, right))
    nearer = distance < nearest[window]
    nearest[window][nearer] = distance[nearer]
    labels[window][nearer] = segment.number
