"""A standing person: build, pose, joints, and outlines of the body that clothes follow."""

from dataclasses import dataclass

import numpy as np

from engine.data.renderer.shapes import ellipse, spline, tube, turned

CHIN, NECK, SHOULDER, WAIST, HIP, CROTCH = 0.131, 0.152, 0.186, 0.375, 0.470, 0.505
UPPER_ARM, FOREARM, KNEE, ANKLE = 0.165, 0.140, 0.725, 0.950
Point = tuple[float, float]


@dataclass(frozen=True)
class Build:
    """Half widths in body heights; `limbs` scales the girth of arms and legs."""

    shoulders: float = 0.102
    chest: float = 0.080
    waist: float = 0.064
    hips: float = 0.092
    limbs: float = 1.0
    head: float = 1.0


WOMAN = Build()
MAN = Build(shoulders=0.124, chest=0.096, waist=0.082, hips=0.086, limbs=1.12, head=1.02)


@dataclass(frozen=True)
class Pose:
    """Angles in degrees, places in body heights; sides are (left, right) in the picture.

    upper_arms, forearms: angle from straight down, outwards positive
    feet: x of the ankles; toes: how far the feet point outwards, in degrees
    sway: how far the hips are moved sideways; tilt: of the shoulders, the hips tilt the other way
    """

    upper_arms: tuple[float, float] = (11, 11)
    forearms: tuple[float, float] = (5, 5)
    feet: tuple[float, float] = (-0.030, 0.050)
    lifted: tuple[float, float] = (0.0, 0.008)
    toes: tuple[float, float] = (8, 24)
    sway: float = -0.014
    tilt: float = 2.0
    head_tilt: float = 3.0
    head_turn: float = 0.15


class Body:
    """Where the joints of a posed body are, and its outlines. `side` is 0 for left and 1 for right in the picture."""

    def __init__(self, build: Build, pose: Pose) -> None:
        self.build, self.pose = build, pose
        reach = build.shoulders - 0.021
        self.shoulders = tuple(self.place([(x, SHOULDER + 0.018)])[0] for x in (-reach, reach))
        self.elbows = tuple(self._arm_end(self.shoulders[i], pose.upper_arms[i], UPPER_ARM, i) for i in (0, 1))
        self.wrists = tuple(self._arm_end(self.elbows[i], pose.forearms[i], FOREARM, i) for i in (0, 1))
        self.hips = tuple(self.place([(sign * build.hips * 0.52, HIP + 0.01)])[0] for sign in (-1, 1))
        self.ankles = tuple(np.array([pose.feet[i], ANKLE - pose.lifted[i]]) for i in (0, 1))
        self.knees = tuple(self._knee(i) for i in (0, 1))

    def place(self, points: np.ndarray | list) -> np.ndarray:
        """Points (N, 2) of an upright torso, moved with the pose."""
        points = np.asarray(points, dtype=np.float64)
        x, y = points[:, 0], points[:, 1]
        middle = np.interp(y, [0, NECK, 0.27, WAIST, HIP, 1], np.array([0.1, 0.0, 0.0, 0.55, 1, 1]) * self.pose.sway)
        angle = np.radians(np.interp(y, [SHOULDER, HIP], [self.pose.tilt, -self.pose.tilt]))
        return np.column_stack([middle + x * np.cos(angle), y + x * np.sin(angle)])

    def half_width(self, y: np.ndarray) -> np.ndarray:
        """Half width of the torso at heights y (N,) from the shoulders down."""
        build = self.build
        knots = [
            (SHOULDER, build.shoulders - 0.013), (0.225, build.shoulders * 0.85), (0.265, build.chest + 0.003),
            (0.31, build.chest * 0.60 + build.waist * 0.40), (WAIST, build.waist),
            (0.43, build.hips * 0.92), (HIP + 0.01, build.hips), (0.53, build.hips * 0.98),
        ]  # fmt: skip
        curve = spline(knots)
        return np.interp(y, curve[:, 0], curve[:, 1])

    def torso(
        self, bottom: float, ease: float = 0.004, flare: float = 0.0, top: float | None = None, wave: float = 0.004
    ) -> np.ndarray:
        """The outline of a cloth from the shoulders, or from `top`, down to `bottom`; `flare` widens its hem."""
        start = SHOULDER if top is None else top
        y = np.linspace(start, bottom, 24)
        width = self.half_width(y) + ease * np.interp(y, [SHOULDER, 0.26], [0.25, 1])
        below = np.clip((y - WAIST) / max(bottom - WAIST, 1e-6), 0, 1)
        width = width + flare * below**0.9
        right = self.place(np.column_stack([width, y]))
        left = self.place(np.column_stack([-width, y]))
        t = np.linspace(1, -1, 25)[1:-1]
        drop = 0.010 * np.sqrt(1 - t**2) + wave * np.sin(t * 9 + bottom * 40)
        hem = self.place(np.column_stack([t * width[-1], bottom + drop]))
        if top is not None:
            return np.concatenate([right, hem, left[::-1]])
        tip = self.build.shoulders - 0.024
        slope = spline([(-tip, SHOULDER - 0.009), (-0.056, 0.166), (-0.030, 0.154), (0.030, 0.154), (0.056, 0.166),
                        (tip, SHOULDER - 0.009)])  # fmt: skip
        return np.concatenate([self.place(slope), right, hem, left[::-1]])

    def neck(self) -> np.ndarray:
        """Neck and the skin that a neckline shows."""
        width = 0.027 * (self.build.shoulders / 0.102) ** 1.2
        return self.place(spline([(-width, 0.10), (width, 0.10), (width, 0.147), (0.055, 0.168), (0.07, 0.20),
                                  (0, 0.29),
                                  (-0.07, 0.20), (-0.055, 0.168), (-width, 0.147)], closed=True))  # fmt: skip

    def arm(self, side: int, start: float, end: float, ease: float = 0.0, cuff: float = 0.0) -> np.ndarray:
        """The outline of an arm, or of a sleeve with `ease`, from share `start` to `end` of shoulder to wrist."""
        limbs = self.build.limbs
        widths = np.array([0.0235, 0.0255, 0.0215, 0.0180, 0.0190, 0.0160, 0.0115]) * limbs
        widths = widths + ease * np.array([0.35, 0.8, 1.0, 1.0, 1.0, 0.9, 0.7]) + cuff * np.linspace(0, 1, 7) ** 2
        path = self._arm_path(side)
        t = np.linspace(start, end, 9)
        shares = [0, 0.12, 0.35, 0.54, 0.68, 0.85, 1.0]
        centre = np.column_stack([np.interp(t, np.linspace(0, 1, len(path)), path[:, i]) for i in (0, 1)])
        return tube(centre, np.interp(t, shares, widths), cap=0.75 if start == 0 else 0.15)

    def leg(self, side: int, start: float, end: float, ease: float = 0.0, hem: float = 0.0) -> np.ndarray:
        """The outline of a leg, or of a trouser leg, from share `start` to `end` of hip to ankle; `hem` widens it."""
        limbs = self.build.limbs
        widths = np.array([self.build.hips * 0.53, 0.0440 * limbs, 0.0330 * limbs, 0.0245 * limbs, 0.0275 * limbs,
                           0.0190 * limbs, 0.0125 * limbs])  # fmt: skip
        shares = np.array([0, 0.16, 0.36, 0.53, 0.68, 0.84, 1.0])
        widths = widths + ease + hem * shares**1.5
        path = self._leg_path(side)
        t = np.linspace(start, end, 13)
        centre = np.column_stack([np.interp(t, np.linspace(0, 1, len(path)), path[:, i]) for i in (0, 1)])
        return tube(centre, np.interp(t, shares, widths), cap=0.2)

    def leg_point(self, side: int, share: float) -> np.ndarray:
        """A point on the middle of a leg, (2,)."""
        path = self._leg_path(side)
        return np.array([np.interp(share, np.linspace(0, 1, len(path)), path[:, i]) for i in (0, 1)])

    def hand(self, side: int) -> list[np.ndarray]:
        """A relaxed hand: palm with fingers, and a thumb."""
        outward = -1 if side == 0 else 1
        angle = np.arctan2(*(self.wrists[side] - self.elbows[side])[::-1]) - np.pi / 2
        palm = spline([(-0.010, -0.008), (0.010, -0.008), (0.0155, 0.018), (0.0150, 0.038), (0.009, 0.064),
                       (0.001, 0.072), (-0.008, 0.062), (-0.0145, 0.036), (-0.0140, 0.016)], closed=True)  # fmt: skip
        thumb = tube([(-outward * 0.010, 0.010), (-outward * 0.018, 0.026), (-outward * 0.0165, 0.042)],
                     [0.0065, 0.006, 0.004])  # fmt: skip
        size = 0.88 * self.build.limbs**0.5
        return [turned(part * size, angle) + self.wrists[side] for part in (palm, thumb)]

    def fingers(self, side: int) -> list[np.ndarray]:
        """The lines between the fingers of a relaxed hand."""
        angle = np.arctan2(*(self.wrists[side] - self.elbows[side])[::-1]) - np.pi / 2
        lines = [np.array([(x, 0.036), (x * 0.85, 0.062)]) for x in (-0.0075, 0.0, 0.0075)]
        return [turned(line * 0.88, angle) + self.wrists[side] for line in lines]

    def foot(self, side: int, length: float = 0.060, width: float = 0.022) -> list[np.ndarray]:
        """A shod foot seen from the front and a little above, from the ankle to the toe."""
        outward = -1 if side == 0 else 1
        angle = -outward * np.radians(self.pose.toes[side])
        sole = spline([(-0.016, -0.012), (0.016, -0.012), (width, length * 0.45), (width * 0.92, length * 0.78),
                       (0.004, length), (-0.004, length), (-width * 0.92, length * 0.78), (-width, length * 0.45)],
                      closed=True)  # fmt: skip
        return [turned(sole, angle) + self.ankles[side], ellipse(tuple(self.ankles[side]), (0.017, 0.014))]

    def _arm_end(self, start: np.ndarray, degrees: float, length: float, side: int) -> np.ndarray:
        outward = -1 if side == 0 else 1
        angle = np.radians(degrees)
        return start + length * np.array([outward * np.sin(angle), np.cos(angle)])

    def _arm_path(self, side: int) -> np.ndarray:
        shoulder, elbow, wrist = self.shoulders[side], self.elbows[side], self.wrists[side]
        soft = 0.5 * elbow + 0.25 * (shoulder + wrist)
        bend = 0.75 * elbow + 0.25 * soft
        return spline([shoulder, 0.5 * (shoulder + elbow), bend, 0.5 * (elbow + wrist), wrist])

    def _knee(self, side: int) -> np.ndarray:
        share = (KNEE - HIP) / (ANKLE - HIP)
        straight = self.hips[side] + (self.ankles[side] - self.hips[side]) * share
        outward = -1 if side == 0 else 1
        return straight + (outward * 0.004 + outward * self.pose.lifted[side] * 0.6, 0)

    def _leg_path(self, side: int) -> np.ndarray:
        hip, knee, ankle = self.hips[side], self.knees[side], self.ankles[side]
        outward = -1 if side == 0 else 1
        thigh = 0.5 * (hip + knee) + (outward * 0.003, 0)
        calf = 0.6 * knee + 0.4 * ankle + (outward * 0.004, 0)
        return spline([hip, thigh, knee, calf, ankle])
