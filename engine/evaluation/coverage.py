"""How well drawn codes of style cover the codes of photos, and how near to photos they stay."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.mapper import Mapper

_ROWS = 512


@dataclass(frozen=True)
class Coverage:
    """Distances in units of the codes' deviations; lower is better.

    coverage       mean over the codes of the distance to the nearest sample: large where some style is never drawn
    plausibility   mean over the samples of the distance to the nearest code: large where a sample is like no photo
    """

    coverage: float
    plausibility: float


@dataclass(frozen=True)
class Comparison:
    """Samples of one source against the codes it was fitted to and against codes held out from the fit."""

    fitted: Coverage
    held_out: Coverage


@torch.no_grad()
def compare_sources(mapper: Mapper, codes: Tensor, held_out: Tensor, samples: int, seed: int) -> dict[str, Comparison]:
    """Coverage by `samples` draws of the mapper, of N(0, I) as it is, and of a Gaussian fitted to `codes`.

    codes (n, dims) are those of the fit, held_out (m, dims) others. The fitted Gaussian has the mean and, for
    each dimension by itself, the deviation of `codes`. Keys: "mapper", "unit gaussian", "fitted gaussian".
    """
    generator = torch.Generator().manual_seed(seed)
    mean, scale = codes.mean(0), codes.std(0, correction=0).clamp_min(1e-6)
    noise = torch.randn(samples, codes.shape[1], generator=generator)
    drawn = {
        "mapper": mapper.sample(samples, generator),
        "unit gaussian": noise,
        "fitted gaussian": noise * scale + mean,
    }
    return {
        source: Comparison(
            *(measure_coverage((some - mean) / scale, (found - mean) / scale) for some in (codes, held_out))
        )
        for source, found in drawn.items()
    }


def measure_coverage(codes: Tensor, samples: Tensor) -> Coverage:
    """Coverage of codes (n, dims) by samples (m, dims), both in the units that the distances are wanted in."""
    return Coverage(coverage=_mean_nearest(codes, samples), plausibility=_mean_nearest(samples, codes))


def _mean_nearest(points: Tensor, others: Tensor) -> float:
    """Mean over `points` of the Euclidean distance to the nearest of `others`."""
    exact = "donot_use_mm_for_euclid_dist"
    nearest = [torch.cdist(rows, others, compute_mode=exact).amin(1) for rows in points.split(_ROWS)]
    return torch.cat(nearest).mean().item()
