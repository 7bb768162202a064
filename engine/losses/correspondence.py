"""What the alignment is trained by: known matches, the warped picture, features that agree, cycles."""

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.dense import most_similar
from engine.correspondence.grids import sample
from engine.correspondence.patchmatch import Offsets

CONTRASTED = 256
TEMPERATURE = 0.07
STEP_CAP = 8.0
SEARCHED = 512  # positions of each picture that are looked up densely
OFFSET_CAP = 8.0  # positions
ALL_CANDIDATES = 0.1  # what all candidates count beside the best
CAP = 24.0  # pixels; a match that is further off than this counts as this far


def match_loss(match: Tensor, truth: Tensor, weight: Tensor, size: tuple[int, int]) -> Tensor:
    """Mean distance in pixels between matches and true matches, both (B, h, w, 2) in [-1, 1].

    weight (B, h, w) >= 0; size (height, width) of the exemplar. The distance is capped softly at CAP.
    """
    half = match.new_tensor([size[1] / 2, size[0] / 2])
    distance = (((match - truth) * half).square().sum(-1) + 0.01).sqrt()
    capped = CAP * (distance / CAP).tanh()
    return (capped * weight).sum() / weight.sum().clamp_min(1)


def feature_alignment(condition: Tensor, photo: Tensor) -> Tensor:
    """Domain alignment (CoCosNet, eq. 5): L1 between unit features of a label map and of its own photo."""
    return (condition - photo).abs().sum(1).mean()


def smoothness_loss(displacement: Tensor, labels: Tensor) -> Tensor:
    """Mean step in pixels, capped softly at STEP_CAP, between neighbours of one class.

    displacement (B, h, w, 2) in pixels: how far a match lies from the registered point; labels (B, h, w).
    A region is moved as one piece of cloth; it may tear, at a bounded price, where the exemplar demands it.
    """
    total, count = displacement.new_zeros(()), 0
    for axis in (1, 2):
        size = labels.shape[axis] - 1
        step = displacement.narrow(axis, 1, size) - displacement.narrow(axis, 0, size)
        within = labels.narrow(axis, 1, size) == labels.narrow(axis, 0, size)
        length = (step.square().sum(-1) + 1e-4).sqrt()
        total = total + (STEP_CAP * (length / STEP_CAP).tanh() * within).sum()
        count = count + within.sum()
    return total / count


def feature_contrast(condition: Tensor, exemplar: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """Features of a known match are more alike than those of other matches of the same pair (InfoNCE).

    condition, exemplar (B, C, h, w), unit length; truth (B, h, w, 2): true matches; known (B, h, w) >= 0: how
    likely a position is drawn. CONTRASTED positions are drawn from each pair. Returns a scalar.
    """
    usable = known.flatten(1).sum(1) > 0
    if not usable.any():
        return condition.new_zeros(())
    chosen = torch.multinomial(known.flatten(1)[usable], CONTRASTED, replacement=True)
    index = chosen.unsqueeze(1).expand(-1, condition.shape[1], -1)
    asking = condition[usable].flatten(2).gather(2, index)
    offered = sample(exemplar[usable], truth[usable]).flatten(2).gather(2, index)
    logits = asking.transpose(1, 2).float() @ offered.float() / TEMPERATURE
    right = torch.arange(CONTRASTED, device=logits.device).expand(len(logits), -1)
    return (F.cross_entropy(logits, right) + F.cross_entropy(logits.transpose(1, 2), right)) / 2


def cycle_loss(values: Tensor, forward: Tensor, backward: Tensor, weight: Tensor) -> Tensor:
    """Cycle consistency (CoCosNet, eq. 11): the exemplar, warped there and back, is the exemplar.

    values (B, C, h, w): small exemplar; forward, backward (B, h, w, 2): matches of the condition in the
    exemplar, and of the exemplar in the condition; weight (B, h, w) on the exemplar.
    """
    there = sample(values, forward)
    back = sample(there, backward)
    difference = (back - values).abs().mean(1)
    return (difference * weight).sum() / weight.sum().clamp_min(1)


def trust_loss(trust: Tensor, warp: Tensor, truth: Tensor, known: Tensor, agrees: Tensor) -> Tensor:
    """Teach the confidence map what it says: exp(-error / 0.15) where the truth is known.

    trust (B, 1, H, W) logits; warp, truth (B, 3, H, W) in [-1, 1]; known (B, 1, H, W) in {0, 1}.
    Where the truth is not known, only disagreeing labels (agrees = 0) teach: there it is 0.
    """
    error = F.avg_pool2d((warp.detach() - truth).abs().mean(1, keepdim=True), 5, 1, 2)
    target = torch.exp(-error / 0.15) * known
    weight = torch.maximum(known, 1 - agrees)
    loss = F.binary_cross_entropy_with_logits(trust.float(), target, reduction="none")
    return (loss * weight).sum() / weight.sum().clamp_min(1)


def warped_mask_loss(warped: Tensor, labels: Tensor, exemplar_labels: Tensor) -> Tensor:
    """What is warped to a position is of its class there (CoCosNet's released code): negative log likelihood.

    warped float (B, classes, h, w), shares of what the exemplar's positions show; labels int64 (B, h, w),
    exemplar_labels (B, h', w'). Only classes count that the exemplar has, background (class 0) aside. Returns a scalar.
    """
    there = torch.zeros(len(labels), warped.shape[1], device=labels.device)
    there.scatter_(1, exemplar_labels.flatten(1), 1.0)
    counts = there.gather(1, labels.flatten(1)) * (labels.flatten(1) > 0)
    share = warped.flatten(2).gather(1, labels.flatten(1).unsqueeze(1)).squeeze(1)
    return -((share + 1e-8).log() * counts).sum() / counts.sum().clamp_min(1)


def offset_loss(queries: Tensor, keys: Tensor, moved: list[Offsets], generator: torch.Generator) -> Tensor:
    """How far the candidates of PatchMatch are from where a dense search ends up, in positions.

    queries, keys (B, C, h, w), unit length; moved: the candidates after each iteration. SEARCHED positions are drawn.
    Of the candidates of a position the nearest counts, so that the others stay free to look elsewhere, and all of
    them a little. The distance is capped softly at OFFSET_CAP. Returns a scalar, the mean over the iterations.
    """
    height, width = queries.shape[2:]
    drawn = torch.randperm(height * width, generator=generator)[:SEARCHED].to(queries.device)
    index, _ = most_similar(queries.detach().flatten(2)[:, :, None, drawn], keys.detach())
    target = index.squeeze(1).unsqueeze(2)
    down = target // width - (drawn // width).view(1, -1, 1)
    right = target % width - (drawn % width).view(1, -1, 1)
    total = queries.new_zeros(())
    for offsets in moved:
        places = (x.flatten(1, 2)[:, drawn] for x in (offsets.down, offsets.right))
        distance = sum((x - truth).square() for x, truth in zip(places, (down, right), strict=True))
        distance = OFFSET_CAP * ((distance + 0.01).sqrt() / OFFSET_CAP).tanh()
        total = total + distance.amin(2).mean() + ALL_CANDIDATES * distance.mean()
    return total / len(moved)
