"""How many iterations PatchMatch takes to a good match, with its trained GRU and without.

python -m tests.benchmarks.gru_iterations --weights OUT/weights --data ../shared/data/fashion [--pairs 6]

On held-out photos with a retrieved exemplar each, and with their own deformed photo, all by the same trained features:

gru     the weights' own GRU moves the candidates after each iteration
random  each candidate but the best jumps at random in the place of the GRU, half as far each time (PatchMatch, Barnes
        et al. 2009, sec. 3.2)
still   nothing moves them: propagation alone

The cost is 1 - cosine of the best candidate, the mean over all positions of the two finest levels; `dense` is the
least that any search can find. The last lines say how many iterations the GRU takes to what the others find in five.
"""

import argparse
import random
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.correspondence.dense import most_similar
from engine.correspondence.gathered import gathered_dots
from engine.correspondence.patchmatch import as_rows, flattened, rounded_index
from engine.data.pairs import example_pair
from engine.data.photo_set import PhotoSet
from engine.domains import find_domain
from engine.models.building import BUILDERS
from engine.models.cocosnet2 import LEVELS, Correspondence, offsets_around
from engine.weights.registry import open_weights, read_weights

ITERATIONS = 5
REACH = 8.0  # positions that candidates jump at first


class Still(nn.Module):
    """In the place of the GRU: no candidate moves."""

    def forward(self, hidden: Tensor, scores: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        return hidden, torch.zeros_like(offsets)


class RandomSearch(nn.Module):
    """In the place of the GRU: all candidates but the best jump."""

    def __init__(self) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(0)
        self.reach = REACH

    def forward(self, hidden: Tensor, scores: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        jump = (torch.rand(offsets.shape, generator=self._generator) * 2 - 1) * self.reach
        jump[:, :: scores.shape[1]] = 0
        self.reach = max(1.0, self.reach / 2)
        return hidden, jump


def costs(network: Correspondence, features: tuple[list[Tensor], list[Tensor]], iterations: int) -> float:
    """The mean cost of the two finest levels after so many iterations at each level."""
    search = network.patch_match
    search.config = replace(search.config, iterations=iterations)
    thetas, phis = features
    index, found = most_similar(thetas[0], phis[0])[0], []
    for level in range(1, LEVELS):
        queries, keys = thetas[level], phis[level]
        if isinstance(search.refine_net, RandomSearch):
            search.refine_net.reach = REACH
        best = search.search(queries, keys, offsets_around(index)).first()
        index = rounded_index(best)[..., 0].long()
        found.append(1 - gathered_dots(as_rows(queries), as_rows(keys), flattened(rounded_index(best))).mean().item())
    return sum(found[-2:]) / 2


def least(features: tuple[list[Tensor], list[Tensor]]) -> float:
    """The cost of the best match of every position."""
    levels = list(zip(*features, strict=True))[-2:]
    return sum(1 - most_similar(queries, keys)[1].mean().item() for queries, keys in levels) / 2


@torch.inference_mode()
def compare(weights: Path, data: Path, pairs: int) -> None:
    """Print the table."""
    config, state = read_weights(open_weights(weights))
    translator = BUILDERS["cocosnet2"](config)
    translator.load_state_dict(state)
    network = translator.eval().network.netCorr
    domain = find_domain("fashion")
    photos = PhotoSet(data, replace(domain, size=translator.size or domain.size), "val")
    searches = {"gru": network.patch_match.refine_net, "random": RandomSearch(), "still": Still()}
    for own in (False, True):
        features = [_features(translator, photos, name, own) for name in photos.names[:: len(photos.names) // pairs]]
        table = {}
        for name, module in searches.items():
            network.patch_match.refine_net = module
            totals = [sum(costs(network, f, n) for f in features) for n in range(1, ITERATIONS + 1)]
            table[name] = [total / len(features) for total in totals]
        floor = sum(map(least, features)) / len(features)
        exemplar = "the own photo, deformed" if own else "a retrieved exemplar"
        print(f"\n{exemplar}, {len(features)} pairs, dense {floor:.4f}")
        print("iterations " + "".join(f"{name:>9}" for name in table))
        for number in range(ITERATIONS):
            print(f"{number + 1:<11}" + "".join(f"{column[number]:9.4f}" for column in table.values()))
        for name in ("random", "still"):
            goal = table[name][ITERATIONS - 1]
            taken = next((n + 1 for n, cost in enumerate(table["gru"]) if cost <= goal), None)
            many = taken or f"more than {ITERATIONS}"
            print(f"what {name} finds in {ITERATIONS} iterations, the GRU finds in {many}")


def _features(translator: nn.Module, photos: PhotoSet, name: str, own: bool) -> tuple[list[Tensor], list[Tensor]]:
    other = name if own else photos.exemplar_for(name, random.Random(name))
    pair = example_pair(photos, name, other, 0)
    condition = translator.encode_condition(pair.labels)
    return condition.features, translator.encode_exemplar(pair.exemplar, pair.exemplar_labels).features


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=6)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    compare(chosen.weights, chosen.data, chosen.pairs)
