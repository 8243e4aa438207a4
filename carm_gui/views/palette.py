"""The command palette (Ctrl+K): every action of the window by a few letters, and any line as it would be understood.

Knows no session: it is given what can be done and tells what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QListWidgetItem, QStyledItemDelegate, QVBoxLayout, QWidget
from rapidfuzz import fuzz, process, utils

from carm_gui import theme
from carm_gui.views.search import PAGE, Search, begins
from inference.commands import parse

LEAST_SCORE = 55.0
ROW_PX = 36
WIDTH_PX = 600
TOP_PX, AROUND_PX = 84, 96
"""Where it begins in a window that is high enough, and what it needs besides its rows."""


@dataclass(frozen=True)
class Entry:
    """One row: what it does, where else it is found, its key, and what to call."""

    text: str
    place: str
    key: str
    run: Callable[[], None]


def matching(typed: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that `typed` may mean, best first; all of them for nothing typed."""
    typed = typed.strip()
    if not typed:
        return list(entries)
    names = [f"{entry.text} {entry.place}" for entry in entries]
    direct = [i for i, name in enumerate(names) if begins(typed, name)]
    direct.sort(key=lambda i: (not names[i].lower().startswith(typed.lower()), i))
    fuzzy = process.extract(
        typed, names, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=LEAST_SCORE, limit=PAGE
    )
    order = direct + [i for _, _, i in fuzzy if i not in direct and not direct]
    return [entries[i] for i in order]


def understood(typed: str) -> str:
    """What the line would mean to the parser, "" for nothing or for what it would ask back."""
    if len(typed.strip()) < 2:
        return ""
    action = parse(typed)
    return "" if action.kind == "clarify" else action.echo()


class _Row(QStyledItemDelegate):
    """Text, place in dim, key at the right."""

    def sizeHint(self, option, index) -> QSize:  # noqa: N802
        return QSize(option.rect.width(), ROW_PX)

    def paint(self, painter: QPainter, option, index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        chosen = bool(option.state & option.state.State_Selected)
        palette, box = option.palette, QRectF(option.rect).adjusted(2, 1, -2, -1)
        role = QPalette.ColorRole
        ink = palette.color(role.HighlightedText if chosen else role.Text)
        dim = QColor(ink) if chosen else palette.color(role.PlaceholderText)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(role.Highlight))
            painter.drawRoundedRect(box, 7, 7)
        face, small = theme.font(14, bold=chosen), theme.font(12)
        key_width = QFontMetricsF(small).horizontalAdvance(entry.key) + 14 if entry.key else 0.0
        flag = Qt.AlignmentFlag.AlignVCenter
        room = box.adjusted(12, 0, -12 - key_width, 0)
        place_width = QFontMetricsF(small).horizontalAdvance(entry.place) + 10
        text = QFontMetricsF(face).elidedText(entry.text, Qt.TextElideMode.ElideRight, room.width() - place_width)
        painter.setFont(face)
        painter.setPen(ink)
        painter.drawText(room, flag | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(small)
        painter.setPen(dim)
        painter.drawText(room, flag | Qt.AlignmentFlag.AlignRight, entry.place)
        if entry.key:
            painter.drawText(box.adjusted(0, 0, -12, 0), flag | Qt.AlignmentFlag.AlignRight, entry.key)
        painter.restore()


class Palette(Search):
    """All actions. `said(text)` is a line to send."""

    said = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        name, hint = "Command palette", "What do you want to do? Or say it: “go up a bit”"
        super().__init__(parent, name, name, hint, 16)
        self.entries: list[Entry] = []
        self.rows.setItemDelegate(_Row(self.rows))
        self.nothing.setText("Nothing like that; say it in the command line.")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 12, 12, 10)
        inside.setSpacing(8)
        inside.addWidget(self.line)
        inside.addWidget(self.nothing)
        inside.addWidget(self.rows)

    def open(self, entries: Sequence[Entry]) -> None:
        """Show `entries` and take the keys."""
        self.entries = list(entries)
        self.line.clear()
        self.refill()
        self.pop_up()

    def fill(self, typed: str) -> Iterator[QListWidgetItem]:
        found = matching(typed, self.entries)
        meaning = understood(typed)
        if meaning:
            say = Entry(f"Say “{typed}”", meaning, "", lambda: self.said.emit(typed))
            named = found and found[0].text.lower().startswith(typed.lower())
            found.insert(1 if named else 0, say)
        for entry in found:
            item = QListWidgetItem(entry.text)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}, {entry.place} {entry.key}".strip())
            yield item

    def chosen(self, item: QListWidgetItem) -> None:
        self.dismissed.emit()
        item.data(Qt.ItemDataRole.UserRole).run()

    def refill(self) -> None:
        super().refill()
        self.place()

    def place(self) -> None:
        """Where it lies: the upper middle of the window, as high as it needs."""
        window = self.parentWidget()
        top = TOP_PX if window.height() > TOP_PX + PAGE * ROW_PX + AROUND_PX else 12
        fitting = max((window.height() - top - AROUND_PX) // ROW_PX, 2)
        self.rows.setFixedHeight(min(self.rows.count(), PAGE, fitting) * ROW_PX + 4)
        width = min(WIDTH_PX, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, top, width, self.sizeHint().height())

    def eventFilter(self, watched, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)
