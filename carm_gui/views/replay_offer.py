"""After a crash: the offer to go on where the rehearsal was broken off, to look at it, or to leave it. Knows what was
left (session/resume.py), starts nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from carm_gui.session.resume import Left
from carm_gui.views.widgets import KeyButton, label, row


class Offer(QFrame):
    """`go_on`, `replay` or `leave`, once; the offer then goes away."""

    go_on = Signal()
    replay = Signal()
    leave = Signal()

    def __init__(self, left: Left) -> None:
        super().__init__()
        self.setProperty("role", "pane")
        self.setAccessibleName("A rehearsal was broken off")
        text = label(left.sentence, 14, bold=True)
        line = row(stretch=False)
        line.setContentsMargins(14, 8, 12, 8)
        line.addWidget(text, 1)
        for words, signal, tip in (
            ("Continue it", self.go_on, "The same patient, view and dose; the recording goes on beside the first part"),
            ("Replay it", self.replay, "Look at what was recorded, in a window of its own"),
            ("Leave it", self.leave, "It stays on disk and is not offered again"),
        ):
            button = KeyButton(words)
            button.setToolTip(tip)
            button.clicked.connect(signal)
            button.clicked.connect(self.hide)
            line.addWidget(button)
        self.setLayout(line)
