"""The key sheet (F1), built from the table of actions so that it cannot fall out of step, and what the marks on the
picture mean, drawn by what draws them there. Knows no session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.actions import COMMANDS, HELD_KEYS, TURN_TO
from carm_gui.views.overlays import MARK_COLOURS, STALE, mark_shape
from carm_gui.views.paint import stroke
from carm_gui.views.spoken import speak_as
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
AROUND = QSize(76, 96)
"""Pixels of the sheet beside its columns."""
WHERE = {"picture": "In the picture", "window": "Everywhere", "command line": "In the command line"}


def rows(absent: Collection[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """Scope -> (key, what it does), every key of the table once, but for the actions called `absent`."""
    found: dict[str, list[tuple[str, str]]] = {"window": [], "picture": [], "command line": []}
    for keys, does, scope in HELD_KEYS:
        found[scope].append((keys, does))
    for command in sorted(COMMANDS, key=lambda one: one.scope != "always"):  # what stops everything comes first
        if command.name in absent:
            continue
        if command.keys:
            found["window"].append((command.keys[0], command.text.rstrip("…")))
        if command.picture_key:
            does = command.text.rstrip("…") + (" or off" if command.text.endswith(" on") else "")
            found["picture"].append((command.picture_key, f"{TURN_TO} {does}" if command.group == TURN_TO else does))
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
        self.ensurePolished()  # what comes into it is measured as its style sheet has it
        found = rows(absent)
        half = (len(found["picture"]) + 3) // 2  # the last column has the marks as well
        room = parent.size() if parent is not None else self.screen().availableSize()
        everywhere = ((WHERE["window"], found["window"]), *(more or {}).items())
        picture, legend = found["picture"], ("Marks on the picture", MARKS)
        line = (WHERE["command line"], found["command line"])
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName("Keys")
        speak_as(scroll, "Pane")
        scroll.setObjectName("sheet")
        close = KeyButton("Close")
        close.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        words = "Letters act in the picture alone; in the command line they are text."
        if "palette" not in absent:
            words += " Ctrl+K finds every action by name."
        foot.addWidget(label(words, 13, tone="dim"), 1)
        foot.addWidget(close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)
        most = room - QSize(40, 60)
        columns = (everywhere, ((WHERE["picture"], picture[:half]), line), (("\u00a0", picture[half:]), legend))
        want = self._fill(scroll, columns) + AROUND
        if want.width() > most.width():
            want = self._fill(scroll, (everywhere, ((WHERE["picture"], picture), line, legend))) + AROUND
        self.resize(want.boundedTo(most))
        close.setFocus()

    @staticmethod
    def _fill(scroll: QScrollArea, columns) -> QSize:
        """Columns side by side, each of blocks one below the other; the room they want. They are made in their place:
        what is put into one later is laid out for the style it had before."""
        holder = QWidget()
        scroll.setWidget(holder)
        across = QHBoxLayout(holder)
        across.setContentsMargins(10, 8, 10, 8)
        across.setSpacing(34)
        for blocks in columns:
            across.addLayout(_column(blocks))
        holder.ensurePolished()
        return holder.sizeHint()


def _column(blocks) -> QGridLayout:
    """Blocks of (sign, what it says), each under its title; all signs of the column are of one width."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    row = 0
    for title, entries in blocks:
        if row:
            grid.setRowMinimumHeight(row, 14)
            row += 1
        grid.addWidget(label(title, 14, bold=True, wrap=False), row, 0, 1, 2)
        for sign, says in entries:
            row += 1
            grid.addWidget(Sign(sign) if entries is MARKS else _cap(sign), row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label(says, 13, wrap=False), row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid


def _cap(keys: str) -> QWidget:
    key = chip(keys)
    key.setFont(theme.font(12, bold=True))
    return key
