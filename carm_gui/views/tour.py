"""The first-run tour: five steps, each beside the part of the window it is about. Skipped with Esc or a button.

Lies over the window and dims what it is not about; Esc halts there as everywhere. Knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.spoken import speak_as
from carm_gui.views.widgets import KeyButton, label

CARD_PX = 350
MARGIN_PX = 12


@dataclass(frozen=True)
class Stop:
    """One step: its heading, its words, and the part of the window it points at."""

    title: str
    text: str
    widget: QWidget


class Tour(QWidget):
    """`finished(whole)` when it ends; `whole` is False when it was skipped."""

    finished = Signal(bool)

    def __init__(self, parent: QWidget, stops: Sequence[Stop]) -> None:
        super().__init__(parent)
        self.stops, self.place = list(stops), 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, "Dialog")
        self.card = QFrame(self)
        self.card.setProperty("role", "popup")
        self.heading, self.words = label("", 16, bold=True), label("", 14)
        self.count = label("", 12, tone="dim", wrap=False)
        self.back, self.skip, self.next = KeyButton("Back"), KeyButton("Skip", "Esc"), KeyButton("Next", "⏎")
        self.next.setProperty("role", "primary")
        for button, act in ((self.back, lambda: self.go(-1)), (self.skip, self.end), (self.next, lambda: self.go(1))):
            button.clicked.connect(act)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.next)
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(18, 16, 18, 14)
        inside.setSpacing(10)
        inside.addLayout(top)
        inside.addWidget(self.words)
        inside.addSpacing(4)
        inside.addLayout(buttons)
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._show()

    def go(self, by: int) -> None:
        """To the next step (+1) or the one before (-1); past the last it ends."""
        if self.place + by >= len(self.stops):
            self.end(whole=True)
            return
        self.place = max(self.place + by, 0)
        self._show()

    def end(self, whole: bool = False) -> None:
        self.parentWidget().removeEventFilter(self)
        self.hide()
        self.finished.emit(bool(whole))
        self.deleteLater()

    def _show(self) -> None:
        stop = self.stops[self.place]
        self.heading.setText(stop.title)
        self.words.setText(stop.text)
        self.count.setText(f"{self.place + 1} of {len(self.stops)}")
        self.back.setVisible(self.place > 0)
        self.skip.setVisible(self.place < len(self.stops) - 1)
        self.next.setText("Next" if self.place < len(self.stops) - 1 else "Begin")
        self.setAccessibleName(f"Tour, step {self.place + 1} of {len(self.stops)}: {stop.title}")
        self.setAccessibleDescription(stop.text)
        self._lay_card()
        self.update()

    def spot(self) -> QRect:
        """What the present step is about, in the window's pixels."""
        widget = self.stops[self.place].widget
        if not widget.isVisible() or widget.window() is not self.window():
            return QRect()
        seen = widget.visibleRegion().boundingRect() or widget.rect()  # less than all of it where it scrolls
        spot = QRect(widget.mapTo(self.parentWidget(), seen.topLeft()), seen.size()).adjusted(-6, -6, 6, 6)
        return spot & self.rect().adjusted(2, 2, -2, -2)

    def _lay_card(self) -> None:
        spot, width = self.spot(), min(CARD_PX, self.width() - 40)
        inside = self.card.layout()
        height = inside.totalHeightForWidth(width)
        sides = [
            (self.width() - spot.right(), spot.right() + MARGIN_PX, spot.top() + 30),
            (spot.left(), spot.left() - width - MARGIN_PX, spot.top() + 30),
            (0, spot.left() + 20, spot.top() - height - 14),
        ]
        _, x, y = next((side for side in sides if side[0] > width + MARGIN_PX), sides[-1])
        if spot.isNull():
            x, y = (self.width() - width) // 2, (self.height() - height) // 2
        x = min(max(x, MARGIN_PX), self.width() - width - MARGIN_PX)
        y = min(max(y, MARGIN_PX), self.height() - height - MARGIN_PX)
        self.card.setGeometry(x, y, width, height)

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dim, hole = QPainterPath(), QPainterPath()
        dim.addRect(QRectF(self.rect()))
        hole.addRoundedRect(QRectF(self.spot()), 14, 14)
        painter.fillPath(dim.subtracted(hole), QColor(0, 0, 0, 150))
        painter.setPen(QPen(QColor(theme.SKY), 2))
        painter.drawPath(hole)
        painter.end()

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right, Qt.Key.Key_Space):
            self.go(1)
        elif event.key() == Qt.Key.Key_Left:
            self.go(-1)
        elif event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            event.accept()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event) -> None:  # noqa: N802
        event.accept()

    def eventFilter(self, watched, event: QEvent) -> bool:  # noqa: N802
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize:
            self.setGeometry(watched.rect())
            self._lay_card()
        return False
