"""The published measures against numbers worked out by hand."""

import numpy as np
import pytest

from inference.evaluation import measures
from inference.evaluation.bench import Outcome
from inference.evaluation.plan import Case
from inference.evaluation.summary import summarise


@pytest.mark.parametrize(
    ("predicted", "k", "precision", "recall"),
    [
        ([10, 11, 3], 3, 1.0, 1.0),
        ([10, 11, 3], 1, 1.0, 1 / 3),
        ([5, 10, 3], 2, 0.5, 1 / 3),
        ([10, 10, 10], 3, 1 / 3, 1 / 3),
    ],
)
def test_precision_and_recall(predicted, k, precision, recall):
    truth = [3, 10, 11]
    assert measures.precision(predicted, truth, k) == pytest.approx(precision)
    assert measures.recall(predicted, truth, k) == pytest.approx(recall)


@pytest.mark.parametrize(
    ("away", "moves"),
    [
        ((0, 0), 0),
        ((20, 0), 0),
        ((0, -90), 1),
        ((105, 0), 1),
        ((118, 20), 2),
        ((200, -30), 2),
        ((15.1, 15.9), 0),
        ((22, 22), 1),
    ],
)
def test_optimal_moves(away, moves):
    assert measures.optimal_moves(away) == moves


def test_any_offset_can_be_met_within_22_mm():
    rng = np.random.default_rng(0)
    for away in rng.uniform(-400, 400, (500, 2)):
        moves = measures.optimal_moves(away)
        assert moves <= np.ceil(np.abs(away).max() / 90) + 1


def test_interval_draws_whole_subjects():
    values = [1.0] * 10 + [0.0] * 10
    low, high = measures.interval(values, ["a"] * 10 + ["b"] * 10)
    assert (low, high) == (0.0, 1.0)
    assert measures.interval([1.0, 0.0], ["a", "a"]) is None


def test_interval_has_the_width_that_independent_subjects_give():
    """40 subjects of one case each, half right: a binomial's standard error is .079, the interval 1.96 of it."""
    values = [1.0, 0.0] * 20
    low, high = measures.interval(values, [str(i) for i in range(40)])
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.079, 0.5 + 1.96 * 0.079), abs=0.02)
    slow = measures.interval(values, [str(i) for i in range(40)], lambda v: v.mean())
    assert slow == pytest.approx([low, high])


def test_interval_of_subjects_of_different_size_weighs_cases():
    values, subjects = [1.0] * 30 + [0.0], ["a"] * 30 + ["b"]
    assert measures.interval(values, subjects) == measures.interval(values, subjects, lambda v: v.mean()) == [0.0, 1.0]


def test_summary_counts_malformed_replies_and_leaves_them_out():
    case = Case("localization", "p", 0, "t1")
    good = Outcome(case, "[10,11]", 0.1, truth=(10,), ids=(10, 11))
    second = Outcome(case, "[11,10]", 0.1, truth=(10,), ids=(11, 10))
    bad = Outcome(case, "nonsense", 0.1, truth=(10,), ids=None)
    figures = summarise("localization", [good, second, bad])
    assert figures["n"] == 3
    assert figures["malformed"] == 1
    assert figures["hit"] == {"1": 0.5, "2": 1.0}


def test_navigation_summary():
    def outcome(error, stopped="arrived", moves=2):
        case = Case("navigation", "p", 0, "skull", "t1")
        return Outcome(case, "", 2.0, final_error_mm=error, moves=moves, optimal=2, stopped=stopped, steps=4)

    figures = summarise("navigation", [outcome(10.0), outcome(28.0, moves=4), outcome(90.0, "refused")])
    assert figures["arrived_within_25mm"] == pytest.approx(1 / 3)
    assert figures["arrived_within_30mm"] == pytest.approx(2 / 3)
    assert figures["median_final_error_mm"] == 28.0
    assert figures["mean_extra_moves"] == pytest.approx(2 / 3)
    assert figures["refused_replies"] == 1
    assert figures["seconds_per_step"] == pytest.approx(0.5)
