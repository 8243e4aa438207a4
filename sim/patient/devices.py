"""What lies on and in a patient besides anatomy: table, ECG leads, tubes, lines, drains, wires, clips, implants.

Knows the placed landmarks and paints on the finished voxels; moves no landmark. Which subject has what is drawn in
population.py. Points are (x, y, z) in mm of the straight frame (grid.py); sizes are those of common devices.
"""

# ruff: noqa: RUF005  (points are arrays: + adds them)
from __future__ import annotations

from itertools import pairwise

import numpy as np

from sim.patient.placement import Placement
from sim.patient.skeleton import Mesh
from sim.patient.tissues import Trunk

METAL_HU = 3071.0  # where a CT's scale of 12 bits ends
PLASTIC_HU, STRIPE_HU = 130.0, 2500.0
TABLE_HU, TABLE_HALF_WIDTH_MM, TABLE_MM = -150.0, 215.0, 3.2
COPPER_HU = 9000.0  # of thin metal, before the voxels dilute it


def add_devices(trunk: Trunk, placement: Placement, meshes: dict[str, Mesh], rng: np.random.Generator) -> None:
    """Paints the subject's devices into `trunk.hu`, in the order of `population.DEVICES`."""
    painter = _Painter(trunk, placement, meshes, rng)
    for name in placement.subject.devices:
        getattr(painter, name)()


class _Painter:
    def __init__(self, trunk: Trunk, placement: Placement, meshes: dict[str, Mesh], rng: np.random.Generator) -> None:
        self.trunk, self.grid, self.hu, self.skin = trunk, trunk.grid, trunk.hu, trunk.skin
        self.placement, self.meshes, self.rng = placement, meshes, rng
        self.marks, self.depth = placement.landmarks, placement.subject.depth

    # -- helpers ----------------------------------------------------------------------------------------------------

    def thin(self, path: np.ndarray, radius: float, value: float, straight: bool = True) -> None:
        """A wire along the polyline `path` (n, 3): what it adds to the voxels is the same at any spacing."""
        grid = self.grid
        pieces = np.linalg.norm(np.diff(path, axis=0), axis=1)
        at = np.concatenate([[0.0], np.cumsum(pieces)])
        if at[-1] < 1e-6:
            return
        n = max(2, int(at[-1] / (0.4 * grid.spacing)))
        t = (np.arange(n) + 0.5) * at[-1] / n
        points = np.stack([np.interp(t, at, path[:, a]) for a in range(3)], axis=1)
        index = grid.index(self.placement.lie(points) if straight else points)
        first = np.floor(index).astype(int)
        part = index - first
        keep = np.all((first >= 0) & (first + 1 < grid.shape), axis=1)
        first, part = first[keep], part[keep]
        mass = (value + 1000.0) * np.pi * radius**2 * at[-1] / n / grid.spacing**3
        for a in (0, 1):
            for b in (0, 1):
                for c in (0, 1):
                    w = (part[:, 0] if a else 1 - part[:, 0]) * (part[:, 1] if b else 1 - part[:, 1])
                    w = w * (part[:, 2] if c else 1 - part[:, 2])
                    np.add.at(self.hu, tuple((first + [a, b, c]).T), (mass * w).astype(np.float32))
        box = tuple(slice(int(lo), int(hi) + 2) for lo, hi in zip(first.min(0), first.max(0))) if len(first) else None
        if box:
            np.minimum(self.hu[box], METAL_HU, out=self.hu[box])

    def solid(self, p, q, r1: float, r2: float, value: float = METAL_HU) -> None:
        box, d = self.grid.cone(p, q, r1, r2, margin=self.grid.spacing)
        hu = self.hu[box]
        hu += np.clip(0.5 - d / self.grid.spacing, 0, 1) * (value - hu)

    def tube(self, path: np.ndarray, radius: float, wall: float) -> None:
        """A plastic tube with its radio-opaque stripe, air inside."""
        share = 1 - ((radius - wall) / radius) ** 2
        for p, q in pairwise(path):
            self.solid(p, q, radius, radius, share * PLASTIC_HU - (1 - share) * 1000.0)
        self.thin(path + [0.0, -radius, 0.0], 0.75, STRIPE_HU)

    def front(self, x: float, z: float) -> float | None:
        """y, in the straight frame, of the skin's front at (x, z); None outside the body."""
        grid = self.grid
        i, k = (int((c - low) / grid.spacing) for c, low in ((z, grid.low[0]), (x, grid.low[2])))
        if not (0 <= i < grid.shape[0] and 0 <= k < grid.shape[2]):
            return None
        inside = self.skin[i, :, k] < 0
        if not inside.any():
            return None
        return float(grid.axes[1][int(inside.argmax())] - grid.sag[i])

    def on_skin(self, flat: np.ndarray) -> np.ndarray:
        """(x, z) points (n, 2) to points a voxel in front of the skin; those outside the body go."""
        found = [(x, self.front(x, z), z) for x, z in flat]
        return np.array([(x, y - self.grid.spacing, z) for x, y, z in found if y is not None]).reshape(-1, 3)

    def curve(self, *points, spread: float = 1.5) -> np.ndarray:
        """A smooth path through about `points`."""
        points = np.array(points, float)
        points[1:-1] += self.rng.normal(0, spread, points[1:-1].shape)
        t = np.linspace(0, len(points) - 1, 12 * len(points))
        lines = np.stack([np.interp(t, np.arange(len(points)), points[:, a]) for a in range(3)], axis=1)
        ends = lines[[0, -1]]
        for _ in range(6):
            lines[1:-1] = (lines[:-2] + 2 * lines[1:-1] + lines[2:]) / 4
        lines[[0, -1]] = ends
        return lines

    def side(self, left_share: float = 0.5) -> float:
        return 1.0 if self.rng.random() < left_share else -1.0

    def _throat(self) -> list[np.ndarray]:
        """From the lips to the larynx."""
        at, y0 = self.placement.head, self.placement.head_centre[1]
        mouth = at(np.array([[0, y0 - 92, 93.0], [0, y0 - 55, 99.0], [0, y0 - 12, 96.0], [0, y0 - 8, 72.0]]))
        return [*mouth, np.array([self.marks["t1"][0], -48.0, 42.0])]

    # -- on the skin and behind it ----------------------------------------------------------------------------------

    def table(self) -> None:
        """A CT table's top: a thin shell under the back that curves up at its edges, or a flat board with a pad."""
        grid, rng = self.grid, self.rng
        x, y = grid.axes[2][None, :], grid.axes[1][:, None]
        flat = rng.random() < 0.35
        thick = TABLE_MM * rng.uniform(0.6, 2.2)
        bend = 0.0 if flat else rng.uniform(6.0, 15.0)
        value = TABLE_HU + float(np.clip(rng.normal(0, 120), -250, 250))
        half_width = TABLE_HALF_WIDTH_MM + rng.uniform(-15, 40)
        back = float(grid.axes[1][np.flatnonzero((self.skin < 0).any(axis=(0, 2)))[-1]])
        off = np.abs(y - (back + 2.0 - bend * (x / 190.0) ** 2))
        share = np.clip(0.5 + (thick / 2 - off) / grid.spacing, 0, min(1.0, thick / grid.spacing))
        share = share * np.clip(0.5 + (half_width - np.abs(x)) / grid.spacing, 0, 1)
        for j, k in np.argwhere(share > 0):
            column = self.hu[:, j, k]
            column[self.skin[:, j, k] > grid.spacing] = -1000.0 + share[j, k] * (value + 1000.0)

    def leads(self) -> None:
        """ECG electrodes on the chest and their wires, which run over the skin's front toward one side."""
        rng, marks = self.rng, self.marks
        side, collar, waist = self.side(), -35.0, marks["t12"][2] + 40.0
        ends = [(-75.0, collar), (80.0, collar - 5.0), (95.0, waist), (-90.0, waist), (20.0, marks["carina"][2] - 70.0)]
        plug = np.array([side * rng.uniform(20.0, 110.0), rng.choice([waist - 90.0, 30.0], p=[0.7, 0.3])])
        for x, z in ends[: int(rng.integers(3, 6))]:
            start = np.array([x, z]) + rng.normal(0, 12.0, 2)
            bend = (start + plug) / 2 + rng.normal(0, 35.0, 2)
            t = np.linspace(0, 1, 60)[:, None]
            self.thin(self.on_skin((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * plug), 0.6, COPPER_HU)
            angle = np.linspace(0, 2 * np.pi, 25)[:, None]
            for radius in (2.0, 4.5):
                ring = start + radius * np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
                self.thin(self.on_skin(ring), 0.8, COPPER_HU)

    # -- tubes and lines --------------------------------------------------------------------------------------------

    def endotracheal_tube(self) -> None:
        ca = self.marks["carina"]
        *mouth, larynx = self._throat()
        fork = ca + [0, 0, 9.0]
        half = (larynx + fork) / 2 + [0, 6, 0]
        end = half + (fork - half) * self.rng.uniform(0.0, 0.75)
        self.tube(self.curve(*mouth, larynx, half, end, spread=0.5), 5.0, 1.4)

    def gastric_tube(self) -> None:
        ca, t12, left = (self.marks[k] for k in ("carina", "t12", "left_hemidiaphragm"))
        *mouth, larynx = self._throat()
        path = self.curve(
            *mouth,
            larynx + [2, 14, 0],
            [self.marks["t1"][0] + 4, -20, 0],
            ca + [6, 14, 0],
            [ca[0] + 12, -18, (ca[2] + left[2]) / 2],
            [t12[0] + 18, -32, left[2] - 8],
            left + [-40, -18, -35],
            left + [-12, -22, -55],
            left + [-36, -30, -95],
        )
        self.thin(path, 2.2, 150.0)
        self.thin(path, 0.8, STRIPE_HU)

    def central_line(self) -> None:
        ca, t1, rng = self.marks["carina"], self.marks["t1"], self.rng
        side = self.side(0.3)
        joint = np.array([t1[0] + side * 26, -40.0, -12.0])
        if rng.random() < 0.5:  # jugular
            start = [np.array([t1[0] + side * 38, -50.0, 78.0]), np.array([t1[0] + side * 32, -38.0, 40.0])]
        else:  # subclavian
            head = self.marks["left_humeral_head" if side > 0 else "right_humeral_head"]
            far = np.array([0.62 * head[0] + 0.38 * t1[0], -62.0, head[2] - 22.0])
            start = [far, np.array([t1[0] + side * 60, -52.0, -8.0])]
        cross = [np.array([ca[0] - 6, -50.0, ca[2] + 42])] if side > 0 else []
        tip = ca + [-22, 0, rng.uniform(-55, 15)]
        tip[1] = -48.0
        path = self.curve(*start, joint, *cross, [ca[0] - 22, -46, ca[2] + 34], tip, spread=1.0)
        self.thin(path, 1.1, 900.0)

    def chest_drain(self) -> None:
        ca, s, rng = self.marks["carina"], self.placement.subject, self.rng
        side = self.side()
        z = ca[2] - rng.uniform(40, 80)
        wall = 150.0 * s.width + 0.8 * s.fat_mm
        start = [ca[0] + side * (wall + 45), -70.0, z - 25]
        enter = [ca[0] + side * 118 * s.width, -45.0, z]
        end = [ca[0] + side * rng.uniform(40, 75), rng.uniform(-60, 5), rng.uniform(-55, -15)]
        self.tube(self.curve(start, enter, [ca[0] + side * 105, -30.0, z + 40], end, spread=4.0), 4.2, 1.3)

    # -- metal ------------------------------------------------------------------------------------------------------

    def pacemaker(self) -> None:
        ca, t1, dome, rng = self.marks["carina"], self.marks["t1"], self.marks["left_hemidiaphragm"], self.rng
        side = self.side(0.8)
        x, z = side * rng.uniform(85, 105) + t1[0], rng.uniform(-60, -38)
        y = self.front(x, z)
        if y is None:
            return
        centre = np.array([x, y + 9.0, z])
        for a in np.linspace(0, np.pi, 14, endpoint=False):  # a flat, round box
            reach = 18.0 * np.array([np.cos(a), 0.15, np.sin(a)])
            self.solid(centre - reach, centre + reach, 4.5, 4.5)
        self.solid(centre - [6, 0, 0], centre + [6, 0, 0], 4.5, 4.5)
        vein = [[t1[0] + side * 60, -52.0, -10.0], [t1[0] + side * 24, -42.0, -16.0], [ca[0] - 20, -46, ca[2] + 30]]
        low = (ca[2] + dome[2]) / 2
        tips = [[ca[0] + 42, -92.0, dome[2] + 12], [ca[0] - 22, -80.0, low - 5]]
        for tip in tips[: 1 if rng.random() < 0.4 else 2]:
            path = self.curve(centre, *vein, [ca[0] - 24, -52, low], np.add(tip, [-14, 6, -6]), tip)
            self.thin(path, 0.8, COPPER_HU)

    def sternal_wires(self) -> None:
        v = self.placement.lie(self.meshes["sternum"][0])
        course = float(self.placement.course(self.marks["carina"][2]))
        v = v[np.abs(v[:, 0] - course) < 16]
        low, high = self.marks["carina"][2] - 62.0, v[:, 2].max() - 18.0
        angle = np.linspace(0, 2 * np.pi, 40)
        for z in np.linspace(low, high, int(self.rng.integers(5, 8))):
            near = v[np.abs(v[:, 2] - z) < 9.0]
            if len(near) < 4:
                continue
            x, y = course + self.rng.normal(0, 1.5), (near[:, 1].min() + near[:, 1].max()) / 2
            tilt = self.rng.normal(0, 4.0)
            loop = [x + 13 * np.cos(angle), y + 8 * np.sin(angle), z + tilt * np.cos(angle)]
            self.thin(np.stack(loop, axis=1), 0.5, COPPER_HU, straight=False)

    def clips(self) -> None:
        """Surgical clips: along the heart's left side, in the gallbladder's bed, or in an axilla."""
        ca, rng = self.marks["carina"], self.rng
        head = self.marks["left_humeral_head" if rng.random() < 0.5 else "right_humeral_head"]
        beds = (
            (ca + [20, -55, -45], [18, 14, 35]),
            (self.marks["right_hemidiaphragm"] + [20, -18, -95], [10, 10, 12]),
            (np.array([0.8 * head[0], -30.0, head[2] - 70]), [12, 18, 18]),
        )
        centre, reach = beds[int(rng.integers(3))]
        for _ in range(int(rng.integers(4, 14))):
            p = centre + rng.normal(0, 1, 3) * reach
            way = rng.normal(0, 1, 3)
            self.thin(np.array([p, p + 6.0 * way / np.linalg.norm(way)]), 0.7, COPPER_HU)

    def spine_screws(self) -> None:
        """Two pedicle screws a level and a rod on each side, over three to five vertebrae between T6 and L3."""
        names = [f"torso_geom_{k}_thoracic{13 - k}_s" for k in range(7, 0, -1)]
        names += [f"lumbar{k}_geom_1_lumbar{k}" for k in (1, 2, 3)]
        count = int(self.rng.integers(3, 6))
        first = int(self.rng.integers(0, len(names) - count + 1))
        heads: dict[float, list] = {-1.0: [], 1.0: []}
        for name in names[first : first + count]:
            v = self.meshes[name][0]
            front = v[v[:, 1] < v[:, 1].min() + 14.0]
            x, y, z = (front[:, 0].min() + front[:, 0].max()) / 2, v[:, 1].min(), front[:, 2].mean() + 3.0
            for sign in (-1.0, 1.0):
                head = np.array([x + sign * 21.0, y + 52.0, z])
                self.solid(head, np.array([x + sign * 9.0, y + 8.0, z + self.rng.normal(0, 1.5)]), 3.0, 2.6)
                self.solid(head, head + [0, 5, 0], 5.5, 5.5)
                heads[sign].append(head + [0, 5, 0])
        for line in heads.values():
            for p, q in pairwise(line):
                self.solid(p, q, 2.8, 2.8)

    def shoulder_prosthesis(self) -> None:
        """A metal head about the centre of the articular sphere and a stem down the humerus."""
        side = "left" if self.rng.random() < 0.5 else "right"
        head, elbow = (self.marks[f"{side}_{part}"] for part in ("humeral_head", "elbow"))
        way = (elbow - head) / np.linalg.norm(elbow - head)
        inward = np.array([-1.0 if side == "left" else 1.0, 0.0, 0.0])
        inward -= way * (inward @ way)
        cut = inward / np.linalg.norm(inward) - 0.9 * way
        cut /= np.linalg.norm(cut)
        box, d = self.grid.cone(head, head, 23.0, 23.0)
        x, y, z = self.grid.points(box)
        off = sum((axis - c) * w for axis, c, w in zip((x, y, z), head, cut))
        d = np.maximum(d, -off - 3.0)
        hu = self.hu[box]
        hu += np.clip(0.5 - d / self.grid.spacing, 0, 1) * (METAL_HU - hu)
        self.solid(head, head - 8 * inward + 35 * way, 9.0, 8.0)
        self.solid(head - 8 * inward + 30 * way, head - 4 * inward + 125 * way, 7.0, 4.0)
