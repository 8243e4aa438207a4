"""Analytic phantoms on any grid, for the projector's tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from sim.patient.patient import Patient

AIR = -1000


def grid(shape, spacing, axes=((1, 0, 0), (0, 1, 0), (0, 0, 1)), centre=(0.0, 0.0, 0.0)) -> np.ndarray:
    """Affine (4, 4) of a grid centred on `centre` whose columns are `axes` (3, 3, orthonormal) times `spacing`."""
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(axes, float) * np.asarray(spacing, float)
    affine[:3, 3] = np.asarray(centre, float) - affine[:3, :3] @ (0.5 * (np.array(shape) - 1))
    return affine


def turned(*degrees: float) -> np.ndarray:
    """Axes of an oblique grid, (3, 3)."""
    return Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()


def points_of(shape, affine: np.ndarray) -> np.ndarray:
    """Voxel centres (*shape, 3) in the patient frame."""
    ijk = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return ijk @ affine[:3, :3].T + affine[:3, 3]


def patient_of(field: Callable[[np.ndarray], np.ndarray], shape, affine: np.ndarray) -> Patient:
    """`field` takes points (..., 3) in mm to HU."""
    return Patient("phantom", np.rint(field(points_of(shape, affine))).astype(np.int16), affine)


def balls(centres: np.ndarray, radius: float, inside_hu: float, shape, affine: np.ndarray) -> Patient:
    """Balls in air; a voxel is the mean of 6 x 6 x 6 points in it, so that no ball is shifted by its voxels."""
    hu = np.full(shape, AIR, np.int16)
    inner = (np.arange(6) + 0.5) / 6 - 0.5
    inner = np.stack(np.meshgrid(inner, inner, inner), axis=-1).reshape(-1, 3) @ affine[:3, :3].T
    inverse = np.linalg.inv(affine)
    reach = np.ceil((radius + 3) / np.linalg.norm(affine[:3, :3], axis=0)).astype(int) + 1
    for centre in centres:
        at = np.rint(inverse[:3, :3] @ centre + inverse[:3, 3]).astype(int)
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, shape)
        corner = affine.copy()
        corner[:3, 3] += affine[:3, :3] @ low
        points = points_of(high - low, corner)[..., None, :] + inner
        share = np.mean(np.linalg.norm(points - centre, axis=-1) < radius, axis=-1)
        block = hu[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        np.maximum(block, np.rint(AIR + (inside_hu - AIR) * share).astype(np.int16), out=block)
    return Patient("balls", hu, affine)


def torso(at: np.ndarray) -> np.ndarray:
    """Body, lungs, vertebrae and ribs, some 400 mm wide; edges softened over some 4 mm, as a scanner's are."""
    x, y, z = np.moveaxis(at, -1, 0)

    def inside(signed_mm: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-signed_mm))

    body = inside((1 - np.sqrt((x / 180) ** 2 + (z / 110) ** 2)) * 110) * inside(150 - np.abs(y))
    hu = AIR + 1040 * body
    for side in (-1, 1):
        lung = np.sqrt(((x - side * 75) / 60) ** 2 + (z / 80) ** 2 + ((y - 30) / 110) ** 2)
        hu = hu + (-850 - hu) * inside((1 - lung) * 60)
    ribs = np.abs(np.sqrt((x / 150) ** 2 + (z / 92) ** 2) - 1) * 110
    hu = hu + (750 - hu) * inside(5 - ribs) * inside(4 - np.abs(np.mod(y + 0.35 * z, 24) - 12)) * body
    spine = inside(18 - np.hypot(x, z + 65)) * inside(11 - np.abs(np.mod(y, 28) - 14))
    return hu + (450 - hu) * spine * body
