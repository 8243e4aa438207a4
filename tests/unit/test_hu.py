"""Voxel values that are no clean Hounsfield units: mended with a sentence where that is safe, else refused."""

from __future__ import annotations

import numpy as np
import pytest

from sim.patient.hu import AIR_HU, clean_hu
from sim.patient.patient import PatientError


def chest() -> np.ndarray:
    """Noisy air, fat, muscle, lung and bone in a box (40, 36, 30), whole HU."""
    rng = np.random.default_rng(2)
    hu = np.full((40, 36, 30), -1000.0)
    hu[4:36, 4:32] = -100
    hu[6:34, 6:30] = 45
    hu[10:18, 10:26, 5:25] = -850
    hu[18:24, 8:14] = 700
    return np.rint(hu + rng.normal(0, 12, hu.shape))


def expected() -> np.ndarray:
    hu = chest()
    return np.where(hu < -980, AIR_HU, hu)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32, np.float64, np.uint16])
def test_numbers_from_zero_are_mended_and_said(kind):
    raw = np.clip(chest() + 1024, 0, None).astype(kind)
    hu, notes = clean_hu(raw, "scan")
    np.testing.assert_array_equal(hu, np.where(np.clip(chest(), -1024, None) < -980, AIR_HU, chest()))
    assert len(notes) == 1
    assert "counts its CT numbers from 0" in notes[0]


def test_numbers_from_zero_with_padding_below():
    raw = np.clip(chest() + 1024, 0, None).astype(np.int16)
    raw[0] = -2000
    hu, notes = clean_hu(raw)
    assert "from 0" in notes[0]
    assert (hu[0] == AIR_HU).all()
    np.testing.assert_array_equal(hu[1:], expected()[1:])


@pytest.mark.parametrize("padding", [-2048, -3024, -32768])
def test_padding_is_air_and_needs_no_words(padding):
    raw = chest().astype(np.int16)
    raw[:2] = padding
    hu, notes = clean_hu(raw)
    assert notes == ()
    assert (hu[:2] == AIR_HU).all()
    np.testing.assert_array_equal(hu[2:], expected()[2:])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_surround_that_is_not_a_number_is_air(value):
    raw = chest()
    i, j = np.ogrid[:40, :36]
    outside = (i - 20) ** 2 + (j - 18) ** 2 > 24**2
    raw[outside] = value
    hu, notes = clean_hu(raw, "scan")
    assert "not numbers" in notes[0]
    np.testing.assert_array_equal(hu[~outside], expected()[~outside])
    assert (hu[outside] == AIR_HU).all()


def test_holes_in_the_body_are_refused():
    raw = chest()
    raw[20:26, 15:20, 10:15] = np.nan
    with pytest.raises(PatientError, match="within the body that are not numbers"):
        clean_hu(raw)
    with pytest.raises(PatientError):
        clean_hu(np.full((9, 9, 9), np.nan))


def test_negative_values_read_as_unsigned_are_turned_back():
    raw = chest().astype(np.int16)
    raw[:2] = -2048
    hu, notes = clean_hu(raw.view(np.uint16))
    np.testing.assert_array_equal(hu[2:], expected()[2:])
    assert (hu[:2] == AIR_HU).all()
    assert "unsigned" in notes[0]


def test_metal_is_clipped_and_said():
    raw = chest().astype(np.int32)
    raw[20, 10, :5] = 12000
    hu, notes = clean_hu(raw)
    assert (hu[20, 10, :5] == 3071).all()
    assert notes == ("5 voxels above 3071 HU (metal) were set to 3071.",)


def test_a_crop_from_inside_the_body_is_a_ct():
    raw = np.clip(chest()[4:36, 4:32], -150, None)
    hu, notes = clean_hu(raw)
    assert notes == ()
    assert hu.min() == -150


@pytest.mark.parametrize(
    ("scale", "says"),
    [
        (lambda hu: (hu + 1000) / 2000, "scaled away"),
        (lambda hu: np.clip(hu / 1000, -1, 1), "scaled away"),
        (lambda hu: np.clip((hu + 1000) / 8, 0, 255).astype(np.uint8), "8 bits"),
        (lambda hu: (hu > 0).astype(np.int16) * 7, "not Hounsfield"),
        (lambda hu: np.maximum(hu / 1000 + 1, 0), "not Hounsfield"),  # g/cm3
        (lambda hu: np.full_like(hu, 0.0), "scaled away|not Hounsfield"),
        (lambda hu: hu * 0 - 1000, "not Hounsfield"),
    ],
)
def test_other_units_are_refused_in_one_sentence(scale, says):
    with pytest.raises(PatientError, match=says) as refused:
        clean_hu(scale(chest()), "scan")
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_clean_ct_is_left_as_it_is():
    raw = chest().astype(np.int16)
    before = raw.copy()
    hu, notes = clean_hu(raw)
    assert notes == ()
    np.testing.assert_array_equal(hu, expected())
    np.testing.assert_array_equal(raw, before)
