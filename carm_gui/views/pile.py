"""Widgets one below the other, each as wide as the pile and as high as it wants to be at that width.

For a conversation of hundreds of cards. Qt's own box layout squeezes all of them when one is added, and then gives each
its height again; here one whose layout has changed is measured, and those below it are moved.

What is out of sight can be put away for a while: a change of theme takes .2 ms for each widget of a window.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

LEFT, TOP, RIGHT, BOTTOM = 14, 12, 10, 14
BETWEEN = 10
"""Pixels around and between what lies in it."""
CHANGES = (QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent, QEvent.Type.HideToParent)


class Pile(QWidget):
    """`add` puts a widget below the others, `take` removes one; hidden ones take no room. For a scroll area that
    resizes its widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._inside: list[QWidget] = []
        self._wide = 0
        self._heights: dict[QWidget, int] = {}
        """Of those that have not changed since they were measured at `_wide`; -1 is hidden."""
        self._places: dict[QWidget, tuple[int, int, int]] = {}
        self._away: set[QWidget] = set()

    def add(self, widget: QWidget) -> None:
        """Put `widget`, which has a layout, below the others and show it; it belongs to the pile from now on."""
        self._inside.append(widget)
        widget.setParent(self)
        widget.installEventFilter(self)
        widget.setGeometry(LEFT, self.height(), self._wide, 1)  # until it is laid out
        widget.show()

    def take(self, widget: QWidget) -> None:
        """Forget `widget` and hide it."""
        widget.removeEventFilter(self)
        self._inside.remove(widget)
        self._away.discard(widget)
        self._heights.pop(widget, None)
        self._places.pop(widget, None)
        widget.hide()
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def put_away(self) -> Iterator[None]:
        """Take out of the window what is out of sight, one at each step; its place stays empty."""
        seen, focus = self.visibleRegion().boundingRect(), QApplication.focusWidget()
        if seen.isEmpty():
            return
        for widget in list(self._inside):
            held = focus is not None and (widget is focus or widget.isAncestorOf(focus))
            if not (held or widget.isHidden() or widget.geometry().intersects(seen)):
                self._away.add(widget)
                widget.setParent(None)
                yield

    def bring_back(self) -> Iterator[None]:
        """Put it where it was, one at each step and the nearest first."""
        middle = self.visibleRegion().boundingRect().center().y()
        for widget in sorted(self._away, key=lambda one: abs(self._places.get(one, (0,))[0] - middle)):
            if widget in self._away:
                widget.setParent(self)
                if widget in self._places:  # else it has not been laid out yet
                    widget.setGeometry(LEFT, *self._places[widget])
                widget.show()
                self._away.discard(widget)
                yield

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """What all of it needs."""
        self._measure(width)
        heights = [height for height in self._heights.values() if height >= 0]
        return TOP + sum(heights) + BETWEEN * max(len(heights) - 1, 0) + BOTTOM

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() in CHANGES and watched not in self._away:
            self._heights.pop(watched, None)
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # the scroll area asks for the height
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._lay_out()
        return super().event(event)

    def _measure(self, width: int) -> None:
        wide = max(width - LEFT - RIGHT, 1)
        if wide != self._wide:
            self._wide = wide
            self._heights.clear()
        for widget in self._inside:
            if widget not in self._heights:
                self._heights[widget] = -1 if widget.isHidden() else _height(widget, wide)

    def _lay_out(self) -> None:
        self._measure(self.width())
        top = TOP
        for widget in self._inside:
            place = (top, self._wide, self._heights[widget])
            if place[2] < 0:
                continue
            if self._places.get(widget) != place:
                self._places[widget] = place
                if widget not in self._away:
                    widget.setGeometry(LEFT, *place)
            top += place[2] + BETWEEN


def _height(widget: QWidget, width: int) -> int:
    layout = widget.layout()
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else widget.sizeHint().height()
