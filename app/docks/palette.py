"""The palette dock: classes with colour, key, share, eye and lock."""

import numpy as np
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.document import Document
from app.naming import named
from app.theme import THEME, icon

Index = QModelIndex | QPersistentModelIndex

ROW = 27
BUTTON = 24
SHARE_DELAY = 150
"""Milliseconds after an edit before the shares are counted again."""

KEYED = 10
SHARE_ROLE = Qt.ItemDataRole.UserRole + 1


class PaletteModel(QAbstractListModel):
    """The classes of the document's domain, one a row."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.document = document
        self.shares = np.zeros(256)
        self._timer = QTimer(self, singleShot=True, interval=SHARE_DELAY)
        self._timer.timeout.connect(self.count_shares)
        document.labels_changed.connect(lambda box: self._timer.start())
        document.palette_changed.connect(self._repaint)
        document.reset.connect(self._restart)
        self.count_shares()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.document.domain.classes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        label_class = self.document.domain.classes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return label_class.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(label_class.id, label_class.name)
        if role == Qt.ItemDataRole.UserRole:
            return label_class.id
        if role == SHARE_ROLE:
            return float(self.shares[label_class.id])
        return None

    def _spoken(self, class_id: int, name: str) -> str:
        parts = [name, f"{self.shares[class_id]:.0%}"]
        if class_id in self.document.locked:
            parts.append(self.tr("locked"))
        if class_id in self.document.hidden:
            parts.append(self.tr("hidden"))
        return ", ".join(parts)

    def count_shares(self) -> None:
        """Count what part of the label map each class covers."""
        labels = self.document.labels
        counts = np.bincount(labels.ravel(), minlength=256)
        self.shares = counts / max(1, labels.size)
        self._repaint()

    def _repaint(self) -> None:
        self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def _restart(self) -> None:
        self.beginResetModel()
        self.endResetModel()
        self.count_shares()


class PaletteDelegate(QStyledItemDelegate):
    """Paints a row, and takes the clicks on its eye and its lock."""

    def __init__(self, document: Document, parent: QListView) -> None:
        super().__init__(parent)
        self._document = document

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(170, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        class_id = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter, option, class_id)
        self._paint_swatch(painter, option.rect, class_id)
        self._paint_texts(painter, option, index, class_id)
        for rect, name, strong in self._buttons(option.rect, class_id):
            painter.setOpacity(1.0 if strong else 0.3)
            icon(name).paint(painter, rect.adjusted(4, 4, -4, -4))
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem, class_id: int) -> None:
        colors, row = THEME.colors, option.rect.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if class_id == self._document.active_class:
            painter.setPen(QPen(QColor(colors.accent), 1))
            painter.setBrush(QColor(colors.selection))
            painter.drawRoundedRect(row, 6, 6)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colors.raised))
            painter.drawRoundedRect(row, 6, 6)

    def _paint_swatch(self, painter: QPainter, row: QRect, class_id: int) -> None:
        swatch = QRect(row.left() + 7, row.center().y() - 8, 17, 17)
        color = QColor(*self._document.domain.palette[class_id].tolist())
        painter.setPen(QPen(QColor(128, 128, 128, 140), 1))
        painter.setBrush(color)
        painter.drawRoundedRect(swatch, 4, 4)
        if class_id < KEYED:
            light = color.lightnessF() < 0.55
            painter.setPen(QColor(255, 255, 255, 225) if light else QColor(0, 0, 0, 200))
            font = painter.font()
            font.setPointSizeF(font.pointSizeF() * 0.8)
            font.setBold(True)
            painter.save()
            painter.setFont(font)
            painter.drawText(swatch, Qt.AlignmentFlag.AlignCenter, str(class_id))
            painter.restore()

    def _paint_texts(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, class_id: int) -> None:
        colors, row = THEME.colors, option.rect
        share = self._share(index, class_id)
        painter.setPen(QColor(colors.disabled if class_id in self._document.hidden else colors.text))
        text = row.adjusted(32, 0, -2 * BUTTON - 46, 0)
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(QColor(colors.muted))
        column = QRect(row.right() - 2 * BUTTON - 50, row.top(), 44, row.height())
        painter.drawText(column, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, share)

    def _share(self, index: Index, class_id: int) -> str:
        share = index.data(SHARE_ROLE) * 100
        if share == 0:
            return ""
        return f"{share:.0f} %" if share >= 10 else f"{share:.1f} %"

    def _buttons(self, row: QRect, class_id: int) -> list[tuple[QRect, str, bool]]:
        """Rectangle, icon and emphasis of the eye and the lock."""
        hidden, locked = class_id in self._document.hidden, class_id in self._document.locked
        return [
            (button_rect(row, 1), "eye-off" if hidden else "eye", hidden),
            (button_rect(row, 0), "lock" if locked else "unlock", locked),
        ]

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        class_id = index.data(Qt.ItemDataRole.UserRole)
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            place = event.position().toPoint()
            if button_rect(option.rect, 1).contains(place):
                toggle(self._document, "hidden", class_id)
                return True
            if button_rect(option.rect, 0).contains(place):
                toggle(self._document, "locked", class_id)
                return True
        return super().editorEvent(event, model, option, index)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if not index.isValid():
            return False
        QToolTip.showText(event.globalPos(), self._tip(event.pos(), option.rect, index), view)
        return True

    def _tip(self, place: QPoint, row: QRect, index: Index) -> str:
        if button_rect(row, 1).contains(place):
            return self.tr("Show or hide this class (V)")
        if button_rect(row, 0).contains(place):
            return self.tr("Lock this class: no tool changes its pixels (K)")
        class_id = index.data(Qt.ItemDataRole.UserRole)
        return f"{index.data()} ({class_id})" if class_id < KEYED else str(index.data())


def button_rect(row: QRect, place: int) -> QRect:
    """The rectangle of a row's button, counted from the right."""
    return QRect(row.right() - (place + 1) * BUTTON - 2, row.center().y() - BUTTON // 2, BUTTON, BUTTON)


def toggle(document: Document, field: str, class_id: int) -> None:
    """Put a class into the set `locked` or `hidden` of the document, or take it out."""
    setattr(document, field, set(getattr(document, field)) ^ {class_id})


class PaletteDock(QWidget):
    """Search field and list of the classes."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.search = QLineEdit(placeholderText=self.tr("Search classes  /"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Search classes"))
        self.model = PaletteModel(document, self)
        self._filtered = QSortFilterProxyModel(self, filterCaseSensitivity=Qt.CaseSensitivity.CaseInsensitive)
        self._filtered.setSourceModel(self.model)
        self.list = named(QListView(uniformItemSizes=True), "palette")
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setModel(self._filtered)
        self.list.setItemDelegate(PaletteDelegate(document, self.list))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filtered.setFilterFixedString)
        self.search.returnPressed.connect(self._take_first)
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        document.palette_changed.connect(self._show_active)
        THEME.changed.connect(self.list.viewport().update)

    def start_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _take_first(self) -> None:
        if self._filtered.rowCount():
            self._choose(self._filtered.index(0, 0))
            self.search.clear()
            self.list.setFocus()

    def _choose(self, index: QModelIndex) -> None:
        self._document.active_class = index.data(Qt.ItemDataRole.UserRole)

    def _show_active(self) -> None:
        index = self._filtered.mapFromSource(self.model.index(self._document.active_class))
        if index.isValid():
            self.list.scrollTo(index)
