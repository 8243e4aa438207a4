"""What is drawn over the live picture, in millimetres of the patient. Pure painting: knows no session and no widget.

Everything is anchored in the patient frame, so that a proposed field stands still on the patient while the view glides
toward it. Each mark has a shape, a colour and a text: hollow diamond for what is predicted, disc for what was accepted,
cross for the clinician's correction, square for the truth (which a study must allow). What was read on another view
than the one shown is drawn in grey and called stale.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from carm_gui import theme
from carm_gui.views.field import Field, edge_names, move_text, view_name
from carm_gui.views.paint import arrow, badge, halo_text, plate, stroke
from sim.geometry import FIELD_MM
from sim.pose import CArmPose, MotionCommand

__all__ = [
    "Field",
    "Mark",
    "arrow",
    "badge",
    "centre_label",
    "collimator",
    "crosshair",
    "edge_names",
    "ghost",
    "mark",
    "markers",
    "move_text",
    "plate",
    "present_field",
    "scale_bar",
    "view_name",
]

BAR_MM = 50.0
STALE = "#b8c0ca"
MARK_COLOURS = {
    "predicted": theme.PURPLE,
    "accepted": theme.GREEN,
    "correction": theme.ORANGE,
    "truth": theme.PLAIN,
}
MARK_PX = 8.0


@dataclass(frozen=True)
class Mark:
    """A named point of the patient. `kind` is predicted, accepted, correction or truth; `where` holds its isocentre
    coordinates as a pose (angles of the view it was seen in); `region_mm` is the radius of its 90 % region, if any.
    `read_at` is the view it was read from: on any other it is stale. None: it holds whatever the view."""

    kind: str
    text: str
    where: CArmPose
    region_mm: float | None = None
    read_at: CArmPose | None = None

    def stale(self, here: CArmPose) -> bool:
        return self.read_at is not None and self.read_at != here


def crosshair(painter: QPainter, field: Field) -> None:
    """A small open cross on the centre of the view."""
    c, path, k = field.square.center(), QPainterPath(), field.writing
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(c + QPointF(dx * 5, dy * 5) * k)
        path.lineTo(c + QPointF(dx * 14, dy * 14) * k)
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
    k = field.writing
    halo_text(painter, QPointF(right - length / 2, y - 14 * k), f"{BAR_MM:g} mm", 13 * k)


def markers(painter: QPainter, field: Field) -> None:
    """The patient's sides at the picture's edges."""
    names, s, k = field.edge_names(), field.square, field.writing
    for edge, where in (
        ("left", QPointF(s.left() + 20 * k, s.center().y())),
        ("right", QPointF(s.right() - 20 * k, s.center().y())),
        ("top", QPointF(s.center().x(), s.top() + 22 * k)),
        ("bottom", QPointF(s.center().x(), s.bottom() - 20 * k)),
    ):
        halo_text(painter, where, names[edge], 18 * k)


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
        14 * field.writing,
        anchor=Qt.AlignmentFlag.AlignTop,
        within=inner(field),
    )


def inner(field: Field) -> QRectF:
    """Where labels may lie: clear of badges, markers and scale."""
    edge = 46 * field.writing
    return field.square.adjusted(10, edge, -10, -edge)


def mark_shape(kind: str, c: QPointF, r: float = MARK_PX) -> QPainterPath:
    """The outline of a mark of `kind` about `c`, `r` px."""
    path = QPainterPath()
    if kind == "predicted":
        path.moveTo(c + QPointF(0, -r * 1.25))
        path.lineTo(c + QPointF(r * 1.25, 0))
        path.lineTo(c + QPointF(0, r * 1.25))
        path.lineTo(c + QPointF(-r * 1.25, 0))
        path.closeSubpath()
    elif kind == "accepted":
        path.addEllipse(c, r * 0.72, r * 0.72)
    elif kind == "correction":
        for dx in (-1, 1):
            path.moveTo(c + QPointF(-r * dx, -r))
            path.lineTo(c + QPointF(r * dx, r))
    else:
        path.addRect(QRectF(c.x() - r * 0.9, c.y() - r * 0.9, r * 1.8, r * 1.8))
    return path


def mark(painter: QPainter, field: Field, what: Mark, here: CArmPose) -> None:
    """Draw `what` with its shape, its text, and its region as a dashed circle; the C-arm stands at `here`."""
    stale = what.stale(here)
    colour = STALE if stale else MARK_COLOURS[what.kind]
    c = field.at(what.where)
    if what.region_mm:
        region = QPainterPath()
        radius = what.region_mm * field.px_per_mm
        region.addEllipse(c, radius, radius)
        stroke(painter, region, colour, 1.6, dashed=True)
    k = field.writing
    path = mark_shape(what.kind, c, MARK_PX * k)
    stroke(painter, path, colour, 2.6 if what.kind == "correction" else 2.0)
    if what.kind == "accepted":
        painter.fillPath(path, QColor(colour))
    text = what.text + (" (stale)" if stale else "")
    if what.region_mm:
        text += f"\n90 % within {what.region_mm:.0f} mm"
    if text and inner(field).adjusted(-60, -60, 60, 60).contains(c):
        aside, anchor = c + QPointF(15 * k, 0), Qt.AlignmentFlag.AlignLeft
        plate(painter, aside, text, colour, 13 * k, anchor=anchor, within=inner(field))


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
    stroke(painter, field.outline(goal), colour, 1.6 if firm else 1.2, dashed=True)
    if firm and not field.round_field:
        stroke(painter, _brackets(field, goal), colour, 3.0)
    way = tip - start
    length = (way.x() ** 2 + way.y() ** 2) ** 0.5
    k = field.writing
    if length > 12:
        arrow(painter, start + way * (16 / length), tip, colour, (3.0 if firm else 2.0) * k)
        aside = (QPointF(16, 0) if abs(way.x()) < abs(way.y()) else QPointF(0, 26)) * k
        anchor = Qt.AlignmentFlag.AlignLeft if aside.x() else Qt.AlignmentFlag.AlignCenter
        plate(painter, start + way * 0.62 + aside, text, colour, 15 * k, anchor=anchor, within=inner(field))


def _brackets(field: Field, goal: CArmPose) -> QPainterPath:
    right, down = field.offset_of(goal)
    half, corner = FIELD_MM / 2, FIELD_MM * 0.07
    path = QPainterPath()
    for x in (-1, 1):
        for y in (-1, 1):
            path.moveTo(right + x * (half - corner), down + y * half)
            path.lineTo(right + x * half, down + y * half)
            path.lineTo(right + x * half, down + y * (half - corner))
    return field.to_screen().map(path)


def present_field(painter: QPainter, field: Field, pose: CArmPose) -> None:
    """Where the C-arm stands by now while an earlier picture is held: its field on that picture, without X-ray."""
    stroke(painter, field.outline(pose), theme.ORANGE, 2.0)
    top = QPointF(field.at(pose).x(), field.outline(pose).boundingRect().top() + 12)
    size, anchor = 13 * field.writing, Qt.AlignmentFlag.AlignTop
    plate(painter, top, "view now, no picture yet", theme.ORANGE, size, anchor=anchor, within=inner(field))


def collimator(painter: QPainter, field: Field, blades_mm: tuple[float, float], text: str) -> None:
    """The collimator's opening about the view's centre on a picture that was not made through it, so without X-ray;
    what the blades will cover is darkened. `text` says what it is."""
    opening = field.outline(None, *blades_mm)
    painter.fillPath(field.outline().subtracted(opening), QColor(11, 13, 16, 205))
    stroke(painter, opening, theme.ORANGE, 1.8)
    if text:
        box = opening.boundingRect()
        where = QPointF(box.center().x(), box.bottom() - 10)
        size, anchor = 13 * field.writing, Qt.AlignmentFlag.AlignBottom
        plate(painter, where, text, theme.ORANGE, size, anchor=anchor, within=inner(field))
