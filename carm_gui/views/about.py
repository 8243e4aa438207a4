"""What this program is, and what it is not. Knows no session."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from carm_gui.views.widgets import KeyButton, label, row

WIDTH = 530


class AboutBox(QDialog):
    """A name and the words below it. Not modal: Esc closes it and halts, as everywhere."""

    def __init__(self, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH)
        close = KeyButton("Close")
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        close.clicked.connect(self.accept)
        foot = row()
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(10)
        outer.addWidget(label(name, 18, bold=True))
        for paragraph in text.split("\n"):
            outer.addWidget(label(paragraph, 14))
        outer.addSpacing(4)
        outer.addLayout(foot)
        close.setFocus()
