"""Which pixels of a label map belong to which limb of the persons on it."""

from dataclasses import dataclass

import cv2
import numpy as np

from brushes.pose.skeleton import HEAD, JOINTS, LEFT_HIP, NECK, PARENT, RIGHT_HIP, placed_joints

TORSO, HEAD_LIMB = "torso", "head"

_AREA = 100_000  # pixels; on larger maps, limbs are found on a smaller copy
_CROSSED = 0.15  # of a bone
_MAJORITY = 0.7
_TORSO_NEAREST = 0.9  # half widths; arms that lie over the torso are nearer than that
_SHARE_TO_TAKE = {TORSO: 1.0, HEAD_LIMB: 0.4}  # the torso takes no sleeve, the head takes long hair
_CRUMB = 0.1  # of a limb's largest patch
_NO_LIMB = 255
_RAY_STEPS = 24


@dataclass(frozen=True)
class _Shape:
    """How a limb looks: how far it goes on beyond its end, as a share of its length; half its width and the least and
    the largest half width that is believed, as shares of the torso's length; and how far its pixels may lie from the
    bone, in half widths."""

    beyond: float
    usual: float
    least: float
    largest: float
    reach: float


_SHAPES = {
    3: _Shape(0.0, 0.10, 0.06, 0.17, 1.6),
    4: _Shape(0.45, 0.085, 0.05, 0.15, 1.8),
    9: _Shape(0.0, 0.15, 0.09, 0.30, 2.5),
    10: _Shape(0.30, 0.12, 0.07, 0.24, 2.2),
}
_SHAPES |= {joint + 3: shape for joint, shape in _SHAPES.items()}  # the left side
_ARM_ENDS, _FOREARM_ENDS = (3, 4, 6, 7), (4, 7)


@dataclass(frozen=True)
class Limb:
    """One limb of one person, by the joint at its end or by the names "torso" and "head".

    `ends` (2, 2) are its axis and `half_width` is half its width, in pixels. `carrier` is the limb that it hangs on.
    """

    person: int
    name: int | str
    ends: np.ndarray
    half_width: float

    @property
    def is_arm(self) -> bool:
        return self.name in _ARM_ENDS

    @property
    def carrier(self) -> int | str | None:
        if self.name == TORSO:
            return None
        if self.name == HEAD_LIMB:
            return TORSO
        root = PARENT[self.name]
        return root if root in _SHAPES else TORSO


def torso_length(person: np.ndarray) -> float:
    """From neck to mid-hip in pixels, or what it probably is; 0 where nothing is known."""
    places, there = person[:, :2], placed_joints(person)
    hips = [hip for hip in (RIGHT_HIP, LEFT_HIP) if there[hip]]
    if there[NECK] and hips:
        return float(np.hypot(*(places[hips].mean(axis=0) - places[NECK])))
    if there[2] and there[5]:
        return float(np.hypot(*(places[2] - places[5]))) / 0.64
    return float(np.ptp(places[there], axis=0).max()) / 3 if there.any() else 0.0


def axis_of(person: np.ndarray, name: int | str, known: np.ndarray) -> np.ndarray | None:
    """The two joints' places (2, 2) that a limb follows, using `known` (18,) joints alone; None where they lack."""
    places = person[:, :2]
    if isinstance(name, int):
        pair = (PARENT[name], name)
        return places[list(pair)] if known[list(pair)].all() else None
    joints = [joint for joint in ((RIGHT_HIP, LEFT_HIP) if name == TORSO else HEAD) if known[joint]]
    if not known[NECK] or not joints:
        return None
    return np.stack([places[NECK], places[joints].mean(axis=0)])


def limbs_of(index: int, person: np.ndarray, is_person: np.ndarray) -> list[Limb]:
    """The limbs of person number `index`, measured on `is_person`, bool (h, w), in the same pixels as the pose."""
    there = placed_joints(person)
    torso = torso_length(person)
    limbs = []
    for name in (TORSO, HEAD_LIMB, *_SHAPES):
        axis = axis_of(person, name, there)
        if axis is None or torso < 2:
            continue
        along = axis[1] - axis[0]
        if name == TORSO:
            width = np.hypot(*(person[2, :2] - person[5, :2])) / 2 if there[2] and there[5] else 0.0
            limbs.append(Limb(index, name, axis, max(float(width), 0.24 * torso)))
        elif name == HEAD_LIMB:
            ends = np.stack([axis[0] + along * 0.55, axis[1] + along * 0.3])
            limbs.append(Limb(index, name, ends, 0.24 * torso))
        else:
            shape = _SHAPES[name]
            half = _measured(axis, is_person, shape.largest * torso)
            half = half if half < 0.95 * shape.largest * torso else shape.usual * torso
            ends = np.stack([axis[0], axis[1] + along * shape.beyond])
            limbs.append(Limb(index, name, ends, max(half, shape.least * torso)))
    return limbs


def _measured(axis: np.ndarray, is_person: np.ndarray, furthest: float) -> float:
    """Half the width of what lies around an axis: the median distance to the nearer side, at most `furthest`."""
    along = axis[1] - axis[0]
    length = np.hypot(*along)
    if length == 0:
        return furthest
    across = np.array([-along[1], along[0]]) / length
    starts = axis[0] + along * np.linspace(0.2, 0.95, 12)[:, None]
    steps = np.linspace(0, furthest, _RAY_STEPS)
    sides = []
    for side in (-1, 1):
        places = np.floor(starts[:, None] + side * across * steps[:, None]).astype(np.intp)
        height, width = is_person.shape
        inside = (places >= 0).all(axis=2) & (places[..., 0] < width) & (places[..., 1] < height)
        x, y = np.where(inside, places[..., 0], 0), np.where(inside, places[..., 1], 0)
        hit = ~(is_person[y, x] & inside)
        sides.append(np.where(hit.any(axis=1), steps[hit.argmax(axis=1)], furthest))
    return float(np.median(np.minimum(*sides)))


@dataclass(frozen=True)
class LimbMap:
    """All limbs of a pose, and for each pixel of a label map the number of its limb.

    `numbers` is uint8 (h, w), 255 where there is no limb; `scale` is its size over that of the map.
    """

    limbs: list[Limb]
    numbers: np.ndarray
    scale: float


def limb_map(labels: np.ndarray, pose: np.ndarray, background: int) -> LimbMap:
    """Find the limbs on a label map, uint8 (H, W), for a pose (persons, 18, 3).

    A pixel goes to the limb that is nearest to it in half widths of that limb; what lies too far from all arms and
    legs goes to the torso. A patch of one class that lies nearly all on one limb goes there as a whole, so that no
    shoe, hat or strand of hair is torn in two.
    """
    height, width = labels.shape
    scale = min(1.0, (_AREA / labels.size) ** 0.5)
    if scale < 1:
        small = cv2.resize(labels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_NEAREST)
    else:
        small = labels
    is_person = small != background
    scaled = pose.reshape(-1, JOINTS, 3) * (scale, scale, 1)
    limbs = [limb for index, person in enumerate(scaled) for limb in limbs_of(index, person, is_person)]
    limbs = limbs[:_NO_LIMB]
    near = is_person if scale == 1 else cv2.dilate(is_person.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
    numbers = _nearest(limbs, near)
    whole = _keep_whole(numbers, small, background, limbs)
    _leave_foreign(numbers, small, background, limbs, whole)
    _without_islands(numbers, len(limbs))
    return LimbMap(limbs, numbers, scale)


def _nearest(limbs: list[Limb], near: np.ndarray) -> np.ndarray:
    """For each pixel of the bool (h, w) mask the number of its limb, uint8."""
    numbers = np.full(near.shape, _NO_LIMB, np.uint8)
    rows, columns = np.nonzero(near)
    if not limbs or not len(rows):
        return numbers
    x, y = columns.astype(np.float32) + np.float32(0.5), rows.astype(np.float32) + np.float32(0.5)
    best = np.full(len(rows), np.inf, np.float32)
    chosen = np.full(len(rows), _NO_LIMB, np.uint8)
    for number, limb in enumerate(limbs):
        distance = _distance(limb, x, y)
        closer = distance < best
        best[closer] = distance[closer]
        chosen[closer] = number
    numbers[rows, columns] = chosen
    return numbers


def _distance(limb: Limb, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """From pixels to the limb's axis in half widths; infinite beyond its reach."""
    (x0, y0), (x1, y1) = limb.ends.astype(np.float32)
    length = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-3)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    along = (x - x0) * ux + (y - y0) * uy
    across = ((y - y0) * ux - (x - x0) * uy) / limb.half_width
    before, behind = np.maximum(-along, 0), np.maximum(along - length, 0)
    cap = 0.3 * length if limb.name == TORSO else limb.half_width
    distance = np.sqrt(across**2 + ((before + behind) / cap) ** 2)
    if limb.name == TORSO:
        np.maximum(distance, _TORSO_NEAREST, out=distance)
    elif limb.name in _SHAPES:
        distance[distance > _SHAPES[limb.name].reach] = np.inf
    return distance


def _classes_along(limb: Limb, labels: np.ndarray, length: float) -> np.ndarray:
    """What share of a limb's axis, up to `length` of it, each class has; float (256,)."""
    along = limb.ends[0] + (limb.ends[1] - limb.ends[0]) * np.linspace(0, length, _RAY_STEPS)[:, None]
    height, width = labels.shape
    x, y = np.clip(np.floor(along).astype(np.intp), 0, (width - 1, height - 1)).T
    return np.bincount(labels[y, x], minlength=256) / _RAY_STEPS


def _keep_whole(numbers: np.ndarray, labels: np.ndarray, background: int, limbs: list[Limb]) -> np.ndarray:
    """Gives every connected patch of one class to the arm, leg or head that has nearly all of it and points there.

    Returns where it did, bool (h, w).
    """
    met = np.zeros((256, 256), dtype=bool)
    for number, limb in enumerate(limbs):
        met[number] = limb.name == HEAD_LIMB or _classes_along(limb, labels, 1.0) > 0
    whole = np.zeros(labels.shape, dtype=bool)
    for class_id in np.unique(labels):
        if class_id == background:
            continue
        mask = (labels == class_id).view(np.uint8)
        x, y, width, height = cv2.boundingRect(mask)
        window = slice(y, y + height), slice(x, x + width)
        count, patches = cv2.connectedComponents(mask[window], connectivity=4)
        inside = patches > 0
        owners, own = numbers[window][inside], patches[inside]
        votes = np.bincount(own * 256 + owners, minlength=count * 256).reshape(count, 256)
        winner = votes.argmax(axis=1)
        wanted = np.array([_SHARE_TO_TAKE.get(limbs[n].name, _MAJORITY) if n < len(limbs) else 1 for n in winner])
        takes = (votes.max(axis=1) > wanted * votes.sum(axis=1)) & met[winner, class_id]
        numbers[window][inside] = np.where(takes[own], winner[own], owners)
        whole[window][inside] = takes[own]
    return whole


def _leave_foreign(
    numbers: np.ndarray, labels: np.ndarray, background: int, limbs: list[Limb], whole: np.ndarray
) -> None:
    """Takes from arms and legs the classes that their bones hardly cross, as a bag beside them or a scarf's end.

    They go to the torso of the same person, where it has one, else to no limb. Patches that are `whole` stay.
    """
    for number, limb in enumerate(limbs):
        if limb.name not in _SHAPES:
            continue
        length = 0.7 if limb.name in _FOREARM_ENDS else 1.0  # what is held in a hand lies where the arm goes on
        crossed = _classes_along(limb, labels, length) > _CROSSED
        crossed[background] = True  # the rim that is kept around persons on smaller copies
        torso = [n for n, other in enumerate(limbs) if (other.person, other.name) == (limb.person, TORSO)]
        numbers[(numbers == number) & ~whole & ~crossed[labels]] = torso[0] if torso else _NO_LIMB


def _without_islands(numbers: np.ndarray, count: int) -> None:
    """Gives crumbs of a limb that lie apart from it to the limb that is nearest."""
    crumbs = np.zeros(numbers.shape, dtype=bool)
    for number in range(count):
        mask = (numbers == number).view(np.uint8)
        x, y, width, height = cv2.boundingRect(mask)
        window = slice(y, y + height), slice(x, x + width)
        if not width:
            continue
        _, patches, stats, _ = cv2.connectedComponentsWithStats(mask[window], connectivity=8)
        areas = stats[:, cv2.CC_STAT_AREA]
        areas[0] = 0
        is_crumb = areas < _CRUMB * areas.max()
        is_crumb[0] = False
        crumbs[window] |= is_crumb[patches]
    if crumbs.any():
        kept = (numbers != _NO_LIMB) & ~crumbs
        away = np.where(kept, np.uint8(0), np.uint8(1))
        _, nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
        number_of = np.full(int(nearest.max()) + 1, _NO_LIMB, np.uint8)
        number_of[nearest[kept]] = numbers[kept]
        numbers[crumbs] = number_of[nearest[crumbs]]
