"""From detector signal to grey levels on the screen, as a console does it: recursive filter, harmonisation, window.

Display only: a model gets the frame itself, never this. Pure functions of arrays (h, w); knows no widget.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim import collimator
from sim.frame import LOG_SCALE

OPEN_BEAM = 0.25 * LOG_SCALE
"""Below this a pixel saw air alone; the window is set on the rest, or air at the edge would flatten the bone."""
BLOCKS = 16
"""The coarse picture that harmonisation takes away in part has this many blocks a side (about 13 mm each)."""
HARMONISE = 0.45
"""Share of the coarse picture that is taken away: thick and thin parts come closer, bone edges stand out. Chosen by
eye on the virtual patient; 0.6 begins to ring round the skull."""
PERSISTENCE = 0.5
"""Share of the earlier pictures kept while the view stands still; a console's recursive filter against noise."""


@lru_cache(maxsize=4)
def _spread(size: int) -> np.ndarray:
    """Weights (size, BLOCKS) that spread block means smoothly over pixels; each row sums to 1."""
    centre = (np.arange(size) + 0.5) * (BLOCKS / size) - 0.5
    weights = np.exp(-0.5 * ((centre[:, None] - np.arange(BLOCKS)) / 0.7) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def harmonise(signal: np.ndarray, share: float = HARMONISE) -> np.ndarray:
    """float32 (h, w): `signal` less `share` of its coarse part; the mean stays. Sides that BLOCKS does not divide are
    left as they are."""
    height, width = signal.shape
    signal = signal.astype(np.float32, copy=False)
    if height % BLOCKS or width % BLOCKS:
        return signal
    blocks = signal.reshape(BLOCKS, height // BLOCKS, width).mean(axis=1)
    blocks = blocks.reshape(BLOCKS, BLOCKS, width // BLOCKS).mean(axis=2)
    blocks -= blocks.mean()
    # einsum and not @: for so small a product the threads of BLAS cost 80 ms when the other core is busy.
    across = np.einsum("rb,wb->rw", blocks * np.float32(share), _spread(width))
    return signal - np.einsum("hr,rw->hw", _spread(height), across)


def filled(pixels: np.ndarray, blades_mm: tuple[float, float] | None) -> np.ndarray:
    """`pixels` with the mean of what lies in the collimator's opening wherever its blades lie, so that their edge is
    harmonised away nowhere; the same array for the open field."""
    if blades_mm is None:
        return pixels
    rows, columns = collimator.window(blades_mm, pixels.shape)
    return collimator.blanked(pixels, blades_mm, pixels[rows, columns].mean())


def persist(earlier: np.ndarray | None, pixels: np.ndarray) -> np.ndarray:
    """float32 (h, w): the recursive filter's next picture. `earlier` is its last, None after the view has moved."""
    fresh = pixels.astype(np.float32)
    if earlier is None or earlier.shape != fresh.shape:
        return fresh
    fresh *= np.float32(1 - PERSISTENCE)
    fresh += np.float32(PERSISTENCE) * earlier
    return fresh


def percentiles(values: np.ndarray, percents: tuple[float, ...]) -> list[float]:
    """As np.percentile of values (n,), which takes twice as long and first imports masked arrays, 40 ms of the
    window's start."""
    places = [(values.size - 1) * percent / 100 for percent in percents]
    around = {n for place in places for n in (int(place), min(int(place) + 1, values.size - 1))}
    ordered = np.partition(values, sorted(around))
    below = [float(ordered[int(place)]) for place in places]
    above = [float(ordered[min(int(place) + 1, values.size - 1)]) for place in places]
    return [a + (b - a) * (place - int(place)) for a, b, place in zip(below, above, places)]


def robust_window(signal: np.ndarray, body: np.ndarray | None = None) -> tuple[float, float]:
    """Low and high level of a picture (h, w): percentiles 1 and 99.7 of all but open beam. `body` is the signal that
    tells open beam, if it is not `signal` itself."""
    sample = signal[::4, ::4]
    covered = sample[(signal if body is None else body)[::4, ::4] > OPEN_BEAM]
    if covered.size < 0.05 * sample.size:
        covered = sample.ravel()
    low, high = percentiles(covered, (1.0, 99.7))
    return float(low), float(max(high, low + 0.2 * LOG_SCALE))


def to_grey(signal: np.ndarray, low: float, high: float, bone_dark: bool) -> np.ndarray:
    """uint8 (h, w) for the screen; `low` and below is white when `bone_dark`, black otherwise."""
    scale = np.float32(255.0 / (high - low))
    if bone_dark:
        scaled = np.subtract(np.float32(high), signal, dtype=np.float32)
    else:
        scaled = np.subtract(signal, np.float32(low), dtype=np.float32)
    scaled *= scale
    np.clip(scaled, 0.0, 255.0, out=scaled)
    return scaled.astype(np.uint8)
