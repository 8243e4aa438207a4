"""Split conformal regions: discs in the coronal plane that hold a landmark 9 times in 10.

The score of a reading is its coronal error over its own predicted spread; the radius on a new view is the spread times
the calibration scores' quantile at level ceil((n + 1) 0.9) / n (Vovk et al. 2005; Lei et al. 2018, J Am Stat Assoc 113,
1094). One quantile a landmark and one apart for a landmark that is read outside the picture, where readings are
guesses. Knows numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.geometry import on_picture
from sim.landmarks import KEYS

LEVEL = 0.90
LEAST = 20
"""Fewer calibration scores than this give no region: infinite would be the honest radius."""


def width(spreads: np.ndarray) -> np.ndarray:
    """Predicted spread in the coronal plane (...) of spreads (..., 3)."""
    return np.hypot(spreads[..., 0], spreads[..., 1])


def scores(readings: np.ndarray, spreads: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Coronal error over predicted spread (...), NaN where the truth is not known."""
    return np.hypot(*np.moveaxis((readings - truth)[..., :2], -1, 0)) / width(spreads)


def quantile(values: np.ndarray, level: float = LEVEL) -> float:
    """The conformal quantile: the ceil((n + 1) level)-th smallest, infinite when n is too small for that."""
    values = np.sort(values[np.isfinite(values)])
    rank = math.ceil((len(values) + 1) * level)
    return float(values[rank - 1]) if 0 < rank <= len(values) else math.inf


def calibrate(readings: np.ndarray, spreads: np.ndarray, truth: np.ndarray, level: float = LEVEL) -> dict:
    """Quantiles from calibration views (n, 14, 3) each: {"level", "n", "inside": [14], "outside": [14]}, None where
    there were too few scores."""
    values, inside = scores(readings, spreads, truth), on_picture(readings)

    def column(group: np.ndarray) -> list[float | None]:
        out: list[float | None] = []
        for landmark in range(len(KEYS)):
            own = values[group[:, landmark], landmark]
            q = quantile(own, level) if np.isfinite(own).sum() >= LEAST else math.inf
            out.append(q if math.isfinite(q) else None)
        return out

    return {"level": level, "n": len(values), "inside": column(inside), "outside": column(~inside)}


def radii(readings: np.ndarray, spreads: np.ndarray, quantiles: dict) -> np.ndarray:
    """Radius in mm (..., 14) of each landmark's region; NaN where it was not calibrated."""
    inside, outside = (_numbers(quantiles[name]) for name in ("inside", "outside"))
    return np.where(on_picture(readings), inside, outside) * width(spreads)


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)
