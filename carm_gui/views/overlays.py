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
from carm_gui.views.field import Field, edge_names, move_lines, move_text, view_name
from carm_gui.views.paint import arrow, badge, halo_text, plate, plate_box, stroke
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
    "ghost_text",
    "halo_text",
    "mark_label",
    "mark_sign",
    "markers",
    "move_lines",
    "move_text",
    "plate",
    "plate_box",
    "present_field",
    "scale_bar",
    "view_name",
]

BARS_MM, BAR_SHARE = (100.0, 50.0, 20.0, 10.0, 5.0), 0.3
"""The scale bar is the longest of these that takes no more than BAR_SHARE of the picture's width."""
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


def bar_mm(field: Field) -> float:
    """How much of the patient the scale bar spans at this magnification, mm."""
    return next((bar for bar in BARS_MM if bar * field.px_per_mm <= BAR_SHARE * field.square.width()), BARS_MM[-1])


def scale_bar(painter: QPainter, field: Field) -> None:
    """A round number of millimetres at the isocentre, lower right."""
    bar = bar_mm(field)
    length = bar * field.px_per_mm
    right, y = field.square.right() - 18, field.square.bottom() - 18
    path = QPainterPath(QPointF(right - length, y - 6))
    path.lineTo(right - length, y)
    path.lineTo(right, y)
    path.lineTo(right, y - 6)
    stroke(painter, path, theme.PLAIN, 1.6)
    k = field.writing
    halo_text(painter, QPointF(right - length / 2, y - 14 * k), f"{bar:g} mm", 13 * k)


def markers(painter: QPainter, field: Field, badges_px: float) -> None:
    """The patient's sides at the picture's edges; the upper one below the badges where these go on to it, to x
    `badges_px`."""
    names, k = field.edge_names(), field.writing
    for edge, where in _sides(field):
        reached = edge == "top" and badges_px > where.x() - 14 * k
        halo_text(painter, where + QPointF(0, 34 * k if reached else 0), names[edge], 18 * k)


def _sides(field: Field) -> tuple[tuple[str, QPointF], ...]:
    s, k = field.square, field.writing
    return (
        ("left", QPointF(s.left() + 20 * k, s.center().y())),
        ("right", QPointF(s.right() - 20 * k, s.center().y())),
        ("top", QPointF(s.center().x(), s.top() + 22 * k)),
        ("bottom", QPointF(s.center().x(), s.bottom() - 20 * k)),
    )


def centre_label(
    painter: QPainter,
    field: Field,
    seen_from: CArmPose,
    text: str,
    colour: str = theme.PURPLE,
    taken: list[QRectF] | None = None,
) -> None:
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
        taken=taken,
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


def mark_sign(painter: QPainter, field: Field, what: Mark, here: CArmPose) -> None:
    """Draw the shape of `what`, and its region as a dashed circle; the C-arm stands at `here`."""
    colour = STALE if what.stale(here) else MARK_COLOURS[what.kind]
    c = field.at(what.where)
    if what.region_mm:
        region = QPainterPath()
        radius = what.region_mm * field.px_per_mm
        region.addEllipse(c, radius, radius)
        stroke(painter, region, colour, 1.6, dashed=True)
    path = mark_shape(what.kind, c, MARK_PX * field.writing)
    stroke(painter, path, colour, 2.6 if what.kind == "correction" else 2.0)
    if what.kind == "accepted":
        painter.fillPath(path, QColor(colour))


def mark_label(painter: QPainter, field: Field, what: Mark, here: CArmPose, taken: list[QRectF] | None = None) -> None:
    """Write beside its shape what `what` is, giving way to what is `taken`."""
    stale = what.stale(here)
    text, colour = what.text + (" (stale)" if stale else ""), STALE if stale else MARK_COLOURS[what.kind]
    if what.region_mm:
        text += f"\nnetwork: 90 % within {what.region_mm:.0f} mm"
    c, k = field.at(what.where), field.writing
    if text and field.square.contains(c):  # outside the picture it would name nothing that is seen
        aside, anchor = c + QPointF(15 * k, 0), Qt.AlignmentFlag.AlignLeft
        plate(painter, aside, text, colour, 13 * k, anchor=anchor, within=inner(field), taken=taken)


def sign_boxes(field: Field, marks=()) -> list[QRectF]:
    """Where the crosshair, the patient's sides and the shapes of `marks` lie: no writing belongs over them."""
    k, c = field.writing, field.square.center()
    sides = [where for _, where in _sides(field)]
    return [
        _box(c, 15 * k),
        *(_box(where, 14 * k) for where in sides),
        *(_box(field.at(what.where), 1.3 * MARK_PX * k) for what in marks),
    ]


def _box(middle: QPointF, half: float) -> QRectF:
    return QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)


def ghost(
    painter: QPainter,
    field: Field,
    seen_from: CArmPose,
    motion: MotionCommand,
    colour: str,
    firm: bool,
    taken: list[QRectF] | None = None,
) -> None:
    """Where the field will stand after `motion`: corner brackets, dashed sides, an arrow from centre to centre. Not
    `firm` (still streaming, or stale) is drawn thinner and without brackets. The arrow is then `taken`."""
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
        if taken is not None:
            taken += [_box(point, 7 * k) for point in _along(start + way * (16 / length), tip)]


def ghost_text(
    painter: QPainter,
    field: Field,
    seen_from: CArmPose,
    motion: MotionCommand,
    text: str,
    colour: str,
    taken: list[QRectF] | None = None,
) -> None:
    """The numbers beside the arrow of `ghost`."""
    start, tip = field.at(seen_from), field.at(seen_from.moved(motion))
    way, k = tip - start, field.writing
    if way.x() ** 2 + way.y() ** 2 > 12**2:
        aside = (QPointF(16, 0) if abs(way.x()) < abs(way.y()) else QPointF(0, 26)) * k
        anchor = Qt.AlignmentFlag.AlignLeft if aside.x() else Qt.AlignmentFlag.AlignCenter
        spot = start + way * 0.62 + aside
        plate(painter, spot, text, colour, 15 * k, anchor=anchor, within=inner(field), taken=taken)


def _along(start: QPointF, tip: QPointF) -> list[QPointF]:
    """Points of an arrow, near enough to each other that no writing fits between them."""
    return [start + (tip - start) * (n / 8) for n in range(9)]


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


def present_field(painter: QPainter, field: Field, pose: CArmPose, taken: list[QRectF] | None = None) -> None:
    """Where the C-arm stands by now while an earlier picture is held: its field on that picture, without X-ray."""
    stroke(painter, field.outline(pose), theme.ORANGE, 2.0)
    top = QPointF(field.at(pose).x(), field.outline(pose).boundingRect().top() + 12)
    size, anchor = 13 * field.writing, Qt.AlignmentFlag.AlignTop
    turned = view_name(pose) if view_name(pose) != view_name(field.pose) else ""
    text = f"view now{': ' if turned else ''}{turned}, no picture yet"
    plate(painter, top, text, theme.ORANGE, size, anchor=anchor, within=inner(field), taken=taken)


def collimator(
    painter: QPainter,
    field: Field,
    pose: CArmPose,
    blades_mm: tuple[float, float],
    text: str,
    taken: list[QRectF] | None = None,
) -> None:
    """The collimator's opening where the C-arm stands, at `pose`, on a picture that was not made through it, so without
    X-ray; what the blades will cover is darkened. `text` says what it is."""
    opening = field.outline(pose, *blades_mm)
    painter.fillPath(field.outline().subtracted(opening), QColor(11, 13, 16, 205))
    stroke(painter, opening, theme.ORANGE, 1.8)
    if text:
        box = opening.boundingRect()
        where = QPointF(box.center().x(), box.bottom() - 10)
        size, anchor = 13 * field.writing, Qt.AlignmentFlag.AlignBottom
        plate(painter, where, text, theme.ORANGE, size, anchor=anchor, within=inner(field), taken=taken)
