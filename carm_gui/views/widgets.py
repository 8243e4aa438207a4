"""Small parts that the views share: labels that wrap, chips, buttons that show their key. Knows no session."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from carm_gui import theme

FRAME_PX = 32
"""The system's title bar."""
ANY_PX = (1 << 24) - 1
"""Qt's own largest width or height of a widget: no bound."""


def breakable(text: str) -> str:
    """`text` with invisible breaks inside runs of more than 24 characters, so that nothing is ever cut off."""
    return re.sub(r"\S{24}(?=\S)", lambda run: run.group() + "\u200b", text)


def label(text: str = "", size: float = 14, bold: bool = False, tone: str = "", wrap: bool = True) -> QLabel:
    """Plain text (never markup: some of it comes from a model). `tone` is dim, good, warn, bad or accent."""
    result = QLabel(breakable(text) if wrap else text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setFont(theme.font(size, bold))
    result.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        result.setSizePolicy(policy)
        # Else a scroll area reserves the height that the text would have in its narrowest form.
        result.setMinimumHeight(1)
    if tone:
        result.setProperty("tone", tone)
    return result


class Elided(QLabel):
    """Plain text on one line. What there is no room for ends in dots; the whole is the tool tip then."""

    def __init__(self, text: str = "", size: float = 14, bold: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, bold))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(48, super().minimumSizeHint().height())

    def shown(self) -> str:
        """What is on screen."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.shown())
        painter.end()

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(text)
        self._tell()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        self.setToolTip(self.text() if self.shown() != self.text() else "")


def retone(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties and let the style sheet see them."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def frame(role: str, **properties: object) -> QFrame:
    result = QFrame()
    result.setProperty("role", role)
    for name, value in properties.items():
        result.setProperty(name, value)
    return result


def chip(text: str, accent: bool = False) -> QLabel:
    result = label(text, 14, bold=True, wrap=False)
    result.setProperty("role", "chip")
    if accent:
        result.setProperty("tone", "accent")
    return result


CHIP_PX = 16
"""Left and right of a chip's words, as style.py has it."""


def show_chip(label_: QLabel, text: str, room_px: float) -> None:
    """Put `text` on a chip; what is too long for a line of `room_px` wraps, the rest keeps its width."""
    measure = QFontMetricsF(label_.font())
    wide = max(measure.horizontalAdvance(line) for line in text.split("\n"))
    label_.setWordWrap(wide + CHIP_PX > room_px)
    label_.setText(text)


def row(*widgets: QWidget, spacing: int = 8, stretch: bool = True) -> QHBoxLayout:
    result = QHBoxLayout()
    result.setContentsMargins(0, 0, 0, 0)
    result.setSpacing(spacing)
    for widget in widgets:
        result.addWidget(widget)
    if stretch:
        result.addStretch(1)
    return result


def small_button(text: str, tip: str, checkable: bool = False) -> QPushButton:
    """A low button that takes the focus by Tab and is never a default one."""
    result = QPushButton(text)
    result.setProperty("role", "small")
    result.setFont(theme.font(12, bold=True))
    result.setCheckable(checkable)
    result.setAutoDefault(False)
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    result.setToolTip(tip)
    result.setAccessibleDescription(tip)
    return result


def scrolled(inside: QWidget) -> QScrollArea:
    """`inside` as it is where the screen is high enough for it, and to be scrolled up and down where it is not."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    bar = area.verticalScrollBar()

    def widen(_low: int, high: int) -> None:
        area.setMinimumWidth(inside.minimumWidth() + (bar.sizeHint().width() if high > 0 else 0))

    bar.rangeChanged.connect(widen)
    widen(0, 0)
    return area


def on_screen(widget: QWidget, size: QSize) -> QSize:
    """`size`, or what of it the screen of `widget` has room for, frame included."""
    return size.boundedTo(widget.screen().availableSize() - QSize(0, FRAME_PX))


class Tick(QCheckBox):
    """A check box whose tick is a tick."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self).toRectF().center()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.HighlightedText), 2.0))
        painter.drawPolyline([box + QPointF(-3.5, 0), box + QPointF(-1, 3), box + QPointF(4, -3)])
        painter.end()


class PopOut(QPushButton):
    """Takes a pane out into a window of its own, or puts it back: two squares, one over the other."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.setProperty("role", "icon")
        self.setFixedSize(26, 24)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"Undock {what}")
        self.setToolTip(f"{what} into a window of its own, or back")

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.ButtonText), 1.4))
        x, y = self.width() / 2, self.height() / 2
        painter.drawRoundedRect(QRectF(x - 6, y - 1.5, 8, 7), 1.5, 1.5)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(x - 2.5, y - 6, 8.5, 7.5), 1.5, 1.5)
        painter.end()


class KeyButton(QPushButton):
    """A push button with its key drawn as a cap at its right. It is never a default button and takes the focus by Tab
    alone, so that no Enter meant for something else presses it."""

    def __init__(self, text: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.key = ""
        self.setAutoDefault(False)
        self.setDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(14, bold=True))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(text)
        self.show_key(key)

    def show_key(self, key: str) -> None:
        """Draw `key` on the cap: the key that counts where the focus is now. "" takes the cap away."""
        if key != self.key:
            self.key = key
            retone(self, keycap="" if not key else "letter" if len(key) == 1 else "chord")
            self.setAccessibleDescription(f"Key {key}" if key else "")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        # The style's own hint is not told when the padding for the cap changes.
        words = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        room = {"letter": 56, "chord": max(84, 33 + self._cap_width())}.get(self.property("keycap"), 32)
        return QSize(round(words + room), super().sizeHint().height())

    def _cap_width(self) -> float:
        return max(QFontMetricsF(theme.font(11, bold=True)).horizontalAdvance(self.key) + 10, 18.0)

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        if not self.key:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = theme.font(11, bold=True)
        width = self._cap_width()
        cap = QRectF(self.width() - width - 9, self.height() / 2 - 9, width, 18)
        ink = QColor(self.palette().color(QPalette.ColorRole.ButtonText))
        ink.setAlphaF(0.75)
        painter.setPen(QPen(ink, 1))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setFont(face)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)
        painter.end()
