"""Strokes, texts, plates and badges with a dark halo, so that no picture below decides whether they are seen. Pure
painting: knows nothing of what they mean."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from carm_gui import theme

GAP_PX = 4.0
PLATE = 0.9
"""How opaque the ground of plates and badges is: over white the darkest overlay colour still has 4.5:1 on it."""


class Layer:
    """A part of a painting that is kept, and made anew only when what it shows has changed."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._kept = QPixmap()

    def paint(self, painter: QPainter, size: QSize, key: tuple, draw: Callable[[QPainter], None]) -> None:
        """What `draw` paints on `size` pixels of the widget; `key` holds all that it depends on."""
        ratio = painter.device().devicePixelRatioF()
        key = (size, ratio, *key)
        if key != self._key:
            self._kept = QPixmap(size * ratio)
            self._kept.setDevicePixelRatio(ratio)
            self._kept.fill(Qt.GlobalColor.transparent)
            inside = QPainter(self._kept)
            inside.setRenderHints(painter.renderHints())
            draw(inside)
            inside.end()
            self._key = key
        painter.drawPixmap(0, 0, self._kept)


def stroke(painter: QPainter, path: QPainterPath, colour: str, width: float = 2.0, dashed: bool = False) -> None:
    """Draw `path` in `colour` with its halo."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo = QColor(theme.HALO)
    halo.setAlphaF(0.8)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    pen = QPen(halo, width + 3.0, Qt.PenStyle.SolidLine, cap, join)
    front = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap, join)
    if dashed:
        # Flat ends: Qt paints a long line with hundreds of round ones six times as slowly.
        for one, longer in ((pen, 3.0), (front, 0.0)):
            dash, gap = 5.0 * width + longer, 2.5 * width - longer
            one.setCapStyle(Qt.PenCapStyle.FlatCap)
            if gap > 0:
                one.setDashPattern([dash / one.widthF(), gap / one.widthF()])
                one.setDashOffset(0.5)
    painter.setPen(pen)
    painter.drawPath(path)
    painter.setPen(front)
    painter.drawPath(path)


def halo_text(painter: QPainter, where: QPointF, text: str, size: float) -> None:
    """Draw `text` centred on `where`."""
    face = theme.font(size, bold=True)
    metrics = QFontMetricsF(face)
    path = QPainterPath()
    path.addText(where.x() - metrics.horizontalAdvance(text) / 2, where.y() + metrics.capHeight() / 2, face, text)
    halo = QColor(theme.HALO)
    halo.setAlphaF(0.85)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(halo, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(path)
    painter.fillPath(path, QColor(theme.PLAIN))


def plate(
    painter: QPainter,
    where: QPointF,
    text: str,
    colour: str = theme.PLAIN,
    size: float = 13,
    anchor: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    within: QRectF | None = None,
    bold: bool = True,
    taken: list[QRectF] | None = None,
) -> QRectF:
    """Lines of `text` on a dark plate, its `anchor` corner at `where`, kept `within`; returns its rectangle. It gives
    way to what is `taken` already, and is put down there itself."""
    face = theme.font(size, bold=bold)
    metrics = QFontMetricsF(face)
    lines, pad = text.split("\n"), 0.6 * size
    box = plate_box(where, text, size, anchor, bold)
    if within is not None:
        box.moveLeft(min(max(box.left(), within.left()), within.right() - box.width()))
        box.moveTop(min(max(box.top(), within.top()), within.bottom() - box.height()))
    if taken is not None:
        box = free_place(box, taken, within)
        taken.append(box)
    ground = QColor(theme.HALO)
    ground.setAlphaF(PLATE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 6, 6)
    painter.setFont(face)
    painter.setPen(QColor(colour))
    for i, line in enumerate(lines):
        down = 0.5 * pad + metrics.ascent() + i * metrics.lineSpacing()
        painter.drawText(QPointF(box.left() + pad, box.top() + down), line)
    return box


def plate_box(
    where: QPointF,
    text: str,
    size: float = 13,
    anchor: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    bold: bool = True,
) -> QRectF:
    """Where `plate` would lie, with nothing to give way to."""
    metrics = QFontMetricsF(theme.font(size, bold=bold))
    lines, flag = text.split("\n"), Qt.AlignmentFlag
    width = max(metrics.horizontalAdvance(line) for line in lines) + 1.2 * size
    height = metrics.lineSpacing() * len(lines) + 0.6 * size
    x = where.x() - (0 if anchor & flag.AlignLeft else width if anchor & flag.AlignRight else width / 2)
    y = where.y() - (0 if anchor & flag.AlignTop else height if anchor & flag.AlignBottom else height / 2)
    return QRectF(x, y, width, height)


def free_place(box: QRectF, taken: list[QRectF], within: QRectF | None = None) -> QRectF:
    """`box`, or the nearest place beside, over or under what is `taken` where it covers none of that; `box` itself
    where there is no such place."""

    # Plain numbers: a plate is weighed against hundreds of rectangles, and Qt's own are slow to ask from Python.
    others = [other.getCoords() for other in taken]
    x, y, wide, high = box.getRect()
    least, top, most, bottom = within.getCoords() if within is not None else (-math.inf, -math.inf, math.inf, math.inf)

    def free(left: float, up: float) -> bool:
        right, down = left + wide, up + high
        inside = least <= left and right <= most and top <= up and down <= bottom
        return inside and not any(left < o[2] and right > o[0] and up < o[3] and down > o[1] for o in others)

    if not any(box.intersects(other) for other in taken):
        return box
    places = []
    for first, upper, last, lower in others:
        places += [(x, lower + GAP_PX), (x, upper - GAP_PX - high), (last + GAP_PX, y), (first - GAP_PX - wide, y)]
    places.sort(key=lambda place: abs(place[0] - x) + abs(place[1] - y))
    found = next((place for place in places if free(*place)), (x, y))
    return QRectF(*found, wide, high)


def arrow(painter: QPainter, start: QPointF, tip: QPointF, colour: str, width: float) -> None:
    way = tip - start
    length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 1.0)
    along, across = way / length, QPointF(-way.y(), way.x()) / length
    head = 5.0 * width
    shaft = QPainterPath(start)
    shaft.lineTo(tip - along * head * 0.8)
    stroke(painter, shaft, colour, width)
    triangle = QPolygonF([tip, tip - along * head + across * head * 0.55, tip - along * head - across * head * 0.55])
    path = QPainterPath()
    path.addPolygon(triangle)
    path.closeSubpath()
    stroke(painter, path, colour, 1.0)
    painter.fillPath(path, QColor(colour))


def badge(painter: QPainter, where: QPointF, shape: str, text: str, colour: str, larger: float = 1.0) -> float:
    """A state as shape and text on a plate with its corner at `where`; returns its width. Shapes: dot, bars, chevrons,
    stop, ring."""
    painter.save()
    painter.translate(where)
    painter.scale(larger, larger)
    width = larger * _badge(painter, 0.0, 0.0, shape, text, colour)
    painter.restore()
    return width


def _badge(painter: QPainter, left: float, top: float, shape: str, text: str, colour: str) -> float:
    face = theme.font(13, bold=True)
    metrics = QFontMetricsF(face)
    width, height = metrics.horizontalAdvance(text) + 39, 28.0
    box = QRectF(left, top, width, height)
    ground = QColor(theme.HALO)
    ground.setAlphaF(PLATE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 7, 7)
    x, y, ink = left + 17.0, top + height / 2, QColor(colour)
    painter.setBrush(ink)
    if shape == "dot":
        painter.drawEllipse(QPointF(x, y), 5, 5)
    elif shape == "bars":
        painter.drawRect(QRectF(x - 5, y - 5, 3.6, 10))
        painter.drawRect(QRectF(x + 1.4, y - 5, 3.6, 10))
    elif shape == "stop":
        painter.drawRect(QRectF(x - 5, y - 5, 10, 10))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if shape == "ring":
            painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
        else:
            for dx in (-5.0, 0.5):
                painter.drawPolyline(
                    QPolygonF([QPointF(x + dx, y - 4.5), QPointF(x + dx + 4.5, y), QPointF(x + dx, y + 4.5)])
                )
    painter.setFont(face)
    painter.setPen(ink)
    painter.drawText(QPointF(left + 29, y + metrics.capHeight() / 2), text)
    return width
