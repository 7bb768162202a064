"""Fit the space of a translator's style codes to a set of photos: principal axes and the mapper."""

import torch
from torch import Tensor

from engine.models.style_space import StyleSpace
from engine.training.imle import fit_mapper


def fit_style_space(codes: Tensor, importance: Tensor, components: int, *, epochs: int, seed: int) -> StyleSpace:
    """Principal components of codes float (n, D), standardised and weighted by `importance` (D,), and the mapper.

    The directions are by regression: how a code changes on the average with one standard deviation of a score.
    `components` is at most D and n - 1. The axes have no names yet.
    """
    mean, spread = codes.mean(0), codes.std(0).clamp_min(1e-6)
    weight = importance / spread
    _, values, basis = torch.linalg.svd((codes - mean) * weight, full_matrices=False)
    deviation = values[:components] / (len(codes) - 1) ** 0.5
    space = StyleSpace(codes.shape[1], components, ())
    space.mean.copy_(mean)
    space.analysis.copy_(weight.unsqueeze(1) * basis[:components].T / deviation.clamp_min(1e-6))
    scores = space.scores(codes)
    space.directions.copy_(scores.T @ (codes - mean) / (len(codes) - 1))
    space.mapper = fit_mapper(scores, epochs=epochs, seed=seed)
    return space.eval().requires_grad_(False)


def turn(space: StyleSpace, axis: int) -> None:
    """Let an axis run the other way; what the mapper draws stays as it is."""
    for tensor in (space.analysis[:, axis], space.directions[axis], space.mapper.mean[axis : axis + 1]):
        tensor.neg_()
    space.mapper.scale[axis].neg_()
