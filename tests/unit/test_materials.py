"""HU to materials: the attenuation that the scanner measured comes back."""

from __future__ import annotations

import numpy as np

from sim.xray.materials import AIR_HU, densities
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
