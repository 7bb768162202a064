"""Recorded computations: played back, they give what they would give step by step; nothing in them waits for a GPU."""

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.correspondence.head import HeadClasses
from engine.correspondence.registration import register
from engine.domains import DOMAINS
from engine.inference import graphs
from engine.inference.accelerator import Accelerator
from engine.inference.graphs import Graphs, _rebuilt
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.models.rabit import Rabit
from engine.style import Style
from tests.engine.figures import STILL, TINY, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights
from tests.engine.inference.recording import WAITING, record

CONFIG = replace(TINY, head=HeadClasses(face=1, worn=(5,), around=(2,)), kin=((), (), (), (5,), (), (3,)))
SIZE = (96, 64)


@dataclass(frozen=True)
class Pair:
    first: Tensor
    rest: tuple[Tensor, ...]
    name: str = "pair"


def _summed(pair: Pair, scale: float) -> Pair:
    total = pair.first + sum(pair.rest)
    return Pair(total * scale, (pair.first, total.view(-1)))


def _pair(seed: int, size: int = 3) -> Pair:
    torch.manual_seed(seed)
    return Pair(torch.randn(size, 2), (torch.randn(size, 2), torch.randn(size, 2)))


def test_what_is_played_back_is_what_would_be_computed() -> None:
    runner = Graphs(record)
    for seed in range(5):
        pair = _pair(seed)
        found = runner.run(_summed, pair, 2.0)
        wanted = _summed(pair, 2.0)
        assert torch.equal(found.first, wanted.first) and torch.equal(found.rest[1], wanted.rest[1])
        assert torch.equal(found.rest[0], pair.first)


def test_results_are_the_callers_own() -> None:
    runner = Graphs(record)
    for seed in range(2):
        runner.run(_summed, _pair(seed), 2.0)
    first = runner.run(_summed, _pair(2), 2.0)
    kept = first.first.clone()
    runner.run(_summed, _pair(3), 2.0)
    assert torch.equal(first.first, kept)


def test_it_records_the_second_call_of_each_size_and_of_each_plain_value() -> None:
    recorded: list[str] = []

    def noted(function: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Callable[[], None], Any]:
        recorded.append(f"{inputs[0].first.shape[0]} {inputs[1]}")
        return record(function, inputs)

    runner = Graphs(noted)
    for size, scale in ((3, 1.0), (3, 1.0), (3, 1.0), (4, 1.0), (3, 2.0), (4, 1.0), (3, 2.0)):
        assert torch.equal(runner.run(_summed, _pair(0, size), scale).first, _summed(_pair(0, size), scale).first)
    assert recorded == ["3 1.0", "4 1.0", "3 2.0"]


def test_what_cannot_be_recorded_runs_step_by_step_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    def halved(x: Tensor) -> Tensor:
        return x / 2 if x.sum().item() > 0 else x

    runner = Graphs(record)
    with caplog.at_level(logging.WARNING):
        for value in (1.0, 1.0, -1.0, 1.0):
            x = torch.full((2,), value)
            assert torch.equal(runner.run(halved, x), halved(x))
    assert len(caplog.records) == 1 and "halved cannot be recorded" in caplog.text


def test_recordings_that_were_not_played_lately_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "RECORDINGS_KEPT", 2)
    runner = Graphs(record)
    for size in (1, 2, 3, 4):
        for _ in range(2):
            runner.run(_summed, _pair(0, size), 1.0)
    assert len(runner._recordings) == 2
    assert torch.equal(runner.run(_summed, _pair(7, 1), 1.0).first, _summed(_pair(7, 1), 1.0).first)
    runner.forget()
    assert not runner._recordings


@pytest.fixture
def tiny(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    make_tiny_weights(tmp_path, config=CONFIG)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=SIZE[::-1]))
    yield


def _exemplar(seed: int, matrix: Tensor = STILL) -> Exemplar:
    photo = ((photo_like(seed, *SIZE)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    return Exemplar(Pixels(photo), Pixels(moved_person(matrix, *SIZE)[0].numpy()), f"exemplar {seed}")


def script() -> list[EditState]:
    """Edits as they come: strokes, another exemplar, a mirrored one, a mix, weights of a class; back again."""
    slanted = torch.tensor([[[1.0, 0.1, 0.02], [-0.1, 0.9, 0.03]]])
    mirrored = torch.tensor([[[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    exemplars = _exemplar(1), _exemplar(2, slanted), _exemplar(3, mirrored)
    labels = moved_person(STILL, *SIZE)[0].numpy()
    state = EditState("tiny", "rabit", Pixels(labels), exemplars[:1], (1.0,))
    states = []
    for step in range(3):
        labels = labels.copy()
        labels[15 + 10 * step : 30 + 10 * step, 20:35] = step + 1
        state = replace(state, labels=Pixels(labels))
        states.append(state)
        for exemplar in exemplars[1:]:
            states.append(replace(state, exemplars=(exemplar,)))
        mixed = replace(state, exemplars=exemplars[:2], weights=(0.3 + 0.1 * step, 0.5))
        states += [mixed, replace(mixed, style=Style.of({3: (0.0, 1.0)}))]
    return [*states, *states[:2]]


def test_a_session_that_plays_recordings_gives_the_same_pictures(tiny: None) -> None:
    plain, recording = Session("cpu"), Session("cpu")
    plain._accelerator.makes_whole_pictures = True
    recording._accelerator = Accelerator(torch.device("cpu"), record)
    recording._accelerator.makes_whole_pictures = True
    for state in script():
        one, other = plain.render(state, hold=True), recording.render(state, hold=True)
        assert other.exact
        for name in ("image", "warp", "confidence", "correspondence", "source"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    (played,) = recording._accelerator._graphs
    functions = {key[0] for key, found in played._recordings.items() if found is not None}
    assert functions == {"Rabit._encoded_condition", "register", "Rabit.align_asked", "Rabit._painted"}
    assert None not in played._recordings.values()


class _NothingIsBrought(TorchDispatchMode):
    """Notes what comes from the processor's memory."""

    def __init__(self) -> None:
        super().__init__()
        self.brought: list[str] = []

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        named = named or {}
        tensors = [leaf for leaf in tree_leaves((arguments, named)) if isinstance(leaf, Tensor)]
        if function.overloadpacket.__name__ in WAITING or any(tensor.device.type == "cpu" for tensor in tensors):
            self.brought.append(str(function))
        return function(*arguments, **named)


def test_what_is_recorded_needs_nothing_but_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """On tensors without values, which stand for a GPU's: none is looked at, and nothing comes from elsewhere."""
    torch.manual_seed(0)
    network = Rabit(CONFIG).eval().requires_grad_(False)
    labels, photo = moved_person(STILL, *SIZE), photo_like(1, *SIZE)
    condition = network.encode_condition(labels)
    exemplar = network.encode_side(photo, labels)
    registration = register(condition.soft, exemplar.soft)
    registration = replace(registration, head=registration.matrix)
    injection = network.align_side(condition, exemplar, registration).injection
    monkeypatch.setattr(torch, "autocast", lambda *which, **how: nullcontext())
    network.to("meta")

    def there(value: Any) -> Any:
        return _rebuilt(value, lambda x: x.to("meta"))

    condition, exemplar, registration, injection = there((condition, exemplar, registration, injection))
    table, wanted = torch.ones(2, CONFIG.classes, device="meta"), injection.style

    def all_that_is_recorded() -> Tensor:
        found = network._encoded_condition(condition.labels, None, None, None)
        assert register(condition.soft, exemplar.soft).matrix.is_meta
        aligned = network.align_asked(found, exemplar, registration)
        return network._painted(condition.labels, found.features, [aligned.injection, injection], table, wanted)

    all_that_is_recorded()  # what is made once a device is made here
    with _NothingIsBrought() as noted:
        image = all_that_is_recorded()
    assert image.shape == (1, 3, *SIZE) and image.is_meta
    assert not noted.brought
