"""The command line: what is typed, what it would be taken to mean, and its history. Nothing moves until Enter.

Letters are text here, whatever waits beside: only Enter submits. The rest of a known line is offered in grey behind the
cursor and taken with the right arrow, never with Enter. Knows no session; parsing is pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.session.judgement import as_rejection
from carm_gui.views.widgets import label, retone
from inference import complete
from inference.commands import LONGEST, Action, parse
from sim.landmarks import LANDMARKS, the

SEEN = [mark.title for mark in LANDMARKS]
SEEN += [f"{before} {the(mark.key)}" for before in ("that's", "that is not") for mark in LANDMARKS]
PLACEHOLDER = "Say where to go, for example “align to the skull”"


class _Line(QLineEdit):
    """The edit itself: history on the arrows, the offered rest in grey."""

    recall = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("line")
        self.rest = ""

    def event(self, event: QEvent) -> bool:
        # QLineEdit claims Ctrl+Backspace for itself; here it is the window's (reject).
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.recall.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_End) and self.rest and self._at_end():
            self.setText(self.text() + self.rest)
        elif event.key() == Qt.Key.Key_Backspace and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _at_end(self) -> bool:
        return self.cursorPosition() == len(self.text()) and not self.hasSelectedText()

    def paintEvent(self, event) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2.2))
        painter.drawPolyline([QPointF(15, middle - 5), QPointF(20.5, middle), QPointF(15, middle + 5)])
        if self.rest and self.hasFocus() and self._at_end():
            grey = QColor(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.setPen(grey)
            painter.setFont(self.font())
            metrics = QFontMetricsF(self.font())
            x = self.cursorRect().center().x() + 1
            painter.drawText(QPointF(x, middle + (metrics.ascent() - metrics.descent()) / 2), self.rest)
        painter.end()


class CommandLine(QWidget):
    """`submitted(text)` on Enter with a line, `shot` on Enter without one; `reason_given(text)` when the line asked why
    a proposal is rejected."""

    submitted = Signal(str)
    shot = Signal()
    reason_given = Signal(str)

    def __init__(self, history: list[str] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = list(history or [])
        self._place = len(self.history)
        self._draft = ""
        self._guide, self._invitation = "", PLACEHOLDER
        self.rejecting: int | None = None
        self.line = _Line()
        self.line.setFont(theme.font(16))
        self.line.setPlaceholderText(PLACEHOLDER)
        self.line.setAccessibleName("Command line")
        self.line.setMaxLength(LONGEST)
        self.hint = label("", 13, tone="dim", wrap=False)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setAccessibleName("Understood")
        self.notice = QHBoxLayout()
        self.notice.setContentsMargins(14, 0, 4, 0)
        self.notice.addWidget(self.hint, 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(5)
        inside.addWidget(self.line)
        inside.addLayout(self.notice)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(40)
        self._pause.timeout.connect(self.show_meaning)
        self.line.textEdited.connect(self._edited)
        self.line.textChanged.connect(lambda _: self._pause.start())
        self.line.returnPressed.connect(self._enter)
        self.line.recall.connect(self._recall)

    def invite(self, text: str) -> None:
        """What stands in the empty line."""
        self._invitation = text
        if self.rejecting is None:
            self.line.setPlaceholderText(text)

    def put(self, text: str) -> None:
        """Put `text` on the line for the user to send."""
        self.line.setText(text)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.end(False)

    def take_focus(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    # ---- the hint below

    def guide(self, text: str) -> None:
        """What to do now; shown while nothing is typed."""
        self._guide = text
        if not self.line.text().strip() and self.rejecting is None:
            self._hint(text, "dim")

    def _hint(self, text: str, tone: str) -> None:
        self.hint.setText(text)
        self.hint.setToolTip(text)
        retone(self.hint, tone=tone)

    def meaning(self, text: str) -> Action:
        """The action `text` would be; as a reason it is read as what the clinician sees instead."""
        return as_rejection(text) if self.rejecting is not None else parse(text)

    def show_meaning(self) -> None:
        """Say what the line would be taken to mean."""
        text = self.line.text().strip()
        self.line.rest = ""
        if self.rejecting is not None and not text:
            self._hint(
                f"Rejecting step {self.rejecting}. Say what it is, or press Enter to let it look again.",
                "warn",
            )
        elif not text:
            self._hint(self._guide, "dim")
        else:
            action = self.meaning(text)
            typed = self.line.text()
            self.line.rest = complete.rest_of(typed, self.history) if self.rejecting is None else rest_of(typed, SEEN)
            if self.rejecting is not None and action == Action("reject"):
                self._hint(f"Rejecting step {self.rejecting}. Enter gives the model your words.", "accent")
            elif action.kind != "clarify":
                start = "Understood" if self.rejecting is None else f"Rejecting step {self.rejecting}. Understood"
                self._hint(f"{start}: {action.echo()}. Enter sends it.", "accent")
            elif self.line.rest:
                self._hint("→ takes the rest", "dim")
            else:
                self._hint(action.echo(), "warn")
        self.line.update()

    # ---- rejecting in words

    def ask_reason(self, number: int) -> None:
        """Turn the line into the place to say why step `number` is rejected."""
        self.rejecting = number
        self._draft = self.line.text()
        self.line.clear()
        retone(self.line, rejecting=True)
        self.line.setPlaceholderText("Why? For example “that's the left elbow”, or just Enter")
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.show_meaning()

    def end_reason(self) -> None:
        """Back to commands; what was being typed before comes back."""
        if self.rejecting is None:
            return
        self.rejecting = None
        retone(self.line, rejecting=False)
        self.line.setPlaceholderText(self._invitation)
        self.line.setText(self._draft)
        self._draft = ""
        self.show_meaning()

    # ---- keys

    def _edited(self) -> None:
        self._place = len(self.history)
        self.line.rest = ""

    def _enter(self) -> None:
        text = self.line.text().strip()
        if self.rejecting is not None:
            self.line.clear()
            self.end_reason()
            self.reason_given.emit(text)
            return
        empty = not self.line.text()
        self.line.clear()
        self.show_meaning()
        if not text:
            # Blanks are a line that was begun: nobody who typed them meant an exposure.
            if empty:
                self.shot.emit()
            return
        if not self.history or self.history[-1] != text:
            self.history.append(text)
        self._place = len(self.history)
        self.submitted.emit(text)

    def _recall(self, step: int) -> None:
        if not self.history or self.rejecting is not None:
            return
        if self._place == len(self.history):
            self._draft = self.line.text()
        self._place = min(max(self._place + step, 0), len(self.history))
        self.line.setText(self._draft if self._place == len(self.history) else self.history[self._place])


def rest_of(typed: str, lines: Sequence[str]) -> str:
    """What would make `typed` one of `lines`, "" when nothing would."""
    start = " ".join(typed.lower().split()) + (" " if typed.endswith(" ") else "")
    if not start.strip():
        return ""
    known = (line for line in lines if line.lower().startswith(start) and len(line) > len(start))
    return next(known, "")[len(start) :]
