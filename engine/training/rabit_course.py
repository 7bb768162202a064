"""The training of RABIT: alignment and generator together, on whole pictures and on crops of them.

The alignment always sees the whole picture. The generator is local, so it is trained on rectangles
of the aligned picture, which costs a fraction and teaches the same.
"""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditions.body import OTHER_SIDE_SEGMENT
from engine.conditions.pose_maps import POSE_PLANES
from engine.correspondence.bilevel import attend
from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.head import HeadClasses
from engine.correspondence.matching import STRIDE
from engine.correspondence.ranking import block_means, rank_blocks
from engine.correspondence.refinement import Match
from engine.correspondence.registration import Registration, disagreement, register, soft_labels
from engine.data.chance import Chance
from engine.data.pairs import PairBatch, draw_pairs
from engine.data.photo_set import PhotoSet
from engine.data.posed_pairs import draw_posed_pairs
from engine.data.posed_set import PosedSet
from engine.domains import Domain
from engine.losses.adversarial import discriminator_loss, feature_matching, generator_loss
from engine.losses.correspondence import (
    cycle_loss,
    feature_alignment,
    feature_contrast,
    match_loss,
    smoothness_loss,
    trust_loss,
)
from engine.losses.perceptual import appearance_loss, perceptual_loss, perceptual_network, pseudo_pair_loss
from engine.losses.style import class_colour_loss, guess_loss, identity_score
from engine.models.discriminator import MultiScaleDiscriminator
from engine.models.generator import let_through
from engine.models.injection import crop
from engine.models.rabit import Condition, Exemplar, Rabit, RabitConfig
from engine.models.translator import Alignment
from engine.training.course import Course
from engine.training.fit_guess import fit_guess
from engine.training.sheet import translator_sheet
from engine.training.withholding import Withheld, draw_withheld, without

CROP = (192, 128)  # height, width in pixels; smaller pictures are taken whole
ALIGNING = 0.5  # share of steps in which the alignment learns too; in the others only what paints
CYCLED = 0.25  # share of steps with the losses that cost a second encoding or attention
DISTURBED = 0.25  # share of pairs whose registration is moved
ADVERSARIAL_FROM = 0.25  # the discriminator joins at this part of the run
LONGEST_GRADIENT = 5.0
WEIGHTS = {
    "match": 0.05,
    "attended": 0.02,
    "smoothness": 0.05,
    "warp": 1.0,
    "contrast": 0.2,
    "feature_alignment": 0.05,
    "cycle": 0.5,
    "trust": 0.3,
    "reconstruction": 3.0,
    "painted": 2.0,
    "pseudo_pair": 0.6,
    "perceptual": 0.05,
    "contextual": 0.1,
    "colour": 5.0,
    "guess": 1.0,
    "adversarial": 0.3,
    "feature_matching": 1.0,
}

Place = tuple[int, int, int, int]  # top, left, height and width of a rectangle


class RabitCourse(Course):
    """Targets and exemplars of `training`; `held_out` for the sample sheet; `config` has the domain's classes."""

    def __init__(
        self,
        domain: Domain,
        training: PhotoSet | PosedSet,
        held_out: PhotoSet | PosedSet,
        batch: int,
        device: torch.device,
        vgg19: Path | None = None,
        config: RabitConfig | None = None,
    ) -> None:
        self._training, self._held_out, self._batch, self._device = training, held_out, batch, device
        self._palette = torch.from_numpy(domain.palette)
        self._classes = len(domain.classes)
        self._generator_only = False
        self.shipped = Rabit(config or config_of(domain)).to(device)
        self._judge = MultiScaleDiscriminator(self._classes).to(device)
        self._perceptual = perceptual_network(domain, vgg19).to(device)
        self.networks = nn.ModuleDict({"rabit": self.shipped, "judge": self._judge})
        self.optimisers = {
            "rabit": torch.optim.AdamW(self._parameter_groups(), 6e-4, (0.5, 0.99), weight_decay=1e-4),
            "judge": torch.optim.AdamW(self._judge.parameters(), 4e-4, (0.0, 0.99), weight_decay=1e-4),
        }

    def learn_generator_only(self) -> None:
        """Leave alignment and encoders as they are, for a generator of another form, or a finer one."""
        self._generator_only = True
        self.shipped.requires_grad_(False)
        self.shipped.generator.requires_grad_(True)

    def _parameter_groups(self) -> list[dict]:
        """The analytic weights are logarithms of large numbers and have far to go: they learn faster."""
        analytic = list(self.shipped.analytic.parameters())
        others = [p for name, p in self.shipped.named_parameters() if not name.startswith("analytic.")]
        return [{"params": others}, {"params": analytic, "lr": 1e-2, "weight_decay": 0.0}]

    def config(self) -> dict:
        return asdict(self.shipped.config)

    def finish(self, network: Rabit) -> None:
        """Fit the guesses of looks to the whole training set, which no single step can."""
        fit_guess(network, self._training)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        self.shipped.train()
        pairs = self._draw(chance)
        noise = _registration_noise(self._batch, chance).to(self._device)
        pairs, registration = _registered(pairs.to(self._device), self.shipped.config, noise)
        aligns = chance.dice.random() < ALIGNING and not self._generator_only
        if not self._generator_only:
            for module in self.shipped.alignment_modules():
                module.requires_grad_(aligns)
        condition = self.shipped.encode_condition(pairs.labels, pairs.pose)
        kept_back = draw_withheld(pairs.labels, self._classes, chance)
        exemplar = self.shipped.encode_side(pairs.exemplar, pairs.exemplar_labels, kept_back.style, pairs.exemplar_pose)
        epsilon = 0.05 * 0.1**progress
        asked = self.shipped.ask(condition, exemplar)
        match, features = self.shipped.match(asked, exemplar, registration, epsilon)
        alignment = self.shipped.inject(asked, exemplar, match, features)
        losses = {}
        if aligns:
            losses = self._all_alignment_losses(pairs, asked, exemplar, match, alignment, registration, chance)

        place = _random_crop(pairs.labels, chance)
        image, painted, target, labels = self._painted(pairs, condition, alignment, place, kept_back)
        losses |= self._picture_losses(pairs, image, painted, target, labels)
        losses["guess"] = guess_loss(exemplar.style, pairs.target, pairs.labels, kept_back.style, pairs.same)
        adversarial = progress >= ADVERSARIAL_FROM
        if adversarial:
            losses |= self._adversarial_losses(pairs.same, labels, target, image)
        total = sum(WEIGHTS[name] * loss for name, loss in losses.items())
        self.descend(total, "rabit", longest=LONGEST_GRADIENT)
        figures = {name: loss.detach() for name, loss in losses.items()}
        if adversarial:
            figures["judge"] = self._judge_step(labels, target, image.detach())
        return figures | self._watched(pairs, image.detach(), target, place)

    def _draw(self, chance: Chance) -> PairBatch:
        if isinstance(self._training, PosedSet):
            return draw_posed_pairs(self._training, self._batch, chance)
        return draw_pairs(self._training, self._batch, chance)

    def _all_alignment_losses(
        self,
        pairs: PairBatch,
        condition: Condition,
        exemplar: Exemplar,
        match: Match,
        alignment: Alignment,
        registration: Registration,
        chance: Chance,
    ) -> dict[str, Tensor]:
        losses = self._alignment_losses(pairs, condition, exemplar, match, alignment)
        losses["smoothness"] = self._smoothness(condition, match, registration)
        if chance.dice.random() < CYCLED:
            planes = pairs.pose and pairs.pose.planes
            photo = self.shipped.exemplar_extractor(condition.labels, condition.layout, pairs.target, planes)
            losses["feature_alignment"] = feature_alignment(condition.described.features, photo.features)
            losses["cycle"] = self._cycle_loss(pairs, condition, exemplar, match, registration)
        return losses

    def _alignment_losses(
        self, pairs: PairBatch, condition: Condition, exemplar: Exemplar, match: Match, alignment: Alignment
    ) -> dict[str, Tensor]:
        size = pairs.labels.shape[1:]
        weight = pairs.known * (1 + 2.0 * (pairs.labels > 0))
        coarse_truth = F.avg_pool2d(pairs.match.permute(0, 3, 1, 2), STRIDE).permute(0, 2, 3, 1)
        coarse_weight = F.avg_pool2d(weight.unsqueeze(1), STRIDE).squeeze(1)
        injection, known = alignment.injection, pairs.known.unsqueeze(1).float()
        warp_error = (alignment.warp - pairs.target).abs().mean(1)
        return {
            "match": match_loss(match.fine, pairs.match, weight, size),
            "attended": match_loss(match.attended, coarse_truth, coarse_weight, size),
            "warp": (warp_error * weight).sum() / weight.sum().clamp_min(1),
            "contrast": feature_contrast(
                condition.described.features, exemplar.described.features, coarse_truth, coarse_weight
            ),
            "trust": trust_loss(injection.trust, alignment.warp, pairs.target, known, injection.agrees),
        }

    def _smoothness(self, condition: Condition, match: Match, registration: Registration) -> Tensor:
        grid = identity_grid(*condition.described.labels.shape[1:], self._device)
        height, width = condition.labels.shape[1:]
        moved = match.coarse - apply_affine(registration.matrix, grid)
        return smoothness_loss(moved * moved.new_tensor([width / 2, height / 2]), condition.described.labels)

    def _cycle_loss(
        self,
        pairs: PairBatch,
        condition: Condition,
        exemplar: Exemplar,
        match: Match,
        registration: Registration,
    ) -> Tensor:
        """Attention from the exemplar back to the condition leads home, over the person."""
        analytic, config, described = self.shipped.analytic, self.shipped.config, exemplar.described
        with torch.autocast(self._device.type, enabled=False):
            grid = identity_grid(*described.labels.shape[1:], self._device)
            queries = analytic.queries(described, apply_affine(_inverse(registration.matrix), grid))
            keys = analytic.keys(condition.described)
            ranking = rank_blocks(
                block_means(queries, config.block), block_means(keys, config.block), config.blocks_kept
            )
            backward = attend(queries, keys, keys[:, :1], ranking, config.block).match
        small = F.avg_pool2d(pairs.exemplar, STRIDE)
        return cycle_loss(small, match.attended, backward, (described.labels > 0).float())

    def _painted(
        self, pairs: PairBatch, condition: Condition, alignment: Alignment, place: Place, kept_back: Withheld
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The generator's picture of a rectangle, before and after warped pixels are let in, the truth, the labels."""
        strides = (2, 4, 8)
        features = tuple(crop(x, *place, s) for x, s in zip(condition.features, strides, strict=True))
        labels = crop(pairs.labels, *place)
        injection = without(alignment.injection.crop(*place), labels, kept_back.warp)
        painted, gate = self.shipped.generator.paint_all(labels, features, injection)
        return let_through(painted, gate, injection), painted, crop(pairs.target, *place), labels

    def _picture_losses(
        self, pairs: PairBatch, image: Tensor, painted: Tensor, target: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        same, other = pairs.same, ~pairs.same
        mine = self._perceptual(image)
        with torch.no_grad():
            true = self._perceptual(target)
        whole = _whole_classes(labels, pairs.labels, self._classes)
        losses = {
            "pseudo_pair": pseudo_pair_loss(mine, true, same),
            "perceptual": perceptual_loss(mine, true),
            "colour": class_colour_loss(image, labels, pairs.exemplar, pairs.exemplar_labels, whole),
        }
        if same.any():
            losses["reconstruction"] = F.l1_loss(image[same], target[same])
            losses["painted"] = F.l1_loss(painted[same], target[same])
        if other.any():
            with torch.no_grad():
                theirs = self._perceptual(pairs.exemplar[other])
            losses["contextual"] = appearance_loss([features[other] for features in mine], theirs).mean()
        return losses

    def _adversarial_losses(self, same: Tensor, labels: Tensor, target: Tensor, image: Tensor) -> dict[str, Tensor]:
        fake = self._judge(labels, image)
        with torch.no_grad():
            real = self._judge(labels, target)
        return {"adversarial": generator_loss(fake), "feature_matching": feature_matching(real, fake, same)}

    def _judge_step(self, labels: Tensor, target: Tensor, image: Tensor) -> Tensor:
        loss = discriminator_loss(self._judge(labels, target), self._judge(labels, image))
        self.descend(loss, "judge", longest=LONGEST_GRADIENT)
        return loss.detach()

    @staticmethod
    def _watched(pairs: PairBatch, image: Tensor, target: Tensor, place: Place) -> dict[str, Tensor]:
        if not pairs.same.any():
            return {}
        exemplar = crop(pairs.exemplar, *place)[pairs.same]
        return {"identity": identity_score(image[pairs.same], target[pairs.same], exemplar)}

    @torch.no_grad()
    def sample_sheet(self, network: Rabit) -> np.ndarray:
        return translator_sheet(network, self._held_out, self._palette, self._device)


def config_of(domain: Domain) -> RabitConfig:
    """The configuration that fits a domain's classes."""
    head = HeadClasses(*domain.head_by_id) if domain.head_by_id else None
    posed = {"planes": POSE_PLANES, "other_side": OTHER_SIDE_SEGMENT} if domain.condition == "pose" else {}
    return RabitConfig(classes=len(domain.classes), kin=domain.kin_by_id, head=head, **posed)


def _registered(pairs: PairBatch, config: RabitConfig, noise: Tensor) -> tuple[PairBatch, Registration]:
    """Register each pair, mirror the exemplars that fit better so, and disturb some registrations by `noise`."""
    classes = config.classes
    with torch.no_grad(), torch.autocast(noise.device.type, enabled=False):
        condition = soft_labels(pairs.labels, classes)
        found = register(condition, soft_labels(pairs.exemplar_labels, classes), config.other_side)
        pairs = pairs.mirrored(found.mirrored)
        moved = found.matrix + noise
        residual = disagreement(condition, soft_labels(pairs.exemplar_labels, classes), moved)
        return pairs, Registration(moved, found.mirrored, residual)


def _registration_noise(count: int, chance: Chance) -> Tensor:
    """Some registrations are moved, so that the network learns that registration can be wrong. (count, 2, 3)."""
    disturbed = (torch.rand(count, 1, 1, generator=chance.generator) < DISTURBED).float()
    return disturbed * torch.randn(count, 2, 3, generator=chance.generator) * 0.05


def _inverse(matrix: Tensor) -> Tensor:
    linear = torch.linalg.inv(matrix[:, :, :2])
    return torch.cat([linear, -linear @ matrix[:, :, 2:]], dim=2)


def _random_crop(labels: Tensor, chance: Chance) -> Place:
    """A rectangle as large as CROP at most, at multiples of 8, near the middle column rather than the sides."""
    height, width = (min(sides) for sides in zip(labels.shape[1:], CROP, strict=True))
    top = chance.dice.randint(0, (labels.shape[1] - height) // 8)
    side = (labels.shape[2] - width) // 8
    left = 4 * chance.dice.randint(0, side) // 8 * 8 + 4 * chance.dice.randint(0, side) // 8 * 8
    return 8 * top, left, height, width


def _whole_classes(part: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Which classes lie nearly all within `part`, a crop of `labels`: bool (B, classes)."""
    shown = F.one_hot(part.flatten(1), classes).sum(1)
    return shown >= 0.8 * F.one_hot(labels.flatten(1), classes).sum(1)
