"""Speed of the live picture, on a body as large as the shipped patient's volume. `make bench`, or
`pytest tests/benchmarks/test_projector_speed.py --benchmark-only`."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

import numba as nb
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from phantoms import grid, patient_of, torso

from sim.geometry import DETECTOR_MM, SDD_MM, beam_of
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector
from sim.xray.detector import Detector
from sim.xray.materials import densities

VIEWS = {"AP": CArmPose(), "oblique": CArmPose(primary_deg=30, secondary_deg=20)}


@pytest.fixture(scope="module")
def body():
    """300 x 400 x 260 voxels of 1.5 mm."""
    shape = (300, 400, 260)
    return patient_of(torso, shape, grid(shape, (1.5, 1.5, 1.5)))


@pytest.mark.parametrize("fast", [False, True], ids=["still", "moving"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_live_frame_of_512(benchmark, body, view, fast):
    """Projection and detector, two threads each: what the live view does for one frame."""
    projector, detector = CpuProjector(body, threads=2), Detector(threads=2)
    projector.render(VIEWS[view], 512, fast)
    benchmark.pedantic(lambda: detector.expose(projector.render(VIEWS[view], 512, fast), 1), rounds=15, warmup_rounds=2)
    benchmark.extra_info["frames_per_second"] = round(1 / benchmark.stats["median"], 1)


def test_a_training_view_of_128(benchmark):
    """One thread, 200 x 230 x 330 voxels of 2 mm, with the detector."""
    shape = (230, 330, 200)
    patient = patient_of(torso, shape, grid(shape, (2.0, 2.0, 2.0)))
    projector, detector = CpuProjector(patient, threads=1), Detector()
    benchmark.pedantic(lambda: detector.expose(projector.render(VIEWS["AP"], 128), 1), rounds=25, warmup_rounds=2)


def test_the_first_picture(benchmark, body):
    """A new patient: sorting the volume into materials for AP, and one picture."""
    benchmark.pedantic(lambda: CpuProjector(body, threads=2).render(VIEWS["AP"]), rounds=4, warmup_rounds=1)


@nb.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _joseph(soft, bone, source, corner, right, down, spacing, out):
    """A plain Joseph march along axis 2: every ray, every slice, bilinear in the slice, both materials."""
    size = out.shape[1]
    for v in range(size):
        for u in range(size):
            ray = corner + u * right + v * down
            step = math.sqrt(((ray * spacing) ** 2).sum()) / abs(ray[2])
            a, b = np.float32(0), np.float32(0)
            for k in range(soft.shape[2]):
                t = (k - source[2]) / ray[2]
                x, y = source[0] + t * ray[0], source[1] + t * ray[1]
                if x >= 0 and y >= 0 and x < soft.shape[0] - 1 and y < soft.shape[1] - 1:
                    i, j = int(x), int(y)
                    f, g = np.float32(x - i), np.float32(y - j)
                    s, t_ = soft[:, :, k], bone[:, :, k]
                    a += (1 - f) * ((1 - g) * s[i, j] + g * s[i, j + 1]) + f * (
                        (1 - g) * s[i + 1, j] + g * s[i + 1, j + 1]
                    )
                    b += (1 - f) * ((1 - g) * t_[i, j] + g * t_[i, j + 1]) + f * (
                        (1 - g) * t_[i + 1, j] + g * t_[i + 1, j + 1]
                    )
            out[0, v, u] = a * step * np.float32(0.1)
            out[1, v, u] = b * step * np.float32(0.1)


def test_many_times_a_plain_march(body):
    """The same picture by a plain compiled march, both on one thread and in turns, in processor time."""
    pose, size = VIEWS["AP"], 256
    beam, inverse = beam_of(pose), np.linalg.inv(body.affine)
    pitch = DETECTOR_MM / size
    source = inverse[:3, :3] @ beam.source + inverse[:3, 3]
    right, down = inverse[:3, :3] @ beam.right * pitch, inverse[:3, :3] @ beam.down * pitch
    corner = inverse[:3, :3] @ beam.axis * SDD_MM - 0.5 * (size - 1) * (right + down)
    soft, bone = (mass.astype(np.float32).transpose(2, 0, 1).copy().transpose(1, 2, 0) for mass in densities(body.hu))
    plain = np.empty((2, size, size), np.float32)
    projector = CpuProjector(body, threads=1)

    def march():
        _joseph(soft, bone, source, corner, right, down, body.spacing_mm, plain)

    def stack():
        return projector.mass_paths(pose, size)

    march()
    assert np.linalg.norm(stack() - plain) < 0.01 * np.linalg.norm(plain)
    spent = {march: [], stack: []}
    for _ in range(3):
        for work, times in spent.items():
            start = time.thread_time()
            work()
            times.append(time.thread_time() - start)
    ratio = min(spent[march]) / min(spent[stack])
    print(
        f"plain march {min(spent[march]) * 1e3:.0f} ms, slice-stack {min(spent[stack]) * 1e3:.1f} ms: {ratio:.0f} times"
    )
    assert ratio > 5
