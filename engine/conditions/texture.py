"""Texture patches: small squares of a picture, laid into the regions of a label map (TextureGAN's setting).

The background gets none: what is textured stands on white.

A guide is float32 (4, H, W): Lab in [-1, 1] as engine/lab.py has it and whether there is a patch, 1 or -1. Where there
is none, Lab is 0, a middle grey. Places are (row, column).
"""

from collections.abc import Iterable

import cv2
import numpy as np

from engine.domains import Domain

SHORTEST, USUAL, LONGEST = 20 / 128, 30 / 128, 40 / 128  # sides of a patch, as shares of the picture's width
LEAST_AREA = 0.002  # share of the picture below which a region gets no patch
MARGIN = 2 / 128  # that a patch's middle keeps from the border of its region, as a share of the width

GIVEN = 0.8  # share of the classes that get a patch in training
OWN_PLACE = 0.5  # share of these patches that stay where they were

BACKGROUND = 0

Place = tuple[int, int]


def bare_classes(domain: Domain) -> tuple[int, ...]:
    """The classes that nobody would paint with a fabric: background, and in domains that show heads skin and hair."""
    if domain.head_by_id is None:
        return (BACKGROUND,)
    face, _, around = domain.head_by_id
    return (BACKGROUND, face, *domain.kin_by_id[face], *around)


def no_texture(height: int, width: int) -> np.ndarray:
    """A guide without patches."""
    guide = np.zeros((4, height, width), np.float32)
    guide[3] = -1
    return guide


def lay(
    guide: np.ndarray, picture: np.ndarray, regions: tuple[np.ndarray, np.ndarray], at: Place, to: Place, side: int
) -> None:
    """Copy a square of `picture` (3, h, w) into `guide`, as far as it lies in both regions.

    regions  bool (h, w) of the picture and bool (H, W) of the guide
    at, to   the middle of the square in the picture, and in the guide
    side     in pixels
    """
    (height, width), (tall, wide) = regions[0].shape, regions[1].shape
    above, left = (min(side // 2, a, t) for a, t in zip(at, to, strict=True))
    below = min(side - side // 2, height - at[0], tall - to[0])
    right = min(side - side // 2, width - at[1], wide - to[1])
    here = slice(at[0] - above, at[0] + below), slice(at[1] - left, at[1] + right)
    there = slice(to[0] - above, to[0] + below), slice(to[1] - left, to[1] + right)
    shown = regions[0][here] & regions[1][there]
    np.copyto(guide[:3, *there], picture[:, *here], where=shown)
    guide[3, *there][shown] = 1


def middle(region: np.ndarray) -> Place:
    """The place that lies deepest in a region, bool (H, W) with something in it."""
    depth = cv2.distanceTransform(np.pad(region.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return int(row), int(column)


def inner_places(region: np.ndarray) -> np.ndarray:
    """Where in a region the middle of a patch may lie, int (n, 2); at least its own middle."""
    margin = max(1, round(MARGIN * region.shape[1]))
    depth = cv2.distanceTransform(np.pad(region.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    places = np.argwhere(depth > margin)
    return places if len(places) else np.array([middle(region)])


def textured(
    labels: np.ndarray, photo: np.ndarray, photo_labels: np.ndarray, side: int, bare: Iterable[int]
) -> np.ndarray:
    """The guide for a label map (H, W): for each class a patch from the middle of that class in a photo.

    photo         Lab, float32 (3, h, w)
    photo_labels  of its size; where they show nothing at all, the photo is a texture as a whole, for every class
                  that is not `bare`
    side          of the patches in pixels
    """
    guide = no_texture(*labels.shape)
    swatch = not photo_labels.any()
    for class_id in np.unique(labels):
        if class_id == BACKGROUND or (swatch and class_id in bare):
            continue
        region = labels == class_id
        source = np.ones(photo_labels.shape, bool) if swatch else photo_labels == class_id
        if source.any():
            lay(guide, photo, (source, region), middle(source), middle(region), side)
    return guide


def random_texture(labels: np.ndarray, photo: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The guide that a photo, Lab float32 (3, H, W), gives for its own label map: patches of some of its classes.

    Half of them come from another place of their region, as they do in use.
    """
    height, width = labels.shape
    guide = no_texture(height, width)
    for class_id in np.unique(labels):
        region = labels == class_id
        side = round(width * random.uniform(SHORTEST, LONGEST))
        if class_id == BACKGROUND or region.mean() < LEAST_AREA or random.random() >= GIVEN:
            continue
        at, to = (tuple(place) for place in random.choice(inner_places(region), 2))
        lay(guide, photo, (region, region), to if random.random() < OWN_PLACE else at, to, side)
    return guide
