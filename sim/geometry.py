"""Beam and detector: patient mm -> detector mm -> pixels. Pure functions of a pose.

SDD 1020, source to isocentre 530, square detector of 414 mm: about 215 mm of the patient at the isocentre
(arXiv 2604.18740). Pixels: u to the right, v down, 0-based pixel centres; the viewer looks from the detector, so in AP
the patient's right is on the picture's left and the head is up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.pose import CArmPose

SDD_MM = 1020.0
SOURCE_TO_ISOCENTRE_MM = 530.0
DETECTOR_MM = 414.0
FIELD_MM = DETECTOR_MM * SOURCE_TO_ISOCENTRE_MM / SDD_MM


@dataclass(frozen=True)
class Beam:
    """The beam of a pose, in the patient frame (left, up, ant), mm. Vectors have shape (3,).

    `axis` points from the isocentre to the detector, `right` along +u and `down` along +v of the picture.
    """

    isocentre: np.ndarray
    axis: np.ndarray
    right: np.ndarray
    down: np.ndarray

    @property
    def source(self) -> np.ndarray:
        return self.isocentre - SOURCE_TO_ISOCENTRE_MM * self.axis

    @property
    def detector_centre(self) -> np.ndarray:
        return self.isocentre + (SDD_MM - SOURCE_TO_ISOCENTRE_MM) * self.axis


def beam_of(pose: CArmPose) -> Beam:
    """The beam of `pose`: the AP beam turned by the secondary angle about the patient's left-right axis, then by the
    primary angle about the head-foot axis (DICOM PS3.3 C.8.7.5, the patient-oriented positioner)."""
    p, s = np.deg2rad(pose.primary_deg), np.deg2rad(pose.secondary_deg)
    return Beam(
        isocentre=np.array([pose.left_mm, pose.up_mm, pose.ant_mm], float),
        axis=np.array([np.sin(p) * np.cos(s), np.sin(s), np.cos(p) * np.cos(s)]),
        right=np.array([np.cos(p), 0.0, -np.sin(p)]),
        down=np.array([np.sin(p) * np.sin(s), -np.cos(s), np.cos(p) * np.sin(s)]),
    )


def isocentre_spacing_mm(size: int) -> float:
    """Width of a pixel at the isocentre, mm, for a picture of `size` x `size` pixels."""
    return FIELD_MM / size


def project(pose: CArmPose, points: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of patient points (..., 3) in mm: (u, v) of shape (..., 2), and whether each lies on the detector and in
    front of the source (...)."""
    beam = beam_of(pose)
    rel = np.asarray(points, float) - beam.source
    depth = rel @ beam.axis
    safe = np.where(depth > 1.0, depth, np.nan)
    pitch = DETECTOR_MM / size
    u = (rel @ beam.right) * SDD_MM / safe / pitch + 0.5 * (size - 1)
    v = (rel @ beam.down) * SDD_MM / safe / pitch + 0.5 * (size - 1)
    uv = np.stack([u, v], axis=-1)
    inside = (depth > 1.0) & np.all((uv >= -0.5) & (uv <= size - 0.5), axis=-1)
    return uv, inside


def pixel_offset_mm(uv: np.ndarray, size: int) -> np.ndarray:
    """Offset (right, down) in mm at the isocentre plane of pixels (..., 2) from the picture's centre."""
    return (np.asarray(uv, float) - 0.5 * (size - 1)) * isocentre_spacing_mm(size)


def on_detector(displacements):
    """Where landmarks at displacements (..., 3) mm from the isocentre (left, up, ant) fall in AP: (..., 2) mm on the
    detector from its centre, toward the patient's left and head. Takes and gives NumPy arrays or torch tensors."""
    return displacements[..., :2] * (SDD_MM / (SOURCE_TO_ISOCENTRE_MM + displacements[..., 2:]))


def on_picture(displacements):
    """Whether such landmarks fall on the detector: bool (...), False where one is not known (NaN)."""
    return (abs(on_detector(displacements)) < DETECTOR_MM / 2).all(-1)
