"""The shipped tables against their sources, and Beer-Lambert through the table."""

from __future__ import annotations

import numpy as np
import pytest

from sim.xray.spectrum import (
    ANODE_DEG,
    CORTICAL_BONE,
    FILTER_MM,
    SOFT_TISSUE,
    AttenuationTable,
    SpectrumError,
    mass_attenuation,
    spectrum,
)


@pytest.mark.parametrize("kvp", [50, 90, 120])
def test_the_shipped_spectrum_is_spekpys(kvp):
    spekpy = pytest.importorskip("spekpy")
    tube = spekpy.Spek(kvp=kvp, th=ANODE_DEG, dk=1.0, z=100)
    for material, mm in FILTER_MM:
        tube.filter(material, mm)
    energy, fluence = tube.get_spectrum()
    stored = spectrum(kvp)
    assert stored.kerma_ugy == pytest.approx(tube.get_kerma(), rel=1e-3)
    assert stored.fluence @ stored.energy == pytest.approx(fluence @ energy / 100, rel=1e-3)


@pytest.mark.parametrize(
    ("mixture", "kev", "nist"),
    [
        (SOFT_TISSUE, 30, 0.3790),
        (SOFT_TISSUE, 60, 0.2048),
        (SOFT_TISSUE, 100, 0.1693),
        (CORTICAL_BONE, 30, 1.331),
        (CORTICAL_BONE, 60, 0.3148),
        (CORTICAL_BONE, 100, 0.1855),
    ],
)
def test_mass_attenuation_is_nists(mixture, kev, nist):
    """NIST X-ray mass attenuation tables (Hubbell and Seltzer, NISTIR 5632), ICRU-44 materials, cm2/g."""
    assert mass_attenuation(mixture, np.array([float(kev)]))[0] == pytest.approx(nist, rel=0.01)


@pytest.mark.parametrize("kvp", [50.0, 90.0, 120.0])
def test_the_table_is_beer_lambert_summed_over_the_spectrum(kvp):
    table, beam = AttenuationTable(kvp), spectrum(kvp)
    rng = np.random.default_rng(1)
    soft = rng.uniform(0, 60, 500).astype(np.float32)
    bone = rng.uniform(0, 20, 500).astype(np.float32)
    signal = beam.fluence * beam.absorbed * beam.energy
    left = np.exp(-np.outer(soft, beam.soft) - np.outer(bone, beam.bone)) @ signal / signal.sum()
    assert np.allclose(table.log_signal(soft, bone), -np.log(left), rtol=1e-3, atol=1e-3)


def test_nothing_in_the_beam_gives_exactly_zero_and_more_gives_more():
    table = AttenuationTable()
    thickness = np.linspace(0, 200, 400, dtype=np.float32)
    signal = table.log_signal(thickness, np.zeros_like(thickness))
    assert signal[0] == 0.0
    assert np.all(np.diff(signal) > 0)


def test_a_harder_beam_goes_through_better():
    soft, bone = np.array([20.0], np.float32), np.array([2.0], np.float32)
    signals = [AttenuationTable(kvp).log_signal(soft, bone)[0] for kvp in (60, 90, 120)]
    assert signals == sorted(signals, reverse=True)


@pytest.mark.parametrize("kvp", [30, 150, float("nan")])
def test_a_voltage_the_tube_does_not_give_is_refused(kvp):
    with pytest.raises(SpectrumError, match="50 to 120 kVp"):
        spectrum(kvp)
