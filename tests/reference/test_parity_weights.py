"""The rule of the published weights, against the sums that were published with them."""

import pytest

from tests.reference.parity import read_spec
from tests.reference.parity_weights import make_state_dict

ENTRIES = 40


@pytest.mark.parametrize("model", ["cocosnet/deepfashion", "rabit/ade20k", "cocosnet2", "guided_pix2pix/pose"])
def test_sums(model: str) -> None:
    spec = read_spec(model)
    for entries in spec["nets"].values():
        small = [entry for entry in entries if entry["kind"] not in ("sn_v", "tied")][:ENTRIES]
        state = make_state_dict(small, spec["salt"])
        for entry in small:
            assert state[entry["key"]].double().sum().item() == pytest.approx(entry["sum"], abs=1e-6, rel=1e-6)
