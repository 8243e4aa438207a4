"""Poses and motions of the C-arm: units, signs and frames, documented here once.

Patient frame (right-handed, mm): +left, +up (toward the head), +ant (toward the front). A virtual patient's origin is
its T1 (left and up as in the population file); a CT's origin is its own RAS origin, left = -R, up = S, ant = A.

Angles in degrees by the detector's side, as DICOM (0018,1510/1511): primary + is LAO (detector toward the patient's
left), secondary + is cranial (detector toward the head). 0/0 is AP: detector in front of the supine patient, tube
under the table.

Motions describe how the VIEW moves: left_mm = +30 moves the isocentre 30 mm toward the patient's left.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class CArmPose:
    """Isocentre in the patient frame (mm) and the two angles (degrees)."""

    left_mm: float = 0.0
    up_mm: float = 0.0
    ant_mm: float = 0.0
    primary_deg: float = 0.0
    secondary_deg: float = 0.0

    def replace(self, **changes: float) -> CArmPose:
        return replace(self, **changes)

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    def moved(self, motion: MotionCommand) -> CArmPose:
        """The pose after the whole of `motion`."""
        return CArmPose(
            self.left_mm + motion.left_mm,
            self.up_mm + motion.up_mm,
            self.ant_mm + motion.ant_mm,
            self.primary_deg + motion.primary_deg,
            self.secondary_deg + motion.secondary_deg,
        )

    def motion_to(self, other: CArmPose) -> MotionCommand:
        """The motion that turns this pose into `other`."""
        return MotionCommand(
            other.left_mm - self.left_mm,
            other.up_mm - self.up_mm,
            other.ant_mm - self.ant_mm,
            other.primary_deg - self.primary_deg,
            other.secondary_deg - self.secondary_deg,
        )


@dataclass(frozen=True)
class MotionCommand:
    """A change of pose: mm of the view in the patient frame, degrees of the arm."""

    left_mm: float = 0.0
    up_mm: float = 0.0
    ant_mm: float = 0.0
    primary_deg: float = 0.0
    secondary_deg: float = 0.0

    @property
    def is_zero(self) -> bool:
        return not any((self.left_mm, self.up_mm, self.ant_mm, self.primary_deg, self.secondary_deg))

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    def describe(self) -> str:
        """The motion with its frame, to a tenth: "view 50 mm toward the patient's left and 30 mm toward the head"."""
        shifts = [
            f"{abs(round(amount, 1)):g} mm toward {way}"
            for amount, way in (
                (self.left_mm, "the patient's left" if self.left_mm > 0 else "the patient's right"),
                (self.up_mm, "the head" if self.up_mm > 0 else "the feet"),
                (self.ant_mm, "the front" if self.ant_mm > 0 else "the back"),
            )
            if round(amount, 1)
        ]
        turns = [
            f"{abs(round(amount, 1)):g}° {way}"
            for amount, way in (
                (self.primary_deg, "LAO" if self.primary_deg > 0 else "RAO"),
                (self.secondary_deg, "cranial" if self.secondary_deg > 0 else "caudal"),
            )
            if round(amount, 1)
        ]
        parts = (["view " + " and ".join(shifts)] if shifts else []) + (
            ["rotate " + " and ".join(turns)] if turns else []
        )
        return ", ".join(parts) or "no motion"
