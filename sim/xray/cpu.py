"""Projector on the CPU: a perspective slice-stack (shear-warp; Lacroute and Levoy, SIGGRAPH 1994) for two
materials.

Seen from the source, every slice of the volume falls on one plane, the slice plane through the isocentre, by
scale and shift alone, whatever the angle of the detector. The slices are sampled bilinearly and summed on
that plane; one homography then takes the sum to the detector (sim.xray.warp), each pixel times the length of its ray
per slice in mm: the method of Joseph, IEEE TMI 1 (1982) 192, with one interpolation more. All of it happens in voxel
indices: source and detector go through the inverse affine, so anisotropic and oblique grids need nothing of their own.

Resolution: the plane is sampled 1.5 times a voxel and at least every .65 mm, or once a pixel at the isocentre where
pixels are coarser. Where two or more voxels fit into a pixel they are averaged first (a mip level, each axis by its own
whole factor), so that a small picture is not aliased. Slices of up to .8 mm are taken in pairs where a ray shifts by no
more than a third of a voxel from one to the next (near AP and lateral). A moving picture (`fast`) is sampled once a
voxel, of 1.5 mm where finer ones are there at 512 pixels, takes all slices in pairs and leaves the smear of the lean
(sim.xray.warp) out.

Accuracy, relative L2 of a still picture of 512 pixels against a float64 march through the trilinear field at 0/0,
30/20, 90/0 and 45/35 degrees: at most .0013 on the shipped patient (1.5 mm, five isocentres), .0016 on a drawn one (2
mm), .0009 on the chest CT, .0002 on the volumes of tests/benchmarks. A moving one on the shipped patient: .0034, at
45/35 .0078.

Slices are perpendicular to the voxel axis that gives the most samples among those within 60 degrees of the
beam; sim.xray.slices cuts them. Each axis and averaging may need its own copy of the volume, made when first
needed, or ahead by `prepare`; the latest are kept, up to 2.4 times the float32 volume. Slices nearer the focal
spot than 51 mm, or beyond the detector on the central ray, are left out.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba as nb
import numpy as np

from sim.geometry import DETECTOR_MM, FIELD_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.resample import JIT, LANES, MARGIN, places, sample
from sim.xray.slices import InBands, Slices, axes, bone_of, bytes_of, cut, soft_of
from sim.xray.spectrum import DEFAULT_KVP, attenuation_table
from sim.xray.warp import BORDER, smear, smears, variance, warp

SAMPLES_PER_VOXEL = 1.5
FAST_TIMES = 1.8
"""How many of its samples a voxel of a moving picture may span: 1.5 mm at 512 pixels, as fine as the shipped patient. A
finer volume, read whole, would take all that two cores have between two frames."""
COARSEST_MM = 0.65
NEAREST_SHARE = 0.05
"""Share of the way from the focal spot to the detector that lies inside the tube housing."""
LEAST_COSINE = 0.5
CONE_TANGENT = 0.5 * DETECTOR_MM / SDD_MM
MOST_APART = 0.75
"""How far, in voxels, a ray may shift from one averaged slice to the next."""
STRAIGHT = 0.34
"""Up to which shift, in voxels, from one slice to the next slices of at most PAIR_MM are taken in pairs."""
PAIR_MM = 0.8
G_CM2_PER_MM = 0.1
"""Of 1 g/cm3."""
ROOM = 2.4
"""Bytes kept in copies, as a multiple of the volume in float32."""


@nb.njit(inline="always")
def _row(slices, hu, quantum, at, n_r, c, boneless, n0, n1, bases, near, shares, step, padded, out):
    """Samples [8 * n0, 8 * n1) of one row of one material, the columns turned into g/cm3 on the way."""
    low = max(np.int64(bases[n0]) - MARGIN, 0)
    high = min(np.int64(bases[n1 - 1]) + near[n1 * LANES - 1] + 2 - MARGIN, n_r)
    if low < high:
        row, inner = slices[at + low : at + high], padded[MARGIN + low : MARGIN + high]
        if not hu:
            for i in range(row.size):
                inner[i] = np.float32(row[i]) * quantum
        elif c == 1:
            bone_of(row, inner)
        else:
            soft_of(row, boneless, inner)
    sample(padded, bases, near, shares, step, n0, n1, out)


@nb.njit(inline="always")
def _blocks(first, last, shift, step, count):
    """Which eights of samples can differ from 0 in a row filled from column `first` to before `last`."""
    if first >= last:
        return 0, 0
    u0 = max(0, math.ceil((first - 1 - shift) / step))
    u1 = min(count * LANES, math.floor((last - shift) / step) + 1)
    return (u0 // LANES, (u1 + LANES - 1) // LANES) if u0 < u1 else (0, 0)


@nb.njit(**JIT)
def _stack(soft, bone, s_p, s_q, n_q, n_r, hu, quantum, spans, k0, k1, source, plane, origin, pitch, b0, b1, out):
    """Sum slices [k0, k1) on the plane p = `plane`, rows [b0, b1) of out (2, rows, columns), columns a multiple of 8.
    `source` (3,) and `origin`, `pitch` (2,) of the plane's grid in q and r are in voxels; the rest as in Slices."""
    width = out.shape[2]
    out[:, b0:b1] = 0
    padded = np.zeros(n_r + 3 * MARGIN, np.float32)
    upper, lower = np.zeros(width, np.float32), np.zeros(width, np.float32)
    bases = np.empty(width // LANES, np.uint64)
    near, shares = np.empty(width, np.int32), np.empty(width, np.float32)
    for k in range(k0, k1):
        scale = (k - source[0]) / (plane - source[0])
        shift, step = source[2] + (origin[1] - source[2]) * scale, pitch[1] * scale
        q_shift, q_step = source[1] + (origin[0] - source[1]) * scale, pitch[0] * scale
        placed = False
        for c in range(2):
            held = -1000000
            a0, a1, c0, c1 = 0, 0, 0, 0
            for b in range(b0, b1):
                y = q_shift + q_step * b
                j = math.floor(y)
                if j < -1 or j >= n_q:
                    continue
                if j != held:
                    for side in range(2):
                        i = j + side
                        if side == 0 and j == held + 1:
                            upper, lower = lower, upper
                            a0, a1 = c0, c1
                            continue
                        n0, n1 = 0, 0
                        if 0 <= i < n_q:
                            n0, n1 = _blocks(spans[c, 0, k, i], spans[c, 1, k, i], shift, step, bases.size)
                        line = lower if side else upper
                        line[:] = 0
                        if n0 < n1:
                            if not placed:
                                places(shift, step, n_r, bases, near, shares)
                                placed = True
                            boneless, at = spans[1, 1, k, i] == 0, k * s_p + i * s_q
                            _row(
                                bone if c else soft, hu, quantum, at, n_r, c, boneless,
                                n0, n1, bases, near, shares, step, padded, line,
                            )  # fmt: skip
                        if side:
                            c0, c1 = n0, n1
                        else:
                            a0, a1 = n0, n1
                    held = j
                if a0 < a1 or c0 < c1:
                    u0 = min(a0 if a0 < a1 else c0, c0 if c0 < c1 else a0) * LANES
                    u1 = max(a1, c1) * LANES
                    f = np.float32(y - j)
                    g = np.float32(1) - f
                    to, above, below = out[c, b, u0:u1], upper[u0:u1], lower[u0:u1]
                    for u in range(to.size):
                        to[u] += g * above[u] + f * below[u]


class CpuProjector:
    """See the module. `threads` work on bands of rows, outside the GIL; 1 stays in the calling thread.
    Rendering from several threads at once is safe."""

    def __init__(self, patient: Patient, kvp: float = DEFAULT_KVP, threads: int = 2):
        self.patient = patient
        self.threads = max(1, threads)
        self.table = attenuation_table(float(kvp))
        hu = patient.hu
        self._hu = hu if hu.flags.c_contiguous or hu.flags.f_contiguous else np.ascontiguousarray(hu)
        self._inverse = np.linalg.inv(patient.affine[:3, :3])
        self._spacing = patient.spacing_mm
        self._pool = ThreadPoolExecutor(self.threads, "projector") if self.threads > 1 else None
        self._kept: dict[tuple, Slices] = {}
        self._making: dict[tuple, threading.Event] = {}
        self._room = ROOM * 4 * patient.hu.size
        self._lock = threading.Lock()

    def render(self, pose: CArmPose, size: int = 512, fast: bool = False, kvp: float | None = None) -> np.ndarray:
        """-ln(I/I0) of the primary beam, float32 (size, size); see sim.xray.projector."""
        return self.log_signal(self.mass_paths(pose, size, fast), kvp)

    def log_signal(self, paths: np.ndarray, kvp: float | None = None) -> np.ndarray:
        """-ln(I/I0), float32 (h, w), of mass path lengths (2, h, w) in g/cm2."""
        table = self.table if kvp is None else attenuation_table(float(round(kvp)))
        out = np.empty(paths.shape[1:], np.float32)
        self._in_bands(len(out), lambda a, b: table.log_signal(paths[0, a:b], paths[1, a:b], out[a:b]))
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
        slices = self._slices(*self._layout(beam.axis, sample_mm, fast))

        def reorder(vector: np.ndarray) -> np.ndarray:
            return vector[list(slices.order)] / slices.factors

        source = reorder(source) - 0.5 * (1.0 - 1.0 / slices.factors)
        right, down, corner, central = (reorder(vector) for vector in (right, down, corner, central))
        spacing = self._spacing[list(slices.order)] * slices.factors
        wanted = spacing[1:] if fast else np.minimum(spacing[1:] / SAMPLES_PER_VOXEL, COARSEST_MM)
        pitch = np.maximum(wanted, sample_mm) / spacing[1:]
        out = np.empty((2, size, size), np.float32)

        ends = sorted((source[0] + NEAREST_SHARE * central[0], source[0] + central[0]))
        k0, k1 = max(slices.filled[0], math.ceil(ends[0])), min(slices.filled[1], math.floor(ends[1]) + 1)
        if k0 >= k1:
            out[:] = 0
            return out

        plane = source[0] + central[0] * (SOURCE_TO_ISOCENTRE_MM / SDD_MM)
        reach = np.array([(plane - source[0]) / (k - source[0]) for k in (k0, k1 - 1)])
        edges = np.array([np.full(2, -1.0), np.array(slices.shape[1:], float)])
        shadow = source[1:] + (edges[None] - source[1:]) * reach[:, None, None]
        rays = np.array([corner + a * right + b * down for a in (0, size - 1) for b in (0, size - 1)])
        seen = source[1:] + rays[:, 1:] * ((plane - source[0]) / rays[:, :1])
        shifts = rays[:, 1:] / rays[:, :1]
        lean = variance(int(slices.factors[0]))
        times = 0 if fast else smears(lean * ((shifts / pitch) ** 2).sum(1).max())
        border = (BORDER + times) * pitch
        low = np.maximum(shadow.min((0, 1)) - BORDER * pitch, seen.min(0) - border)
        high = np.minimum(shadow.max((0, 1)) + BORDER * pitch, seen.max(0) + border)
        if np.any(high <= low):
            out[:] = 0
            return out

        count = np.ceil((high - low) / pitch).astype(int) + 2
        count[1] += -count[1] % LANES
        sums = np.empty((2, *count), np.float32)
        self._in_bands(
            int(count[0]),
            lambda a, b: _stack(
                slices.soft, slices.bone, *slices.strides, *slices.shape[1:],
                slices.hu, np.float32(slices.quantum), slices.spans,
                k0, k1, source, plane, low, pitch, a, b, sums,
            ),
        )  # fmt: skip

        foot, spare = (source[1:] - low) / pitch, np.empty_like(sums)
        share = lean / max(times, 1) / (plane - source[0]) ** 2
        for _ in range(times):
            self._in_bands(int(count[0]), lambda a, b, this=sums, to=spare: smear(this, foot, share, a, b, to))
            sums, spare = spare, sums

        basis = np.stack([corner, right, down])
        depth = basis[:, 0]
        rows, columns = (
            ((source[e] - low[e - 1]) * depth + (plane - source[0]) * basis[:, e]) / pitch[e - 1] for e in (1, 2)
        )
        self._in_bands(
            size,
            lambda a, b: warp(sums, rows, columns, depth, SDD_MM, pitch_mm, G_CM2_PER_MM, a, b, out),
        )
        return out

    def _layout(self, axis: np.ndarray, sample_mm: float, fast: bool) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Which voxel axes are p, q, r for a beam along `axis`, and how many voxels go into one along
        each."""
        columns, spacing = self.patient.affine[:3, :3], self._spacing
        cosine = np.abs(axis @ columns) / spacing
        p = int(np.argmax(np.where(cosine >= LEAST_COSINE, cosine / spacing, 0.0)))
        order = axes(self._hu, spacing, p)
        factors = np.maximum(1, (sample_mm * (FAST_TIMES if fast else 1.0) / spacing + 1e-6).astype(int))
        lean = math.sqrt(max(0.0, 1.0 - cosine[p] ** 2)) / cosine[p] + CONE_TANGENT
        apart = lean * spacing[p] / min(factors[a] * spacing[a] for a in order[1:])
        while factors[p] > 1 and factors[p] * apart > MOST_APART:
            factors[p] -= 1
        thin = factors[p] * spacing[p] <= PAIR_MM and factors[p] * apart <= STRAIGHT
        if fast or thin:
            factors[p] *= 2
        return order, tuple(int(factors[a]) for a in order)

    def _slices(self, order: tuple[int, ...], factors: tuple[int, ...], in_bands: InBands | None = None) -> Slices:
        """The slices of a layout, made where they are not there yet. Two threads that want the same wait for one."""
        key = (order, factors)
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept[key] = self._kept.pop(key)  # the latest last
                    return self._kept[key]
                awaited = self._making.get(key)
                if awaited is None:
                    needed = bytes_of(self._hu, order, factors)
                    while self._kept and needed + self._held() > self._room:
                        del self._kept[next(iter(self._kept))]
                    self._making[key] = done = threading.Event()
                    break
            awaited.wait()
        try:
            made = cut(self._hu, order, factors, in_bands or self._in_bands)
            with self._lock:
                self._kept[key] = made
            return made
        finally:
            with self._lock:
                del self._making[key]
            done.set()

    def _held(self) -> int:
        """Bytes in copies, with those under way."""
        coming = sum(bytes_of(self._hu, *key) for key in self._making)
        return coming + sum(slices.owned for slices in self._kept.values())

    def prepare(self, size: int = 512, primary_deg: float = 100.0, secondary_deg: float = 50.0) -> threading.Thread:
        """Make, in a thread of its own that is returned, the copies that pictures of `size` up to these angles need, so
        that none is waited for when the C-arm comes there; the nearest angles first, and no more than there is room
        for. A picture meanwhile waits only for a copy that it needs itself."""

        def work() -> None:
            turns = [(p, s) for p in np.arange(-1, 1.01, 0.05) for s in np.arange(-1, 1.01, 0.1)]
            for p, s in sorted(turns, key=lambda turn: max(map(abs, turn))):
                axis = beam_of(CArmPose(primary_deg=p * primary_deg, secondary_deg=s * secondary_deg)).axis
                for fast in (False, True):
                    layout = self._layout(axis, FIELD_MM / size * (2.0 if fast else 1.0), fast)
                    with self._lock:
                        known = layout in self._kept or layout in self._making
                        room = bytes_of(self._hu, *layout) + self._held() <= self._room
                    if not known and room:
                        self._slices(*layout, in_bands=lambda rows, each: each(0, rows))

        thread = threading.Thread(target=work, name="projector-copies", daemon=True)
        thread.start()
        return thread

    def _in_bands(self, rows: int, work: Callable[[int, int], object]) -> None:
        """Call work(from, to) over all rows, spread over the threads."""
        if self._pool is None or rows < 32:
            work(0, rows)
            return
        parts = self.threads * 4
        cuts = [rows * n // parts for n in range(parts + 1)]
        list(self._pool.map(work, cuts[:-1], cuts[1:]))
