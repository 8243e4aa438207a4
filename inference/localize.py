"""What lies at the picture's centre? A generator of deltas, then a Step without a proposal. Sees no truth."""

from __future__ import annotations

from collections.abc import Iterator

from inference.ask import ask
from inference.models.interface import LanguageModel
from inference.prompts import locate_prompt
from inference.step import Delta, Step
from sim.frame import Frame


def localize(model: LanguageModel, frame: Frame, top: int = 2, number: int = 1) -> Iterator[Delta | Step]:
    """The `top` likeliest landmarks: 2 (the localization task) or 3 (retrieval, nearest first).

    Raises ValueError for another number, ModelError and Cancelled from the model.
    """
    task = "retrieval" if top == 3 else "localization"
    return ask(model, frame, task, locate_prompt(top), number=number)
