"""The grey window of a picture: automatic, following the picture smoothly, or set by hand. Knows no widget."""

from __future__ import annotations

SETTLE = 0.3
"""Share by which the window moves toward a new picture's: quick enough to follow, slow enough not to flicker."""
DRAG = 1.0 / 300.0
"""Share of the present width that a pixel of the mouse's way changes."""
LEAST = 200.0


class Levels:
    """`low` and `high` in units of the signal shown. By hand they stay where they were put until `reset`."""

    def __init__(self) -> None:
        self.low = self.high = 0.0
        self.manual = False
        self._wanted: tuple[float, float] | None = None

    @property
    def known(self) -> bool:
        return self._wanted is not None

    def follow(self, wanted: tuple[float, float], restart: bool = False) -> None:
        """The window that fits the newest picture; `restart` takes it at once."""
        first, self._wanted = self._wanted is None, wanted
        if self.manual:
            return
        if first or restart:
            self.low, self.high = wanted
        else:
            self.low += SETTLE * (wanted[0] - self.low)
            self.high += SETTLE * (wanted[1] - self.high)

    def adjust(self, brighter: float, steeper: float) -> None:
        """By hand: `brighter` and `steeper` in shares of the present width."""
        if not self.known:
            return
        self.manual = True
        width, middle = self.high - self.low, (self.high + self.low) / 2
        middle += brighter * width
        width = max(width * (1.0 - min(steeper, 0.9)), LEAST)
        self.low, self.high = middle - width / 2, middle + width / 2

    def reset(self) -> None:
        """Automatic again."""
        self.manual = False
        if self._wanted is not None:
            self.low, self.high = self._wanted
