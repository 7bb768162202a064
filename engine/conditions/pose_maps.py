"""A pose as planes: a stick figure in colours and the distance to each limb.

CoCosNet (Zhang et al., CVPR 2020) and CoCosNet v2 condition pose transfer on these 20 planes. Limbs are
drawn one over the other, each let through by four tenths, so their order matters.
"""

import math

import cv2
import numpy as np
from PIL import Image

from engine.conditions.pose import KEYPOINTS
from engine.errors import InputError

# Ends of the limbs, as numbers of OpenPose COCO keypoints.
LIMBS = (
    (1, 2),
    (1, 5),
    (2, 3),
    (3, 4),
    (5, 6),
    (6, 7),
    (1, 8),
    (8, 9),
    (9, 10),
    (1, 11),
    (11, 12),
    (12, 13),
    (1, 0),
    (0, 14),
    (14, 16),
    (0, 15),
    (15, 17),
)
LIMB_PLANES = len(LIMBS)
POSE_PLANES = 3 + LIMB_PLANES
FULL, NONE = 255, 0
SHARE = 0.6  # of a limb over what was drawn before
JOINT_RADIUS = 4  # of the disk that stands for a joint, in pixels


def pose_planes(person: np.ndarray, canvas: tuple[int, int], stick: int, size: int) -> np.ndarray:
    """The 20 planes of one person, uint8 (20, size, size): red, green, blue of the stick figure, then 17 distances.

    person   float (18, 3): x, y in pixels of the canvas and a confidence; (0, 0, 0) is a missing keypoint
    canvas   height and width that the figure is drawn at
    stick    radius of a joint and half the width of a limb, in pixels of the canvas
    Distances are a third of the L1 distance in pixels, at most 255. Raises InputError for another shape.
    """
    if person.shape != (18, 3):
        raise InputError(f"A person has the shape {person.shape} where 18 keypoints of 3 numbers are expected.")
    polygons = [_limb(person, ends, stick) for ends in LIMBS]
    figure = _resized(_stick_figure(person, polygons, canvas, stick), size, Image.Resampling.NEAREST)
    distances = [
        _resized(distance_plane(_filled(polygon, canvas) == NONE), size, Image.Resampling.BILINEAR)
        for polygon in polygons
    ]
    return np.stack([*figure.transpose(2, 0, 1), *distances])


def pose_picture(pose: np.ndarray, size: tuple[int, int], stick: int) -> np.ndarray:
    """As `pose_planes`, for several persons in a picture of any shape: uint8 (20, height, width).

    pose float (persons, 18, 3) in pixels of `size` (height, width). A later person is drawn over earlier ones; a
    distance is that to the nearest person's limb.
    """
    figure = np.zeros((*size, 3), np.uint8)
    limbs = [np.zeros(size, np.uint8) for _ in LIMBS]
    for person in pose:
        polygons = [_limb(person, ends, stick) for ends in LIMBS]
        figure = np.where((drawn := _stick_figure(person, polygons, size, stick)).any(2, keepdims=True), drawn, figure)
        limbs = [limb | _filled(polygon, size) for limb, polygon in zip(limbs, polygons, strict=True)]
    return np.stack([*figure.transpose(2, 0, 1), *(distance_plane(limb == NONE) for limb in limbs)])


def joint_disks(pose: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A disk for each joint, uint8 (18, height, width) of 0 and 255: what guided pix2pix is guided by.

    pose float (persons, 18, 3) in pixels of `size` (height, width); missing keypoints have none.
    """
    planes = np.zeros((KEYPOINTS, *size), np.uint8)
    rows, columns = np.ogrid[: size[0], : size[1]]
    for person in pose:
        for plane, (x, y, _), there in zip(planes, person, person.any(1), strict=True):
            if there:
                plane[(rows - round(y)) ** 2 + (columns - round(x)) ** 2 <= JOINT_RADIUS**2] = FULL
    return planes


def distance_plane(background: np.ndarray) -> np.ndarray:
    """A third of the L1 distance to the nearest pixel that is not `background` (bool H×W), uint8, at most 255."""
    distance = cv2.distanceTransform(background.astype(np.uint8) * FULL, cv2.DIST_L1, 3)
    return np.clip(distance / 3, 0, FULL).astype(np.uint8)


def keypoint_colour(number: int) -> tuple[int, int, int]:
    """Colour of a keypoint and of the limb of the same number: 18 steps round the circle of hues."""
    ramp = [FULL * step // 3 for step in (0, 1, 2, 3)]
    rising, falling = ramp[:3], ramp[:0:-1]
    wheel = (
        [(FULL, value, 0) for value in rising]
        + [(value, FULL, 0) for value in falling]
        + [(0, FULL, value) for value in rising]
        + [(0, value, FULL) for value in falling]
        + [(value, 0, FULL) for value in rising]
        + [(FULL, 0, value) for value in falling]
    )
    blue, green, red = wheel[number]  # the authors' canvas is in OpenCV's order
    return red, green, blue


def _stick_figure(
    person: np.ndarray, polygons: list[np.ndarray | None], canvas: tuple[int, int], stick: int
) -> np.ndarray:
    """RGB uint8 (H, W, 3)."""
    figure = np.zeros((*canvas, 3), np.uint8)
    for number, point in enumerate(person):
        if point.any():
            cv2.circle(figure, (int(point[0]), int(point[1])), stick, keypoint_colour(number), thickness=-1)
    for number, polygon in enumerate(polygons):
        if polygon is not None:
            drawn = cv2.fillConvexPoly(figure.copy(), polygon, keypoint_colour(number))
            figure = cv2.addWeighted(figure, 1 - SHARE, drawn, SHARE, 0)
    return figure


def _limb(person: np.ndarray, ends: tuple[int, int], stick: int) -> np.ndarray | None:
    """The outline of an ellipse from end to end; None where an end is missing."""
    first, second = person[list(ends)]
    if not (first.any() and second.any()):
        return None
    along, down = first[:2] - second[:2]
    middle = (first[:2] + second[:2]) / 2
    length = math.hypot(along, down)
    angle = math.degrees(math.atan2(down, along))
    return cv2.ellipse2Poly((int(middle[0]), int(middle[1])), (int(length / 2), stick), int(angle), 0, 360, 1)


def _filled(polygon: np.ndarray | None, canvas: tuple[int, int]) -> np.ndarray:
    plane = np.zeros(canvas, np.uint8)
    return plane if polygon is None else cv2.fillConvexPoly(plane, polygon, FULL)


def _resized(image: np.ndarray, size: int, method: Image.Resampling) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((size, size), method))
