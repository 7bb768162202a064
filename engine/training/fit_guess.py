"""The style code of a class that an exemplar does not show: guessed from all that it shows, by ridge regression."""

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from engine.data.photo_set import PhotoSet
from engine.models.exemplar_encoders import LOOK, StyleEncoder
from engine.models.rabit import Rabit

RIDGE = 300.0  # against standardised inputs, in photos
LEAST_PIXELS = 150
LEAST_PHOTOS = 8  # a class that fewer show is guessed to look like the whole


@torch.no_grad()
def fit_guess(network: Rabit, photos: PhotoSet) -> None:
    """Set `network.style.guess` by the codes of all classes in `photos`, each hidden in its turn."""
    classes, device = network.config.classes, network.style.guess.weight.device
    seen: list[list[Tensor]] = [[] for _ in range(classes)]
    codes: list[list[Tensor]] = [[] for _ in range(classes)]
    for name in tqdm(photos.names, "style codes", unit="photo", disable=None):
        photo, labels = (tensor.to(device) for tensor in photos.batch([name]))
        features = network.values(photo.contiguous(memory_format=torch.channels_last))[2]
        style = network.style(photo, features, labels)
        one_hot = F.one_hot(labels, classes).permute(0, 3, 1, 2).float()
        for number in (one_hot.sum((0, 2, 3)) >= LEAST_PIXELS).nonzero().flatten().tolist():
            others = one_hot.clone()
            others[:, number] = 0
            seen[number].append(StyleEncoder.seen(photo, others))
            codes[number].append(style[:, number])
    weight, bias = torch.zeros_like(network.style.guess.weight), torch.zeros_like(network.style.guess.bias)
    dims = len(bias) // classes
    for number in range(classes):
        if len(seen[number]) >= LEAST_PHOTOS:
            rows = slice(number * dims, (number + 1) * dims)
            inputs, targets = torch.cat(seen[number]), torch.cat(codes[number])
            targets[:, -LOOK:] -= inputs[:, :LOOK]
            weight[rows], bias[rows] = _ridge(inputs, targets)
    network.style.guess.weight.copy_(weight)
    network.style.guess.bias.copy_(bias)


def _ridge(inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Weight (T, D) and bias (T,) that take inputs (n, D) to targets (n, T)."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-2
    x, centre = ((inputs - mean) / spread).double(), targets.mean(0)
    gram = x.T @ x + RIDGE * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    weight = torch.linalg.solve(gram, x.T @ (targets - centre).double()).float().T / spread
    return weight, centre - weight @ mean
