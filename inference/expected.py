"""Where one landmark usually lies from another: mean and spread over real people, in the coronal plane.

From resources/patient/population.json (164 adults, arms crossed; computed from the coordinates published with arXiv
2604.18740). It is what anybody who knows anatomy knows: no patient, no picture, no truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from sim.patient.population import figures


@dataclass(frozen=True)
class Expected:
    """`left_mm`, `up_mm` from one landmark to another in the patient frame, and their standard deviations."""

    left_mm: float
    up_mm: float
    left_sd_mm: float
    up_sd_mm: float

    def as_dict(self) -> dict[str, float]:
        return {"left_mm": self.left_mm, "up_mm": self.up_mm}


@cache
def expected(here: str, there: str) -> Expected:
    """From landmark `here` to landmark `there` (keys). Raises KeyError for a key that is none."""
    order, mean, covariance = figures()
    found: list[float] = []
    for axis in ("left_mm", "up_mm"):
        try:
            a, b = order.index(f"{here}.{axis}"), order.index(f"{there}.{axis}")
        except ValueError:
            raise KeyError(f"There is no landmark {here} or {there}.") from None
        # The variance of a difference: var(b - a) = var(a) + var(b) - 2 cov(a, b).
        variance = covariance[a][a] + covariance[b][b] - 2.0 * covariance[a][b]
        found += [round(float(mean[b] - mean[a]), 1), round(math.sqrt(max(0.0, variance)), 1)]
    return Expected(found[0], found[2], found[1], found[3])
