import pytest
from PySide6.QtCore import QPointF, QSize

from app.canvas.view import MARGIN, View


def test_fit_shows_the_whole_picture_in_the_smallest_canvas() -> None:
    view = View()
    view.set_canvas_size("a", QSize(400, 700))
    view.set_canvas_size("b", QSize(300, 700))
    view.set_picture_size(256, 384)
    assert view.zoom == pytest.approx((300 - 2 * MARGIN) / 256)


@pytest.mark.parametrize("factor", [0.5, 1.3, 4.0])
def test_zooming_keeps_the_point_under_the_pointer(factor: float) -> None:
    view, canvas = View(), QSize(400, 600)
    view.set_canvas_size("a", canvas)
    view.set_picture_size(200, 300)
    place = QPointF(170, 310)
    before = view.transform(canvas).inverted()[0].map(place)
    view.zoom_at(canvas, place, factor)
    after = view.transform(canvas).inverted()[0].map(place)
    assert (after - before).manhattanLength() <= 2 / view.zoom


def test_panning_moves_by_widget_pixels_and_stays_in_sight() -> None:
    view, canvas = View(), QSize(100, 100)
    view.set_canvas_size("a", canvas)
    view.set_picture_size(200, 200)
    view.set_zoom(2.0)
    view.pan(QPointF(10, 0))
    assert view.centre == QPointF(95, 100)
    view.pan(QPointF(-10_000, 0))
    assert view.centre.x() == 200
