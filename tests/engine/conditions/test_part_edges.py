"""The planes of a face by their properties."""

import numpy as np

from engine.conditions.part_edges import EDGE_PLANES, PARTS, edge_planes, part_edge


def _square(top: int, left: int, side: int = 8) -> np.ndarray:
    mask = np.zeros((40, 48), np.uint8)
    mask[top : top + side, left : left + side] = 255
    return mask


def test_both_pixels_of_a_change_are_edge() -> None:
    mask = np.zeros((1, 6), np.uint8)
    mask[0, 3:] = 255
    assert part_edge(mask).tolist() == [[False, False, True, True, False, False]]


def test_each_part_has_its_distance_and_all_have_edges() -> None:
    planes = edge_planes(np.zeros((40, 48), np.uint8), {"nose": _square(4, 4), "hair": _square(20, 30)})
    assert planes.shape == (EDGE_PLANES, 40, 48) and planes.dtype == np.uint8
    nose, hair = 1 + PARTS.index("nose"), 1 + PARTS.index("hair")
    assert planes[nose, 4, 6] == 0 and planes[hair, 4, 6] > 0
    assert planes[-1, 4, 6] == planes[-1, 20, 32] == 255
    assert (planes[1] == 255).all()


def test_the_photo_counts_outside_of_parts_and_inside_of_hair() -> None:
    grey = np.zeros((40, 48), np.uint8)
    grey[:, 24:] = 255
    beside = {"skin": _square(10, 18, 12)}
    planes, hairy = edge_planes(grey, beside), edge_planes(grey, beside | {"hair": _square(10, 18, 12)})
    inside = np.s_[13:19, 22:26]
    assert planes[0, :8].any() and not planes[0][inside].any()
    assert hairy[0][inside].any()
    assert not planes[-1, :8].any()
