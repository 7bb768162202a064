"""CoCosNet as a translator: any shape, several exemplars, and what its alignment says."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.conditions.part_edges import EDGE_PLANES
from engine.correspondence.grids import identity_grid
from engine.domains import CELEBAHQ
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.models.building import BUILDERS
from engine.models.cocosnet import CocosNet, CocosNetConfig
from engine.models.mix import ALONE, Mix
from engine.models.published.cocosnet import build
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like

TINY = CocosNetConfig(CLASSES, width=4, generator_width=4)


def _network(config: CocosNetConfig = TINY) -> CocosNet:
    torch.manual_seed(0)
    return CocosNet(config).eval().requires_grad_(False)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"mask": "noise", "coordinates": False},
        {"mask": "none", "patches": False, "kernel": 3},
        {"patches": False, "smooth": False, "attention": True},
    ],
)
def test_it_aligns_and_paints_at_the_conditions_size(changes: dict) -> None:
    network = _network(replace(TINY, **changes))
    labels, exemplar_labels = moved_person(STILL, 96, 64), moved_person(STILL, 64, 128)
    condition = network.encode_condition(labels)
    exemplar = network.encode_exemplar(photo_like(1, 64, 128), exemplar_labels)
    alignment = network.align(condition, exemplar)
    assert alignment.warp.shape == (1, 3, 96, 64) and alignment.warp.abs().max() <= 1 + 1e-5
    assert alignment.match.shape == (1, 96, 64, 2) and alignment.match.abs().max() <= 1
    assert alignment.confidence.shape == (1, 1, 96, 64)
    assert alignment.confidence.min() >= 0 and alignment.confidence.max() <= 1
    image = network.synthesise(condition, [alignment], ALONE)
    assert image.shape == (1, 3, 96, 64) and image.std() > 1e-3 and image.abs().max() <= 1
    assert network.style_code(exemplar).shape == (1, 3 * CLASSES)


def test_the_style_code_is_the_mean_colour_of_each_class() -> None:
    labels = moved_person(STILL, 64, 64)
    photo = torch.zeros(1, 3, 64, 64)
    photo[:, 1][labels == 4] = 0.5
    code = _network().encode_exemplar(photo, labels).colours.unflatten(1, (CLASSES, 3))
    assert torch.allclose(code[0, 4], torch.tensor([0.0, 0.5, 0.0])) and not code[0, :4].any()


def test_a_photo_that_is_looked_for_in_itself_is_found_where_it_is() -> None:
    """Keys in the place of queries: every position is most like itself, and confidence says so."""
    network = _network()
    labels, photo = moved_person(STILL, 96, 64), photo_like(2, 96, 64)
    exemplar = network.encode_exemplar(photo, labels)
    found = network.alignment(network.attend(exemplar.keys, exemplar.keys, exemplar.values))
    near = (found.match[0] - identity_grid(96, 64)).norm(dim=-1) < 4 / 64
    assert near.float().mean() > 0.9
    lost = network.alignment(network.attend(torch.randn_like(exemplar.keys), exemplar.keys, exemplar.values))
    assert found.confidence.mean() > 0.7 and lost.confidence.mean() < 0.5 * found.confidence.mean()


def test_exemplars_are_mixed_by_weight_and_by_class() -> None:
    network = _network()
    labels = moved_person(STILL, 64, 64)
    condition = network.encode_condition(labels)
    both = [network.align(condition, network.encode_exemplar(photo_like(seed, 64, 64), labels)) for seed in (3, 4)]
    alone = [network.synthesise(condition, [alignment], ALONE) for alignment in both]

    def mixed(mix: Mix) -> torch.Tensor:
        return network.synthesise(condition, both, mix)

    assert torch.allclose(mixed(Mix((1.0, 0.0))), alone[0], atol=1e-5)
    assert torch.allclose(mixed(Mix((0.0, 1.0))), alone[1], atol=1e-5)
    half, trousers = mixed(Mix((0.5, 0.5))), mixed(Mix((1.0, 0.0), {4: (0.0, 1.0)}))
    assert all((half - one).abs().max() > 1e-3 for one in alone)
    nearer = (trousers - alone[1]).abs().mean(1) < (trousers - alone[0]).abs().mean(1)
    assert nearer[labels == 4].float().mean() > nearer[labels != 4].float().mean() + 0.2


def test_edges_are_looked_at_and_not_classes() -> None:
    network = _network(replace(TINY, classes=len(CELEBAHQ.classes), edges=True))
    names = "background", "skin", "nose", "hair", "neck", "cloth"
    labels = torch.tensor([CELEBAHQ.class_named(name).id for name in names])[moved_person(STILL, 96, 64)]
    neck, cloth = (CELEBAHQ.class_named(name).id for name in names[4:])
    condition = network.encode_condition(labels)
    assert condition.planes.shape == (1, EDGE_PLANES, 96, 64)
    reclassed = network.encode_condition(torch.where(labels == neck, cloth, labels))
    assert torch.equal(reclassed.queries, condition.queries)  # neither is one of the parts
    assert not torch.equal(network.encode_condition(labels.roll(4, 2)).queries, condition.queries)

    photo, outlined = photo_like(1, 96, 64), photo_like(1, 96, 64)
    outlined[..., :8] = -outlined[..., :8].sign()
    features = network.correspondence.photo_features(photo)
    plain, seen = (network.exemplar(one, labels, features) for one in (photo, outlined))
    assert not torch.equal(plain.keys, seen.keys)  # of one photo the edges beside the person
    assert plain.colours.shape == (1, 3 * 19) and plain.colours[0, 3 * neck :].any()
    image = network.synthesise(condition, [network.align(condition, plain)], ALONE)
    assert image.shape == (1, 3, 96, 64) and image.std() > 1e-3


def test_a_configuration_comes_back_from_its_card() -> None:
    config = replace(TINY, mask="noise", size=(64, 96), kernel=3, edges=True)
    built = BUILDERS["cocosnet"](json.loads(json.dumps(asdict(config))))
    assert built.config == config and built.size == (64, 96)
    built.load_state_dict(_network(config).state_dict())


def test_the_shipped_form_is_small() -> None:
    network = CocosNet(CocosNetConfig())
    assert 2 * sum(tensor.numel() for tensor in network.state_dict().values()) < 8e6


def test_at_the_published_width_the_networks_are_the_published_ones() -> None:
    options = {"semantic_nc": 19, "maskmix": True, "use_attention": True, "match_kernel": 3, "warp_bilinear": True}
    config = CocosNetConfig(19, None, 64, 64, kernel=3, coordinates=False, patches=False, attention=True)
    with torch.device("meta"):
        ours, theirs = CocosNet(config), build(options)
    for mine, published in ((ours.correspondence, theirs.netCorr), (ours.generator, theirs.netG)):
        shapes = [{name: x.shape for name, x in part.state_dict().items()} for part in (mine, published)]
        assert shapes[0] == shapes[1]
    assert ours.correspondence.options == theirs.options


def test_on_a_larger_canvas_a_mean_of_many_points_is_not_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    config = replace(TINY, classes=19, size=(64, 96))
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}, "config": asdict(config)}
    network = _network(config)
    folder = tmp_path / "fashion" / "cocosnet"
    save_weights(folder, model="cocosnet", domain="fashion", state_dict=network.state_dict(), **made)
    chequered = np.indices((192, 128)).sum(0, keepdims=True).transpose(1, 2, 0).repeat(3, 2) % 2 * 255
    labels = Pixels(moved_person(STILL)[0].numpy().astype(np.uint8))
    exemplar = Exemplar(Pixels(chequered.astype(np.uint8)), labels)
    frame = Session("cpu").render(EditState("fashion", "cocosnet", labels, (exemplar,), (1.0,)))
    assert frame.warp.shape == frame.image.shape == (192, 128, 3)
    assert abs(np.diff(frame.warp.astype(int), axis=0)).max() < 40
