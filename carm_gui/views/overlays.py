"""What is drawn over the live picture, in millimetres of the patient. Pure painting: knows no session and no widget.

Everything is anchored in the patient frame, so that a proposed field stands still on the patient while the view glides
toward it. Lines have a dark halo and each mark has a shape and a text, so that neither colour nor brightness of the
picture decides whether it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from carm_gui import theme
from sim.geometry import FIELD_MM, beam_of
from sim.pose import CArmPose, MotionCommand

BAR_MM = 50.0


@dataclass(frozen=True)
class Field:
    """The picture on screen: `square` in widget pixels shows FIELD_MM / zoom of the patient at the isocentre of
    `pose`."""

    square: QRectF
    pose: CArmPose
    zoom: float = 1.0

    @property
    def px_per_mm(self) -> float:
        return self.zoom * self.square.width() / FIELD_MM

    def at(self, pose: CArmPose) -> QPointF:
        """Where the isocentre of `pose` lies, widget pixels."""
        beam = beam_of(self.pose)
        offset = np.array([pose.left_mm, pose.up_mm, pose.ant_mm]) - beam.isocentre
        return self.square.center() + self.px_per_mm * QPointF(float(offset @ beam.right), float(offset @ beam.down))


def edge_names(pose: CArmPose) -> dict[str, str]:
    """What of the patient lies toward each edge of the picture: {"left", "right", "top", "bottom"} -> R, L, H, F, A or
    P; two letters where the view is oblique (a share above sin 22.5 degrees), as DICOM viewers write them."""
    beam = beam_of(pose)

    def name(way: np.ndarray) -> str:
        parts = sorted(((abs(v), ("LR", "HF", "AP")[i][0 if v > 0 else 1]) for i, v in enumerate(way)), reverse=True)
        return "".join(letter for share, letter in parts if share > 0.3827)

    return {
        "left": name(-beam.right),
        "right": name(beam.right),
        "top": name(-beam.down),
        "bottom": name(beam.down),
    }


def move_text(motion: MotionCommand) -> str:
    """ "90 mm up, 30 mm left": directions are the patient's; "no move" for none."""
    parts = []
    for amount, plus, minus in (
        (motion.up_mm, "up", "down"),
        (motion.left_mm, "left", "right"),
        (motion.ant_mm, "front", "back"),
    ):
        if amount:
            parts.append(f"{abs(amount):g} mm {plus if amount > 0 else minus}")
    return ", ".join(parts) or "no move"


def view_name(pose: CArmPose) -> str:
    """The angles by the detector's side: "AP", "LAO 30", "RAO 20 / CRAN 15"."""
    primary, secondary = round(pose.primary_deg), round(pose.secondary_deg)
    parts = [f"{'LAO' if primary > 0 else 'RAO'} {abs(primary)}°"] if primary else []
    parts += [f"{'CRAN' if secondary > 0 else 'CAUD'} {abs(secondary)}°"] if secondary else []
    return " / ".join(parts) or "AP"


def stroke(painter: QPainter, path: QPainterPath, colour: str, width: float = 2.0, dashed: bool = False) -> None:
    """Draw `path` in `colour` with its halo."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo = QColor(theme.HALO)
    halo.setAlphaF(0.8)
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    pen = QPen(halo, width + 3.0, Qt.PenStyle.SolidLine, cap, join)
    front = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap, join)
    if dashed:
        front.setDashPattern([4.0, 3.5])
        pen.setDashPattern([4.0 * width / (width + 3.0), 3.5 * width / (width + 3.0)])
    painter.setPen(pen)
    painter.drawPath(path)
    painter.setPen(front)
    painter.drawPath(path)


def halo_text(painter: QPainter, where: QPointF, text: str, size: float = 15, colour: str = theme.PLAIN) -> None:
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
    painter.fillPath(path, QColor(colour))


def plate(
    painter: QPainter,
    where: QPointF,
    text: str,
    colour: str = theme.PLAIN,
    size: float = 13,
    anchor: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    within: QRectF | None = None,
    bold: bool = True,
) -> QRectF:
    """Lines of `text` on a dark plate, its `anchor` corner at `where`, kept `within`; returns its rectangle."""
    face = theme.font(size, bold=bold)
    metrics = QFontMetricsF(face)
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines) + 16
    height = metrics.lineSpacing() * len(lines) + 8
    flag = Qt.AlignmentFlag
    x = where.x() - (0 if anchor & flag.AlignLeft else width if anchor & flag.AlignRight else width / 2)
    y = where.y() - (0 if anchor & flag.AlignTop else height if anchor & flag.AlignBottom else height / 2)
    box = QRectF(x, y, width, height)
    if within is not None:
        box.moveLeft(min(max(box.left(), within.left()), within.right() - width))
        box.moveTop(min(max(box.top(), within.top()), within.bottom() - height))
    ground = QColor(theme.HALO)
    ground.setAlphaF(0.9)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 6, 6)
    painter.setFont(face)
    painter.setPen(QColor(colour))
    for i, line in enumerate(lines):
        painter.drawText(QPointF(box.left() + 8, box.top() + 4 + metrics.ascent() + i * metrics.lineSpacing()), line)
    return box


def crosshair(painter: QPainter, field: Field) -> None:
    """A small open cross on the centre of the view."""
    c, path = field.square.center(), QPainterPath()
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(c + QPointF(dx * 5, dy * 5))
        path.lineTo(c + QPointF(dx * 14, dy * 14))
    stroke(painter, path, theme.PLAIN, 1.2)


def scale_bar(painter: QPainter, field: Field) -> None:
    """BAR_MM at the isocentre, lower right."""
    length = BAR_MM * field.px_per_mm
    right, y = field.square.right() - 18, field.square.bottom() - 18
    path = QPainterPath(QPointF(right - length, y - 6))
    path.lineTo(right - length, y)
    path.lineTo(right, y)
    path.lineTo(right, y - 6)
    stroke(painter, path, theme.PLAIN, 1.6)
    halo_text(painter, QPointF(right - length / 2, y - 14), f"{BAR_MM:g} mm", 12)


def markers(painter: QPainter, field: Field) -> None:
    """The patient's sides at the picture's edges."""
    names, s = edge_names(field.pose), field.square
    for edge, where in (
        ("left", QPointF(s.left() + 20, s.center().y())),
        ("right", QPointF(s.right() - 20, s.center().y())),
        ("top", QPointF(s.center().x(), s.top() + 20)),
        ("bottom", QPointF(s.center().x(), s.bottom() - 20)),
    ):
        halo_text(painter, where, names[edge], 17)


def centre_label(painter: QPainter, field: Field, seen_from: CArmPose, text: str, colour: str = theme.PURPLE) -> None:
    """What the model named for the view's centre: a ring there and a label on it. It claims no position."""
    centre, radius = field.at(seen_from), 9.0 * field.px_per_mm
    ring = QPainterPath()
    ring.addEllipse(centre, radius, radius)
    stroke(painter, ring, colour, 1.8)
    plate(
        painter,
        centre + QPointF(0, radius + 8),
        text,
        colour,
        anchor=Qt.AlignmentFlag.AlignTop,
        within=field.square.adjusted(10, 40, -10, -40),
    )


def ghost(
    painter: QPainter,
    field: Field,
    seen_from: CArmPose,
    motion: MotionCommand,
    text: str,
    colour: str,
    firm: bool,
) -> None:
    """Where the field will stand after `motion`: corner brackets, dashed sides, an arrow from centre to centre and the
    numbers. Not `firm` (still streaming, or stale) is drawn thinner and without brackets."""
    goal = seen_from.moved(motion)
    start, tip = field.at(seen_from), field.at(goal)
    side = field.zoom * field.square.width()
    box = QRectF(0, 0, side, side)
    box.moveCenter(tip)
    outline = QPainterPath()
    outline.addRect(box)
    stroke(painter, outline, colour, 1.6 if firm else 1.2, dashed=True)
    if firm:
        corner = side * 0.07
        brackets = QPainterPath()
        for x, dx in ((box.left(), corner), (box.right(), -corner)):
            for y, dy in ((box.top(), corner), (box.bottom(), -corner)):
                brackets.moveTo(x + dx, y)
                brackets.lineTo(x, y)
                brackets.lineTo(x, y + dy)
        stroke(painter, brackets, colour, 3.0)
    way = tip - start
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    if length > 12:
        arrow(painter, start + way * (16 / length), tip, colour, 3.0 if firm else 2.0)
        side = QPointF(16, 0) if abs(way.x()) < abs(way.y()) else QPointF(0, 24)
        anchor = Qt.AlignmentFlag.AlignLeft if side.x() else Qt.AlignmentFlag.AlignCenter
        plate(
            painter,
            start + way * 0.62 + side,
            text,
            colour,
            14,
            anchor=anchor,
            within=field.square.adjusted(10, 44, -10, -44),
        )


def present_field(painter: QPainter, field: Field, pose: CArmPose) -> None:
    """Where the C-arm stands by now while an earlier picture is held: its field on that picture, without X-ray."""
    box = QRectF(0, 0, field.zoom * field.square.width(), field.zoom * field.square.width())
    box.moveCenter(field.at(pose))
    outline = QPainterPath()
    outline.addRect(box)
    stroke(painter, outline, theme.ORANGE, 2.0)
    inner = field.square.adjusted(10, 44, -10, -44)
    plate(painter, box.center(), "view now, no picture yet", theme.ORANGE, within=inner)


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


def badge(painter: QPainter, left: float, top: float, shape: str, text: str, colour: str) -> float:
    """A state as shape and text on a plate; returns its right edge. Shapes: dot, bars, chevrons, stop, ring."""
    face = theme.font(12, bold=True)
    metrics = QFontMetricsF(face)
    width, height = metrics.horizontalAdvance(text) + 38, 26.0
    box = QRectF(left, top, width, height)
    ground = QColor(theme.HALO)
    ground.setAlphaF(0.84)
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
    return box.right()
