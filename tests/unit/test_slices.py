"""Slices of a volume and their rows: against plain numpy, on every axis, averaging and memory order."""

from __future__ import annotations

import itertools

import numba as nb
import numpy as np
import pytest
from phantoms import grid, patient_of, torso

from sim.pose import CArmPose
from sim.xray import resample
from sim.xray.cpu import CpuProjector
from sim.xray.materials import AIR_HU, QUANTUM_G_CM3, densities
from sim.xray.slices import axes, bone_of, bytes_of, cut, soft_of


def at_once(rows, work):
    work(0, rows)


@pytest.fixture(scope="module")
def hu() -> np.ndarray:
    rng = np.random.default_rng(5)
    hu = rng.integers(-1100, 2200, (21, 70, 39)).astype(np.int16)
    hu[rng.random(hu.shape) < 0.4] = -2048
    hu[:2], hu[-5:] = -1000, -1000
    return hu


def test_rows_become_the_materials_that_the_formula_says():
    hu = np.arange(-2048, 9000).astype(np.int16)
    soft, bone = np.empty((2, hu.size), np.float32)
    soft_of(hu, False, soft)
    bone_of(hu, bone)
    assert np.allclose((soft, bone), densities(hu), atol=1e-5)
    boneless = hu[hu <= 100]
    soft_of(boneless, True, soft)
    assert np.allclose(soft[: boneless.size], densities(boneless)[0], atol=1e-5)


@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("factors", [(1, 1, 1), (2, 1, 1), (1, 2, 3), (4, 3, 2)])
@pytest.mark.parametrize("p", [0, 1, 2])
def test_slices_are_block_means_of_the_densities(hu, layout, factors, p):
    volume = np.asarray(hu, order=layout)
    order = axes(volume, np.array([2.0, 1.0, 1.5]), p)
    assert order[0] == p
    slices = cut(volume, order, factors, at_once)
    wanted = []
    for density in densities(hu):
        density = density.transpose(order)
        padded = np.pad(density, [(0, -n % f) for n, f in zip(density.shape, factors)])
        split = [n for size, f in zip(padded.shape, factors) for n in (size // f, f)]
        wanted.append(padded.reshape(split).mean(axis=(1, 3, 5)))
    assert slices.shape == wanted[0].shape
    for c, rows in enumerate((slices.soft, slices.bone)):
        for k, j in itertools.product(range(slices.shape[0]), range(slices.shape[1])):
            at = k * slices.strides[0] + j * slices.strides[1]
            row = rows[at : at + slices.shape[2]]
            seen = densities(row)[c] if slices.hu else row * QUANTUM_G_CM3
            assert np.allclose(seen, wanted[c][k, j], atol=0.51 * QUANTUM_G_CM3)
            held = np.flatnonzero(row > (AIR_HU, 100)[c] if slices.hu else row)
            span = (held[0], held[-1] + 1) if len(held) else (0, 0)
            assert tuple(slices.spans[c, :, k, j]) == span
    filled = np.flatnonzero((wanted[0] + wanted[1] > 0.51 * QUANTUM_G_CM3).any(axis=(1, 2)))
    assert slices.filled == (filled[0], filled[-1] + 1)


def test_single_slices_cost_no_memory_unless_memory_runs_along_the_beam(hu):
    for p, owned in ((0, 0), (1, 0), (2, hu.nbytes)):
        order = axes(hu, np.ones(3), p)
        assert bytes_of(hu, order, (1, 1, 1)) == owned
        slices = cut(hu, order, (1, 1, 1), at_once)
        assert np.shares_memory(slices.soft, hu) == (owned == 0)


@pytest.fixture(scope="module", params=[True, False], ids=["permuting", "plain loop"])
def read(request):
    """`sample` compiled with and without the processor's own instruction."""
    if request.param and not resample.PERMUTES:
        pytest.skip("this processor has no AVX2; the plain loop is what runs here")

    @nb.njit(fastmath=True)
    def whole(padded, bases, near, shares, step, out):
        resample.sample(padded, bases, near, shares, step, 0, bases.size, out)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resample, "PERMUTES", request.param)
        f, i, u = nb.float32[::1], nb.int32[::1], nb.uint64[::1]
        whole.compile((f, u, i, f, nb.float64, f))
    return whole


@pytest.mark.parametrize("step", [0.31, 0.67, 1.0, 1.37, 2.0, 3.3])
@pytest.mark.parametrize("shift", [-40.25, -0.9999999999, 0.0, 13.4])
def test_a_row_is_read_linearly_between_its_columns(read, step, shift):
    columns, count = 90, 160
    row = np.random.default_rng(1).random(columns).astype(np.float32)
    padded = np.zeros(columns + 3 * resample.MARGIN, np.float32)
    padded[resample.MARGIN : resample.MARGIN + columns] = row
    bases = np.empty(count // 8, np.uint64)
    near, shares, out = np.empty(count, np.int32), np.empty(count, np.float32), np.empty(count, np.float32)
    resample.places(shift, step, columns, bases, near, shares)
    read(padded, bases, near, shares, step, out)
    expected = np.interp(shift + step * np.arange(count), np.arange(-1, columns + 1), np.pad(row, 1), left=0, right=0)
    assert np.allclose(out, expected, atol=1e-5)


def test_after_preparing_no_angle_waits_for_a_copy(monkeypatch):
    shape = (48, 56, 40)
    projector = CpuProjector(patient_of(torso, shape, grid(shape, (8.0, 8.0, 8.0))), threads=1)
    projector.prepare().join()
    held = sum(slices.owned for slices in projector._kept.values())
    assert held <= 2.4 * 4 * projector.patient.hu.size

    def never(*_):
        raise AssertionError("a copy was made while the picture waited")

    monkeypatch.setattr("sim.xray.cpu.cut", never)
    for primary in range(-100, 101, 25):
        for secondary in range(-50, 51, 25):
            for fast in (False, True):
                pose = CArmPose(primary_deg=primary, secondary_deg=secondary)
                assert projector.render(pose, 512, fast).any()


def test_a_picture_and_the_preparation_share_one_copy():
    shape = (48, 56, 40)
    patient = patient_of(torso, shape, grid(shape, (8.0, 8.0, 8.0)))
    alone = CpuProjector(patient, threads=1).render(CArmPose(primary_deg=90), 128)
    projector = CpuProjector(patient, threads=2)
    preparing = projector.prepare(128)
    assert np.allclose(projector.render(CArmPose(primary_deg=90), 128), alone, rtol=1e-5)
    preparing.join()
    assert not projector._making
