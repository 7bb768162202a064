"""Style presets, saved and loaded from the menu."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.window import Window
from engine.domains import FASHION
from engine.inference.preset import Preset, read_preset, write_preset
from engine.style import PLAIN, Style
from tests.app.docks.style.conftest import PLAIN_MODEL
from tests.app.driving import exemplar
from tests.app.test_window import drop

Load = Callable[[int], Window]
HAIR = 2
STYLE = Style.of({HAIR: (0, 0, 1)}, (1.5,), sample=5, surprise=0.5)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the file dialogs answer."""
    path = tmp_path / "evening.warpaint-style"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path.with_suffix("")), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(path), ""))
    return path


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sentences of the boxes."""
    sentences: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: sentences.append(text))
    return sentences


def test_a_preset_brings_exemplars_weights_and_style_back_in_one_step(
    qtbot: QtBot, with_exemplars: Load, file: Path
) -> None:
    window = with_exemplars(3)
    document = window.document
    document.set_mix([0.5, 0.25, 0.25], STYLE)
    mixed = document.state()
    window.registry["save-style"].trigger()
    assert read_preset(file).style == STYLE
    for _ in range(2):
        document.remove_exemplar(1)
    window.registry["reset-style"].trigger()
    before = document.state()
    window.registry["load-style"].trigger()
    assert document.state() == mixed
    assert [card.exemplar.name for card in window.exemplar_dock.cards] == ["first", "second", "number 3"]
    assert window.style_dock.classes.rows[HAIR].source.currentText() == "number 3"
    assert window.style_dock.surprise.seed.value() == 5
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    document.undo()
    assert document.state() == before
    document.redo()
    assert document.state() == mixed


def test_a_preset_is_dropped_on_the_dock(with_exemplars: Load, tmp_path: Path) -> None:
    window = with_exemplars(2)
    path = tmp_path / "dropped.warpaint-style"
    write_preset(path, Preset(FASHION.name, None, (exemplar(9, "other"),), (1.0,), Style.of(axes=(2,))))
    drop(window.style_dock, path)
    assert [one.name for one in window.document.exemplars] == ["other"]
    assert window.document.style == Style.of(axes=(2,))


def test_the_look_of_another_model_is_left_out(with_exemplars: Load, tmp_path: Path) -> None:
    window = with_exemplars(2)
    path = tmp_path / "foreign.warpaint-style"
    write_preset(path, Preset(FASHION.name, PLAIN_MODEL, (exemplar(9, "other"),), (1.0,), Style.of({HAIR: (1,)}, (2,))))
    window.presets.load(path)
    assert window.document.style == Style.of({HAIR: (1,)})
    assert PLAIN_MODEL in window.status.currentMessage()


def test_a_preset_without_photos_blends_those_that_are_there(
    with_exemplars: Load, tmp_path: Path, said: list[str]
) -> None:
    window = with_exemplars(3)
    path = tmp_path / "blend.json"
    write_preset(path, Preset(FASHION.name, None, (), (1.0, 0.0, 3.0), PLAIN))
    window.presets.load(path)
    assert window.document.weights == [1, 0, 3]
    window.document.remove_exemplar(0)
    window.presets.load(path)
    assert len(said) == 1 and "for 3 exemplars" in said[0]


def test_a_bad_preset_is_one_sentence(with_exemplars: Load, file: Path, said: list[str]) -> None:
    window = with_exemplars(2)
    file.write_bytes(b"no such thing")
    before = window.document.state()
    window.registry["load-style"].trigger()
    assert len(said) == 1 and file.name in said[0]
    assert window.document.state() == before and not window.document.can_undo


def test_dialogs_that_are_cancelled_change_nothing(with_exemplars: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    window = with_exemplars(2)
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *args: ("", ""))
    window.registry["save-style"].trigger()
    window.registry["load-style"].trigger()
    assert not window.document.can_undo
