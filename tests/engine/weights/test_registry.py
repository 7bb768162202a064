"""Weights on disk: what is written is read back, what was changed is refused."""

import json
import os
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.weights.card import CARD_NAME
from engine.weights.registry import find_weights, list_models, load_weights, save_weights

FACTS = {"data": "made up", "steps": 3, "seed": 7, "licence": "none", "metrics": {"psnr": 20.0}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    return tmp_path / "fashion" / "tiny"


@pytest.fixture
def state_dict() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {"a.weight": torch.randn(4, 5), "a.steps": torch.tensor(12), "b": torch.randn(3, dtype=torch.float64)}


def save(folder: Path, state_dict: dict[str, torch.Tensor]) -> None:
    save_weights(folder, model="tiny", domain="fashion", config={"width": 4}, state_dict=state_dict, **FACTS)


def test_round_trip(folder: Path, state_dict: dict[str, torch.Tensor]) -> None:
    save(folder, state_dict)
    config, tensors = load_weights("fashion", "tiny")
    assert config == {"width": 4}
    assert tensors.keys() == state_dict.keys()
    assert tensors["a.weight"].dtype == tensors["b"].dtype == torch.float32
    assert torch.equal(tensors["a.weight"], state_dict["a.weight"].half().float())
    assert tensors["a.steps"] == 12
    assert [weights.card.steps for weights in list_models("fashion")] == [3]
    assert list_models("landscape") == []


def test_shards_stay_small(folder: Path) -> None:
    state_dict = {str(i): torch.full((2_000_000,), float(i)) for i in range(9)}
    save(folder, state_dict)
    weights = find_weights("fashion", "tiny")
    sizes = [path.stat().st_size for path in weights.paths]
    assert len(sizes) == 3
    assert max(sizes) <= 15.9 * 1024**2
    assert torch.equal(load_weights("fashion", "tiny")[1]["8"], state_dict["8"])


def test_saving_again_leaves_only_the_new_shards(folder: Path, state_dict: dict[str, torch.Tensor]) -> None:
    save(folder, state_dict)
    first = find_weights("fashion", "tiny").card.weights_hash
    save(folder, {"a": torch.zeros(3)})
    weights = find_weights("fashion", "tiny")
    assert weights.card.weights_hash != first
    assert sorted(path.name for path in folder.iterdir()) == sorted([CARD_NAME, weights.paths[0].name])


def test_numbers_that_do_not_fit_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="fp16"):
        save(folder, {"a": torch.tensor([1e6])})
    with pytest.raises(ValueError, match="shard"):
        save(folder, {"a": torch.zeros(9_000_000)})


def test_tied_tensors_are_stored(folder: Path) -> None:
    tensor = torch.ones(3, dtype=torch.float16)
    save(folder, {"a": tensor, "b": tensor})
    assert torch.equal(load_weights("fashion", "tiny")[1]["b"], torch.ones(3))


def change_content(folder: Path) -> None:
    path = next(folder.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut(folder: Path) -> None:
    path = next(folder.glob("*.safetensors"))
    os.truncate(path, path.stat().st_size - 1)


def remove(folder: Path) -> None:
    next(folder.glob("*.safetensors")).unlink()


def edit_card(**changes: object):
    def edit(folder: Path) -> None:
        path = folder / CARD_NAME
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return edit


def break_card(folder: Path) -> None:
    (folder / CARD_NAME).write_text('{"model": ')


@pytest.mark.parametrize(
    "damage",
    [
        change_content,
        cut,
        remove,
        break_card,
        edit_card(files=[]),
        edit_card(files=[{"name": "../../x.safetensors", "size": 9, "sha256": "0" * 64}]),
        edit_card(files=[{"name": "/etc/x.safetensors", "size": 9, "sha256": "0" * 64}]),
        edit_card(files=[{"name": "x.safetensors", "size": 1 << 40, "sha256": "0" * 64}]),
        edit_card(surprise=1),
    ],
)
def test_damaged_weights_are_refused(folder: Path, state_dict: dict[str, torch.Tensor], damage) -> None:
    save(folder, state_dict)
    damage(folder)
    with pytest.raises(InputError, match="fetch") as caught:
        load_weights("fashion", "tiny")
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("domain", "model"), [("fashion", "none"), ("..", "tiny"), ("fashion", "../tiny"), ("", "")])
def test_unknown_weights_are_refused(folder: Path, domain: str, model: str) -> None:
    with pytest.raises(InputError, match="no weights"):
        find_weights(domain, model)
