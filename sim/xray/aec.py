"""Automatic exposure: voltage and current follow the thickness in the measuring field. Knows pictures and spectra, no
device.

A fluoroscope keeps the signal of its detector constant and moves its technique along a fixed curve while the patient
grows thicker (AAPM Report 125, 2012, is on this logic in angiography systems). Here voltage and current rise together,
one of several curves in use (teaching texts call it anti-isowatt). This one is an estimate, no maker's: five times the
current for every 20 kV through 90 kV and 10 mA, from 70 to 110 kV, at 8 ms a pulse, beyond both ends current alone. The
dose asked for behind the patient, 40 nGy a pulse before the grid, is an estimate too, of the order of pulsed
fluoroscopy; it puts the chest of an adult at 90 kV and 10 mA.

The measuring field is a disc in the middle, a third of the picture wide (an estimate). Its mean signal is read as a
thickness of soft tissue, g/cm2, by Beer-Lambert over the spectrum; thickness gives the curve's point. So the control is
exact for soft tissue and a few kV off behind bone. A pulse follows what the one before has seen, with a time constant
of .15 s (an estimate: systems settle within about half a second).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sim.geometry import SDD_MM
from sim.technique import AEC_KVP, AEC_MS, LIMIT_BEFORE_DETECTOR_MM, MA_RANGE, RATE_LIMIT_MGY_MIN
from sim.xray.exposure import Exposure
from sim.xray.spectrum import attenuation_table, spectrum

TARGET_NGY = 40.0
FIELD_SHARE = 1.0 / 3.0
SETTLING_S = 0.15
MIDDLE_KVP, MIDDLE_MA, TIMES_PER_20_KV = 90.0, 10.0, 5.0
THICKEST_G_CM2 = 60.0


def field_transmission(log_signal: np.ndarray, opening: tuple[slice, slice] | None = None) -> float:
    """Mean of I/I0 over the measuring field of a picture of -ln(I/I0), (h, w), or over the part of it that lies in the
    collimator's `opening` (rows, columns)."""
    rows, columns = log_signal.shape
    v, u = np.ogrid[:rows, :columns]
    radius = 0.5 * FIELD_SHARE * columns
    inside = (v - 0.5 * (rows - 1)) ** 2 + (u - 0.5 * (columns - 1)) ** 2 <= radius**2
    rows_open, columns_open = opening or (slice(None), slice(None))
    return float(np.exp(-log_signal[rows_open, columns_open][inside[rows_open, columns_open]]).mean())


def thickness_g_cm2(transmission: float, kvp: float) -> float:
    """Soft tissue that lets `transmission` of the signal through at `kvp`, g/cm2, 0 to 60."""
    depths, log_signals = _depths(float(round(kvp)))
    return float(np.interp(-math.log(max(transmission, 1e-30)), log_signals, depths))


def detector_kerma_ngy(exposure: Exposure, thickness: float) -> float:
    """Air kerma of one pulse at the detector, before its grid, behind `thickness` g/cm2 of soft tissue: kerma at 1 m,
    inverse square, and the share of the signal that gets through."""
    open_field = spectrum(exposure.kvp).kerma_ugy * 1000.0 * exposure.mas * (1000.0 / SDD_MM) ** 2
    depths, log_signals = _depths(float(round(exposure.kvp)))
    return open_field * math.exp(-float(np.interp(thickness, depths, log_signals)))


def follow(thickness: float, pulse_rate: float) -> Exposure:
    """The curve's point for `thickness` g/cm2: whole kV, mA to a tenth, within the limit of air kerma rate."""
    points, reached = _curve()
    place = float(np.interp(thickness, reached, np.arange(len(points))))
    whole = min(int(place), len(points) - 2)
    (kvp, ma), (kvp_next, ma_next) = points[whole], points[whole + 1]
    share = place - whole
    kvp = float(round(kvp + share * (kvp_next - kvp)))
    ma = math.exp(math.log(ma) + share * (math.log(ma_next) - math.log(ma)))
    return Exposure(kvp, max(MA_RANGE[0], math.floor(10 * min(ma, most_ma(kvp, pulse_rate))) / 10), AEC_MS)


def most_ma(kvp: float, pulse_rate: float) -> float:
    """Current that keeps the air kerma rate within its limit."""
    distance = (SDD_MM - LIMIT_BEFORE_DETECTOR_MM) / 1000.0
    per_ma = spectrum(kvp).kerma_ugy / 1000.0 * AEC_MS / 1000.0 / distance**2 * pulse_rate * 60.0
    return min(MA_RANGE[1], RATE_LIMIT_MGY_MIN / per_ma)


def approach(held: float | None, seen: float, pulse_rate: float) -> float:
    """The thickness that the next pulse is made for, when the last was made for `held` and saw `seen`."""
    if held is None:
        return seen
    return held + (seen - held) * (1.0 - math.exp(-1.0 / (pulse_rate * SETTLING_S)))


def prepare() -> None:
    """Work out ahead what pulses of each of the curve's voltages need, 15 MB, so that none waits for it: where a moving
    C-arm meets a thicker side, voltage follows voltage."""
    for kvp in map(float, range(int(AEC_KVP[0]), int(AEC_KVP[1]) + 1)):
        attenuation_table(kvp)
        _depths(kvp)


@lru_cache(maxsize=1)
def _curve() -> tuple[list[tuple[float, float]], np.ndarray]:
    """Points (kV, mA) of the curve from thin to thick, and the thickness at which each gives TARGET_NGY."""

    def current(kvp: float) -> float:
        return MIDDLE_MA * TIMES_PER_20_KV ** ((kvp - MIDDLE_KVP) / 20.0)

    low, high = AEC_KVP
    points = [(low, float(ma)) for ma in np.geomspace(MA_RANGE[0], current(low), 8, endpoint=False)]
    points += [(float(kvp), current(kvp)) for kvp in np.arange(low, high + 1, 5)]
    points += [(high, float(ma)) for ma in np.geomspace(current(high), MA_RANGE[1], 8)[1:]]
    reached = []
    for kvp, ma in points:
        open_field = detector_kerma_ngy(Exposure(kvp, ma, AEC_MS), 0.0)
        reached.append(thickness_g_cm2(min(1.0, TARGET_NGY / open_field), kvp))
    return points, np.array(reached)


@lru_cache(maxsize=128)
def _depths(kvp: float) -> tuple[np.ndarray, np.ndarray]:
    """Thicknesses of soft tissue, g/cm2, and -ln(I/I0) behind each: Beer-Lambert summed over the spectrum."""
    beam = spectrum(kvp)
    depths = np.arange(0.0, THICKEST_G_CM2, 0.25)
    return depths, -np.log((np.exp(-depths[:, None] * beam.soft) * beam.weight).sum(axis=1))
