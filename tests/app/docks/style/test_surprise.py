"""Styles drawn at random."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from app.docks.style import surprise
from app.window import Window
from engine.style import PLAIN, Style
from tests.app.docks.style.conftest import PLAIN_MODEL
from tests.app.driving import drag_slider


def test_each_surprise_is_another_one_and_a_step(qtbot: QtBot, styled: Window, monkeypatch: object) -> None:
    document, section = styled.document, styled.style_dock.surprise
    seeds = iter((7, 8))
    monkeypatch.setattr(surprise.random, "randrange", lambda end: next(seeds))
    assert not styled.registry["no-surprise"].isEnabled()
    for seed in (7, 8):
        qtbot.mouseClick(section.draw_button, Qt.MouseButton.LeftButton)
        assert document.style == Style.of(sample=seed)
        assert section.seed.value() == seed
    assert document.undo_names == ["Surprise me"] * 2
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert document.frame.state.style.sample == 8
    document.undo()
    assert section.seed.value() == 7
    qtbot.mouseClick(section.stop_button, Qt.MouseButton.LeftButton)
    assert document.style == PLAIN and not section.stop_button.isEnabled()


def test_a_seed_can_be_typed(qtbot: QtBot, styled: Window) -> None:
    field = styled.style_dock.surprise.seed.findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "4321")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert styled.document.style == Style.of(sample=4321)


def test_how_far_it_goes_is_dragged_as_one_step(styled: Window) -> None:
    document, section = styled.document, styled.style_dock.surprise
    assert not section.amount.isEnabled()
    section.surprise()
    drag_slider(section.amount.findChild(QSlider), 0.8, 0.5, -0.2)
    assert document.style.surprise == 0
    assert document.undo_names == ["Surprise me", "How far the surprise goes"]
    document.undo()
    assert (document.style.surprise, section.amount.value()) == (1, 100)


def test_a_seed_beyond_the_field_is_kept(styled: Window) -> None:
    styled.document.set_style(Style.of(sample=2**63))
    assert styled.document.style.sample == 2**63


def test_without_a_style_space_nothing_can_be_drawn(styled: Window) -> None:
    styled.document.set_model(PLAIN_MODEL)
    assert not styled.style_dock.surprise.isVisible()
    assert not styled.registry["surprise"].isEnabled()
    assert "style space" in styled.registry["surprise"].toolTip()
