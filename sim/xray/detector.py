"""From the primary picture to what the detector reads: scatter, quantum and electronic noise, blur. Knows no patient.

In this order, per pixel and in units of the unattenuated primary:

- scatter behind an anti-scatter grid: share * (primary * -ln primary) spread by a Gaussian of 40 mm at the detector
  (Ohnesorge, Flohr and Klingenbeck-Regn, Eur. Radiol. 9 (1999) 563), worked out at 1/8 of the resolution. In a wide
  uniform slab its ratio to the primary is share * -ln(primary): 0.6 behind 20 cm of water at the default 0.15, where
  the ratio is about 3.5 without a grid (Chan, Higashida and Doi, Med. Phys. 12 (1985) 449) and a 12:1 grid takes
  five sixths of it;
- quantum noise: Gaussian of the Poisson variance for the quanta of the exposure (sim.xray.spectrum), from a bank
  drawn once;
- blur of the screen and the focal spot: 0.3 mm at the detector (r.m.s.), which the quantum noise goes through too;
- electronic noise equal to 3 quanta (r.m.s.) per 0.2 mm element of the panel.

The result is round(LOG_SCALE * -ln(signal)), uint16, as in sim.frame.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numba as nb
import numpy as np

from sim.frame import LOG_SCALE
from sim.geometry import DETECTOR_MM, SDD_MM
from sim.xray.spectrum import DEFAULT_KVP, spectrum

SCATTER_SHARE = 0.15
SCATTER_SIGMA_MM = 40.0
BLUR_MM = 0.3
ELECTRONIC_QUANTA = 3.0
ELEMENT_MM = 0.2
COARSE = 8
BANK_SIZE = 1 << 20


@dataclass(frozen=True)
class Exposure:
    """One pulse: tube voltage kVp, current mA, length ms. The default is a pulse of adult chest fluoroscopy."""

    kvp: float = DEFAULT_KVP
    ma: float = 40.0
    pulse_ms: float = 8.0

    @property
    def mas(self) -> float:
        return self.ma * self.pulse_ms / 1000.0

    def quanta_per_mm2(self) -> float:
        """Noise-equivalent quanta per mm2 at the unattenuated detector (inverse square from 1 m)."""
        return spectrum(self.kvp).quanta_per_mm2 * self.mas * (1000.0 / SDD_MM) ** 2


@lru_cache(maxsize=1)
def _bank() -> np.ndarray:
    return np.random.default_rng(20260418).standard_normal(BANK_SIZE, dtype=np.float32)


@lru_cache(maxsize=8)
def _spread(cells: int) -> np.ndarray:
    """(cells, cells) Gaussian spread along one axis of the coarse grid; what leaves the picture is lost."""
    at = (np.arange(cells) + 0.5) * (DETECTOR_MM / cells)
    kernel = np.exp(-0.5 * ((at[:, None] - at[None, :]) / SCATTER_SIGMA_MM) ** 2)
    return (kernel * (DETECTOR_MM / cells) / (SCATTER_SIGMA_MM * np.sqrt(2 * np.pi))).astype(np.float32)


_JIT = dict(cache=True, nogil=True, fastmath=True, error_model="numpy", boundscheck=False)


@nb.njit(**_JIT)
def _coarse_source(primary, cells, out):
    """Mean of primary * -ln(primary) over cells x cells blocks of the picture."""
    rows, columns = primary.shape
    for y in range(cells):
        v0, v1 = y * rows // cells, max((y + 1) * rows // cells, y * rows // cells + 1)
        for x in range(cells):
            u0, u1 = x * columns // cells, max((x + 1) * columns // cells, x * columns // cells + 1)
            total = np.float32(0)
            for v in range(v0, v1):
                for u in range(u0, u1):
                    total += primary[v, u] * np.exp(-primary[v, u])
            out[y, x] = total / ((v1 - v0) * (u1 - u0))


@nb.njit(**_JIT)
def _noisy_row(log_signal, scatter, v, per_quantum, bank, at, row):
    """Signal of row v before the blur: primary, scatter and quantum noise. The bank is read from `at` on."""
    rows, columns = log_signal.shape
    cells = scatter.shape[0]
    y = min(max((v + 0.5) * cells / rows - 0.5, 0.0), cells - 1.0)
    j = min(int(y), max(cells - 2, 0))
    fy = np.float32(y - j)
    below = min(j + 1, cells - 1)
    step = cells / columns
    noise = bank[at : at + columns]
    for u in range(columns):
        x = min(max((u + 0.5) * step - 0.5, 0.0), cells - 1.0)
        i = min(int(x), max(cells - 2, 0))
        after = min(i + 1, cells - 1)
        fx = np.float32(x - i)
        a = scatter[j, i] + fx * (scatter[j, after] - scatter[j, i])
        b = scatter[below, i] + fx * (scatter[below, after] - scatter[below, i])
        mean = np.exp(-log_signal[v, u]) + a + fy * (b - a)
        row[u + 1] = mean + np.sqrt(mean * per_quantum) * noise[u]
    row[0] = row[1]
    row[columns + 1] = row[columns]


@nb.njit(**_JIT)
def _read_out(log_signal, scatter, per_quantum, electronic, side, bank, starts, v0, v1, out):
    """Rows [v0, v1) of the finished picture. `side` is the weight of each neighbour in the blur along one axis."""
    rows, columns = log_signal.shape
    above = np.empty(columns + 2, np.float32)
    here, below = np.empty_like(above), np.empty_like(above)
    middle = np.float32(1) - np.float32(2) * side
    scale, top = np.float32(LOG_SCALE), np.float32(65535)
    _noisy_row(log_signal, scatter, max(v0 - 1, 0), per_quantum, bank, starts[max(v0 - 1, 0)], above)
    _noisy_row(log_signal, scatter, v0, per_quantum, bank, starts[v0], here)
    for v in range(v0, v1):
        after = min(v + 1, rows - 1)
        _noisy_row(log_signal, scatter, after, per_quantum, bank, starts[after], below)
        noise = bank[starts[rows + v] : starts[rows + v] + columns]
        for u in range(columns + 2):
            above[u] = middle * here[u] + side * (above[u] + below[u])
        for u in range(columns):
            value = middle * above[u + 1] + side * (above[u] + above[u + 2]) + electronic * noise[u]
            level = np.float32(0.5) - scale * np.log(max(value, np.float32(1e-8)))
            out[v, u] = np.uint16(min(max(level, np.float32(0)), top))
        above, here, below = here, below, above


class Detector:
    """See the module. `scatter`, `noise` and `blur` can be left out for tests and for measuring. `threads` as for the
    projector."""

    def __init__(
        self, *, scatter: float = SCATTER_SHARE, noise: bool = True, blur: bool = True, threads: int = 1
    ):
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
        """Read one pulse: uint16 (h, w) in units of LOG_SCALE from the primary -ln(I/I0), float32 (h, w). The same
        seed and input give the same picture."""
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
        scatter = np.zeros((cells, cells), np.float32)
        if self.scatter:
            _coarse_source(log_signal, cells, scatter)
            spread = _spread(cells)
            scatter = np.float32(self.scatter) * (spread @ scatter @ spread.T)

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
