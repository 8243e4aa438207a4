"""The inside of the head: cranial vault with diploe and sutures, brain, sinuses, orbits, nose, petrous bone, teeth.

The skull's mesh comes solid, so all of this is painted in the skeleton's own head coordinates (x left, y posterior of
the skull's centre, z up, mm) and follows the head as it is placed. Knows nothing below the jaw.
"""

# ruff: noqa: RUF005  (points are arrays: + adds them)
from __future__ import annotations

import numpy as np
from scipy import ndimage

from sim.patient.tissues import Trunk

# Height of the skull base over y: orbital roof, sella, posterior fossa.
BASE_Y = [-90, -62, -40, -8, 5, 25, 75]
BASE_Z = [196, 192, 176, 160, 138, 126, 122]
VAULT_MM = 5.6
TABLE_HU, BRAIN_HU, CSF_HU = 1080.0, 36.0, 8.0
AIR_HU = -980.0


def paint_head(trunk: Trunk, skull: tuple[np.ndarray, np.ndarray]) -> None:
    """Paints the head's inside into `trunk.hu`. `skull`: its corner in half voxels (3,), and the filled mask there."""
    _Head(trunk, skull).paint()


def _ball(x, y, z, centre, radii):
    return ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 + ((z - centre[2]) / radii[2]) ** 2


class _Head:
    def __init__(self, trunk: Trunk, skull) -> None:
        self.trunk, grid = trunk, trunk.grid
        self.rng, self.subject = trunk.rng, trunk.subject
        share, box = _halved(*skull, grid.shape)
        self.box, self.share, self.solid = box, share, share > 0.5
        self.hu = trunk.hu[box]
        self.x, y, self.z = trunk.placement.head_inverse(*grid.points(box))
        self.y = y - np.float32(trunk.placement.head_centre[1])
        self.fine, self.middle = trunk.fine[box], trunk.middle[box]
        self.inside = trunk.skin[box] < 0.5 * grid.spacing
        padded = np.pad(self.solid, 1)
        deep = ndimage.distance_transform_edt(padded)[1:-1, 1:-1, 1:-1].astype(np.float32)
        self.deep = deep * grid.spacing
        self.spacing = grid.spacing

    def paint(self) -> None:
        before = self.hu.copy()
        x, y = self.x, self.y
        base = np.interp(y, BASE_Y, BASE_Z).astype(np.float32)
        base -= 16.0 * ((np.abs(x) > 22) & (y > -45) & (y < 0))
        base -= 6.0 * np.exp(-((x / 10) ** 2)) * (y < -40)
        self.over = self.z - base
        self._vault()
        self._base_and_face()
        self._temporal_bones()
        self._sinuses()
        self._nose()
        self._orbits()
        edge = (self.share > 0) & (self.share < 1) & (self.over > -5)
        self.hu[edge] = (self.hu * self.share + before * (1 - self.share))[edge]
        self._teeth()

    def _vault(self) -> None:
        x, y, z = self.x, self.y, self.z
        thick = (VAULT_MM + 1.6 * self.middle + 0.8 * self.fine) * self.subject.skull_thickness
        thick = thick + 2.0 * np.exp(-(((x / 14) ** 2) + ((y - 70) / 16) ** 2))  # occipital protuberance
        depth = ndimage.gaussian_filter(self.deep, 0.6) - 0.5 * self.spacing
        density = 0.6 + 0.4 * self.subject.bone
        diploe = np.exp(-(((depth - 0.5 * thick) / (0.22 * thick)) ** 2))
        bone = TABLE_HU * density * (1 + 0.12 * self.fine + 0.08 * self.middle) * (1 - 0.55 * diploe)
        brain = BRAIN_HU + 5 * self.middle
        brain = np.where((np.abs(x) < 1.2) & (z > 195), 70, brain)  # falx
        ventricle = ((np.abs(x) - 11 - 4 * (y / 30)) / 6) ** 2 + ((y - 5) / 34) ** 2 + ((z - 196) / 9) ** 2
        brain = np.where((ventricle < 1) | (depth < thick + 3), CSF_HU, brain)
        inner = np.clip((depth - thick) / self.spacing + 0.5, 0, 1)
        value = bone * (1 - inner) + brain * inner
        sagittal = np.abs(x + 2.5 * np.sin(0.9 * y))
        coronal = np.abs(y + 18 + 0.25 * np.abs(x) + 2 * np.sin(1.3 * x))
        lambdoid = np.abs(z - 196 - 0.55 * (38 - np.abs(x)) + 2 * np.sin(1.2 * x)) + 60 * (y < 35)
        suture = np.minimum(np.minimum(sagittal, coronal), lambdoid)
        # Grooves of the middle meningeal artery and its branches, on the inner table.
        side = np.abs(x)
        groove = np.minimum(
            np.abs(y + 12 + 0.28 * (z - 200) + 2.5 * np.sin(0.13 * z)), np.abs(y - 14 - 0.55 * (z - 200))
        )
        value = np.where((groove < 1.3) & (side > 40) & (z > 168) & (depth > 0.5 * thick), 0.45 * value, value)
        value = np.where((suture < 1.5) & (z > 185) & (depth < thick), 0.45 * value, value)
        vault = self.solid & (self.over > 0)
        self.hu[vault] = value[vault]

    def _base_and_face(self) -> None:
        floor = self.solid & (self.over <= 0) & (self.over > -5)
        self.hu[floor] = np.where(self.fine[floor] > -0.6, 850, 200)
        face = self.solid & (self.over <= -5)
        core = face & (self.deep > 2.6)
        self.hu[face & ~core] = 950
        front = self.y[core] < -20
        self.hu[core] = np.where(front, 30 + 10 * self.middle[core], 330 + 120 * self.middle[core])

    def _temporal_bones(self) -> None:
        x, y, z, fine = self.x, self.y, self.z, self.fine
        for sign in (-1.0, 1.0):
            axis = np.array([0.72 * sign, 0.62, -0.05])
            axis /= np.linalg.norm(axis)
            rx, ry, rz = x - sign * 36, y - 8, z - 134
            t = rx * axis[0] + ry * axis[1] + rz * axis[2]
            r = np.sqrt(np.maximum(rx**2 + ry**2 + rz**2 - t**2, 0))
            petrous = self.solid & (np.abs(t) < 27) & (r < 9 - 0.12 * np.abs(t))
            self.hu[petrous] = 1150
            self.hu[petrous & (r < 3) & (np.abs(t) < 14) & (fine > 0)] = 200
        cells = self.solid & (_ball(np.abs(x), y, z, (54, 28, 112), (12, 15, 22)) < 1) & (self.deep > 2.5)
        self.hu[cells] = np.where(fine[cells] > 0.2, -700, 500)

    def _sinuses(self) -> None:
        x, y, z, solid = self.x, self.y, self.z, self.solid
        side = np.abs(x)
        self.hu[solid & (_ball(side, y, z, (32, -62, 132), (16.5, 18.5, 18.5)) < 1)] = 850
        self.hu[solid & (_ball(side, y, z, (32, -62, 132), (15, 17, 17)) < 1)] = AIR_HU
        frontal = _ball(side, y, z, (13, -78, 197), (12, 8, 12)) < 1
        self.hu[solid & frontal & (self.deep > 2.2)] = AIR_HU
        ethmoid = solid & (_ball(x, y, z, (0, -53, 162), (14, 26, 19)) < 1)
        self.hu[ethmoid] = np.where(np.abs(self.fine[ethmoid]) < 0.35, 350, -900)
        sphenoid = _ball(x, y, z, (0, -16, 150), (14, 12, 10)) < 1
        self.hu[solid & (_ball(x, y, z, (0, -16, 150), (15.5, 14, 11.5)) < 1)] = 600
        self.hu[solid & sphenoid] = -950

    def _nose(self) -> None:
        x, y, z = self.x, self.y, self.z
        round_z = np.sqrt(np.clip(1 - ((z - 128) / 30.0) ** 2, 0, 1))
        round_y = np.sqrt(np.clip(1 - ((y + 52) / 36.0) ** 2, 0, 1))
        half = 15.5 * round_z * round_y + 1.2 * self.middle
        cavity = (np.abs(x) < half) & (half > 3.2) & (z > 111)
        self.hu[cavity] = -900
        self.hu[cavity & (np.abs(x - 1.5 * np.sin(z / 9)) < 1.4)] = 250
        for zz, yy in ((118, -50), (132, -48), (145, -46)):
            turbinate = ((np.abs(x) - 8.5) / 4.6) ** 2 + ((z - zz) / 4.5) ** 2 < 1
            self.hu[cavity & turbinate & (y > yy - 22) & (y < yy + 24)] = 30
        self.hu[(np.abs(np.abs(x) - half - 1) < 1.3) & (half > 4) & (z > 111) & self.inside] = 420
        self.hu[(np.abs(z - 110) < 2) & (np.abs(x) < 20) & (y < -40) & (y > -85) & self.inside] = 750  # palate

    def _orbits(self) -> None:
        x, y, z = self.x, self.y, self.z
        fat = (_ball(np.abs(x), y, z, (32, -74, 170), (19, 26, 17)) < 1) & self.inside & (self.hu < 400)
        fat &= ~((self.hu < -800) & self.solid)
        self.hu[fat] = -90
        self.hu[(_ball(np.abs(x), y, z, (32, -84, 170), (12, 12, 12)) < 1) & self.inside] = 15

    def _teeth(self) -> None:
        rng, trunk = self.rng, self.trunk
        for upward, height in ((1, 98.0), (-1, 86.0)):
            for k in range(16):
                lost, filled = rng.random() < self.subject.tooth_loss, rng.random() < 0.15
                jitter = rng.normal(0, 0.5)
                if lost:
                    continue
                a = (k - 7.5) / 7.5 * 1.25
                centre = np.array([26.5 * np.sin(a), -46 - 38 * np.cos(a), height + jitter])
                radii = np.array([3.6 if abs(k - 7.5) < 4 else 4.8, 4.0, 9.5])
                own = centre + [0.0, trunk.placement.head_centre[1], 0.0]
                box = trunk.grid.box(trunk.placement.head(own), 13.0)
                d = [a - c for a, c in zip(trunk.placement.head_inverse(*trunk.grid.points(box)), own)]
                q = sum((a / r) ** 2 for a, r in zip(d, radii))
                rise = upward * d[2]
                hu = trunk.hu[box]
                hu[q < 1] = 1300
                hu[(q < 1) & (rise < -2)] = 2300
                if filled and abs(k - 7.5) > 3:
                    hu[(q < 0.5) & (rise < -4)] = 3000


def _halved(corner: np.ndarray, mask: np.ndarray, shape) -> tuple[np.ndarray, tuple]:
    """`mask` (half voxels, from `corner`) averaged to whole voxels: its share (float32) and the box it fills."""
    first = corner // 2
    pad = corner - 2 * first
    n = np.array(mask.shape) + pad
    n += n % 2
    whole = np.zeros(n, np.float32)
    whole[tuple(slice(p, p + k) for p, k in zip(pad, mask.shape))] = mask
    share = whole.reshape(n[0] // 2, 2, n[1] // 2, 2, n[2] // 2, 2).mean(axis=(1, 3, 5))
    low = np.maximum(first, 0)
    high = np.minimum(first + share.shape, shape)
    share = share[tuple(slice(a - f, b - f) for a, b, f in zip(low, high, first))]
    return share, tuple(slice(int(a), int(b)) for a, b in zip(low, high))
