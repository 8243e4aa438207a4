"""A line that narrows a list: the keys go to the line, the arrows mark a row, Enter takes the marked one. Knows no rows
of its own: the palette and the correction fill it.

No row is marked before a letter is typed or an arrow pressed: Enter alone must neither accept nor correct anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from carm_gui import theme
from carm_gui.views.widgets import label
from inference.commands import LONGEST

PAGE = 9
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -PAGE, Qt.Key.Key_PageDown: PAGE}


def begins(typed: str, name: str) -> bool:
    """Whether every word typed begins a word of `name`, in any order; "l elb" the left elbow."""
    parts = name.lower().split()
    return all(any(part.startswith(word) for part in parts) for word in typed.lower().split())


class Search(QFrame):
    """Lies over the window while it is open. `dismissed` when it goes without a choice. Subclasses say what the rows
    are (`fill`, from `typed`) and what one of them does (`chosen`)."""

    dismissed = Signal()

    def __init__(self, parent: QWidget, name: str, asks: str, hint: str, size: float) -> None:
        """`name` is the whole's for a screen reader, `asks` the line's; `hint` stands in the empty line."""
        super().__init__(parent)
        self.setProperty("role", "popup")
        self.setAccessibleName(name)
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setFont(theme.font(size))
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(asks)
        self.line.setMaxLength(LONGEST)
        self.rows = QListWidget()
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setAccessibleName("What Enter would take")
        self.rows.itemClicked.connect(self._take)
        self.line.textChanged.connect(self.refill)
        self.line.installEventFilter(self)
        self.nothing = label("", 13, tone="dim")
        self.nothing.hide()
        self.hide()

    @property
    def typed(self) -> str:
        return self.line.text().strip()

    def fill(self, typed: str) -> Iterable[QListWidgetItem]:
        """The rows for what is typed, best first."""
        raise NotImplementedError

    def chosen(self, item: QListWidgetItem) -> None:
        """A row was taken; the list is hidden already."""
        raise NotImplementedError

    def refill(self) -> None:
        """The rows afresh."""
        self.rows.clear()
        for item in self.fill(self.typed):
            self.rows.addItem(item)
        self.nothing.setVisible(not self.rows.count())
        self.mark(0 if self.typed else -1)

    def mark(self, row: int) -> None:
        """Mark `row` and say what Enter would do; -1 marks none."""
        row = min(row, self.rows.count() - 1)
        self.rows.setCurrentRow(row)
        item = self.rows.item(row) if row >= 0 else None
        said = item.data(Qt.ItemDataRole.AccessibleTextRole) or item.text() if item else ""
        self.line.setAccessibleDescription(f"Enter: {said}" if item else "")

    def pop_up(self) -> None:
        """Show it with the keys in its line."""
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        if self.isVisible():
            self.hide()
            self.dismissed.emit()

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.hide()
            self.chosen(item)

    def eventFilter(self, watched, event: QEvent) -> bool:  # noqa: N802
        if event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in STEPS:
            self.mark(max(self.rows.currentRow() + STEPS[event.key()], 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._take(self.rows.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True
