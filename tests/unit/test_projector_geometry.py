"""Where things fall in the picture: analytic positions, the console's conventions, and any grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phantoms import AIR, balls, grid, turned

from sim.geometry import project
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.xray.cpu import CpuProjector

BALLS = np.array([(0, 0, 0), (48, 40, -30), (-52, 33, 38), (41, -46, 44), (-38, -52, -47), (3, 57, 12)], float)
GRIDS = {
    "along the frame": ((141, 141, 141), (1, 1, 1), np.eye(3)),
    "a CT's order and signs": ((141, 141, 57), (1, 1, 2.5), np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]).T),
    "oblique": ((170, 130, 170), (1.1, 1.4, 1.1), turned(20, -15, 35)),
}
ANGLES = [(0, 0), (30, 20), (-40, -25), (45, 45), (90, 0), (-90, 10), (100, -50), (10, 50), (60, -45)]


@pytest.fixture(scope="module", params=GRIDS)
def wire_balls(request) -> CpuProjector:
    shape, spacing, axes = GRIDS[request.param]
    return CpuProjector(balls(BALLS, 4.0, 100, shape, grid(shape, spacing, axes)), threads=1)


def centroids(picture: np.ndarray, expected: np.ndarray, reach: int = 14) -> np.ndarray:
    """Centre of mass (n, 2) of `picture` round each expected pixel (n, 2)."""
    found = []
    for u, v in np.rint(expected).astype(int):
        at_v, at_u = np.mgrid[v - reach : v + reach + 1, u - reach : u + reach + 1]
        mass = picture[at_v, at_u]
        found.append(((at_u * mass).sum() / mass.sum(), (at_v * mass).sum() / mass.sum()))
    return np.array(found)


def alone(uv: np.ndarray, size: int, reach: int = 14) -> np.ndarray:
    """Which pixels (n, 2) have no other ball's shadow near, and lie well inside the picture."""
    apart = np.linalg.norm(uv[:, None] - uv[None], axis=-1) + 1e9 * np.eye(len(uv))
    return (apart.min(1) > 2.5 * reach) & np.all((uv > reach + 1) & (uv < size - reach - 2), axis=1)


def check_balls(projector: CpuProjector, pose: CArmPose) -> int:
    expected, _ = project(pose, BALLS, 512)
    clear = alone(expected, 512)
    paths = projector.mass_paths(pose).sum(axis=0)
    assert np.abs(centroids(paths, expected[clear]) - expected[clear]).max(initial=0) < 0.25
    return int(clear.sum())


@pytest.mark.parametrize(("primary", "secondary"), ANGLES)
def test_wire_balls_fall_where_geometry_says(wire_balls, primary, secondary):
    assert check_balls(wire_balls, CArmPose(6.3, -4.7, 8.9, primary, secondary)) >= 3


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shift=st.tuples(*[st.floats(-25, 25)] * 3), primary=st.floats(-100, 100), secondary=st.floats(-50, 50))
def test_wire_balls_from_anywhere(wire_balls, shift, primary, secondary):
    check_balls(wire_balls, CArmPose(*shift, primary, secondary))


def ball_pixel(centre, pose: CArmPose) -> np.ndarray:
    """Where a ball at `centre` is seen, without asking sim.geometry.project."""
    shape = (130, 130, 130)
    patient = balls(np.array([centre], float), 4.0, 1500, shape, grid(shape, (1.0, 1.0, 1.0)))
    picture = CpuProjector(patient, threads=1).mass_paths(pose, 256).sum(axis=0)
    v, u = np.unravel_index(np.argmax(picture), picture.shape)
    return np.array([u, v]) - 127.5


def test_ap_has_the_patients_right_on_the_left_and_the_head_up():
    assert ball_pixel((-40, 0, 0), CArmPose())[0] < -30
    assert ball_pixel((0, 40, 0), CArmPose())[1] < -30


def test_lao_90_has_the_detector_on_the_patients_left():
    lateral = CArmPose(primary_deg=90)
    on_the_left, on_the_right = (ball_pixel((left, 40, 0), lateral)[1] for left in (50, -50))
    assert on_the_left / on_the_right == pytest.approx((530 - 50) / (530 + 50), rel=0.03)
    assert ball_pixel((0, 0, 40), lateral)[0] < -30


def test_cranial_has_the_detector_toward_the_head():
    assert ball_pixel((0, 0, 40), CArmPose(secondary_deg=40))[1] > 20


@pytest.mark.parametrize("ant", [-545.0, 505.0])
def test_what_lies_behind_the_source_or_the_detector_is_not_seen(ant):
    shape = (41, 41, 41)
    ball = balls(np.array([(0, 0, ant)]), 8.0, 1500, shape, grid(shape, (1.0, 1.0, 1.0), centre=(0, 0, ant)))
    assert CpuProjector(ball, threads=1).render(CArmPose(ant_mm=ant), 128).any()
    assert not CpuProjector(ball, threads=1).render(CArmPose(), 128).any()


def test_air_gives_exactly_nothing():
    shape = (20, 30, 40)
    empty = Patient("air", np.full(shape, AIR, np.int16), grid(shape, (2.0, 2.0, 2.0)))
    assert not CpuProjector(empty, threads=1).render(CArmPose(primary_deg=20), 64).any()


def test_a_view_beside_the_volume_is_empty():
    shape = (20, 20, 20)
    water = Patient("water", np.zeros(shape, np.int16), grid(shape, (2.0, 2.0, 2.0)))
    assert not CpuProjector(water, threads=1).render(CArmPose(left_mm=400), 64).any()
