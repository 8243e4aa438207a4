"""Voxel grids in the skeleton frame and the shapes drawn on them: signed distances, blends, noise.

Arrays are indexed [z, y, x] (up, posterior, left); points are (x, y, z) in mm. Signed distances are in mm, negative
inside. Knows no anatomy.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from scipy import ndimage

Box = tuple[slice, slice, slice]


class Grid:
    """Voxels of `spacing` mm; `low` is the outer corner (z, y, x) in mm and `shape` the count along (z, y, x).

    `sag` (z,) mm: how far posterior of the straight frame the body lies at each level. Shapes are given in the straight
    frame and drawn where the body lies, so that one curve bends everything alike."""

    def __init__(self, low, high, spacing: float, sag=None) -> None:
        self.low = np.asarray(low, float)
        self.spacing = float(spacing)
        self.shape = tuple(int(n) for n in np.ceil((np.asarray(high, float) - self.low) / spacing - 1e-9))
        self.axes = [
            (self.low[a] + spacing * (np.arange(n) + 0.5)).astype(np.float32) for a, n in enumerate(self.shape)
        ]
        self.sag = np.zeros(self.shape[0], np.float32) if sag is None else sag(self.axes[0]).astype(np.float32)

    def box(self, centre, radius) -> Box:
        """The part of the grid within `radius` (a number, or mm along x, y, z) of `centre`."""
        c, r = np.asarray(centre, float)[::-1], np.broadcast_to(radius, 3)[::-1]
        lo, hi = c - r - self.low, c + r - self.low
        first, last = (min(max(int(a / self.spacing), 0), self.shape[0] - 1) for a in (lo[0], hi[0]))
        # The sag never grows toward the head.
        lo[1] += self.sag[last]
        hi[1] += self.sag[first]
        lo = np.clip(np.floor(lo / self.spacing), 0, self.shape).astype(int)
        hi = np.clip(np.ceil(hi / self.spacing) + 1, lo, self.shape).astype(int)
        return tuple(slice(int(a), int(b)) for a, b in zip(lo, hi))

    def points(self, box: Box | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y, z of the voxel centres in the straight frame, as arrays that broadcast over [z, y, x]."""
        z, y, x = (axis if box is None else axis[part] for axis, part in zip(self.axes, box or (None,) * 3))
        sag = self.sag if box is None else self.sag[box[0]]
        y = y[None, :, None] - sag[:, None, None] if sag.any() else y[None, :, None]
        return x[None, None, :], y, z[:, None, None]

    def cone(self, p, q, r1: float, r2: float, squash: float = 1.0, margin: float = 4.0):
        """A round cone from `p` (radius r1) to `q` (r2), flattened along y by `squash`: (box, signed distance)."""
        p, q = np.asarray(p, float), np.asarray(q, float)
        box = self.box((p + q) / 2, np.abs(p - q) / 2 + max(r1, r2) * max(1.0, squash) + margin)
        out = np.empty([s.stop - s.start for s in box], np.float32)
        axes = [axis[s] for axis, s in zip(self.axes, box)]
        _cone(out, *axes, self.sag[box[0]], p, q, float(r1), float(r2), float(squash))
        return box, out

    def ellipsoid(self, centre, radii, turn: np.ndarray | None = None):
        """(box, q): q < 1 inside the ellipsoid with `radii` along its own axes (the rows of `turn`)."""
        centre, radii = np.asarray(centre, float), np.asarray(radii, float)
        reach = radii if turn is None else np.sqrt(((turn.T * radii) ** 2).sum(axis=1))
        box = self.box(centre, reach + self.spacing)
        d = [axis - c for axis, c in zip(self.points(box), centre)]
        if turn is not None:
            d = [turn[i, 0] * d[0] + turn[i, 1] * d[1] + turn[i, 2] * d[2] for i in range(3)]
        q = (d[0] / radii[0]) ** 2 + (d[1] / radii[1]) ** 2 + (d[2] / radii[2]) ** 2
        return box, q.astype(np.float32)

    def index(self, points: np.ndarray) -> np.ndarray:
        """Voxel indices (z, y, x) as floats of points (n, 3)."""
        return (points[:, ::-1] - self.low) / self.spacing - 0.5


@njit(cache=True, nogil=True, fastmath=True)
def _cone(out, zs, ys, xs, sag, p, q, r1, r2, squash):
    d = q - p
    length2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 1e-9
    for i in range(zs.size):
        for j in range(ys.size):
            for k in range(xs.size):
                ax, ay, az = xs[k] - p[0], ys[j] - sag[i] - p[1], zs[i] - p[2]
                t = min(max((ax * d[0] + ay * d[1] + az * d[2]) / length2, 0.0), 1.0)
                ax, ay, az = ax - t * d[0], (ay - t * d[1]) / squash, az - t * d[2]
                out[i, j, k] = math.sqrt(ax * ax + ay * ay + az * az) - (r1 + t * (r2 - r1))


@njit(cache=True, nogil=True, fastmath=True)
def blend(field, shape, k):
    """field := smooth minimum of field and shape, in place (polynomial, width `k` mm; I. Quilez, "smooth minimum")."""
    for i in range(field.shape[0]):
        for j in range(field.shape[1]):
            for m in range(field.shape[2]):
                a, b = field[i, j, m], shape[i, j, m]
                h = min(max(0.5 + 0.5 * (b - a) / k, 0.0), 1.0)
                field[i, j, m] = b * (1 - h) + a * h - k * h * (1 - h)


@njit(cache=True, nogil=True, fastmath=True)
def planes_distance(out, ys, xs, planes):
    """out[y, x] := the largest signed distance to half planes (n, 3), each (normal x, normal y, offset)."""
    for j in range(ys.size):
        for k in range(xs.size):
            far = -1e9
            for p in range(planes.shape[0]):
                far = max(far, planes[p, 0] * xs[k] + planes[p, 1] * ys[j] + planes[p, 2])
            out[j, k] = far


@njit(cache=True, nogil=True, fastmath=True)
def sample(a, n0, n1, n2, step, start, shift):
    """`a` read trilinearly at index start + step * (i, j, k) - (0, shift[i], 0), clamped at the border: float32
    (n0, n1, n2)."""
    out = np.empty((n0, n1, n2), np.float32)
    m0, m1, m2 = a.shape
    xi = np.empty(n2, np.int64)
    xf = np.empty(n2, np.float32)
    for k in range(n2):
        x = min(max(k * step[2] + start[2], 0.0), m2 - 1.001)
        xi[k] = int(x)
        xf[k] = x - int(x)
    row = np.empty(m2, np.float32)
    for i in range(n0):
        z = min(max(i * step[0] + start[0], 0.0), m0 - 1.001)
        p = int(z)
        fz = np.float32(z - p)
        for j in range(n1):
            y = min(max(j * step[1] + start[1] - shift[i], 0.0), m1 - 1.001)
            q = int(y)
            fy = np.float32(y - q)
            w00, w01 = (1 - fz) * (1 - fy), (1 - fz) * fy
            w10, w11 = fz * (1 - fy), fz * fy
            for k in range(m2):
                row[k] = w00 * a[p, q, k] + w01 * a[p, q + 1, k] + w10 * a[p + 1, q, k] + w11 * a[p + 1, q + 1, k]
            for k in range(n2):
                b = row[xi[k]]
                out[i, j, k] = b + xf[k] * (row[xi[k] + 1] - b)
    return out


def resample(a: np.ndarray, source: Grid, target: Grid) -> np.ndarray:
    """A field on `source` (straight) read at the voxels of `target`."""
    step = np.full(3, target.spacing / source.spacing)
    start = (target.low + 0.5 * target.spacing - source.low) / source.spacing - 0.5
    return sample(np.ascontiguousarray(a, dtype=np.float32), *target.shape, step, start, target.sag / source.spacing)


class Noise:
    """Smooth noise of unit variance with lumps of about `lump_mm`, the same anatomy at any spacing; it repeats beyond
    `REACH_MM` of its corner."""

    def __init__(self, rng: np.random.Generator, lump_mm: float, low, high) -> None:
        self.low, self.lump = np.asarray(low, float) - lump_mm, float(lump_mm)
        shape = [max(4, int((b - a) / lump_mm) + 4) for a, b in zip(low, high)]
        field = ndimage.gaussian_filter(rng.standard_normal(shape).astype(np.float32), 1.0)
        self.field = field / field.std()

    def on(self, grid: Grid) -> np.ndarray:
        """The noise at the voxels of `grid`."""
        start = (grid.low + 0.5 * grid.spacing - self.low) / self.lump
        return sample(self.field, *grid.shape, np.full(3, grid.spacing / self.lump), start, np.zeros(grid.shape[0]))


@njit(cache=True, nogil=True, fastmath=True)
def soften(a, w):
    """A [w, 1 - 2w, w] blur along each axis, in place."""
    n0, n1, n2 = a.shape
    v = 1 - 2 * w
    line = np.empty((n1, n2), np.float32)
    for i in range(n0):
        for j in range(n1):
            before = a[i, j, 0]
            for k in range(n2):
                here = a[i, j, k]
                after = a[i, j, min(k + 1, n2 - 1)]
                a[i, j, k] = v * here + w * (before + after)
                before = here
        for k in range(n2):
            line[0, k] = a[i, 0, k]
        for j in range(n1):
            for k in range(n2):
                here = a[i, j, k]
                a[i, j, k] = v * here + w * (line[0, k] + a[i, min(j + 1, n1 - 1), k])
                line[0, k] = here
    for j in range(n1):
        for k in range(n2):
            line[j, k] = a[0, j, k]
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                here = a[i, j, k]
                a[i, j, k] = v * here + w * (line[j, k] + a[min(i + 1, n0 - 1), j, k])
                line[j, k] = here
