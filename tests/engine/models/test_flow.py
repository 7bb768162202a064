"""Maps that are recomputed where something has changed."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.models import flow as module
from engine.models.flow import Flow, Map, Stage, union
from engine.rectangle import Rectangle

SIZE = (64, 96)


@pytest.fixture(autouse=True)
def _small_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a picture would have none otherwise."""
    monkeypatch.setattr(module, "LEAST", 0)


KERNEL = torch.randn(1, 1, 3, 3, generator=torch.Generator().manual_seed(0))


def _blurred(x: Tensor) -> tuple[Tensor]:
    return (F.conv2d(x, KERNEL, padding=1),)


def _halved(x: Tensor) -> tuple[Tensor, Tensor]:
    """Two maps at half the size: one that looks a pixel beyond its cell, and the cell's mean."""
    return F.conv2d(x, KERNEL, stride=2, padding=1), F.avg_pool2d(x, 2)


def _joined(x: Tensor, half: Tensor, mean: Tensor) -> tuple[Tensor]:
    return (x + F.interpolate(half * mean, scale_factor=2),)


class Chain:
    """An input, a convolution, two maps of half its size, and both together."""

    def __init__(self, value: Tensor) -> None:
        self.input, self.first, self.half, self.mean, self.last = Map(value), Map(), Map(), Map(), Map()
        stages = (
            Stage(_blurred, (self.input,), (self.first,), reach=1),
            Stage(_halved, (self.first,), (self.half, self.mean), reach=1),
            Stage(_joined, (self.first, self.half, self.mean), (self.last,)),
        )
        self.flow = Flow(SIZE, stages, (self.input,))


def _picture(seed: int = 0) -> Tensor:
    return torch.rand(1, 1, *SIZE, generator=torch.Generator().manual_seed(seed))


def _in_full(value: Tensor) -> Tensor:
    first = _blurred(value)[0]
    return _joined(first, *_halved(first))[0]


rows, columns = st.integers(0, SIZE[0] - 1), st.integers(0, SIZE[1] - 1)


@settings(deadline=None, max_examples=60)
@given(places=st.lists(st.tuples(rows, columns), min_size=1, max_size=6), stops=st.lists(st.integers(0, 3), max_size=6))
def test_edits_come_through_also_where_some_were_interrupted(places: list[tuple[int, int]], stops: list[int]) -> None:
    value = _picture()
    chain = Chain(value)
    assert chain.flow.run()
    chain.flow.seen()
    for number, (row, column) in enumerate(places):
        value = value.clone()
        value[..., row : row + 9, column : column + 5] += 1 + number
        chain.input.put(value, SIZE)
        asked = iter(range(9))
        stop = stops[number] if number < len(stops) else 9
        if chain.flow.run(lambda asked=asked, stop=stop: next(asked) < stop):
            chain.flow.seen()
            assert torch.allclose(chain.last.value, _in_full(value), atol=1e-5)
    assert chain.flow.run()
    assert torch.allclose(chain.last.value, _in_full(value), atol=1e-5)


@pytest.mark.parametrize(("least", "computed"), [(0, (24, 32)), (40, (40, 48))])
def test_only_the_neighbourhood_of_an_edit_is_computed(
    monkeypatch: pytest.MonkeyPatch, least: int, computed: tuple[int, int]
) -> None:
    monkeypatch.setattr(module, "LEAST", least)
    sizes = []

    def compute(x: Tensor) -> tuple[Tensor]:
        sizes.append(tuple(x.shape[2:]))
        return _blurred(x)

    value = _picture()
    read, written = Map(value), Map()
    flow = Flow(SIZE, (Stage(compute, (read,), (written,), reach=1),), (read,))
    flow.run()
    flow.seen()
    flow.run()
    read.put(value.index_put((*(torch.tensor([n]) for n in (0, 0, 30, 40)),), torch.tensor([7.0])), SIZE)
    flow.run()
    assert sizes == [SIZE, computed]
    assert written.changed == Rectangle(29, 39, 32, 42)


def test_what_does_not_change_is_not_passed_on() -> None:
    read, clamped, last, calls = Map(_picture()), Map(), Map(), []

    def count(x: Tensor) -> tuple[Tensor]:
        calls.append(x)
        return (x * 2,)

    stages = (Stage(lambda x: (x.clamp(max=0.5),), (read,), (clamped,)), Stage(count, (clamped,), (last,)))
    flow = Flow(SIZE, stages, (read,))
    flow.run()
    flow.seen()
    value = _picture()
    part = value[..., 8:40, 8:40]
    part[part > 0.5] += 1
    read.put(value, SIZE)
    flow.run()
    assert read.changed is not None and clamped.changed is None and len(calls) == 1


def test_an_equal_value_changes_nothing() -> None:
    chain = Chain(_picture())
    chain.flow.run()
    chain.flow.seen()
    chain.input.put(_picture(), SIZE)
    assert chain.input.changed is None


def test_a_map_that_was_never_written_has_no_value() -> None:
    with pytest.raises(AssertionError, match="has not been run"):
        _ = Map().value
    assert Map().is_empty and not Map(_picture()).is_empty


def test_the_union_of_a_rectangle_and_nowhere_is_the_rectangle() -> None:
    one, other = Rectangle(1, 2, 3, 4), Rectangle(0, 5, 2, 9)
    assert union(one, None) == union(None, one) == one and union(None, None) is None
    assert union(one, other) == Rectangle(0, 2, 3, 9)
