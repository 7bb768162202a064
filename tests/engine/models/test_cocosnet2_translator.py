"""CoCosNet v2 as a translator, with PatchMatch and with dense attention."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from engine.correspondence.grids import identity_grid, sample
from engine.correspondence.patchmatch import Offsets
from engine.models.building import load_translator
from engine.models.cocosnet2 import configurations
from engine.models.cocosnet2_translator import CocosNet2Translator, CocosNet2TranslatorConfig, points_of
from engine.models.mix import ALONE, Mix
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like

FORMS = pytest.mark.parametrize("form", ["small", "small-dense"])


def tiny_config(form: str = "small", classes: int = CLASSES) -> CocosNet2TranslatorConfig:
    """As the form, narrower."""
    network = configurations(classes)[form]
    patchmatch = replace(network.patchmatch, dims=8)
    network = replace(network, extractor_width=8, generator_width=2, patchmatch=patchmatch, modulation_width=8)
    return CocosNet2TranslatorConfig(classes, (64, 96), network)


def _translator(form: str = "small") -> CocosNet2Translator:
    torch.manual_seed(0)
    return CocosNet2Translator(tiny_config(form)).eval().requires_grad_(False)


@FORMS
@pytest.mark.parametrize("exemplar_size", [(96, 64), (64, 64)])
def test_it_aligns_and_paints_at_any_size(form: str, exemplar_size: tuple[int, int]) -> None:
    translator = _translator(form)
    condition = translator.encode_condition(moved_person(STILL, 96, 64))
    labels = moved_person(STILL, *exemplar_size)
    exemplar = translator.encode_exemplar(photo_like(0, *exemplar_size), labels)
    aligned = translator.align(condition, exemplar)
    assert aligned.warp.shape == (1, 3, 96, 64) and aligned.warp.abs().max() <= 1
    assert aligned.confidence.shape == (1, 1, 96, 64)
    assert aligned.confidence.min() >= 0 and aligned.confidence.max() <= 1 and aligned.confidence.std() > 0
    assert aligned.match.shape == (1, 96, 64, 2) and aligned.match.abs().max() <= 1
    picture = translator.synthesise(condition, [aligned], ALONE)
    assert picture.shape == (1, 3, 96, 64) and picture.abs().max() <= 1
    assert translator.style_code(exemplar).shape == (1, 6)


@FORMS
def test_nothing_is_left_to_chance(form: str) -> None:
    pictures = []
    for seed in (1, 2):
        translator = _translator(form)
        torch.manual_seed(seed)
        condition = translator.encode_condition(moved_person(STILL, 64, 96))
        exemplar = translator.encode_exemplar(photo_like(0, 64, 96), moved_person(STILL, 64, 96))
        pictures.append(translator.synthesise(condition, [translator.align(condition, exemplar)], ALONE))
    assert torch.equal(*pictures)


@FORMS
def test_it_comes_back_from_its_weights(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    torch.manual_seed(0)
    config = tiny_config(form, classes=19)
    network = CocosNet2Translator(config)
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}}
    folder, state = tmp_path / "fashion" / "cocosnet2", network.state_dict()
    save_weights(folder, model="cocosnet2", domain="fashion", config=asdict(config), state_dict=state, **made)
    loaded = load_translator("fashion", "cocosnet2")
    assert isinstance(loaded, CocosNet2Translator) and loaded.config == config and loaded.size == (64, 96)
    assert all((state[name] - tensor).abs().max() < 2e-3 for name, tensor in loaded.state_dict().items())


def test_exemplars_mix_by_weight_and_by_class() -> None:
    translator = _translator()
    labels = moved_person(STILL, 64, 64)
    condition = translator.encode_condition(labels)
    exemplars = [translator.encode_exemplar(photo_like(seed, 64, 64), labels) for seed in (0, 1)]
    both = [translator.align(condition, exemplar) for exemplar in exemplars]
    first = translator.synthesise(condition, both[:1], ALONE)
    assert (translator.synthesise(condition, both, Mix((1.0, 0.0))) - first).abs().max() < 1e-5
    mixed = [translator.synthesise(condition, pair, Mix((0.5, 0.5))) for pair in (both, both[::-1])]
    assert torch.allclose(*mixed, atol=1e-5) and not torch.allclose(mixed[0], first, atol=1e-3)
    table = Mix((0.0, 1.0), {3: (1.0, 0.0)})
    warp = translator.mixed(labels, both, table)[-1]
    ours = (labels == 3).unsqueeze(1).expand(-1, 3, -1, -1)
    assert torch.allclose(warp[ours], both[0].warp[ours], atol=1e-6)
    assert torch.allclose(warp[~ours], both[1].warp[~ours], atol=1e-6)


def test_points_are_where_patches_take_from() -> None:
    offsets = Offsets(torch.zeros(1, 4, 6, 1), torch.ones(1, 4, 6, 1))
    photo = photo_like(0, 8, 16)[..., :12]
    seen = sample(photo, points_of(offsets, 2))
    assert torch.allclose(seen[..., :10], photo[..., 2:], atol=1e-5)
    assert torch.allclose(points_of(Offsets(*torch.zeros(2, 1, 4, 6, 1)), 2)[0], identity_grid(8, 12), atol=1e-6)
