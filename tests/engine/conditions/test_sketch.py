"""Label maps as line drawings."""

import torch

from engine.conditions.sketch import LINE, PAPER, outlines


def test_lines_run_on_both_sides_of_every_border() -> None:
    labels = torch.zeros(1, 6, 8, dtype=torch.int64)
    labels[0, 2:, 3:] = 4
    drawing = outlines(labels)
    expected = torch.full((1, 1, 6, 8), PAPER)
    expected[0, 0, 1:, 2:4] = LINE
    expected[0, 0, 1:3, 2:] = LINE
    expected[0, 0, 1, 2] = PAPER
    assert torch.equal(drawing, expected)
