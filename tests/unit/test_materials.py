"""HU to materials: the attenuation that the scanner measured comes back."""

from __future__ import annotations

import numpy as np

from sim.xray.materials import AIR_HU, QUANTUM_G_CM3, densities, level_tables
from sim.xray.spectrum import CORTICAL_BONE, SOFT_TISSUE, WATER, mass_attenuation


def test_attenuation_at_75_kev_is_what_the_ct_number_says():
    hu = np.arange(AIR_HU + 1, 4000)
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


def test_levels_are_the_densities():
    hu = np.array([-2048, -870, -100, 0, 55, 400, 1431, 3000], np.int16)
    for levels, exact in zip(level_tables(), densities(hu), strict=True):
        assert np.allclose(levels[hu.view(np.uint16)] * QUANTUM_G_CM3, exact, atol=0.51 * QUANTUM_G_CM3)
