"""Cards of models that are never loaded: a translator with a style space, and one without."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import app.models
from app.window import Window
from engine.domains import FASHION
from engine.weights.card import Card, WeightFile, write_card
from tests.app.driving import exemplar

AXES = ({"name": "warmth", "low": "cool", "high": "warm"}, {"name": "contrast", "low": "soft", "high": "hard"})
PLAIN_MODEL = "plain"


def write_model(root: Path, model: str, config: dict) -> None:
    """A card without its weights."""
    file = WeightFile(name="none.safetensors", size=1, sha256="0" * 64)
    card = Card(
        model=model,
        domain=FASHION.name,
        config=config,
        data="",
        steps=0,
        seed=0,
        date="",
        code_version="",
        licence="",
        metrics={},
        files=(file,),
    )
    write_card(root / FASHION.name / model, card)


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The domain's default model with a style space of two axes, and a second model."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(app.models, "TRANSLATORS", (FASHION.default_model, PLAIN_MODEL))
    for name in (FASHION.default_model, PLAIN_MODEL, "parser"):
        write_model(tmp_path / "weights", name, {})
    write_model(tmp_path / "weights", f"{FASHION.default_model}-styles", {"axes": AXES})


@pytest.fixture
def styled(window: Window) -> Window:
    """The editor with its style dock in front."""
    show_style_dock(window)
    return window


@pytest.fixture
def with_exemplars(styled: Window, qtbot: QtBot) -> Callable[[int], Window]:
    """The editor with so many exemplars in all, the first one in use."""

    def load(count: int) -> Window:
        document = styled.document
        for number in range(len(document.exemplars), count):
            document.add_exemplar(exemplar(200 - 50 * number, f"number {number + 1}"))
        document.load(document.snapshot())
        qtbot.waitUntil(styled.settled, timeout=5000)
        QApplication.processEvents()
        return styled

    return load


def show_style_dock(window: Window) -> None:
    next(dock for dock in window.docks if dock.objectName() == "style").raise_()
    QApplication.processEvents()
