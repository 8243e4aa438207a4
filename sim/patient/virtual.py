"""Virtual patients: a whole upper body in HU with its 14 landmarks, from a seed.

Same seed, same voxels: chance comes from numpy's generators alone. The modules behind it: population (who), skeleton
and placement (bones), envelope (skin), voxelise, tissues and head (voxels), shipped (the file of the ready-made one,
which `python -m sim.patient.virtual` writes). They work in the skeleton frame; here it becomes the patient frame
(left, up, ant) of sim/pose.py.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.landmarks import KEYS
from sim.patient import skeleton
from sim.patient.devices import add_devices
from sim.patient.envelope import envelope
from sim.patient.grid import Grid, soften
from sim.patient.head import paint_head
from sim.patient.patient import Patient, PatientError
from sim.patient.placement import Placement
from sim.patient.population import ARMS, DEVICE_STREAM, TISSUE_STREAM, VARIETY_STREAM, Subject, stream, subject
from sim.patient.shipped import FILE, shipped, write
from sim.patient.tissues import Trunk
from sim.patient.variety import varied
from sim.patient.voxelise import bones
from sim.resource import resource

__all__ = ["ARMS", "GENERATOR", "build", "landmarks", "shipped"]

GENERATOR = "2"
SHIPPED_SPACING_MM = 1.5

NOISE_HU = 18.0
MARGIN_MM = 6.0


def landmarks(seed: int | None, arms: str | None = None) -> dict[str, tuple[float, float, float]]:
    """The 14 landmarks of `build(seed, arms=arms)` without its voxels, in milliseconds: key -> (left, up, ant) mm.

    The scapular tips are those of the posed bone, not of the drawn sample. Raises PatientError for a bad seed."""
    return _to_patient(Placement(subject(seed, arms), skeleton.load()))


def build(
    seed: int | None,
    spacing_mm: float = 2.0,
    arms: str | None = None,
    noise_hu: float = NOISE_HU,
    variety: bool = False,
) -> Patient:
    """The virtual patient of `seed` (None: the mean of the population) on cubic voxels of `spacing_mm`.

    `arms` is "crossed", "beside" or "raised"; None draws it from the seed (60, 15 and 25 in a hundred). `noise_hu` is
    the sd of the image noise; with `variety` the person has breathed in (variety.py: for training alone). Elbows and
    wrists that are not crossed may lie outside the volume, as in a chest CT.
    Raises PatientError for a bad seed, spacing or arms."""
    if not 0.8 <= spacing_mm <= 8.0:
        raise PatientError(f"A virtual patient's voxels measure 0.8 to 8 mm, not {spacing_mm:g}.")
    person = subject(seed, arms)
    if variety:
        person = varied(person, stream(person.seed or 0, VARIETY_STREAM))
    placement = Placement(person, skeleton.load())
    hu, grid = _voxels(person, placement, float(spacing_mm), noise_hu)
    affine = np.diag([grid.spacing, grid.spacing, grid.spacing, 1.0])
    z, y, x = (axis.astype(float) for axis in grid.axes)
    affine[:3, 3] = [x[0], z[0], -y[-1]]
    volume = np.ascontiguousarray(hu[:, ::-1, :].transpose(2, 0, 1))
    name = "virtual patient" if seed is None else f"virtual patient {seed}"
    return Patient(name, volume, affine, _to_patient(placement), GENERATOR)


def _to_patient(placement: Placement) -> dict[str, tuple[float, float, float]]:
    points = placement.lie(np.array([placement.landmarks[k] for k in KEYS]))
    # Rounded, so that machines whose last digits differ agree; + 0.0 turns -0.0 into 0.0.
    return {k: tuple(float(c) + 0.0 for c in np.round(p[[0, 2, 1]] * [1, 1, -1], 6)) for k, p in zip(KEYS, points)}


def _voxels(person: Subject, placement: Placement, spacing: float, noise_hu: float) -> tuple[np.ndarray, Grid]:
    """HU int16 [z, y, x] in the skeleton frame, cropped to the body and the table."""
    meshes = placement.bones()
    skin = envelope(placement, meshes)
    grid = _crop(skin.grid, skin.skin, spacing, placement.sag, person.field_mm)
    rng = stream(person.seed or 0, TISSUE_STREAM)
    part, bone_hu, skull = bones({name: (placement.lie(v), f) for name, (v, f) in meshes.items()}, grid, person.bone)
    trunk = Trunk(placement, skin, grid, rng)
    hu = trunk.hu
    _lay_bone(hu, part, bone_hu, trunk.fine)
    paint_head(trunk, skull)
    add_devices(trunk, placement, meshes, stream(person.seed or 0, DEVICE_STREAM))
    soften(hu, 0.05)
    bank = rng.standard_normal(1_000_003).astype(np.float32)
    out = np.empty(grid.shape, np.int16)
    _finish(hu, trunk.skin, part, bank, np.float32(spacing), np.float32(noise_hu), out)
    return out, grid


def _crop(grid: Grid, skin: np.ndarray, spacing: float, sag, field_mm: float | None) -> Grid:
    """The fine grid: what of the coarse one the body fills where it lies and the scan shows
    (`field_mm` to each side), with a margin for the table behind."""
    low, high = [], []
    for a in range(3):
        full = np.flatnonzero((skin < 0).any(axis=tuple(b for b in range(3) if b != a)))
        low.append(max(grid.low[a], grid.low[a] + full[0] * grid.spacing - MARGIN_MM))
        high.append(
            min(grid.low[a] + grid.shape[a] * grid.spacing, grid.low[a] + (full[-1] + 1) * grid.spacing + MARGIN_MM)
        )
    filled = (skin < 0).any(axis=2)
    levels = np.flatnonzero(filled.any(axis=1))
    shift = sag(grid.axes[0][levels])
    front = grid.low[1] + grid.spacing * filled[levels].argmax(axis=1) + shift
    back = grid.low[1] + grid.spacing * (grid.shape[1] - filled[levels][:, ::-1].argmax(axis=1)) + shift
    low[1], high[1] = front.min() - MARGIN_MM, back.max() + MARGIN_MM + 16.0
    if field_mm is not None:
        low[2], high[2] = max(low[2], -field_mm), min(high[2], field_mm)
    return Grid(low, high, spacing, sag)


@njit(cache=True, nogil=True, fastmath=True)
def _lay_bone(hu, part, bone_hu, grain):
    """Bone over soft tissue by its share of each voxel."""
    n0, n1, n2 = hu.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                if part[i, j, k]:
                    w = part[i, j, k] / 8.0
                    hu[i, j, k] = hu[i, j, k] * (1 - w) + w * bone_hu[i, j, k] * (1 + 0.16 * grain[i, j, k])


@njit(cache=True, nogil=True, fastmath=True)
def _finish(hu, skin, part, bank, spacing, noise, out):
    """Partial volume at the skin, noise, and int16; air is exactly -1000."""
    n0, n1, n2 = hu.shape
    m = 0
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                v = hu[i, j, k]
                m += 1
                if m == bank.size:
                    m = 0
                w = min(max(0.5 - skin[i, j, k] / spacing, 0.0), 1.0)
                w = max(w, part[i, j, k] / 8.0)
                if skin[i, j, k] <= 0.5 * spacing:
                    v = v * w - 1000.0 * (1 - w)
                if v > -985.0:
                    v += noise * bank[m]
                out[i, j, k] = round(min(max(v, -1000.0), 3071.0))


if __name__ == "__main__":
    target = resource("patient") / FILE
    write(target, build(None, SHIPPED_SPACING_MM, noise_hu=0.0), None)
    print(f"Wrote {target.name}, {target.stat().st_size / 1e6:.1f} MB.")
