"""Triplets of photos, by their distance in style: an anchor, one that is near it and one that is far."""

import random

import torch
from torch import Tensor

from engine.errors import InputError

NEAR = 5
FAR = 13


class Triplets:
    """Positives are drawn among the `near` photos nearest to the anchor, negatives among its `far` farthest.

    The defaults are the published ones (StEP, section 3.1). In a set of fewer than near + far others, each side
    takes its share of them, and at least one.
    """

    def __init__(self, distances: Tensor, near: int = NEAR, far: int = FAR) -> None:
        """distances: (n, n), symmetric. Raises InputError for fewer than three photos."""
        count = len(distances)
        if count < 3:
            raise InputError(f"Triplets need at least 3 photos and there are {count}; add photos.")
        others = count - 1
        near = min(near, max(1, others * near // (near + far)))
        far = min(far, others - near)
        ranked = distances.clone().fill_diagonal_(-torch.inf).argsort(dim=1)[:, 1:]
        self.nearest = ranked[:, :near].tolist()
        self.farthest = ranked[:, -far:].tolist()

    def draw(self, count: int, dice: random.Random) -> tuple[list[int], list[int], list[int]]:
        """Indices of `count` anchors, their positives and their negatives."""
        anchors = [dice.randrange(len(self.nearest)) for _ in range(count)]
        positives = [dice.choice(self.nearest[anchor]) for anchor in anchors]
        negatives = [dice.choice(self.farthest[anchor]) for anchor in anchors]
        return anchors, positives, negatives
