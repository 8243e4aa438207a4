"""Where the device may stand. Knows a patient's volume and poses, no motion and no picture.

Limits, all about the centre of the patient's volume, where the table has the middle of its travel:
- isocentre: 350 mm to either side, 1000 mm along the body, 200 mm in height: so much that head, pelvis and both
  elbows can be reached;
- isocentre at most 50 mm outside the volume;
- primary angle 100 degrees to either side, secondary 50 degrees;
- collision: the tube (a cylinder of 80 mm radius whose face is 380 mm from the isocentre) and the detector
  (460 mm square, 470 mm from the isocentre) must stay outside the body (an elliptic cylinder round everything
  above -300 HU) and outside the table (400 mm wide, 40 mm thick, under the back).

Speeds: isocentre 80 mm/s, angles 20 degrees/s, reached in half a second.

Every limit, shape and speed is an estimate of usual equipment, of no one maker's device: no public data sheet was found
that could be cited.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np

from sim.geometry import Beam, beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose

BODY_HU = -300
TUBE_RADIUS_MM, TUBE_FACE_MM, TUBE_DEPTH_MM = 80.0, 380.0, 300.0
PANEL_HALF_MM, PANEL_FACE_MM, PANEL_DEPTH_MM = 230.0, 470.0, 100.0
TABLE_HALF_MM, TABLE_THICK_MM = 200.0, 40.0


@dataclass(frozen=True)
class Limits:
    """Half-ranges about the centre of the volume (mm), of the angles (degrees), and the speeds."""

    left_mm: float = 350.0
    up_mm: float = 1000.0
    ant_mm: float = 200.0
    outside_mm: float = 50.0
    primary_deg: float = 100.0
    secondary_deg: float = 50.0
    speed_mm_s: float = 80.0
    speed_deg_s: float = 20.0
    ramp_s: float = 0.5


class Envelope:
    """Tube and detector against body and table: simple shapes, checked by points on their surfaces."""

    def __init__(self, patient: Patient):
        step = np.maximum(1, np.round(8.0 / patient.spacing_mm).astype(int))
        held = np.argwhere(patient.hu[:: step[0], :: step[1], :: step[2]] > BODY_HU) * step
        points = held @ patient.affine[:3, :3].T + patient.affine[:3, 3] if len(held) else patient.corners()
        self.low, self.high = points.min(0), points.max(0)
        self.centre, self.half = 0.5 * (self.low + self.high), np.maximum(0.5 * (self.high - self.low), 1.0)

    def collision(self, pose: CArmPose) -> str | None:
        """What would touch what at `pose`, or None."""
        beam = beam_of(pose)
        for part, points in (("tube", self._tube(beam)), ("detector", self._panel(beam))):
            left, up, ant = ((points - self.centre) / self.half).T
            if np.any((np.abs(up) < 1.0) & (left**2 + ant**2 < 1.0)):
                return f"the {part} would touch the patient"
            under = self.low[2] - points[:, 2]
            if np.any((np.abs(points[:, 0] - self.centre[0]) < TABLE_HALF_MM) & (under > 0) & (under < TABLE_THICK_MM)):
                return f"the {part} would touch the table"
        return None

    @staticmethod
    def _tube(beam: Beam) -> np.ndarray:
        turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        rim = np.cos(turn)[:, None] * beam.right + np.sin(turn)[:, None] * beam.down
        across = np.concatenate([TUBE_RADIUS_MM * rim, 0.5 * TUBE_RADIUS_MM * rim, np.zeros((1, 3))])
        depths = TUBE_FACE_MM + np.linspace(0, TUBE_DEPTH_MM, 9)
        return (beam.isocentre - depths[:, None, None] * beam.axis + across).reshape(-1, 3)

    @staticmethod
    def _panel(beam: Beam) -> np.ndarray:
        at = np.linspace(-PANEL_HALF_MM, PANEL_HALF_MM, 13)
        across = at[:, None, None] * beam.right + at[None, :, None] * beam.down
        depths = PANEL_FACE_MM + np.linspace(0, PANEL_DEPTH_MM, 4)
        return (beam.isocentre + depths[:, None, None, None] * beam.axis + across).reshape(-1, 3)


class Bounds:
    """What `limits` and the body forbid over `patient`; `collision(pose)` says what would touch what, or None."""

    def __init__(self, patient: Patient, limits: Limits):
        self.patient = patient
        self.limits = limits
        self.centre = patient.corners().mean(axis=0)
        self.collision = Envelope(patient).collision

    def forbidden(self, pose: CArmPose) -> str | None:
        """One sentence when the device may not stand at `pose`."""
        limits = self.limits
        if not all(map(math.isfinite, astuple(pose))):
            return "That position is not a number; give it in mm and degrees."
        if abs(pose.primary_deg) > limits.primary_deg:
            return f"The primary angle ends at {limits.primary_deg:g}° LAO or RAO; choose a smaller angle."
        if abs(pose.secondary_deg) > limits.secondary_deg:
            return f"The secondary angle ends at {limits.secondary_deg:g}° cranial or caudal; choose a smaller angle."
        point = np.array([pose.left_mm, pose.up_mm, pose.ant_mm])
        outside = self.patient.distance_outside_mm(point)
        if outside > limits.outside_mm:
            room = f"{limits.outside_mm:g} mm"
            return f"That view lies {outside:.0f} mm outside the scanned volume; stay within {room} of it."
        travel = np.abs(point - self.centre) - (limits.left_mm, limits.up_mm, limits.ant_mm)
        if np.any(travel > 0):
            way = ("sideways", "along the body", "in height")[int(np.argmax(travel))]
            return f"The C-arm's travel {way} ends {travel.max():.0f} mm short of that; choose a nearer view."
        if touch := self.collision(pose):
            return f"There {touch}; choose another angle or position."
        return None
