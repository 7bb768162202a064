"""Limbs take their pixels along: a label map that follows a pose.

The person is a puppet of cut-out limbs. Each limb that moved is laid down where its joints are now; neighbouring
limbs overlap in a disc about their joint, so that a bend neither tears nor leaves a hole. What a limb uncovers is
guessed from both sides of it: person where there is person on both sides or where the torso is, else background.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from brushes.patch import Box, clipped_box, slices
from brushes.pose.limbs import HEAD_LIMB, TORSO, Limb, axis_of, limb_map
from brushes.pose.skeleton import BONES, LEFT_HIP, LEFT_SHOULDER, NECK, RIGHT_HIP, RIGHT_SHOULDER, placed_joints

_JOINT_RADIUS = 1.15  # in half widths of the thinner limb
_STILL = 1e-6  # pixels
_UPRIGHT_SIDE = 400  # pixels; what is behind larger limbs is found on a smaller picture
_CRUMB = 1.5e-4  # of the map: 15 pixels at 256 x 384
_CRUMB_AREA = 400_000  # pixels
_THINNEST = 0.05  # limbs are not squeezed further than to this share of their length


def carried(
    labels: np.ndarray, before: np.ndarray, after: np.ndarray, background: int, keep: Collection[int] = ()
) -> np.ndarray:
    """The label map, uint8 (H, W), once its persons went from pose `before` to `after`, (persons, 18, 3) in pixels.

    Persons are known by their number; those that are in one pose alone do not move, nor do limbs with a joint that
    is missing in either. `keep` are classes that are neither carried nor covered. Only pixels that a moved limb left
    or came to are changed.
    """
    return Puppet(labels, before, background, keep).posed(after)


@dataclass(frozen=True)
class _Piece:
    """Limbs, by number, that move alike: `motion` (2, 3) takes their places to the new ones."""

    motion: np.ndarray
    limbs: list[int]


class Puppet:
    """A label map cut into limbs once, to be laid down in many poses, as during a drag. Takes what `carried` takes."""

    def __init__(self, labels: np.ndarray, pose: np.ndarray, background: int, keep: Collection[int] = ()) -> None:
        self._labels = labels
        self._pose = np.array(pose, dtype=np.float64)
        self._background = background
        self._map = limb_map(labels, self._pose, background)
        self._is_free = np.ones(256, dtype=bool)
        self._is_free[list(keep)] = False

    def posed(self, pose: np.ndarray) -> np.ndarray:
        """The label map in another pose, uint8 (H, W)."""
        result = self._labels.copy()
        pieces = self._pieces(pose)
        moved = [number for piece in pieces for number in piece.limbs]
        self._uncover(result, moved)
        origin = (result != self._labels).view(np.uint8)  # 0 stays, 1 was uncovered, 2 and on: the pieces
        for number, piece in enumerate(sorted(pieces, key=self._height)):
            self._lay(result, origin, min(number + 2, 255), piece, moved)
        if any((child in moved) != (carrier in moved) for child, carrier in self._joints()) or len(pieces) > 1:
            _dissolve_crumbs(result, origin, self._is_free)
        return result

    def _pieces(self, pose: np.ndarray) -> list[_Piece]:
        """The limbs that moved, those that moved alike as one."""
        pieces: list[_Piece] = []
        for number, limb in enumerate(self._map.limbs):
            if limb.person >= len(pose):
                continue
            motion = _motion(self._pose[limb.person], pose[limb.person], limb.name)
            if motion is None:
                continue
            alike = (piece for piece in pieces if np.allclose(piece.motion, motion, rtol=1e-9, atol=_STILL))
            piece = next(alike, None)
            if piece:
                piece.limbs.append(number)
            else:
                pieces.append(_Piece(motion, [number]))
        return pieces

    def _height(self, piece: _Piece) -> tuple[int, int]:
        """Arms lie over heads, heads over legs, legs over torsos; of those alike, the smaller over the larger."""
        return max(_layer(self._map.limbs[number]) for number in piece.limbs), -len(piece.limbs)

    def _uncover(self, result: np.ndarray, moved: list[int]) -> None:
        """Writes what lies behind the moved limbs."""
        gone, left, top = self._gone(moved)
        for number in moved:
            box = self._box([number])
            if box is None:
                continue
            inside = slices((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
            behind = self._behind(self._map.limbs[number], box, gone, left, top)
            here = gone[inside] & self._mask([number], box)
            result[slices(box)][here] = behind[here]

    def _gone(self, moved: list[int]) -> tuple[np.ndarray, int, int]:
        """The pixels that moved limbs leave, bool in their box, and where that starts (x, y).

        About a joint with a limb that stays, the pixels stay too.
        """
        box = self._box(moved)
        if box is None:
            return np.zeros((0, 0), bool), 0, 0
        gone = self._mask(moved, box)
        for child, carrier in self._joints():
            if (child in moved) != (carrier in moved):
                gone &= ~self._disc(child, carrier, box)
        return gone, box[0], box[1]

    def _behind(self, limb: Limb, box: Box, gone: np.ndarray, left: int, top: int) -> np.ndarray:
        """What probably lies behind a limb: classes for the pixels of `box`, uint8.

        The map is turned so that the limb stands upright, and each row is filled from its two sides.
        """
        along = limb.ends[1] - limb.ends[0]
        length = float(np.hypot(*along))
        ux, uy = along / length if length else (0.0, 1.0)
        x0, y0, x1, y1 = box
        corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)]) @ np.array([[uy, ux], [-ux, uy]])
        low = np.floor(corners.min(axis=0)) - 2
        step = max(1.0, float((corners.max(axis=0) - low).max()) / _UPRIGHT_SIDE)
        width, height = (int(side) for side in np.ceil((corners.max(axis=0) + 2 - low) / step))
        # from the upright picture to the map, for pixel centres counted from the map's and from gone's corner
        turn = np.array([[uy, ux], [-ux, uy]])
        back = np.column_stack([turn * step, turn @ (low + 0.5 * step) - 0.5])
        shifted = back - [[0, 0, left], [0, 0, top]]
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        upright = cv2.warpAffine(self._labels, back, (width, height), flags=flags, borderValue=self._background)
        holes = cv2.warpAffine(gone.view(np.uint8), shifted, (width, height), flags=flags).view(bool)
        both, either = _filled_rows(upright, holes, self._background)
        here = back.copy()
        here[:, 2] -= x0, y0
        size = (x1 - x0, y1 - y0)
        both, either = (
            cv2.warpAffine(rows, here, size, flags=cv2.INTER_NEAREST, borderValue=self._background)
            for rows in (both, either)
        )
        is_person = (both != self._background) | self._torso(limb.person, box)
        is_person = cv2.medianBlur(is_person.view(np.uint8), 5).view(bool)
        return np.where(is_person, either, self._background).astype(np.uint8)

    def _torso(self, person: int, box: Box) -> np.ndarray:
        """Which pixels of a box lie between shoulders and hips; bool, none where one of these joints is missing."""
        corners = [RIGHT_SHOULDER, LEFT_SHOULDER, LEFT_HIP, RIGHT_HIP]
        mask = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint8)
        if placed_joints(self._pose[person])[corners].all():
            places = self._pose[person, corners, :2] - box[:2]
            cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(places).astype(np.int32)), 1)
        return mask.view(bool)

    def _lay(self, result: np.ndarray, origin: np.ndarray, mark: int, piece: _Piece, moved: list[int]) -> None:
        """Draws one piece at its new place and marks it in `origin`; arms that stay lie over all pieces but arms."""
        pairs = [pair for pair in self._joints() if (pair[0] in piece.limbs) != (pair[1] in piece.limbs)]
        box = self._box([*piece.limbs, *(number for pair in pairs for number in pair)])
        if box is None:
            return
        mask = self._mask(piece.limbs, box)
        for child, carrier in pairs:
            mask |= self._disc(child, carrier, box) & self._mask([child, carrier], box)
        x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
        if not width:
            return
        mask = mask[y : y + height, x : x + width]
        source = (box[0] + x, box[1] + y, box[0] + x + width, box[1] + y + height)
        corners = np.array([(source[i], source[j], 1) for i in (0, 2) for j in (1, 3)]) @ piece.motion.T
        target = clipped_box(*corners.min(axis=0) - 1, *corners.max(axis=0) + 1, result.shape)
        if target is None:
            return
        classes, there = _warped(self._labels[slices(source)], mask, piece.motion, source, target)
        there &= self._is_free[result[slices(target)]]
        if max(_layer(self._map.limbs[number]) for number in piece.limbs) < _ARM_LAYER:
            above = [n for n, limb in enumerate(self._map.limbs) if limb.is_arm and n not in moved]
            there &= ~self._mask(above, target)
        result[slices(target)][there] = classes[there]
        origin[slices(target)][there] = mark

    def _joints(self) -> Iterator[tuple[int, int]]:
        """All limbs that hang on another one, with that."""
        numbers = {(limb.person, limb.name): number for number, limb in enumerate(self._map.limbs)}
        for (person, _), number in numbers.items():
            carrier = numbers.get((person, self._map.limbs[number].carrier))
            if carrier is not None:
                yield number, carrier

    def _disc(self, child: int, carrier: int, box: Box) -> np.ndarray:
        """The pixels of a box about the joint between two limbs, bool."""
        limbs, scale = self._map.limbs, self._map.scale
        limb = limbs[child]
        x, y = self._pose[limb.person, NECK, :2] if limb.name == HEAD_LIMB else limb.ends[0] / scale
        radius = _JOINT_RADIUS * min(limb.half_width, limbs[carrier].half_width) / scale
        columns, rows = np.arange(box[0], box[2]) + 0.5 - x, np.arange(box[1], box[3]) + 0.5 - y
        return columns**2 + rows[:, None] ** 2 <= radius**2

    def _mask(self, numbers: list[int], box: Box) -> np.ndarray:
        """Which pixels in a box of the label map belong to these limbs and may move; bool."""
        chosen = np.zeros(256, dtype=np.uint8)
        chosen[numbers] = 255
        small = chosen[self._map.numbers]
        x0, y0, x1, y1 = box
        if self._map.scale < 1:
            step_x, step_y = small.shape[1] / self._labels.shape[1], small.shape[0] / self._labels.shape[0]
            matrix = np.array(
                [[step_x, 0, (x0 + 0.5) * step_x - 0.5], [0, step_y, (y0 + 0.5) * step_y - 0.5]], dtype=np.float64
            )
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            mask = cv2.warpAffine(small, matrix, (x1 - x0, y1 - y0), flags=flags) > 127
        else:
            mask = small[slices(box)] > 0
        present = self._labels[slices(box)]
        return mask & (present != self._background) & self._is_free[present]

    def _box(self, numbers: list[int]) -> Box | None:
        """A box of the label map around all pixels of these limbs."""
        chosen = np.zeros(256, dtype=np.uint8)
        chosen[numbers] = 1
        x, y, width, height = cv2.boundingRect(chosen[self._map.numbers])
        if not width:
            return None
        scale = self._map.scale
        edge = 0 if scale == 1 else 2
        box = np.array([x - edge, y - edge, x + width + edge, y + height + edge]) / scale
        return clipped_box(*box, self._labels.shape)


_ARM_LAYER = 3


def _layer(limb: Limb) -> int:
    if limb.is_arm:
        return _ARM_LAYER
    return {TORSO: 0, HEAD_LIMB: 2}.get(limb.name, 1)


def _motion(before: np.ndarray, after: np.ndarray, name: int | str) -> np.ndarray | None:
    """The map (2, 3) of places on a limb of one person (18, 3) to where they are now; None where it did not move.

    It stretches the limb as its bone was, and widens it as the person was scaled on the whole.
    """
    known = placed_joints(before) & placed_joints(after)
    start, end = axis_of(before, name, known), axis_of(after, name, known)
    if start is None or np.abs(end - start).max() <= _STILL:
        return None
    along, now = start[1] - start[0], end[1] - end[0]
    length, length_now = np.hypot(*along), np.hypot(*now)
    if length == 0 or length_now == 0:
        return np.column_stack([np.eye(2), end[0] - start[0]])
    first, second = along / length, now / length_now
    stretch = np.diag([max(length_now / length, _THINNEST), _growth(before, after, known)])
    turn = np.column_stack([second, (-second[1], second[0])]) @ stretch @ np.array([first, (-first[1], first[0])])
    return np.column_stack([turn, end[0] - turn @ start[0]])


def _growth(before: np.ndarray, after: np.ndarray, known: np.ndarray) -> float:
    """By what factor the bones of one person (18, 3) grew, in the median."""
    factors = []
    for bone in BONES:
        if known[list(bone)].all():
            lengths = [np.hypot(*(who[bone[0], :2] - who[bone[1], :2])) for who in (before, after)]
            factors += [lengths[1] / lengths[0]] if lengths[0] else []
    growth = max(float(np.median(factors)), _THINNEST) if factors else 1.0
    return 1.0 if abs(growth - 1) < 1e-6 else growth


def _warped(
    labels: np.ndarray, mask: np.ndarray, motion: np.ndarray, source: Box, target: Box
) -> tuple[np.ndarray, np.ndarray]:
    """The masked pixels of the box `source` as they appear in the box `target`: classes uint8, and where, bool."""
    matrix = motion.copy()
    matrix[:, 2] = motion[:, :2] @ (source[0] + 0.5, source[1] + 0.5) + motion[:, 2] - (target[0], target[1]) - 0.5
    size = (target[2] - target[0], target[3] - target[1])
    shape = mask.view(np.uint8) * np.uint8(255)
    there = cv2.warpAffine(shape, matrix, size, flags=cv2.INTER_LINEAR) > 127
    # classes count from 1 here; those at the rim go on outside by one pixel, for the smooth outline to have a class
    known = np.where(mask, labels + np.uint8(1), np.uint8(0))
    known = np.where(mask, known, cv2.dilate(known, np.ones((3, 3), np.uint8)))
    classes = cv2.warpAffine(known, matrix, size, flags=cv2.INTER_NEAREST)
    return classes - np.uint8(1), there & (classes > 0)


def _dissolve_crumbs(labels: np.ndarray, origin: np.ndarray, is_free: np.ndarray) -> None:
    """Gives the crumbs of a class that are left along the seams between parts of different origin to their neighbour.

    `labels` and `origin` are uint8 (H, W); classes that are not free keep theirs. Crumbs of large maps are looked for
    on a smaller copy.
    """
    x, y, width, height = cv2.boundingRect(origin)
    if not width:
        return
    window = slices((max(x - 2, 0), max(y - 2, 0), x + width + 2, y + height + 2))
    step = max(1, round((labels.size / _CRUMB_AREA) ** 0.5))
    here = labels[window]
    small, parts = (np.ascontiguousarray(array[window][::step, ::step]) for array in (labels, origin))
    found = _crumbs(small, parts, is_free, _CRUMB * labels.size / step**2)
    x, y, width, height = cv2.boundingRect(found.view(np.uint8))
    if not width or found.all():
        return
    low_x, low_y = max(x - 2, 0), max(y - 2, 0)
    few = slices((low_x, low_y, x + width + 2, y + height + 2))
    here = here[slices((low_x * step, low_y * step, (x + width + 2) * step, (y + height + 2) * step))]
    tall, wide = here.shape
    classes, crumbs = (
        np.kron(array[few], np.ones((step, step), np.uint8))[:tall, :wide] for array in (small, found.view(np.uint8))
    )
    crumbs = crumbs.view(bool) & (here == classes)
    away = crumbs.view(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    class_of = np.zeros(int(nearest.max()) + 1, np.uint8)
    class_of[nearest[~crumbs]] = here[~crumbs]
    here[crumbs] = class_of[nearest[crumbs]]


def _crumbs(labels: np.ndarray, origin: np.ndarray, is_free: np.ndarray, largest: float) -> np.ndarray:
    """The patches of one class of at most `largest` pixels at seams between parts of different origin; bool (h, w)."""
    square = np.ones((3, 3), np.uint8)
    is_seam = cv2.dilate(origin, square) != cv2.erode(origin, square)
    crumbs = np.zeros(labels.shape, dtype=bool)
    for class_id in np.unique(labels[is_seam]):
        if not is_free[class_id]:
            continue
        mask = (labels == class_id).view(np.uint8)
        _, patches, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        is_crumb = stats[:, cv2.CC_STAT_AREA] <= largest
        at_seam = np.zeros(len(stats), dtype=bool)
        at_seam[patches[is_seam]] = True
        at_seam[0] = False
        if (is_crumb & at_seam).any():
            crumbs |= (is_crumb & at_seam)[patches]
    return crumbs


def _filled_rows(labels: np.ndarray, holes: np.ndarray, background: int) -> tuple[np.ndarray, np.ndarray]:
    """Fills the holes in each row of a uint8 (h, w) map from their two ends.

    Returns the map where both ends are person, else background, and the map where either is; the nearer one wins.
    """
    width = labels.shape[1]
    columns = np.broadcast_to(np.arange(width, dtype=np.int32), labels.shape)
    left = np.maximum.accumulate(np.where(holes, np.int32(-1), columns), axis=1)
    right = np.minimum.accumulate(np.where(holes, np.int32(width), columns)[:, ::-1], axis=1)[:, ::-1]
    is_hole = np.nonzero(holes)
    left, right, columns = left[is_hole], right[is_hole], columns[is_hole]
    first = np.where(left >= 0, labels[is_hole[0], np.maximum(left, 0)], background)
    second = np.where(right < width, labels[is_hole[0], np.minimum(right, width - 1)], background)
    nearer = np.where(columns - left <= right - columns, first, second)
    has_first, has_second = first != background, second != background
    both, either = labels.copy(), labels.copy()
    both[is_hole] = np.where(has_first & has_second, nearer, background)
    either[is_hole] = np.where(has_first & has_second, nearer, np.where(has_first, first, second))
    return both, either
