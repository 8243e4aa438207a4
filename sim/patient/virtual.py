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
from sim.patient.envelope import envelope
from sim.patient.grid import Grid, soften
from sim.patient.head import paint_head
from sim.patient.patient import Patient, PatientError
from sim.patient.placement import Placement
from sim.patient.population import ARMS, TISSUE_STREAM, Subject, stream, subject
from sim.patient.shipped import read, write
from sim.patient.tissues import Trunk
from sim.patient.voxelise import bones
from sim.resource import resource

__all__ = ["ARMS", "GENERATOR", "build", "landmarks", "shipped"]

GENERATOR = "1"
SHIPPED, SHIPPED_SPACING_MM = "mean.npz", 1.5

NOISE_HU = 18.0
TABLE_HU, TABLE_HALF_WIDTH_MM, TABLE_MM = -150.0, 215.0, 3.2
WIRE_HU, ELECTRODE_HU = 2600.0, 3000.0  # of 2 mm voxels that a metal wire or stud fills in part
MARGIN_MM = 6.0


def landmarks(seed: int | None, arms: str | None = None) -> dict[str, tuple[float, float, float]]:
    """The 14 landmarks of `build(seed, arms=arms)` without its voxels, in milliseconds: key -> (left, up, ant) mm.

    The scapular tips are those of the posed bone, not of the drawn sample. Raises PatientError for a bad seed."""
    return _to_patient(Placement(subject(seed, arms), skeleton.load()).landmarks)


def build(seed: int | None, spacing_mm: float = 2.0, arms: str | None = None, noise_hu: float = NOISE_HU) -> Patient:
    """The virtual patient of `seed` (None: the mean of the population) on cubic voxels of `spacing_mm`.

    `arms` is "crossed", "beside" or "raised"; None draws it from the seed (70, 15 and 15 in a hundred). `noise_hu` is
    the sd of the image noise. Elbows and wrists that are not crossed may lie outside the volume, as in a chest CT.
    Raises PatientError for a bad seed, spacing or arms."""
    if not 0.8 <= spacing_mm <= 8.0:
        raise PatientError(f"A virtual patient's voxels measure 0.8 to 8 mm, not {spacing_mm:g}.")
    person = subject(seed, arms)
    placement = Placement(person, skeleton.load())
    hu, grid = _voxels(person, placement, float(spacing_mm), noise_hu)
    affine = np.diag([grid.spacing, grid.spacing, grid.spacing, 1.0])
    z, y, x = (axis.astype(float) for axis in grid.axes)
    affine[:3, 3] = [x[0], z[0], -y[-1]]
    volume = np.ascontiguousarray(hu[:, ::-1, :].transpose(2, 0, 1))
    name = "virtual patient" if seed is None else f"virtual patient {seed}"
    return Patient(name, volume, affine, _to_patient(placement.landmarks), GENERATOR)


def shipped() -> Patient:
    """The ready-made virtual patient, the population mean at 1.5 mm without image noise, in well under a second.

    Raises FileNotFoundError or PatientError where the installation is incomplete or damaged."""
    return read(resource("patient", SHIPPED))


def _to_patient(marks: dict[str, np.ndarray]) -> dict[str, tuple[float, float, float]]:
    return {k: (float(marks[k][0]), float(marks[k][2]), float(-marks[k][1])) for k in KEYS}


def _voxels(person: Subject, placement: Placement, spacing: float, noise_hu: float) -> tuple[np.ndarray, Grid]:
    """HU int16 [z, y, x] in the skeleton frame, cropped to the body and the table."""
    meshes = placement.bones()
    skin = envelope(placement, meshes)
    grid = _crop(skin.grid, skin.skin, spacing)
    rng = stream(person.seed or 0, TISSUE_STREAM)
    part, bone_hu, skull = bones(meshes, grid, person.bone)
    trunk = Trunk(placement, skin, grid, rng)
    hu = trunk.hu
    _lay_bone(hu, part, bone_hu, trunk.fine)
    paint_head(trunk, skull)
    _add_table(hu, trunk.skin, grid)
    if person.leads:
        _add_leads(hu, part, trunk.skin, placement, grid, rng)
    soften(hu, 0.05)
    bank = rng.standard_normal(1_000_003).astype(np.float32)
    out = np.empty(grid.shape, np.int16)
    _finish(hu, trunk.skin, part, bank, np.float32(spacing), np.float32(noise_hu), out)
    return out, grid


def _crop(grid: Grid, skin: np.ndarray, spacing: float) -> Grid:
    """The fine grid: what of the coarse one the body fills, with a margin for the table behind."""
    low, high = [], []
    for a in range(3):
        full = np.flatnonzero((skin < 0).any(axis=tuple(b for b in range(3) if b != a)))
        low.append(max(grid.low[a], grid.low[a] + full[0] * grid.spacing - MARGIN_MM))
        high.append(
            min(grid.low[a] + grid.shape[a] * grid.spacing, grid.low[a] + (full[-1] + 1) * grid.spacing + MARGIN_MM)
        )
    return Grid(low, high, spacing)


@njit(cache=True, fastmath=True)
def _lay_bone(hu, part, bone_hu, grain):
    """Bone over soft tissue by its share of each voxel."""
    n0, n1, n2 = hu.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                if part[i, j, k]:
                    w = part[i, j, k] / 8.0
                    hu[i, j, k] = hu[i, j, k] * (1 - w) + w * bone_hu[i, j, k] * (1 + 0.12 * grain[i, j, k])


def _add_table(hu: np.ndarray, skin: np.ndarray, grid: Grid) -> None:
    """A CT table's top, a thin shell under the back that curves up at its edges."""
    x, y, _ = grid.points()
    back = float(grid.axes[1][np.flatnonzero((skin < 0).any(axis=(0, 2)))[-1]])
    off = np.abs(y - (back + 2.0 - 14.0 * (x / 190.0) ** 2))[0]
    share = np.clip(0.5 + (TABLE_MM / 2 - off) / grid.spacing, 0, min(1.0, TABLE_MM / grid.spacing))
    share = share * np.clip(0.5 + (TABLE_HALF_WIDTH_MM - np.abs(x[0])) / grid.spacing, 0, 1)
    for j, k in np.argwhere(share > 0):
        column = hu[:, j, k]
        column[skin[:, j, k] > grid.spacing] = -1000.0 + share[j, k] * (TABLE_HU + 1000.0)


def _add_leads(hu, part, skin, placement: Placement, grid: Grid, rng: np.random.Generator) -> None:
    """ECG electrodes on the chest and their wires, which run over the skin's front toward one side."""
    marks, step = placement.landmarks, 0.4 * grid.spacing
    low = grid.low[[2, 0]]
    side = float(rng.choice([-1.0, 1.0]))
    collar, waist = -35.0, marks["t12"][2] + 40.0
    ends = [(-75.0, collar), (80.0, collar - 5.0), (95.0, waist), (-90.0, waist), (20.0, marks["carina"][2] - 70.0)]
    plug = np.array([side * 40.0, waist - 90.0])
    for x, z in ends[: int(rng.integers(3, 6))]:
        start = np.array([x, z]) + rng.normal(0, 10.0, 2)
        bend = (start + plug) / 2 + rng.normal(0, 35.0, 2)
        t = np.linspace(0, 1, int(400.0 / step))[:, None]
        wire = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * plug
        disc = np.stack(np.meshgrid(*[np.arange(-5.0, 5.1, step)] * 2), -1).reshape(-1, 2)
        disc = start + disc[(disc**2).sum(1) < 25.0]
        for path, value in ((wire, WIRE_HU * 2.0 / grid.spacing), (disc, ELECTRODE_HU)):
            index = np.unique(np.floor((path - low) / grid.spacing).astype(int), axis=0)
            for k, i in index[np.all((index >= 0) & (index < [grid.shape[2], grid.shape[0]]), axis=1)]:
                front = int(np.argmax(skin[i, :, k] < 0))
                if front > 0:
                    hu[i, front - 1, k] = value
                    part[i, front - 1, k] = 8


@njit(cache=True, fastmath=True)
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
    target = resource("patient") / SHIPPED
    write(target, build(None, SHIPPED_SPACING_MM, noise_hu=0.0), None)
    print(f"Wrote {target.name}, {target.stat().st_size / 1e6:.1f} MB.")
