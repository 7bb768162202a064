"""Figures of methods that paint from a condition and a style code."""

import pytest
import torch
from torch import Tensor, nn

from engine.evaluation.perceptual_distance import perceptual_distance
from engine.evaluation.style_ablation import (
    StyleFigures,
    StyleProbe,
    ablation_report,
    ablation_sheet,
    ablation_table,
)

SIZE = (32, 32)


class Plain:
    """Photos of one grey each, that of their number; conditions of one class."""

    names = [str(number) for number in range(4)]

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        grey = torch.tensor([int(name) / 4 for name in names]).view(-1, 1, 1, 1)
        return grey.expand(-1, 3, *SIZE), torch.zeros(len(names), *SIZE, dtype=torch.long)


class Painter(nn.Module):
    """A stand-in for Step that paints the first number of the code; the code of a photo is its grey."""

    def __init__(self, error: float = 0.0, heed: float = 1.0) -> None:
        super().__init__()
        self.encoder = self.generator = self
        self._error, self._heed = error, heed

    def content_of(self, condition: Tensor) -> Tensor:
        return condition

    def content(self, content: Tensor) -> Tensor:
        return content

    def code(self, photo: Tensor) -> Tensor:
        return photo[:, :1, 0, 0]

    def decoder(self, content: Tensor, style: Tensor) -> Tensor:
        grey = self._heed * style[:, 0].view(-1, 1, 1, 1) + self._error
        return grey.expand(-1, 3, *SIZE)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        return self.decoder(content, style)


def _features(picture: Tensor) -> list[Tensor]:
    return [torch.cat([picture, torch.ones_like(picture)], dim=1)]


@pytest.fixture
def probe() -> StyleProbe:
    return StyleProbe(Plain(), SIZE, _features, 2, torch.device("cpu"))


def test_equal_pictures_are_at_no_distance_and_opposite_ones_at_four() -> None:
    first = [torch.randn(2, 3, 4, 5), torch.randn(2, 6, 2, 2)]
    assert perceptual_distance(first, first).tolist() == [0, 0]
    opposite = perceptual_distance(first, [-3 * level for level in first])
    torch.testing.assert_close(opposite, torch.full((2,), 4.0))


def test_fidelity_is_in_the_photos_own_style(probe: StyleProbe) -> None:
    assert probe.fidelity(Painter()) == (100, 0)
    ratio, distance = probe.fidelity(Painter(error=0.1))
    assert ratio == pytest.approx(-20 * torch.tensor(13 / 255).log10().item(), abs=0.3)
    assert 0 < distance < probe.fidelity(Painter(error=0.2))[1]


def test_diversity_is_nothing_where_styles_are_not_heeded(probe: StyleProbe) -> None:
    styles = torch.randn(5, 2)
    assert probe.diversity(Painter(heed=0.0), styles) == 0
    assert probe.diversity(Painter(heed=0.1), styles) < probe.diversity(Painter(), styles)


def test_table_report_and_sheet_name_every_method(probe: StyleProbe) -> None:
    figures = {name: StyleFigures(20.123, 0.5, 0.25, 100, 9.6) for name in ("one", "two")}
    assert "| two | 20.12 | 0.5000 | 0.2500 | 100 | 10 |" in ablation_table(figures).splitlines()
    assert ablation_report(figures)["one"]["psnr"] == 20.123
    row = probe.row(Painter(), torch.zeros(5, 2))
    assert row.shape == (32, 12 * 32, 3)
    sheet = ablation_sheet({"one": row, "two": row})
    assert sheet.shape[0] == 64 and (sheet[:32, -row.shape[1] :] == row).all()
