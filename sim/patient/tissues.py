"""The soft tissue of trunk and limbs: skin, fat, muscle, abdomen, lungs, mediastinum, airways. HU typical of adult CT.

Regenerated round the placed landmarks, so the carina is where the trachea divides and each dome's top is where its
landmark lies. Skeleton frame (x left, y posterior, z up, mm); arrays [z, y, x]. Knows no bone.
"""

# ruff: noqa: RUF005  (points are arrays: + adds them)
from __future__ import annotations

import math

import numpy as np
from numba import njit

from sim.patient.envelope import Envelope
from sim.patient.grid import Grid, Noise, resample, soften
from sim.patient.placement import SIDES, Placement, turn_y

AIR, FAT, MUSCLE, LIVER, BOWEL, KIDNEY, SPLEEN, STOMACH = -1000.0, -100.0, 52.0, 60.0, 40.0, 35.0, 52.0, 25.0
OUTSIDE, WALL, ABDOMEN, LUNG, MEDIASTINUM, ARM = range(6)

# Height of a dome falls off from its top: mm per (62 mm)^2 sideways, mm per mm^2 behind and before it.
APEX_MM = 16.0  # height of the lungs' tops above T1
DOME_FALL_MM, DOME_BEHIND, DOME_BEFORE = 26.0, 0.0095, 0.004


@njit(cache=True, fastmath=True)
def _paint(
    skin, arms, ribs, n1, n2, n3, zs, ys, xs, course, half_mid, spine_y, dome, fat, width, depth, zt, region, hu
):
    """Region and first HU of every voxel. `course`, `half_mid` (half width of the mediastinum), `spine_y` (z,); `dome`
    (y, x) height of the diaphragm."""
    for i in range(zs.size):
        z = zs[i]
        for j in range(ys.size):
            y = ys[j]
            for k in range(xs.size):
                e = -skin[i, j, k]
                if e < -4.0:
                    continue
                x = xs[k]
                a, b, c = n1[i, j, k], n2[i, j, k], n3[i, j, k]
                in_arm = arms[i, j, k] < 0
                under = 4.0 + 0.3 * fat if in_arm else (3.0 + 0.2 * fat if z > 20 else 3.0 + 0.75 * fat)
                where = ARM if in_arm else WALL
                if e < 2.0:
                    value = 10.0
                elif e > under + 1.5 * c:
                    strand = abs(b + 0.6 * a)
                    value = -75.0 if strand < (0.2 if in_arm else 0.15) else MUSCLE + 8.0 * a
                else:
                    value = FAT + 10.0 * a
                if not in_arm:
                    dx = x - course[i]
                    rib = ribs[i, j, k]
                    below = z < dome[j, k]
                    psoas = (dx / 50) ** 2 + ((y - 30) / 45) ** 2 < 1
                    if (
                        below
                        and arms[i, j, k] > 2
                        and e > 14 + 0.8 * fat
                        and z < -60
                        and (rib < -10 or z < zt + 20)
                        and not psoas
                        and y < 40
                    ):
                        where = ABDOMEN
                        value = BOWEL + 8 * a if c + 0.5 * a > -0.15 else -95 + 8 * a
                    elif not below and z < APEX_MM and e > 0:
                        spine = (dx / 27) ** 2 + ((y - spine_y[i]) / 24) ** 2 < 1
                        spine = spine or (dx / 46) ** 2 + ((y - spine_y[i] - 34) / 26) ** 2 < 1
                        bulge = math.sqrt(min(max(1 - ((y + 45) / (95 * depth)) ** 2, 0.02), 1.0))
                        middle = abs(dx - 4) < half_mid[i] * bulge + 2.5 * a + 3.5 * c and y < 45
                        if middle and rib < -11:
                            where = MEDIASTINUM
                            value = -70.0 if a > 0.9 else 42.0
                        elif rib < -11 - b and not spine:
                            off = ((abs(dx) - 42 * width) / 30) ** 2 + ((y - 8) / 38) ** 2
                            if z < APEX_MM + 2 * c - 22 * off:
                                where = LUNG
                                value = 40.0
                region[i, j, k] = where
                hu[i, j, k] = value


class Trunk:
    """Paints one subject: `hu` float32 and `skin` (signed distance) on `grid`."""

    def __init__(self, placement: Placement, envelope: Envelope, grid: Grid, rng: np.random.Generator) -> None:
        self.placement, self.subject, self.marks = placement, placement.subject, placement.landmarks
        self.grid, self.rng = grid, rng
        self.skin = resample(envelope.skin, envelope.grid, grid)
        low, high = grid.low, grid.low + np.array(grid.shape) * grid.spacing
        self.noise = {lump: Noise(rng, lump, low, high) for lump in (6.0, 14.0, 20.0, 30.0)}
        self.fine, self.middle, self.coarse = (self.noise[k].on(grid) for k in (6.0, 14.0, 30.0))
        self.region = np.zeros(grid.shape, np.uint8)
        self.hu = np.full(grid.shape, AIR, np.float32)
        self._fill(envelope)
        self._abdomen()
        self._heart()
        self._lungs()
        self._airways()

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _ellipsoid(self, centre, radii, region: int, value: float, turn=None, grain: float = 5.0) -> None:
        box, q = self.grid.ellipsoid(centre, radii, turn)
        inside = (q < 1) & (self.region[box] == region)
        self.hu[box][inside] = value + grain * self.middle[box][inside]

    def _cord(self, p, q, r1: float, r2: float, value: float) -> None:
        """A cord of soft tissue through the mediastinum; it takes the place of lung."""
        box, d = self.grid.cone(p, q, r1, r2)
        inside = (d < 0) & ((self.region[box] == LUNG) | (self.region[box] == MEDIASTINUM))
        self.hu[box][inside] = value
        self.region[box][inside] = MEDIASTINUM

    def tube(self, p, q, r1: float, r2: float, wall: float = 1.8, squash: float = 1.0) -> None:
        """An airway with its wall."""
        box, d = self.grid.cone(p, q, r1, r2, squash, margin=wall + self.grid.spacing)
        hu, inside = self.hu[box], self.skin[box] < -3.0
        hu[(d < wall) & (d >= 0) & inside] = 60.0
        w = np.clip(0.5 - d / self.grid.spacing, 0, 1) * inside
        hu += (-980.0 - hu) * w

    # -- parts ------------------------------------------------------------------------------------------------------

    def _fill(self, envelope: Envelope) -> None:
        grid, marks, s = self.grid, self.marks, self.subject
        arms, ribs = (resample(f, envelope.grid, grid) for f in (envelope.arms, envelope.ribs))
        zs, ys, xs = grid.axes
        zt, ca, dome_z = marks["t12"][2], marks["carina"][2], marks["left_hemidiaphragm"][2]
        course = self.placement.course(zs).astype(np.float32)
        levels = [zt, dome_z, ca - 50, ca, ca + 30, -15, 10]
        order = np.argsort(levels)
        half_mid = np.interp(zs, np.array(levels)[order], np.array([22, 22, 20, 26, 29, 26, 27])[order])
        spine_y = np.interp(zs, [-330, zt, -130, -60, 0], [-15, 0, 20, 16, 4])
        self.dome = self._dome(course)
        _paint(
            self.skin,
            arms,
            ribs,
            self.middle,
            self.fine,
            self.coarse,
            zs,
            ys,
            xs,
            course,
            half_mid.astype(np.float32),
            spine_y.astype(np.float32),
            self.dome,
            s.fat_mm,
            s.width,
            s.depth,
            zt,
            self.region,
            self.hu,
        )

    def _dome(self, course: np.ndarray) -> np.ndarray:
        """Height of the diaphragm (y, x): two domes, each highest at its landmark, blended over the midline."""
        _, ys, xs = self.grid.axes
        parts = []
        for side, _, _ in SIDES:
            c = self.marks[f"{side}_hemidiaphragm"]
            y = ys[:, None] - c[1]
            fall = np.where(y > 0, DOME_BEHIND, DOME_BEFORE) * y**2
            parts.append(c[2] - DOME_FALL_MM * ((xs[None, :] - c[0]) / 60.0) ** 2 - fall)
        middle = float(np.interp(self.marks["t12"][2] + 60.0, self.grid.axes[0], course))
        left = 1 / (1 + np.exp(-np.clip((xs[None, :] - middle - 8) / 9.0, -30, 30)))
        return (parts[0] * (1 - left) + parts[1] * left).astype(np.float32)

    def _abdomen(self) -> None:
        grid, marks, s, rng = self.grid, self.marks, self.subject, self.rng
        right, left, t12 = (marks[k] for k in ("right_hemidiaphragm", "left_hemidiaphragm", "t12"))
        self._ellipsoid(right + [8, 15, -62], [92, 88, 66], ABDOMEN, LIVER, grain=6.0)
        box = grid.box((right + left) / 2 - [0, 0, 30], [250, 250, 80])
        d = self.dome[None, box[1], box[2]] - grid.axes[0][box[0], None, None]
        abdomen = self.region[box] == ABDOMEN
        x = grid.axes[2][box[2]][None, None, :]
        on_left = np.clip((x - (right[0] + left[0]) / 2) / 20 + 0.5, 0, 1)
        layer = abdomen & (d < 35 - 25 * on_left + 3 * self.middle[box])
        self.hu[box][layer] = 55.0
        self._ellipsoid(left + [22, 62, -45], [26, 40, 52], ABDOMEN, SPLEEN)
        self._ellipsoid(left + [-12, -20, -42], [34, 38, 34], ABDOMEN, STOMACH)
        if rng.random() < 0.7:  # gas rises to the front of the stomach
            self._ellipsoid(left + [-12, -36, -36], [26, 15, 22], ABDOMEN, -950.0)
        for sign in (-1.0, 1.0):
            centre = [sign * 62 + t12[0], 18, t12[2] - 20]
            box, q = grid.ellipsoid(centre, [28, 26, 55], turn_y(sign * 0.2))
            self.hu[box][(q < 1) & (self.skin[box] < -20)] = KIDNEY
        for _ in range(s.bowel_gas):
            centre = [rng.uniform(-105, 105), rng.uniform(-s.front_mm + 40, -35), rng.uniform(-330, t12[2] + 10)]
            box, q = grid.ellipsoid(centre, rng.uniform(8, 24, 3), turn_y(rng.uniform(-1.5, 1.5)))
            q = q + 0.5 * self.fine[box] + 0.35 * self.middle[box]
            cavity = self.region[box] == ABDOMEN
            self.hu[box][(q < 1) & cavity] = 45.0
            self.hu[box][(q < 0.65) & cavity & (self.fine[box] > -0.5)] = -900.0

    def _heart(self) -> None:
        grid, depth = self.grid, self.subject.depth
        ca, dome = self.marks["carina"], self.marks["left_hemidiaphragm"]
        blood = 0.6 * self.subject.vessel_hu + 18.0
        height = (ca[2] + dome[2]) / 2
        size = float(np.clip((ca[2] - dome[2]) / 113.0, 0.75, 1.2))
        hearts = (
            ([ca[0] + 28, -75 * depth, height - 22], [72 * size, 46, 50 * size], turn_y(0.75)),
            ([ca[0] - 22, -68 * depth, height - 18], [32, 42, 52 * size], None),
        )
        for centre, radii, turn in hearts:
            box, q = grid.ellipsoid(centre, radii, turn)
            inside = (q < 1) & ((self.region[box] == LUNG) | (self.region[box] == MEDIASTINUM))
            self.region[box][inside] = MEDIASTINUM
            self.hu[box][inside] = np.where(q[inside] < 0.72, blood, 48.0)
        t12 = self.marks["t12"]
        x, z = ca[0], ca[2]
        for p, q, r1, r2 in (
            ([x + 22, -25, z + 22], [x + 26, 2, z - 10], 17, 14),  # aortic arch
            ([x - 10, -60, z + 10], [x + 18, -30, z + 24], 16, 16),
            ([x + 26, 2, z - 10], [t12[0] + 12, -4, t12[2]], 13, 12),  # descending aorta
            ([x - 24, -45, z + 40], [x - 24, -50, z - 40], 12, 13),  # superior vena cava
            ([x, -45, z - 16], [x + 42, -38, z - 18], 14, 11),  # pulmonary arteries
            ([x, -42, z - 22], [x - 40, -38, z - 26], 13, 11),
        ):
            self._cord(p, q, r1, r2, self.subject.vessel_hu + 4.0)

    def _lungs(self) -> None:
        grid, s = self.grid, self.subject
        lung = self.region == LUNG
        where = np.flatnonzero(lung.any(axis=(1, 2)))
        if not len(where):
            return
        part = slice(int(where[0]), int(where[-1]) + 1)
        share = lung[part].astype(np.float32)
        soften(share, 0.2)
        gravity = np.clip((grid.axes[1] + 120) / 200, 0, 1)[None, :, None]
        density = (1000 - 870) / s.inflation
        value = -1000 + density + 80 * gravity + 10 * self.middle[part] + 16 * self.fine[part]
        self.hu[part] += share * (value - self.hu[part])
        ca = self.marks["carina"]
        for sign in (-1.0, 1.0):
            hilum = np.array([ca[0] + sign * 30, -40, ca[2] - 18])
            for way in (
                [0.8, -0.3, 0.6],
                [0.9, -0.5, -0.2],
                [0.5, 0.2, -0.9],
                [0.8, 0.6, -0.3],
                [0.5, 0.3, 0.8],
                [0.7, -0.2, -0.8],
            ):
                way = np.array([sign * way[0], way[1], way[2]])
                self._vessel(hilum, way / np.linalg.norm(way), 4.8, 26.0, 7)

    def _vessel(self, p: np.ndarray, way: np.ndarray, radius: float, length: float, order: int) -> None:
        """A pulmonary vessel and its branches, `order` generations."""
        if order == 0 or radius < 0.6:
            return
        end = p + way * length
        box, d = self.grid.cone(p, end, radius, 0.8 * radius, margin=2.0)
        if d.size:
            hu = self.hu[box]
            w = np.clip(0.5 - d / self.grid.spacing, 0, 1) * (self.region[box] == LUNG)
            hu += w * (self.subject.vessel_hu - hu)
        for _ in range(2 if order < 7 else 3):
            turned = way + self.rng.normal(0, 0.5, 3)
            turned /= np.linalg.norm(turned)
            thinner, shorter = self.rng.uniform(0.68, 0.85), self.rng.uniform(0.72, 0.95)
            self._vessel(end, turned, radius * thinner, length * shorter, order - 1)

    def _airways(self) -> None:
        at, y0 = self.placement.head, self.placement.head_centre[1]
        ca = self.marks["carina"]
        larynx = np.array([self.marks["t1"][0], -48, 42.0])
        # The tube's round end would reach below the ridge, so it stops a radius above: the ridge is the carina.
        fork = ca + [0, 0, 9.0]
        half = (larynx + fork) / 2 + [0, 6, 0]
        self.tube(larynx, half, 8.5, 8.5)
        self.tube(half, fork, 8.5, 8.5)
        right, left = ca + [-24, -2, -22], ca + [36, 2, -26]
        self.tube(fork + [-3, 0, 0], right, 7.0, 5.5)
        self.tube(fork + [3, 0, 0], left, 6.5, 5.5)
        self.tube(right, ca + [-42, -4, -34], 5, 4)
        self.tube(ca + [-22, -2, -20], ca + [-46, -4, -14], 4.5, 3.5)
        throat = at(np.array([[0, y0 - 8, 70.0], [0, y0 - 4, 104.0]]))
        self.tube(larynx, throat[0], 7, 9, squash=0.7)
        self.tube(throat[0], throat[1], 9, 10, squash=0.8)
