"""Qt must neither lose references to None (PySide6 6.12.0 on Python 3.11 does) nor keep windows alive."""

import gc
import sys

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.window import Window
from tests.app.driving import Engine

CALLS = 20_000


def test_void_calls_keep_the_references_to_none(qapp: QApplication) -> None:
    target, image = QObject(), QImage(2, 2, QImage.Format.Format_RGB32)
    before = sys.getrefcount(None)
    for _ in range(CALLS // 2):
        target.setObjectName("x")
        image.setPixel(0, 0, 1)
    assert sys.getrefcount(None) > before - 100


def test_closed_windows_leave_no_widgets_behind(qapp: QApplication) -> None:
    def open_and_close() -> None:
        window = Window(Engine)
        window.show()
        QApplication.processEvents()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    open_and_close()
    gc.collect()
    before = len(QApplication.topLevelWidgets())
    for _ in range(3):
        open_and_close()
    gc.collect()
    assert len(QApplication.topLevelWidgets()) == before
