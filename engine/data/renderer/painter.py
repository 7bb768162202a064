"""Paints pieces over each other: round forms, folds, fabric and light."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.data.renderer.fabrics import finish_of, linear, weave
from engine.data.renderer.noise import noise
from engine.data.renderer.shapes import Folds, Mark, Piece

SUBPIXEL = 4  # fractional bits of drawn points
HEM = 3.0  # how much faster a hanging cloth turns away at its hem than at its sides
RELIEF = 0.0009  # height of a fabric's relief of 1, in body heights


@dataclass(frozen=True)
class Light:
    """direction: to the light, (3,): right, down, towards the viewer; key, sky, ground: linear RGB."""

    direction: tuple[float, float, float] = (-0.5, -0.6, 0.62)
    key: tuple[float, float, float] = (1.12, 1.04, 0.94)
    sky: tuple[float, float, float] = (0.34, 0.38, 0.45)
    ground: tuple[float, float, float] = (0.17, 0.155, 0.145)

    @property
    def unit(self) -> np.ndarray:
        direction = np.array(self.direction, dtype=np.float32)
        return direction / np.linalg.norm(direction)


@dataclass(frozen=True)
class Window:
    """A part of the canvas: its corner (x, y) and size (width, height) in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)


class Painter:
    """A canvas in linear light, float32 (H, W, 3), and its classes, uint8 (H, W).

    scale: pixels a body height; origin: the pixel (x, y) of the body's (0, 0).
    """

    def __init__(self, backdrop: np.ndarray, scale: float, origin: tuple[float, float], light: Light) -> None:
        self.image = backdrop
        self.labels: np.ndarray = np.zeros(backdrop.shape[:2], dtype=np.uint8)
        self._scale = scale
        self._origin = np.array(origin)
        self._light = light

    def paint(self, piece: Piece, seed: int) -> None:
        """Lay a piece over what is there, and its soft shadow around it."""
        window = self._window(piece)
        if window is None:
            return
        mask = self._mask(piece, window)
        self._cast_shadow(mask, piece.shadow, window)
        color = self._shaded(piece, mask, window, seed)
        inside = mask > 0
        self.image[window.slices][inside] = color[inside]
        self.labels[window.slices][inside] = piece.label

    def _window(self, piece: Piece) -> Window | None:
        points = self._pixels(np.concatenate(piece.outlines))
        margin = int(0.02 * self._scale) + 2
        height, width = self.labels.shape
        left, top = np.maximum(np.floor(points.min(axis=0)).astype(int) - margin, 0)
        right, bottom = np.minimum(np.ceil(points.max(axis=0)).astype(int) + margin, (width, height))
        if right <= left or bottom <= top:
            return None
        return Window(int(left), int(top), int(right - left), int(bottom - top))

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        return points * self._scale + self._origin

    def _mask(self, piece: Piece, window: Window) -> np.ndarray:
        mask = np.zeros((window.height, window.width), dtype=np.uint8)
        for outline in piece.outlines:
            cv2.fillPoly(mask, [self._fixed(outline, window)], 255, shift=SUBPIXEL)
        for outline in piece.cutouts:
            cv2.fillPoly(mask, [self._fixed(outline, window)], 0, shift=SUBPIXEL)
        return mask

    def _fixed(self, points: np.ndarray, window: Window) -> np.ndarray:
        local = self._pixels(points) - (window.x, window.y)
        return np.round(local * 2**SUBPIXEL).astype(np.int32)

    def _cast_shadow(self, mask: np.ndarray, strength: float, window: Window) -> None:
        """Darken the person (not the backdrop) beside and below the piece, away from the light."""
        shift = -self._light.unit[:2] * 0.010 * self._scale
        moved = cv2.warpAffine(mask, np.array([[1, 0, shift[0]], [0, 1, shift[1]]], dtype=np.float32), mask.shape[::-1])
        soft = cv2.GaussianBlur(moved, (0, 0), max(0.3, 0.0055 * self._scale)).astype(np.float32) / 255
        person = self.labels[window.slices] > 0
        factor = 1 - strength * soft * person
        self.image[window.slices] *= factor[..., None]

    def _shaded(self, piece: Piece, mask: np.ndarray, window: Window, seed: int) -> np.ndarray:
        form = _inflated(mask, piece.depth * self._scale, HEM if piece.hanging else 1.0)
        x, y = self._body_coordinates(window)
        nx, ny = _slopes(form)
        roundness = np.clip(nx / np.sqrt(1 + nx**2 + ny**2), -0.97, 0.97)
        cos, sin = float(np.cos(piece.angle)), float(np.sin(piece.angle))
        u = cos * x + sin * y + piece.depth * (np.arcsin(roundness) - roundness)
        v = -sin * x + cos * y
        folds = _fold_height(piece.folds, u, v, x, y, seed)
        cloth = weave(piece.fabric, u + 1.2 * folds, v, seed)
        height = (form + (folds + RELIEF * cloth.relief) * self._scale).astype(np.float32)
        albedo = _albedo(piece, cloth.mix, cloth.tone)
        for mark in piece.marks:
            self._draw(mark, albedo, window)
        crease = np.clip(1 + 26 * folds, 0.72, 1.12) if piece.folds.amount else np.ones_like(folds)
        return self._lit(albedo, height, piece) * crease[..., None]

    def _body_coordinates(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        x = (np.arange(window.width, dtype=np.float32) + window.x - self._origin[0]) / self._scale
        y = (np.arange(window.height, dtype=np.float32) + window.y - self._origin[1]) / self._scale
        grid_x, grid_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return grid_x, grid_y

    def _draw(self, mark: Mark, albedo: np.ndarray, window: Window) -> None:
        layer: np.ndarray = np.zeros(albedo.shape[:2], dtype=np.uint8)
        lines = [self._fixed(line, window) for line in mark.lines]
        if mark.width:
            thickness = max(1, round(mark.width * self._scale))
            cv2.polylines(layer, lines, False, 255, thickness, cv2.LINE_AA, SUBPIXEL)
        else:
            cv2.fillPoly(layer, lines, 255, cv2.LINE_AA, SUBPIXEL)
        if mark.blur * self._scale > 0.3:
            layer = cv2.GaussianBlur(layer, (0, 0), mark.blur * self._scale)
        opacity = layer[..., None].astype(np.float32) * (mark.opacity / 255)
        albedo += opacity * (linear(mark.color) - albedo)

    def _lit(self, albedo: np.ndarray, height: np.ndarray, piece: Piece) -> np.ndarray:
        finish = finish_of(piece.fabric)
        key, sky, ground = (
            np.array(c, dtype=np.float32) for c in (self._light.key, self._light.sky, self._light.ground)
        )
        slope_x, slope_y = _slopes(height)
        z = 1 / np.sqrt(1 + slope_x**2 + slope_y**2)
        normal = np.stack([slope_x * z, slope_y * z, z], axis=2)
        facing = normal @ self._light.unit
        wrap = 0.35 if piece.fabric.pattern == "skin" else 0.18
        diffuse = np.clip((facing + wrap) / (1 + wrap), 0, 1)[..., None] * key
        up = (0.5 - 0.5 * normal[..., 1])[..., None]
        ambient = up * sky + (1 - up) * ground
        ambient = ambient * (0.45 + 0.55 * z[..., None])
        halfway = self._light.unit + np.array([0, 0, 1], dtype=np.float32)
        halfway /= np.linalg.norm(halfway)
        glint = finish.shine * np.clip(normal @ halfway, 0, 1) ** finish.sharpness
        fuzz = 1 + finish.fuzz * (1 - z) ** 1.5
        return (albedo * (diffuse + ambient) * fuzz[..., None] + glint[..., None] * key).astype(np.float32)


def _inflated(mask: np.ndarray, radius: float, squeeze: float) -> np.ndarray:
    """A pillow over the mask: height in pixels, float32 (H, W), rising over `radius` pixels like a quarter circle.

    From above and below it rises `squeeze` times as fast as from the sides.
    """
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    narrow_width = max(1, round(padded.shape[1] / squeeze))
    narrow = cv2.resize(padded, (narrow_width, len(padded)), interpolation=cv2.INTER_NEAREST)
    crossed = cv2.distanceTransform(narrow, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) * squeeze
    distance = cv2.resize(crossed, padded.shape[::-1], interpolation=cv2.INTER_LINEAR)[1:-1, 1:-1]
    t = 1 - np.clip(distance / max(radius, 1.0), 0, 1)
    height = radius * np.sqrt(np.clip(1 - 0.94 * t * t, 0, 1)) * 0.8
    return cv2.GaussianBlur(height.astype(np.float32), (0, 0), max(0.5, radius * 0.14))


def _slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The normal's x and y for z = 1."""
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return -dx, -dy


def _albedo(piece: Piece, mix: np.ndarray, tone: np.ndarray) -> np.ndarray:
    first, second = linear(piece.fabric.color), linear(piece.fabric.accent)
    return ((first + (second - first) * mix[..., None]) * np.clip(tone, 0.1, 2)[..., None]).astype(np.float32)


def _fold_height(folds: Folds, u: np.ndarray, v: np.ndarray, x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Height of the folds in body heights, float32 (H, W), around 0."""
    if not folds.amount:
        return np.zeros_like(u)
    cos, sin = float(np.cos(folds.angle)), float(np.sin(folds.angle))
    across, along = cos * u + sin * v, -sin * u + cos * v
    across = across + 0.5 * folds.width * noise(across / folds.width / 3, along / folds.length * 2, seed + 7)
    ridges = noise(across / folds.width, along / folds.length, seed + 8)
    fine = noise(across / folds.width * 2.1, along / folds.length * 1.7, seed + 9)
    height = folds.amount * (1.15 * np.sqrt(ridges**2 + 0.16) - 0.65 + 0.25 * fine)
    if folds.pleats:
        height = height * 0.3 + folds.amount * 1.3 * np.sin(across / folds.pleats * 2 * np.pi)
    span = max(float(np.ptp(v)), 1e-6)
    height *= 1 - folds.droop * (1 - (v - v.min()) / span)
    for number, centre in enumerate(folds.centres):
        height += folds.amount * _gathered(centre, x, y, seed + 20 + number)
    return height.astype(np.float32)


def _gathered(centre: tuple[float, float, float], x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Short creases across a limb around a joint, of height about 1."""
    dx, dy = (x - centre[0]) / centre[2], (y - centre[1]) / centre[2]
    tilt = dy * 2.2 + 0.9 * dx * np.tanh(4 * dy) + 1.1 * noise(dx * 1.5, dy * 1.5, seed)
    return 1.1 * np.exp(-(dx**2 + dy**2)) * (np.sqrt(np.sin(tilt * 1.5) ** 2 + 0.05) - 0.6)
