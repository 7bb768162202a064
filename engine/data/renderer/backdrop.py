"""What stands behind a person: a street, a wall, a park or a studio, out of focus the further away it is."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.data.renderer.fabrics import Color, linear
from engine.data.renderer.noise import cloud, noise


@dataclass(frozen=True)
class Backdrop:
    """kind: "wall", "brick", "boulevard", "park" or "studio"; wall, ground: sRGB; edge: y where the ground ends."""

    kind: str = "wall"
    wall: Color = (196, 186, 172)
    ground: Color = (150, 148, 146)
    edge: float = 0.80


def render_backdrop(
    backdrop: Backdrop, size: tuple[int, int], scale: float, origin: tuple[float, float], seed: int
) -> np.ndarray:
    """The backdrop in linear light, float32 (H, W, 3), for `size` (width, height); body frame as in `Painter`."""
    x = (np.arange(size[0], dtype=np.float32) - origin[0]) / scale
    y = (np.arange(size[1], dtype=np.float32) - origin[1]) / scale
    grid = np.meshgrid(x, y)
    x, y = grid[0].astype(np.float32), grid[1].astype(np.float32)
    if backdrop.kind == "studio":
        return _studio(backdrop, x, y)
    far = {"wall": _wall, "brick": _brick, "boulevard": _boulevard, "park": _park}[backdrop.kind](backdrop, x, y, seed)
    blur = {"wall": 0.006, "brick": 0.004, "boulevard": 0.016, "park": 0.012}[backdrop.kind]
    edge = cv2.GaussianBlur((y > backdrop.edge).astype(np.float32), (0, 0), max(0.5, blur * scale))[..., None]
    far = cv2.GaussianBlur(far, (0, 0), max(0.5, blur * scale))
    return (far * (1 - edge) + _ground(backdrop, x, y, scale, seed) * edge).astype(np.float32)


def _studio(backdrop: Backdrop, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    paper = linear(backdrop.wall)
    glow = 1.12 - 0.42 * ((x - 0.05) ** 2 + 0.6 * (y - 0.45) ** 2)
    below = y - backdrop.edge
    floor = 1 + 0.10 / (1 + np.exp(-18 * below)) - 0.11 * np.exp(-((below / 0.10) ** 2))
    return (paper * (glow * floor)[..., None]).astype(np.float32)


def _ground(backdrop: Backdrop, x: np.ndarray, y: np.ndarray, scale: float, seed: int) -> np.ndarray:
    """Slabs or gravel in perspective, sharp at the feet and blurred behind them."""
    horizon = 0.30
    depth = 0.70 / np.maximum(y - horizon, 0.05)
    across, along = x * depth, depth * 1.6
    tone = 1 + 0.10 * cloud(across * 5, along * 5, seed) + 0.07 * noise(across * 90, along * 60, seed + 1)
    if backdrop.kind in ("wall", "brick"):
        row = np.floor(along / 0.34)
        joints = np.minimum(_joint(across / 0.52 + 0.5 * np.mod(row, 2), 0.012), _joint(along / 0.34, 0.018))
        tone *= joints * (1 + 0.10 * noise(np.floor(across / 0.52 + 0.5 * np.mod(row, 2)) * 1.7, row * 1.7, seed + 2))
    if backdrop.kind == "boulevard":
        tone *= 1 + 0.35 * np.clip(1 - np.abs(across - 0.75) / 0.035, 0, 1)
    color = linear(backdrop.ground) * (tone * (1.12 - 0.25 * (y - 0.8)))[..., None]
    soft = cv2.GaussianBlur(color, (0, 0), max(0.5, 0.005 * scale))
    sharp = np.clip(1 - np.abs(y - 0.99) / 0.16, 0, 1)[..., None]
    return soft + (color - soft) * sharp


def _joint(t: np.ndarray, width: float) -> np.ndarray:
    """0.62 on the lines at whole numbers, 1 elsewhere."""
    distance = np.abs(np.mod(t + 0.5, 1) - 0.5)
    return 0.62 + 0.38 * np.clip((distance - width) / width, 0, 1)


def _wall(backdrop: Backdrop, x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Plaster with a plinth, and a door or shop window at one side."""
    random = np.random.default_rng(seed)
    tone = 1 + 0.08 * cloud(x * 4, y * 4, seed) + 0.04 * noise(x * 40, y * 40, seed + 1)
    color = linear(backdrop.wall) * tone[..., None]
    plinth = np.clip((y - backdrop.edge + 0.10) * 60, 0, 1)[..., None]
    color = color * (1 - 0.35 * plinth)
    side = random.choice([-1, 1])
    left = side * random.uniform(0.16, 0.22)
    inside = (side * x > side * left) & (y > -0.25) & (y < backdrop.edge - 0.02)
    frame = (side * x > side * left - 0.022) & (y < backdrop.edge)
    wood = linear(random.uniform(45, 100) + random.uniform(-18, 18, 3))
    glass = linear((58, 66, 76)) * (1 + 0.9 * np.clip(cloud(x * 5, y * 3, seed + 3), 0, 1))[..., None]
    panes = (_joint(x / 0.16, 0.05) * _joint((y + 0.1) / 0.30, 0.03))[..., None]
    color = np.where(frame[..., None], wood * 0.9, color)
    return np.where(inside[..., None], glass * panes, color).astype(np.float32)


def _brick(backdrop: Backdrop, x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    row = np.floor(y / 0.028)
    along = x / 0.085 + 0.5 * np.mod(row, 2)
    own = noise(np.floor(along) * 1.9, row * 1.9, seed)
    mortar = np.minimum(np.clip((np.abs(np.mod(along + 0.5, 1) - 0.5) - 0.03) / 0.03, 0, 1),
                        np.clip((np.abs(np.mod(y / 0.028 + 0.5, 1) - 0.5) - 0.08) / 0.06, 0, 1))  # fmt: skip
    tone = (1 + 0.22 * own + 0.10 * cloud(x * 12, y * 12, seed + 1)) * (1 - 0.25 * np.clip((y - 0.6) * 2, 0, 1))
    brick = linear(backdrop.wall) * tone[..., None]
    joint = linear((172, 164, 152)) * (0.75 + 0.1 * own)[..., None]
    return (joint + (brick - joint) * mortar[..., None]).astype(np.float32)


def _boulevard(backdrop: Backdrop, x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Sky between two rows of houses, trees, and things that stand along the road."""
    random = np.random.default_rng(seed)
    sky = linear((214, 226, 238)) * (1.15 - 0.25 * y[..., None])
    color = sky
    vanish = random.uniform(-0.12, 0.12)
    for sign in (-1, 1):
        reach = sign * (x - vanish)
        roof = 0.34 - 0.95 * np.maximum(reach - 0.05, 0)
        house = (reach > 0.05) & (y > roof)
        depth = 0.35 / np.maximum(reach, 0.05)
        window = (np.mod(depth * 5, 1) > 0.45) & (np.mod((y - 0.34) * depth * 4.5, 1) > 0.42)
        base = linear(backdrop.wall) * random.uniform(0.6, 1.0) * (1 - 0.25 * window)[..., None]
        tone = (0.8 + 0.25 * cloud(x * 6, y * 6, seed + sign + 1))[..., None]
        color = np.where(house[..., None], base * tone, color)
    for _ in range(5):
        centre = (random.uniform(-0.42, 0.42), random.uniform(0.05, 0.28))
        crown = np.hypot((x - centre[0]) / 0.16, (y - centre[1]) / 0.20) + 0.28 * cloud(x * 14, y * 14, seed + 3)
        leaf = linear((70, 92, 48)) * (0.9 + 0.6 * cloud(x * 30, y * 30, seed + 4))[..., None]
        color = np.where((crown < 0.8)[..., None], np.clip(leaf, 0, 1), color)
    for _ in range(7):
        left, width = random.uniform(-0.48, 0.44), random.uniform(0.04, 0.13)
        top = backdrop.edge - random.uniform(0.07, 0.17)
        thing = (np.abs(x - left) < width / 2) & (y > top)
        paint = linear(random.uniform(40, 165) + random.uniform(-22, 22, 3))
        shine = (0.8 + 0.5 * (y < top + 0.03))[..., None]
        color = np.where(thing[..., None], paint * shine, color)
    return color.astype(np.float32)


def _park(backdrop: Backdrop, x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Leaves, trunks, a sunlit lawn, and round lights out of focus."""
    random = np.random.default_rng(seed)
    leaves = 0.55 + 0.6 * cloud(x * 9, y * 9, seed) + 0.25 * noise(x * 45, y * 45, seed + 1)
    color = linear(backdrop.wall) * np.clip(leaves, 0.12, 1.6)[..., None]
    for _ in range(5):
        middle, half = random.uniform(-0.45, 0.45), random.uniform(0.008, 0.022)
        trunk = np.abs(x - middle + 0.02 * noise(y * 3, y * 0 + 5, seed + 2)) < half
        color = np.where(trunk[..., None], linear((58, 46, 38)), color)
    lawn = np.clip((y - backdrop.edge + 0.16) * 30, 0, 1)[..., None]
    grass = linear((128, 148, 74)) * (1 + 0.3 * cloud(x * 8, y * 30, seed + 3))[..., None]
    color = color + (grass - color) * lawn
    for _ in range(40):
        centre = random.uniform(-0.45, 0.45), random.uniform(-0.1, 0.45)
        disc = np.clip((random.uniform(0.010, 0.026) - np.hypot(x - centre[0], y - centre[1])) * 300, 0, 1)
        color = color + disc[..., None] * random.uniform(0.05, 0.3) * linear((236, 240, 200))
    return color.astype(np.float32)
