"""Where landmarks lie from one another, and replies that anatomy contradicts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from carm_gui.session.judgement import against_anatomy
from inference.expected import expected
from inference.prompts import motion_of
from inference.step import Proposal
from sim.landmarks import KEYS
from sim.resource import resource


def test_mean_and_spread_agree_with_samples_of_the_population():
    stored = json.loads(resource("patient", "population.json").read_text(encoding="utf-8"))
    names = stored["order"]
    drawn = np.random.default_rng(5).multivariate_normal(stored["mean"], stored["covariance"], 40_000, "ignore")
    for here, there in (("t1", "skull"), ("skull", "t12"), ("right_elbow", "left_wrist")):
        for axis in ("left", "up"):
            away = drawn[:, names.index(f"{there}.{axis}_mm")] - drawn[:, names.index(f"{here}.{axis}_mm")]
            assert getattr(expected(here, there), f"{axis}_mm") == pytest.approx(away.mean(), abs=1.5)
            assert getattr(expected(here, there), f"{axis}_sd_mm") == pytest.approx(away.std(), rel=0.03)


def test_the_way_back_is_the_way_there_turned_round():
    for here in KEYS:
        for there in KEYS:
            to, back = expected(here, there), expected(there, here)
            assert (to.left_mm, to.up_mm) == (-back.left_mm, -back.up_mm)


def test_what_is_no_landmark_has_no_place():
    with pytest.raises(KeyError, match="knee"):
        expected("t1", "knee")


def _proposal(target, x="CENTER", extent_x="NONE", y="CENTER", extent_y="NONE"):
    return Proposal(target, x, extent_x, y, extent_y, motion_of(x, extent_x, y, extent_y))


@pytest.mark.parametrize(
    ("seen", "proposal", "says"),
    [
        ("skull", _proposal("t12", y="UP", extent_y="LARGE"), "it moves up"),
        ("t12", _proposal("skull", y="DOWN", extent_y="SMALL"), "it moves down"),
        ("skull", _proposal("t12"), "arrived"),
        ("left_elbow", _proposal("right_humeral_head", x="LEFT", extent_x="SMALL"), "it moves left"),
        ("right_elbow", _proposal("left_elbow"), "arrived"),
    ],
)
def test_a_move_against_anatomy_is_contradictory(seen, proposal, says):
    assert says in against_anatomy((seen,), proposal)


@pytest.mark.parametrize(
    ("seen", "proposal"),
    [
        ("skull", _proposal("t12", y="DOWN", extent_y="LARGE")),
        ("t1", _proposal("skull")),
        ("t1", _proposal("t1", y="UP", extent_y="LARGE")),
        ("right_wrist", _proposal("left_wrist", x="RIGHT", extent_x="LARGE")),
        ("carina", _proposal("t1", y="DOWN", extent_y="SMALL")),
        ("skull", _proposal("t12", x="LEFT", extent_x="LARGE", y="DOWN", extent_y="LARGE")),
    ],
)
def test_a_move_that_can_be_right_is_not_judged(seen, proposal):
    assert against_anatomy((seen,), proposal) == ""


def test_a_true_context_is_never_contradicted():
    """Real variation, a landmark anywhere in the picture, and the move that is right there: nothing is refused."""
    from inference.prompts import quantise

    rng = np.random.default_rng(8)
    stored = json.loads(resource("patient", "population.json").read_text(encoding="utf-8"))
    names = stored["order"]
    people = rng.multivariate_normal(stored["mean"], stored["covariance"], 300, "ignore")
    refused = 0
    for person in people:
        where = {key: np.array([person[names.index(f"{key}.{axis}_mm")] for axis in ("left", "up")]) for key in KEYS}
        seen, target = rng.choice(KEYS, 2, replace=False)
        centre = where[seen] + rng.uniform(-95.0, 95.0, 2)
        left, up = where[target] - centre
        (x, extent_x), (y, extent_y) = quantise(left, "x"), quantise(up, "y")
        refused += bool(against_anatomy((str(seen),), _proposal(str(target), x, extent_x, y, extent_y)))
    assert refused <= 3
