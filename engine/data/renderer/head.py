"""Heads: face, hair, glasses and hats. Lengths as in `shapes`; a head has its own frame, x by half its width."""

from dataclasses import dataclass

import numpy as np

from engine.data.renderer.fabrics import Color, Fabric, toned
from engine.data.renderer.figure import Body
from engine.data.renderer.shapes import Folds, Mark, Piece, ellipse, spline, turned

HEIGHT, HALF_WIDTH = 0.128, 0.0435
FACE, HAIR, HAT, GLASSES = 1, 2, 14, 15
PIVOT = 0.125  # the height about which a head tilts

HAIR_COLORS: dict[str, Color] = {
    "black": (28, 23, 22), "brown": (74, 46, 30), "chestnut": (110, 60, 34), "blond": (172, 132, 86),
    "copper": (158, 76, 36), "grey": (150, 146, 142),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """A face and its hair. style: "long", "wavy", "bob", "bun", "short", "curly"; lips: sRGB; beard: 0 to 1."""

    skin: Color = (222, 172, 142)
    hair: Color = HAIR_COLORS["brown"]
    style: str = "long"
    lips: Color = (176, 72, 76)
    eyes: Color = (70, 48, 34)
    beard: float = 0.0


class Head:
    """The pieces of a head on a posed body."""

    def __init__(self, body: Body, look: Look, seed: int) -> None:
        self._body, self._look = body, look
        self._angle = np.radians(body.pose.head_tilt)
        self._turn = body.pose.head_turn
        self._size = body.build.head
        self._random = np.random.default_rng(seed)

    def at(self, points: np.ndarray | list) -> np.ndarray:
        """Points (N, 2) of the head's frame (x: -1..1 across the face, y: 0 crown .. 1 chin) on the body."""
        points = np.asarray(points, dtype=np.float64)
        local = points * [HALF_WIDTH * self._size, HEIGHT * self._size] + [0, HEIGHT * (1 - self._size)]
        return turned(local - [0, PIVOT], self._angle) + [0, PIVOT] + self._body.place([(0, 0.13)]) - [0, 0.13]

    def face(self) -> Piece:
        """The face with ears, eyes, nose and mouth."""
        outline = spline([(0, 0.02), (0.62, 0.09), (0.95, 0.30), (0.98, 0.50), (0.92, 0.68), (0.70, 0.87),
                          (0.28, 0.985),
                          (-0.28, 0.985), (-0.70, 0.87), (-0.92, 0.68), (-0.98, 0.50), (-0.95, 0.30), (-0.62, 0.09)],
                         closed=True)  # fmt: skip
        ears = [ellipse((sign * 0.99, 0.57), (0.10, 0.075), sign * -0.02) for sign in (-1, 1)]
        outlines = [self.at(part) for part in (outline, *ears)]
        return Piece(FACE, outlines, Fabric("skin", self._look.skin), 0.040, marks=self._features(), shadow=0.5)

    def _features(self) -> list[Mark]:
        marks = [*self._modelling(), *self._mouth()]
        for sign in (-1, 1):
            marks += self._eye(sign)
        if self._look.beard:
            marks.insert(0, self._beard())
        return marks

    def _shifted(self, points: np.ndarray | list) -> np.ndarray:
        """Points of a feature, moved with the turn of the head."""
        points = np.asarray(points, dtype=np.float64)
        return self.at(points + [self._turn * 0.22, 0])

    def _shade(self, factor: float, red: float = 1.0) -> Color:
        """The skin, darker or lighter, and redder."""
        r, g, b = self._look.skin
        return (min(255, int(r * factor * red)), min(255, int(g * factor)), min(255, int(b * factor)))

    def _modelling(self) -> list[Mark]:
        """Cheeks, nose, sockets and brow, as soft light and dark."""
        side = -1 if self._turn > 0 else 1
        blush = [self._shifted(ellipse((sign * 0.50, 0.69), (0.26, 0.08))) for sign in (-1, 1)]
        sockets = [self._shifted(ellipse((sign * 0.40, 0.50), (0.30, 0.055))) for sign in (-1, 1)]
        bridge = self._shifted(spline([(side * 0.12, 0.47), (side * 0.11, 0.58), (side * 0.20, 0.70),
                                       (side * 0.30, 0.72),
                                       (side * 0.24, 0.62), (side * 0.16, 0.52)], closed=True))  # fmt: skip
        under = self._shifted(spline([(-0.21, 0.722), (0.0, 0.748), (0.21, 0.722), (0, 0.735)], closed=True))
        nostrils = [self._shifted(ellipse((sign * 0.105, 0.728), (0.055, 0.010))) for sign in (-1, 1)]
        ridge = self._shifted(ellipse((0.0, 0.62), (0.05, 0.085)))
        tip = self._shifted(ellipse((0.0, 0.695), (0.07, 0.016)))
        chin = self._shifted(ellipse((0.0, 0.895), (0.24, 0.014)))
        return [
            Mark(blush, self._shade(0.92, 1.10), 0.55, blur=0.0035),
            Mark(sockets, self._shade(0.66), 0.42, blur=0.0024),
            Mark([bridge], self._shade(0.68), 0.38, blur=0.0016),
            Mark([under], self._shade(0.55), 0.55, blur=0.0009),
            Mark(nostrils, self._shade(0.30), 0.75, blur=0.0005),
            Mark([ridge, tip], self._shade(1.16), 0.40, blur=0.0012),
            Mark([chin], self._shade(0.70), 0.35, blur=0.0014),
        ]

    def _eye(self, sign: int) -> list[Mark]:
        x, y = sign * 0.40, 0.515
        ball = spline([(x - 0.205, y + 0.004), (x - 0.07, y - 0.024), (x + 0.08, y - 0.023), (x + 0.205, y + 0.002),
                       (x + 0.07, y + 0.020), (x - 0.08, y + 0.020)], closed=True)  # fmt: skip
        lid = spline([(x - 0.235, y + 0.007), (x - 0.08, y - 0.026), (x + 0.08, y - 0.026), (x + 0.235, y + 0.003)])
        fold = spline([(x - 0.19, y - 0.022), (x, y - 0.047), (x + 0.19, y - 0.024)])
        brow = spline([(x - sign * 0.24, y - 0.072), (x + sign * 0.02, y - 0.098), (x + sign * 0.27, y - 0.078),
                       (x + sign * 0.02, y - 0.084), (x - sign * 0.22, y - 0.056)], closed=True)  # fmt: skip
        dark = toned(self._look.hair, 0.55)
        iris = x + 0.12 * self._turn
        return [
            Mark([self._shifted(ball)], self._eye_white(), 0.80, blur=0.0004),
            Mark([self._shifted(ellipse((iris, y - 0.004), (0.098, 0.0255)))], self._look.eyes, 0.95, blur=0.0003),
            Mark([self._shifted(ellipse((iris, y - 0.003), (0.038, 0.0105)))], (12, 9, 8), 1.0, blur=0.0002),
            Mark([self._shifted(ellipse((iris - 0.03, y - 0.012), (0.020, 0.006)))], (255, 255, 255), 0.9),
            Mark([self._shifted(lid)], (22, 14, 12), 0.95, width=0.0019, blur=0.0003),
            Mark([self._shifted(fold)], self._shade(0.55), 0.55, width=0.0012, blur=0.0005),
            Mark([self._shifted(brow)], dark, 0.80, blur=0.0007),
        ]

    def _eye_white(self) -> Color:
        """Duller in a dark face, where the light in the picture is set for the skin."""
        dull = 0.72 + 0.28 * min(1.0, self._look.skin[0] / 220)
        return (int(222 * dull), int(214 * dull), int(208 * dull))

    def _mouth(self) -> list[Mark]:
        upper = spline([(-0.31, 0.814), (-0.13, 0.800), (-0.045, 0.796), (0.0, 0.801), (0.045, 0.796), (0.13, 0.800),
                        (0.31, 0.814), (0.1, 0.824), (-0.1, 0.824)], closed=True)  # fmt: skip
        lower = spline([(-0.29, 0.816), (0.0, 0.826), (0.29, 0.816), (0.15, 0.850), (0.0, 0.858), (-0.15, 0.850)],
                       closed=True)  # fmt: skip
        line = spline([(-0.34, 0.808), (-0.14, 0.825), (0.0, 0.824), (0.14, 0.825), (0.34, 0.808)])
        r, g, b = self._look.lips
        return [
            Mark([self._shifted(upper)], (int(r * 0.86), int(g * 0.86), int(b * 0.86)), 0.85, blur=0.0006),
            Mark([self._shifted(lower)], self._look.lips, 0.80, blur=0.0007),
            Mark([self._shifted(ellipse((-0.04, 0.842), (0.10, 0.006)))], (255, 225, 220), 0.35, blur=0.0006),
            Mark([self._shifted(line)], (int(r * 0.35), int(g * 0.3), int(b * 0.3)), 0.80, width=0.0012, blur=0.0004),
        ]

    def _beard(self) -> Mark:
        jaw = spline([(-0.97, 0.55), (-0.72, 0.72), (-0.36, 0.775), (0, 0.765), (0.36, 0.775), (0.72, 0.72),
                      (0.97, 0.55),
                      (0.95, 0.80), (0.5, 1.0), (-0.5, 1.0), (-0.95, 0.80)], closed=True)  # fmt: skip
        return Mark([self.at(jaw)], self._look.hair, 0.62 * self._look.beard, blur=0.0022)

    def hair_behind(self) -> Piece | None:
        """The hair that falls behind the shoulders."""
        turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        outlines: dict[str, np.ndarray | list] = {
            "long": [(-0.9, 0.1), (0.9, 0.1), (1.32, 0.6), (1.50, 1.2), (1.35, 1.75), (0.8, 1.95), (-0.8, 1.95),
                     (-1.35, 1.75), (-1.50, 1.2), (-1.32, 0.6)],
            "wavy": [(-0.9, 0.1), (0.9, 0.1), (1.45, 0.55), (1.75, 1.0), (1.65, 1.45), (1.0, 1.70), (-1.0, 1.70),
                     (-1.65, 1.45), (-1.75, 1.0), (-1.45, 0.55)],
            "bob": [(-0.9, 0.1), (0.9, 0.1), (1.35, 0.6), (1.38, 0.98), (1.0, 1.12), (-1.0, 1.12), (-1.38, 0.98),
                    (-1.35, 0.6)],
            "curly": np.column_stack([1.85 * np.cos(turn) * (1 + 0.03 * np.sin(9 * turn)),
                                      0.42 + 0.62 * np.sin(turn) * (1 + 0.03 * np.cos(11 * turn))]),
        }  # fmt: skip
        if self._look.style not in outlines:
            return None
        outline = self.at(spline(outlines[self._look.style], closed=True))
        return Piece(HAIR, [outline], self._hair_fabric(), 0.03, marks=self._back_strands(), shadow=0.3)

    def hair_in_front(self) -> list[Piece]:
        """The hair around the face, lock by lock, and what stands on the head."""
        style = self._look.style
        pieces = [self._cap()]
        if style in ("long", "wavy", "bob"):
            pieces += [self._curtain(sign) for sign in (-1, 1)]
        if style == "bun":
            knot = self.at(ellipse((0.05, -0.10), (0.50, 0.135)))
            pieces.insert(0, Piece(HAIR, [knot], self._hair_fabric(), 0.02, angle=1.2))
        return pieces

    def _hair_fabric(self) -> Fabric:
        r, g, b = self._look.hair
        shine = (min(255, int(r * 1.55 + 12)), min(255, int(g * 1.5 + 9)), min(255, int(b * 1.4 + 7)))
        return Fabric("curls" if self._look.style == "curly" else "hair", self._look.hair, shine)

    def _cap(self) -> Piece:
        """The hair on the skull, down to the hairline."""
        part = 0.22 if self._look.style != "short" else -0.35
        rise = {"short": 0.045, "curly": 0.10}.get(self._look.style, 0.012)
        side = {"short": 0.50, "bun": 0.50, "curly": 0.62}.get(self._look.style, 0.56)
        low = 0.335 if self._look.style == "short" else 0.31
        outer = [(-1.10, side), (-1.14, 0.34), (-0.92, 0.08 - rise), (-0.42, -0.03 - rise), (0.1, -0.045 - rise),
                 (0.55, -0.02 - rise), (0.95, 0.09 - rise), (1.14, 0.34), (1.10, side)]  # fmt: skip
        inner = [(0.93, side - 0.02), (0.90, 0.40), (0.62, low - 0.02), (part + 0.12, 0.20), (part, 0.185),
                 (part - 0.2, 0.205), (-0.55, low - 0.01), (-0.88, 0.41), (-0.93, side - 0.02)]  # fmt: skip
        if self._look.style == "short":
            inner = [(0.93, side - 0.02), (0.86, 0.37), (0.62, 0.27), (0.3, 0.245), (0.0, 0.275), (-0.3, 0.25),
                     (-0.62, 0.285), (-0.86, 0.37), (-0.93, side - 0.02)]  # fmt: skip
        outline = self.at(np.concatenate([spline(outer), spline(inner)]))
        return Piece(HAIR, [outline], self._hair_fabric(), 0.026, angle=0.0, marks=self._cap_strands(part), shadow=0.45)

    def _curtain(self, sign: int) -> Piece:
        """The hair that falls beside the face."""
        style = self._look.style
        length = {"long": 1.90, "wavy": 1.62, "bob": 1.04}[style]
        wave = 0.10 if style == "wavy" else 0.02
        y = np.linspace(0.22, length, 9)
        swing = wave * np.sin(np.arange(9) * 1.55 + sign)
        spread = {"long": 0.13, "wavy": 0.36, "bob": 0.12}[style] * np.clip((y - 0.4) / (length - 0.4), 0, 1)
        outer = np.column_stack([sign * (np.interp(y, [0.2, 0.4, 0.6], [1.0, 1.15, 1.20]) + spread + swing), y])
        inner_x = np.interp(y, [0.2, 0.45, 0.7, 1.0, 1.9], [0.60, 0.87, 0.88, 0.76, 0.74])
        inner_x += 0.20 * np.clip((y - 0.75 * length) / (0.25 * length), 0, 1) ** 2
        inner = np.column_stack([sign * (inner_x + swing), y])
        tip = (sign * (1.12 + spread[-1] * 0.7), length + 0.06)
        end = spline([outer[-1], tip, inner[-1]])[1:-1]
        outline = self.at(np.concatenate([spline(outer), end, spline(inner)[::-1]]))
        lanes = np.linspace(0.06, 0.94, 46)
        strands = [self.at(spline(outer * (1 - lane) + inner * lane)) for lane in lanes]
        return Piece(HAIR, [outline], self._hair_fabric(), 0.016, marks=self._tones(strands), shadow=0.6)

    def _back_strands(self) -> list[Mark]:
        if self._look.style == "curly":
            return []
        strands = []
        for x in np.linspace(-1.5, 1.5, 70):
            bend = 0.10 * self._random.uniform(-1, 1)
            strands.append(self.at(spline([(x * 0.6, 0.2), (x, 0.8), (x + bend, 1.4), (x * 0.95, 1.95)])))
        return self._tones(strands)

    def _cap_strands(self, part: float) -> list[Mark]:
        if self._look.style == "curly":
            return []
        strands = []
        for lane in np.linspace(0.02, 1, 60):
            for sign in (-1, 1):
                edge = (sign * 1.12, 0.52)
                top = (part + (sign * 1.02 - part) * 0.55 * lane**0.8, 0.19 - 0.24 * lane)
                temple = (sign * (0.66 + 0.46 * lane), 0.30 - 0.1 * lane)
                strands.append(self.at(spline([(part, 0.19 - 0.23 * lane), top, temple, edge])))
        return self._tones(strands)

    def _tones(self, strands: list[np.ndarray]) -> list[Mark]:
        """Strands in four tones of the hair."""
        groups: list[list[np.ndarray]] = [[], [], [], []]
        for strand in strands:
            jitter = self._random.normal(0, 0.0006, 2)
            groups[int(self._random.integers(0, 4))].append(strand + jitter)
        tones = [toned(self._look.hair, factor) for factor in (0.45, 0.75, 1.6, 2.1)]
        return [
            Mark(group, tone, opacity, width=0.0012, blur=0.0004)
            for group, tone, opacity in zip(groups, tones, (0.55, 0.45, 0.35, 0.30), strict=True)
            if group
        ]

    def glasses(self, dark: bool, color: Color) -> list[Piece]:
        """Sunglasses, or clear ones as a frame only."""
        lenses = []
        for sign in (-1, 1):
            x = sign * 0.41
            lenses.append(spline([(x - 0.30, 0.465), (x + 0.0, 0.452), (x + 0.30, 0.465), (x + 0.29, 0.545),
                                  (x + 0.14, 0.598),
                                  (x - 0.14, 0.598), (x - 0.29, 0.545)], closed=True))  # fmt: skip
        bridge = np.array([(-0.14, 0.478), (0.14, 0.478), (0.14, 0.500), (-0.14, 0.500)])
        arms = [np.array([(s * 0.68, 0.475), (s * 1.02, 0.50), (s * 1.02, 0.52), (s * 0.68, 0.502)]) for s in (-1, 1)]
        outlines = [self._shifted(part) for part in (*lenses, bridge, *arms)]
        panes = [lens * 0.82 + lens.mean(axis=0) * 0.18 for lens in lenses]
        holes = [] if dark else [self._shifted(pane) for pane in panes]
        glare = [self._shifted(ellipse((s * 0.41 - 0.10, 0.495), (0.10, 0.018), 0.5)) for s in (-1, 1)]
        marks = [Mark(glare, (205, 215, 228), 0.35, blur=0.0012)] if dark else []
        return [Piece(GLASSES, outlines, Fabric("leather", color), 0.006, marks=marks, shadow=0.45, cutouts=holes)]

    def hat(self, kind: str, fabric: Fabric) -> list[Piece]:
        """A "fedora", a "beanie" or a "straw" hat with a wide brim."""
        if kind == "beanie":
            dome = spline([(-1.16, 0.36), (-1.14, 0.10), (-0.7, -0.13), (0.0, -0.19), (0.7, -0.13), (1.14, 0.10),
                           (1.16, 0.36)])  # fmt: skip
            cuff = spline([(-1.19, 0.20), (0, 0.16), (1.19, 0.20), (1.19, 0.39), (0, 0.34), (-1.19, 0.39)])
            folds = Folds(0.0012, 0.02, 0.05)
            return [Piece(HAT, [self.at(dome)], fabric, 0.035, folds), Piece(HAT, [self.at(cuff)], fabric, 0.010)]
        reach = 2.05 if kind == "straw" else 1.72
        crown = spline([(-1.02, 0.22), (-0.96, -0.06), (-0.62, -0.20), (-0.2, -0.175), (0.2, -0.175), (0.62, -0.20),
                        (0.96, -0.06), (1.02, 0.22)])  # fmt: skip
        brim = spline([(-reach, 0.20), (-1.0, 0.165), (0, 0.135), (1.0, 0.165), (reach, 0.20), (1.2, 0.285), (0, 0.325),
                       (-1.2, 0.285)], closed=True)  # fmt: skip
        edges = ([(-1.0, 0.075), (0, 0.105), (1.0, 0.075)], [(1.01, 0.155), (0, 0.19), (-1.01, 0.155)])
        ribbon = np.concatenate([spline(edge) for edge in edges])
        band = Mark([self.at(ribbon)], fabric.accent, 0.95, blur=0.0003)
        return [
            Piece(HAT, [self.at(brim)], fabric, 0.012, shadow=0.5),
            Piece(HAT, [self.at(crown)], fabric, 0.030, Folds(0.0010, 0.03, 0.06), marks=[band], shadow=0.45),
        ]
