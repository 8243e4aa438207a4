"""A slow, plain ray march in float64: the oracle for the projector. Shares with it only sim.geometry's beam."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates

from sim.geometry import DETECTOR_MM, SDD_MM, beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose


def pixel_rays(pose: CArmPose, size: int, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Source (3,) and pixel centres (n, 3) in the patient frame of pixels (n, 2) given as u, v."""
    beam = beam_of(pose)
    across = (np.asarray(pixels, float) - 0.5 * (size - 1)) * DETECTOR_MM / size
    return beam.source, beam.source + SDD_MM * beam.axis + across @ np.stack([beam.right, beam.down])


def march(
    patient: Patient, values: np.ndarray, pose: CArmPose, size: int, pixels: np.ndarray, per_voxel: int = 4
) -> np.ndarray:
    """Line integral (n,) in value * mm of the trilinear field `values` on the patient's grid, 0 outside it."""
    source, ends = pixel_rays(pose, size, pixels)
    inverse = np.linalg.inv(patient.affine)
    start = inverse[:3, :3] @ source + inverse[:3, 3]
    steps = (ends - source) @ inverse[:3, :3].T
    low, high = -np.ones(3), np.array(values.shape, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (low - start) / steps, (high - start) / steps
    near = np.clip(np.nanmax(np.minimum(a, b), axis=1), 0, 1)
    far = np.clip(np.nanmin(np.maximum(a, b), axis=1), 0, 1)
    length = np.linalg.norm(ends - source, axis=1)
    count = int(np.ceil(np.max((far - near) * np.linalg.norm(steps, axis=1)) * per_voxel)) + 1
    padded = np.pad(values if values.dtype == np.float32 else values.astype(float), 1)
    out = np.zeros(len(steps))
    for n in range(count):
        t = near + (far - near) * (n + 0.5) / count
        at = start + t[:, None] * steps
        out += map_coordinates(padded, at.T + 1, order=1, mode="constant", prefilter=False, output=float)
    return out * (far - near) * length / count
