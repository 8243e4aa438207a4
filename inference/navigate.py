"""Which way to the target? A generator of deltas, then a Step with a proposal or a refused one. Sees no truth."""

from __future__ import annotations

from collections.abc import Iterator

from inference.ask import ask
from inference.models.interface import LanguageModel
from inference.prompts import navigate_prompt
from inference.step import Delta, Step
from sim.frame import Frame
from sim.landmarks import BY_KEY
from sim.pose import CArmPose

LARGEST_ANGLE_DEG = 10.0
"""The models are trained on AP views; beyond this they are not asked to navigate."""


class NavigationRefused(ValueError):  # noqa: N818 - an outcome; the message is the sentence for the screen
    """Navigation cannot be asked for here."""


def refusal(pose: CArmPose) -> str | None:
    """Why a view at `pose` cannot be navigated from, in one sentence, or None."""
    if max(abs(pose.primary_deg), abs(pose.secondary_deg)) <= LARGEST_ANGLE_DEG:
        return None
    return (
        f"The model navigates in AP views only, within {LARGEST_ANGLE_DEG:g} degrees; "
        "go back to the AP view to navigate."
    )


def navigate(
    model: LanguageModel, frame: Frame, target: str, previous: Step | None = None, number: int = 1
) -> Iterator[Delta | Step]:
    """The model's next move of the view toward `target` (a landmark's key); `previous` is the step before.

    Raises NavigationRefused at once beyond LARGEST_ANGLE_DEG from AP or for an unknown target; ModelError and
    Cancelled from the model.
    """
    if target not in BY_KEY:
        raise NavigationRefused(f"There is no landmark called {target} to navigate to.")
    sentence = refusal(frame.pose)
    if sentence is not None:
        raise NavigationRefused(sentence)
    return ask(model, frame, "navigation", navigate_prompt(target, previous), target, number)
