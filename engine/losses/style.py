"""How far the answer looks like the exemplar, class by class, when there is no truth to compare with."""

import torch
import torch.nn.functional as F
from torch import Tensor

LEAST_PIXELS = 100


def class_colours(image: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Mean colour of each class, (B, classes, 3), and its pixel count, (B, classes)."""
    one_hot = F.one_hot(labels.flatten(1), classes).to(image.dtype)
    count = one_hot.sum(1)
    total = torch.einsum("bnk,bcn->bkc", one_hot, image.flatten(2))
    return total / count.clamp_min(1).unsqueeze(2), count


def class_colour_loss(
    image: Tensor, labels: Tensor, exemplar: Tensor, exemplar_labels: Tensor, whole: Tensor
) -> Tensor:
    """Mean L1 between the mean colours of each class that both pictures show, background aside.

    image, exemplar (B, 3, ., .) in [-1, 1] with their own label maps. whole, bool (B, classes): a class counts
    only where `image` shows the whole of its region, since a part may have another mean. Returns a scalar.
    """
    mine, my_count = class_colours(image.float(), labels, whole.shape[1])
    theirs, their_count = class_colours(exemplar.float(), exemplar_labels, whole.shape[1])
    counted = ((my_count > LEAST_PIXELS) & (their_count > LEAST_PIXELS) & whole)[:, 1:].float()
    difference = (mine - theirs).abs().mean(2)[:, 1:]
    return (difference * counted).sum() / counted.sum().clamp_min(1)


def guess_loss(style: Tensor, truth: Tensor, labels: Tensor, hidden: Tensor, same: Tensor) -> Tensor:
    """L1 between guessed and true mean colour of the classes whose style was hidden, in the pictures `same`.

    style (B, classes, dims + 6) ends in the look (engine/models/exemplar_encoders.py); truth (B, 3, H, W) in
    [-1, 1] with its labels; hidden, bool (B, classes); same, bool (B,). Returns a scalar.
    """
    colours, count = class_colours(truth.float(), labels, hidden.shape[1])
    counted = (hidden & (count > LEAST_PIXELS) & same.unsqueeze(1)).float()
    difference = (style[..., -6:-3] - colours).abs().mean(2)
    return (difference * counted).sum() / counted.sum().clamp_min(1)


def identity_score(image: Tensor, truth: Tensor, exemplar: Tensor) -> Tensor:
    """How much the answer copies the exemplar: 1 when it is the exemplar, 0 when it is as far from it as the truth.

    All (B, 3, H, W) of one size. Returns a scalar <= 1; to be watched, not to be minimised.
    """
    as_far = (truth - exemplar).abs().mean()
    return 1 - (image - exemplar).abs().mean() / as_far.clamp_min(1e-3)
