"""The `train` command, from a folder of photos to weights."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine.analysis.parser import Parser, ParserConfig
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights
from tests.engine.folders import TINY_DOMAIN, make_people


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_people(tmp_path_factory.mktemp("people"), 3)


@pytest.fixture(autouse=True)
def _tiny_domain() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
        yield


def _arguments(data: Path, out: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--data", str(data), "--out", str(out), "--device", "cpu", "--model", "parser"]
    return parser.parse_args([*places, "--steps", "2", "--batch", "2", *more])


def test_a_run_ends_in_weights_with_their_card(people: Path, tmp_path: Path) -> None:
    assert run(_arguments(people, tmp_path / "out", "--seed", "3")) == 0
    weights = open_weights(tmp_path / "out" / "weights")
    config, tensors = read_weights(weights)
    network = Parser(ParserConfig(**config))
    network.load_state_dict(tensors)
    assert network.eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 6, 64, 64)
    assert (weights.card.steps, weights.card.seed, weights.card.domain) == (2, 3, "tiny")
    last = json.loads((tmp_path / "out" / "log.jsonl").read_text().splitlines()[-1])
    assert weights.card.metrics["training loss"] == last["loss"]
    assert (tmp_path / "out" / "sheet-0000002.png").exists()


def test_a_batch_larger_than_the_data_is_refused_in_a_sentence(people: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 3 training photos, fewer than --batch 4"):
        run(_arguments(people, tmp_path, "--batch", "4"))


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.train_labelled\.txt"):
        run(_arguments(tmp_path / "nowhere", tmp_path))
