"""The key sheet (F1), built from the table of actions so that it cannot fall out of step. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from carm_gui.actions import COMMANDS, HELD_KEYS
from carm_gui.views.widgets import KeyButton, chip, label

WHERE = {"picture": "In the picture", "window": "Everywhere", "command line": "In the command line"}


def rows() -> dict[str, list[tuple[str, str]]]:
    """Scope -> (key, what it does), every key of the table once."""
    found: dict[str, list[tuple[str, str]]] = {"window": [], "picture": [], "command line": []}
    for keys, does, scope in HELD_KEYS:
        found[scope].append((keys, does))
    for command in COMMANDS:
        if command.keys:
            found["window"].append((command.keys[0].replace("Return", "Enter"), command.text.rstrip("…")))
        if command.picture_key:
            toggles = " or off" if command.text.endswith(" on") else ""
            found["picture"].append((command.picture_key, command.text.rstrip("…") + toggles))
    return found


class KeySheet(QDialog):
    """All keys at a glance. Not modal: Esc closes it and halts, as everywhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setModal(False)
        columns = QHBoxLayout()
        columns.setSpacing(36)
        found = rows()
        for scopes in (("window",), ("picture", "command line")):
            column = QVBoxLayout()
            column.setSpacing(10)
            for scope in scopes:
                column.addWidget(label(WHERE[scope], 15, bold=True))
                grid = QGridLayout()
                grid.setHorizontalSpacing(14)
                grid.setVerticalSpacing(6)
                for i, (keys, does) in enumerate(found[scope]):
                    grid.addWidget(chip(keys), i, 0, Qt.AlignmentFlag.AlignLeft)
                    grid.addWidget(label(does, 14, wrap=False), i, 1)
                grid.setColumnStretch(1, 1)
                column.addLayout(grid)
                column.addSpacing(8)
            column.addStretch(1)
            columns.addLayout(column)
        close = KeyButton("Close")
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        close.clicked.connect(self.accept)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(14)
        outer.addLayout(columns)
        outer.addWidget(label("Letters act in the picture alone; in the command line they are text.", 13, tone="dim"))
        outer.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
