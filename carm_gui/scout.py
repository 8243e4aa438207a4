"""The overview of a patient for the body map: a coarse parallel projection of the volume from the front, as a scanner's
scout. Knows no Qt, no model, and no landmark of the patient: where landmarks usually lie comes from the population.

A virtual patient has its origin at T1, so the population's mean positions lie on it as they are. On any other scan they
are moved, and scaled by up to a quarter on each axis, so that the mean patient's lungs cover the scan's best
(normalised cross-correlation of the two lung shadows); where nothing fits, there are none.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from sim.patient.patient import Patient
from sim.patient.population import mean_coronal

log = logging.getLogger(__name__)

PIXEL_MM = 3.0
DEPTH_MM = 4.0
SCALES = (0.75, 0.85, 0.92, 1.0, 1.08, 1.16, 1.25)
COARSE = 3
"""Pixels of the scout to one of the search: 9 mm, enough for a label on a map."""
LEAST_FIT = 0.75
LUNG_HU = (-930.0, -550.0)


@dataclass(frozen=True)
class Scout:
    """`grey` is uint8 (h, w), bone bright, row 0 toward the head and column 0 toward the patient's right;
    `left_mm` and `up_mm` are the patient coordinates of its upper left corner. `typical` maps landmark keys to
    (left, up) mm where the population has them; empty where it could not be laid over the scan."""

    grey: np.ndarray
    left_mm: float
    up_mm: float
    pixel_mm: float = PIXEL_MM
    typical: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def width_mm(self) -> float:
        return self.grey.shape[1] * self.pixel_mm

    @property
    def height_mm(self) -> float:
        return self.grey.shape[0] * self.pixel_mm


def scout_of(patient: Patient) -> Scout:
    """The scout of `patient` with the usual places of the landmarks on it."""
    thickness, lungs, left, up = _projections(patient)
    grey = _grey(thickness)
    if patient.generator:
        return Scout(grey, left, up, typical=mean_coronal())
    return Scout(grey, left, up, typical=_fitted(lungs, left, up))


def overview(patient: Patient) -> dict[str, Any]:
    """The scout of `patient` with where T1 usually lies on it and how far back the patient reaches (mm), as the window
    is told; without it everything else works, so whatever goes wrong gives {"scout": None}."""
    try:
        scout = scout_of(patient)
        return {"scout": scout, "t1": scout.typical.get("t1"), "back_mm": float(patient.corners()[:, 2].min())}
    except Exception:
        log.exception("overview")
        return {"scout": None}


def _projections(patient: Patient) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Attenuation and lung summed along front-back, float32 (h, w) each, with the patient's left and up at their upper
    left corner. Nearest voxels on a grid of PIXEL_MM: any orientation of the scan comes out upright."""
    corners = patient.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    lefts = np.arange(low[0] + PIXEL_MM / 2, high[0], PIXEL_MM)
    ups = np.arange(high[1] - PIXEL_MM / 2, low[1], -PIXEL_MM)
    ants = np.arange(low[2] + DEPTH_MM / 2, high[2], DEPTH_MM)
    inverse = np.linalg.inv(patient.affine)
    shape = np.array(patient.hu.shape)
    total = np.zeros((len(ups), len(lefts)), np.float32)
    lungs = np.zeros_like(total)
    for ant in ants:
        inside = np.ones(total.shape, bool)
        index = []
        for axis in range(3):
            row = inverse[axis]
            at = row[0] * lefts[None, :] + row[1] * ups[:, None] + row[2] * ant + row[3]
            at = np.rint(at).astype(np.int32)
            inside &= (at >= 0) & (at < shape[axis])
            index.append(np.clip(at, 0, shape[axis] - 1))
        hu = patient.hu[index[0], index[1], index[2]].astype(np.float32)
        # Water is 1, air 0; bone counts double, as the eye expects it of a scout.
        mu = np.clip(hu + 1000.0, 0.0, 1100.0) / 1000.0 + np.clip(hu - 150.0, 0.0, 1500.0) / 500.0
        total += np.where(inside, mu, 0.0)
        lungs += inside & (hu > LUNG_HU[0]) & (hu < LUNG_HU[1])
    return total * DEPTH_MM, lungs * DEPTH_MM, float(lefts[0] - PIXEL_MM / 2), float(ups[0] + PIXEL_MM / 2)


def _grey(thickness: np.ndarray) -> np.ndarray:
    """uint8: air black, and some of the coarse thickness taken away so that the skeleton stands out."""
    body = thickness > 20.0
    if not body.any():
        return np.zeros(thickness.shape, np.uint8)
    coarse = _smooth(thickness, 12)
    shown = np.where(body, thickness - 0.72 * coarse, 0.0)
    low, high = np.percentile(shown[body], (1.0, 99.5))
    grey = 40.0 + 215.0 * np.clip((shown - low) / max(high - low, 1.0), 0.0, 1.0) ** 0.85
    return np.where(body, grey, 0.0).astype(np.uint8)


def _smooth(image: np.ndarray, sigma_px: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(image, sigma_px, mode="constant")


@lru_cache(maxsize=1)
def _mean_lungs() -> tuple[np.ndarray, float, float]:
    from sim.patient.load import load_patient

    _, lungs, left, up = _projections(load_patient("virtual"))
    return lungs, left, up


def _fitted(lungs: np.ndarray, left: float, up: float) -> dict[str, tuple[float, float]]:
    """Where the population has the landmarks on a scan whose lung shadow is `lungs`; {} where that fits nowhere."""
    mean, mean_left, mean_up = _mean_lungs()
    scan = _shrink(lungs, COARSE, COARSE)
    fits = []
    for tall in SCALES:
        for wide in SCALES:
            if 0.8 <= tall / wide <= 1.25:
                atlas = _shrink(mean, COARSE / tall, COARSE / wide)
                fits.append((*_best_shift(scan, atlas), tall, wide))
    score, row, column, tall, wide = max(fits)
    if score < LEAST_FIT:
        return {}
    step = COARSE * PIXEL_MM
    # (row, column) is where the atlas' upper left corner lies on the scan.
    corner_left, corner_up = left + column * step, up - row * step
    return {
        key: (corner_left + wide * (x - mean_left), corner_up - tall * (mean_up - y))
        for key, (x, y) in mean_coronal().items()
    }


def _shrink(image: np.ndarray, rows: float, columns: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter, zoom

    smooth = gaussian_filter(image.astype(np.float32), (0.6 * rows, 0.6 * columns), mode="constant")
    return zoom(smooth, (1.0 / rows, 1.0 / columns), order=1)


def _best_shift(scan: np.ndarray, atlas: np.ndarray) -> tuple[float, float, float]:
    """The highest normalised cross-correlation of `atlas` laid anywhere on `scan`, and the (row, column) of its upper
    left corner there. Both are 0 where there is no lung, so that what hangs over costs what it holds."""
    shape = [scan.shape[i] + atlas.shape[i] - 1 for i in (0, 1)]
    cover = np.fft.irfft2(np.fft.rfft2(scan, shape) * np.fft.rfft2(atlas[::-1, ::-1], shape), shape)
    score = cover / max(float(np.linalg.norm(scan) * np.linalg.norm(atlas)), 1e-6)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    return float(score[row, column]), float(row - atlas.shape[0] + 1), float(column - atlas.shape[1] + 1)
