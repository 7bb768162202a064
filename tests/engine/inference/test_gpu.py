"""The session on a real GPU, where there is one: the same pictures as on the processor, all of it recorded."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference.session import Session
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights
from tests.engine.inference.test_graphs import CONFIG, SIZE, script

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device is here")


@pytest.fixture(scope="module", autouse=True)
def _tiny_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root, config=CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        patch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=SIZE[::-1]))
        yield


def test_pictures_are_those_of_the_processor_and_all_is_recorded(caplog: pytest.LogCaptureFixture) -> None:
    here, there = Session("cpu"), Session("cuda")
    with caplog.at_level(logging.WARNING):
        for state in script():
            one, other = here.render(state), there.render(state, hold=True)
            assert other.exact and other.device == "cuda"
            away = np.abs(one.image.astype(int) - other.image).max(2)
            assert (away > 2).mean() < 0.01  # random weights: a match that is another moves all that it shows
            assert np.abs(one.confidence - other.confidence).mean() < 1e-2
    assert not caplog.records
    (played,) = there._accelerator._graphs
    assert len({key[0] for key, found in played._recordings.items() if found is not None}) == 4


def test_frames_stay_what_they_are_while_others_are_made() -> None:
    session, states = Session("cuda"), script()
    first = session.render(states[0])
    kept = first.image.copy()
    for state in states[1:]:
        session.render(state)
    assert np.array_equal(first.image, kept)


def test_a_gpu_whose_memory_is_full_is_told_of_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    session, states = Session("cuda"), script()
    session.render(states[0])
    torch.cuda.set_per_process_memory_fraction(1e-6)
    torch.cuda.empty_cache()
    try:
        with pytest.raises(InputError, match="memory of the device"):
            session.render(states[5])
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert session.render(states[5]).exact
