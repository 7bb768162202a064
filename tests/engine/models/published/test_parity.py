"""CoCosNet and RABIT against the numbers of their authors' programs; `-s` prints the errors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from engine.weights import load_published
from tests.reference.parity import make_state_dicts, read_case, read_spec

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Limits:
    """Largest and mean error of pictures and warps, and largest of features and of some arrays, as published."""

    largest: float
    mean: float
    features: float
    others: dict[str, float]


MODELS = ("cocosnet/ade20k", "cocosnet/celebahq", "cocosnet/deepfashion", "rabit/ade20k")
LIMITS = {
    "cocosnet": Limits(6e-5, 6e-6, 2e-4, {"out_match_logit_margin": 2e-4}),
    "rabit": Limits(1e-4, 6e-6, 1e-4, {"out_ras_dots": 3e-4}),
}
AGREEING = 0.999  # of the indices
CLEAR = 0.01  # margin of a logit above which an index must agree


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> Iterator[tuple[str, nn.Module]]:
    spec = read_spec(request.param)
    yield request.param, load_published(request.param.partition("/")[0], make_state_dicts(spec), spec["options"])


@pytest.mark.parametrize("case", [0, 1])
def test_outputs_are_the_published_ones(model: tuple[str, nn.Module], case: int) -> None:
    name, network = model
    inputs, expected = read_case(name, case)
    found = network.reference_forward(**inputs, features=True)
    assert expected.keys() <= found.keys()
    failures = [check(name, key, found[key], expected) for key in expected]
    assert not any(failures), [failure for failure in failures if failure]


def check(model: str, key: str, found: torch.Tensor, arrays: dict[str, np.ndarray]) -> str:
    """What is wrong with an array, or nothing."""
    limits, expected = LIMITS[model.partition("/")[0]], arrays[key]
    assert found.shape == expected.shape, key
    if "index" in key:
        equal = found.numpy() == expected
        print(f"{model:22} {key:40} equal {equal.mean():.5f}")
        clear = arrays.get("out_match_logit_margin", np.zeros(1)) > CLEAR
        return "" if equal.mean() >= AGREEING and equal[clear & np.ones_like(equal)].all() else key
    error = np.abs(found.numpy().astype(np.float64) - expected)
    print(f"{model:22} {key:40} max {error.max():.1e} mean {error.mean():.1e}")
    if key.startswith("feat_"):
        return "" if error.max() <= limits.features else key
    if key in limits.others:
        return "" if error.max() <= limits.others[key] else key
    return "" if error.max() <= limits.largest and error.mean() <= limits.mean else key
