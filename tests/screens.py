"""Widgets as a test needs them: in front, and looked at pixel by pixel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QComboBox, QWidget

WORK_MS = 60_000
"""What another process, thread or the X server has to do may take so long while others keep the machine busy."""


def bring_up(qtbot, widget: QWidget) -> None:
    """Show `widget` and wait until the keys go to it. On an X server both come later than they are asked for, and what
    takes the focus before then does not get it."""
    with qtbot.waitExposed(widget, timeout=WORK_MS):
        widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow, timeout=WORK_MS)


def focusable(widget: QWidget) -> list[QWidget]:
    """What in `widget`, itself included, Tab can reach and the eye can see."""
    return [
        part
        for part in [widget, *widget.findChildren(QWidget)]
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.focusProxy() is None
        and part.isVisible()
        and part.isEnabled()
        and not part.visibleRegion().isEmpty()
    ]


NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)
"""Screen readers pass over what has one of these."""


def unspoken(widget: QWidget) -> list[str]:
    """What in `widget` takes the focus, and a screen reader is told no name or no role of. A combo box counts by its
    label: on Linux its own name is what it shows."""
    found = []
    for part in focusable(widget):
        face = QAccessible.queryAccessibleInterface(part)
        labels = [said for said, _ in face.relations(QAccessible.RelationFlag.Label)]
        name = labels[0].text(QAccessible.Text.Name) if labels else face.text(QAccessible.Text.Name)
        if not name or face.role() in NO_ROLES or (isinstance(part, QComboBox) and not labels):
            found.append(f"{type(part).__name__} in {type(part.parent()).__name__}: {name!r}, {face.role().name}")
    return found


def rgb(widget: QWidget) -> np.ndarray:
    """What `widget` shows, uint8 (h, w, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def changed(before: np.ndarray, after: np.ndarray) -> int:
    """How many pixels differ plainly between two of `rgb`."""
    return int((np.abs(after.astype(int) - before).max(axis=2) > 30).sum())
