"""Exemplars for each photo: the nearest ones that suit it, none of them a copy of it or of each other."""

import torch
from torch import Tensor

from engine.domains import Domain
from engine.evaluation.pair_check import check_pair
from engine.evaluation.pair_traits import Traits

COPY = 0.9  # correlation of tiny pictures from which on two photos are one; of 838 street photos, 8 reach it

_ROWS = 256
_LOOKED_AT = 64  # of the nearest, for each photo


def nearest_exemplars(targets: Traits, exemplars: Traits, by: str, top: int, domain: Domain) -> dict[str, list[str]]:
    """For each target its `top` nearest exemplars by cosine, nearest first, by "look" or by "labels".

    Those that are suspicious (pair_check.py) come last, and only where there are too few others. A photo that has
    nothing but copies of itself gets none.
    """
    of_targets, of_exemplars = _features(targets, by), _features(exemplars, by)
    number = {name: i for i, name in enumerate(exemplars.names)}
    found: dict[str, list[str]] = {}
    for start in range(0, len(targets.names), _ROWS):
        rows = slice(start, start + _ROWS)
        nearness = of_targets[rows] @ of_exemplars.T
        nearness[targets.prints[rows] @ exemplars.prints.T >= COPY] = -torch.inf
        for row, name in enumerate(targets.names[rows]):
            if name in number:
                nearness[row, number[name]] = -torch.inf
        values, places = nearness.topk(min(max(top, _LOOKED_AT), len(exemplars.names)))
        for row, (near, place) in enumerate(zip(values, places, strict=True), start):
            there = place[near > -torch.inf].tolist()
            chosen = _chosen(targets, row, exemplars, there, top, domain)
            found[targets.names[row]] = [exemplars.names[i] for i in chosen]
    return found


def _features(traits: Traits, by: str) -> Tensor:
    features = traits.look if by == "look" else traits.layout
    assert features is not None, "the look has not been read"
    return features


def _chosen(targets: Traits, target: int, exemplars: Traits, nearest: list[int], top: int, domain: Domain) -> list[int]:
    """`top` of the exemplars `nearest`, in their order but for the suspicious ones, without copies of each other."""
    suited: list[int] = []
    suspicious: list[int] = []
    for place in nearest:
        if len(suited) == top:
            break
        earlier = suited + suspicious
        if earlier and (exemplars.prints[earlier] @ exemplars.prints[place]).max() >= COPY:
            continue
        check = check_pair(targets, target, exemplars, place, domain)
        (suspicious if check.suspicious else suited).append(place)
    return (suited + suspicious)[:top]
