"""DeepDRR's process: geometry against DeepDRR's own matrices, the protocol against a worker that fakes it, and what
happens when it is missing or fails. No GPU is asked for, none of DeepDRR's pictures is checked here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from doubles import small_patient

from sim.geometry import DETECTOR_MM, SDD_MM, beam_of, project
from sim.pose import CArmPose
from sim.xray import deepdrr_process
from sim.xray.cpu import CpuProjector
from sim.xray.deepdrr_process import DeepDrrError, DeepDrrProjector, camera_from_ras, interpreter, open_projector

FAKE = Path(__file__).with_name("fake_deepdrr.py")
MATRICES = json.loads((Path(__file__).parent / "data" / "deepdrr_matrices.json").read_text())


def fake(*way: str) -> list[str]:
    return [sys.executable, str(FAKE), *way]


@pytest.fixture
def opened():
    """Make DeepDrrProjectors that are closed afterwards."""
    made: list[DeepDrrProjector] = []

    def make(*way: str, note=None) -> DeepDrrProjector:
        made.append(DeepDrrProjector(small_patient(), fake(*way), note=note or (lambda text: None)))
        return made[-1]

    yield make
    for projector in made:
        projector.close()


@pytest.mark.parametrize("view", MATRICES["views"], ids=lambda view: str(view["pose"]))
def test_the_camera_is_that_of_deepdrr_seen_from_the_other_side(view):
    """DeepDRR's MobileCArm at the same angles, one at a time. Its picture is the mirror image, and its pixel n reaches
    from n to n + 1 (project_kernel.cu adds .5), where ours has its centre at n."""
    pose, size = CArmPose(*view["pose"]), MATRICES["size"]
    assert np.allclose(camera_from_ras(pose), view["camera_from_ras"], atol=1e-4)
    points = np.random.default_rng(0).uniform(-80, 80, (50, 3)) + view["pose"][:3]
    ras = np.column_stack([-points[:, 0], points[:, 2], points[:, 1], np.ones(50)])
    seen = ras @ np.array(view["index_from_ras"]).T
    seen = seen[:, :2] / seen[:, 2:] - 0.5
    ours, _ = project(pose, points, size)
    assert np.allclose(seen, np.column_stack([size - 1 - ours[:, 0], ours[:, 1]]), atol=1e-3)


@pytest.mark.parametrize("angles", [(30, 20), (-45, 30), (-80, -50)])
def test_at_both_angles_the_camera_is_built_from_the_beam(angles):
    """MobileCArm turns in the other order there, so it is given the camera, not the angles."""
    pose = CArmPose(12.0, -30.0, 8.0, *angles)
    camera, beam = camera_from_ras(pose), beam_of(pose)
    assert np.isclose(np.linalg.det(camera[:3, :3]), 1)
    for point in (beam.source + 500 * beam.axis + 20 * beam.right - 7 * beam.down, beam.isocentre):
        x, y, z, _ = camera @ (-point[0], point[2], point[1], 1)
        (u, v), _ = project(pose, point, 512)
        pitch = DETECTOR_MM / 512
        assert np.isclose(511 - u, x / z * SDD_MM / pitch + 255.5)
        assert np.isclose(v, y / z * SDD_MM / pitch + 255.5)


@pytest.mark.parametrize("pose", [CArmPose(), CArmPose(30, -20, 10), CArmPose(-20, 15, 0, 35, -25)], ids=str)
def test_the_picture_comes_back_in_our_convention(opened, pose):
    picture = opened().render(pose, 128)
    assert (picture.dtype, picture.shape) == (np.float32, (128, 128))
    v, u = np.unravel_index(picture.argmax(), picture.shape)
    (expected_u, expected_v), _ = project(pose, np.zeros(3), 128)
    assert abs(u - expected_u) < 1
    assert abs(v - expected_v) < 1


def test_the_voltage_reaches_it(opened):
    projector = opened()
    ground = [projector.render(CArmPose(), 64, kvp=kvp).min() for kvp in (60, 90, 120)]
    assert ground == sorted(ground)
    assert ground[0] < ground[2]
    assert 0.02 < ground[0] < ground[2] < 0.12, "electron volts"


@pytest.mark.parametrize("way", ["die", "error", "short", "babble", "hang"])
def test_a_failure_falls_back_to_the_cpu_and_says_so_once(opened, monkeypatch, way):
    monkeypatch.setattr(deepdrr_process.Worker.ask, "__defaults__", (b"", 1.5))
    notes: list[str] = []
    projector = opened(way, "1", note=notes.append)
    first = projector.render(CArmPose(), 64)
    expected = CpuProjector(projector.patient).render(CArmPose(), 64)
    assert not np.allclose(first, expected)
    for _ in range(2):
        assert np.array_equal(projector.render(CArmPose(), 64), expected)
    assert len(notes) == 1
    assert notes[0].endswith("Pictures come from the CPU projector from now on.")
    assert projector.problem == notes[0]
    if way == "die":
        assert "the GPU fell off the bus" in notes[0]


def test_what_does_not_start_is_an_error_in_one_sentence():
    with pytest.raises(DeepDrrError, match="no CUDA here"):
        DeepDrrProjector(small_patient(), fake("refuse"))
    with pytest.raises(DeepDrrError, match="cannot be started"):
        DeepDrrProjector(small_patient(), ["/nowhere/python", str(FAKE)])


def test_the_projector_named_is_the_projector_opened(monkeypatch, tmp_path):
    monkeypatch.setenv("CARM_DEEPDRR", str(tmp_path / "python"))
    notes: list[str] = []
    assert interpreter() is None
    assert isinstance(open_projector(small_patient(), "auto", notes.append), CpuProjector)
    assert isinstance(open_projector(small_patient(), "cpu", notes.append), CpuProjector)
    assert not notes
    assert isinstance(open_projector(small_patient(), "deepdrr", notes.append), CpuProjector)
    assert len(notes) == 1
    assert "make deepdrr" in notes[0]
    with pytest.raises(ValueError, match="choose cpu, deepdrr or auto"):
        open_projector(small_patient(), "gpu")


def test_the_worker_needs_nothing_of_this_project():
    """It runs where only DeepDRR is installed."""
    text = deepdrr_process.WORKER.read_text()
    imported = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.strip().startswith(("import ", "from "))
    }
    assert imported <= {"__future__", "json", "os", "sys", "deepdrr", "numpy", "importlib", "cupy"}
