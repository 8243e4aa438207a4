"""Correcting the model: name what is there, from a list or for a point clicked in the picture. Knows no session.

Nothing moves on a correction: the clinician's words go back to the model, which looks again.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.field import Field
from carm_gui.views.widgets import label
from inference.commands import parse
from sim.landmarks import BY_KEY, LANDMARKS, Landmark
from sim.pose import CArmPose

CENTRE_MM = 15.0
"""A point this near to the crosshair is the centre itself."""


def the(key: str) -> str:
    title = BY_KEY[key].title
    return title if title in ("T1", "T12") else f"the {title}"


def offset_words(left_mm: float, up_mm: float) -> str:
    """ "45 mm toward the head and 20 mm toward the patient's left", rounded to 5 mm; "" at the centre."""
    parts = [
        f"{abs(5 * round(amount / 5)):.0f} mm toward {way}"
        for amount, way in (
            (up_mm, "the head" if up_mm > 0 else "the feet"),
            (left_mm, "the patient's left" if left_mm > 0 else "the patient's right"),
        )
        if round(amount / 5)
    ]
    return " and ".join(parts)


def words_of(key: str, left_mm: float = 0.0, up_mm: float = 0.0) -> str:
    """The correction as the clinician would say it; the point is `left_mm` and `up_mm` from the view's centre."""
    if math.hypot(left_mm, up_mm) <= CENTRE_MM:
        return f"that's {the(key)}"
    sentence = f"{the(key)} lies {offset_words(left_mm, up_mm)} of the centre"
    return sentence[0].upper() + sentence[1:]


def offset_of(field: Field, where: CArmPose) -> tuple[float, float]:
    """(left, up) mm in the coronal plane from the view's centre to `where`."""
    return where.left_mm - field.pose.left_mm, where.up_mm - field.pose.up_mm


def _begins(typed: str, mark: Landmark) -> bool:
    """Whether every word typed begins a word of one of the landmark's names; "l elb" is the left elbow alone."""
    names = [f"{mark.side} {name}".lower().split() for name in mark.names]
    return any(all(any(part.startswith(word) for part in name) for word in typed.split()) for name in names)


class Correction(QFrame):
    """The list, with a line that narrows it. `corrected(key, where)`: `where` is a pose, or None for the centre."""

    corrected = Signal(str, object)
    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popup")
        self.setAccessibleName("Correct the model")
        self.where: CArmPose | None = None
        self.question = label("", 14, bold=True)
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setFont(theme.font(14))
        self.line.setPlaceholderText("Type a few letters")
        self.line.setAccessibleName("Which landmark is it?")
        self.rows = QListWidget()
        self.rows.setFont(theme.font(13))
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setAccessibleName("Landmarks")
        self.rows.itemClicked.connect(self._choose)
        self.line.textChanged.connect(self._narrow)
        self.line.installEventFilter(self)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 12, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(self.question)
        inside.addWidget(self.line)
        inside.addWidget(self.rows, 1)
        inside.addWidget(label("Or click its place in the picture. Nothing moves on it.", 12, tone="dim"))
        self.hide()

    def open(self, where: CArmPose | None = None, field: Field | None = None) -> None:
        """Ask what lies at `where` (None: at the crosshair)."""
        self.where = where
        words = ""
        if where is not None and field is not None:
            offset = offset_of(field, where)
            words = "" if math.hypot(*offset) <= CENTRE_MM else offset_words(*offset)
        self.question.setText(f"What lies {words} of the centre?" if words else "What is at the crosshair?")
        self.setAccessibleDescription(self.question.text())
        if not self.isVisible() or where is None:
            self.line.clear()
        self._narrow()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        if self.isVisible():
            self.hide()
            self.cancelled.emit()

    def place(self, picture: QWidget, beside: QWidget) -> None:
        """Over the pane `beside` the picture, so that the whole picture can be clicked; where that is not on screen,
        over the picture's left."""
        cover = beside if beside.isVisible() and beside.window() is self.window() else picture
        corner = cover.mapTo(self.parentWidget(), cover.rect().topLeft())
        width = min(max(cover.width(), 240), 300)
        self.setGeometry(corner.x(), corner.y(), width, cover.height())

    def _narrow(self) -> None:
        typed = self.line.text().strip().lower()
        self.rows.clear()
        shown = [mark for mark in LANDMARKS if _begins(typed, mark)]
        shown.sort(key=lambda mark: not mark.title.lower().startswith(typed))
        if not shown and typed:
            meant = parse(f"that's the {typed}")
            shown = [BY_KEY[meant.landmark]] if meant.kind == "reject" and meant.landmark else []
        for mark in shown:
            item = QListWidgetItem(mark.title)
            item.setData(Qt.ItemDataRole.UserRole, mark.key)
            self.rows.addItem(item)
        # Nothing is chosen before a letter or an arrow: Enter alone must not correct anything.
        if shown and typed:
            self.rows.setCurrentRow(0)
            self.line.setAccessibleDescription(f"Enter: {shown[0].title}")

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.hide()
            self.corrected.emit(item.data(Qt.ItemDataRole.UserRole), self.where)

    def eventFilter(self, watched, event: QEvent) -> bool:  # noqa: N802
        if event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = self.rows.currentRow() + (1 if event.key() == Qt.Key.Key_Down else -1)
            self.rows.setCurrentRow(min(max(row, 0), self.rows.count() - 1))
            item = self.rows.currentItem()
            self.line.setAccessibleDescription(f"Enter: {item.text()}" if item else "")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._choose(self.rows.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True
