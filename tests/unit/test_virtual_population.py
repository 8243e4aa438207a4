"""Subjects vary as the 164 real ones do, and arms lie as stated."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from sim.landmarks import KEYS
from sim.patient import population, skeleton
from sim.patient.placement import Placement
from sim.resource import resource

SUBJECTS = 1500


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    """key -> (SUBJECTS, 2) mm (left, up), arms crossed."""
    subjects = [population.subject(seed, "crossed").coronal for seed in range(SUBJECTS)]
    return {key: np.array([s[key] for s in subjects]) for key in KEYS}


@pytest.fixture(scope="module")
def published() -> dict:
    return json.loads(resource("patient", "population.json").read_text(encoding="utf-8"))


def test_means_and_spread_follow_the_population(drawn, published):
    for name, mean, sd in zip(published["order"], published["mean"], published["std"]):
        key, axis = name.split(".")
        values = drawn[key][:, ("left_mm", "up_mm").index(axis)]
        assert values.mean() == pytest.approx(mean, abs=max(5.0, 0.1 * sd)), name
        assert values.std() == pytest.approx(sd, rel=0.2, abs=1e-9), name


def test_landmarks_move_together_as_in_the_population(drawn, published):
    columns = [drawn[n.split(".")[0]][:, ("left_mm", "up_mm").index(n.split(".")[1])] for n in published["order"]]
    sd = np.array(published["std"])
    free = sd > 0
    ours = np.corrcoef(np.array(columns)[free])
    theirs = np.array(published["covariance"])[np.ix_(free, free)] / np.outer(sd[free], sd[free])
    assert np.abs(ours - theirs).max() < 0.12


def test_t1_is_the_origin_in_height_and_left_0_the_mean_of_three(drawn):
    assert np.all(drawn["t1"][:, 1] == 0)
    middle = (drawn["t1"][:, 0] + drawn["carina"][:, 0] + drawn["t12"][:, 0]) / 3
    assert np.abs(middle).max() < 0.02


def test_no_arm_is_impossibly_long(drawn):
    for side in ("right", "left"):
        upper = np.linalg.norm(drawn[f"{side}_elbow"] - drawn[f"{side}_humeral_head"], axis=1)
        fore = np.linalg.norm(drawn[f"{side}_wrist"] - drawn[f"{side}_elbow"], axis=1)
        assert upper.max() <= population.UPPER_ARM_RANGE_MM[1]
        assert fore.max() <= population.FOREARM_RANGE_MM[1]


def test_arms_lie_in_the_stated_shares():
    n = 4000
    counts = Counter(population.draw_arms(seed) for seed in range(n))
    for arms, share in zip(population.ARMS, population.ARM_SHARES):
        assert counts[arms] / n == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))
    assert population.draw_arms(None) == "crossed"


def test_the_mean_subject_is_the_mean(published):
    mean = dict(zip(published["order"], published["mean"]))
    for key, (left, up) in population.subject(None).coronal.items():
        assert (left, up) == (mean[f"{key}.left_mm"], mean[f"{key}.up_mm"])


def test_arms_do_not_change_who_it_is():
    crossed, raised = (population.subject(7, arms) for arms in ("crossed", "raised"))
    assert crossed.coronal["carina"] == raised.coronal["carina"]
    assert crossed.coronal["skull"] == raised.coronal["skull"]
    assert crossed.female == raised.female


def test_the_scapular_tip_is_the_posed_bones_lowest_point():
    bones = skeleton.load()
    apart = []
    for seed in range(60):
        placed = Placement(population.subject(seed, "crossed"), bones)
        meshes = placed.bones()
        for side in ("right", "left"):
            vertices = meshes[f"scapula_{side[0]}"][0]
            tip = placed.landmarks[f"{side}_scapular_inferior_angle"]
            assert np.allclose(vertices[vertices[:, 2].argmin()], tip)
            apart.append(np.hypot(*(tip[[0, 2]] - placed.subject.coronal[f"{side}_scapular_inferior_angle"])))
    assert np.percentile(apart, 90) < 1.0  # on the drawn sample, but where no plausible scapula reaches it


def test_the_back_slopes_away_and_nothing_above_t1_moves():
    placed = Placement(population.subject(None), skeleton.load())
    z = np.linspace(-450.0, 300.0, 200)
    sag = placed.sag(z)
    assert np.all(sag[z >= 0] == 0)
    assert np.all(np.diff(sag) <= 1e-9)  # grid.py's boxes count on it
    down = 100.0 - 20.0
    assert placed.sag(np.array([-100.0]))[0] == pytest.approx(0.10 * down + 14.0 * (1 - np.exp(-down / 45.0)))
