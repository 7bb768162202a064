"""Training pairs for domains that are conditioned on poses: limbs are moved, besides all that pairs.py does."""

import numpy as np
import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors, pose_tensors
from engine.correspondence.grids import sample
from engine.data.articulation import articulated, turned_limbs
from engine.data.chance import Chance
from engine.data.deformation import Deformation, random_deformation
from engine.data.pairs import BENT, RETRIEVED, PairBatch, holed
from engine.data.posed_set import PosedSet

ARTICULATED = 0.6  # share of own photos whose limbs are moved
MIRRORED = 0.3  # share of exemplars that are mirrored
SHIFT, BEND = 0.1, 0.025  # of the deformation, as for `random_deformation`


def draw_posed_pairs(photos: PosedSet, count: int, chance: Chance) -> PairBatch:
    """Draw a batch: targets flipped at random, limbs moved, each exemplar deformed by a map of its own."""
    names = chance.dice.sample(photos.names, count)
    same = [chance.dice.random() >= RETRIEVED for _ in names]
    flipped = [chance.dice.random() < 0.5 for _ in names]
    own = photos.poses(names).mirrored(flipped)
    target = _flipped(photos.photos(names), flipped)
    moved = [turned_limbs(pose, chance) if chance.dice.random() < ARTICULATED else pose for pose in own.poses]
    exemplar, gone, seen = articulated(target, own, pose_tensors(moved, photos.size))
    for number, name in enumerate(names):
        if not same[number]:
            other = photos.exemplar_for(name, chance.dice)
            exemplar[number], moved[number] = photos.photos([other])[0], photos.read(other)[1]
    bend = BEND * (torch.rand(count, 1, 1, 1, generator=chance.generator) < BENT)
    shape = random_deformation(count, SHIFT, bend, 0.0, chance.generator)
    turned = [chance.dice.random() < MIRRORED for _ in names]
    exemplar, pose, match = _deformed(exemplar, moved, gone, shape, turned)
    own_photo = torch.tensor(same)
    known = seen & (match.abs() < 1).all(-1) & own_photo.view(-1, 1, 1)
    return holed(PairBatch(target, own.labels, exemplar, pose.labels, match, known, own_photo, own, pose), chance)


def posed_example(photos: PosedSet, name: str, other: str, seed: int) -> PairBatch:
    """The photo `name` with the exemplar `other`; its own has its limbs moved, is deformed, mirrored by odd seeds."""
    own, target = photos.poses([name]), photos.photos([name])
    same = torch.tensor([name == other])
    if name != other:
        pose, nowhere = photos.poses([other]), torch.zeros(*own.labels.shape, 2)
        unknown = torch.zeros_like(own.labels, dtype=torch.bool)
        exemplar = photos.photos([other])
        return PairBatch(target, own.labels, exemplar, pose.labels, nowhere, unknown, same, own, pose)
    chance = Chance.of_step(seed, 0, 0)
    moved = [turned_limbs(pose, chance) for pose in own.poses]
    exemplar, gone, seen = articulated(target, own, pose_tensors(moved, photos.size))
    shape = random_deformation(1, SHIFT, 0.0, 0.0, chance.generator)
    exemplar, pose, match = _deformed(exemplar, moved, gone, shape, [bool(seed % 2)])
    return PairBatch(target, own.labels, exemplar, pose.labels, match, seen, same, own, pose)


def _deformed(
    photos: Tensor, poses: list[np.ndarray], gone: Tensor, shape: Deformation, turned: list[bool]
) -> tuple[Tensor, PoseTensors, Tensor]:
    """Photos, their poses, and where the target's pixels have gone, through `shape`, then mirrored where `turned`."""
    height, width = photos.shape[2:]
    half = np.array([width, height]) / 2
    points = torch.stack([torch.from_numpy(pose[..., :2] / half - 1).float() for pose in _alike(poses)])
    places = shape.target(points).numpy()
    deformed = []
    for pose, place in zip(poses, places, strict=True):
        there = pose.any(axis=2, keepdims=True)
        xy = (place[: len(pose)] + 1) * half
        deformed.append(np.concatenate([np.where(there, xy, 0), pose[..., 2:]], axis=2))
    tensors = pose_tensors(deformed, (height, width)).mirrored(turned)
    match = shape.target(gone)
    match = torch.where(torch.tensor(turned).view(-1, 1, 1, 1), match * match.new_tensor([-1.0, 1.0]), match)
    return _flipped(sample(photos, shape.source(height, width)), turned), tensors, match


def _alike(poses: list[np.ndarray]) -> list[np.ndarray]:
    """The poses with as many persons each, those that are not there at (0, 0)."""
    most = max(len(pose) for pose in poses)
    return [np.concatenate([pose, np.zeros((most - len(pose), *pose.shape[1:]))]) for pose in poses]


def _flipped(photos: Tensor, which: list[bool]) -> Tensor:
    """Photos (B, 3, H, W), those of `which` mirrored left to right."""
    return torch.where(torch.tensor(which).view(-1, 1, 1, 1), photos.flip(3), photos)
