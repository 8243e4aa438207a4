"""Survey views and the point where two clicks meet: hand-worked geometry, the real projector, and noise."""

from __future__ import annotations

import numpy as np
import pytest

from sim.geometry import SOURCE_TO_ISOCENTRE_MM, project
from sim.patient.patient import Patient
from sim.pose import CArmPose
from sim.survey import SurveyView, body_box, epipolar, meeting, slab, survey_views

AP = SurveyView((10.0, -20.0, 30.0), 2.0, 0.0, 512)
SIDE = SurveyView((10.0, -20.0, 30.0), 2.0, 90.0, 512)


def test_at_scale_one_it_is_the_c_arm():
    view = SurveyView((5.0, 6.0, 7.0), 1.0, 30.0, 256)
    points = np.random.default_rng(0).uniform(-80, 80, (50, 3))
    expected, _ = project(CArmPose(5, 6, 7, 30.0), points, 256)
    np.testing.assert_allclose(view.project(points), expected, atol=1e-9)


def test_the_focal_spot_is_scale_times_as_far():
    np.testing.assert_allclose(AP.source, [10, -20, 30 - 2 * SOURCE_TO_ISOCENTRE_MM])
    np.testing.assert_allclose(SIDE.source, [10 - 2 * SOURCE_TO_ISOCENTRE_MM, -20, 30], atol=1e-9)


def test_a_pixels_ray_passes_through_what_it_shows():
    point = np.array([60.0, -90.0, 75.0])
    for view in (AP, SIDE):
        way = view.ray(tuple(view.project(point)))
        along = point - view.source
        np.testing.assert_allclose(np.cross(along / np.linalg.norm(along), way), 0, atol=1e-12)


def test_two_exact_clicks_give_the_point():
    for point in np.random.default_rng(1).uniform(-150, 150, (200, 3)):
        met = meeting(AP, tuple(AP.project(point)), SIDE, tuple(SIDE.project(point)))
        np.testing.assert_allclose(met.point, point, atol=1e-6)
        assert met.residual_mm < 1e-6


def test_the_residual_is_the_gap_between_the_rays():
    """At the centre both rays run along the axes; a click d mm off along the body moves one ray by d there."""
    up = SIDE.project(np.add(AP.centre, (0, 8.0, 0)))
    met = meeting(AP, tuple(AP.project(np.array(AP.centre))), SIDE, tuple(up))
    assert met.residual_mm == pytest.approx(8.0, rel=1e-3)
    assert met.point[1] == pytest.approx(AP.centre[1] + 4.0, abs=0.01)  # the middle, not one or the other


def test_it_is_the_least_squares_point():
    rng = np.random.default_rng(2)
    point = np.array([40.0, 30.0, -20.0])
    clicks = [tuple(view.project(point) + rng.normal(0, 3, 2)) for view in (AP, SIDE)]
    met = meeting(AP, clicks[0], SIDE, clicks[1])

    def squares(at):
        return sum(
            np.linalg.norm(np.cross(at - view.source, view.ray(uv))) ** 2 for view, uv in zip((AP, SIDE), clicks)
        )

    best = squares(np.array(met.point))
    assert best == pytest.approx(met.residual_mm**2 / 2, rel=1e-6)
    for way in np.vstack([np.eye(3), -np.eye(3)]):
        assert squares(np.array(met.point) + 0.5 * way) > best


def test_the_same_view_twice_gives_no_depth():
    with pytest.raises(ValueError, match="no depth"):
        meeting(AP, (100.0, 100.0), AP, (100.0, 100.0))


def test_the_line_runs_through_the_point():
    point = np.array([-70.0, 55.0, 90.0])
    ends = epipolar(AP, tuple(AP.project(point)), SIDE, 400.0)
    a, b = ends
    at = SIDE.project(point)
    way = (b - a) / np.linalg.norm(b - a)
    assert abs(way[0] * (at - a)[1] - way[1] * (at - a)[0]) < 1e-6
    assert 0 < (at - a) @ way < np.linalg.norm(b - a)


def phantom() -> Patient:
    """A tall box of water with one dense ball in it, 4 mm voxels."""
    hu = np.full((90, 60, 170), -1000, np.int16)
    hu[10:80, 10:50, 8:165] = 20
    i, j, k = np.ogrid[:90, :60, :170]
    hu[(i - 60) ** 2 + (j - 20) ** 2 + (k - 130) ** 2 <= 4] = 3000
    affine = np.array([[-4.0, 0, 0, 170], [0, 0, 4, -400], [0, 4, 0, -100], [0, 0, 0, 1]])
    return Patient("box", hu, affine)


def test_everything_fits_and_fills_the_picture():
    patient = phantom()
    box = body_box(patient)
    assert np.ptp(box[:, 1]) == pytest.approx(157 * 4, abs=10)
    for view in survey_views(patient, 256).values():
        uv = view.project(box)
        assert uv.min() >= 0
        assert uv.max() <= 255
        assert np.ptp(uv[:, 1]) > 0.8 * 256


def test_the_picture_is_where_the_geometry_says():
    patient = phantom()
    ball = patient.affine @ [60, 20, 130, 1.0]
    for view in survey_views(patient, 256).values():
        signal = view.render(patient)
        v, u = np.unravel_index(int(signal.argmax()), signal.shape)
        assert np.hypot(*(view.project(ball[:3]) - (u, v))) < 2.0


def test_path_lengths_are_the_true_patients():
    """Through the middle of a slab of water the signal is that of the C-arm's own picture, within beam hardening."""
    from sim.xray.cpu import CpuProjector

    patient = phantom()
    view = survey_views(patient, 128)["ap"]
    own = CpuProjector(patient, threads=1).render(CArmPose(*view.centre), 128)[64, 64]
    assert view.render(patient)[64, 64] == pytest.approx(own, rel=0.25)


def test_air_alone_shows_the_whole_volume():
    patient = Patient("air", np.full((10, 10, 10), -1000, np.int16), np.diag([2.0, 2, 2, 1]))
    np.testing.assert_allclose(np.sort(body_box(patient), axis=0), np.sort(patient.corners(), axis=0))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
@pytest.mark.parametrize("flip", [False, True])
def test_a_slab_keeps_its_voxels_where_they_were(order, flip):
    whole = phantom()
    back = np.zeros((4, 4))
    back[3, 3] = 1
    for new, old in enumerate(order):
        back[old, new] = -1 if flip else 1
        back[old, 3] = whole.hu.shape[old] - 1 if flip else 0
    hu = whole.hu.transpose(order)
    turned = Patient("t", hu[::-1, ::-1, ::-1] if flip else hu, whole.affine @ back)
    part = slab(turned, 0, -70.0, 30.0)  # about the ball at left = 170 - 4 * 60
    lefts = part.affine @ np.vstack([np.indices(part.hu.shape).reshape(3, -1), np.ones(part.hu.size)])
    assert np.abs(lefts[0] + 70).max() <= 30
    assert part.hu.max() == 3000
    at = lefts[:3, int(part.hu.argmax())]
    ball = (whole.affine @ [60, 20, 130, 1.0])[:3]
    assert np.linalg.norm(at - ball) <= 8.1
    assert slab(turned, 0, 1e4, 30.0).hu.size  # far outside one slice is left
