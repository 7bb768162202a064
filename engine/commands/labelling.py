"""Exemplars that come as a photo alone: their label map and pose are found in the photo."""

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.conditions.body import body_segments
from engine.conditions.pose import shifted_pose
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.inference.state import Exemplar, Keypoints, Pixels
from engine.weights.registry import Weights, find_weights

if TYPE_CHECKING:
    from engine.analysis.analyse import Analysis
    from engine.analysis.fit import Box

MODEL = "analyst"


def find_analyst(domain: Domain, photo: Path) -> Weights:
    """The weights that find label maps; raises InputError when there are none. `photo` is one that needs a map."""
    try:
        return find_weights(domain.analyst or domain.name, MODEL)
    except InputError as error:
        raise InputError(
            f"The label map of {photo} is missing, and there are no weights of model {MODEL!r} to find it; "
            "name it by --exemplar-condition (exemplar_condition in a list of jobs)."
        ) from error


class Labelling:
    """Finds label maps on `device`. Each photo is analysed once, however often it is asked for."""

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._analyses: dict[str, Analysis] = {}
        self._found: dict[tuple[str, str], tuple[Box, bytes, Keypoints]] = {}
        self._whole: dict[tuple[str, str], Exemplar] = {}

    def exemplar(self, photo: np.ndarray, path: Path, domain: Domain) -> Exemplar:
        """The part of a photo uint8 (H, W, 3) around its largest person, with the label map and the pose found there.

        Raises InputError when nobody is found, or there are no weights.
        """
        key = domain.name, Pixels(photo).digest
        if key not in self._found:
            person = self._analysis(domain, path).of(photo, str(path))[0]
            part = person.crop.within(*photo.shape[:2])
            pose = Keypoints(shifted_pose(person.pose[None], -part.left, -part.top))
            labels = _part(person.labels, part)
            if domain.condition == "pose":
                labels = body_segments(pose.array, labels.shape)
            self._found[key] = part, zlib.compress(np.ascontiguousarray(labels).tobytes(), 1), pose
        part, packed, pose = self._found[key]
        labels = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(part.height, part.width)
        return Exemplar(Pixels(_part(photo, part)), Pixels(labels), path.name, pose)

    def whole(self, photo: np.ndarray, path: Path, domain: Domain) -> Exemplar:
        """All of a photo uint8 (H, W, 3) with the label map of the persons in it, and the pose of the largest.

        Raises InputError when nobody is found, or there are no weights.
        """
        key = domain.name, Pixels(photo).digest
        if key not in self._whole:
            persons = self._analysis(domain, path).of(photo, str(path))
            pose = Keypoints(persons[0].pose[None])
            labels = np.zeros(photo.shape[:2], np.uint8)
            for person in reversed(persons):  # the largest last, over the others
                np.copyto(labels, person.labels, where=person.labels > 0)
            if domain.condition == "pose":
                labels = body_segments(pose.array, labels.shape)
            self._whole[key] = Exemplar(Pixels(photo), Pixels(labels), path.name, pose)
        return self._whole[key]

    def _analysis(self, domain: Domain, path: Path) -> "Analysis":
        if domain.name not in self._analyses:
            weights = find_analyst(domain, path)

            from engine.analysis.analyse import Analysis  # these bring torch
            from engine.devices import pick_device

            self._analyses[domain.name] = Analysis(find_domain(weights.card.domain), pick_device(self._device), weights)
        return self._analyses[domain.name]


def _part(array: np.ndarray, box: "Box") -> np.ndarray:
    return array[box.top : box.bottom, box.left : box.right]
