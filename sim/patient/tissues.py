"""The soft tissue of trunk and limbs: skin, fat, muscle, abdomen, lungs, mediastinum, airways. HU typical of adult CT.

Regenerated round the placed landmarks, so the carina is where the trachea divides and each dome's top is where its
landmark lies. Skeleton frame (x left, y posterior, z up, mm); arrays [z, y, x]. Knows no bone.
"""

# ruff: noqa: RUF005  (points are arrays: + adds them)
from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numba import njit

from sim.patient.envelope import Envelope
from sim.patient.grid import Grid, Noise, resample, soften
from sim.patient.placement import SIDES, Placement, turn_y

AIR, FAT, MUSCLE, LIVER, BOWEL, KIDNEY, SPLEEN, STOMACH = -1000.0, -100.0, 52.0, 60.0, 40.0, 35.0, 52.0, 25.0
OUTSIDE, WALL, ABDOMEN, LUNG, MEDIASTINUM, ARM = range(6)

# Height of a dome falls off from its top, mm per mm^2: toward the heart, toward the ribs, behind and before.
APEX_MM = 16.0  # height of the lungs' tops above T1
DOME_INWARD, DOME_OUTWARD, DOME_BEHIND, DOME_BEFORE = 0.0032, 0.0105, 0.0095, 0.004


def dome(x, y, top):
    """Height of a hemidiaphragm, arrays that broadcast; highest at `top` (x, y, z)."""
    fall = np.where(y > top[1], DOME_BEHIND, DOME_BEFORE) * (y - top[1]) ** 2
    return top[2] - np.where(x * top[0] > top[0] ** 2, DOME_OUTWARD, DOME_INWARD) * (x - top[0]) ** 2 - fall


@njit(inline="always")
def _dome(x, y, top):
    fall = DOME_BEHIND if y > top[1] else DOME_BEFORE
    aside = DOME_OUTWARD if x * top[0] > top[0] ** 2 else DOME_INWARD
    return top[2] - aside * (x - top[0]) ** 2 - fall * (y - top[1]) ** 2


@njit(cache=True, nogil=True, fastmath=True)
def _paint(
    skin,
    arms,
    ribs,
    n1,
    n2,
    n3,
    zs,
    ys,
    xs,
    sag,
    course,
    half_mid,
    spine_y,
    tops,
    on_left,
    fat,
    visceral,
    width,
    depth,
    zt,
    region,
    hu,
):
    """Region and first HU of every voxel. `sag`, `course`, `half_mid` (half width of the mediastinum), `spine_y` (z,);
    `tops` (2, 3) the domes' highest points x, y, z; `on_left` (x,) the left dome's share."""
    for i in range(zs.size):
        z = zs[i]
        for j in range(ys.size):
            y = ys[j] - sag[i]
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
                    inset = 11.0
                    for t in range(2):  # over a dome's top there is lung, near as it may be to the ribs
                        if abs(x - tops[t, 0]) < 26 and abs(y - tops[t, 1]) < 26 and z < tops[t, 2] + 40:
                            inset = 4.0
                    below = z < (1 - on_left[k]) * _dome(x, y, tops[0]) + on_left[k] * _dome(x, y, tops[1])
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
                        value = BOWEL + 8 * a if c + 0.5 * a > visceral else -95 + 8 * a
                    elif not below and z < APEX_MM and e > 0:
                        spine = (dx / 27) ** 2 + ((y - spine_y[i]) / 24) ** 2 < 1
                        spine = spine or (dx / 46) ** 2 + ((y - spine_y[i] - 34) / 26) ** 2 < 1
                        bulge = math.sqrt(min(max(1 - ((y + 45) / (95 * depth)) ** 2, 0.02), 1.0))
                        middle = abs(dx - 4) < half_mid[i] * bulge + 2.5 * a + 3.5 * c and y < 45
                        if middle and rib < -11:
                            where = MEDIASTINUM
                            value = -70.0 if a > 0.9 else 42.0
                        elif rib < -inset - b and not spine:
                            off = ((abs(dx) - 42 * width) / 30) ** 2 + ((y - 8) / 38) ** 2
                            if z < APEX_MM + 2 * c - 22 * off:
                                where = LUNG
                                value = 40.0
                region[i, j, k] = where
                hu[i, j, k] = value


def _turn_to(way: np.ndarray) -> np.ndarray:
    """Rows: axes of an ellipsoid whose first points along `way`."""
    u = way / np.linalg.norm(way)
    v = np.cross([0.0, 0.0, 1.0], u)
    v /= np.linalg.norm(v)
    return np.stack([u, v, np.cross(u, v)])


class Trunk:
    """Paints one subject: `hu` float32 and `skin` (signed distance) on `grid`."""

    def __init__(self, placement: Placement, envelope: Envelope, grid: Grid, rng: np.random.Generator) -> None:
        self.placement, self.subject, self.marks = placement, placement.subject, dict(placement.landmarks)
        # Where the soft tissue takes these marks to be; the airways fork at the carina itself.
        self.marks["carina"] = self.marks["carina"] + [0.0, 0.0, self.subject.mediastinum_mm]
        self.marks["t12"] = self.marks["t12"] + [0.0, 0.0, self.subject.organs_mm]
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

    def _ellipsoid(self, centre, radii, region: int, value: float, grain: float = 5.0) -> None:
        box, q = self.grid.ellipsoid(centre, radii)
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
        self.tops = np.array([marks[f"{side}_hemidiaphragm"] for side, _, _ in SIDES])
        self.on_left = self._left_share(course)
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
            grid.sag,
            course,
            half_mid.astype(np.float32),
            spine_y.astype(np.float32),
            self.tops,
            self.on_left,
            s.fat_mm,
            s.visceral,
            s.width,
            s.depth,
            zt,
            self.region,
            self.hu,
        )

    def _left_share(self, course: np.ndarray) -> np.ndarray:
        """The left dome's share at each x: two domes, each highest at its landmark, blended over the midline."""
        middle = float(np.interp(self.marks["t12"][2] + 60.0, self.grid.axes[0], course))
        return (1 / (1 + np.exp(-np.clip((self.grid.axes[2] - middle - 8) / 9.0, -30, 30)))).astype(np.float32)

    def _abdomen(self) -> None:
        grid, marks, s, rng = self.grid, self.marks, self.subject, self.rng
        right, left, t12 = (marks[k] for k in ("right_hemidiaphragm", "left_hemidiaphragm", "t12"))
        bright = max(s.vessel_hu - 45.0, 0.0)
        self._ellipsoid(right + [8, 15, -62], [92, 88, 66], ABDOMEN, LIVER + 0.1 * bright, grain=6.0)
        box = grid.box((right + left) / 2 - [0, 0, 30], [250, 250, 80])
        abdomen = self.region[box] == ABDOMEN
        x, y, z = grid.points(box)
        share = self.on_left[box[2]]
        d = (1 - share) * dome(x, y, self.tops[0]) + share * dome(x, y, self.tops[1]) - z
        on_left = np.clip((x - (right[0] + left[0]) / 2) / 20 + 0.5, 0, 1)
        layer = abdomen & (d < 35 - 25 * on_left + 3 * self.middle[box])
        self.hu[box][layer] = 55.0
        self._ellipsoid(left + [22, 62, -45], [26, 40, 52], ABDOMEN, SPLEEN + 0.35 * bright)
        self._ellipsoid(left + [-12, -20, -42], [34, 38, 34], ABDOMEN, STOMACH)
        if rng.random() < 0.75:  # gas rises to the front of the stomach
            size = rng.uniform(0.5, 1.25)
            centre = left + [rng.normal(-14, 9), rng.normal(-36, 6), -12 - 22 * size]
            box, q = grid.ellipsoid(
                centre, size * rng.uniform([20, 11, 14], [32, 19, 28]), turn_y(rng.normal(0.3, 0.3))
            )
            q += 0.25 * self.middle[box]
            self.hu[box][(q < 1) & (self.region[box] == ABDOMEN)] = -950.0
        for sign in (-1.0, 1.0):
            centre = [sign * 62 + t12[0], 18, t12[2] - 20]
            box, q = grid.ellipsoid(centre, [28, 26, 55], turn_y(sign * 0.2))
            inside = (q < 1) & (self.skin[box] < -20)
            # The cortex takes up contrast medium first.
            self.hu[box][inside] = np.where(q[inside] > 0.45, s.kidney_hu, 0.5 * (s.kidney_hu + KIDNEY))
        for _ in range(s.bowel_gas):
            centre = [
                rng.uniform(-105, 105),
                rng.uniform(-s.front_mm + 40, -35),
                rng.uniform(-330, max(t12[2] + 10, -330)),
            ]
            box, q = grid.ellipsoid(centre, rng.uniform(8, 24, 3), turn_y(rng.uniform(-1.5, 1.5)))
            q = q + 0.5 * self.fine[box] + 0.35 * self.middle[box]
            cavity = self.region[box] == ABDOMEN
            self.hu[box][(q < 1) & cavity] = 45.0
            self.hu[box][(q < 0.65) & cavity & (self.fine[box] > -0.5)] = -900.0

        self._colon()

    def _colon(self) -> None:
        """Gas in stretches of the colon, lump after lump between its folds, and stool with bubbles in the rest."""
        rng, s, t12 = self.rng, self.subject, self.marks["t12"]
        top = min(self.marks["left_hemidiaphragm"][2], self.marks["right_hemidiaphragm"][2])
        wide = 0.72 * s.abdomen_mm
        frame = np.array(
            [
                [-wide, 5.0, t12[2] - 190],
                [-wide, 0.0, t12[2] - 60],
                [-0.8 * wide, -40.0, t12[2] - 25],
                [-0.3 * wide, 30.0 - s.front_mm, t12[2] - 60],
                [0.3 * wide, 30.0 - s.front_mm, t12[2] - 50],
                [0.85 * wide, -35.0, min(top - 60, t12[2] + 35)],
                [wide, 5.0, t12[2] - 40],
                [0.95 * wide, 15.0, t12[2] - 190],
            ]
        )
        frame[1:-1] += rng.normal(0, 9.0, (6, 3))
        bowel = [rng.random() < 0.35 for _ in range(7)]
        for p, q, gas in zip(frame[:-1], frame[1:], bowel):
            n = max(2, int(np.linalg.norm(q - p) / 15.0))
            calibre = rng.uniform(10.0, 21.0)
            for t in (np.arange(n) + rng.uniform(0.2, 0.8)) / n:
                centre = p + t * (q - p) + rng.normal(0, 3.0, 3)
                radii = calibre * rng.uniform(0.65, 1.2, 3)
                box, shape = self.grid.ellipsoid(centre, radii)
                shape = shape + 0.3 * self.middle[box] + 0.25 * self.fine[box]
                cavity = (self.region[box] == ABDOMEN) & (self.skin[box] < -10)
                self.hu[box][(shape < 1.25) & cavity] = BOWEL
                bubbles = self.fine[box] > 0.9
                self.hu[box][(shape < 0.85) & cavity & (bubbles | gas)] = -920.0 if gas else -350.0

    def _heart(self) -> None:
        """Four chambers, great vessels; the left ventricle's apex points left, down and forward. The ventricles lie on
        the diaphragm, the left atrium under the carina, so the heart follows both."""
        s, depth = self.subject, self.subject.depth
        ca, left, t12 = (self.marks[k] for k in ("carina", "left_hemidiaphragm", "t12"))
        tall = ca[2] - left[2]
        size = s.heart * float(np.clip((tall / 113.0) ** 0.5, 0.8, 1.15))
        narrow = float(np.clip((left[0] - 10.0 - ca[0]) / (82.0 * size), 0.7, 1.0))  # the dome's top lies beside it
        blood = 0.92 * s.vessel_hu + 3.0
        muscle = 48.0 + 0.22 * max(s.vessel_hu - 45.0, 0.0)
        axis = ca[0] + 4.0
        apex = _turn_to(np.array([0.78, -0.34, -0.52]))
        level = turn_y(0.0)
        for place, over, radii, turn, wall in (
            ([-17, -66], 36.0, [24, 33, 40], level, 0.0),  # right atrium
            ([14, -34], 0.58 * tall / size, [36, 21, 24], level, 0.0),  # left atrium
            ([14, -90], 18.0, [50, 27, 32], apex, 0.0),  # right ventricle
            ([38, -70], 25.0, [54, 38, 40], apex, 0.42),  # left ventricle
        ):
            x, y = axis + place[0] * size * narrow, place[1] * depth
            share = float(np.interp(x, self.grid.axes[2], self.on_left))
            floor = (1 - share) * float(dome(x, y, self.tops[0])) + share * float(dome(x, y, self.tops[1]))
            floor = min(floor, ca[2] - 60.0)
            centre = [x, y, (left[2] if place[1] == -34 else floor) + over * size]
            box, q = self.grid.ellipsoid(centre, np.array(radii) * size * [narrow, 1.0, 1.0], turn)
            q += 0.05 * self.middle[box] + 0.04 * self.coarse[box]
            inside = (q < 1) & ((self.region[box] == LUNG) | (self.region[box] == MEDIASTINUM))
            self.region[box][inside] = MEDIASTINUM
            self.hu[box][inside] = np.where(q[inside] < 1 - wall, blood, muscle) if wall else blood
        x, z = ca[0], ca[2]
        pulmonary = np.array([axis + 30, -72.0 * depth, z - 0.34 * tall])
        for p, q, r1, r2 in (
            ([x + 16, -20, z + 24], [x + 27, 6, z - 2], 14, 13),  # aortic arch
            ([x + 2, -62 * depth, z - 0.45 * tall], [x - 12, -62, z + 2], 17, 16),  # ascending aorta
            ([x - 12, -62, z + 2], [x + 16, -20, z + 24], 16, 14),
            ([x + 27, 6, z - 2], [t12[0] + 12, -4, t12[2]], 13, 11),  # descending aorta
            ([x - 24, -42, -14], [x - 25, -50, z - 40], 9, 11),  # superior vena cava
            (pulmonary, [x + 24, -38, z - 14], 16, 13),  # pulmonary trunk and arteries
            ([x + 22, -38, z - 14], [x + 48, -28, z - 10], 13, 9),
            ([x + 20, -40, z - 20], [x - 40, -34, z - 26], 12, 9),
            ([x + 2, -30, z + 26], [x - 20, -38, 4.0], 6, 5),  # brachiocephalic, carotid, subclavian arteries
            ([x + 14, -22, z + 26], [x + 20, -38, 10.0], 4, 4),
        ):
            self._cord(p, q, r1, r2, s.vessel_hu + 4.0)
        if s.inflow_hu:
            self._inflow()

    def _inflow(self) -> None:
        """Undiluted contrast medium in the veins of one arm, down to the right atrium."""
        s, ca, t1, sign = self.subject, self.marks["carina"], self.marks["t1"], self.subject.inflow_side
        head = self.marks["left_humeral_head" if sign > 0 else "right_humeral_head"]
        path = [
            head + [-sign * 22.0, -14.0, -42.0],
            np.array([0.66 * head[0] + 0.34 * t1[0], -46.0, head[2] - 26.0]),
            np.array([t1[0] + sign * 62, -50.0, -10.0]),
            np.array([t1[0] + sign * 28, -44.0, -18.0]),
            np.array([ca[0] - 22, -46.0, ca[2] + 30]),
            np.array([ca[0] - 25, -50.0, ca[2] - 42]),
        ]
        for k, (p, q) in enumerate(pairwise(path)):
            r = 5.0 if k < 3 else (6.5 if k == 3 else 9.0)
            box, d = self.grid.cone(p, q, r, r)
            w = np.clip(0.5 - d / self.grid.spacing, 0, 1) * (self.skin[box] < -6.0)
            hu = self.hu[box]
            hu += w * (s.inflow_hu * (1.0 if k < 4 else 0.75) * (1 + 0.2 * self.fine[box]) - hu)

    def _lungs(self) -> None:
        grid, s = self.grid, self.subject
        for top in self.tops:  # neither heart nor mediastinum lies on a dome's top
            box, q = grid.ellipsoid(top + [0, 0, 12], [17, 22, 24])
            clear = (q < 1) & (self.region[box] == MEDIASTINUM)
            self.region[box][clear] = LUNG
        lung = self.region == LUNG
        where = np.flatnonzero(lung.any(axis=(1, 2)))
        if not len(where):
            return
        part = slice(int(where[0]), int(where[-1]) + 1)
        share = lung[part].astype(np.float32)
        soften(share, 0.2)
        gravity = np.clip((grid.points((part, slice(None), slice(None)))[1] + 120) / 200, 0, 1)
        density = (1000 - 872) / s.inflation
        value = -1000 + density + 65 * gravity + 10 * self.middle[part] + 16 * self.fine[part]
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
        ca = self.placement.landmarks["carina"]
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
