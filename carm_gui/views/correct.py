"""Correcting the model: name what is there, from a list or for a point clicked in the picture. Knows no session.

Nothing moves on a correction: the clinician's words go back to the model, which looks again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidgetItem, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.field import Field
from carm_gui.views.search import Search, begins
from carm_gui.views.widgets import label
from inference.commands import parse
from sim.landmarks import BY_KEY, LANDMARKS, Landmark
from sim.pose import CArmPose

CENTRE_MM = 15.0
"""A point this near to the crosshair is the centre itself."""


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


def offset_of(field: Field, where: CArmPose) -> tuple[float, float]:
    """(left, up) mm in the coronal plane from the view's centre to `where`."""
    return where.left_mm - field.pose.left_mm, where.up_mm - field.pose.up_mm


def matching(typed: str) -> list[Landmark]:
    """The landmarks that `typed` may mean, those whose title it begins first; all of them for nothing typed."""
    shown = [mark for mark in LANDMARKS if any(begins(typed, f"{mark.side} {name}") for name in mark.names)]
    shown.sort(key=lambda mark: not mark.title.lower().startswith(typed.lower()))
    if not shown:
        meant = parse(f"that's the {typed}")
        shown = [BY_KEY[meant.landmark]] if meant.kind == "reject" and meant.landmark else []
    return shown


class Correction(Search):
    """The list of landmarks. `corrected(key, where)`: `where` is a pose, or None for the centre."""

    corrected = Signal(str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Correct the model", "Which landmark is it?", "Type a few letters", 14)
        self.where: CArmPose | None = None
        self.question = label("", 14, bold=True)
        self.rows.setFont(theme.font(14))
        self.rows.setSpacing(2)
        self.nothing.setText("No landmark is called that.")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 12, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(self.question)
        inside.addWidget(self.line)
        inside.addWidget(self.nothing)
        inside.addWidget(self.rows, 1)
        inside.addWidget(label("Or click its place in the picture. Nothing moves on it.", 12, tone="dim"))

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
        self.refill()
        self.pop_up()

    def place(self, picture: QWidget, beside: QWidget) -> None:
        """Over the pane `beside` the picture, so that the whole picture can be clicked; where that is not on screen,
        over the picture's left."""
        cover = beside if beside.isVisible() and beside.window() is self.window() else picture
        shown = cover.visibleRegion().boundingRect() or cover.rect()
        corner = cover.mapTo(self.parentWidget(), shown.topLeft())
        width = min(max(cover.width(), 240), 300)
        self.setGeometry(corner.x(), corner.y(), width, shown.height())

    def fill(self, typed: str) -> Iterator[QListWidgetItem]:
        for mark in matching(typed):
            item = QListWidgetItem(mark.title)
            item.setData(Qt.ItemDataRole.UserRole, mark.key)
            yield item

    def chosen(self, item: QListWidgetItem) -> None:
        self.corrected.emit(item.data(Qt.ItemDataRole.UserRole), self.where)
