"""Work of the window's thread that is too long for one turn of the event loop. Knows no widget."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import QObject, QTimer

TURN_S = 0.003
"""Work of one turn, before other events are seen to."""
PAUSES = 2
"""Turns of the event loop after each, in which what was changed is laid out and painted with no work beside it."""


class ByTurns(QObject):
    """`begin(steps)` does the first steps at once and the rest turn by turn. What is begun before the last is through
    comes after it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] = iter(())
        self._pauses = 0
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def begin(self, steps: Iterator[None]) -> None:
        """See the class."""
        if self._timer.isActive():
            self._steps = chain(self._steps, steps)
            return
        self._steps, self._pauses = steps, 0
        self._timer.start()
        self._turn()

    def _turn(self) -> None:
        if self._pauses:
            self._pauses -= 1
            return
        self._pauses = PAUSES
        end = time.perf_counter() + TURN_S
        for _ in self._steps:
            if time.perf_counter() > end:
                return
        self._timer.stop()
