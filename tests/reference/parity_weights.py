"""The weights that the published numbers were computed with: pseudo-random, made from the keys alone."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

_FACTORS = {"bias": 0.05}


def make_state_dict(entries: Iterable[Mapping[str, Any]], salt: str = "") -> dict[str, Tensor]:
    """The state dict of one network by its `entries` of spec.json; see the rule in the README beside them."""
    state: dict[str, np.ndarray] = {}
    for entry in entries:
        value = _value(entry, salt, state)
        if "gain" in entry:
            value = value * np.float32(entry["gain"])
        state[entry["key"]] = value
    return {name: torch.from_numpy(np.asarray(value)) for name, value in state.items()}


def _value(entry: Mapping[str, Any], salt: str, state: Mapping[str, np.ndarray]) -> np.ndarray:
    kind, shape = entry["kind"], tuple(entry["shape"])
    if kind == "tied":
        return state[entry["tied_to"]]
    if kind == "int_zero":
        return np.zeros(shape, np.int64)
    if kind == "scalar":
        return np.full(shape, 0.1, np.float32)
    if kind == "sn_v":
        return _right_vector(entry["key"], state)
    seed = zlib.crc32((entry["key"] + salt).encode())
    z = np.random.Generator(np.random.PCG64(seed)).standard_normal(shape, dtype=np.float32)
    if kind == "sn_u":
        return (z / np.linalg.norm(z.astype(np.float64))).astype(np.float32)
    if kind == "prelu":
        return np.float32(0.25) + np.float32(0.05) * z
    if kind == "weight":
        return z * np.float32(1 / np.sqrt(np.prod(shape[1:])))
    if kind == "conv_transposed":
        return z * np.float32(1 / np.sqrt(shape[0] * shape[2] * shape[3] / 4))
    return z * np.float32(_FACTORS[kind])


def _right_vector(key: str, state: Mapping[str, np.ndarray]) -> np.ndarray:
    owner = key.removesuffix("weight_v")
    weight = state[f"{owner}weight_orig"]
    right = weight.reshape(len(weight), -1).T.astype(np.float64) @ state[f"{owner}weight_u"].astype(np.float64)
    return (right / np.linalg.norm(right)).astype(np.float32)
