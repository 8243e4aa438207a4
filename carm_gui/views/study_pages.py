"""The pages of a study that are not the rehearsal itself: the proctor's first page, texts, the next task, the pause.
Knows a protocol's words, no session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.session.study import Protocol, ProtocolError
from carm_gui.session.study_order import plan
from carm_gui.session.study_run import check_code
from carm_gui.views.spoken import speak_as
from carm_gui.views.widgets import KeyButton, label, retone, row

WIDTH = 680


def span_words(seconds: float) -> str:
    """A time limit as it is said: 20 seconds, 3 minutes, 2:30 minutes."""
    whole, rest = divmod(round(seconds), 60)
    if not whole:
        return f"{rest} seconds" if rest != 1 else "1 second"
    return f"{whole}:{rest:02} minutes" if rest else f"{whole} minute{'s' if whole > 1 else ''}"


class Page(QWidget):
    """A column of text in the middle, with one button. `going_on` when it is pressed."""

    going_on = Signal()

    def __init__(self, title: str, text: str = "", button: str = "Continue", above: str = "") -> None:
        super().__init__()
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        self.column = QVBoxLayout(column)
        self.column.setContentsMargins(8, 32, 8, 32)
        self.column.setSpacing(14)
        self.column.addStretch(2)
        if above:
            self.column.addWidget(label(above, 13, tone="dim"))
        self.column.addWidget(label(title, 26, bold=True))
        for paragraph in filter(None, (part.strip() for part in text.strip().split("\n"))):
            self.column.addWidget(label(paragraph, 16))
        self.extra = QVBoxLayout()
        self.extra.setSpacing(8)
        self.column.addLayout(self.extra)
        self.said = label("", 13, tone="dim")
        self.said.hide()
        self.column.addWidget(self.said)
        self.button = KeyButton(button, "⏎")
        self.button.setProperty("role", "primary")
        self.button.setMinimumHeight(38)
        self.button.clicked.connect(self.press)
        self.column.addLayout(row(self.button))
        self.column.addStretch(3)
        middle = QWidget()
        line = QHBoxLayout(middle)
        line.addStretch(1)
        line.addWidget(column, 20)
        line.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(middle)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Enter is the button's, and so is Tab
        self.setAccessibleName(title)
        speak_as(self, "Pane")
        self.setAccessibleDescription(text)

    def tell(self, text: str, tone: str = "dim") -> None:
        """A sentence above the button."""
        self.said.setText(text)
        self.said.setVisible(bool(text))
        retone(self.said, tone=tone)

    def wait(self, text: str) -> None:
        """The button cannot be pressed yet, and why."""
        self.button.setEnabled(False)
        self.tell(text)

    def ready(self) -> None:
        self.button.setEnabled(True)
        self.tell("")

    def press(self) -> None:
        if self.button.isEnabled():
            self.going_on.emit()

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.press()
        else:
            super().keyPressEvent(event)


class ProctorPage(Page):
    """Where the proctor gives the participant's code. `begun(code)` when it is one of the study's."""

    begun = Signal(str)

    def __init__(self, protocol: Protocol, note_of: Callable[[str], str]) -> None:
        """`note_of` says what is known of a code, e.g. that its session was broken off."""
        codes, tasks = protocol.participants.codes, [task for task in protocol.tasks if not task.practice_only]
        counts = (("participant", codes), ("task", tasks), ("condition", protocol.conditions))
        size = ", ".join(f"{len(of)} {name}{'s' if len(of) != 1 else ''}" for name, of in counts)
        super().__init__(
            protocol.title,
            f"{size}. Give the participant's code, {codes[0]} to {codes[-1]}; never a name.",
            "Begin",
            "For the proctor",
        )
        self.protocol, self._note_of = protocol, note_of
        self.line = QLineEdit()
        self.line.setProperty("role", "field")
        self.line.setFont(theme.font(18))
        self.line.setMaximumWidth(220)
        self.line.setMaxLength(8)
        self.line.setPlaceholderText(codes[0])
        self.line.setAccessibleName("Participant's code")
        self.line.textChanged.connect(self._check)
        self.line.returnPressed.connect(self.press)
        self.extra.addWidget(self.line)
        self.order = QFrame()
        self.order.setProperty("role", "card")
        self._rows = QVBoxLayout(self.order)
        self._rows.setContentsMargins(16, 12, 16, 12)
        self._rows.setSpacing(4)
        self.order.hide()
        self.extra.addWidget(self.order)
        self.going_on.connect(lambda: self.begun.emit(check_code(self.protocol, self.line.text())))
        self.button.setEnabled(False)
        self.setFocusProxy(self.line)

    def show_missing(self, sentences: list[str]) -> None:
        """What this machine lacks for the protocol; stays in sight."""
        told = label("\n".join(f"⚠ {sentence}" for sentence in sentences), 14, tone="warn")
        self.column.insertWidget(self.column.indexOf(self.extra), told)

    def _check(self) -> None:
        while self._rows.count():
            self._rows.takeAt(0).widget().deleteLater()
        try:
            code = check_code(self.protocol, self.line.text())
        except ProtocolError as problem:
            self.order.hide()
            self.button.setEnabled(False)
            self.tell(str(problem) if self.line.text().strip() else "", "warn")
            return
        for item in plan(self.protocol, code):
            if item.kind == "trial":
                number = "practice" if item.practice else f"trial {item.number}"
                self._rows.addWidget(label(f"{number}:  {item.task}  ·  {item.condition}", 13))
        self.order.show()
        self.button.setEnabled(True)
        self.tell(self._note_of(code))
