"""The three protocols of the evaluation: which exemplar a photo is regenerated from."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from engine.data.folder import PhotoFolder

PROTOCOLS = ("warp", "mirror", "swap")

_SHIFT = {"warp": 0.12, "mirror": 0.06}
_SEED = 2024


@dataclass(frozen=True, eq=False)
class Case:
    """One question of a protocol: regenerate `truth` from its label map and the exemplar.

    Photos are RGB uint8 (H, W, 3), label maps uint8 (H, W). In the swap protocol the exemplar shows
    another person, so `truth` is no truth for the colours.
    """

    name: str
    truth: np.ndarray
    labels: np.ndarray
    exemplar: np.ndarray
    exemplar_labels: np.ndarray


def cases(photos: PhotoFolder, protocol: str, limit: int | None = None) -> Iterator[Case]:
    """The cases of `protocol` ("warp", "mirror" or "swap") for the first `limit` photos.

    The same photo has the same case each time, whatever the limit.
    """
    for name in photos.names[:limit]:
        truth, labels = photos.read(name)
        if protocol == "swap":
            exemplar, exemplar_labels = photos.read(photos.partners(name)[0])
        else:
            random = np.random.default_rng([_SEED, PROTOCOLS.index(protocol), *name.encode()])
            exemplar, exemplar_labels = warped(truth, labels, _SHIFT[protocol], random, protocol == "mirror")
        yield Case(name, truth, labels, exemplar, exemplar_labels)


def warped(
    photo: np.ndarray, labels: np.ndarray, shift: float, generator: np.random.Generator, mirrored: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Photo (H, W, 3) and labels (H, W) through one affine map that moves three corners.

    Each corner moves by up to `shift` times the side along each axis; the border is replicated. With
    `mirrored` both are mirrored left to right first.
    """
    if mirrored:
        photo, labels = photo[:, ::-1], labels[:, ::-1]
    height, width = labels.shape
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1]], dtype=np.float32)
    moved = corners + generator.uniform(-shift, shift, (3, 2)) * (width, height)
    matrix = cv2.getAffineTransform(corners, moved.astype(np.float32))
    size, border = (width, height), cv2.BORDER_REPLICATE
    return (
        cv2.warpAffine(np.ascontiguousarray(photo), matrix, size, flags=cv2.INTER_LINEAR, borderMode=border),
        cv2.warpAffine(np.ascontiguousarray(labels), matrix, size, flags=cv2.INTER_NEAREST, borderMode=border),
    )
