"""The key sheet (F1), built from the table of actions so that it cannot fall out of step, and what the marks on the
picture mean, drawn by what draws them there. Knows no session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.actions import COMMANDS, HELD_KEYS
from carm_gui.views.overlays import MARK_COLOURS, STALE, mark_shape
from carm_gui.views.paint import stroke
from carm_gui.views.widgets import KeyButton, chip, label

MARKS = (
    ("predicted", "Read there by the network; circle: 90 %"),
    ("accepted", "What you accepted"),
    ("correction", "What you said it is"),
    ("truth", "Where it is, if a study shows it"),
    ("stale", "Grey: read on another view"),
    ("ring", "What the model names, not where it lies"),
)
"""Kind of mark (overlays.Mark), and what it says."""
WHERE = {"picture": "In the picture", "window": "Everywhere", "command line": "In the command line"}


def rows(absent: Collection[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """Scope -> (key, what it does), every key of the table once, but for the actions called `absent`."""
    found: dict[str, list[tuple[str, str]]] = {"window": [], "picture": [], "command line": []}
    for keys, does, scope in HELD_KEYS:
        found[scope].append((keys, does))
    for command in COMMANDS:
        if command.name in absent:
            continue
        if command.keys:
            found["window"].append((command.keys[0], command.text.rstrip("…")))
        if command.picture_key:
            toggles = " or off" if command.text.endswith(" on") else ""
            found["picture"].append((command.picture_key, command.text.rstrip("…") + toggles))
    return found


class Sign(QWidget):
    """A mark as it is drawn over the picture, on the picture's black."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.setFixedSize(QSize(34, 22))

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.SURROUND))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        middle, kind = QPointF(self.width() / 2, self.height() / 2), self.kind
        shape = mark_shape("predicted" if kind == "stale" else kind, middle, 5.5)
        if kind == "ring":
            shape = QPainterPath()
            shape.addEllipse(middle, 7, 7)
        colour = {**MARK_COLOURS, "stale": STALE, "ring": theme.PURPLE}[kind]
        stroke(painter, shape, colour, 1.8)
        if kind == "accepted":
            painter.fillPath(shape, QColor(colour))
        painter.end()


class KeySheet(QDialog):
    """All keys at a glance, but for the actions that are `absent` here; `more` are keys beside the table's, by heading.
    Not modal: Esc closes it and halts, as everywhere."""

    def __init__(
        self,
        parent: QWidget | None = None,
        absent: Collection[str] = (),
        more: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setModal(False)
        found = rows(absent)
        half = (len(found["picture"]) + 3) // 2  # the last column has the marks as well
        columns = QHBoxLayout()
        columns.setContentsMargins(10, 8, 10, 8)
        columns.setSpacing(34)
        for blocks in (
            ((WHERE["window"], found["window"]), *(more or {}).items()),
            ((WHERE["picture"], found["picture"][:half]), (WHERE["command line"], found["command line"])),
            (("\u00a0", found["picture"][half:]),),
        ):
            columns.addLayout(self._column(blocks))
        columns.itemAt(2).layout().insertLayout(2, self._legend())
        holder = QWidget()
        holder.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName("Keys")
        scroll.setObjectName("sheet")
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
        close.setFocus()

    @staticmethod
    def _legend() -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.addWidget(label("Marks on the picture", 14, bold=True, wrap=False), 0, 0, 1, 2)
        for row, (kind, says) in enumerate(MARKS, 1):
            grid.addWidget(Sign(kind), row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label(says, 13, wrap=False), row, 1)
        grid.setColumnStretch(1, 1)
        return grid

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
