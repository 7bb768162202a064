"""The training of the analyst: labels by cross entropy and Dice, keypoints by heat maps.

Photos without a label map are labelled by a teacher, the running average of the network (Tarvainen and Valpola,
"Mean teachers are better role models", NeurIPS 2017), where it is sure. The first part of a run sees small views.
"""

import copy
from dataclasses import asdict, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.analyst import HEAT_STRIDE, LABEL_STRIDE, Analyst, AnalystConfig, Findings
from engine.analysis.pose_estimator import HeatTargets, heat_targets
from engine.data.chance import Chance
from engine.data.posed_photos import PosedPhotos
from engine.data.views import (
    UNKNOWN,
    Layer,
    Placement,
    inside,
    plain,
    random_placements,
    seen_labels,
    seen_photo,
)
from engine.domains import Domain
from engine.errors import InputError
from engine.evaluation.analysis import analysis_sheet, look
from engine.training.course import Course
from engine.training.spoil import cut_out, spoiled

LABELLED = 0.6  # share of a step's photos
SMALL_UNTIL = 0.55  # of the run: views of half the size, four times as quick
FARTHEST = 0.35  # size of the smallest photo in a view of full size; twice that in a small one
TEACHER_FROM = 0.25  # of the run
TEACHER_KEEPS = 0.998
SURE = 0.8  # probability from which the teacher's label counts
POSE_WEIGHT = 0.5
OFFSET_WEIGHT = 0.2
DICE_WEIGHT = 0.5
SHEET_PHOTOS = 8

_BELL_CELLS = 14.0  # about the sum of one keypoint's heat
_NEAR = 0.5  # heat from which a cell's offset counts


class AnalystCourse(Course):
    """Posed photos of `training`, some with label maps; photos of `held_out` for the sample sheet.

    Raises InputError when no photo for training has a label map.
    """

    def __init__(
        self,
        domain: Domain,
        training: PosedPhotos,
        held_out: PosedPhotos,
        batch: int,
        device: torch.device,
        config: AnalystConfig | None = None,
    ) -> None:
        self._domain, self._training, self._held_out = domain, training, held_out
        self._batch, self._device = batch, device
        if not training.labelled:
            raise InputError("No photo for training has both a pose and a label map; add some to train_labelled.txt.")
        self._others = sorted(set(training.names) - set(training.labelled))
        config = config or AnalystConfig(classes=len(domain.classes))
        self.shipped = Analyst(config).to(device, memory_format=torch.channels_last)
        self._teacher = copy.deepcopy(self.shipped).eval().requires_grad_(False)
        self.networks = nn.ModuleDict({"analyst": self.shipped, "teacher": self._teacher})
        self.optimisers = {"analyst": torch.optim.AdamW(self.shipped.parameters(), 2e-3, weight_decay=2e-2)}
        counts = torch.bincount(
            torch.cat([training.read(name)[1].flatten() for name in training.labelled]).long(),
            minlength=len(domain.classes),
        )
        self._class_weights = (counts.float().mean() / counts.clamp_min(1)).pow(0.3).to(device)

    def config(self) -> dict:
        return asdict(self.shipped.config)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        width, height = self._domain.size
        size = (height // 2, width // 2) if progress < SMALL_UNTIL else (height, width)
        front, back = self._drawn(chance, progress, size), self._drawn(chance, progress, size)
        back = plain(back, torch.rand(self._batch, generator=chance.generator) < 0.4, chance.generator)
        photo, labels, targets = composed(front, back, size, FARTHEST * height / size[0], chance)
        self.shipped.train()
        found = self.shipped(photo.to(self._device, memory_format=torch.channels_last))
        label_loss, heat_loss, offset_loss = self._losses(found, labels.to(self._device), targets)
        loss = label_loss + POSE_WEIGHT * heat_loss + OFFSET_WEIGHT * offset_loss
        self.descend(loss, "analyst", longest=10.0)
        self._teach()
        person = (labels > 0) & (labels != UNKNOWN)
        hit = (found.labels.detach().argmax(1).cpu() == labels)[person].float().mean()
        return {
            "loss": loss.detach(),
            "labels": label_loss.detach(),
            "heat": heat_loss.detach(),
            "offsets": offset_loss.detach(),
            "accuracy_person": hit,
        }

    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        names = self._held_out.labelled[:SHEET_PHOTOS]
        return analysis_sheet(look(network, self._held_out, names, self._device), self._domain)

    def _drawn(self, chance: Chance, progress: float, size: tuple[int, int]) -> Layer:
        """Labelled photos, then others, in a fixed share."""
        count = round(LABELLED * self._batch) if self._others else self._batch
        names = chance.dice.choices(self._training.labelled, k=count)
        names += chance.dice.choices(self._others, k=self._batch - count) if self._others else []
        layer = self._training.batch(names)
        if progress < TEACHER_FROM or count == self._batch:
            return layer
        taught = self._taught(layer.photo[count:], size)
        return replace(layer, labels=torch.cat([layer.labels[:count], taught]))

    @torch.no_grad()
    def _taught(self, photo: Tensor, size: tuple[int, int]) -> Tensor:
        """The teacher's labels of photos (B, 3, H, W), UNKNOWN where it is not sure: int64 (B, H, W)."""
        view = F.interpolate(photo, size, mode="bilinear", antialias=True).to(self._device)
        sure, labels = self._teacher(view).labels.float().softmax(1).max(1)
        labels = labels.masked_fill(sure < SURE, UNKNOWN).unsqueeze(1).float()
        return F.interpolate(labels, photo.shape[2:], mode="nearest").squeeze(1).long().cpu()

    def _losses(self, found: Findings, labels: Tensor, targets: HeatTargets) -> tuple[Tensor, Tensor, Tensor]:
        targets = HeatTargets(*(target.to(self._device) for target in targets))
        logits = found.labels.float()
        entropy = F.cross_entropy(logits, labels, self._class_weights, ignore_index=UNKNOWN)
        label_loss = entropy + DICE_WEIGHT * dice_loss(logits.softmax(1), labels)
        keypoints = targets.known.flatten(2).any(2).sum().clamp_min(1)
        heat = F.binary_cross_entropy_with_logits(found.heat.float(), targets.heat, reduction="none")
        heat_loss = (heat * targets.known).sum() / (keypoints * _BELL_CELLS)
        near = (targets.known & (targets.heat > _NEAR)).unsqueeze(2)
        off = F.smooth_l1_loss(found.offsets.float(), targets.offsets, reduction="none")
        return label_loss, heat_loss, (off * near).sum() / near.sum().clamp_min(1)

    @torch.no_grad()
    def _teach(self) -> None:
        torch._foreach_lerp_(
            list(self._teacher.parameters()), [p.detach() for p in self.shipped.parameters()], 1 - TEACHER_KEEPS
        )
        for mine, theirs in zip(self._teacher.buffers(), self.shipped.buffers(), strict=True):
            mine.copy_(theirs)


def composed(
    front: Layer, back: Layer, size: tuple[int, int], farthest: float, chance: Chance
) -> tuple[Tensor, Tensor, HeatTargets]:
    """Random views of `front`, with `back` where they end; spoiled photos and what is to be found in them.

    size: height and width of the view; farthest as for `random_placements`. Labels come at the network's stride for
    labels, heat at that for heat.
    """
    height, width = size
    placements = [random_placements(len(front.photo), width / height, farthest, chance.generator) for _ in range(2)]
    fronts, backs = (placement.source(height, width) for placement in placements)
    photo = torch.where(inside(fronts).unsqueeze(1), seen_photo(front.photo, fronts), seen_photo(back.photo, backs))
    fronts, backs = (placement.source(height // LABEL_STRIDE, width // LABEL_STRIDE) for placement in placements)
    nobody = (back.labels == 0).flatten(1).all(1)[:, None, None]
    labels = torch.where(inside(backs) | nobody, seen_labels(back.labels, backs), UNKNOWN)
    labels = torch.where(inside(fronts), seen_labels(front.labels, fronts), labels)
    photo, labels = cut_out(spoiled(photo, chance), labels, chance.dice)
    return photo, labels, _heat_of_both(front, back, placements, size)


def _heat_of_both(front: Layer, back: Layer, placements: list[Placement], size: tuple[int, int]) -> HeatTargets:
    height, width = size[0] // HEAT_STRIDE, size[1] // HEAT_STRIDE
    first, second = (
        heat_targets(placement.move(layer.pose), height, width)
        for layer, placement in zip((front, back), placements, strict=True)
    )
    mask = inside(placements[0].source(height, width)).unsqueeze(1)
    return HeatTargets(
        torch.where(mask, first.heat, second.heat),
        torch.where(mask, first.known, second.known),
        torch.where(mask.unsqueeze(1), first.offsets, second.offsets),
    )


def dice_loss(probabilities: Tensor, labels: Tensor) -> Tensor:
    """One minus the soft Dice coefficient, over the classes that occur in `labels` (B, h, w), UNKNOWN left out.

    probabilities: (B, classes, h, w). Milletari et al., "V-Net", 3DV 2016.
    """
    known = (labels != UNKNOWN).unsqueeze(1)
    truth = F.one_hot(labels.masked_fill(labels == UNKNOWN, 0), probabilities.shape[1]).permute(0, 3, 1, 2) * known
    shared = (probabilities * truth).sum((0, 2, 3))
    total = (probabilities * known).sum((0, 2, 3)) + truth.sum((0, 2, 3))
    present = truth.flatten(2).any(2).any(0)
    return 1 - (2 * shared / total.clamp_min(1))[present].mean()
