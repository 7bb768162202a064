"""Moves of joints. All take a pose, float64 (persons, 18, 3), and return a new one; the given one is never changed.

A joint is named (person, joint). Missing joints stay missing under every move: they have no place to move from.
"""

from collections.abc import Collection, Iterable

import numpy as np

from brushes.pose.guess import guess_place, reflection_across
from brushes.pose.skeleton import (
    ARMS,
    BONES,
    HEAD,
    LEGS,
    NECK,
    OTHER_SIDE,
    PARENT,
    Visibility,
    placed_joints,
    subtree,
    visibility,
)

__all__ = [
    "added", "dragged", "guess_place", "mirrored", "moved", "rotated", "scaled", "subtree", "symmetric",
    "with_person", "with_visibility", "without_person",
]  # fmt: skip

Joint = tuple[int, int]
"""(person, joint)"""

_CHAIN_OF_END = {chain[2]: chain for chain in (*ARMS, *LEGS)}
_MIDDLES = {chain[1] for chain in (*ARMS, *LEGS)}
_FINEST = 2.0**-32  # pixels
_STRAIGHT = 1e-6


def moved(pose: np.ndarray, joints: Collection[Joint], dx: float, dy: float) -> np.ndarray:
    """Shift these joints by (dx, dy) pixels and nothing else."""
    return _with_places(pose, joints, lambda places: places + (dx, dy))


def rotated(pose: np.ndarray, joints: Collection[Joint], centre: tuple[float, float], angle: float) -> np.ndarray:
    """Turn these joints about `centre` (x, y) by `angle` radians, clockwise as seen on the screen (y points down)."""
    return _with_places(pose, joints, lambda places: (places - centre) @ _turn(angle).T + centre)


def scaled(pose: np.ndarray, joints: Collection[Joint], centre: tuple[float, float], factor: float) -> np.ndarray:
    """Bring these joints to `factor` times their distance from `centre` (x, y)."""
    return _with_places(pose, joints, lambda places: (places - centre) * factor + centre)


def dragged(pose: np.ndarray, person: int, joint: int, x: float, y: float, keeps_lengths: bool) -> np.ndarray:
    """Pull one joint towards (x, y): it alone and freely, or with the length of every bone kept.

    With lengths kept, a wrist or ankle takes the elbow or knee along, which stays bent to its side, and points
    straight at a place that is out of reach; an elbow or knee turns about shoulder or hip and carries the rest of the
    limb stiffly; shoulder and hip turn about the neck and carry the limb as it hangs; the head turns about the neck;
    the neck carries the person. Where the joint to turn about is missing, the joint carries its subtree there.
    During a drag, always start from the pose at its beginning: a limb that is pulled straight forgets its bend.
    """
    if visibility(pose[person], joint) is Visibility.MISSING:
        return pose.copy()
    target = np.array([x, y], dtype=np.float64)
    if not keeps_lengths:
        return _with_places(pose, {(person, joint)}, lambda _: target)
    chain = _CHAIN_OF_END.get(joint)
    there = placed_joints(pose[person])
    if chain and there[list(chain)].all():
        return _with_reached(pose, person, chain, target)
    pivot = NECK if joint in HEAD else PARENT[joint]
    carried = _all_of(person, subtree(HEAD[0]) if joint in HEAD else subtree(joint))
    if pivot is None or not there[pivot]:
        return moved(pose, carried, *(target - pose[person, joint, :2]))
    centre, place = pose[person, pivot, :2], pose[person, joint, :2]
    if joint in HEAD or joint in _MIDDLES or joint in _CHAIN_OF_END:
        return rotated(pose, carried, tuple(centre), _angle_between(place - centre, target - centre))
    return moved(pose, carried, *(_at_distance(centre, target, np.hypot(*(place - centre)), place) - place))


def symmetric(pose_before: np.ndarray, pose_after: np.ndarray, person: int, joints: Iterable[int]) -> np.ndarray:
    """`pose_after` with the mirror image of the move of `joints` made on the other side of the body.

    `joints` are those that were dragged, not those that they took along. The mirror is the person's axis before the
    move: the line from neck to mid-hip, upright through the neck where hips are missing. Where the move kept the
    lengths of the bones, so does its mirror image. Joints whose other side is missing, moved itself, or is the joint
    itself, have none.
    """
    before, after = pose_before[person], pose_after[person]
    flip = reflection_across(before)
    keeps_lengths = _same_lengths(before, after)
    result = pose_after.copy()
    for joint in sorted(joints):
        other = OTHER_SIDE[joint]
        if other == joint or not placed_joints(before)[[joint, other]].all():
            continue
        if (after[other] != before[other]).any():
            continue
        x, y = before[other, :2] + flip @ (after[joint, :2] - before[joint, :2])
        result = dragged(result, person, other, x, y, keeps_lengths)
    return result


def mirrored(pose: np.ndarray, width: float) -> np.ndarray:
    """The pose in a picture of `width` pixels that is mirrored left to right, left and right limbs exchanged.

    Pixel (i, j) covers [i, i + 1) x [j, j + 1), so x becomes width - x. Places are first brought to multiples of
    2^-32 pixels: on those the subtraction is exact, and mirroring twice gives back every bit.
    """
    result = pose[:, list(OTHER_SIDE)].copy()
    there = placed_joints(result)
    xs = np.rint(result[..., 0] / _FINEST) * _FINEST
    result[..., 0] = np.where(there, width - xs, 0.0)
    return _kept_apart(result, there)


def with_visibility(pose: np.ndarray, person: int, joint: int, visibility: Visibility) -> np.ndarray:
    """Show, hide or remove a joint; one that was missing comes to a guessed place.

    Raises ValueError when the person has no joint at all to guess from.
    """
    result = pose.copy()
    if visibility is Visibility.MISSING:
        result[person, joint] = 0
        return result
    if not result[person, joint].any():
        place = guess_place(pose, person, joint)
        if place is None:
            raise ValueError(f"person {person} has no joint to guess the place of another from")
        result[person, joint, :2] = place
    if visibility is Visibility.HIDDEN:
        result[person, joint, 2] = 0
    elif result[person, joint, 2] <= 0:
        result[person, joint, 2] = 1
    return _kept_apart(result, _only(pose, {(person, joint)}))


def added(pose: np.ndarray, person: int, joint: int, x: float, y: float) -> np.ndarray:
    """Give a joint a place, visible."""
    result = pose.copy()
    result[person, joint] = x, y, 1
    return result


def with_person(pose: np.ndarray, person: np.ndarray) -> np.ndarray:
    """With one more person (18, 3), at the end."""
    return np.concatenate([pose, np.asarray(person, dtype=np.float64)[None]])


def without_person(pose: np.ndarray, index: int) -> np.ndarray:
    """Without this person; those behind move up by one."""
    return np.delete(pose, index, axis=0)


def _with_places(pose: np.ndarray, joints: Collection[Joint], change) -> np.ndarray:
    """With `change` (n, 2) -> (n, 2) applied to the places of those of `joints` that have one."""
    chosen = _only(pose, joints) & placed_joints(pose)
    result = pose.copy()
    result[chosen, :2] = change(result[chosen, :2])
    return _kept_apart(result, chosen)


def _only(pose: np.ndarray, joints: Collection[Joint]) -> np.ndarray:
    chosen = np.zeros(pose.shape[:2], dtype=bool)
    for person, joint in joints:
        chosen[person, joint] = True
    return chosen


def _kept_apart(pose: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Moves hidden joints that came to lie exactly at (0, 0), where they would read as missing, by next to nothing."""
    lost = there & ~pose.any(axis=-1)
    pose[lost, 0] = _FINEST
    return pose


def _all_of(person: int, joints: Iterable[int]) -> set[Joint]:
    return {(person, joint) for joint in joints}


def _turn(angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]])


def _cross(first: np.ndarray, second: np.ndarray) -> float:
    return float(first[0] * second[1] - first[1] * second[0])


def _angle_between(first: np.ndarray, second: np.ndarray) -> float:
    """The angle from one vector to the other in radians; 0 where either has no length."""
    return float(np.arctan2(_cross(first, second), first @ second))


def _at_distance(centre: np.ndarray, towards: np.ndarray, distance: float, otherwise: np.ndarray) -> np.ndarray:
    """The place `distance` from `centre` in the direction of `towards`; `otherwise` where that is the centre."""
    along = towards - centre
    length = np.hypot(*along)
    return otherwise if length == 0 else centre + along * (distance / length)


def _with_reached(pose: np.ndarray, person: int, chain: tuple[int, int, int], target: np.ndarray) -> np.ndarray:
    """With the end of `chain` at `target`, or as near as its two bones reach, by the law of cosines."""
    root, middle, end = pose[person, list(chain), :2]
    upper, lower = np.hypot(*(middle - root)), np.hypot(*(end - middle))
    away = target - root
    if not away.any():
        away = end - root if (end != root).any() else np.array([0.0, 1.0])
    distance = np.clip(np.hypot(*away), abs(upper - lower), upper + lower)
    along = away / np.hypot(*away)
    across = np.array([-along[1], along[0]]) * _bend_side(chain, root, middle, end)
    cosine = 1.0
    if upper and distance:
        cosine = np.clip((upper**2 + distance**2 - lower**2) / (2 * upper * distance), -1, 1)
    bent = root + upper * (cosine * along + np.sqrt(1 - cosine**2) * across)
    # from the bent joint rather than from the root: the lower bone keeps its length in spite of rounding
    reached = _at_distance(bent, root + distance * along, lower, bent + lower * along)
    places = np.stack([bent, reached])
    return _with_places(pose, {(person, joint) for joint in chain[1:]}, lambda _: places)


def _bend_side(chain: tuple[int, int, int], root: np.ndarray, middle: np.ndarray, end: np.ndarray) -> float:
    """1 where the middle lies to the right of the way from root to end, looking along it with y down, else -1.

    A straight limb bends outwards, as arms and legs of a person who faces the camera do.
    """
    bend = _cross(end - root, middle - root)
    if abs(bend) <= _STRAIGHT * np.hypot(*(middle - root)) * np.hypot(*(end - middle)):
        return 1.0 if chain in (ARMS[0], LEGS[0]) else -1.0
    return 1.0 if bend > 0 else -1.0


def _same_lengths(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether the bones of one person (18, 3) with both ends in place are as long as they were."""
    there = placed_joints(before) & placed_joints(after)
    bones = [bone for bone in BONES if there[list(bone)].all()]
    lengths = [[np.hypot(*(who[a, :2] - who[b, :2])) for a, b in bones] for who in (before, after)]
    return bool(np.allclose(*lengths, rtol=1e-9, atol=1e-6))
