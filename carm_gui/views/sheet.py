"""The key sheet (F1), built from the table of actions so that it cannot fall out of step. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from carm_gui import theme
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
        found = rows()
        half = (len(found["picture"]) + 1) // 2
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(34)
        for blocks in (
            ((WHERE["window"], found["window"]),),
            ((WHERE["picture"], found["picture"][:half]), (WHERE["command line"], found["command line"])),
            (("\u00a0", found["picture"][half:]),),
        ):
            columns.addLayout(self._column(blocks))
        holder = QWidget()
        holder.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(holder)
        close = KeyButton("Close")
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        words = (
            "Letters act in the picture alone; in the command line they are text. Ctrl+K finds every action by name."
        )
        foot.addWidget(label(words, 13, tone="dim"), 1)
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)
        room = parent.size() if parent is not None else self.screen().availableSize()
        self.resize(
            min(holder.sizeHint().width() + 76, room.width() - 40),
            min(holder.sizeHint().height() + 96, room.height() - 60),
        )

    @staticmethod
    def _column(blocks) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        for title, entries in blocks:
            column.addWidget(label(title, 14, bold=True, wrap=False))
            grid = QGridLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(3)
            for i, (keys, does) in enumerate(entries):
                key = chip(keys)
                key.setFont(theme.font(12, bold=True))
                grid.addWidget(key, i, 0, Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(label(does, 13, wrap=False), i, 1)
            grid.setColumnStretch(1, 1)
            column.addLayout(grid)
            column.addSpacing(6)
        column.addStretch(1)
        return column
