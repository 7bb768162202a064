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
    seams     float (B, 1, H, W): 1 where neighbours look at places far apart (correspondence/seams.py)
    style     float (B, classes, style_dims): learned numbers, then the look (exemplar_encoders.py)
    """

    warp: Tensor
    features: tuple[Tensor, Tensor, Tensor]
    evidence: Tensor
    trust: Tensor
    agrees: Tensor
    seams: Tensor
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
            seams=cut(self.seams, 1),
        )


def crop(x: Tensor, top: int, left: int, height: int, width: int, stride: int = 1) -> Tensor:
    """Cut a rectangle given in pixels out of the last two axes of a map at `stride`."""
    rows = slice(top // stride, (top + height) // stride)
    return x[..., rows, left // stride : (left + width) // stride]


def mix(injections: list[Injection], labels: Tensor, table: Tensor) -> Injection:
    """Several exemplars as one: style codes by weight, what is warped by weight and confidence, pixel by pixel.

    labels int64 (B, H, W), the condition's; table float (exemplars, classes), the weights for each class.
    """
    if len(injections) == 1:
        return injections[0]
    shares = shares_of([i.trust.sigmoid() for i in injections], labels, table)

    def blend(parts: list[Tensor], stride: int) -> Tensor:
        pooled = F.avg_pool2d(shares.flatten(0, 1), stride).unflatten(0, shares.shape[:2])
        return (torch.stack(parts) * pooled).sum(0)

    return Injection(
        warp=blend([i.warp for i in injections], 1),
        features=tuple(blend([i.features[n] for i in injections], 2 ** (n + 1)) for n in range(3)),
        evidence=blend([i.evidence for i in injections], 4),
        trust=blend([i.trust for i in injections], 1),
        agrees=blend([i.agrees for i in injections], 1),
        seams=blend([i.seams for i in injections], 1),
        style=mixed_style(injections, table),
    )


def mixed_style(injections: list[Injection], table: Tensor) -> Tensor:
    """The style codes of several exemplars by weight, float (B, classes, style_dims); of one, its own."""
    if len(injections) == 1:
        return injections[0].style
    return sum(row.unsqueeze(1) * i.style for row, i in zip(table, injections, strict=True))


def shares_of(confidences: list[Tensor], labels: Tensor, table: Tensor) -> Tensor:
    """How much of each pixel comes from each exemplar: by the weight for its class, times confidence.

    confidences (B, 1, H, W) an exemplar; labels (B, H, W); table (exemplars, classes). Returns
    (exemplars, B, 1, H, W), summing to 1 over the exemplars.
    """
    weights = table[:, labels].unsqueeze(2)
    shares = weights * (torch.stack(confidences) + 0.01)
    return shares / shares.sum(0)
