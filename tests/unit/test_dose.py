"""Dose: inverse square, linear in the charge, and the area product the same at every distance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.dose import REFERENCE_MM, air_kerma_mgy, dap_gycm2, of_pulse
from sim.frame import Dose
from sim.geometry import DETECTOR_MM, SDD_MM
from sim.xray.detector import Exposure


def test_kerma_falls_with_the_square_of_the_distance():
    assert air_kerma_mgy(Exposure(), 500) == pytest.approx(4 * air_kerma_mgy(Exposure(), 1000))


@pytest.mark.parametrize("field", ["ma", "pulse_ms"])
def test_kerma_is_linear_in_current_and_time(field):
    three = replace(Exposure(), **{field: 3 * getattr(Exposure(), field)})
    assert air_kerma_mgy(three) == pytest.approx(3 * air_kerma_mgy(Exposure()))


def test_kerma_rises_faster_than_the_voltage():
    low, high = (air_kerma_mgy(Exposure(kvp=kvp)) for kvp in (60, 120))
    assert high > 2 * low


def test_kerma_at_90_kvp_is_spekpys():
    """47.7 uGy per mAs at 1 m behind 3 mm Al and 0.1 mm Cu (SpekPy 2.5, anode 12 degrees)."""
    assert air_kerma_mgy(Exposure(90, 1000, 1), 1000) == pytest.approx(0.0477, rel=0.005)


def test_the_reference_point_is_15_cm_before_the_isocentre():
    assert REFERENCE_MM == 380.0


def test_the_area_product_is_kerma_times_area_anywhere():
    side_cm = DETECTOR_MM * REFERENCE_MM / SDD_MM / 10
    expected = air_kerma_mgy(Exposure()) / 1000 * side_cm**2
    assert dap_gycm2(Exposure()) == pytest.approx(expected)
    assert dap_gycm2(Exposure(), (207, 414)) == pytest.approx(expected / 2)


def test_pulses_add_up():
    total = sum((of_pulse(Exposure(), 1 / 8) for _ in range(80)), Dose())
    assert total.fluoro_s == pytest.approx(10)
    assert total.shots == 80
    assert total.air_kerma_mgy == pytest.approx(80 * air_kerma_mgy(Exposure()))
