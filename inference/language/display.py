"""How the picture is shown, and what a direction on the screen means to the patient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Display:
    """How the picture is shown: patient's right on the left and head up, then flipped, then turned clockwise."""

    flip_horizontal: bool = False
    flip_vertical: bool = False
    rotation_deg: float = 0.0

    @property
    def is_standard(self) -> bool:
        return not self.flip_horizontal and not self.flip_vertical and self.rotation_deg % 360 == 0

    def to_patient(self, right: int, up: int) -> tuple[int, int] | None:
        """A direction on the screen (one of the four unit vectors) as (left, up) of the patient, each -1, 0 or 1; None
        where the picture is not turned by a multiple of 90 degrees."""
        quarter, rest = divmod(self.rotation_deg % 360, 90)
        if rest:
            return None
        for _ in range(int(quarter)):
            right, up = -up, right  # a quarter turn counter-clockwise takes the clockwise display turn back
        if self.flip_horizontal:
            right = -right
        if self.flip_vertical:
            up = -up
        return right, up
