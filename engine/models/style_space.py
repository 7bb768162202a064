"""The space of a translator's style codes: where photos lie in it, its principal axes, and how to draw from it.

Fitted to the codes of a training set (engine/training/fit_styles.py) and shipped beside the translator's weights.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.models.mapper import Mapper
from engine.models.style_axes import STYLES, Axis, axes_of
from engine.style import Style
from engine.weights.registry import find_weights, load_weights


class StyleSpace(nn.Module):
    """Codes float (..., D) seen as `components` principal scores, each in standard deviations.

    mean        (D,)
    analysis    (D, components): (code - mean) @ analysis are the scores
    directions  (components, D): how a code changes with one standard deviation of a score
    """

    def __init__(self, dims: int, components: int, axes: tuple[Axis, ...]) -> None:
        super().__init__()
        self.axes = axes
        self.register_buffer("mean", torch.zeros(dims))
        self.register_buffer("analysis", torch.zeros(dims, components))
        self.register_buffer("directions", torch.zeros(components, dims))
        self.mapper = Mapper(components)

    def scores(self, codes: Tensor) -> Tensor:
        """Where codes (..., D) lie, (..., components)."""
        return (codes - self.mean) @ self.analysis

    def codes(self, scores: Tensor) -> Tensor:
        """The codes at scores (..., components), (..., D)."""
        return self.mean + scores @ self.directions

    def sample(self, seed: int) -> Tensor:
        """A style drawn at random, by the mapper (StEP, Mapper M), as a code (D,)."""
        noise = torch.randn(1, self.mapper.dims_in, generator=torch.Generator().manual_seed(seed))
        return self.codes(self.mapper(noise.to(self.mean.device))).squeeze(0)

    def edit(self, style: Style) -> Callable[[Tensor], Tensor]:
        """What `style` does to codes (..., D): the drawn style takes over by its share, then the axes move."""
        steps = torch.tensor(style.axes, device=self.mean.device)
        move = steps @ self.directions[: len(steps)]
        if style.sample is None:
            return lambda codes: codes + move
        drawn = self.sample(style.sample)
        return lambda codes: torch.lerp(codes, drawn.expand_as(codes), style.surprise) + move


def load_style_space(domain: str, model: str) -> StyleSpace:
    """The space of the model's style codes, ready for inference, on the CPU.

    Raises InputError when it is absent, damaged, or was fitted to other weights of the model.
    """
    config, weights = load_weights(domain, model + STYLES)
    if config.get("fitted_to") != find_weights(domain, model).card.weights_hash:
        raise InputError(f"The style space of {model} for {domain} was fitted to other weights; run fit-styles again.")
    try:
        space = StyleSpace(config["dims"], config["components"], axes_of(config))
        space.load_state_dict(weights)
    except (TypeError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"The style space of {model} for {domain} does not fit this version of the program; install it again."
        ) from error
    return space.eval().requires_grad_(False)
