"""Training pairs: a target with its labels, and an exemplar that is its own deformed photo or another's."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.grids import identity_grid
from engine.data.chance import Chance
from engine.data.deformation import deform, random_deformation
from engine.data.photo_set import PhotoSet

RETRIEVED = 0.35  # share of exemplars that show another person
BENT = 0.5  # share of exemplars that are bent, not only moved by an affine map
HOLED = 0.25  # share of exemplars with a rectangle of another photo in them


@dataclass(frozen=True)
class PairBatch:
    """target, exemplar            float (B, 3, H, W) in [-1, 1]
    labels, exemplar_labels     int64 (B, H, W)
    match                       float (B, H, W, 2): true match of each target pixel, in the exemplar
    known                       bool (B, H, W): where that match is known and lies inside
    same                        bool (B,): the exemplar is the target, deformed
    pose, exemplar_pose         of target and exemplar, for domains that are conditioned on poses
    """

    target: Tensor
    labels: Tensor
    exemplar: Tensor
    exemplar_labels: Tensor
    match: Tensor
    known: Tensor
    same: Tensor
    pose: PoseTensors | None = None
    exemplar_pose: PoseTensors | None = None

    def to(self, device: torch.device) -> "PairBatch":
        """The same on another device."""
        held = (getattr(self, name) for name in self.__dataclass_fields__)
        return PairBatch(*(None if value is None else value.to(device) for value in held))

    def mirrored(self, which: Tensor) -> "PairBatch":
        """The exemplars `which` (bool (B,)) mirrored left to right, with their matches."""
        side = which.view(-1, 1, 1)
        pose = self.exemplar_pose and self.exemplar_pose.mirrored(which.tolist())
        labels = torch.where(side, self.exemplar_labels.flip(2), self.exemplar_labels)
        return replace(
            self,
            exemplar=torch.where(side.unsqueeze(3), self.exemplar.flip(3), self.exemplar),
            exemplar_labels=labels if pose is None else pose.labels,
            exemplar_pose=pose,
            match=torch.where(side.unsqueeze(3), self.match * self.match.new_tensor([-1.0, 1.0]), self.match),
        )


def draw_pairs(photos: PhotoSet, count: int, chance: Chance) -> PairBatch:
    """Draw a batch: targets flipped at random, each exemplar deformed by a map of its own."""
    names = chance.dice.sample(photos.names, count)
    same = torch.tensor([chance.dice.random() >= RETRIEVED for _ in names])
    others = [
        name if own else photos.exemplar_for(name, chance.dice) for name, own in zip(names, same.tolist(), strict=True)
    ]
    target, labels = photos.batch(names)
    exemplar, exemplar_labels = photos.batch(others)
    flipped = torch.rand(count, generator=chance.generator) < 0.5
    target = torch.where(flipped.view(-1, 1, 1, 1), target.flip(3), target)
    labels = torch.where(flipped.view(-1, 1, 1), labels.flip(2), labels)
    own_flip = flipped & same
    exemplar = torch.where(own_flip.view(-1, 1, 1, 1), exemplar.flip(3), exemplar)
    exemplar_labels = torch.where(own_flip.view(-1, 1, 1), exemplar_labels.flip(2), exemplar_labels)
    height, width = labels.shape[1:]
    bend = 0.035 * (torch.rand(count, 1, 1, 1, generator=chance.generator) < BENT)
    shape = random_deformation(count, 0.12, bend, 0.3, chance.generator)
    match = shape.target(identity_grid(height, width).expand(count, -1, -1, -1))
    exemplar, exemplar_labels = deform(exemplar, exemplar_labels, shape.source(height, width))
    known = (match.abs() < 1).all(-1) & same.view(-1, 1, 1)
    return holed(PairBatch(target, labels, exemplar, exemplar_labels, match, known, same), chance)


def example_pair(photos: PhotoSet, name: str, other: str, seed: int) -> PairBatch:
    """The photo `name` with the exemplar `other`; its own photo deformed, and mirrored by odd seeds."""
    target, labels = photos.batch([name])
    exemplar, exemplar_labels = photos.batch([other])
    same = torch.tensor([name == other])
    match = identity_grid(*labels.shape[1:]).unsqueeze(0)
    if name == other:
        generator = Chance.of_step(seed, 0, 0).generator
        shape = random_deformation(1, 0.12, 0.0, float(seed % 2), generator)
        exemplar, exemplar_labels = deform(exemplar, exemplar_labels, shape.source(*labels.shape[1:]))
        match = shape.target(match)
    known = torch.ones_like(labels, dtype=torch.bool) & same.view(-1, 1, 1)
    return PairBatch(target, labels, exemplar, exemplar_labels, match, known, same)


def holed(pairs: PairBatch, chance: Chance) -> PairBatch:
    """Put a rectangle of the next exemplar into some exemplars; what it hides is no longer known.

    A pose stays: it tells where limbs are, whatever hides them.
    """
    count, height, width = pairs.labels.shape
    hole = torch.zeros(count, height, width, dtype=torch.bool)
    for mask in hole:
        if chance.dice.random() < HOLED:
            tall, wide = chance.dice.randint(height // 8, height // 3), chance.dice.randint(width // 6, width // 2)
            top, left = chance.dice.randint(0, height - tall), chance.dice.randint(0, width - wide)
            mask[top : top + tall, left : left + wide] = True
    pixels = ((pairs.match + 1) / 2 * pairs.match.new_tensor([width, height])).floor().long()
    x, y = pixels[..., 0].clamp(0, width - 1), pixels[..., 1].clamp(0, height - 1)
    hidden = hole.flatten(1).gather(1, (y * width + x).flatten(1)).view_as(hole)
    labels = torch.where(hole, pairs.exemplar_labels.roll(1, 0), pairs.exemplar_labels)
    return replace(
        pairs,
        exemplar=torch.where(hole.unsqueeze(1), pairs.exemplar.roll(1, 0), pairs.exemplar),
        exemplar_labels=labels if pairs.exemplar_pose is None else pairs.exemplar_labels,
        known=pairs.known & ~hidden,
    )
