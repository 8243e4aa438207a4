"""One question to a model and its reply, read as it streams. What localize, navigate and correct share.

Knows the reply's parser and the model's interface; knows no task's wording.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from inference.constraint import constraint
from inference.models.interface import LanguageModel, ModelInfo, Request
from inference.preamble import ENDINGS, MAX_TOKENS_FULL, preamble
from inference.prompts import MAX_TOKENS, picture
from inference.reply import ReplyReader
from inference.step import Delta, Step
from sim.frame import Frame


def request_for(info: ModelInfo, task: str, pixels: np.ndarray, text: str) -> Request:
    """The question in the style that the model was taught: `text` alone, or with the full prompt before the picture."""
    pattern = constraint(task) if info.constrained else ""
    if info.prompt_style == "full":
        return Request(task, pixels, text, MAX_TOKENS_FULL[task], preamble(task), pattern)
    return Request(task, pixels, text, MAX_TOKENS[task], pattern=pattern)


def ask(
    model: LanguageModel, frame: Frame, task: str, text: str, target: str | None = None, number: int = 1
) -> Iterator[Delta | Step]:
    """The deltas of the model's reply to `text` about `frame`, then always one Step, valid or refused.

    The model sees the frame's pixels and nothing else of it. Raises ModelError and Cancelled from the model; then
    there is no Step.
    """
    reader = ReplyReader(task, target)
    request = request_for(model.info, task, picture(frame, model.info.picture_size), text)
    ending = ENDINGS.get(task, "") if model.info.prompt_style == "full" else ""
    started = time.monotonic()
    with closing(model.stream(request)) as pieces:
        for piece in pieces:
            yield reader.feed(piece)
            if reader.full or (ending and ending in reader.text[-len(piece) - len(ending) :]):
                break
    prediction, proposal = reader.finish(frame.index, time.monotonic() - started)
    yield Step(number, prediction, proposal, frame.pose)
