"""How much one alignment may use before the model has to stop: seen and set. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.session.budget import Budget
from carm_gui.views.widgets import KeyButton, label

ABOUT = (
    "An alignment stops and says so as soon as any of this is used up, step by step and armed alike. "
    "What you type, press or jog yourself is not counted."
)
ROWS = (
    ("Replies of the model", "", "steps", None),
    ("Travel of the view", "mm", "travel_mm", "step_travel_mm"),
    ("Dose", "Gy cm²", "dose_gycm2", "step_dose_gycm2"),
)
"""What it is, in which unit, and its names in a Budget: for the whole alignment, for one step."""
SPANS = ("One alignment", "One step")


def number(text: str) -> float | None:
    """What was typed, with a point or a comma; None for no number above 0."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


class BudgetDialog(QDialog):
    """`wanted(budget)` when one was set. Not modal: Esc closes it and halts, as everywhere."""

    wanted = Signal(object)

    def __init__(self, budget: Budget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Budget of an alignment")
        self.setModal(False)
        self.lines: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for column, span in enumerate(SPANS, 1):
            grid.addWidget(label(span, 13, tone="dim", wrap=False), 0, column)
        for row, (what, unit, *names) in enumerate(ROWS, 1):
            grid.addWidget(label(what, 14, wrap=False), row, 0)
            for column, (span, name) in enumerate(zip(SPANS, names, strict=True), 1):
                if name is not None:
                    grid.addWidget(self._line(name, f"{what} in {span.lower()}", unit), row, column)
            grid.addWidget(label(unit, 13, tone="dim", wrap=False), row, 3)
        self.problem = label("", 13, tone="bad")
        self.usual, self.cancel, self.set = KeyButton("Usual values"), KeyButton("Cancel"), KeyButton("Set")
        self.set.setProperty("role", "primary")
        self.usual.setToolTip("What it was before anyone changed it")
        self.usual.clicked.connect(lambda: self.put(Budget()))
        self.cancel.clicked.connect(self.reject)
        self.set.clicked.connect(self.take)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.usual)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.set)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(14)
        outer.addWidget(label(ABOUT, 13, tone="dim"))
        outer.addLayout(grid)
        outer.addWidget(self.problem)
        outer.addLayout(buttons)
        self.setFixedWidth(470)
        self.put(budget)
        first = self.lines["steps"]
        first.setFocus()
        first.selectAll()

    def _line(self, name: str, what: str, unit: str) -> QLineEdit:
        line = self.lines[name] = QLineEdit()
        line.setProperty("role", "field")
        line.setFont(theme.font(14, bold=True))
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.setFixedWidth(106)
        line.setMaxLength(9)
        line.setAccessibleName(", ".join(filter(None, (what, unit))))
        line.textChanged.connect(self._say)
        line.returnPressed.connect(self.take)
        return line

    def put(self, budget: Budget) -> None:
        """Show `budget`."""
        for name, line in self.lines.items():
            line.setText(f"{getattr(budget, name):g}")

    def typed(self) -> Budget | str:
        """What stands there now, or one sentence that says why it is no budget."""
        wrong = self._wrong()
        if wrong is not None:
            kind = "whole number" if wrong == "steps" else "number"
            return f"{self.lines[wrong].accessibleName().partition(',')[0]} must be a {kind} above 0."
        values = {name: number(line.text()) for name, line in self.lines.items()}
        return Budget(**values | {"steps": int(values["steps"])})

    def _wrong(self) -> str | None:
        """The first line that is no number of its kind."""
        for name, line in self.lines.items():
            value = number(line.text())
            if value is None or (name == "steps" and value != int(value)):
                return name
        return None

    def _say(self) -> None:
        found = self.typed() if len(self.lines) == len(Budget.__dataclass_fields__) else ""
        self.problem.setText(found if isinstance(found, str) else "")
        self.set.setAccessibleDescription(self.problem.text())

    def take(self) -> None:
        """Set what stands there; where that is no budget, the keys go to what is wrong."""
        found = self.typed()
        if isinstance(found, Budget):
            self.accept()
            self.wanted.emit(found)
        else:
            self.lines[self._wrong()].setFocus()
            self.lines[self._wrong()].selectAll()
