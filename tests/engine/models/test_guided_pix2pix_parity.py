"""Guided pix2pix against the numbers of its authors' program; `-s` prints the errors."""

import numpy as np
import pytest

from engine.weights import load_published
from tests.reference.parity import make_state_dicts, read_case, read_spec

LARGEST, MEAN = 3e-4, 1e-5  # of the picture
RELATIVE = 1e-4  # of a feature, to its largest value


@pytest.mark.parametrize("task", ["pose", "texture", "depth"])
def test_outputs_are_the_published_ones(task: str) -> None:
    name = f"guided_pix2pix/{task}"
    spec = read_spec(name)
    network = load_published("guided_pix2pix", make_state_dicts(spec), spec["options"])
    for case in (0, 1):
        inputs, expected = read_case(name, case)
        found = network.reference_forward(**inputs, features=True)
        assert found.keys() == expected.keys()
        for key, array in expected.items():
            assert found[key].shape == array.shape, key
            error = np.abs(found[key].numpy() - array)
            print(f"{name:22} {case} {key:20} max {error.max():.1e} mean {error.mean():.1e}")
            limit = LARGEST if key == "out_fake" else RELATIVE * np.abs(array).max()
            assert error.max() <= limit, key
            assert key != "out_fake" or error.mean() <= MEAN
