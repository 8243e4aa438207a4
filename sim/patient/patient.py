"""What every patient is to the rest of the house: a volume in HU on its own grid, landmarks in the patient frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


class PatientError(ValueError):
    """A patient cannot be used; the message is one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Patient:
    """A volume and its landmarks.

    `hu` is int16 (I, J, K). `affine` (4, 4) takes a voxel index (i, j, k, 1) to the patient frame (left, up, ant) in
    mm; its columns may point anywhere (oblique scans keep their grid) but are orthogonal. `landmarks` maps keys to
    (left, up, ant); a landmark that is not known is absent. `generator` names the version that made a virtual patient.
    `notes` are sentences for the user on what was mended or left out when a scan was read.
    """

    name: str
    hu: np.ndarray
    affine: np.ndarray
    landmarks: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    generator: str = ""
    notes: tuple[str, ...] = ()

    @property
    def spacing_mm(self) -> np.ndarray:
        """Voxel edge lengths along i, j, k, mm."""
        return np.linalg.norm(self.affine[:3, :3], axis=0)

    def corners(self) -> np.ndarray:
        """The eight outer corners of the grid in the patient frame, (8, 3) mm."""
        n = np.array(self.hu.shape)
        ijk = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * n - 0.5
        return ijk @ self.affine[:3, :3].T + self.affine[:3, 3]

    def distance_outside_mm(self, point: np.ndarray) -> float:
        """How far a patient point (3,) lies outside the volume; 0 inside."""
        ijk = np.linalg.solve(self.affine[:3, :3], np.asarray(point, float) - self.affine[:3, 3])
        over = np.maximum(np.maximum(-0.5 - ijk, ijk - (np.array(self.hu.shape) - 0.5)), 0.0)
        return float(np.linalg.norm(over * self.spacing_mm))
