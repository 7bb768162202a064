"""From attention to one point a pixel: the last level of the alignment, ours.

Attention moves whole positions of 4 × 4 pixels, which leaves grain. Here three proposals for each
position (the peak of the attention, the registered point, the same place of the same region) are
weighed against each other by small convolutions that see how well the exemplar fits at each, and by
whether it has the right class there. The result is led back into its class where it has left it
(inside.py), smoothed within each class, corrected twice by what is found around it, and raised to
full size between neighbours of the pixel's own class, so that borders stay sharp.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.grids import sample
from engine.correspondence.inside import CELL, led_inside
from engine.correspondence.matching import STRIDE, Described
from engine.correspondence.semantic_position import Layout
from engine.layers.blocks import SLOPE, conv3
from engine.layers.blur import gaussian_blur
from engine.layers.constants import constant
from engine.layers.pono import pono
from engine.layers.precision import in_full_precision

PROPOSALS = 3
HIDDEN = 64
CORRECTIONS = 2
REACH = 2.0  # a correction moves a point by up to this many positions
CLOTH = 2.0  # positions over which a garment's displacement is smoothed
HEM = 1.0  # the same for what was led back inside at the end
KINSHIP = 1.5  # how strongly a pixel keeps to neighbours of its own class
EVIDENCE = 6
AGREEMENT = 2  # the evidence that says how far the labels agree


@dataclass(frozen=True)
class Match:
    """Where each position takes from, in the exemplar's coordinates.

    attended  float (B, H/4, W/4, 2): the peak of the attention, before refinement
    coarse    float (B, H/4, W/4, 2)
    fine      float (B, H, W, 2)
    evidence  float (B, EVIDENCE, H/4, W/4): what speaks for it: strength of attention, similarity of
              features, share of agreeing labels (AGREEMENT), being inside, distance to attention and to registration
    hidden    float (B, HIDDEN, H/4, W/4)
    """

    attended: Tensor
    coarse: Tensor
    fine: Tensor
    evidence: Tensor
    hidden: Tensor


class Refinement(nn.Module):
    """Weighs, smooths, corrects and raises matches; reaches 34 pixels around."""

    def __init__(self, dims: int, limbs: bool = False) -> None:
        super().__init__()
        self.enter = nn.Conv2d(dims + PROPOSALS * 4 + 2, HIDDEN, 1)
        self.weigh = conv3(HIDDEN, HIDDEN)
        self.mixture = nn.Conv2d(HIDDEN, PROPOSALS, 1)
        self.corrections = nn.ModuleList(_Correction() for _ in range(CORRECTIONS))
        with torch.no_grad():
            first_guess = [0.0, 0.0, 2.0] if limbs else [0.0, 1.0, 0.0]  # the place along a limb, or registration
            self.mixture.bias.copy_(torch.tensor(first_guess))

    @in_full_precision
    def forward(
        self,
        condition: Described,
        exemplar: Described,
        attended: Tensor,
        strength: Tensor,
        same_region: Tensor,
        registered: Tensor,
        registered_fine: Tensor,
        residual: Tensor,
        nearest: Tensor,
    ) -> Match:
        """Points are (B, h, w, 2) on the shared grid, `registered_fine` (B, H, W, 2); strength (B, 1, h, w).

        residual (B,): how badly registration fits over all; small convolutions could not see that.
        nearest: the exemplar's places of each class (inside.py).
        """
        proposals = (attended, registered, same_region)
        hidden, points, sure = self.weighed(condition, exemplar, proposals, strength, residual, nearest)
        points = registered + as_cloth(points - registered, condition.shares, sure, CLOTH)
        for correction in self.corrections:
            hidden, points = correction(hidden, condition, exemplar, points)
        points = self.hemmed(condition, exemplar, points, registered, nearest)
        fine = raised(condition, points, registered, registered_fine)
        evidence = self.evidence(condition, exemplar, strength, points, attended, registered)
        return Match(attended, points, fine, evidence, hidden)

    def weighed(
        self,
        condition: Described,
        exemplar: Described,
        proposals: tuple[Tensor, Tensor, Tensor],
        strength: Tensor,
        residual: Tensor,
        nearest: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The proposals (attended, registered, same region) as one: hidden, points, and how sure they are."""
        registered = proposals[1]
        cells = _cells(exemplar)
        seen = [_fit(condition, exemplar, points) for points in proposals]
        offsets = [((points - registered) * cells / 8).clamp(-4, 4).permute(0, 3, 1, 2) for points in proposals]
        overall = (4 * residual.clamp(max=1)).view(-1, 1, 1, 1).expand_as(strength)
        x = torch.cat([condition.features, strength, overall, *seen, *offsets], dim=1)
        hidden = self.weigh(F.leaky_relu(self.enter(x.contiguous(memory_format=torch.channels_last)), SLOPE))
        agreeing = torch.cat([fit[:, 1:] for fit in seen], dim=1)
        mixture = self.mixture(F.leaky_relu(hidden, SLOPE)).float() + (agreeing + 0.02).log()
        mixture = mixture.softmax(1)
        points = sum(
            weight.permute(0, 2, 3, 1) * place for weight, place in zip(mixture.split(1, 1), proposals, strict=True)
        )
        points, agreeing = self._back_inside(condition, exemplar, points, nearest)
        return hidden, points, strength * agreeing

    def hemmed(
        self, condition: Described, exemplar: Described, points: Tensor, registered: Tensor, nearest: Tensor
    ) -> Tensor:
        """Points led back inside after the corrections, smoothed once more."""
        points, agreeing = self._back_inside(condition, exemplar, points, nearest)
        return registered + as_cloth(points - registered, condition.shares, agreeing, HEM)

    @staticmethod
    def evidence(
        condition: Described,
        exemplar: Described,
        strength: Tensor,
        points: Tensor,
        attended: Tensor,
        registered: Tensor,
    ) -> Tensor:
        """What speaks for the points (`Match`)."""
        cells = _cells(exemplar)
        return torch.cat(
            [
                strength,
                _fit(condition, exemplar, points),
                (points.abs() <= 1).all(-1).unsqueeze(1).float(),
                *(
                    ((points - other) * cells).norm(dim=-1).div(8).clamp(max=2).unsqueeze(1)
                    for other in (attended, registered)
                ),
            ],
            dim=1,
        )

    @staticmethod
    def _back_inside(
        condition: Described, exemplar: Described, points: Tensor, nearest: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Lead matches back into their class where that helps; returns them and their agreement (B, 1, h, w)."""
        led = led_inside(points, condition.labels, nearest, exemplar.pixels.shape[2] // CELL)
        before, after = (_fit(condition, exemplar, place)[:, 1:] for place in (points, led))
        better = after > before + 0.2
        return torch.where(better.squeeze(1).unsqueeze(-1), led, points), torch.where(better, after, before)


class _Correction(nn.Module):
    """Looks at the fit of the 3 × 3 positions around each match and moves it by up to REACH positions."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(HIDDEN + 9, HIDDEN, 1)
        self.spread = conv3(HIDDEN, HIDDEN)
        self.step = nn.Conv2d(HIDDEN, 2, 1)
        nn.init.zeros_(self.step.weight)
        nn.init.zeros_(self.step.bias)

    def forward(
        self, hidden: Tensor, condition: Described, exemplar: Described, points: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The hidden features and the points, both corrected."""
        cells = _cells(exemplar)
        around = [
            (condition.features * sample(exemplar.features, points + constant((dx, dy), cells) / cells)).sum(
                1, keepdim=True
            )
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
        ]
        x = torch.cat([pono(hidden), *around], dim=1).contiguous(memory_format=torch.channels_last)
        hidden = hidden + self.spread(F.leaky_relu(self.enter(x), SLOPE))
        step = self.step(F.leaky_relu(pono(hidden), SLOPE)).float().tanh() * REACH
        return hidden, points + step.permute(0, 2, 3, 1) / cells


@in_full_precision
def raised(condition: Described, points: Tensor, registered: Tensor, registered_fine: Tensor) -> Tensor:
    """Points (B, h, w, 2) at full size, (B, 4 h, 4 w, 2): their displacement from registration is interpolated."""
    return registered_fine + _raised(points - registered, _kinship(condition))


def _cells(exemplar: Described) -> Tensor:
    """Positions of the exemplar that its points' unit of length is, (2,) as (x, y)."""
    return constant(exemplar.labels.shape[:0:-1], exemplar.region) / 2


def _raised(displacement: Tensor, kinship: Tensor) -> Tensor:
    """Displacement (B, h, w, 2) -> (B, 4 h, 4 w, 2), bilinear over neighbours of each pixel's own class.

    kinship (B, 9, STRIDE², h * w): how much of its own class each pixel finds in each of 3 × 3 neighbours.
    """
    batch, height, width, _ = displacement.shape
    weights = _bilinear_weights(displacement.device).unsqueeze(-1) * (kinship + 0.02) ** KINSHIP
    weights = weights / weights.sum(1, keepdim=True)
    padded = F.pad(displacement.permute(0, 3, 1, 2), (1, 1, 1, 1), mode="replicate")
    around = F.unfold(padded, 3).view(batch, 2, 9, height * width)
    raised = (weights.unsqueeze(1) * around.unsqueeze(3)).sum(2).view(batch, 2 * STRIDE**2, height, width)
    return F.pixel_shuffle(raised, STRIDE).permute(0, 2, 3, 1)


def same_place(condition: Described, exemplar_layout: Layout, otherwise: Tensor) -> Tensor:
    """The point of the exemplar with the same semantic position in the same class, (B, h, w, 2).

    Where the exemplar lacks the class: `otherwise` (B, h, w, 2).
    """
    there = (exemplar_layout.share > 0).gather(1, condition.labels.flatten(1)).view_as(condition.labels)
    points = exemplar_layout.point_at(condition.labels, condition.region)
    return torch.where(there.unsqueeze(3), points, otherwise)


def as_cloth(displacement: Tensor, shares: Tensor, sure: Tensor, sigma: float) -> Tensor:
    """Smooth a displacement (B, h, w, 2) within each class, so that a garment is not torn into positions.

    shares (B, classes, h, w); sure (B, 1, h, w) in [0, 1]: sure matches lead, doubtful ones follow.
    """
    with torch.autocast(displacement.device.type, enabled=False):
        weight = shares * (sure.detach().float() + 0.02)
        mass = gaussian_blur(weight, sigma, int(2 * sigma)) + 1e-6
        moves = displacement.float().permute(0, 3, 1, 2).split(1, dim=1)
        smooth = [gaussian_blur(weight * move, sigma, int(2 * sigma)) / mass for move in moves]
        return torch.stack([(shares * part).sum(1) for part in smooth], dim=-1)


def _kinship(condition: Described) -> Tensor:
    """Share of each pixel's class in the 3 × 3 positions around it: (B, 9, STRIDE², h * w)."""
    batch, classes, height, width = condition.shares.shape
    around = F.unfold(F.pad(condition.shares, (1, 1, 1, 1), mode="replicate"), 3)
    around = around.view(batch, classes, 9, height * width)
    own = F.pixel_unshuffle(condition.pixels.unsqueeze(1).float(), STRIDE).long().flatten(2)
    return torch.stack([around[:, :, n].gather(1, own) for n in range(9)], dim=1)


def _fit(condition: Described, exemplar: Described, points: Tensor) -> Tensor:
    """Similarity of features and share of agreeing labels at `points`: (B, 2, h, w)."""
    features = (condition.features * sample(exemplar.features, points)).sum(1, keepdim=True)
    labels = torch.minimum(condition.shares, sample(exemplar.shares, points)).sum(1, keepdim=True)
    return torch.cat([features, labels], dim=1)


def _bilinear_weights(device: torch.device) -> Tensor:
    """Weight of each of 3 × 3 neighbours for each pixel of a position, never quite 0: (9, STRIDE²)."""
    step = (torch.arange(STRIDE, device=device) + 0.5) / STRIDE - 0.5
    line = torch.stack([(-step).clamp_min(0), 1 - step.abs(), step.clamp_min(0)])  # (3, STRIDE)
    return torch.einsum("ai,bj->abij", line, line).reshape(9, STRIDE**2) + 1e-3
