"""HU to materials: the attenuation that the scanner measured comes back, and metal weighs as titanium does."""

from __future__ import annotations

import numba as nb
import numpy as np
import pytest
from phantoms import grid

from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector
from sim.xray.materials import AIR_HU, METAL_G_CM3, METAL_HU, QUANTUM_G_CM3, TITANIUM, TITANIUM_G_CM3, densities
from sim.xray.slices import bone_of, cut, soft_of
from sim.xray.spectrum import CORTICAL_BONE, SOFT_TISSUE, WATER, mass_attenuation, spectrum

LUNG = dict(H=0.103, C=0.105, N=0.031, O=0.749, Na=0.002, P=0.002, S=0.003, Cl=0.003, K=0.002)
"""Mass fractions of ICRU-44 lung tissue, as listed by NIST."""
KEV = np.arange(20.0, 121.0)
POSE = CArmPose(secondary_deg=40)
"""Steep enough that no slices are averaged."""


def test_attenuation_at_75_kev_is_what_the_ct_number_says():
    hu = np.arange(AIR_HU + 1, METAL_HU)
    energy = np.array([75.0])
    soft, bone = densities(hu)
    seen = soft * mass_attenuation(SOFT_TISSUE, energy) + bone * mass_attenuation(CORTICAL_BONE, energy)
    told = (1 + hu / 1000) * mass_attenuation(WATER, energy)
    assert np.allclose(seen, told, rtol=0.003)


def test_air_is_exactly_nothing():
    for material in densities(np.array([-32768, -2048, -1000, AIR_HU])):
        assert not material.any()


def test_soft_tissue_holds_no_bone_and_cortical_bone_no_soft_tissue():
    soft, bone = densities(np.array([-100, 60, 100, 1431, 2500]))
    assert not bone[:3].any()
    assert not soft[3:].any()
    assert np.isclose(bone[3], 1.92)


def test_lung_is_thin_soft_tissue():
    """Why no fifth material is needed for it: gram for gram they attenuate alike."""
    apart = np.abs(mass_attenuation(LUNG, KEV) / mass_attenuation(SOFT_TISSUE, KEV) - 1)
    assert apart.max() < 0.012
    assert apart[KEV >= 40].max() < 0.005
    soft, bone = densities(np.array([-700]))
    assert soft[0] == pytest.approx(0.3, rel=0.01)
    assert bone[0] == 0


def test_metal_is_the_best_sum_of_two_for_titanium():
    titanium = mass_attenuation(TITANIUM, KEV) * TITANIUM_G_CM3
    two = np.stack([mass_attenuation(SOFT_TISSUE, KEV), mass_attenuation(CORTICAL_BONE, KEV)], axis=1)
    best = np.linalg.lstsq(two / titanium[:, None], np.ones(len(KEV)), rcond=None)[0]
    assert np.allclose(METAL_G_CM3, best, rtol=1e-3)
    off = two @ METAL_G_CM3 / titanium - 1
    assert np.sqrt((off**2).mean()) < 0.006
    assert np.abs(off).max() < 0.02


@pytest.mark.parametrize("size", [128, 32], ids=["single voxels", "averaged"])
@pytest.mark.parametrize("water_mm", [0, 200])
@pytest.mark.parametrize("metal_mm", [2, 8, 20])
@pytest.mark.parametrize("kvp", [50, 90, 120])
def test_a_metal_slab_follows_beer_lambert(kvp, metal_mm, water_mm, size):
    """Against the integral over the spectrum with titanium's own attenuation."""
    hu = np.full((60, 60, 240), -1000, np.int16)
    hu[:, :, 20 : 20 + water_mm] = 0
    hu[:, :, 220 : 220 + metal_mm] = 3071
    slab = Patient("slab", hu, grid(hu.shape, (2.0, 2.0, 1.0)))
    picture = CpuProjector(slab, kvp, threads=1).render(CArmPose(), size)

    beam = spectrum(kvp)
    through = mass_attenuation(TITANIUM, beam.energy) * TITANIUM_G_CM3 * metal_mm / 10
    through += beam.soft * float(densities(np.array(0))[0]) * water_mm / 10
    expected = -np.log(beam.weight @ np.exp(-through))
    middle = slice(size // 2 - 2, size // 2 + 2)
    assert picture[middle, middle].mean() == pytest.approx(expected, rel=0.01, abs=0.003)


@nb.njit
def _before_metal(hu, soft, bone):
    """The two densities as they were before metal was a material of its own."""
    zero, one, top = np.float32(0), np.float32(1), np.float32(100)
    per = np.float32(1 / (1431.0 - 100.0))
    for n in range(hu.size):
        h = np.float32(hu[n])
        share = min(max((h - top) * per, zero), one)
        density = (np.float32(1.007) + np.float32(1.007 / 1000.0) * min(h, top)) * (one - share)
        soft[n] = density if h > np.float32(-950) else zero
        bone[n] = share * max((h + np.float32(1000)) * np.float32(1.92 / 2431.0), np.float32(1.92))


def test_below_metal_the_densities_are_what_they_were():
    hu = np.arange(-2048, METAL_HU).astype(np.int16)
    seen, before = np.empty((2, 2, hu.size), np.float32)
    soft_of(hu, False, seen[0])
    bone_of(hu, seen[1])
    _before_metal(hu, *before)
    assert np.allclose(seen, before, rtol=2e-7, atol=1e-7)


def test_a_picture_without_metal_is_the_same_to_the_last_bit():
    """A speck of metal changes the pixels behind it and no other; a tooth of 2923 HU is bone as before."""
    hu = np.random.default_rng(3).integers(-200, 900, (48, 48, 48)).astype(np.int16)
    hu[20:24, 20:24, 20:24] = 2923
    marked = hu.copy()
    marked[4:6, 4:6, 4:6] = 3071

    def paths(volume: np.ndarray) -> np.ndarray:
        return CpuProjector(Patient("body", volume, grid(hu.shape, (2.0, 2.0, 2.0))), threads=1).mass_paths(POSE)

    plain, changed = paths(hu), paths(marked)
    differs = (plain != changed).any(axis=0)
    assert 0 < differs.sum() < 0.01 * differs.size
    assert plain[0].min() > -0.01, "no more than a cubic reading of a sharp edge leaves"
    averaged = cut(hu, (2, 0, 1), (2, 1, 1), lambda rows, work: work(0, rows))
    assert averaged.quantum == QUANTUM_G_CM3
