"""Published networks as translators: what they paint is what the networks paint, alone and with several exemplars."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors, pose_tensors
from engine.domains import find_domain
from engine.errors import InputError
from engine.models.mix import ALONE, Mix
from engine.models.published.translator import PublishedTranslator, published_translator
from engine.weights.folding import stored_shapes
from engine.weights.published import find_dataset, find_published, load_published
from tests.engine.posed_people import BODY

SIDE = 64
COMMON = {"ngf": 2, "width": 4, "crop_size": SIDE, "PONO": True, "PONO_C": True, "use_attention": True}
SCENES = COMMON | {"dataset_mode": "ade20k", "semantic_nc": 151, "maskmix": True, "netG": "spade"}
SYSTEMS = {
    "scenes": ("cocosnet", SCENES),
    "faces": ("cocosnet", COMMON | {"semantic_nc": 19, "maskmix": True, "warp_bilinear": True}),
    "edges": ("cocosnet", COMMON | {"semantic_nc": 15, "maskmix": True, "noise_for_mask": True}),
    "poses": ("cocosnet", COMMON | {"semantic_nc": 20, "warp_patch": True}),
    "rabit": ("rabit", SCENES | {"netG": "seace", "width": 64, "use_coordconv": True, "warp_stride": 2}),
    "cocosnet2": ("cocosnet2", {"semantic_nc": 20, "nef": 8, "ngf": 2, "crop_size": SIDE}),
    "guided": ("guided_pix2pix", {"netG": "bFT_resnet", "input_nc": 3, "guide_nc": 18, "output_nc": 3, "ngf": 2}),
}
ALIGNING = [name for name in SYSTEMS if name != "guided"]


def make_state_dicts(name: str, options: Mapping[str, Any], seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """Weights of a published model, of any size, with the authors' keys."""
    generator = torch.Generator().manual_seed(seed)
    module = find_published(name).build(options)
    return {
        network: {key: torch.randn(shape, generator=generator) * 0.1 for key, shape in stored_shapes(part).items()}
        for network, part in module.named_children()
    }


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return request.param


@cache
def make_translator(system: str) -> PublishedTranslator:
    name, options = SYSTEMS[system]
    return published_translator(load_published(name, make_state_dicts(name, options), options), name, options)


def make_photo(seed: int, side: int) -> Tensor:
    levels = np.random.default_rng(seed).integers(0, 256, (1, 3, 8, 8)).repeat(side // 8, 2).repeat(side // 8, 3)
    return torch.from_numpy(levels).float() / 127.5 - 1


def make_condition(translator: PublishedTranslator, seed: int) -> tuple[Tensor, PoseTensors | None]:
    side = translator.size[0]
    if translator.classes == len(find_domain("deepfashion").classes):
        points = np.array([(0, 0, 0) if point is None else (*point, 1) for point in BODY], float)
        points[:, :2] = (points[:, :2] * side * 0.5 + side * (0.45 + 0.05 * seed)) * points[:, 2:]
        pose = pose_tensors([points[None]], (side, side))
        return pose.labels, pose
    labels = np.random.default_rng(seed).integers(0, translator.classes, (1, 4, 4)).repeat(side // 4, 1)
    return torch.from_numpy(labels.repeat(side // 4, 2)), None


@torch.inference_mode()
def test_the_picture_is_the_networks(system: str) -> None:
    translator = make_translator(system)
    labels, pose = make_condition(translator, 0)
    other, other_pose = make_condition(translator, 1)
    photo = make_photo(0, translator.size[0])
    encoded = translator.encode_condition(labels, pose)
    exemplar = translator.encode_exemplar(photo, other, other_pose)
    picture = translator.synthesise(encoded, [translator.align(encoded, exemplar)], ALONE)
    planes, network = translator.planes(labels, pose, None), translator.network
    if system == "guided":
        expected = network(exemplar.photo, planes)
    else:
        expected = network(planes, exemplar.photo, translator.planes(other, other_pose, photo))
    expected = expected[0] if isinstance(expected, tuple) else expected
    torch.testing.assert_close(picture, expected, atol=1e-5, rtol=0)
    assert picture.std() > 0.01


@pytest.mark.parametrize("name", ALIGNING)
@torch.inference_mode()
def test_matches_say_where_the_warp_is_from(name: str) -> None:
    """A photo of few colours: what stands at the match is near to what was warped, where the match is sure."""
    translator = make_translator(name)
    side = translator.size[0]
    labels, pose = make_condition(translator, 0)
    photo = make_photo(3, side)
    encoded = translator.encode_condition(labels, pose)
    alignment = translator.align(encoded, translator.encode_exemplar(photo, labels, pose))
    assert alignment.warp.shape == (1, 3, side, side)
    assert alignment.confidence.shape == (1, 1, side, side) and alignment.match.shape == (1, side, side, 2)
    assert alignment.confidence.min() >= 0 and alignment.confidence.max() <= 1
    assert alignment.match.abs().max() < 1
    found = torch.nn.functional.grid_sample(photo, alignment.match, mode="nearest", align_corners=False)
    shuffled = found[..., torch.randperm(side, generator=torch.Generator().manual_seed(0))]
    errors = [((x - alignment.warp).abs() * alignment.confidence).mean() for x in (found, shuffled)]
    assert errors[0] < errors[1]


def test_several_exemplars_are_mixed(system: str) -> None:
    translator = make_translator(system)
    labels, pose = make_condition(translator, 0)
    with torch.inference_mode():
        encoded = translator.encode_condition(labels, pose)
        photos = [make_photo(seed, translator.size[0]) for seed in (0, 1)]
        alignments = [translator.align(encoded, translator.encode_exemplar(photo, labels, pose)) for photo in photos]
        alone = [translator.synthesise(encoded, [alignment], ALONE) for alignment in alignments]
        ends = [translator.synthesise(encoded, alignments, Mix(weights)) for weights in ((1.0, 0.0), (0.0, 1.0))]
        middle = translator.synthesise(encoded, alignments, Mix((0.5, 0.5)))
    for end, one in zip(ends, alone, strict=True):
        torch.testing.assert_close(end, one, atol=1e-4, rtol=0)
        assert (middle - one).abs().mean() > 1e-3
    assert (alone[0] - alone[1]).abs().mean() > 1e-3


def test_the_data_set_is_known_by_its_channels() -> None:
    assert find_dataset("cocosnet", {"semantic_nc": 15}).domain == "celebahq-edge"
    assert find_dataset("cocosnet", {"semantic_nc": 20}).side == 256
    assert find_dataset("cocosnet2", {"semantic_nc": 20}).side == 512
    assert find_dataset("cocosnet2", {"semantic_nc": 20, "crop_size": 256}).side == 256


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("cocosnet", {"semantic_nc": 35, "dataset_mode": "cityscapes"}, "no domain for the data set 'cityscapes'"),
        ("cocosnet", {"semantic_nc": 20, "dataset_mode": "ade20k"}, "'ade20k' with 20 channels"),
        ("cocosnet", {"semantic_nc": 151, "crop_size": 100}, "crop_size is 100"),
        ("guided_pix2pix", {"guide_nc": 4, "input_nc": 1}, "no domain for textures"),
    ],
)
def test_what_has_no_domain_is_explained(name: str, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        find_dataset(name, options)


def test_cocosnet2_is_known_by_its_weights() -> None:
    name, options = SYSTEMS["cocosnet2"]
    guessed = find_published(name).guess_options(make_state_dicts(name, options))
    assert (guessed["dataset_mode"], guessed["crop_size"]) == ("deepfashionHD", 512)
