"""Where the persons in a photo are, from one look at the whole of it.

Persons are patches of what is no background. A patch with several necks, each with something of a head, is divided
among them, each pixel to the neck nearest from side to side. So persons come out as one where only one of the necks
is seen, and a person above another gets a part of both.
"""

import cv2
import numpy as np

from engine.analysis.fit import Box

LEAST_AREA = 0.006  # of the picture; a smaller patch is nobody
LEAST_SHARE = 0.12  # of the largest person's area; a smaller one is somebody in the background

_NECK = 1
_HEAD = (0, 14, 15, 16, 17)
_NECK_HEAT = 0.3  # of a neck and of a part of the head beside it
_CLOSING = 0.02  # of the picture's longer side: gaps up to this, as at a belt, part nobody
_REACH = 1.2  # of half a box: how far from its middle pixels may be its person's
_APART = 0.15  # of the patch's height: necks closer than this are one


def find_persons(person: np.ndarray, heat: np.ndarray) -> list[Box]:
    """Boxes of the persons, in cells of `person`, the largest first; empty where there is nobody.

    person: probability float (h, w) that a pixel is a person's; heat: of the keypoints, float (18, h', w').
    """
    reach = max(3, round(_CLOSING * max(person.shape)))
    mask = cv2.morphologyEx((person > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, patches, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    neck, head = (
        cv2.resize(part, person.shape[::-1], interpolation=cv2.INTER_LINEAR)
        for part in (heat[_NECK], heat[list(_HEAD)].max(0))
    )
    found: list[tuple[int, Box]] = []
    for patch in range(1, count):
        if stats[patch, cv2.CC_STAT_AREA] >= LEAST_AREA * person.size:
            here = patches == patch
            apart = max(2, round(_APART * stats[patch, cv2.CC_STAT_HEIGHT]))
            beside_head = cv2.dilate(head, np.ones((4 * apart + 1, 2 * apart + 1), np.uint8))
            found += _divided(here, _peaks(np.where(here, np.minimum(neck, beside_head), 0), apart))
    largest = max((area for area, _ in found), default=0)
    found = [(area, box) for area, box in found if area >= max(LEAST_SHARE * largest, LEAST_AREA * person.size)]
    return [box for _, box in sorted(found, key=lambda entry: -entry[0])]


def territory(boxes: list[Box], number: int, height: int, width: int) -> np.ndarray:
    """Pixels of a picture that belong to box `number` rather than to another, bool (height, width).

    Each pixel belongs to the box in which, by that box's own size, it lies nearest to the middle; to none if it lies
    outside all of them by a tenth of their sizes.
    """
    mine = _nearness(boxes[number], height, width)
    belongs = mine <= _REACH
    for other, box in enumerate(boxes):
        if other != number:
            belongs &= mine <= _nearness(box, height, width)
    return belongs


def _nearness(box: Box, height: int, width: int) -> np.ndarray:
    """Distance from the middle, 1 at the edges of the box, float32 (height, width)."""
    across = np.abs(np.arange(width, dtype=np.float32) + 0.5 - box.left - box.width / 2) / (box.width / 2)
    down = np.abs(np.arange(height, dtype=np.float32) + 0.5 - box.top - box.height / 2) / (box.height / 2)
    return np.maximum(across[None], down[:, None])


def _peaks(necks: np.ndarray, apart: int) -> list[int]:
    """Columns of the necks in a map of their heat, which is used up."""
    columns = []
    while necks.max() > _NECK_HEAT:
        row, column = (int(place) for place in np.unravel_index(necks.argmax(), necks.shape))
        columns.append(column)
        necks[max(row - apart, 0) : row + apart + 1, max(column - apart, 0) : column + apart + 1] = 0
    return columns


def _divided(patch: np.ndarray, columns: list[int]) -> list[tuple[int, Box]]:
    """Area and box of each person in a patch, bool (h, w)."""
    if len(columns) < 2:
        return [_area_and_box(patch)]
    distance = np.abs(np.arange(patch.shape[1])[None] - np.array(columns)[:, None])
    nearest = distance.argmin(0)
    parts = [patch & (nearest == number)[None] for number in range(len(columns))]
    return [_area_and_box(part) for part in parts if part.any()]


def _area_and_box(part: np.ndarray) -> tuple[int, Box]:
    left, top, width, height = cv2.boundingRect(part.astype(np.uint8))
    return int(part.sum()), Box(left, top, width, height)
