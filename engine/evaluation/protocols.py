"""The three protocols of the evaluation: which exemplar a photo is regenerated from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from engine.conditions.body import body_segments
from engine.conditions.pose_tensors import mirrored_pose
from engine.data.layouts.registry import OWN, open_layout
from engine.data.shown import read_shown
from engine.domains import Domain
from engine.inference.state import EditState, Exemplar, Keypoints, Pixels

PROTOCOLS = ("warp", "mirror", "swap")

_SHIFT = {"warp": 0.12, "mirror": 0.06}
_SEED = 2024


@dataclass(frozen=True, eq=False)
class Case:
    """One question of a protocol: regenerate `truth` from its condition and the exemplar.

    Photos are RGB uint8 (H, W, 3), label maps uint8 (H, W); poses float (persons, 18, 3), None in domains that are
    conditioned on labels. In the swap protocol the exemplar shows another person, so `truth` is no truth for the
    colours.
    """

    name: str
    truth: np.ndarray
    labels: np.ndarray
    exemplar: np.ndarray
    exemplar_labels: np.ndarray
    pose: np.ndarray | None = None
    exemplar_pose: np.ndarray | None = None

    def state(self, domain: str, model: str) -> EditState:
        """The question as a translator is asked it."""
        pose, exemplar_pose = (None if p is None else Keypoints(p) for p in (self.pose, self.exemplar_pose))
        exemplar = Exemplar(Pixels(self.exemplar), Pixels(self.exemplar_labels), keypoints=exemplar_pose)
        return EditState(domain, model, Pixels(self.labels), (exemplar,), (1.0,), keypoints=pose)


class PairedPhotos(Protocol):
    """Photos of one split with their exemplars."""

    names: list[str]

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3), and its label map uint8 (H, W) or its pose float (1, 18, 3)."""
        ...

    def partners(self, name: str) -> list[str]:
        """The exemplars of `name`, best first."""
        ...


class Squeezed:
    """The photos of an author's data set at the size of the domain, whatever their shape, as trainings read them."""

    def __init__(self, photos: Any, domain: Domain) -> None:
        self._photos, self._domain = photos, domain
        self.names: list[str] = photos.names

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3), and its label map uint8 (H, W) or its pose float (1, 18, 3)."""
        shown = read_shown(self._photos, name, self._domain)
        return shown.photo, shown.labels if shown.pose is None else shown.pose

    def partners(self, name: str) -> list[str]:
        """The exemplars of `name` that are there, best first; raises InputError when there are none."""
        return self._photos.partners(name)


def photos_of(data_dir: Path, domain: Domain, split: str, layout: str = OWN) -> PairedPhotos:
    """The posed or the labelled photos of a split, by what the domain is conditioned on.

    Those of Warpaint's own layout keep their size. Raises InputError when the data set cannot be used, or its layout
    has not what the domain is conditioned on.
    """
    photos = open_layout(layout, data_dir, domain, split)
    return photos if layout == OWN else Squeezed(photos, domain)


def cases_of(photos: PairedPhotos, domain: Domain, protocol: str, limit: int | None = None) -> Iterator[Case]:
    """The cases of `protocol` ("warp", "mirror" or "swap") for the first `limit` photos, posed or labelled."""
    return (posed_cases if domain.condition == "pose" else cases)(photos, protocol, limit)


def posed_cases(photos: PairedPhotos, protocol: str, limit: int | None = None) -> Iterator[Case]:
    """As `cases`, of posed photos: joints move and are mirrored with the photo, left and right exchanged."""
    for name in photos.names[:limit]:
        truth, pose = photos.read(name)
        labels = body_segments(pose, truth.shape[:2])
        if protocol == "swap":
            exemplar, exemplar_pose = photos.read(photos.partners(name)[0])
        else:
            mirrored = protocol == "mirror"
            matrix = _corner_map(truth.shape[:2], _SHIFT[protocol], _generator(name, protocol))
            exemplar = _moved(truth, matrix, mirrored, cv2.INTER_LINEAR)
            exemplar_pose = moved_pose(mirrored_pose(pose, truth.shape[1]) if mirrored else pose, matrix)
        exemplar_labels = body_segments(exemplar_pose, exemplar.shape[:2])
        yield Case(name, truth, labels, exemplar, exemplar_labels, pose, exemplar_pose)


def moved_pose(pose: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """A pose (persons, 18, 3) through an affine map (2, 3) of pixel centres; missing keypoints stay missing."""
    places = (pose[..., :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    return np.where(pose.any(axis=2, keepdims=True), np.concatenate([places, pose[..., 2:]], axis=2), 0.0)


def cases(photos: PairedPhotos, protocol: str, limit: int | None = None) -> Iterator[Case]:
    """The cases of `protocol` ("warp", "mirror" or "swap") for the first `limit` photos.

    The same photo has the same case each time, whatever the limit.
    """
    for name in photos.names[:limit]:
        truth, labels = photos.read(name)
        if protocol == "swap":
            exemplar, exemplar_labels = photos.read(photos.partners(name)[0])
        else:
            generator, mirrored = _generator(name, protocol), protocol == "mirror"
            exemplar, exemplar_labels = warped(truth, labels, _SHIFT[protocol], generator, mirrored)
        yield Case(name, truth, labels, exemplar, exemplar_labels)


def warped(
    photo: np.ndarray, labels: np.ndarray, shift: float, generator: np.random.Generator, mirrored: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Photo (H, W, 3) and labels (H, W) through one affine map that moves three corners.

    Each corner moves by up to `shift` times the side along each axis; the border is replicated. With
    `mirrored` both are mirrored left to right first.
    """
    matrix = _corner_map(labels.shape, shift, generator)
    return _moved(photo, matrix, mirrored, cv2.INTER_LINEAR), _moved(labels, matrix, mirrored, cv2.INTER_NEAREST)


def _generator(name: str, protocol: str) -> np.random.Generator:
    """The same photo has the same case each time."""
    return np.random.default_rng([_SEED, PROTOCOLS.index(protocol), *name.encode()])


def _corner_map(size: tuple[int, ...], shift: float, generator: np.random.Generator) -> np.ndarray:
    """An affine map (2, 3) of pixel centres that moves three corners of a picture of `size` (height, width)."""
    height, width = size
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1]], dtype=np.float32)
    moved = corners + generator.uniform(-shift, shift, (3, 2)) * (width, height)
    return cv2.getAffineTransform(corners, moved.astype(np.float32))


def _moved(picture: np.ndarray, matrix: np.ndarray, mirrored: bool, how: int) -> np.ndarray:
    """A picture (H, W, ...), mirrored left to right first where wanted, through `matrix`; its border is repeated."""
    picture = np.ascontiguousarray(picture[:, ::-1] if mirrored else picture)
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], flags=how, borderMode=cv2.BORDER_REPLICATE)
