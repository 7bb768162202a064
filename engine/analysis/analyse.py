"""Any photo of persons to their label maps and poses."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.analysis.analyst import LABEL_STRIDE, MULTIPLE, Analyst, AnalystConfig
from engine.analysis.fit import FILL, Box, cut, fit, labels_in_photo, points_in_photo
from engine.analysis.persons import find_persons, territory
from engine.analysis.pose_estimator import keypoints_of
from engine.analysis.specks import without_specks
from engine.domains import Domain
from engine.errors import InputError
from engine.images import resize_photo
from engine.weights.registry import Weights, find_weights, read_weights

MODEL = "analyst"
OVERVIEWS = (384, 768)  # longer side of the photo, in pixels, when persons are looked for; larger if none is found
LEAST_KEYPOINTS = 4  # with fewer it is nobody
MAX_PERSONS = 8


@dataclass(frozen=True)
class Person:
    """What was found of one person; everything is in pixels of the whole photo.

    box         around the pixels of the person
    crop        the part of the photo that was looked at: the person with some space, in the domain's shape
    labels      class ids uint8 (H, W), of the size of the photo, 0 outside the person
    pose        float64 (18, 3): x, y and confidence; (0, 0, 0) for a keypoint that was not found
    confidence  how sure the pixels of the person are no background, on average, in [0, 1]
    """

    box: Box
    crop: Box
    labels: np.ndarray
    pose: np.ndarray
    confidence: float


def analyse(photo: np.ndarray, domain: Domain, device: torch.device | str = "cpu", name: str = "") -> list[Person]:
    """The persons in a photo uint8 (H, W, 3), the largest first; as `Analysis` with the shipped weights."""
    return Analysis(domain, device).of(photo, name)


class Analysis:
    """The analyst of a domain, ready for photos."""

    def __init__(self, domain: Domain, device: torch.device | str = "cpu", weights: Weights | None = None) -> None:
        """Read the weights, the shipped ones unless others are given; raises InputError when there are none."""
        self._domain = domain
        self._device = torch.device(device)
        weights = weights or find_weights(domain.name, MODEL)
        self.weights_hash = weights.card.weights_hash
        self._network = load_analyst(weights).to(self._device, memory_format=torch.channels_last)

    def of(self, photo: np.ndarray, name: str = "") -> list[Person]:
        """The persons in a photo uint8 (H, W, 3), the largest first, at most 8.

        Each is looked at in a crop of its own. Raises InputError when there is nobody; `name` is what it calls
        the photo.
        """
        for longer in OVERVIEWS:
            boxes = self._boxes(photo, longer)
            persons = [self._person(photo, boxes, number) for number in range(len(boxes))]
            found = [person for person in persons if person is not None]
            if found:
                return found
        called = f"the photo {name}" if name else "the photo"
        raise InputError(f"No person was found in {called}; choose one that shows a person, not too small.")

    def _boxes(self, photo: np.ndarray, longer: int) -> list[Box]:
        """Where persons are, in pixels of the photo, by a look at it with a longer side of `longer` pixels."""
        height, width = photo.shape[:2]
        scale = longer / max(height, width)
        small = resize_photo(photo, (max(1, round(width * scale)), max(1, round(height * scale))))
        scores, heat, _ = self._look(_padded(small))
        rows, columns = (-(-side // LABEL_STRIDE) for side in small.shape[:2])
        person = 1 - scores.softmax(0)[0, :rows, :columns].numpy()
        shown = heat[:, : -(-rows // 2), : -(-columns // 2)].numpy()
        boxes = find_persons(np.ascontiguousarray(person), shown)[:MAX_PERSONS]
        return [_scaled(box, width / columns, height / rows).within(height, width) for box in boxes]

    def _person(self, photo: np.ndarray, boxes: list[Box], number: int) -> Person | None:
        """What a crop shows of the person in box `number`; None if that is nobody."""
        height, width = photo.shape[:2]
        crop = fit(boxes[number], (width, height), self._domain.size)
        scores, heat, offsets = self._look(cut(photo, crop, self._domain.size))
        mine = _of_person(boxes, number, crop, heat.shape[1:])
        pose = keypoints_of((heat * mine).unsqueeze(0), offsets.unsqueeze(0))[0].double().numpy()
        alone = _background_outside(_cleaned(scores), _of_person(boxes, number, crop, scores.shape[1:]))
        labels = labels_in_photo(alone.numpy(), crop, (width, height))
        if np.count_nonzero(pose[:, 2]) < LEAST_KEYPOINTS or not labels.any():
            return None
        left, top, wide, high = cv2.boundingRect(labels)
        pose[:, :2] = points_in_photo(pose[:, :2], crop) * (pose[:, 2:] > 0)
        return Person(Box(left, top, wide, high), crop, labels, pose, _sureness(scores, alone))

    @torch.inference_mode()
    def _look(self, picture: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
        """Class scores, heat in [0, 1] and offsets of a picture uint8 (h, w, 3), on the CPU, without batch."""
        photo = torch.from_numpy(picture).to(self._device).permute(2, 0, 1).unsqueeze(0).float() / 127.5 - 1
        findings = self._network(photo)
        return findings.labels[0].cpu(), findings.heat[0].sigmoid().cpu(), findings.offsets[0].cpu()


def load_analyst(weights: Weights) -> Analyst:
    """The network in `weights`, ready to look; raises InputError when they are damaged or another model's."""
    config, tensors = read_weights(weights)
    try:
        network = Analyst(AnalystConfig(**config))
        network.load_state_dict(tensors)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"The weights {weights.folder} are not an analyst's; fetch them again.") from error
    return network.eval().requires_grad_(False)


def _padded(picture: np.ndarray) -> np.ndarray:
    """The picture with grey at the right and below, so that the network takes its size."""
    beyond = [(0, -side % MULTIPLE) for side in picture.shape[:2]]
    return np.pad(picture, (*beyond, (0, 0)), constant_values=FILL)


def _scaled(box: Box, across: float, down: float) -> Box:
    left, top, right, bottom = box.left * across, box.top * down, box.right * across, box.bottom * down
    return Box(int(left), int(top), round(right) - int(left), round(bottom) - int(top))


def _of_person(boxes: list[Box], number: int, crop: Box, shape: torch.Size) -> Tensor:
    """Which of the (h, w) cells of a crop belong to person `number`, bool."""
    height, width = shape
    across, down = width / crop.width, height / crop.height
    cells = [
        Box(
            round((box.left - crop.left) * across),
            round((box.top - crop.top) * down),
            max(1, round(box.width * across)),
            max(1, round(box.height * down)),
        )
        for box in boxes
    ]
    return torch.from_numpy(territory(cells, number, height, width))


def _cleaned(scores: Tensor) -> Tensor:
    """Scores (classes, h, w) in which specks score for the class around them."""
    best, labels = scores.max(0)
    cleaned = torch.from_numpy(without_specks(labels.byte().numpy())).long()
    changed = cleaned != labels
    raised = torch.where(changed, best + 1, scores.gather(0, cleaned.unsqueeze(0)).squeeze(0))
    return scores.scatter(0, cleaned.unsqueeze(0), raised.unsqueeze(0))


def _background_outside(scores: Tensor, mine: Tensor) -> Tensor:
    """Scores (classes, h, w) of which only the cells `mine` show something."""
    background = torch.where(mine, scores[0], scores.max(0).values + 1)
    return torch.cat([background.unsqueeze(0), scores[1:]])


def _sureness(scores: Tensor, alone: Tensor) -> float:
    """How probable the person is where it was found."""
    here = alone.argmax(0) > 0
    return float((1 - scores.softmax(0)[0])[here].mean()) if here.any() else 0.0
