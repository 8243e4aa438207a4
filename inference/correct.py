"""Another look after the clinician's words. A generator of deltas, then a Step without a proposal. Sees no truth."""

from __future__ import annotations

from collections.abc import Iterator

from inference.ask import ask
from inference.models.interface import LanguageModel
from inference.prompts import correct_prompt
from inference.step import Delta, Step
from sim.frame import Frame


def correct(
    model: LanguageModel, frame: Frame, earlier: tuple[str, ...], feedback: str, number: int = 1
) -> Iterator[Delta | Step]:
    """The two landmarks at the centre, looked at again: `earlier` are the keys answered before, `feedback` the
    clinician's words as typed. Raises ModelError and Cancelled from the model."""
    return ask(model, frame, "correction", correct_prompt(earlier, feedback), number=number)
