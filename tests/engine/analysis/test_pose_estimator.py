"""Keypoints as heat maps and back."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.analyst import HEAT_STRIDE, LABEL_STRIDE, Analyst, AnalystConfig
from engine.analysis.pose_estimator import SEEN, heat_targets, keypoints_of

points = st.lists(st.tuples(st.floats(-0.99, 0.99), st.floats(-0.99, 0.99)), min_size=18, max_size=18)


@given(points)
def test_what_is_taught_is_read_back(places: list[tuple[float, float]]) -> None:
    pose = torch.cat([torch.tensor(places), torch.ones(18, 1)], 1).unsqueeze(0)
    targets = heat_targets(pose, 12, 8)
    found = keypoints_of(targets.heat, targets.offsets)
    assert torch.allclose(found[..., :2], pose[..., :2], atol=1e-5)
    assert (found[..., 2] > 0.75).all() and targets.known.all()


def test_outside_is_nowhere_and_missing_is_unknown() -> None:
    pose = torch.zeros(1, 18, 3)
    pose[0, 0] = torch.tensor([1.2, 0.0, 1.0])
    targets = heat_targets(pose, 12, 8)
    assert not targets.heat[0, 0].any() and targets.known[0, 0].all()
    assert not targets.known[0, 1:].any()


def test_little_heat_is_a_missing_keypoint() -> None:
    heat = torch.full((1, 18, 4, 4), SEEN - 0.01)
    heat[0, 3, 1, 2] = SEEN + 0.01
    found = keypoints_of(heat, torch.zeros(1, 18, 2, 4, 4))
    assert torch.allclose(found[0, 3], torch.tensor([0.25, -0.25, SEEN + 0.01]))
    assert not found[0, [0, 1, 2, *range(4, 18)]].any()


def test_the_analyst_answers_at_its_strides_and_learns_from_every_head() -> None:
    torch.manual_seed(0)
    network = Analyst(AnalystConfig(classes=5, channels=(4, 6, 8, 8, 8), blocks=(1, 1, 1, 1), wide=8))
    findings = network(torch.randn(2, 3, 64, 96))
    assert findings.labels.shape == (2, 5, 64 // LABEL_STRIDE, 96 // LABEL_STRIDE)
    assert findings.heat.shape == (2, 18, 64 // HEAT_STRIDE, 96 // HEAT_STRIDE)
    assert findings.offsets.shape == (2, 18, 2, 16, 24)
    assert findings.heat.sigmoid().mean() < SEEN  # nothing is guessed before anything is learnt
    sum(part.square().sum() for part in findings).backward()
    assert all(p.grad is not None for p in network.parameters())
