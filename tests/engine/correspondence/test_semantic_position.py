"""The semantic position encoding."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from engine.conditions.pose_tensors import pose_tensors
from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.semantic_position import (
    layout_of,
    layout_of_pose,
    seen_through,
    semantic_position,
    sinusoids,
)
from tests.engine.conditions.test_body import standing
from tests.engine.figures import CLASSES, STILL, moved_person, tiny_rabit

PICTURE = Path(__file__).parents[2] / "references" / "semantic_position.png"


def _position(labels: torch.Tensor) -> torch.Tensor:
    return semantic_position(labels, layout_of(labels, CLASSES))


def test_a_region_is_centred_and_of_unit_extent() -> None:
    labels = moved_person(STILL)
    position = _position(labels)
    for label in range(1, CLASSES):
        inside = position[labels == label]
        assert inside.mean(0).abs().max() < 1e-4
        assert (inside.std(0) - 1).abs().max() < 0.05


def test_what_lies_right_and_below_is_positive() -> None:
    labels = torch.ones(1, 8, 8, dtype=torch.long)
    position = _position(labels)[0]
    assert (position[0, 7] > 0).tolist() == [True, False]
    assert (position[7, 0] > 0).tolist() == [False, True]


def test_it_moves_with_its_region() -> None:
    labels = torch.zeros(1, 64, 64, dtype=torch.long)
    labels[:, 4:20, 8:16] = 3
    moved = labels.roll((30, 25), (1, 2))
    assert torch.allclose(_position(labels)[labels == 3], _position(moved)[moved == 3], atol=1e-4)


def test_it_grows_with_its_region() -> None:
    small, large = torch.zeros(1, 64, 64, dtype=torch.long), torch.zeros(1, 64, 64, dtype=torch.long)
    small[:, 4:16, 8:24] = large[:, 20:44, 30:62] = 3
    every_second = _position(large)[:, 20:44:2, 30:62:2]
    assert (every_second - _position(small)[:, 4:16, 8:24]).abs().max() < 0.15


def test_a_region_does_not_feel_the_others() -> None:
    labels = moved_person(STILL)
    other = labels.where(labels != 5, 0)
    other[:, :20, :20] = 4
    assert torch.allclose(_position(labels)[labels == 1], _position(other)[labels == 1])


def test_the_background_is_told_relative_to_the_person() -> None:
    labels = torch.zeros(1, 40, 40, dtype=torch.long)
    labels[:, 10:18, 20:26], labels[:, 18:30, 20:26] = 1, 3
    layout = layout_of(labels, CLASSES)
    person = layout_of((labels > 0).long(), 2)
    assert torch.allclose(layout.centre[:, 0], person.centre[:, 1], atol=1e-5)
    assert torch.allclose(layout.extent[:, 0], person.extent[:, 1], atol=1e-5)
    assert layout.share[0, 0] == 1 - 120 / 1600


def test_without_a_person_the_background_stands_for_itself() -> None:
    layout = layout_of(torch.zeros(1, 40, 40, dtype=torch.long), CLASSES)
    assert layout.centre[0, 0].abs().max() < 1e-5
    assert (layout.extent[0, 0] - 3**-0.5).abs().max() < 0.01


def test_absent_classes_are_finite_and_have_no_share() -> None:
    layout = layout_of(torch.zeros(1, 40, 40, dtype=torch.long), CLASSES)
    everything = torch.arange(CLASSES).view(1, 1, -1).expand(1, 40, -1)
    assert layout.centre.isfinite().all() and (layout.extent > 0).all()
    assert (layout.share[0, 1:] == 0).all()
    assert semantic_position(everything, layout).isfinite().all()


def test_equal_points_are_most_alike_and_far_ones_are_not() -> None:
    encoded = sinusoids(identity_grid(1, 64).unsqueeze(0), 4.0)[0, :, 0]
    alike = encoded.T @ encoded
    assert torch.allclose(alike.diagonal(), torch.ones(64), atol=1e-5)
    assert torch.equal(alike.argmax(1), torch.arange(64))
    assert alike[0, 32:].max() < 0.75


def test_the_network_uses_it() -> None:
    network, labels = tiny_rabit(), moved_person(STILL)
    layout = layout_of(labels, CLASSES)
    other = layout_of(labels.roll(24, 2), CLASSES)
    straight, shifted = (network.encode_condition(labels, layout=x).described.features for x in (layout, other))
    assert (straight - shifted).abs().mean() > 1e-3


def _drawn(labels: torch.Tensor) -> np.ndarray:
    """x in red, y in green, the class in blue, side by side: uint8 (H, B * W, 3)."""
    position = (_position(labels).clamp(-2.5, 2.5) + 2.5) / 5
    colours = torch.cat([position, labels[..., None] / CLASSES], dim=3)
    return (torch.cat(list(colours), dim=1) * 255).round().byte().numpy()


def test_it_looks_as_it_did() -> None:
    turned = torch.tensor([[[1.1, 0.25, -0.1], [-0.2, 1.0, 0.05]]])
    drawn = _drawn(moved_person(torch.cat([STILL, turned]), 96, 64))
    with Image.open(PICTURE) as picture:
        reference = np.array(picture)
    assert reference.shape == drawn.shape
    assert (np.abs(drawn.astype(int) - reference).max(axis=2) > 2).mean() < 0.005


def test_limbs_of_a_sheared_person_are_sheared_as_registration_says() -> None:
    pose = standing()
    shear = np.array([[1.1, 0.25], [-0.1, 0.9]])
    sheared = pose.copy()
    sheared[..., :2] = (pose[..., :2] - [128, 192]) @ shear.T + [128, 192]
    here, there = pose_tensors([pose], (384, 256)), pose_tensors([sheared], (384, 256))
    layouts = [layout_of_pose(tensors.labels, 11, tensors.frames) for tensors in (here, there)]
    scale = torch.tensor([128.0, 192.0])
    matrix = torch.cat([torch.tensor(shear).float() * scale / scale[:, None], torch.zeros(2, 1)], dim=1).unsqueeze(0)
    grid = identity_grid(384, 256).unsqueeze(0)
    wanted, limbs = apply_affine(matrix, grid), here.labels >= 2  # the head's height is not told by its keypoints
    places = layouts[0].place_within(here.labels, grid)
    rigid = layouts[1].point_at(here.labels, places)
    found = seen_through(*layouts, matrix, (384, 256)).point_at(here.labels, places)
    errors = [(points - wanted)[limbs].norm(dim=-1).mean() for points in (found, rigid)]
    assert errors[0] < 0.05 * errors[1] and errors[1] > 0.01
    assert seen_through(layout_of(here.labels, 11), layouts[1], matrix, (384, 256)) is layouts[1]


def test_a_turned_limb_takes_its_breadth_along() -> None:
    pose = standing()
    raised = pose.copy()
    raised[0, 4, :2] = raised[0, 3, :2] + (raised[0, 4, :2] - raised[0, 3, :2])[::-1] * [1, -1]
    here, there = pose_tensors([pose], (384, 256)), pose_tensors([raised], (384, 256))
    layouts = [layout_of_pose(tensors.labels, 11, tensors.frames) for tensors in (here, there)]
    still = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    axes = seen_through(*layouts, still, (384, 256)).axes
    assert torch.allclose(axes[:, 4], layouts[1].axes[:, 4], atol=2e-3)
