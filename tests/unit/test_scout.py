"""The overview is upright whatever the scan's axes; usual places of landmarks come without the patient's own."""

import itertools

import numpy as np
import pytest

from carm_gui.scout import scout_of
from sim.landmarks import KEYS
from sim.patient.patient import Patient
from sim.patient.population import mean_coronal


def marked():
    """A body of water with a dense block toward the patient's left and head: HU and affine."""
    shape = np.array([40, 60, 20])
    hu = np.full(shape, -1000, np.int16)
    hu[5:35, 5:55, 4:16] = 0
    hu[25:33, 45:53, 6:14] = 1000
    return hu, np.diag([5.0, 5.0, 8.0, 1.0])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, -1)])
def test_left_is_right_and_head_is_up_on_every_order_of_axes(order, flips):
    hu, affine = marked()
    for axis, flip in enumerate(flips):
        if flip < 0:
            hu = np.flip(hu, axis)
            affine[:3, 3] += affine[:3, axis] * (hu.shape[axis] - 1)
            affine[:3, axis] *= -1
    hu = np.transpose(hu, order)
    turned = affine.copy()
    turned[:3, :3] = affine[:3, list(order)]
    scout = scout_of(Patient("box", np.ascontiguousarray(hu), turned, {}, "test"))
    height, width = scout.grey.shape
    row, column = np.unravel_index(int(np.argmax(scout.grey)), scout.grey.shape)
    left = scout.left_mm + (column + 0.5) * scout.pixel_mm
    up = scout.up_mm - (row + 0.5) * scout.pixel_mm
    assert 120 < left < 170
    assert 220 < up < 270
    assert column > width / 2
    assert row < height / 2


def test_a_virtual_patient_has_the_populations_places_and_never_its_own():
    hu, affine = marked()
    own = {"t1": (77.0, 88.0, 99.0), "skull": (1.0, 2.0, 3.0)}
    scout = scout_of(Patient("box", hu, affine, own, "test"))
    assert scout.typical == mean_coronal()
    assert set(scout.typical) == set(KEYS)
    assert scout.typical["t1"] != (77.0, 88.0)


def test_a_scan_without_lungs_gets_no_places():
    hu, affine = marked()
    scout = scout_of(Patient("box", hu, affine, {"t1": (0.0, 0.0, 0.0)}))
    assert scout.typical == {}


def test_an_empty_scan_gives_a_black_overview():
    scout = scout_of(Patient("air", np.full((10, 10, 10), -1000, np.int16), np.diag([20.0, 20, 20, 1])))
    assert scout.grey.max() == 0
