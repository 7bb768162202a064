"""The judge of the adversarial loss: a patch discriminator at two scales (Wang et al. 2018, pix2pixHD)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from engine.layers.blocks import SLOPE


class PatchDiscriminator(nn.Module):
    """Spectrally normalised convolutions of stride 2, 2, 2, 1; returns all features, the verdict last."""

    def __init__(self, channels_in: int, width: int = 32) -> None:
        super().__init__()
        sizes = (channels_in, width, 2 * width, 4 * width, 4 * width)
        strides = (2, 2, 2, 1)
        self.body = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4 if stride == 2 else 3, stride, 1))
            for before, after, stride in zip(sizes[:-1], sizes[1:], strides, strict=True)
        )
        self.verdict = spectral_norm(nn.Conv2d(sizes[-1], 1, 3, 1, 1))

    def forward(self, x: Tensor) -> list[Tensor]:
        features = []
        for layer in self.body:
            x = F.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return [*features, self.verdict(x)]


class MultiScaleDiscriminator(nn.Module):
    """The same judge for the picture at full and at half size, each with weights of its own."""

    def __init__(self, classes: int, scales: int = 2) -> None:
        super().__init__()
        self.classes = classes
        self.judges = nn.ModuleList(PatchDiscriminator(classes + 3) for _ in range(scales))

    def forward(self, labels: Tensor, image: Tensor) -> list[list[Tensor]]:
        """labels int64 (B, H, W), image float (B, 3, H, W). Returns features by scale, the verdict last."""
        one_hot = F.one_hot(labels, self.classes).permute(0, 3, 1, 2).to(image.dtype)
        x = torch.cat([one_hot, image], dim=1)
        answers = []
        for judge in self.judges:
            answers.append(judge(x))
            x = F.avg_pool2d(x, 2)
        return answers
