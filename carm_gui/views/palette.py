"""The command palette (Ctrl+K): every action of the window by a few letters, and any line as it would be understood.

Knows no session: it is given what can be done and tells what was chosen. What Enter will do is always the marked row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QStyledItemDelegate, QVBoxLayout, QWidget
from rapidfuzz import fuzz, process, utils

from carm_gui import theme
from inference.commands import parse

MOST_ROWS = 9
LEAST_SCORE = 55.0
ROW_PX = 36
WIDTH_PX = 600


@dataclass(frozen=True)
class Entry:
    """One row: what it does, where else it is found, its key, and what to call."""

    text: str
    place: str
    key: str
    run: Callable[[], None]
    enabled: bool = True


def matching(typed: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that `typed` may mean, best first; all of them for nothing typed."""
    typed = typed.strip()
    if not typed:
        return list(entries)
    names = [f"{entry.text} {entry.place}" for entry in entries]
    words = typed.lower().split()
    direct = [
        i
        for i, name in enumerate(names)
        if all(any(part.startswith(word) for part in name.lower().split()) for word in words)
    ]
    direct.sort(key=lambda i: (not names[i].lower().startswith(typed.lower()), i))
    fuzzy = process.extract(
        typed, names, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=LEAST_SCORE, limit=MOST_ROWS
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
        painter.setPen(ink if entry.enabled else dim)
        painter.drawText(room, flag | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(small)
        painter.setPen(dim)
        painter.drawText(room, flag | Qt.AlignmentFlag.AlignRight, entry.place)
        if entry.key:
            painter.drawText(box.adjusted(0, 0, -12, 0), flag | Qt.AlignmentFlag.AlignRight, entry.key)
        painter.restore()


class Palette(QFrame):
    """Lies over the window while it is open; `said(text)` is a line to send, `closed` when it goes."""

    said = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "popup")
        self.setAccessibleName("Command palette")
        self.entries: list[Entry] = []
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setFont(theme.font(16))
        self.line.setPlaceholderText("What do you want to do? Or say it: “go up a bit”")
        self.line.setAccessibleName("Command palette")
        self.line.setMaxLength(500)
        self.rows = QListWidget()
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setItemDelegate(_Row(self.rows))
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setAccessibleName("What Enter would do")
        self.rows.itemClicked.connect(self._run)
        self.line.textChanged.connect(self._refill)
        self.line.installEventFilter(self)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 12, 12, 10)
        inside.setSpacing(8)
        inside.addWidget(self.line)
        inside.addWidget(self.rows)
        self.hide()

    def open(self, entries: Sequence[Entry]) -> None:
        """Show `entries` and take the keys."""
        self.entries = list(entries)
        self.line.clear()
        self._refill()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _refill(self) -> None:
        typed = self.line.text()
        found = matching(typed, self.entries)
        meaning = understood(typed)
        if meaning:
            say = Entry(f"Say “{typed.strip()}”", meaning, "", lambda: self.said.emit(typed.strip()))
            named = found and found[0].text.lower().startswith(typed.strip().lower())
            found.insert(1 if named else 0, say)
        self.rows.clear()
        for entry in found:
            item = QListWidgetItem(entry.text)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text}, {entry.place} {entry.key}")
            self.rows.addItem(item)
        if not found:
            nothing = Entry("Nothing like that", "say it in the command line", "", lambda: None, enabled=False)
            item = QListWidgetItem(nothing.text)
            item.setData(Qt.ItemDataRole.UserRole, nothing)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.rows.addItem(item)
        self._mark(0)
        self.place()

    def place(self) -> None:
        """Where it lies: the upper middle of the window, as high as it needs."""
        window = self.parentWidget()
        rows = min(max(self.rows.count(), 1), MOST_ROWS)
        self.rows.setFixedHeight(rows * ROW_PX + 4)
        width = min(WIDTH_PX, window.width() - 40)
        self.setGeometry((window.width() - width) // 2, 84, width, self.sizeHint().height())

    def _mark(self, row: int) -> None:
        row = min(max(row, 0), self.rows.count() - 1)
        self.rows.setCurrentRow(row)
        entry = self.rows.item(row).data(Qt.ItemDataRole.UserRole)
        self.line.setAccessibleDescription(f"Enter: {entry.text}, {entry.place}")

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        entry: Entry = item.data(Qt.ItemDataRole.UserRole)
        self.dismiss()
        entry.run()

    def eventFilter(self, watched, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -MOST_ROWS, Qt.Key.Key_PageDown: MOST_ROWS,
            }  # fmt: skip
            if event.key() in steps:
                self._mark(self.rows.currentRow() + steps[event.key()])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self._run(self.rows.currentItem())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return False

    def keyPressEvent(self, event) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
