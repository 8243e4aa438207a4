"""Projector on the CPU: a perspective slice-stack (shear-warp; Lacroute and Levoy, SIGGRAPH 1994) for two
materials.

Seen from the source, every slice of the volume falls on one plane, the slice plane through the isocentre, by
scale and shift alone, whatever the angle of the detector. The slices are sampled bilinearly and summed on
that plane; one homography then takes the sum to the detector, each pixel times the length of its ray per
slice in mm (so the slab of Joseph, IEEE TMI 1 (1982) 192, to the accuracy of one more interpolation). All of
it happens in voxel indices: source and detector go through the inverse affine, so anisotropic and oblique
grids need nothing of their own.

Resolution: the plane is sampled 1.5 times a voxel and at least every mm, or once a pixel at the isocentre
where pixels are coarser. Where two or more voxels fit into a pixel they are averaged first (a mip level, each
axis by its own whole factor), so that a small picture is not aliased. Slices are taken in pairs where a ray
shifts by no more than a third of a voxel from one to the next (near AP and lateral), at no cost in accuracy
that can be measured at 512 pixels (0.1 % at 128).

Slices are perpendicular to the voxel axis that gives the most samples among those within 60 degrees of the
beam. Each axis and averaging needs its own copy of the volume, made when first needed; the latest are kept,
up to 2.25 times the float32 volume. Slices nearer the focal spot than 51 mm, or beyond the detector on the
central ray, are left out.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba as nb
import numpy as np

from sim.geometry import DETECTOR_MM, FIELD_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.materials import QUANTUM_G_CM3, level_tables
from sim.xray.spectrum import DEFAULT_KVP, AttenuationTable

SAMPLES_PER_VOXEL = 1.5
COARSEST_MM = 1.0
NEAREST_SHARE = 0.05
"""Share of the way from the focal spot to the detector that lies inside the tube housing."""
LEAST_COSINE = 0.5
CONE_TANGENT = 0.5 * DETECTOR_MM / SDD_MM
PAIR_APART, MOST_APART = 0.34, 0.75
"""How far, in voxels, a ray may shift from one averaged slice to the next: for a further pairing, and at
most."""
TILE = 32
ROOM = 2.25
"""Bytes kept in copies, as a multiple of the volume in float32."""

_JIT = dict(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)


@nb.njit(**_JIT)
def _split(flat, strides, shape, factors, soft, bone, p_from, p_to, out):
    """HU to slices [p_from, p_to) of out (2, P, Q, R), levels of two materials, each voxel the mean over a
    block of factors[0] x factors[1] x factors[2]; beyond the edge is air. `strides` (in elements) and `shape`
    of the source are in the order p, q, r; tiled, since its fastest axis may be any of them."""
    n_q, n_r = out.shape[2], out.shape[3]
    f_p, f_q, f_r = factors
    s_p, s_q, s_r = strides
    share = np.float32(1.0 / (f_p * f_q * f_r))
    softs, bones = np.empty(TILE, np.int32), np.empty(TILE, np.int32)
    for p0 in range(p_from, p_to, 8):
        for q0 in range(0, n_q, TILE):
            for r0 in range(0, n_r, TILE):
                width = min(TILE, n_r - r0)
                for p in range(p0, min(p0 + 8, p_to)):
                    for q in range(q0, min(q0 + TILE, n_q)):
                        softs[:] = 0
                        bones[:] = 0
                        for a in range(p * f_p, min((p + 1) * f_p, shape[0])):
                            for b in range(q * f_q, min((q + 1) * f_q, shape[1])):
                                for c in range(f_r):
                                    count = min(width, (shape[2] - c - 1) // f_r - r0 + 1)
                                    at = a * s_p + b * s_q + (r0 * f_r + c) * s_r
                                    for x in range(count):
                                        h = flat[np.uint64(at + x * f_r * s_r)]
                                        softs[x] += soft[h]
                                        bones[x] += bone[h]
                        for x in range(width):
                            out[0, p, q, r0 + x] = np.int16(softs[x] * share + np.float32(0.5))
                            out[1, p, q, r0 + x] = np.int16(bones[x] * share + np.float32(0.5))


@nb.njit(**_JIT)
def _spans(levels, p_from, p_to, first, last):
    """First and one past the last non-zero column of every row, (2, P, Q); first = last = 0 for an empty
    row."""
    for c in range(2):
        for p in range(p_from, p_to):
            for q in range(levels.shape[2]):
                row = levels[c, p, q]
                i, j = 0, row.size
                while i < j and row[i] == 0:
                    i += 1
                while j > i and row[j - 1] == 0:
                    j -= 1
                first[c, p, q] = i if i < j else 0
                last[c, p, q] = j if i < j else 0


@nb.njit(inline="never", **_JIT)
def _sample_row(row, first, last, shift, pitch, index, weight, padded, out):
    """out[u] = row at column shift + pitch * u, linearly between columns and 0 beyond them; returns the span
    of u that can differ from 0. `index` is one more than the column, `padded` (R + 4,) room for the row as
    float32."""
    width = out.size
    if first >= last:
        return width, 0
    u0 = max(0, math.ceil((first - 1 - shift) / pitch))
    u1 = min(width, math.floor((last - shift) / pitch) + 1)
    if u0 >= u1:
        return width, 0
    i0 = max(0, np.int64(index[u0]) - 1)
    i1 = min(row.size, np.int64(index[u1 - 1]) + 1)
    padded[i0] = 0
    inner, source = padded[i0 + 1 : i1 + 1], row[i0:i1]
    for i in range(source.size):
        inner[i] = np.float32(source[i])
    padded[i1 + 1] = 0
    padded[i1 + 2] = 0
    out[:u0] = 0
    # Slices that start at 0 and unsigned indices spare numba's handling of negative ones, so that LLVM vectorises.
    some, share, to = index[u0:u1], weight[u0:u1], out[u0:u1]
    for u in range(to.size):
        i = some[u]
        a = padded[i]
        to[u] = a + share[u] * (padded[i + np.uint32(1)] - a)
    out[u1:] = 0
    return u0, u1


@nb.njit(**_JIT)
def _stack(levels, first, last, k0, k1, source, plane, origin, pitch, b0, b1, out):
    """Sum slices [k0, k1) on the plane p = `plane`, rows [b0, b1) of out (2, rows, columns). `source` (3,)
    and `origin`, `pitch` (2,) of the plane's grid in q and r are in voxels."""
    n_q, n_r = levels.shape[2], levels.shape[3]
    width = out.shape[2]
    out[:, b0:b1] = 0
    padded = np.zeros(n_r + 4, np.float32)
    upper, lower = np.zeros(width, np.float32), np.zeros(width, np.float32)
    index, weight = np.empty(width, np.uint32), np.empty(width, np.float32)
    for k in range(k0, k1):
        scale = (k - source[0]) / (plane - source[0])
        shift, step = source[2] + (origin[1] - source[2]) * scale, pitch[1] * scale
        for u in range(width):
            x = max(np.float32(shift + 1.0) + np.float32(step) * np.float32(u), np.float32(0))
            i = int(x)
            index[u] = np.uint32(min(i, n_r + 2))
            weight[u] = x - np.float32(i)
        q_shift, q_step = source[1] + (origin[0] - source[1]) * scale, pitch[0] * scale
        for c in range(2):
            held = -1000000
            a0, a1, c0, c1 = width, 0, width, 0
            for b in range(b0, b1):
                y = q_shift + q_step * b
                j = math.floor(y)
                if j < -1 or j >= n_q:
                    continue
                if j != held:
                    if j == held + 1:
                        upper, lower = lower, upper
                        a0, a1 = c0, c1
                    elif j >= 0:
                        a0, a1 = _sample_row(
                            levels[c, k, j],
                            first[c, k, j],
                            last[c, k, j],
                            shift,
                            step,
                            index,
                            weight,
                            padded,
                            upper,
                        )
                    else:
                        a0, a1 = width, 0
                    if a1 <= a0:
                        upper[:] = 0
                    c0, c1 = width, 0
                    if j + 1 < n_q:
                        i = j + 1
                        c0, c1 = _sample_row(
                            levels[c, k, i],
                            first[c, k, i],
                            last[c, k, i],
                            shift,
                            step,
                            index,
                            weight,
                            padded,
                            lower,
                        )
                    if c1 <= c0:
                        lower[:] = 0
                    held = j
                u0, u1 = min(a0, c0), max(a1, c1)
                if u0 < u1:
                    f = np.float32(y - j)
                    g = np.float32(1) - f
                    to, above, below = out[c, b, u0:u1], upper[u0:u1], lower[u0:u1]
                    for u in range(to.size):
                        to[u] += g * above[u] + f * below[u]


@nb.njit(**_JIT)
def _warp(sums, rows, columns, depth, length, pixel, scale, v0, v1, out):
    """Take the plane's sums to pixels [v0, v1) x all, out (2, n, n). `rows`, `columns`, `depth` (3,) are the
    homography: plane row = (rows . (1, u, v)) / (depth . (1, u, v)). `length` is the SDD in mm per unit of
    depth's denominator, `pixel` the pixel pitch in mm; `scale` turns level * mm into g/cm2."""
    n = out.shape[1]
    height, width, one = sums.shape[1], sums.shape[2], np.uint32(1)
    centre = 0.5 * (n - 1)
    at_y, at_x = np.empty(n, np.float32), np.empty(n, np.float32)
    mm = np.empty(n, np.float32)
    soft, bone = sums[0], sums[1]
    last_y, last_x = np.float32(height - 1), np.float32(width - 1)
    for v in range(v0, v1):
        for u in range(n):
            share = 1.0 / (depth[0] + depth[1] * u + depth[2] * v)
            at_y[u] = (rows[0] + rows[1] * u + rows[2] * v) * share
            at_x[u] = (columns[0] + columns[1] * u + columns[2] * v) * share
            across = ((u - centre) ** 2 + (v - centre) ** 2) * (pixel * pixel)
            mm[u] = math.sqrt(length * length + across) * abs(share) * scale
        for u in range(n):
            y, x = at_y[u], at_x[u]
            if y >= 0 and x >= 0 and y < last_y and x < last_x:
                j, i = np.uint32(y), np.uint32(x)
                fy, fx = y - np.float32(j), x - np.float32(i)
                a = soft[j, i] + fx * (soft[j, i + one] - soft[j, i])
                b = soft[j + one, i] + fx * (soft[j + one, i + one] - soft[j + one, i])
                c = bone[j, i] + fx * (bone[j, i + one] - bone[j, i])
                d = bone[j + one, i] + fx * (bone[j + one, i + one] - bone[j + one, i])
                out[0, v, u] = (a + fy * (b - a)) * mm[u]
                out[1, v, u] = (c + fy * (d - c)) * mm[u]
            else:
                out[0, v, u] = 0
                out[1, v, u] = 0


@dataclass(frozen=True)
class _Copy:
    """The volume as slices along one voxel axis: levels (2, P, Q, R) with the spans of their rows (2, P, Q),
    and the first and one past the last slice that holds anything. `order` says which voxel axes P, Q, R
    are."""

    order: tuple[int, ...]
    factors: np.ndarray
    levels: np.ndarray
    first: np.ndarray
    last: np.ndarray
    slices: tuple[int, int]


class CpuProjector:
    """See the module. `threads` work on bands of rows, outside the GIL; 1 stays in the calling thread.
    Rendering from several threads at once is safe."""

    def __init__(self, patient: Patient, kvp: float = DEFAULT_KVP, threads: int = 2):
        self.patient = patient
        self.threads = max(1, threads)
        self.table = AttenuationTable(kvp)
        self._inverse = np.linalg.inv(patient.affine[:3, :3])
        self._spacing = patient.spacing_mm
        self._pool = ThreadPoolExecutor(self.threads, "projector") if self.threads > 1 else None
        self._copies: dict[tuple, _Copy] = {}
        self._room = ROOM * 4 * patient.hu.size
        self._lock = threading.Lock()

    def render(self, pose: CArmPose, size: int = 512, fast: bool = False) -> np.ndarray:
        """-ln(I/I0) of the primary beam, float32 (size, size); see sim.xray.projector."""
        return self.log_signal(self.mass_paths(pose, size, fast))

    def log_signal(self, paths: np.ndarray) -> np.ndarray:
        """-ln(I/I0), float32 (h, w), of mass path lengths (2, h, w) in g/cm2."""
        out = np.empty(paths.shape[1:], np.float32)
        self._in_bands(len(out), lambda a, b: self.table.log_signal(paths[0, a:b], paths[1, a:b], out[a:b]))
        return out

    def mass_paths(self, pose: CArmPose, size: int = 512, fast: bool = False) -> np.ndarray:
        """Mass path lengths (2, size, size) of soft tissue and bone along each pixel's ray, g/cm2,
        float32."""
        beam = beam_of(pose)
        pitch_mm = DETECTOR_MM / size
        to_voxels = self._inverse
        source = to_voxels @ (beam.source - self.patient.affine[:3, 3])
        right, down = to_voxels @ beam.right * pitch_mm, to_voxels @ beam.down * pitch_mm
        central = to_voxels @ beam.axis * SDD_MM
        corner = central - 0.5 * (size - 1) * (right + down)

        sample_mm = FIELD_MM / size * (2.0 if fast else 1.0)
        copy = self._copy(*self._layout(beam.axis, sample_mm, fast))

        def reorder(vector: np.ndarray) -> np.ndarray:
            return vector[list(copy.order)] / copy.factors

        source = reorder(source) - 0.5 * (1.0 - 1.0 / copy.factors)
        right, down, corner, central = (reorder(vector) for vector in (right, down, corner, central))
        spacing = self._spacing[list(copy.order)] * copy.factors
        wanted = spacing[1:] if fast else np.minimum(spacing[1:] / SAMPLES_PER_VOXEL, COARSEST_MM)
        pitch = np.maximum(wanted, sample_mm) / spacing[1:]
        out = np.empty((2, size, size), np.float32)

        ends = sorted((source[0] + NEAREST_SHARE * central[0], source[0] + central[0]))
        k0, k1 = max(copy.slices[0], math.ceil(ends[0])), min(copy.slices[1], math.floor(ends[1]) + 1)
        if k0 >= k1:
            out[:] = 0
            return out

        plane = source[0] + central[0] * (SOURCE_TO_ISOCENTRE_MM / SDD_MM)
        reach = np.array([(plane - source[0]) / (k - source[0]) for k in (k0, k1 - 1)])
        edges = np.array([np.full(2, -1.0), np.array(copy.levels.shape[2:], float)])
        shadow = source[1:] + (edges[None] - source[1:]) * reach[:, None, None]
        rays = np.array([corner + a * right + b * down for a in (0, size - 1) for b in (0, size - 1)])
        seen = source[1:] + rays[:, 1:] * ((plane - source[0]) / rays[:, :1])
        low = np.maximum(shadow.min((0, 1)), seen.min(0) - pitch)
        high = np.minimum(shadow.max((0, 1)), seen.max(0) + pitch)
        count = np.ceil((high - low) / pitch).astype(int) + 2
        if np.any(count < 3):
            out[:] = 0
            return out

        sums = np.empty((2, *count), np.float32)
        self._in_bands(
            int(count[0]),
            lambda a, b: _stack(
                copy.levels, copy.first, copy.last, k0, k1, source, plane, low, pitch, a, b, sums
            ),
        )  # fmt: skip

        basis = np.stack([corner, right, down])
        depth = basis[:, 0]
        rows, columns = (
            ((source[e] - low[e - 1]) * depth + (plane - source[0]) * basis[:, e]) / pitch[e - 1] for e in (1, 2)
        )
        scale = 0.1 * QUANTUM_G_CM3
        self._in_bands(size, lambda a, b: _warp(sums, rows, columns, depth, SDD_MM, pitch_mm, scale, a, b, out))
        return out

    def _layout(self, axis: np.ndarray, sample_mm: float, fast: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Which voxel axes are p, q, r for a beam along `axis`, and how many voxels go into one along
        each."""
        columns, spacing = self.patient.affine[:3, :3], self._spacing
        cosine = np.abs(axis @ columns) / spacing
        p = int(np.argmax(np.where(cosine >= LEAST_COSINE, cosine / spacing, 0.0)))
        # Rows run along the finer of the other two axes, since the inner loops do.
        order = (p, *sorted({0, 1, 2} - {p}, key=lambda a: (-spacing[a], -a)))
        factors = np.maximum(1, (sample_mm * (1.5 if fast else 1.0) / spacing + 1e-6).astype(int))
        lean = math.sqrt(max(0.0, 1.0 - cosine[p] ** 2)) / cosine[p] + CONE_TANGENT
        apart = lean * spacing[p] / min(factors[a] * spacing[a] for a in order[1:])
        while factors[p] > 1 and factors[p] * apart > MOST_APART:
            factors[p] -= 1
        if fast or factors[p] * apart <= PAIR_APART:
            factors[p] *= 2
        return order, tuple(int(factors[a]) for a in order)

    def _copy(self, order: tuple[int, ...], factors: tuple[int, ...]) -> _Copy:
        with self._lock:
            copy = self._copies.pop((order, factors), None)
            if copy is None:
                needed = 4 * math.prod(-(-self.patient.hu.shape[a] // f) for a, f in zip(order, factors, strict=True))
                while self._copies and needed + sum(c.levels.nbytes for c in self._copies.values()) > self._room:
                    del self._copies[next(iter(self._copies))]
                copy = self._made(order, factors)
            self._copies[order, factors] = copy
            return copy

    def _made(self, order: tuple[int, ...], factors: tuple[int, ...]) -> _Copy:
        hu = self.patient.hu
        if not (hu.flags.c_contiguous or hu.flags.f_contiguous):
            hu = np.ascontiguousarray(hu)
        flat = np.require(hu.ravel(order="K"), np.int16, requirements="W").view(np.uint16)
        strides = tuple(hu.strides[a] // hu.itemsize for a in order)
        shape = tuple(hu.shape[a] for a in order)
        levels = np.empty((2, *(-(-n // f) for n, f in zip(shape, factors, strict=True))), np.int16)
        first = np.empty(levels.shape[:3], np.int32)
        last = np.empty_like(first)
        soft, bone = level_tables()

        def work(a: int, b: int) -> None:
            _split(flat, strides, shape, factors, soft, bone, a, b, levels)
            _spans(levels, a, b, first, last)

        self._in_bands(levels.shape[1], work)
        held = np.flatnonzero(last.any((0, 2)))
        slices = (int(held[0]), int(held[-1]) + 1) if len(held) else (0, 0)
        return _Copy(order, np.array(factors), levels, first, last, slices)

    def _in_bands(self, rows: int, work: Callable[[int, int], object]) -> None:
        """Call work(from, to) over all rows, spread over the threads."""
        if self._pool is None or rows < 32:
            work(0, rows)
            return
        parts = self.threads * 4
        cuts = [rows * n // parts for n in range(parts + 1)]
        list(self._pool.map(work, cuts[:-1], cuts[1:]))
