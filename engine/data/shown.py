"""Photos with their conditions at the size of their domain, out of whatever layout they lie in on disk."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.conditions.body import body_segments
from engine.conditions.pose_tensors import scaled_pose
from engine.domains import Domain
from engine.images import resize_labels, resize_photo


class Photos(Protocol):
    """Photos with label maps, or with poses in domains of poses, as they lie on disk, in whatever layout."""

    names: list[str]

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3), and its label map uint8 (h, w) or its pose float (1, 18, 3)."""
        ...


@dataclass(frozen=True, eq=False)
class Shown:
    """A photo uint8 (H, W, 3) and its label map uint8 (H, W), both of the domain's size, and its pose, if any."""

    photo: np.ndarray
    labels: np.ndarray
    pose: np.ndarray | None


def read_shown(photos: Photos, name: str, domain: Domain) -> Shown:
    """The photo `name` at the domain's size; raises InputError when it cannot be used."""
    photo, condition = photos.read(name)
    width, height = domain.size
    small = resize_photo(photo, domain.size)
    if domain.condition != "pose":
        return Shown(small, resize_labels(condition, domain.size), None)
    pose = scaled_pose(condition, (width / photo.shape[1], height / photo.shape[0]))
    return Shown(small, body_segments(pose, (height, width)), pose)
