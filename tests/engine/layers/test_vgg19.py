"""The reader of VGG-19 weights."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import InputError
from engine.layers import vgg19
from engine.layers.vgg19 import Vgg19, load_vgg19

SMALL = ((2, 4), (2, 4), (4, 4), (4, 4), (4, 4))
TORCHVISION = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
CAFFE = ("1_1", "1_2", "2_1", "2_2", *(f"{s}_{i}" for s in (3, 4, 5) for i in (1, 2, 3, 4)))


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vgg19, "STAGES", SMALL)


def _weights(names: list[str]) -> dict[str, Tensor]:
    torch.manual_seed(0)
    state = {}
    for number, name in enumerate(names):
        state[f"{name}.weight"] = torch.randn(4, 4 if number else 3, 3, 3) * 0.3
        state[f"{name}.bias"] = torch.randn(4) * 0.1
    return state


def test_the_torchvision_layout_is_read_in_order(tmp_path: Path) -> None:
    state = _weights([f"features.{n}" for n in TORCHVISION]) | {"classifier.0.weight": torch.zeros(2, 2)}
    save_file(state, tmp_path / "vgg.safetensors")
    network = load_vgg19(tmp_path / "vgg.safetensors")
    assert torch.equal(network.stages[2][3].weight, state["features.16.weight"])
    assert torch.equal(network.stages[4][3].bias, state["features.34.bias"])
    assert not any(p.requires_grad for p in network.parameters())


def test_both_layouts_of_the_same_network_agree_but_for_the_deviation(tmp_path: Path) -> None:
    rgb = _weights([f"features.{n}" for n in TORCHVISION])
    names = dict(zip(TORCHVISION, CAFFE, strict=True))
    bgr = {f"conv{names[n]}.{kind}": rgb[f"features.{n}.{kind}"] for n in names for kind in ("weight", "bias")}
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    bgr["conv1_1.weight"] = (rgb["features.0.weight"] / deviation).flip(1) / 255
    torch.save(rgb, tmp_path / "rgb.pth")
    torch.save(bgr, tmp_path / "bgr.pth")
    network, caffe = load_vgg19(tmp_path / "rgb.pth"), load_vgg19(tmp_path / "bgr.pth")
    photo = torch.rand(1, 3, 32, 32) * 2 - 1
    caffe.mean.copy_(network.mean)
    assert torch.allclose(network(photo)[0], caffe(photo)[0], atol=1e-4)


def test_five_maps_each_half_the_size() -> None:
    assert [x.shape[2] for x in Vgg19()(torch.zeros(1, 3, 64, 64))] == [64, 32, 16, 8, 4]


def test_the_caffe_mean_is_given_in_the_order_of_the_photo(tmp_path: Path) -> None:
    torch.save(_weights([f"conv{n}" for n in CAFFE]), tmp_path / "caffe.pth")
    assert load_vgg19(tmp_path / "caffe.pth").mean.flatten().tolist() == pytest.approx([0.485, 0.458, 0.4076])


@pytest.mark.parametrize("content", [None, b"nothing", {"features.0.weight": torch.zeros(4, 3, 3, 3)}])
def test_other_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes | dict | None) -> None:
    path = tmp_path / "other.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(InputError, match=r"other\.pth holds no VGG-19 weights; name"):
        load_vgg19(path)
