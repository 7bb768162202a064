"""What keeps style codes in shape: nearness to N(0, I), smallness, and that a picture gives its code back."""

from torch import Tensor


def divergence_loss(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, exp(log_variance)) from N(0, I), summed over dims (Kingma and Welling 2014).

    Both (B, dims). Returns a scalar >= 0, the mean over the batch.
    """
    terms = mean.square() + log_variance.exp() - 1 - log_variance
    return terms.sum(1).mean() / 2


def smallness_loss(code: Tensor) -> Tensor:
    """Mean square of codes (B, dims)."""
    return code.square().mean()


def recovery_loss(found: Tensor, code: Tensor) -> Tensor:
    """Mean L1 between the code found in a picture and the code that it was painted with, both (B, dims).

    The code that was painted with is the truth: it is not moved (BicycleGAN, Zhu et al. 2017, eq. 7).
    """
    return (found - code.detach()).abs().mean()
