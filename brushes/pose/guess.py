"""Where a missing joint probably is."""

import numpy as np

from brushes.pose.skeleton import ARMS, LEFT_HIP, LEGS, NECK, OTHER_SIDE, PARENT, RIGHT_HIP, placed_joints

# An upright person seen from the front, neck at (0, 0), middle of the hips at (0, 1): the medians of 1,913 street
# photos, made symmetric.
PROPORTIONS = np.array(
    [
        (0.0, -0.39), (0.0, 0.0),
        (-0.32, 0.0), (-0.38, 0.55), (-0.40, 1.04), (0.32, 0.0), (0.38, 0.55), (0.40, 1.04),
        (-0.18, 1.0), (-0.17, 1.79), (-0.15, 2.48), (0.18, 1.0), (0.17, 1.79), (0.15, 2.48),
        (-0.07, -0.45), (0.07, -0.45), (-0.13, -0.42), (0.13, -0.42),
    ]
)  # fmt: skip

_MIDDLE_OF = {chain[1]: (chain[0], chain[2]) for chain in (*ARMS, *LEGS)}
_AXIS = (NECK, RIGHT_HIP, LEFT_HIP)
_USUAL_TORSO = 100.0  # pixels


def guess_place(pose: np.ndarray, person: int, joint: int) -> tuple[float, float] | None:
    """A place (x, y) for a joint of `pose` (persons, 18, 3), whether it has one or not; None where nothing is known.

    An elbow or knee goes halfway between its neighbours, other joints where their mirror image is when the person's
    axis is known, and failing that where standard proportions, fitted to the person, put it. None when the person has
    no other joint.
    """
    body = pose[person].copy()
    body[joint] = 0
    there = placed_joints(body)
    if not there.any():
        return None
    ends, parent, other = list(_MIDDLE_OF.get(joint, ())), PARENT[joint], OTHER_SIDE[joint]
    if ends and there[ends].all():
        place = body[ends, :2].mean(axis=0)
    elif parent is not None and other != joint and there[[parent, other, OTHER_SIDE[parent], *_AXIS]].all():
        offset = body[other, :2] - body[OTHER_SIDE[parent], :2]
        place = body[parent, :2] + reflection_across(body) @ offset
    else:
        place = _by_proportions(pose, body, joint)
    return float(place[0]), float(place[1])


def reflection_across(person: np.ndarray) -> np.ndarray:
    """The matrix (2, 2) that mirrors directions about the axis of one person (18, 3).

    The axis is the line from neck to mid-hip, or upright where one of these joints is missing.
    """
    axis = np.array([0.0, 1.0])
    if placed_joints(person)[list(_AXIS)].all():
        down = person[[RIGHT_HIP, LEFT_HIP], :2].mean(axis=0) - person[NECK, :2]
        if down.any():
            axis = down / np.hypot(*down)
    return 2 * np.outer(axis, axis) - np.eye(2)


def _by_proportions(pose: np.ndarray, body: np.ndarray, joint: int) -> np.ndarray:
    """Where the standard figure has the joint, as seen from the known joint that is nearest to it there."""
    known = np.flatnonzero(placed_joints(body))
    fit = _fit(PROPORTIONS[known], body[known, :2], _torso_of_others(pose))
    nearest = known[np.hypot(*(PROPORTIONS[known] - PROPORTIONS[joint]).T).argmin()]
    return body[nearest, :2] + fit @ (PROPORTIONS[joint] - PROPORTIONS[nearest])


def _fit(figure: np.ndarray, places: np.ndarray, torso: float) -> np.ndarray:
    """The turned, scaled and, for persons seen from behind, mirrored figure (n, 2) that is nearest to `places`.

    Returns the matrix (2, 2) alone. Fewer than two separate places leave the figure upright, `torso` pixels long.
    """
    figure, places = figure - figure.mean(axis=0), places - places.mean(axis=0)
    if not figure.any() or not places.any():
        return torso * np.eye(2)
    power = (figure**2).sum()
    candidates = []
    for flip in np.diag([1.0, 1.0]), np.diag([-1.0, 1.0]):
        x, y = (figure @ flip).T
        cosine = (x * places[:, 0] + y * places[:, 1]).sum() / power
        sine = (x * places[:, 1] - y * places[:, 0]).sum() / power
        candidates.append(np.array([[cosine, -sine], [sine, cosine]]) @ flip)
    straight, turned_over = (float(((figure @ fit.T - places) ** 2).sum()) for fit in candidates)
    return candidates[1] if len(figure) > 3 and turned_over < 0.5 * straight else candidates[0]


def _torso_of_others(pose: np.ndarray) -> float:
    """The median length of the torsos of all persons in pixels, or a usual one."""
    lengths = [
        np.hypot(*(person[[RIGHT_HIP, LEFT_HIP], :2].mean(axis=0) - person[NECK, :2]))
        for person in pose
        if placed_joints(person)[list(_AXIS)].all()
    ]
    return float(np.median(lengths)) if lengths else _USUAL_TORSO
