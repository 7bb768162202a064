"""Photos with their conditions."""

import torch
from torch import Tensor

from engine.data.chance import Chance
from engine.data.conditioned import LEAST, draw_conditioned, read_conditioned, shrunk


class Ramps:
    """Photos that grow lighter to the right, of conditions whose classes do."""

    names = [str(number) for number in range(12)]

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        labels = torch.arange(8).repeat_interleave(8).expand(len(names), 32, 64)
        photo = (labels / 4 - 1).unsqueeze(1).expand(-1, 3, -1, -1)
        return photo, labels


def test_photo_and_condition_are_shrunk_alike() -> None:
    batch = read_conditioned(Ramps(), ["3"], (16, 32))
    assert batch.whole.shape == (1, 3, 32, 64)
    assert torch.equal(batch.photo[:, 0], batch.condition / 4 - 1)
    assert shrunk(batch.photo, (16, 32)) is batch.photo


def test_parts_of_photo_and_condition_are_the_same_mirrored_together_and_half_of_them_are() -> None:
    batch = draw_conditioned(Ramps(), 12, (16, 32), Chance.of_step(0, 1, 0))
    assert batch.whole.shape == (12, 3, 32, 64) and batch.photo.shape == (12, 3, 16, 32)
    assert (batch.photo[:, 0] - (batch.condition / 4 - 1)).abs().max() <= 0.25
    assert (batch.whole[:, 0, ::2, ::2] - batch.photo[:, 0]).abs().max() <= 0.25
    assert 2 < (batch.condition[:, 0, 0] > batch.condition[:, 0, -1]).sum() < 10


def test_most_of_a_photo_is_shown_never_the_same_part() -> None:
    batch = draw_conditioned(Ramps(), 12, (32, 64), Chance.of_step(0, 1, 0))
    shown = batch.condition.flatten(1)
    spans = (shown.amax(1) - shown.amin(1) + 1) / 8
    assert spans.min() >= LEAST - 0.2 and len(spans.unique()) > 1


def test_pictures_as_conditions_are_cut_as_the_photos_are() -> None:
    class Twins(Ramps):
        def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
            return super().batch(names)[0], super().batch(names)[0]

    batch = draw_conditioned(Twins(), 6, (16, 32), Chance.of_step(0, 2, 0))
    assert torch.equal(batch.photo, batch.condition)
