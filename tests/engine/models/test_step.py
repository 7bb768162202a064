"""StEP's generator and translator."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.models.mix import ALONE, Mix
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import StyleEncoderConfig
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like

ENCODER = StyleEncoderConfig(dims=3, widths=(4, 4, 8, 8))
TINY = StepConfig(content_channels=CLASSES, widths=(4, 6, 8, 8), blocks=1, encoder=ENCODER)
CODES = torch.tensor([[[1.0, -2.0, 0.5]], [[-1.0, 0.0, 3.0]]])


@pytest.fixture(scope="module")
def step() -> Step:
    torch.manual_seed(0)
    return Step(TINY).eval().requires_grad_(False)


def _painted(step: Step, labels: Tensor, codes: Tensor, mix: Mix) -> Tensor:
    condition = step.encode_condition(labels)
    return step.synthesise(condition, [step.align(condition, code) for code in codes], mix)


def test_the_exemplar_is_its_code_and_has_no_alignment(step: Step) -> None:
    labels = moved_person(STILL, 96, 64)
    code = step.encode_exemplar(photo_like(0, 96, 64), labels)
    alignment = step.align(step.encode_condition(labels), code)
    assert torch.equal(step.style_code(code), alignment.injection) and code.shape == (1, 3)
    assert (alignment.warp, alignment.confidence, alignment.match) == (None, None, None)


def test_the_picture_depends_on_condition_and_code(step: Step) -> None:
    labels = moved_person(STILL, 96, 64)
    picture = _painted(step, labels, CODES[:1], ALONE)
    assert picture.shape == (1, 3, 96, 64) and picture.abs().max() <= 1
    assert (_painted(step, labels, CODES[1:], ALONE) - picture).abs().mean() > 0.01
    assert (_painted(step, labels.flip(2), CODES[:1], ALONE) - picture).abs().mean() > 0.01


def test_a_weight_of_one_is_that_exemplar_alone(step: Step) -> None:
    labels = moved_person(STILL, 64, 64)
    alone = _painted(step, labels, CODES[1:], ALONE)
    torch.testing.assert_close(_painted(step, labels, CODES, Mix((0.0, 1.0))), alone)
    by_class = Mix((1.0, 0.0), dict.fromkeys(range(CLASSES), (0.0, 1.0)))
    torch.testing.assert_close(_painted(step, labels, CODES, by_class), alone, rtol=1e-3, atol=1e-4)


def test_weights_of_a_class_change_the_picture_there_most(step: Step) -> None:
    labels = torch.zeros(1, 128, 128, dtype=torch.long)
    labels[:, :, 96:] = 3
    first = _painted(step, labels, CODES, Mix((1.0, 0.0)))
    mixed = _painted(step, labels, CODES, Mix((1.0, 0.0), {3: (0.0, 1.0)}))
    change = (mixed - first).abs().mean((0, 1, 2))
    assert change[104:].mean() > 0.01
    assert change[:24].max() < 1e-4  # the decoder is local: far from the class nothing moves


def test_an_edit_is_a_change_of_the_codes(step: Step) -> None:
    labels = moved_person(STILL, 64, 64)
    move = torch.tensor([0.5, 1.0, -1.0])
    edited = _painted(step, labels, CODES[:1], Mix((1.0,), edit=lambda codes: codes + move))
    torch.testing.assert_close(edited, _painted(step, labels, CODES[:1] + move, ALONE))
    own = {3: (0.3, 0.7)}
    by_class = _painted(step, labels, CODES, Mix((0.5, 0.5), own, edit=lambda codes: codes + move))
    torch.testing.assert_close(by_class, _painted(step, labels, CODES + move, Mix((0.5, 0.5), own)))


@settings(max_examples=10)
@given(st.integers(1, 6), st.integers(1, 6), st.lists(st.integers(0, CLASSES + 40), min_size=1, max_size=4))
def test_any_map_of_classes_is_painted(height: int, width: int, present: list[int]) -> None:
    torch.manual_seed(0)
    step = Step(TINY).eval().requires_grad_(False)
    labels = torch.tensor(present)[torch.randint(len(present), (1, 8 * height, 8 * width))]
    picture = _painted(step, labels, CODES, Mix((0.5, 0.5), {present[0]: (1.0, 0.0)}))
    assert picture.shape == (1, 3, 8 * height, 8 * width) and picture.isfinite().all()


def test_a_condition_can_be_a_picture() -> None:
    torch.manual_seed(0)
    step = Step(StepConfig(content_channels=3, widths=(4, 6, 8, 8), blocks=1, encoder=ENCODER)).eval()
    condition = photo_like(1, 64, 64)
    plain = _painted(step, condition, CODES, Mix((0.5, 0.5)))
    assert torch.equal(_painted(step, condition, CODES, Mix((0.5, 0.5), {3: (1.0, 0.0)})), plain)
    assert plain.shape == condition.shape


@torch.no_grad()
def test_a_generator_that_was_trained_small_paints_small(step: Step) -> None:
    small = Step(replace(TINY, shrink=2)).eval()
    small.load_state_dict(step.state_dict())
    labels = moved_person(STILL, 64, 48)
    painted = _painted(step, labels[:, 1::2, 1::2], CODES[:1], ALONE)
    shown = _painted(small, labels, CODES[:1], ALONE)
    assert shown.shape == (1, 3, 64, 48) and small.multiple == 16
    assert (F.avg_pool2d(shown, 2) - painted).abs().mean() < 0.05
