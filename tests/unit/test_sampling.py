"""Isocentres follow the published recipe."""

import numpy as np

from sim import sampling
from sim.landmarks import KEYS

POINTS = np.zeros((14, 3))
POINTS[0] = (5.0, 165.0, 0.0)
POINTS[9], POINTS[10], POINTS[13] = (0.0, 0.0, 0.0), (0.0, -60.0, 30.0), (3.0, -260.0, 0.0)


def test_published_isocentres_have_the_published_spread():
    drawn = sampling.published(POINTS, 20_000, np.random.default_rng(0))
    middle = POINTS[0, 1] + sampling.VERTEX_ABOVE_SKULL_CENTRE_MM - sampling.HEIGHT_MM / 2
    assert np.ptp(drawn[:, 1]) <= 2 * 207.0 + 1.0
    assert abs(drawn[:, 1].mean() - middle) < 3.0
    assert abs(drawn[:, 0].std() - 47.5) < 1.0
    assert abs(drawn[:, 0].mean() - 1.0) < 1.5
    assert abs(drawn[:, 2].std() - 100.0) < 2.0


def test_training_adds_wide_views_and_views_near_landmarks():
    drawn = sampling.training(POINTS, 20_000, np.random.default_rng(0))
    assert (np.abs(drawn[:, 0]) > 150.0).mean() > 0.03
    beyond = drawn[:, 1] > POINTS[0, 1] + 30.0
    assert beyond.mean() > 0.004, "a view beyond the skull must be practised too"


def test_views_around_landmarks_lie_on_every_side_and_within_reach():
    drawn = sampling.around(POINTS[:1], 5_000, np.random.default_rng(0)) - POINTS[0]
    assert np.hypot(drawn[:, 0], drawn[:, 1]).max() <= sampling.AROUND_MM
    assert np.abs(drawn[:, :2].mean(0)).max() < 3.0
    assert abs(np.median(np.hypot(drawn[:, 0], drawn[:, 1])) - sampling.AROUND_MM / 2**0.5) < 2.0


def test_unknown_landmarks_are_never_approached():
    points = sampling.positions({"skull": (0, 165, 0), "t1": (0, 0, 0), "carina": (0, -60, 20), "t12": (0, -260, 0)})
    assert np.isnan(points[KEYS.index("left_elbow")]).all()
    assert np.isfinite(sampling.training(points, 500, np.random.default_rng(1))).all()


def test_poses_stay_near_ap_and_half_of_them_are_ap():
    poses = sampling.poses(np.zeros((1000, 3)), np.random.default_rng(0))
    tilts = np.array([(p.primary_deg, p.secondary_deg) for p in poses])
    assert np.abs(tilts).max() <= sampling.TILT_LIMIT_DEG
    assert 0.4 < (tilts == 0).all(1).mean() < 0.6
