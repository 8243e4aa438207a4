"""The strip above the picture during a trial: the task, the time that is left, done; and, where the protocol asks for
it, the participant's own choice before the assistant answers. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QVBoxLayout, QWidget

from carm_gui.views.widgets import KeyButton, label, retone, row

SHORT_S = 20.0
QUESTION = "Before the assistant answers: which way would you move the view?"
AXES = {"x": "across the patient", "y": "along the patient"}
CHOICES = {
    "x": (("RIGHT", "← patient's right"), ("CENTER", "neither"), ("LEFT", "patient's left →")),
    "y": (("UP", "↑ head"), ("CENTER", "neither"), ("DOWN", "↓ feet")),
}


class StudyBar(QFrame):
    """`done` when the participant says so; `committed(x, y)` with their own choice of direction."""

    done = Signal()
    committed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "pane")
        self.setAccessibleName("Task")
        self.number = label("", 13, tone="dim", wrap=False)
        self.task = label("", 16, bold=True)
        self.clock = label("", 16, bold=True, wrap=False)
        self.marked = label("", 13, tone="good", wrap=False)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(self.marked.clear)
        self.button = KeyButton("Done", "F10")
        self.button.setToolTip("The task is done (F10)")
        self.button.clicked.connect(self.done)
        top = row(self.number, stretch=False, spacing=14)
        top.addWidget(self.task, 1)
        for widget in (self.marked, self.clock, self.button):
            top.addWidget(widget)
        self.choice = QWidget()
        self._groups: dict[str, QButtonGroup] = {}
        line = row()
        for axis, choices in CHOICES.items():
            group = self._groups[axis] = QButtonGroup(self)
            line.insertWidget(line.count() - 1, label(AXES[axis].capitalize(), 13, tone="dim", wrap=False))
            for place, (value, text) in enumerate(choices):
                button = QPushButton(text)
                button.setCheckable(True)
                button.setAutoDefault(False)
                button.setProperty("role", "small")
                button.setProperty("value", value)
                button.setAccessibleName(f"{AXES[axis]}: {text.strip('←→↑↓ ')}")
                group.addButton(button, place)
                line.insertWidget(line.count() - 1, button)
            line.insertSpacing(line.count() - 1, 12)
        self.commit = KeyButton("Commit")
        self.commit.setProperty("role", "primary")
        self.commit.clicked.connect(self._commit)
        line.insertWidget(line.count() - 1, self.commit)
        asked = QVBoxLayout(self.choice)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(6)
        asked.addWidget(label(QUESTION, 14, bold=True))
        asked.addLayout(line)
        self.choice.hide()
        for group in self._groups.values():
            group.buttonClicked.connect(lambda _: self._check())
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 8, 12, 8)
        inside.setSpacing(6)
        inside.addLayout(top)
        inside.addWidget(self.choice)

    def show_task(self, number: str, text: str) -> None:
        self.number.setText(number)
        self.task.setText(text)
        self.marked.setText("")
        self.choice.hide()

    def show_left(self, seconds: float) -> None:
        """The time that is left."""
        seconds = max(0.0, seconds)
        self.clock.setText(f"{int(seconds) // 60}:{int(seconds) % 60:02}")
        retone(self.clock, tone="warn" if seconds < SHORT_S else "")

    def show_marked(self, text: str) -> None:
        """A short confirmation that goes away by itself."""
        self.marked.setText(text)
        self._fading.start(1200)

    def ask_choice(self) -> None:
        """The participant's own choice is wanted; nothing is preselected."""
        for group in self._groups.values():
            group.setExclusive(False)
            for button in group.buttons():
                button.setChecked(False)
            group.setExclusive(True)
        self.choice.show()
        self._check()
        self._groups["x"].buttons()[0].setFocus()

    def _check(self) -> None:
        self.commit.setEnabled(all(group.checkedButton() is not None for group in self._groups.values()))

    def _commit(self) -> None:
        values = [self._groups[axis].checkedButton().property("value") for axis in ("x", "y")]
        self.committed.emit(*values)  # first: who takes the keys now is told before these buttons go
        self.choice.hide()
