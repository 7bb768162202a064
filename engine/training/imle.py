"""Fitting the mapper by implicit maximum likelihood estimation (Li and Malik 2018; StEP, section 3.3).

Each code seeks the sample that is nearest to it and pulls it nearer, so that no code is left uncovered.
"""

import torch
from torch import Tensor

from engine.models.mapper import Mapper

REDRAWN = 5  # epochs for which the nearest samples stay
SAMPLES = 10  # samples drawn for each code
DISTURBANCE = 0.01  # deviation of the noise on the nearest samples' noise
RATE = 1e-2
DECAY = 0.7
DECAYED = 50  # epochs between two decays of the rate

_ROWS = 256


def fit_mapper(codes: Tensor, *, epochs: int, seed: int, batch: int = 64) -> Mapper:
    """A mapper whose samples lie where `codes`, float (n, dims), lie. The same seed gives the same mapper.

    Runs on the CPU. Raises ValueError where there is no code.
    """
    if not len(codes):
        raise ValueError("a mapper needs at least one code")
    codes = codes.detach().float().cpu()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mapper = Mapper(codes.shape[1])
    generator = torch.Generator().manual_seed(seed)
    mapper.mean.copy_(codes.mean(0))
    mapper.scale.copy_(codes.std(0, correction=0).clamp_min(1e-6))
    wanted = (codes - mapper.mean) / mapper.scale
    optimiser = torch.optim.Adam(mapper.layers.parameters(), RATE, betas=(0.5, 0.999))
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, DECAYED, DECAY)
    for epoch in range(epochs):
        if epoch % REDRAWN == 0:
            noise = _nearest_noise(mapper, wanted, generator)
        for chosen in torch.randperm(len(wanted), generator=generator).split(batch):
            disturbance = DISTURBANCE * torch.randn(len(chosen), mapper.dims_in, generator=generator)
            error = mapper.layers(noise[chosen] + disturbance) - wanted[chosen]
            optimiser.zero_grad(set_to_none=True)
            error.square().sum(1).mean().backward()
            optimiser.step()
        schedule.step()
    return mapper.eval().requires_grad_(False)


@torch.no_grad()
def _nearest_noise(mapper: Mapper, wanted: Tensor, generator: torch.Generator) -> Tensor:
    """For each of the standardised codes (n, dims) the noise whose sample is nearest, of 10 n drawn: (n, dims_in)."""
    noise = torch.randn(SAMPLES * len(wanted), mapper.dims_in, generator=generator)
    samples = mapper.layers(noise)
    nearest = torch.cat([torch.cdist(rows, samples).argmin(1) for rows in wanted.split(_ROWS)])
    return noise[nearest]
