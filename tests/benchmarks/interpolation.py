"""From one exemplar to another in nine steps: python -m tests.benchmarks.interpolation --data DIR --out SHEET.png

For four conditions of a split and two exemplars each. Prints how far each step is from the first picture
(perceptual distance, as a share of the way), whether that grows at every step, and whether both ends are
bit for bit the pictures of one exemplar alone.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from engine.data.folder import PhotoFolder
from engine.domains import find_domain
from engine.images import write_image
from engine.inference.frames import photo_tensor
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.losses.perceptual import PerceptualNetwork, perceptual_network

STEPS = 9
CONDITIONS = 4


def _distance(network: PerceptualNetwork, one: np.ndarray, other: np.ndarray) -> float:
    """Mean squared difference of features of unit length, over all levels."""
    pairs = zip(*(network(photo_tensor(picture, torch.device("cpu"))) for picture in (one, other)), strict=True)
    return sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean().item() for a, b in pairs)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the sheet of pictures, .png")
    parser.add_argument("--domain", default="fashion")
    parser.add_argument("--model")
    parser.add_argument("--split", default="val")
    arguments = parser.parse_args()
    domain = find_domain(arguments.domain)
    model = arguments.model or domain.default_model
    photos, network, session = (
        PhotoFolder(arguments.data, domain, arguments.split),
        perceptual_network(domain),
        Session(),
    )
    rows = []
    for name in photos.names[:: len(photos.names) // CONDITIONS][:CONDITIONS]:
        truth, labels = photos.read(name)
        first, second = (photos.read(other) for other in photos.partners(name)[:2])
        exemplars = tuple(Exemplar(Pixels(photo), Pixels(own)) for photo, own in (first, second))

        even = EditState(domain.name, model, Pixels(labels), exemplars, (1.0, 1.0))
        mixes = [replace(even, weights=(1 - t, t)) for t in np.linspace(0, 1, STEPS)]
        pictures = [session.render(mix).image for mix in mixes]
        alone = [session.render(replace(even, exemplars=(one,), weights=(1.0,))).image for one in exemplars]
        away = np.array([_distance(network, pictures[0], picture) for picture in pictures])
        grows, same = (
            (np.diff(away) > 0).all(),
            all(np.array_equal(a, b) for a, b in zip(alone, (pictures[0], pictures[-1]), strict=True)),
        )
        steps = " ".join(f"{share:.2f}" for share in away / away[-1])
        print(f"{name}: {steps}  grows: {'yes' if grows else 'NO'}  ends equal: {'yes' if same else 'NO'}")
        rows.append(np.concatenate([domain.palette[labels], first[0], *pictures, second[0]], axis=1))
    write_image(arguments.out, np.concatenate(rows))


if __name__ == "__main__":
    main()
