"""A whole picture: a dressed person before a backdrop, with its label map."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from engine.data.renderer.backdrop import Backdrop, render_backdrop
from engine.data.renderer.figure import WOMAN, Body, Build, Pose
from engine.data.renderer.head import Look
from engine.data.renderer.painter import Light, Painter
from engine.data.renderer.wardrobe import Dresser, Outfit

FINER = 3  # rendered pixels for one of the picture, each way
TALL = 0.885  # the body's height as a share of the picture's
HEADROOM = 0.065
GRAIN = 0.006


@dataclass(frozen=True)
class Person:
    """Everything that decides a picture; `seed` draws what is left to chance: folds, threads, strands, bricks."""

    outfit: Outfit
    look: Look = field(default_factory=Look)
    build: Build = WOMAN
    pose: Pose = field(default_factory=Pose)
    backdrop: Backdrop = field(default_factory=Backdrop)
    light: Light = field(default_factory=Light)
    seed: int = 0
    shift: float = 0.0


def render(person: Person, size: tuple[int, int] = (256, 384)) -> tuple[np.ndarray, np.ndarray]:
    """Draw a person for `size` (width, height): photo RGB uint8 (H, W, 3), class ids uint8 (H, W)."""
    width, height = size[0] * FINER, size[1] * FINER
    scale = min(TALL * height, 1.36 * width)
    origin = (width * (0.5 + person.shift), height * (1 - HEADROOM * 0.6) - scale)
    small_origin = (origin[0] / FINER, origin[1] / FINER)
    backdrop = render_backdrop(person.backdrop, size, scale / FINER, small_origin, person.seed)
    canvas = cv2.resize(backdrop, (width, height), interpolation=cv2.INTER_LINEAR)
    painter = Painter(canvas, scale, origin, person.light)
    pieces = Dresser(Body(person.build, person.pose), person.look, person.outfit, person.seed).pieces()
    for number, piece in enumerate(pieces):
        painter.paint(piece, person.seed * 101 + number * 13)
    _ground_shadow(painter, scale, origin, person)
    photo = cv2.resize(painter.image, size, interpolation=cv2.INTER_AREA)
    return _developed(photo, person.seed), _reduced(painter.labels)


def _ground_shadow(painter: Painter, scale: float, origin: tuple[float, float], person: Person) -> None:
    """Darken the ground where the person keeps the light away: softly far off, deep under the soles."""
    body = (painter.labels > 0).astype(np.float32)
    direction = person.light.unit
    lean, rise = -direction[0] * 0.9, 0.16
    feet = origin[1] + 0.995 * scale
    matrix = np.array([[1, -lean, lean * feet], [0, rise, feet * (1 - rise)]], dtype=np.float32)
    long = cv2.warpAffine(body, matrix, body.shape[::-1])
    long = cv2.GaussianBlur(long, (0, 0), max(0.5, 0.010 * scale))
    near: np.ndarray = np.zeros_like(body)
    for x, y in Body(person.build, person.pose).ankles:
        centre = int(origin[0] + x * scale), int(origin[1] + (y + 0.052) * scale)
        cv2.ellipse(near, centre, (int(0.040 * scale), int(0.010 * scale)), 0, 0, 360, 1.0, -1)
    near = cv2.GaussianBlur(near, (0, 0), max(0.5, 0.007 * scale))
    floor = np.clip(((np.arange(len(body)) - origin[1]) / scale - person.backdrop.edge) * 12, 0, 1)[:, None]
    strength = 0.30 if person.backdrop.kind == "studio" else 0.45
    factor = (1 - strength * long * floor) * (1 - 0.6 * near)
    painter.image *= np.where(painter.labels == 0, factor, 1.0).astype(np.float32)[..., None]


def _developed(photo: np.ndarray, seed: int) -> np.ndarray:
    """Linear light to an sRGB photo, with a soft shoulder, darker corners and grain."""
    height, width = photo.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    photo = photo * (1.04 - 0.11 * (x**2 + y**2))[..., None]
    curve = np.where(photo > 0.6, 0.6 + 0.4 * np.tanh((photo - 0.6) / 0.4 * 0.85), photo)
    encoded = np.clip(curve, 0, 1) ** (1 / 2.2)
    random = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(random.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 0.6) * 1.8
    noisy = encoded + GRAIN * (grain[..., None] + 0.35 * random.normal(0, 1, photo.shape))
    return np.round(np.clip(noisy, 0, 1) * 255).astype(np.uint8)


def _reduced(labels: np.ndarray) -> np.ndarray:
    """The class in the middle of each block of FINER x FINER."""
    return np.ascontiguousarray(labels[FINER // 2 :: FINER, FINER // 2 :: FINER])
