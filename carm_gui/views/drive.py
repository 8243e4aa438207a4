"""Hold-to-move controls of the C-arm and the usual views. The motion lasts as long as a button is held.

Knows no session: `jog` is the direction held now, `view` a preset asked for.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.actions import VIEWS
from carm_gui.views.picture_keys import STILL, Way
from carm_gui.views.widgets import label, small_button

AXES = (
    ("Orbital", 3, "RAO", "LAO", "Turn the arm so that the detector goes toward the patient's {}", "right", "left"),
    ("Angulation", 4, "CAUD", "CRAN", "Tilt the arm so that the detector goes toward the {}", "feet", "head"),
    ("Horizontal", 0, "Right", "Left", "Move the view toward the patient's {}", "right", "left"),
    ("Longitudinal", 1, "Feet", "Head", "Move the view toward the {}", "feet", "head"),
    ("Height", 2, "Back", "Front", "Move the isocentre toward the patient's {}", "back", "front"),
)
"""Name, place in a Way, what is written for - and +, the tip and its words."""


class HoldButton(QPushButton):
    """Acts while it is held, by mouse or by Space; letting go of the focus lets go of it. An arrow points outward."""

    def __init__(self, text: str, points: int) -> None:
        super().__init__(text)
        self._points = points
        self.setProperty("role", "hold")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(12))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumSize(64, 24)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        # Enter would click, that is press and release at once: nothing would move and no one would know why.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.setDown(True)
            self.pressed.emit()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.setDown(False)
            self.released.emit()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event) -> None:  # noqa: N802
        if self.isDown():
            self.setDown(False)
            self.released.emit()
        super().focusOutEvent(event)

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole.HighlightedText if self.isDown() else QPalette.ColorRole.ButtonText
        ink = QColor(self.palette().color(role))
        painter.setPen(QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x = 10.0 if self._points < 0 else self.width() - 10.0
        y, d = self.height() / 2, 3.5 * self._points
        painter.drawPolyline(QPolygonF([QPointF(x - d / 2, y - 4), QPointF(x + d / 2, y), QPointF(x - d / 2, y + 4)]))
        painter.end()


class Drive(QWidget):
    """`jog(left, up, front, lao, cranial)` follows the held buttons; `view(primary, secondary)` is a preset."""

    jog = Signal(float, float, float, float, float)
    view = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("C-arm controls")
        self._held: Way = STILL
        self.buttons: dict[tuple[int, int], HoldButton] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        for row, (name, axis, less, more, tip, less_word, more_word) in enumerate(AXES):
            middle = label(name, 12, tone="dim", wrap=False)
            middle.setAlignment(Qt.AlignmentFlag.AlignCenter)
            middle.setMinimumWidth(round(QFontMetricsF(middle.font()).horizontalAdvance("Longitudinal")) + 4)
            grid.addWidget(middle, row, 1)
            for column, sign, text, word in ((0, -1, less, less_word), (2, 1, more, more_word)):
                button = HoldButton(text, sign)
                button.setToolTip(tip.format(word) + ", while held")
                button.setAccessibleName(f"{name}: {text}, while held")
                button.pressed.connect(lambda axis=axis, sign=sign: self._hold(axis, sign))
                button.released.connect(lambda: self.let_go())
                grid.addWidget(button, row, column)
                self.buttons[axis, sign] = button
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        presets = QHBoxLayout()
        presets.setSpacing(5)
        self.presets: dict[str, QPushButton] = {}
        for _, text, primary, secondary, key in VIEWS:
            button = small_button(text, f"Turn the arm to {text} ({key} in the picture)")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(30)
            button.clicked.connect(lambda _=False, p=primary, s=secondary: self.view.emit(p, s))
            presets.addWidget(button)
            self.presets[text] = button
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        inside.addLayout(presets)
        inside.addLayout(grid)

    def _hold(self, axis: int, sign: int) -> None:
        self._held = tuple(float(sign) if i == axis else 0.0 for i in range(5))
        self.jog.emit(*self._held)

    def let_go(self) -> None:
        """Nothing is held any longer."""
        if self._held != STILL:
            self._held = STILL
            for button in self.buttons.values():
                button.setDown(False)
            self.jog.emit(*STILL)
