"""From the primary picture to what the detector reads: scatter, quantum and electronic noise, blur. Knows no
patient.

In this order, per pixel and in units of the unattenuated primary:

- scatter behind an anti-scatter grid: share * (primary * -ln primary) spread by a Gaussian of 40 mm at the
  detector, worked out at 1/8 of the resolution. In a wide uniform slab its ratio to the primary is
  share * -ln(primary): 0.6 behind 20 cm of water at the default 0.15. A Gaussian over the primary times the thickness
  that it crossed is the narrow field of Mason et al., Phys. Med. Biol. 63 (2018) 225001, in their poly_sks.m
  (github.com/cimentaur/polyquant); -ln(primary) stands for the thickness here. Share and width are estimates, of no
  measured grid, and the same at every voltage;
- quantum noise: Gaussian of the Poisson variance for the quanta of the exposure (sim.xray.spectrum), from a
  bank drawn once (noise-equivalent quanta of an integrating detector: Swank, J. Appl. Phys. 44 (1973) 4199);
- blur of the screen and the focal spot: 0.3 mm at the detector (r.m.s., an estimate), which the quantum noise
  goes through too. Three weights along each axis with that variance; their MTF follows the Gaussian's,
  exp(-2 (pi 0.3 mm f)^2), within 2 % up to 0.3 line pairs a mm at 512 pixels (a pixel there is 0.8 mm);
- electronic noise equal to 3 quanta (r.m.s., an estimate) per 0.2 mm element of the panel.

The result is round(LOG_SCALE * -ln(signal)), uint16, as in sim.frame.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numba as nb
import numpy as np

from sim.frame import LOG_SCALE
from sim.geometry import DETECTOR_MM
from sim.xray.exposure import Exposure

SCATTER_SHARE = 0.15
SCATTER_SIGMA_MM = 40.0
BLUR_MM = 0.3
ELECTRONIC_QUANTA = 3.0
ELEMENT_MM = 0.2
COARSE = 8
BANK_SIZE = 1 << 20


@lru_cache(maxsize=1)
def _bank() -> np.ndarray:
    return np.random.default_rng(20260418).standard_normal(BANK_SIZE, dtype=np.float32)


@lru_cache(maxsize=8)
def _spread(cells: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian spread along one axis of the coarse grid, (cells, cells), and the same followed by linear interpolation
    to pixels, (cells, columns), held constant beyond the outer cells. What leaves the picture is lost."""
    at = (np.arange(cells) + 0.5) * (DETECTOR_MM / cells)
    kernel = np.exp(-0.5 * ((at[:, None] - at[None, :]) / SCATTER_SIGMA_MM) ** 2)
    kernel *= (DETECTOR_MM / cells) / (SCATTER_SIGMA_MM * np.sqrt(2 * np.pi))
    pixel = np.clip((np.arange(columns) + 0.5) * cells / columns - 0.5, 0, cells - 1)
    widen = np.maximum(0, 1 - np.abs(pixel[None, :] - np.arange(cells)[:, None]))
    return kernel.astype(np.float32), (kernel @ widen).astype(np.float32)


_JIT = dict(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)


@nb.njit(inline="always")
def _exp(x, bits, powers):
    """x (n,) to exp(x) in place, to 1e-6 of it: 2**n from the exponent's bits times a Taylor polynomial on half an
    octave. Plain loops that LLVM vectorises, which it cannot do with calls of the C library. `bits` int32 and
    `powers` float32 (n,) are the same memory."""
    for u in range(x.size):
        y = max(x[u], np.float32(-80.0)) * np.float32(1.4426950408889634)
        whole = np.floor(y + np.float32(0.5))
        bits[u] = (np.int32(whole) + np.int32(127)) << np.int32(23)
        x[u] = (y - whole) * np.float32(0.6931471805599453)
    for u in range(x.size):
        f = x[u]
        p = np.float32(1 / 120) + f * np.float32(1 / 720)
        p = np.float32(1 / 6) + f * (np.float32(1 / 24) + f * p)
        x[u] = powers[u] * (np.float32(1) + f * (np.float32(1) + f * (np.float32(0.5) + f * p)))


@nb.njit(inline="always")
def _log(x, bits, values):
    """x (n,) > 0 to ln(x) in place, to 2e-6: exponent from the bits, mantissa by the series of artanh. `bits`
    int32 and `values` float32 (n,) are the same memory."""
    for u in range(x.size):
        values[u] = x[u]
    for u in range(x.size):
        x[u] = np.float32((bits[u] >> np.int32(23)) - np.int32(127)) * np.float32(0.6931471805599453)
        bits[u] = (bits[u] & np.int32(0x007FFFFF)) | np.int32(0x3F800000)
    for u in range(x.size):
        s = (values[u] - np.float32(1.4142135623730951)) / (values[u] + np.float32(1.4142135623730951))
        q = s * s
        p = np.float32(1 / 3) + q * (np.float32(1 / 5) + q * (np.float32(1 / 7) + q * np.float32(1 / 9)))
        x[u] += np.float32(0.34657359027997264) + np.float32(2) * s * (np.float32(1) + q * p)


@nb.njit(**_JIT)
def _coarse_source(log_signal, cells, out):
    """Mean of primary * -ln(primary) over blocks of the picture, out (cells, cells); every other row is
    enough."""
    rows, columns = log_signal.shape
    line = np.empty(columns, np.float32)
    bits = np.empty(columns, np.int32)
    powers = bits.view(np.float32)
    for y in range(cells):
        v0, v1 = y * rows // cells, (y + 1) * rows // cells
        out[y] = 0
        for v in range(v0, v1, 2):
            for u in range(columns):
                line[u] = -log_signal[v, u]
            _exp(line, bits, powers)
            for u in range(columns):
                line[u] *= log_signal[v, u]
            for x in range(cells):
                u0, u1 = x * columns // cells, (x + 1) * columns // cells
                out[y, x] += line[u0:u1].sum() / np.float32((u1 - u0) * ((v1 - v0 + 1) // 2))


@nb.njit(**_JIT)
def _noisy_row(log_signal, scatter, v, per_quantum, bank, at, bits, powers, row):
    """Signal of row v before the blur: primary, scatter and quantum noise, with the edge pixels repeated at
    both ends. `scatter` (cells, columns) still waits for its interpolation along v; the bank is read from
    `at` on."""
    rows, columns = log_signal.shape
    cells = scatter.shape[0]
    y = min(max((v + 0.5) * cells / rows - 0.5, 0.0), cells - 1.0)
    j = int(y)
    f = np.float32(y - j)
    above, below = scatter[j], scatter[min(j + 1, cells - 1)]
    noise, line = bank[at : at + columns], row[1 : columns + 1]
    for u in range(columns):
        line[u] = -log_signal[v, u]
    _exp(line, bits, powers)
    for u in range(columns):
        mean = line[u] + above[u] + f * (below[u] - above[u])
        line[u] = mean + np.sqrt(mean * per_quantum) * noise[u]
    row[0] = row[1]
    row[columns + 1] = row[columns]


@nb.njit(**_JIT)
def _read_out(log_signal, scatter, per_quantum, electronic, side, bank, starts, v0, v1, out):
    """Rows [v0, v1) of the finished picture. `side` is the weight of each neighbour in the blur along one
    axis."""
    rows, columns = log_signal.shape
    above = np.empty(columns + 2, np.float32)
    here, below, mixed = np.empty_like(above), np.empty_like(above), np.empty_like(above)
    line = np.empty(columns, np.float32)
    bits = np.empty(columns, np.int32)
    powers = bits.view(np.float32)
    middle = np.float32(1) - np.float32(2) * side
    scale, top = np.float32(LOG_SCALE), np.float32(65535)
    before = max(v0 - 1, 0)
    _noisy_row(log_signal, scatter, before, per_quantum, bank, starts[before], bits, powers, above)
    _noisy_row(log_signal, scatter, v0, per_quantum, bank, starts[v0], bits, powers, here)
    for v in range(v0, v1):
        after = min(v + 1, rows - 1)
        _noisy_row(log_signal, scatter, after, per_quantum, bank, starts[after], bits, powers, below)
        noise = bank[starts[rows + v] : starts[rows + v] + columns]
        for u in range(columns + 2):
            mixed[u] = middle * here[u] + side * (above[u] + below[u])
        centre, one_left, one_right = mixed[1 : columns + 1], mixed[:columns], mixed[2:]
        for u in range(columns):
            value = middle * centre[u] + side * (one_left[u] + one_right[u]) + electronic * noise[u]
            line[u] = max(value, np.float32(1e-8))
        _log(line, bits, powers)
        for u in range(columns):
            out[v, u] = np.uint16(min(max(np.float32(0.5) - scale * line[u], np.float32(0)), top))
        above, here, below = here, below, above


@nb.njit(**_JIT)
def _product(a, b, factor):
    """factor * a @ b. Small enough that the threads of a BLAS would cost more than they save."""
    out = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for i in range(a.shape[0]):
        row = out[i]
        for k in range(a.shape[1]):
            share, line = factor * a[i, k], b[k]
            for j in range(row.size):
                row[j] += share * line[j]
    return out


class Detector:
    """See the module. `scatter`, `noise` and `blur` can be left out for tests and for measuring. `threads` as
    for the projector."""

    def __init__(self, *, scatter: float = SCATTER_SHARE, noise: bool = True, blur: bool = True, threads: int = 1):
        self.scatter = scatter
        self.noise = noise
        self.blur = blur
        self.threads = max(1, threads)
        self._pool = ThreadPoolExecutor(self.threads, "detector") if self.threads > 1 else None

    def expose(
        self,
        log_signal: np.ndarray,
        seed: int | np.random.Generator = 0,
        exposure: Exposure = Exposure(),  # noqa: B008 (frozen)
    ) -> np.ndarray:
        """Read one pulse: uint16 (h, w) in units of LOG_SCALE from the primary -ln(I/I0), float32 (h, w). The
        same seed and input give the same picture."""
        log_signal = np.ascontiguousarray(log_signal, np.float32)
        rows, columns = log_signal.shape
        pitch = DETECTOR_MM / columns
        rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
        starts = rng.integers(0, BANK_SIZE - columns, 2 * rows)

        quanta = exposure.quanta_per_mm2() * pitch**2
        per_quantum = 1.0 / quanta if self.noise else 0.0
        electronic = ELECTRONIC_QUANTA * (pitch / ELEMENT_MM) / quanta if self.noise else 0.0
        side = min(0.5 * (BLUR_MM / pitch) ** 2, 0.25) if self.blur else 0.0

        cells = max(1, min(rows, columns) // COARSE)
        if self.scatter:
            source = np.empty((cells, cells), np.float32)
            _coarse_source(log_signal, cells, source)
            spread, widened = _spread(cells, columns)
            scatter = _product(_product(spread, source, np.float32(1)), widened, np.float32(self.scatter))
        else:
            scatter = np.zeros((cells, columns), np.float32)

        out = np.empty((rows, columns), np.uint16)

        def work(v0: int, v1: int) -> None:
            _read_out(
                log_signal,
                scatter,
                np.float32(per_quantum),
                np.float32(electronic),
                np.float32(side),
                _bank(),
                starts,
                v0,
                v1,
                out,
            )

        if self._pool is None or rows < 128:
            work(0, rows)
        else:
            cuts = [rows * n // self.threads for n in range(self.threads + 1)]
            list(self._pool.map(work, cuts[:-1], cuts[1:]))
        return out
