"""What the generator gets of an alignment, cut out as a rectangle, or mixed from several exemplars."""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Injection:
    """What the generator gets of an alignment; all of it can be cut out as a rectangle.

    warp      float (B, 3, H, W), warped pixels
    features  warped features at strides 2, 4, 8
    evidence  float (B, EVIDENCE, H/4, W/4)
    trust     float (B, 1, H, W), logit of the confidence map
    agrees    float (B, 1, H, W): 1 where the exemplar has the condition's class at the match
    style     float (B, classes, style_dims)
    """

    warp: Tensor
    features: tuple[Tensor, Tensor, Tensor]
    evidence: Tensor
    trust: Tensor
    agrees: Tensor
    style: Tensor

    def crop(self, top: int, left: int, height: int, width: int) -> "Injection":
        """The rectangle of that place and size in pixels, multiples of 8."""

        def cut(x: Tensor, stride: int) -> Tensor:
            return crop(x, top, left, height, width, stride)

        return replace(
            self,
            warp=cut(self.warp, 1),
            features=tuple(cut(x, s) for x, s in zip(self.features, (2, 4, 8), strict=True)),
            evidence=cut(self.evidence, 4),
            trust=cut(self.trust, 1),
            agrees=cut(self.agrees, 1),
        )


def crop(x: Tensor, top: int, left: int, height: int, width: int, stride: int = 1) -> Tensor:
    """Cut a rectangle given in pixels out of the last two axes of a map at `stride`."""
    rows = slice(top // stride, (top + height) // stride)
    return x[..., rows, left // stride : (left + width) // stride]


def mix(injections: list[Injection], weights: list[float]) -> Injection:
    """Several exemplars as one: style codes by weight, what is warped by weight and confidence, pixel by pixel."""
    if len(injections) == 1:
        return injections[0]
    shares = torch.stack([w * (i.trust.sigmoid() + 0.01) for w, i in zip(weights, injections, strict=True)])
    shares = shares / shares.sum(0)

    def blend(parts: list[Tensor], stride: int) -> Tensor:
        pooled = F.avg_pool2d(shares.flatten(0, 1), stride).unflatten(0, shares.shape[:2])
        return (torch.stack(parts) * pooled).sum(0)

    return Injection(
        warp=blend([i.warp for i in injections], 1),
        features=tuple(blend([i.features[n] for i in injections], 2 ** (n + 1)) for n in range(3)),
        evidence=blend([i.evidence for i in injections], 4),
        trust=blend([i.trust for i in injections], 1),
        agrees=blend([i.agrees for i in injections], 1),
        style=sum(w * i.style for w, i in zip(weights, injections, strict=True)),
    )
