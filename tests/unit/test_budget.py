"""Budgets as sentences: what they let through and what they stop."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carm_gui.session.budget import Budget, Spent, no_more_looks, no_such_move
from sim.pose import MotionCommand

LARGEST = MotionCommand(left_mm=90.0, up_mm=90.0)


def test_the_defaults_let_the_largest_move_of_a_reply_through():
    assert no_such_move(Budget(), Spent(), LARGEST) == ""
    assert no_more_looks(Budget(), Spent()) == ""


@pytest.mark.parametrize(
    ("budget", "spent", "word"),
    [
        (Budget(steps=3), Spent(steps=3), "3 steps are used up"),
        (Budget(dose_gycm2=1.0), Spent(dose_gycm2=1.0), "dose budget of 1 Gy cm²"),
        (Budget(step_dose_gycm2=0.5), Spent(step_dose_gycm2=0.6), "for one step"),
    ],
)
def test_no_more_looks(budget, spent, word):
    assert word in no_more_looks(budget, spent)
    assert no_more_looks(budget, spent).endswith("align again to go on.")


@pytest.mark.parametrize(
    ("budget", "spent", "word"),
    [
        (Budget(step_travel_mm=100.0), Spent(), "127 mm is longer than the 100 mm of a step"),
        (Budget(travel_mm=200.0), Spent(travel_mm=80.0), "only 120 mm are left"),
        (Budget(dose_gycm2=1.0), Spent(dose_gycm2=2.0), "dose budget"),
    ],
)
def test_no_such_move(budget, spent, word):
    assert word in no_such_move(budget, spent, LARGEST)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-90, 90)), max_size=40), st.floats(1, 2000), st.floats(1, 200))
def test_whatever_is_let_through_never_exceeds_the_budget(ways, travel, step):
    budget, spent = Budget(travel_mm=travel, step_travel_mm=step), Spent()
    for left, up in ways:
        motion = MotionCommand(left_mm=left, up_mm=up)
        if not no_such_move(budget, spent, motion):
            assert math.hypot(left, up) <= step
            spent = spent.moved(motion)
    assert spent.travel_mm <= travel + 1e-9


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "many"])
@pytest.mark.parametrize("name", ["steps", "travel_mm", "dose_gycm2", "step_travel_mm", "step_dose_gycm2"])
def test_a_budget_is_a_positive_number(name, value):
    with pytest.raises(ValueError, match=f"The budget's {name} must be a number above 0"):
        Budget(**{name: value})
