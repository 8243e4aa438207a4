"""Where things of the patient lie on the screen: the shown field, its flips, its turn and its zoom. Pure geometry.

Millimetres are those of the plane through the isocentre. A display change (flip, turn, zoom) never moves the C-arm and
never changes a frame; it is undone here wherever a screen direction has to become the patient's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QTransform

from inference.commands import Display
from sim.geometry import FIELD_MM, beam_of
from sim.pose import CArmPose, MotionCommand

WRITING_PX = 600.0
OBLIQUE = 0.3827
"""sin 22.5 degrees: a direction with a larger share of an axis is named after it as well, as DICOM viewers do."""


@dataclass(frozen=True)
class Field:
    """The picture on screen: `square` in widget pixels shows FIELD_MM / zoom of the patient at the isocentre of
    `pose`, flipped and turned as `display` says. `round_field` is the image intensifier's circle."""

    square: QRectF
    pose: CArmPose
    zoom: float = 1.0
    display: Display = field(default_factory=Display)
    round_field: bool = False

    @property
    def px_per_mm(self) -> float:
        return self.zoom * self.square.width() / FIELD_MM

    @property
    def writing(self) -> float:
        """How much larger writing and marks are than on a picture of WRITING_PX: a large one is read from afar."""
        return min(max(self.square.width() / WRITING_PX, 1.0), 1.7)

    @property
    def turn(self) -> QTransform:
        """From the standard picture's directions to the screen's."""
        d = self.display
        return (
            QTransform()
            .rotate(d.rotation_deg)
            .scale(-1.0 if d.flip_horizontal else 1.0, -1.0 if d.flip_vertical else 1.0)
        )

    def at_mm(self, right: float, down: float) -> QPointF:
        """Widget pixels of the point `right` and `down` of the centre, mm in the standard picture's plane."""
        return self.square.center() + self.px_per_mm * self.turn.map(QPointF(right, down))

    def mm_at(self, point: QPointF) -> tuple[float, float]:
        """The inverse of `at_mm`: (right, down), mm."""
        back, _ = self.turn.inverted()
        offset = back.map((point - self.square.center()) / self.px_per_mm)
        return offset.x(), offset.y()

    def offset_of(self, pose: CArmPose) -> tuple[float, float]:
        """(right, down), mm: where the isocentre of `pose` lies from the centre."""
        beam = beam_of(self.pose)
        way = np.array([pose.left_mm, pose.up_mm, pose.ant_mm]) - beam.isocentre
        return float(way @ beam.right), float(way @ beam.down)

    def at(self, pose: CArmPose) -> QPointF:
        """Where the isocentre of `pose` lies, widget pixels."""
        return self.at_mm(*self.offset_of(pose))

    def pose_at(self, point: QPointF) -> CArmPose:
        """The pose whose isocentre lies under `point`, in the picture's plane, with the same angles."""
        right, down = self.mm_at(point)
        beam = beam_of(self.pose)
        where = beam.isocentre + right * beam.right + down * beam.down
        return self.pose.replace(left_mm=float(where[0]), up_mm=float(where[1]), ant_mm=float(where[2]))

    def outline(
        self, pose: CArmPose | None = None, width_mm: float = FIELD_MM, height_mm: float = FIELD_MM
    ) -> QPainterPath:
        """The edge of the field centred on `pose` (default: this one), or of a part of it."""
        right, down = (0.0, 0.0) if pose is None else self.offset_of(pose)
        path = QPainterPath()
        box = QRectF(right - width_mm / 2, down - height_mm / 2, width_mm, height_mm)
        if self.round_field and width_mm == height_mm == FIELD_MM:
            path.addEllipse(box)
        else:
            path.addRect(box)
        return self.to_screen().map(path)

    def to_screen(self) -> QTransform:
        """From mm (right, down) about the centre to widget pixels."""
        c, s = self.square.center(), self.px_per_mm
        return self.turn * QTransform().scale(s, s) * QTransform().translate(c.x(), c.y())

    def edge_names(self) -> dict[str, str]:
        """What of the patient lies toward each edge of the screen: {"left", "right", "top", "bottom"} -> R, L, H, F, A
        or P, two letters where the direction is oblique."""
        beam, (back, _) = beam_of(self.pose), self.turn.inverted()

        def name(x: float, y: float) -> str:
            way = back.map(QPointF(x, y))
            patient = way.x() * beam.right + way.y() * beam.down
            parts = sorted(
                ((abs(v), ("LR", "HF", "AP")[i][0 if v > 0 else 1]) for i, v in enumerate(patient)), reverse=True
            )
            return "".join(letter for share, letter in parts if share > OBLIQUE)

        return {"left": name(-1, 0), "right": name(1, 0), "top": name(0, -1), "bottom": name(0, 1)}


def edge_names(pose: CArmPose, display: Display | None = None) -> dict[str, str]:
    """`Field.edge_names` of the whole picture at `pose`."""
    return Field(QRectF(0, 0, 1, 1), pose, display=display or Display()).edge_names()


def jog_direction(right: float, up: float, display: Display) -> tuple[float, float]:
    """(left, up) of the patient in AP, unit steps, for an arrow pressed toward the screen's `right` and `up`."""
    back, _ = Field(QRectF(0, 0, 1, 1), CArmPose(), display=display).turn.inverted()
    way = back.map(QPointF(right, -up))
    return _unit(way.x()), _unit(-way.y())


def _unit(value: float) -> float:
    near = round(value)
    return float(near) if math.isclose(value, near, abs_tol=1e-6) else value


def move_text(motion: MotionCommand) -> str:
    """ "90 mm toward the head, 30 mm toward the patient's left"; "no move" for none. Never a bare left or up: the
    picture has a left and an up of its own."""
    parts = []
    for amount, plus, minus in (
        (motion.up_mm, "the head", "the feet"),
        (motion.left_mm, "the patient's left", "the patient's right"),
        (motion.ant_mm, "the front", "the back"),
    ):
        if round(amount, 1):
            parts.append(f"{abs(round(amount, 1)):g} mm toward {plus if amount > 0 else minus}")
    return ", ".join(parts) or "no move"


def move_lines(motion: MotionCommand) -> str:
    """`move_text`, one direction a line, for a plate or a chip."""
    return move_text(motion).replace(", ", "\n")


def angle_names(pose: CArmPose) -> tuple[str, str]:
    """The two angles by the detector's side: ("LAO 30°", "CRAN 0°")."""
    primary, secondary = round(pose.primary_deg), round(pose.secondary_deg)
    return (
        f"{'RAO' if primary < 0 else 'LAO'} {abs(primary)}°",
        f"{'CAUD' if secondary < 0 else 'CRAN'} {abs(secondary)}°",
    )


def view_name(pose: CArmPose) -> str:
    """The angles that are not zero: "AP", "LAO 30°", "RAO 20° / CRAN 15°"."""
    parts = [name for name in angle_names(pose) if not name.endswith(" 0°")]
    return " / ".join(parts) or "AP"


def place_parts(pose: CArmPose) -> tuple[str, str, str]:
    """The isocentre in words, mm: ("left 12", "head 90", "front 0")."""
    return (
        f"{'right' if pose.left_mm <= -0.5 else 'left'} {abs(pose.left_mm):.0f}",
        f"{'feet' if pose.up_mm <= -0.5 else 'head'} {abs(pose.up_mm):.0f}",
        f"{'back' if pose.ant_mm <= -0.5 else 'front'} {abs(pose.ant_mm):.0f}",
    )
