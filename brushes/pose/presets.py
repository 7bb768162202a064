"""Named poses, and putting them in place of a person or onto an empty canvas."""

import numpy as np

from brushes.pose.guess import PROPORTIONS
from brushes.pose.skeleton import ARMS, HEAD, LEFT_HIP, LEGS, NECK, RIGHT_HIP, placed_joints, subtree

Angles = tuple[float, float]

_CANVAS_SHARE = 0.9
_CROWN, _FEET = 0.35, 0.2  # how far the body goes on above the nose and below the ankles, in torsos
_SHORTEST_TORSO = 1.0  # pixels


def placed(preset: np.ndarray, like: np.ndarray | None, width: int, height: int) -> np.ndarray:
    """A preset as a person, float64 (18, 3), all joints visible.

    It takes the neck and the length of the torso (neck to mid-hip) from the person `like` (18, 3); where that is
    None or lacks neck or hips, it fills nine tenths of a canvas of width x height pixels, in the middle, from crown
    to toe.
    """
    person = preset.copy()
    if like is not None and placed_joints(like)[[NECK, RIGHT_HIP, LEFT_HIP]].all():
        neck = like[NECK, :2]
        torso = max(float(np.hypot(*(like[[RIGHT_HIP, LEFT_HIP], :2].mean(axis=0) - neck))), _SHORTEST_TORSO)
        person[:, :2] = preset[:, :2] * torso / _torso(preset) + neck
        return person
    torso = _torso(preset)
    low, high = preset[:, :2].min(axis=0), preset[:, :2].max(axis=0)
    low[1] = min(low[1], preset[HEAD[0], 1] - _CROWN * torso)
    high[1] += _FEET * torso
    scale = _CANVAS_SHARE * min((width, height) / (high - low))
    person[:, :2] = (preset[:, :2] - (low + high) / 2) * scale + (width / 2, height / 2)
    return person


def _torso(preset: np.ndarray) -> float:
    return float(np.hypot(*preset[[RIGHT_HIP, LEFT_HIP], :2].mean(axis=0)))


def _figure(
    arms: tuple[Angles, Angles],
    legs: tuple[Angles, Angles],
    *,
    thighs: float = 1.0,
    shoulders: float = 0.0,
    hips: float = 0.0,
    head: float = 0.0,
) -> np.ndarray:
    """A person (18, 3) in unit coordinates: neck at (0, 0), standard proportions, the torso about 1 long.

    `arms` and `legs` hold, for the right and the left one, the angles of their two bones in degrees from straight
    down, outwards positive. `shoulders` and `hips` tilt, `head` turns about the neck, in degrees clockwise on the
    screen. `thighs` shortens the thighs, as when they point at the camera.
    """
    places = PROPORTIONS.copy()
    places[list(HEAD)] = places[list(HEAD)] @ _turn(head).T
    for tilt, roots, centre in ((shoulders, (2, 5), (0.0, 0.0)), (hips, (8, 11), (0.0, 1.0))):
        for root in roots:
            place = (places[root] - centre) @ _turn(tilt).T + centre
            places[list(subtree(root))] += place - places[root]
    for chains, angles, factor in ((ARMS, arms, 1.0), (LEGS, legs, thighs)):
        for chain, bones, outwards in zip(chains, angles, (-1, 1), strict=True):
            lengths = [np.hypot(*(PROPORTIONS[b] - PROPORTIONS[a])) for a, b in (chain[:2], chain[1:])]
            for start, end, angle, length in zip(chain[:2], chain[1:], np.radians(bones), lengths, strict=True):
                along = np.array([outwards * np.sin(angle), np.cos(angle)])
                places[end] = places[start] + along * length * (factor if start == chain[0] else 1.0)
    return np.concatenate([places, np.ones((len(places), 1))], axis=1)


def _turn(degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, -sine], [sine, cosine]])


_UPRIGHT: tuple[Angles, Angles] = ((0, -2), (0, -2))

PRESETS: dict[str, np.ndarray] = {
    "standing": _figure(((7, 3), (7, 3)), _UPRIGHT),
    "arms spread": _figure(((88, 90), (88, 90)), ((6, 4), (6, 4))),
    "arms raised": _figure(((140, 165), (140, 165)), _UPRIGHT),
    "hands on hips": _figure(((32, -36), (32, -36)), ((8, 5), (8, 5))),
    "waving": _figure(((115, 172), (9, 4)), _UPRIGHT, head=-4),
    "walking": _figure(((14, 2), (20, -8)), ((16, 2), (2, -16)), head=2),
    "contrapposto": _figure(((28, -36), (10, 2)), ((-4, -6), (14, -4)), shoulders=4, hips=-7, head=5),
    "sitting": _figure(((12, -22), (12, -22)), ((28, 2), (28, 2)), thighs=0.45),
    "arms crossed": _figure(((14, -102), (14, -102)), _UPRIGHT),
    "legs crossed": _figure(((8, -14), (8, -14)), ((-10, -9), (-2, -6))),
}
