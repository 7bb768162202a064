"""The published numbers beside the checkout: where they are, and what they say."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.reference.parity_weights import make_state_dict


def parity_folder() -> Path:
    """The folder of the published numbers: WARPAINT_PARITY, or `shared/parity` beside the checkout; skips without."""
    beside = Path(__file__).parents[2].parent / "shared" / "parity"
    folder = Path(os.environ.get("WARPAINT_PARITY") or beside)
    if not folder.is_dir():
        pytest.skip(f"the published numbers are not here: {folder}; name their folder in WARPAINT_PARITY")
    return folder


def read_spec(model: str) -> dict[str, Any]:
    """The spec.json of `model`, a path such as "cocosnet/ade20k"."""
    return json.loads((parity_folder() / model / "spec.json").read_text())


def read_case(model: str, case: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Inputs and outputs of a case of `model`, by name."""
    with np.load(parity_folder() / model / f"case_{case}.npz") as stored:
        arrays = dict(stored)
    inputs = {name: array for name, array in arrays.items() if name.startswith("in_")}
    return inputs, {name: array for name, array in arrays.items() if name not in inputs}


def make_state_dicts(spec: dict[str, Any]) -> dict[str, dict[str, torch.Tensor]]:
    """The weights that the numbers were computed with, for each network."""
    return {network: make_state_dict(entries, spec["salt"]) for network, entries in spec["nets"].items()}
