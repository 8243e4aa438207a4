"""The one interface every projector has. Knows no method."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sim.patient.patient import Patient
from sim.pose import CArmPose


class Projector(Protocol):
    """Makes the noise-free primary picture of `patient`."""

    patient: Patient

    def render(self, pose: CArmPose, size: int = 512, fast: bool = False, kvp: float | None = None) -> np.ndarray:
        """-ln(I/I0) of the primary beam, float32 (size, size), row v down and column u to the right as in
        sim.geometry. `fast` gives half the resolution for a moving C-arm, in a picture of the same size.
        `kvp` is the tube voltage, None the projector's own."""
        ...
