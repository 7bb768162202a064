"""Procedural fabrics: colour and relief at any place of the cloth."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.data.renderer.noise import cloud, noise

Color = tuple[int, int, int]

MILLI = 1000.0  # cloth coordinates come in thousandths of a body height, about 1.7 mm


@dataclass(frozen=True)
class Fabric:
    """A cloth: `pattern` is a name in `PATTERNS`; `color` and `accent` are sRGB; `scale` enlarges the pattern."""

    pattern: str
    color: Color
    accent: Color = (240, 236, 228)
    scale: float = 1.0


@dataclass(frozen=True)
class Finish:
    """How a fabric takes light: strength and sharpness of its shine, its fuzz at grazing angles, and how it folds."""

    shine: float = 0.0
    sharpness: float = 20.0
    fuzz: float = 0.0
    stiffness: float = 0.4


@dataclass(frozen=True)
class Weave:
    """mix: float (H, W) in [0, 1] from colour to accent; tone: float (H, W), about 1; relief: (H, W) height."""

    mix: np.ndarray
    tone: np.ndarray
    relief: np.ndarray


def linear(color: Color | np.ndarray) -> np.ndarray:
    """sRGB in 0..255 to linear light in 0..1, float32."""
    return ((np.asarray(color, dtype=np.float32) / 255) ** 2.2).astype(np.float32)


def toned(color: Color, factor: float) -> Color:
    """The colour, lighter or darker by `factor` of its sRGB values."""
    red, green, blue = (min(255, int(channel * factor)) for channel in color)
    return red, green, blue


def finish_of(fabric: Fabric) -> Finish:
    """How the fabric takes light."""
    return FINISHES.get(fabric.pattern, Finish())


def weave(fabric: Fabric, u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    """The fabric at cloth coordinates u (across) and v (along), float32 (H, W), in body heights."""
    return PATTERNS[fabric.pattern](u * MILLI / fabric.scale, v * MILLI / fabric.scale, seed)


def _smooth_step(x: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _plain(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    thread = noise(u / 1.1, v / 9, seed) + noise(u / 9, v / 1.1, seed + 1)
    tone = 1 + 0.035 * thread + 0.04 * cloud(u / 40, v / 40, seed + 2)
    return Weave(np.zeros_like(u), tone, 0.05 * thread)


def _denim(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    twill = np.sin((u + 0.8 * v) * 1.9) * 0.5 + noise(u / 0.9, v / 7, seed)
    worn = _smooth_step(cloud(u / 32, v / 90, seed + 1), 0.0, 0.9)
    return Weave(np.clip(0.32 * worn + 0.10 * twill + 0.06, 0, 1), 1 + 0.10 * twill, 0.10 * twill)


def _knit(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    column = u / 4.2
    side = np.abs(np.mod(column, 1) - 0.5) * 2
    stitch = np.sin((v / 3.0 + side * 0.55) * 2 * np.pi) * 0.5 + 0.5
    relief = np.sqrt(np.clip(1 - (2 * side - 1) ** 2, 0, 1)) * (0.55 + 0.45 * stitch)
    fuzz = noise(u / 1.2, v / 1.2, seed)
    return Weave(np.zeros_like(u), 0.74 + 0.36 * relief + 0.05 * fuzz, 0.75 * relief)


def _rib(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    rib = np.sin(u / 5.0 * 2 * np.pi) * 0.5 + 0.5
    return Weave(np.zeros_like(u), 0.82 + 0.22 * rib + 0.03 * noise(u, v, seed), 0.8 * rib)


def _tweed(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    zigzag = np.abs(np.mod(u / 12, 1) - 0.5) * 12
    herring = np.sin((v + zigzag) * 1.25)
    fleck = noise(u / 1.4, v / 1.4, seed)
    mix = 0.22 + 0.16 * herring + 0.30 * fleck
    return Weave(np.clip(mix, 0, 1), 1 + 0.12 * noise(u / 2, v / 2, seed + 1), 0.15 * fleck)


def _plaid(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    def bands(x: np.ndarray) -> np.ndarray:
        wave = np.mod(x / 34, 1)
        wide = _smooth_step(0.21 - np.abs(wave - 0.5), 0, 0.02)
        thin = _smooth_step(0.025 - np.abs(wave - 0.06), 0, 0.012)
        return np.maximum(wide * 0.8, thin)

    thread = np.sin((u + v) * 2.2) * 0.5 + noise(u / 1.2, v / 1.2, seed)
    mix = 0.5 * bands(u) + 0.5 * bands(v) + 0.03 * thread
    return Weave(np.clip(mix, 0, 1), 1 + 0.05 * thread, 0.06 * thread)


def _stripes(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    base = _plain(u, v, seed)
    stripe = _smooth_step(np.sin(v / 19 * 2 * np.pi), 0.15, 0.45)
    return Weave(stripe, base.tone, base.relief)


def _pinstripe(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    base = _plain(u, v, seed)
    return Weave(0.55 * _smooth_step(np.cos(u / 13 * 2 * np.pi), 0.93, 0.99), base.tone, base.relief)


def _dots(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    base = _plain(u, v, seed)
    row = np.floor(v / 13)
    x = np.mod(u / 15 + 0.5 * np.mod(row, 2), 1) - 0.5
    y = np.mod(v / 13, 1) - 0.5
    radius = np.hypot(x * 15, y * 13)
    return Weave(_smooth_step(-radius, -4.3, -3.5), base.tone, base.relief)


def _floral(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    base = _plain(u, v, seed)
    mix, tone = np.zeros_like(u), base.tone.copy()
    for layer, size in enumerate((34.0, 22.0)):
        blossom, heart = _blossoms(u, v, size, seed + 10 * layer)
        mix = np.maximum(mix, blossom)
        tone *= 1 - 0.45 * heart
    leaves = _smooth_step(noise(u / 10, v / 10, seed + 5), 0.55, 0.68) * (1 - mix)
    return Weave(mix, tone * (1 - 0.5 * leaves), base.relief)


def _blossoms(u: np.ndarray, v: np.ndarray, size: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Flowers of five petals, one a cell of `size`, moved and turned at random; and their dark hearts."""
    column, row = np.floor(u / size).astype(int), np.floor(v / size).astype(int)
    random = np.random.default_rng(seed).uniform(-1, 1, (64, 64, 3)).astype(np.float32)[row % 64, column % 64]
    x = (np.mod(u / size, 1) - 0.5 - 0.2 * random[..., 0]) * size
    y = (np.mod(v / size, 1) - 0.5 - 0.2 * random[..., 1]) * size
    radius, angle = np.hypot(x, y), np.arctan2(y, x) + 3 * random[..., 2]
    reach = size * (0.19 + 0.07 * random[..., 2]) * (0.75 + 0.35 * np.abs(np.cos(2.5 * angle)))
    petals = _smooth_step(reach - radius, 0, 1.2) * (0.75 + 0.25 * radius / (reach + 1e-3))
    return petals, _smooth_step(size * 0.065 - radius, 0, 1.0)


def _leather(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    grain = np.abs(noise(u / 2.2, v / 2.2, seed)) + 0.5 * np.abs(noise(u / 1.1, v / 1.1, seed + 1))
    worn = cloud(u / 30, v / 30, seed + 2)
    return Weave(np.zeros_like(u), 0.95 + 0.10 * worn + 0.06 * grain, 0.16 * grain)


def _lace(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    blossom, heart = _blossoms(u, v, 20.0, seed)
    net = _smooth_step(np.cos(u * 1.5) * np.cos(v * 1.5), 0.1, 0.7)
    thread = np.clip(np.maximum(blossom, 0.45 * (1 - net)) - 0.6 * heart, 0, 1)
    return Weave(thread, 0.9 + 0.1 * thread, 0.4 * thread)


def _silk(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    return Weave(np.zeros_like(u), 1 + 0.03 * cloud(u / 60, v / 60, seed), np.zeros_like(u))


def _mesh(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    return Weave(np.zeros_like(u), 1 + 0.05 * noise(u, v, seed), 0.02 * noise(u, v / 4, seed))


def _fur(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    warp = 5 * noise(u / 14, v / 14, seed + 3)
    tuft = noise((u + warp) / 2.2, v / 11, seed) + 0.6 * noise((u - warp) / 1.3, v / 6, seed + 1)
    return Weave(np.clip(0.3 + 0.35 * tuft, 0, 1), 1 + 0.28 * tuft, 1.1 * tuft)


def _skin(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    return Weave(np.zeros_like(u), 1 + 0.025 * cloud(u / 14, v / 14, seed), 0.01 * noise(u / 2, v / 2, seed))


def _hair(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    strand = noise(u / 1.6, v / 70, seed) + 0.6 * noise(u / 5, v / 90, seed + 1)
    return Weave(np.clip(0.25 + 0.22 * strand, 0, 1), 1 + 0.14 * strand, 0.35 * strand)


def _curls(u: np.ndarray, v: np.ndarray, seed: int) -> Weave:
    coil = noise(u / 4.2, v / 4.2, seed) + 0.7 * noise(u / 2.1, v / 2.1, seed + 1)
    return Weave(np.clip(0.25 + 0.25 * coil, 0, 1), 1 + 0.25 * coil, 1.0 * coil)


PATTERNS: dict[str, Callable[[np.ndarray, np.ndarray, int], Weave]] = {
    "plain": _plain, "denim": _denim, "knit": _knit, "rib": _rib, "tweed": _tweed, "plaid": _plaid,
    "stripes": _stripes, "pinstripe": _pinstripe, "dots": _dots, "floral": _floral, "leather": _leather,
    "lace": _lace, "silk": _silk, "mesh": _mesh, "fur": _fur, "skin": _skin, "hair": _hair, "curls": _curls,
}  # fmt: skip

FINISHES = {
    "leather": Finish(shine=0.40, sharpness=28, stiffness=0.8),
    "silk": Finish(shine=0.30, sharpness=14, stiffness=0.1),
    "mesh": Finish(shine=0.05, sharpness=10, fuzz=-0.35),
    "knit": Finish(fuzz=0.15, stiffness=0.6),
    "rib": Finish(fuzz=0.12, stiffness=0.5),
    "tweed": Finish(fuzz=0.10, stiffness=0.8),
    "fur": Finish(fuzz=0.35, stiffness=1.0),
    "skin": Finish(shine=0.05, sharpness=18),
    "hair": Finish(shine=0.12, sharpness=16),
    "curls": Finish(shine=0.04, sharpness=10, fuzz=0.10),
}
