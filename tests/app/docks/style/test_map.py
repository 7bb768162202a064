"""The style map, with places from a fake engine: photos lie by their lightness."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.docks.style.map import StyleMap
from app.window import Window
from engine.errors import InputError
from tests.app.docks.style.conftest import PLAIN_MODEL
from tests.app.driving import Engine, drag

Load = Callable[[int], Window]


@pytest.fixture
def mapped(qtbot: QtBot, with_exemplars: Load) -> Callable[[int], tuple[Window, StyleMap]]:
    """The editor with so many exemplars on the map."""

    def load(count: int) -> tuple[Window, StyleMap]:
        window = with_exemplars(count)
        window.registry["style-map"].trigger()
        style_map = window.style_dock.mix.map
        qtbot.waitUntil(lambda: len(style_map.places) == count, timeout=5000)
        return window, style_map

    return load


def test_the_map_lays_out_the_exemplars(mapped: Callable) -> None:
    window, style_map = mapped(3)
    assert style_map.isVisible() and not window.style_dock.mix.pad.isVisible()
    lightness = [exemplar.photo.array.mean() for exemplar in window.document.exemplars]
    assert np.argsort(style_map.centres()[:, 0]).tolist() == np.argsort(lightness).tolist()
    assert style_map.point == pytest.approx(style_map.places[0])


def test_a_click_on_a_photo_takes_it_alone(mapped: Callable) -> None:
    window, style_map = mapped(3)
    drag(style_map, QPointF(*style_map.centres()[1]))
    assert window.document.weights == [0, 1, 0]
    assert window.document.undo_names == ["Mix exemplars"]


def test_a_drag_between_photos_asks_for_their_blend_as_one_step(mapped: Callable) -> None:
    window, style_map = mapped(2)
    first, second = (QPointF(*place) for place in style_map.to_widget(style_map.places))
    target = first + (second - first) * 0.75
    drag(style_map, first, (first + second) / 2, target)
    assert window.document.weights == pytest.approx([0.25, 0.75], abs=0.01)
    assert style_map.to_widget(style_map.point) == pytest.approx([target.x(), target.y()], abs=1e-6)
    assert window.document.undo_names == ["Mix exemplars"]
    window.document.undo()
    assert window.document.weights == [1, 0]
    assert style_map.point == pytest.approx(style_map.places[0])


def test_photos_at_one_place_are_nudged_apart(qtbot: QtBot, mapped: Callable) -> None:
    window, style_map = mapped(2)
    window.document.add_exemplar(window.document.exemplars[0])
    qtbot.waitUntil(lambda: len(style_map.places) == 3, timeout=5000)
    assert style_map.places[0] == pytest.approx(style_map.places[2])
    centres = style_map.centres()
    assert np.abs(centres[0] - centres[2]).max() > 20
    style_map.grab()
    drag(style_map, QPointF(*centres[2]))
    assert window.document.weights in ([1, 0, 0], [0, 0, 1])


def test_the_map_is_asked_for_only_when_it_is_seen(qtbot: QtBot, with_exemplars: Load, engine: Engine) -> None:
    asked: list[object] = []
    engine.style_places = lambda *request: asked.append(request) or np.zeros((1, 2))
    window = with_exemplars(3)
    window.document.set_weights([1, 1, 1])
    qtbot.waitUntil(lambda: not window.document.is_stale, timeout=5000)
    assert asked == []
    section = window.style_dock.mix
    section.title.setChecked(False)
    window.registry["style-map"].trigger()
    section.grab()
    assert asked == []
    section.title.setChecked(True)
    qtbot.waitUntil(lambda: len(asked) == 3, timeout=5000)


def test_a_map_that_cannot_be_made_says_why(qtbot: QtBot, with_exemplars: Load, engine: Engine) -> None:
    window = with_exemplars(2)
    engine.error = InputError("The style space was fitted to other weights; run fit-styles again.")
    window.registry["style-map"].trigger()
    style_map = window.style_dock.mix.map
    qtbot.waitUntil(lambda: "fit-styles" in style_map.notice, timeout=5000)
    assert style_map.grab().toImage().pixelColor(4, 100) != QColor()
    drag(style_map, QPointF(50, 50))
    assert not window.document.can_undo


def test_without_a_style_space_there_is_no_map(mapped: Callable) -> None:
    window, style_map = mapped(2)
    window.document.set_model(PLAIN_MODEL)
    assert not style_map.isVisible() and window.style_dock.mix.between.isVisible()
    assert not window.registry["style-map"].isEnabled()
    window.document.undo()
    assert style_map.isVisible()
