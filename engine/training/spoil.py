"""Photos made worse, as cameras and web sites do it: colour, blur, noise, JPEG; and with parts cut out."""

import random

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.data.chance import Chance
from engine.data.views import UNKNOWN
from engine.training.parser_course import recolour


def spoiled(photo: Tensor, chance: Chance) -> Tensor:
    """Photos (B, 3, H, W) in [-1, 1], each with colours, tones, sharpness, noise and compression of its own."""
    pixels = ((recolour(photo, chance.generator) + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy()
    seed = chance.dice.getrandbits(32)
    noise = np.random.default_rng(seed)
    worse = np.stack([_spoiled(picture, chance.dice, noise) for picture in pixels])
    return torch.from_numpy(worse).permute(0, 3, 1, 2).float() / 127.5 - 1


def cut_out(photo: Tensor, labels: Tensor, dice: random.Random) -> tuple[Tensor, Tensor]:
    """A third of the photos (B, 3, H, W) lose a rectangle, whose labels (B, h, w) become UNKNOWN."""
    photo, labels = photo.clone(), labels.clone()
    for picture, label_map in zip(photo, labels, strict=True):
        if dice.random() < 1 / 3:
            high, wide = dice.uniform(0.05, 0.25), dice.uniform(0.1, 0.4)
            top, left = dice.uniform(0, 1 - high), dice.uniform(0, 1 - wide)
            colour = torch.tensor([dice.uniform(-1, 1) for _ in range(3)])
            picture[_part(picture, top, left, high, wide)] = colour[:, None, None]
            label_map[_part(label_map, top, left, high, wide)] = UNKNOWN
    return photo, labels


def _part(array: Tensor, top: float, left: float, high: float, wide: float) -> tuple:
    height, width = array.shape[-2:]
    return (
        ...,
        slice(round(top * height), round((top + high) * height)),
        slice(round(left * width), round((left + wide) * width)),
    )


def _spoiled(picture: np.ndarray, dice: random.Random, noise: np.random.Generator) -> np.ndarray:
    """uint8 RGB (H, W, 3)."""
    if dice.random() < 0.3:
        tones = 255 * np.linspace(0, 1, 256) ** np.exp(dice.uniform(-0.5, 0.5))
        picture = cv2.LUT(picture, tones.astype(np.uint8))
    if dice.random() < 0.1:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if dice.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), dice.uniform(0.3, 1.8))
    if dice.random() < 0.25:
        grain = noise.normal(0, dice.uniform(2, 14), picture.shape)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    if dice.random() < 0.25:
        quality = dice.randint(15, 70)
        picture = _compressed(picture, quality)
    return picture


def _compressed(picture: np.ndarray, quality: int) -> np.ndarray:
    packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert unpacked is not None  # what was packed here is a picture
    return unpacked
