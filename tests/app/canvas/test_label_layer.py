import numpy as np
import pytest

from app.canvas.label_layer import LabelLayer
from engine.domains import FASHION


def layer_for(labels: np.ndarray, outline: bool = False, hidden: set[int] | None = None) -> LabelLayer:
    layer = LabelLayer()
    layer.outline = outline
    layer.fit(labels)
    layer.set_colors(FASHION.palette, hidden or set())
    layer.color(labels)
    return layer


@pytest.mark.parametrize("outline", [False, True])
def test_coloring_the_dirty_box_equals_coloring_all(outline: bool) -> None:
    rng = np.random.default_rng(3)
    labels = np.kron(rng.integers(0, 19, (6, 5)), np.ones((4, 4))).astype(np.uint8)
    layer = layer_for(labels, outline)
    for _ in range(30):
        x, y = rng.integers(0, 16), rng.integers(0, 20)
        box = (int(x), int(y), int(x) + 3, int(y) + 4)
        labels[box[1] : box[3], box[0] : box[2]] = rng.integers(0, 19)
        layer.color(labels, box)
        assert np.array_equal(layer.buffer.pixels, layer_for(labels, outline).buffer.pixels)


def test_the_image_shares_the_memory_of_the_buffer() -> None:
    labels = np.zeros((3, 4), np.uint8)
    layer = layer_for(labels)
    labels[1, 2] = 5
    layer.color(labels, (2, 1, 3, 2))
    color = layer.buffer.image.pixelColor(2, 1)
    assert (color.red(), color.green(), color.blue()) == FASHION.classes[5].color


def test_hidden_classes_are_transparent() -> None:
    labels = np.array([[0, 5]], np.uint8)
    assert (layer_for(labels, hidden={5}).buffer.pixels != 0).tolist() == [[True, False]]


def test_an_outline_keeps_only_borders() -> None:
    labels = np.zeros((5, 9), np.uint8)
    labels[:, 4:] = 1
    shown = layer_for(labels, outline=True).buffer.pixels != 0
    assert shown[2].tolist() == [False] * 3 + [True, True] + [False] * 4
