"""The shapes that virtual patients are made of, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sim.patient import voxelise
from sim.patient.grid import Grid, Noise, blend, resample, soften
from sim.patient.shipped import LEVELS

BOX_FACES = np.array(
    [
        *[[0, 2, 1], [1, 2, 3], [4, 5, 6], [5, 7, 6], [0, 1, 4], [1, 5, 4]],
        *[[2, 6, 3], [3, 6, 7], [0, 4, 2], [2, 4, 6], [1, 3, 5], [3, 7, 5]],
    ],
    np.int32,
)


def box(low, high):
    """A closed box as a mesh; vertices (x, y, z) mm, faces outward."""
    corners = [[x, y, z] for z in (low[2], high[2]) for y in (low[1], high[1]) for x in (low[0], high[0])]
    return np.array(corners, float), BOX_FACES


@pytest.fixture
def grid() -> Grid:
    return Grid([-30, -30, -30], [30, 30, 30], 2.0)


def test_a_bone_fills_its_volume_with_a_cortex_round_it(grid):
    part, hu, _ = voxelise.bones({"thoracic": box((-12, -10, -8), (12, 10, 8))}, grid)
    assert part.sum() / 8 * grid.spacing**3 == pytest.approx(24 * 20 * 16, rel=0.06)
    kind = voxelise.KINDS["vertebra"]
    centre = tuple(n // 2 for n in grid.shape)
    assert hu[centre] == kind.inside
    assert hu.max() == pytest.approx(kind.cortex, abs=1)


def test_a_leaky_bone_fills_all_the_same(grid):
    vertices, faces = box((-12, -10, -8), (12, 10, 8))
    whole, _, _ = voxelise.bones({"thoracic": (vertices, faces)}, grid)
    torn, _, _ = voxelise.bones({"thoracic": (vertices, faces[1:])}, grid)
    assert torn.sum() == pytest.approx(whole.sum(), rel=0.02)


def test_a_cone_measures_distance(grid):
    region, distance = grid.cone([0, 0, -10], [0, 0, 10], 5.0, 5.0, margin=40.0)
    x, y, z = grid.points(region)
    along = np.maximum(np.abs(z) - 10, 0)
    assert distance == pytest.approx(np.sqrt(x**2 + y**2 + along**2) - 5, abs=1e-3)


def test_a_blend_is_a_minimum_with_a_fillet():
    a, b = np.full((1, 1, 3), 10.0, np.float32), np.array([[[10.0, 30.0, -30.0]]], np.float32)
    blend(a, b, 8.0)
    assert a[0, 0] == pytest.approx([10.0 - 8.0 / 4, 10.0, -30.0], abs=1e-4)


def test_resampling_keeps_a_linear_field(grid):
    fine = Grid([-20, -20, -20], [20, 20, 20], 1.25)
    field = [2 * x - 3 * y + 0.5 * z + 7 for x, y, z in (grid.points(), fine.points())]
    assert resample(field[0], grid, fine) == pytest.approx(field[1], abs=1e-3)


def test_noise_is_the_same_at_any_spacing(grid):
    noise = Noise(np.random.default_rng(0), 6.0, [-30] * 3, [30] * 3)
    fine = noise.on(Grid([-30] * 3, [30] * 3, 2.0 / 3))
    assert fine[1::3, 1::3, 1::3] == pytest.approx(noise.on(grid), abs=1e-3)
    assert noise.field.std() == pytest.approx(1.0, abs=1e-3)


def test_softening_spreads_an_impulse_and_keeps_its_sum():
    field = np.zeros((7, 7, 7), np.float32)
    field[3, 3, 3] = 1.0
    soften(field, 0.05)
    assert field.sum() == pytest.approx(1.0, abs=1e-5)
    assert field[3, 3, 3] == pytest.approx(0.9**3, abs=1e-5)
    assert field[3, 3, 4] == pytest.approx(0.05 * 0.9**2, abs=1e-5)
    assert field == pytest.approx(field[::-1, ::-1, ::-1], abs=1e-6)


def test_stored_levels_keep_air_and_are_fine_enough():
    assert LEVELS[0] == -1000
    assert len(LEVELS) < 256
    steps = np.diff(LEVELS.astype(int))
    assert np.all(steps > 0)
    assert np.all(steps[LEVELS[:-1] >= 165] <= 0.1 * LEVELS[:-1][LEVELS[:-1] >= 165])
