"""The head of the assistant's pane: which model it is, how large, where it runs, how quick, and whether it is armed.

Knows no session and no model: it is told.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.session.budget import Budget, Spent
from carm_gui.views.widgets import Elided, PopOut, breakable, label, retone, row, small_button

LOOKS = {
    "loading": ("loading…", "warn"),
    "ready": ("ready", "good"),
    "failed": ("not available", "bad"),
    "absent": ("", "dim"),
    "busy": ("answering…", "accent"),
    "waits": ("waits for you", "accent"),
    "armed": ("goes ahead…", "warn"),
}
"""What is said of the model's state, or of whose turn it is, and in which tone."""
UNDER_WAY = ("looking", "proposing", "waiting", "moving")
ARMED = "Armed: it moves unless you reject. Esc halts."
ARMED_NEXT = "Armed for the next alignment. Esc ends it."
DEVICES = {"cpu": "on the processor", "cuda": "on the GPU"}


class Dot(QWidget):
    """The model's state as a shape: a turning arc while it loads or answers, a disc when ready, a ring when it waits or
    there is none, a square when it failed."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(16, 16))
        self._state, self._angle, self._colour = "loading", 0, theme.ORANGE
        self._timer = QTimer(self)
        self._timer.setInterval(66)
        self._timer.timeout.connect(self._turn)
        self._timer.start()

    def show_state(self, state: str, colour: str) -> None:
        self._state, self._colour = state, colour
        if state in ("loading", "busy"):
            self._timer.start()
        else:
            self._timer.stop()
        self.update()

    def _turn(self) -> None:
        self._angle = (self._angle - 24) % 360
        self.update()

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(self._colour)
        if self._state in ("loading", "busy"):
            painter.setPen(QPen(ink, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(QRectF(2.5, 2.5, 11, 11), self._angle * 16, 250 * 16)
        else:
            hollow = self._state in ("waits", "armed", "absent")
            painter.setPen(QPen(ink, 2.4) if hollow else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if hollow else ink)
            if self._state == "failed":
                painter.drawRect(QRectF(3, 3, 10, 10))
            else:
                painter.drawEllipse(QRectF(3, 3, 10, 10))
        painter.end()


class ModelHeader(QWidget):
    """`armed_wanted(on)` is the button's wish; it shows what the session says. `budget_wanted` opens the budget,
    `float_wanted` undocks the pane."""

    armed_wanted = Signal(bool)
    float_wanted = Signal()
    budget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme.DARK
        self._model_state, self._state = "loading", "idle"
        self._parts: list[str] = []
        self._dot = Dot()
        self.name = Elided("Assistant", 15, bold=True)
        self.status = label("loading", 13, tone="dim", wrap=False)
        self.details = label("", 12, tone="dim")
        self.armed = small_button("Arm", "Accept proposals after a pause, without asking, within the budget", True)
        self.armed.clicked.connect(self._wish_armed)
        self.armed_line = label("", 12, tone="warn", bold=True)
        self.armed_line.hide()
        self.budget = QPushButton()
        self.budget.setProperty("role", "fold")
        self.budget.setObjectName("budget")
        self.budget.setAutoDefault(False)
        self.budget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.budget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.budget.setFont(theme.font(12))
        self.budget.setToolTip("What one alignment may use before the model must stop; press to change it")
        self.budget.clicked.connect(self.budget_wanted)
        pop = PopOut("Assistant")
        pop.clicked.connect(self.float_wanted)
        top = row(self._dot, self.name, self.status, spacing=8)
        top.addWidget(self.armed)
        top.addWidget(pop)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(15, 0, 14, 10)
        inside.setSpacing(2)
        inside.addLayout(top)
        inside.addWidget(self.details)
        inside.addWidget(self.armed_line)
        inside.addWidget(self.budget)
        self.show_model("loading", "", "", None)
        self.show_state("idle")

    def show_state(self, state: str) -> None:
        """The dialogue's state: while the model answers the dot turns."""
        self._state = state
        self.armed_line.setText(ARMED if state in UNDER_WAY else ARMED_NEXT)
        self._show_dot()

    def dress(self, colours: theme.Theme) -> None:
        """Take the colours of a theme."""
        self._theme = colours
        self._show_dot()

    def show_model(self, state: str, name: str, message: str, info: object) -> None:
        self._model_state = state
        self.name.setText(name or "Assistant")
        parts = []
        count = getattr(info, "parameters", 0)
        if count:
            parts.append(
                f"{count / 1e9:.1f} billion parameters" if count >= 1e9 else f"{count / 1e6:.1f} million parameters"
            )
        if getattr(info, "device", "") and count:
            parts.append(DEVICES.get(info.device, info.device))
        if getattr(info, "note", "") and info.note not in parts:
            parts.append(info.note)
        if state == "absent":
            parts = [message]
        elif state == "failed":
            parts = [message or "The model could not be loaded."]
        elif state == "loading":
            now = f", now: {message}" if message else ""
            parts = [f"Loading{now}; everything else works meanwhile."]
        self._parts = parts
        self._show_details(parts)
        self._show_dot()

    def show_armed(self, on: bool) -> None:
        """Whether proposals are accepted without asking."""
        self.armed.setChecked(on)
        self.armed.setText("Armed" if on else "Arm")
        self.armed.setAccessibleName("Armed: accepts by itself" if on else "Arm: accept proposals without asking")
        self.armed_line.setVisible(on)
        self._show_dot()

    def show_budget(self, budget: Budget) -> None:
        """What one alignment may use."""
        self.show_spent(Spent(), budget)

    def show_spent(self, spent: Spent, budget: Budget) -> None:
        """What the latest alignment has used of its budget."""
        if spent.steps:
            said = (
                f"Used {spent.steps}/{budget.steps} steps · {spent.travel_mm:.0f}/{budget.travel_mm:g} mm · "
                f"{spent.dose_gycm2:.1f}/{budget.dose_gycm2:g} Gy cm²"
            )
        else:
            said = f"Budget {budget.words()}"
        self.budget.setText(f"{said} ›")
        self.budget.setAccessibleName(f"{said.replace('/', ' of ')}; change the budget")

    def allow_arming(self, allowed: bool) -> None:
        """Whether an alignment can be armed and its budget set here."""
        self.armed.setVisible(allowed)
        self.budget.setVisible(allowed)

    def _wish_armed(self, on: bool) -> None:
        self.armed.setChecked(not on)  # it stands only when the session says so
        self.armed_wanted.emit(on)

    def show_speed(self, seconds: float) -> None:
        if seconds:
            self._show_details([*self._parts, f"last reply {seconds:.1f} s"])

    def _show_details(self, parts: list[str]) -> None:
        self.details.setText(breakable(" · ".join(parts)))
        self.details.setVisible(bool(parts))

    def _show_dot(self) -> None:
        busy = self._model_state == "ready" and self._state in ("looking", "proposing")
        waits = self._model_state == "ready" and self._state == "waiting"
        asks = "armed" if self.armed.isChecked() else "waits"
        shape = "busy" if busy else asks if waits else self._model_state
        words, tone = LOOKS[shape]
        colour = {
            "dim": self._theme.dim,
            "warn": self._theme.warn,
            "good": self._theme.good,
            "bad": self._theme.bad,
            "accent": self._theme.accent,
        }
        self._dot.show_state(shape, colour[tone])
        self.status.setText(words)
        retone(self.status, tone=tone)
