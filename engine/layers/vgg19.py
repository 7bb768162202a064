"""The convolutions of VGG-19 (Simonyan and Zisserman 2015), for weights that the user has.

Two layouts are read: torchvision's (`features.0.weight`, RGB, ImageNet mean and deviation) and the
"caffe" one of the exemplar papers (`conv1_1.weight`, BGR, mean only, 0 to 255).
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.errors import InputError

STAGES = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))


class Vgg19(nn.Module):
    """Photo (B, 3, H, W) in [-1, 1] to the activations relu1_2, relu2_2, relu3_2, relu4_2, relu5_2."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        channels = 3
        for count, width in STAGES:
            self.stages.append(
                nn.ModuleList(nn.Conv2d(channels if i == 0 else width, width, 3, 1, 1) for i in range(count))
            )
            channels = width
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.reversed_colours = False

    def forward(self, photo: Tensor) -> list[Tensor]:
        x = ((photo + 1) / 2 - self.mean) / self.scale
        x = x.flip(1) if self.reversed_colours else x
        kept = []
        for number, stage in enumerate(self.stages):
            x = F.max_pool2d(x, 2) if number else x
            for index, conv in enumerate(stage):
                x = F.relu(conv(x))
                if index == 1:
                    kept.append(x)
        return kept


def load_vgg19(path: Path) -> Vgg19:
    """Read VGG-19 from a .safetensors or .pth file; raises InputError when it holds something else."""
    network = Vgg19()
    try:
        state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
        caffe = "conv1_1.weight" in state
        names = _caffe_names() if caffe else _torchvision_names()
        for (stage, index), name in names.items():
            network.stages[stage][index].weight.data.copy_(state[f"{name}.weight"])
            network.stages[stage][index].bias.data.copy_(state[f"{name}.bias"])
    except Exception as error:
        raise InputError(f"{path} holds no VGG-19 weights; name a torchvision or caffe layout of VGG-19.") from error
    if caffe:
        network.reversed_colours = True
        network.mean.copy_(torch.tensor([0.4850, 0.4580, 0.4076]).view(1, 3, 1, 1))
        network.scale.fill_(1 / 255)
    return network.eval().requires_grad_(False)


def _caffe_names() -> dict[tuple[int, int], str]:
    return {(s, i): f"conv{s + 1}_{i + 1}" for s, (count, _) in enumerate(STAGES) for i in range(count)}


def _torchvision_names() -> dict[tuple[int, int], str]:
    names, position = {}, 0
    for stage, (count, _) in enumerate(STAGES):
        for index in range(count):
            names[stage, index] = f"features.{position}"
            position += 2
        position += 1
    return names
