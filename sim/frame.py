"""A fluoroscopic picture with everything needed to read it later."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.pose import CArmPose

LOG_SCALE = 4096.0
"""A pixel of `Frame.pixels` is round(LOG_SCALE * -ln(I/I0)), clipped to uint16: thick bone is bright, air is 0."""


@dataclass(frozen=True)
class Dose:
    """Simulated dose. Air kerma at the reference point (15 cm from the isocentre toward the source), mGy; dose-area
    product, Gy cm2; beam-on time, s; pictures exposed."""

    air_kerma_mgy: float = 0.0
    dap_gycm2: float = 0.0
    fluoro_s: float = 0.0
    shots: int = 0

    def __add__(self, other: Dose) -> Dose:
        return Dose(
            self.air_kerma_mgy + other.air_kerma_mgy,
            self.dap_gycm2 + other.dap_gycm2,
            self.fluoro_s + other.fluoro_s,
            self.shots + other.shots,
        )


@dataclass(frozen=True)
class Frame:
    """One picture. `pixels` is read-only uint16 (h, w) in units of LOG_SCALE; `spacing_mm` is at the isocentre;
    `index` counts the session's frames; `time` is monotonic seconds; `dose` is the running total after this frame.
    `kvp`, `ma` and `pulse_ms` are what the pulse was made with, `blades_mm` the collimator's opening
    (sim.collimator), None for the open field."""

    pixels: np.ndarray
    spacing_mm: float
    pose: CArmPose
    index: int
    time: float
    dose: Dose = field(default_factory=Dose)
    moving: bool = False
    kvp: float = 90.0
    ma: float = 10.0
    pulse_ms: float = 8.0
    blades_mm: tuple[float, float] | None = None
