"""Where the C-arm stands in a data set: isocentres drawn about a subject's landmarks (arXiv 2604.18740).

Knows landmarks and poses; renders nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.landmarks import KEYS
from sim.patient.patient import Patient
from sim.pose import CArmPose

VERTEX_ABOVE_SKULL_CENTRE_MM = 91.0
"""Half the height of an adult cranial vault, so that the anatomical height starts at the vertex."""
HEIGHT_MM = 591.0
"""Anatomical height of the published volumes: their isocentres span +-207 mm, which is 70 % of it."""
SIGMA_LEFT_MM = 47.5
SIGMA_ANT_MM = 100.0
WIDE_SIGMA_LEFT_MM = 150.0
NEAR_SIGMA_MM = 35.0
AROUND_MM = 90.0
TILT_SIGMA_DEG = 3.0
TILT_LIMIT_DEG = 10.0


def positions(landmarks: Mapping[str, tuple[float, float, float]]) -> np.ndarray:
    """The fourteen landmarks as (14, 3) mm in the patient frame, NaN where one is not known."""
    return np.array([landmarks.get(key, (np.nan,) * 3) for key in KEYS], float)


def within(patient: Patient) -> np.ndarray:
    """`positions` of a patient, NaN also for a landmark outside the volume (an arm beside the scan)."""
    points = positions(patient.landmarks)
    for point in points:
        if np.isfinite(point[0]) and patient.distance_outside_mm(point) > 0:
            point[:] = np.nan
    return points


def published(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Isocentres (count, 3) by the published recipe: head-foot uniform over 70 % of the anatomical height, left-right
    and front-back normal about the midline. `points` is (14, 3); the skull and the spine must be known."""
    top = points[0, 1] + VERTEX_ABOVE_SKULL_CENTRE_MM
    up = top - HEIGHT_MM / 2 + rng.uniform(-0.35, 0.35, count) * HEIGHT_MM
    spine = points[[9, 10, 13]]
    left = np.nanmean(spine[:, 0]) + rng.normal(0, SIGMA_LEFT_MM, count)
    ant = np.nanmean(spine[:, 2]) + rng.normal(0, SIGMA_ANT_MM, count)
    return np.stack([left, up, ant], 1)


def training(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Isocentres (count, 3) to train on: a third published, and the views that navigation passes through: wide
    ones, ones near a landmark, and ones between two landmarks."""
    kinds = rng.choice(4, count, p=[0.3, 0.15, 0.35, 0.2])
    known = np.flatnonzero(np.isfinite(points[:, 0]))
    out = published(points, count, rng)
    wide = kinds == 1
    out[wide, 0] += rng.normal(0, WIDE_SIGMA_LEFT_MM, wide.sum())
    start, end = (points[rng.choice(known, count)] for _ in range(2))
    between = start + rng.uniform(0, 1, (count, 1)) * (end - start)
    between += rng.normal(0, NEAR_SIGMA_MM, (count, 3)) * rng.uniform(0, 1, (count, 1))
    out = np.where((kinds == 2)[:, None], around(points, count, rng), out)
    return np.where((kinds == 3)[:, None], between, out)


def around(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Isocentres (count, 3) on every side of a landmark, up to 90 mm away in the coronal plane: above the vertex and
    outside the elbows too, so that a view that went too far finds back."""
    known = np.flatnonzero(np.isfinite(points[:, 0]))
    angle, radius = rng.uniform(0, 2 * np.pi, count), AROUND_MM * np.sqrt(rng.uniform(0, 1, count))
    offset = np.stack([radius * np.cos(angle), radius * np.sin(angle), rng.normal(0, NEAR_SIGMA_MM, count)], 1)
    return points[rng.choice(known, count)] + offset


def poses(isocentres: np.ndarray, rng: np.random.Generator) -> list[CArmPose]:
    """AP poses, every second one tilted a little so that a few degrees off AP change nothing."""
    tilts = np.clip(rng.normal(0, TILT_SIGMA_DEG, (len(isocentres), 2)), -TILT_LIMIT_DEG, TILT_LIMIT_DEG)
    tilts[rng.uniform(size=len(isocentres)) < 0.5] = 0.0
    return [CArmPose(*map(float, iso), *map(float, tilt)) for iso, tilt in zip(isocentres, tilts)]
