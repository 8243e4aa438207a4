"""The beam's spectrum and what two materials do to it. Knows energies and mass path lengths, no geometry.

Spectra: tungsten anode by SpekPy (Poludniowski et al., Med. Phys. 48 (2021) 3630), one for every whole kVp.
Mass attenuation: Elam tables in xraydb (Elam, Ravel and Sieber, Radiat. Phys. Chem. 63 (2002) 121), within 1
% of NIST XCOM here. Both are kept in resources/xray/spectra.npz, so that a start needs neither package;
`python -m sim.xray.spectrum` makes that file again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numba as nb
import numpy as np

from sim.resource import resource
from sim.xray.exposure import DEFAULT_KVP, KVP_RANGE

ANODE_DEG = 12.0
FILTER_MM = (("Al", 3.0), ("Cu", 0.1))
"""Total filtration: 3 mm Al (the tube and its port) and the 0.1 mm Cu usual in fluoroscopy."""

SOFT_TISSUE = {
    "H": 0.102,
    "C": 0.143,
    "N": 0.034,
    "O": 0.708,
    "Na": 0.002,
    "P": 0.003,
    "S": 0.003,
    "Cl": 0.002,
    "K": 0.003,
}
"""Mass fractions of ICRU-44 soft tissue (ICRU Report 44, 1989, as listed by NIST)."""
CORTICAL_BONE = {
    "H": 0.034,
    "C": 0.155,
    "N": 0.042,
    "O": 0.435,
    "Na": 0.001,
    "Mg": 0.002,
    "P": 0.103,
    "S": 0.003,
    "Ca": 0.225,
}
"""Mass fractions of ICRU-44 cortical bone, density 1.92 g/cm3."""
WATER = {"H": 0.1119, "O": 0.8881}
CSI = {"Cs": 0.5115, "I": 0.4885}
CSI_G_CM2 = 0.06 * 4.51
"""A caesium iodide screen of 0.6 mm, usual in flat-panel detectors."""

SOFT_STEP, SOFT_BINS, SOFT_BELOW = 0.25, 321, 128
BONE_STEP, BONE_BINS = 0.20, 201


class SpectrumError(ValueError):
    """A tube voltage that the tables do not have."""


@dataclass(frozen=True)
class Spectrum:
    """`energy` (E,) keV. `fluence` (E,) photons per mm2 and mAs at 1 m in air. `absorbed` (E,) share of the
    photons that the screen absorbs. `soft`, `bone` (E,) mass attenuation, cm2/g. `kerma_ugy` air kerma per
    mAs at 1 m, uGy."""

    kvp: float
    energy: np.ndarray
    fluence: np.ndarray
    absorbed: np.ndarray
    soft: np.ndarray
    bone: np.ndarray
    kerma_ugy: float

    @property
    def weight(self) -> np.ndarray:
        """(E,) share of each energy in the signal of an energy-integrating detector; sums to 1."""
        signal = self.fluence * self.absorbed * self.energy
        return signal / signal.sum()

    @property
    def quanta_per_mm2(self) -> float:
        """Quanta per mm2 and mAs at 1 m in air that give the same noise as the energy-weighted signal:
        (sum n E)^2 / sum n E^2 over the absorbed photons (Swank, J. Appl. Phys. 44 (1973) 4199)."""
        absorbed = self.fluence * self.absorbed
        return float((absorbed @ self.energy) ** 2 / (absorbed @ self.energy**2))


@lru_cache(maxsize=1)
def _tables() -> dict[str, np.ndarray]:
    with np.load(resource("xray", "spectra.npz")) as stored:
        return {name: stored[name].astype(float) for name in stored.files}


@lru_cache(maxsize=16)
def spectrum(kvp: float = DEFAULT_KVP) -> Spectrum:
    """The beam at `kvp`, rounded to a whole kVp. Raises SpectrumError outside 50-120 kVp."""
    low, high = KVP_RANGE
    if not (math.isfinite(kvp) and low <= kvp <= high):
        raise SpectrumError(f"The tube gives {low} to {high} kVp, not {kvp:g}; choose a voltage in that range.")
    stored, row = _tables(), round(kvp) - low
    return Spectrum(
        float(round(kvp)),
        stored["energy"],
        stored["fluence"][row],
        stored["absorbed"],
        stored["soft"],
        stored["bone"],
        float(stored["kerma_ugy"][row]),
    )


@nb.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _look_up(table, below, per_soft, per_bone, soft, bone, out):
    last_soft, last_bone, one = table.shape[0] - 2 - below, table.shape[1] - 2, np.uint32(1)
    for n in range(out.size):
        x = soft[n] * per_soft
        y = bone[n] * per_bone
        whole = min(max(int(np.floor(x)), -below), last_soft)
        i = np.uint32(whole + below)
        j = np.uint32(min(int(y), last_bone))
        fx = x - np.float32(whole)
        fy = y - np.float32(j)
        a = table[i, j] + fy * (table[i, j + one] - table[i, j])
        b = table[i + one, j] + fy * (table[i + one, j + one] - table[i + one, j])
        out[n] = a + fx * (b - a)


class AttenuationTable:
    """-ln(I/I0) over the mass path lengths (soft, bone) for one spectrum: Beer-Lambert summed over the
    energies, read bilinearly, continued in a straight line beyond 80 and 40 g/cm2. It starts at -32 g/cm2 of soft
    tissue, since metal counts as less than none (sim.xray.materials)."""

    def __init__(self, kvp: float = DEFAULT_KVP):
        self.spectrum = spectrum(kvp)
        bone = np.exp(-np.outer(np.arange(BONE_BINS) * BONE_STEP, self.spectrum.bone))

        def behind(bins: np.ndarray) -> np.ndarray:
            soft = np.exp(-np.outer(bins * SOFT_STEP, self.spectrum.soft))
            return (-np.log((soft * self.spectrum.weight) @ bone.T)).astype(np.float32)

        self.values = np.concatenate([behind(np.arange(-SOFT_BELOW, 0)), behind(np.arange(SOFT_BINS))])
        self.values[SOFT_BELOW, 0] = 0.0

    def log_signal(self, soft: np.ndarray, bone: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """-ln(I/I0) of mass path lengths in g/cm2, float32, contiguous and of one shape; written to `out` if
        given."""
        out = np.empty(soft.shape, np.float32) if out is None else out
        per_soft, per_bone = np.float32(1 / SOFT_STEP), np.float32(1 / BONE_STEP)
        _look_up(self.values, SOFT_BELOW, per_soft, per_bone, soft.reshape(-1), bone.reshape(-1), out.reshape(-1))
        return out


@lru_cache(maxsize=128)
def attenuation_table(kvp: float = DEFAULT_KVP) -> AttenuationTable:
    """The table of `kvp`, made once."""
    return AttenuationTable(kvp)


def mass_attenuation(mixture: dict[str, float], energy: np.ndarray) -> np.ndarray:
    """Total mass attenuation, cm2/g, of a mixture by mass at `energy` keV (needs xraydb)."""
    import xraydb

    return sum(share * xraydb.mu_elam(element, energy * 1000.0) for element, share in mixture.items())


def make(path: Path) -> None:
    """Compute every spectrum and write the file that ships (needs spekpy and xraydb; about a minute)."""
    import spekpy

    energy = np.arange(10.5, KVP_RANGE[1], 1.0)
    fluence, kerma = [], []
    for kvp in range(KVP_RANGE[0], KVP_RANGE[1] + 1):
        tube = spekpy.Spek(kvp=kvp, th=ANODE_DEG, dk=1.0, z=100.0)
        for material, thickness in FILTER_MM:
            tube.filter(material, thickness)
        k, per_cm2 = tube.get_spectrum()
        fluence.append(np.interp(energy, k, per_cm2, right=0.0) / 100.0)
        kerma.append(tube.get_kerma())
    np.savez_compressed(
        path,
        energy=energy.astype(np.float32),
        fluence=np.array(fluence, np.float32),
        kerma_ugy=np.array(kerma, np.float32),
        absorbed=(1.0 - np.exp(-mass_attenuation(CSI, energy) * CSI_G_CM2)).astype(np.float32),
        soft=mass_attenuation(SOFT_TISSUE, energy).astype(np.float32),
        bone=mass_attenuation(CORTICAL_BONE, energy).astype(np.float32),
    )


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "resources" / "xray" / "spectra.npz"
    target.parent.mkdir(exist_ok=True)
    make(target)
    print(f"{target.name}: {target.stat().st_size / 1024:.0f} KiB")
