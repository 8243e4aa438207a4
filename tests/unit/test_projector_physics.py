"""How much the picture shows: path lengths, Beer-Lambert, a slow float64 march, resolution and memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from phantoms import AIR, grid, patient_of, torso, turned
from raymarch import march, pixel_rays

from sim.geometry import beam_of
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector
from sim.xray.materials import densities
from sim.xray.spectrum import (
    ANODE_DEG,
    CORTICAL_BONE,
    CSI,
    CSI_G_CM2,
    FILTER_MM,
    SOFT_TISSUE,
    mass_attenuation,
)

CT_AXES = np.array([[-1, 0, 0], [0, 0, 1], [0, 1, 0]]).T
GRIDS = {
    "isotropic": ((190, 132, 116), (2.0, 2.5, 2.0), np.eye(3)),
    "a CT's order": ((220, 150, 84), (1.8, 1.8, 4.0), CT_AXES),
    "oblique": ((200, 184, 140), (2.5, 2.5, 3.0), turned(15, 20, -25)),
}
POSES = [CArmPose(), CArmPose(10, 20, -5, 30, 20), CArmPose(primary_deg=45, secondary_deg=45), CArmPose(primary_deg=90)]


@pytest.fixture(scope="module")
def torsos() -> dict[str, CpuProjector]:
    return {
        name: CpuProjector(patient_of(torso, shape, grid(shape, spacing, axes)), threads=1)
        for name, (shape, spacing, axes) in GRIDS.items()
    }


def relative_l2(seen, truth) -> float:
    return float(np.linalg.norm(seen - truth) / np.linalg.norm(truth))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.703, 0.703, 2.5), (2.5, 0.9, 0.703)])
@pytest.mark.parametrize(("primary", "secondary"), [(0, 0), (30, 20), (-45, 45), (10, -40)])
def test_a_slab_is_as_thick_as_it_is(spacing, primary, secondary):
    """Water, 50 mm thick in front-back, wider than the beam: 50 mm over the cosine of each ray."""
    shape = tuple(np.rint(np.array([700, 700, 50]) / spacing).astype(int))
    slab = Patient("slab", np.zeros(shape, np.int16), grid(shape, spacing))
    pose = CArmPose(primary_deg=primary, secondary_deg=secondary)
    seen = CpuProjector(slab, threads=1).mass_paths(pose, 96)[0]
    pixels = np.stack(np.meshgrid(np.arange(96), np.arange(96)), axis=-1).reshape(-1, 2)
    source, ends = pixel_rays(pose, 96, pixels)
    rays = ends - source
    thick = shape[2] * spacing[2] * np.linalg.norm(rays, axis=1) / np.abs(rays[:, 2])
    water = float(densities(np.array(0))[0])
    through = np.abs(rays[:, 2]) > 0.4 * np.linalg.norm(rays, axis=1)
    assert np.allclose(seen.ravel()[through] / water * 10, thick[through], rtol=0.005)


@pytest.mark.parametrize("kvp", [60, 90, 120])
def test_a_bone_cube_in_water_follows_beer_lambert(kvp):
    """The middle of a 40 mm cube of cortical bone in 200 mm of water, against a spectrum made afresh."""
    spekpy = pytest.importorskip("spekpy")
    shape = (60, 60, 100)
    hu = np.zeros(shape, np.int16)
    hu[20:40, 20:40, 40:60] = 1431
    picture = CpuProjector(Patient("cube", hu, grid(shape, (2.0, 2.0, 2.0))), kvp, threads=1).render(CArmPose(), 128)

    tube = spekpy.Spek(kvp=kvp, th=ANODE_DEG, dk=0.5, z=100)
    for material, mm in FILTER_MM:
        tube.filter(material, mm)
    energy, fluence = tube.get_spectrum()
    energy, fluence = energy[energy > 10], fluence[energy > 10]
    signal = fluence * energy * (1 - np.exp(-mass_attenuation(CSI, energy) * CSI_G_CM2))
    water, bone = float(densities(np.array(0))[0]), float(densities(np.array(1431))[1])
    soft, hard = mass_attenuation(SOFT_TISSUE, energy), mass_attenuation(CORTICAL_BONE, energy)
    through = 16.0 * water * soft + 4.0 * bone * hard
    expected = -np.log((signal * np.exp(-through)).sum() / signal.sum())
    assert picture[60:68, 60:68].mean() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("pose", POSES, ids=str)
@pytest.mark.parametrize("name", GRIDS)
def test_against_a_float64_march(torsos, name, pose):
    projector = torsos[name]
    at = np.arange(4, 512, 24)
    pixels = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    truth = [march(projector.patient, mass, pose, 512, pixels) * 0.1 for mass in densities(projector.patient.hu)]
    truth = projector.log_signal(np.array(truth, np.float32)[:, None])[0]
    seen = projector.render(pose)[pixels[:, 1], pixels[:, 0]]
    assert relative_l2(seen, truth) < 0.004


@pytest.mark.parametrize("pose", POSES, ids=str)
def test_the_same_body_on_any_grid_gives_the_same_picture(torsos, pose):
    """Within what sampling a body at 2 to 4 mm allows, and far from what a swapped or mirrored axis would give."""
    one, *others = (projector.render(pose, 128) for projector in torsos.values())
    for other in others:
        assert relative_l2(other, one) < 0.02
    assert relative_l2(one[:, ::-1], one) > 0.05 or pose.primary_deg == 0


def test_moving_pictures_are_the_same_picture_at_half_the_resolution(torsos):
    for projector in torsos.values():
        still, moving = projector.render(POSES[1]), projector.render(POSES[1], fast=True)
        assert moving.shape == still.shape
        assert 0 < relative_l2(moving, still) < 0.02


def test_small_pictures_are_not_aliased():
    """Plates of water one voxel thick and one apart, far finer than a pixel of 1.7 mm: no pattern may be left."""
    shape = (330, 330, 40)
    hu = np.full(shape, AIR, np.int16)
    hu[::2] = 0
    plates = Patient("plates", hu, grid(shape, (0.6, 0.6, 2.0)))
    seen = CpuProjector(plates, threads=1).mass_paths(CArmPose(), 128)[0][32:96, 32:96]
    assert seen.mean() == pytest.approx(0.5 * 8.0 * 1.007, rel=0.03)
    assert seen.std() < 0.03 * seen.mean()


def test_threads_make_no_difference(torsos):
    alone = torsos["oblique"]
    pair = CpuProjector(alone.patient, threads=2)
    assert np.array_equal(alone.render(POSES[1], 256), pair.render(POSES[1], 256))


@pytest.mark.parametrize("change", [np.asfortranarray, lambda hu: np.repeat(hu, 2, 2)[..., ::2]])
def test_any_memory_layout_will_do(torsos, change):
    patient = torsos["a CT's order"].patient
    other = change(patient.hu)
    other.setflags(write=False)
    again = CpuProjector(Patient("again", other, patient.affine), threads=1)
    assert np.allclose(again.render(POSES[1], 64), torsos["a CT's order"].render(POSES[1], 64), rtol=1e-5)


def test_memory_stays_below_three_float_volumes():
    shape = (160, 160, 160)
    patient = patient_of(torso, shape, grid(shape, (2.5, 2.5, 2.5)))
    CpuProjector(patient, threads=1).render(CArmPose(), 64)
    tracemalloc.start()
    projector = CpuProjector(patient, threads=1)
    for pose in (*POSES, CArmPose(primary_deg=90, secondary_deg=30), CArmPose(secondary_deg=89)):
        for fast in (False, True):
            projector.render(pose, 128, fast)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * 4 * patient.hu.size


def test_head_foot_beams_are_right_too(torsos):
    pose = CArmPose(up_mm=-10, secondary_deg=88)
    projector = torsos["isotropic"]
    at = np.arange(4, 128, 8)
    pixels = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    truth = march(projector.patient, densities(projector.patient.hu)[0], pose, 128, pixels) * 0.1
    seen = projector.mass_paths(pose, 128)[0][pixels[:, 1], pixels[:, 0]]
    assert abs(beam_of(pose).axis[1]) > 0.99
    assert relative_l2(seen, truth) < 0.004
