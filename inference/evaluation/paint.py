"""A small painter of charts on Pillow: bars with intervals, a grid of cells, a map of points, a strip of pictures.

Knows numbers and ink; knows no model and no task. Colours are Okabe and Ito's, which colour-blind readers tell apart,
and every value also stands as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sim.resource import resource

PAPER, INK, FAINT, LINE = (255, 255, 255), (28, 32, 38), (118, 124, 132), (222, 226, 230)
SERIES = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (213, 94, 0), (110, 110, 110))
FINE = 2
"""Everything is drawn at this many times the size given and kept so: sharp in print."""


@lru_cache(maxsize=32)
def _font(size: int, strong: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resource("fonts", f"InterTight-{'SemiBold' if strong else 'Regular'}.ttf")), size)


class Canvas:
    """A picture of `width` x `height` points."""

    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * FINE, height * FINE), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self, x: float, y: float, words: str, size: int = 13, ink=INK, anchor: str = "la", strong: bool = False
    ) -> None:
        self._draw.text((x * FINE, y * FINE), words, ink, _font(size * FINE, strong), anchor)

    def upright(self, x: float, y: float, words: str, below: bool = False) -> None:
        """`words` turned to read upward about the line at x: they begin at y, or with `below` end there."""
        font = _font(12 * FINE)
        box = font.getbbox(words)
        label = Image.new("L", (box[2] + 4, box[3] + 4))
        ImageDraw.Draw(label).text((0, 0), words, 255, font)
        label = label.rotate(90, expand=True)
        top = y * FINE if below else y * FINE - label.height
        self.image.paste(INK, (int(x * FINE - label.width / 2), int(top)), label)

    def line(self, points: Sequence[tuple[float, float]], ink=INK, width: float = 1.0) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], ink, max(1, round(width * FINE)))

    def box(self, left: float, top: float, right: float, bottom: float, fill=None, edge=None) -> None:
        if right > left and bottom > top:
            corners = (left * FINE, top * FINE, right * FINE - 1, bottom * FINE - 1)
            self._draw.rectangle(corners, fill, edge, 1)

    def dot(self, x: float, y: float, radius: float, fill=INK, edge=None) -> None:
        corners = ((x - radius) * FINE, (y - radius) * FINE, (x + radius) * FINE, (y + radius) * FINE)
        self._draw.ellipse(corners, fill, edge, FINE)

    def paste(self, picture: np.ndarray, x: float, y: float, side: float) -> None:
        """A uint8 picture (h, w), scaled to `side` points."""
        size = round(side * FINE)
        shown = Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC)
        self.image.paste(shown.convert("RGB"), (round(x * FINE), round(y * FINE)))

    def save(self, path: Path) -> None:
        self.image.save(path, format="PNG", optimize=True)


@dataclass(frozen=True)
class Bar:
    """A value with its interval; None is drawn as a gap that says so."""

    value: float | None
    interval: Sequence[float] | None = None


def bars(
    title: str,
    groups: Sequence[str],
    series: Sequence[tuple[str, Sequence[Bar]]],
    *,
    note: str = "",
    goals: Sequence[float | None] = (),
) -> Canvas:
    """Grouped bars of shares, 0 to 1: `series` are (name, one bar a group); `goals` draws a line across a group."""
    wide = max(24.0, min(54.0, 900.0 / max(1, len(groups) * len(series))))
    left, head, high = 46.0, 64.0 + 20 * len(series), 230.0
    band = wide * len(series) + 26
    longest = max(map(len, groups), default=0)
    slanted = longest * 6.6 > band
    foot = 14.0 + (longest * 6.2 if slanted else 18) + 22 * bool(note)
    canvas = Canvas(int(max(left + band * len(groups) + 20, 460)), int(head + high + foot + 12))
    canvas.text(16, 14, title, 17, strong=True)
    for row, (name, _) in enumerate(series):
        canvas.box(16, 44 + 20 * row, 28, 56 + 20 * row, SERIES[row % len(SERIES)])
        canvas.text(34, 43 + 20 * row, name)
    floor = head + high

    def y(value: float) -> float:
        return floor - high * min(max(value, 0.0), 1.0)

    for tick in np.linspace(0, 1, 6):
        canvas.line([(left, y(tick)), (left + band * len(groups), y(tick))], LINE)
        canvas.text(left - 6, y(tick), f"{tick:.1f}", 11, FAINT, "rm")
    for group, name in enumerate(groups):
        start = left + band * group + 13
        for row, (_, values) in enumerate(series):
            bar, at = values[group], start + wide * row
            if bar.value is None:
                canvas.text(at + wide / 2, floor - 4, "none", 10, FAINT, "mb")
                continue
            canvas.box(at + 2, y(bar.value), at + wide - 2, floor, SERIES[row % len(SERIES)])
            upper = y(bar.value)
            if bar.interval is not None:
                low, upper = y(bar.interval[0]), y(bar.interval[1])
                middle = at + wide / 2
                canvas.line([(middle, low), (middle, upper)], INK, 1.2)
                for end in (low, upper):
                    canvas.line([(middle - 4, end), (middle + 4, end)], INK, 1.2)
            canvas.text(at + wide / 2, min(upper, y(bar.value)) - 3, _short(bar.value), 11, INK, "mb")
        if group < len(goals) and goals[group] is not None:
            goal = y(goals[group])
            canvas.line([(start - 6, goal), (start + wide * len(series) + 6, goal)], (213, 94, 0), 1.5)
        if slanted:
            canvas.upright(start + wide * len(series) / 2, floor + 8, name, below=True)
        else:
            canvas.text(start + wide * len(series) / 2, floor + 8, name, 12, anchor="ma")
    if note:
        canvas.text(16, canvas.height - 24, note, 11, FAINT)
    return canvas


def _short(value: float, digits: int = 2) -> str:
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def grid(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: np.ndarray,
    *,
    top: float | None = None,
    digits: int = 2,
    across: str = "",
    down: str = "",
) -> Canvas:
    """Cells (rows, columns) from white to dark blue at `top` (the largest by default), NaN hatched, each with its
    number."""
    side = 40.0
    left = 30 + max((len(name) for name in rows), default=0) * 6.4
    head = 66 + max((len(name) for name in columns), default=0) * 6.2
    canvas = Canvas(int(max(left + side * len(columns) + 24, 480)), int(head + side * len(rows) + 24))
    canvas.text(16, 14, title, 17, strong=True)
    canvas.text(16, 40, f"rows: {down}; columns: {across}" if across else down, 12, FAINT)
    top = top if top is not None else float(np.nanmax(values, initial=0.0)) or 1.0
    for j, name in enumerate(columns):
        canvas.upright(left + side * (j + 0.5), head - 6, name)
    for i, name in enumerate(rows):
        canvas.text(left - 8, head + side * (i + 0.5), name, 12, anchor="rm")
        for j in range(len(columns)):
            x, y, value = left + side * j, head + side * i, values[i, j]
            if np.isnan(value):
                canvas.box(x, y, x + side, y + side, (244, 245, 246), LINE)
                continue
            depth = min(max(value / top, 0.0), 1.0)
            fill = shade(depth)
            canvas.box(x, y, x + side, y + side, fill, LINE)
            words = _short(float(value), digits) if digits else f"{value:.0f}"
            ink = PAPER if depth > 0.55 else INK
            canvas.text(x + side / 2, y + side / 2, words, 12, ink, "mm")
    return canvas


def shade(depth: float) -> tuple[int, int, int]:
    """White at 0 to dark blue at 1."""
    ends = np.array([[255, 255, 255], [86, 180, 233], [0, 60, 120]], float)
    place = depth * 2
    low = min(int(place), 1)
    return tuple(round(c) for c in ends[low] + (place - low) * (ends[low + 1] - ends[low]))
