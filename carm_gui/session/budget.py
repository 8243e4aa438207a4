"""How far one alignment may go before it stops and says so: steps, travel, dose; for each step and in all.

A budget bounds what is done on a model's word, step by step or armed. What the clinician types or jogs is the
clinician's own and bounded by the device alone. Knows no model and no device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sim.pose import MotionCommand


@dataclass(frozen=True)
class Budget:
    """`steps` counts the model's replies. Travel is the length of the view's way in the coronal plane, mm; dose is the
    dose-area product, Gy cm2 (a pulse at the default technique is 0.006). A step's dose is what has been spent since
    its picture was taken. The step's travel lets the largest move of a reply through, 90 mm on both axes.

    Raises ValueError with one sentence for a value that is no positive number."""

    steps: int = 12
    travel_mm: float = 1200.0
    dose_gycm2: float = 30.0
    step_travel_mm: float = 130.0
    step_dose_gycm2: float = 10.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
                raise ValueError(f"The budget's {name} must be a number above 0, not {value}.")

    def words(self) -> str:
        """What one alignment may use in all, on one line."""
        return f"{self.steps} steps · {self.travel_mm:g} mm · {self.dose_gycm2:g} Gy cm²"


@dataclass(frozen=True)
class Spent:
    """What one alignment has used so far; `step_dose_gycm2` is of the step under way."""

    steps: int = 0
    travel_mm: float = 0.0
    dose_gycm2: float = 0.0
    step_dose_gycm2: float = 0.0

    def moved(self, motion: MotionCommand) -> Spent:
        return replace(self, travel_mm=self.travel_mm + length_mm(motion))


def length_mm(motion: MotionCommand) -> float:
    """Length of the view's way in the coronal plane, mm."""
    return math.hypot(motion.left_mm, motion.up_mm)


GO_ON = "align again to go on."


def no_more_looks(budget: Budget, spent: Spent) -> str:
    """Why the model is not asked once more, one sentence; "" when it may be."""
    if spent.steps >= budget.steps:
        return f"{budget.steps} {'step is' if budget.steps == 1 else 'steps are'} used up; {GO_ON}"
    return _no_more_dose(budget, spent)


def no_such_move(budget: Budget, spent: Spent, motion: MotionCommand) -> str:
    """Why a proposed motion is not made, one sentence; "" when it may be."""
    way = length_mm(motion)
    if way > budget.step_travel_mm:
        return f"That step of {way:.0f} mm is longer than the {budget.step_travel_mm:g} mm of a step; {GO_ON}"
    if spent.travel_mm + way > budget.travel_mm:
        left = budget.travel_mm - spent.travel_mm
        budgeted = f"{budget.travel_mm:g} mm"
        return f"Of the travel budget of {budgeted} only {left:.0f} mm are left, and that step takes {way:.0f}; {GO_ON}"
    return _no_more_dose(budget, spent)


def _no_more_dose(budget: Budget, spent: Spent) -> str:
    if spent.dose_gycm2 >= budget.dose_gycm2:
        return f"The dose budget of {budget.dose_gycm2:g} Gy cm² is used up; {GO_ON}"
    if spent.step_dose_gycm2 >= budget.step_dose_gycm2:
        return f"The dose budget of {budget.step_dose_gycm2:g} Gy cm² for one step is used up; {GO_ON}"
    return ""
