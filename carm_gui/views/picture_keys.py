"""What keys do while the picture has the focus: letters call actions, held keys move the view, Space is the pedal.

Knows no session. The direction of a held key is fixed when it is pressed, so that letting go of Shift first changes
nothing; losing the focus lets everything go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt

from carm_gui.views.field import jog_direction
from inference.commands import Display

Way = tuple[float, float, float, float, float]
"""Toward the patient's left, the head, the front, LAO, cranial: -1 to +1 each."""
STILL: Way = (0.0, 0.0, 0.0, 0.0, 0.0)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
HEIGHT = {Qt.Key.Key_PageUp: 1.0, Qt.Key.Key_PageDown: -1.0}
PLAIN = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier


def way_of(key: int, turned: bool, display: Display) -> Way | None:
    """The direction that `key` stands for while held; `turned` (Shift) makes an arrow turn the arm."""
    if key in HEIGHT:
        return (0.0, 0.0, HEIGHT[key], 0.0, 0.0)
    if key not in ARROWS:
        return None
    if turned:
        right, up = ARROWS[key]
        return (0.0, 0.0, 0.0, float(right), float(up))
    left, up = jog_direction(*ARROWS[key], display)
    return (left, up, 0.0, 0.0, 0.0)


class PictureKeys:
    """A part of LiveView: needs its signals `jog` and `pedal`, its `beam_on` and `display`."""

    keys: Mapping[str, Callable[[], None]]

    def _init_keys(self) -> None:
        self.keys = {}
        self._held: dict[int, Way] = {}
        self._pedal_down = False

    def keyPressEvent(self, event) -> None:  # noqa: N802
        plain = not (event.modifiers() & ~PLAIN)
        key, letter = event.key(), event.text().upper()
        way = way_of(key, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier), self.display)
        if not plain or (way is None and key != Qt.Key.Key_Space and letter not in self.keys):
            super().keyPressEvent(event)
            return
        if event.isAutoRepeat():
            return
        if way is not None:
            self._held[key] = way
            self._say_jog()
        elif key == Qt.Key.Key_Space:
            if not self.beam_on:
                self._pedal_down = True
                self.pedal.emit(True)
        else:
            self.keys[letter]()

    def keyReleaseEvent(self, event) -> None:  # noqa: N802
        key = event.key()
        if event.isAutoRepeat():
            return
        if key in self._held:
            del self._held[key]
            self._say_jog()
        elif key == Qt.Key.Key_Space and self._pedal_down:
            self._lift_pedal()
        else:
            super().keyReleaseEvent(event)

    def _say_jog(self) -> None:
        total = [sum(way[axis] for way in self._held.values()) for axis in range(5)]
        self.jog.emit(*(min(max(amount, -1.0), 1.0) for amount in total))

    def _lift_pedal(self) -> None:
        self._pedal_down = False
        self.pedal.emit(False)

    def let_go(self) -> None:
        """End what held keys keep going: the focus went elsewhere, or everything halts."""
        if self._held:
            self._held.clear()
            self.jog.emit(*STILL)
        if self._pedal_down:
            self._lift_pedal()

    def focusInEvent(self, event) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.focus_changed.emit(True)
        self.update()

    def focusOutEvent(self, event) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.let_go()
        self.focus_changed.emit(False)
        self.update()
