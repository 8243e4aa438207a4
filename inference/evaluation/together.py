"""Many questions to a model: together where it can answer so, else one by one. Knows no truth."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from inference.ask import ask, request_for
from inference.evaluation.bench import Timed, set_where
from inference.models.transformers import TransformersModel
from inference.prompts import picture
from inference.reply import ReplyReader
from inference.step import Step
from sim.frame import Frame

AT_ONCE = 25
"""Of a model of millions of parameters; a batch of these costs little more than one."""


@dataclass(frozen=True)
class Question:
    """`text` of a `task` about what `frame` shows."""

    frame: Frame
    task: str
    text: str


def ask_all(model: Timed, questions: Sequence[Question]) -> list[tuple[Step, float]]:
    """The Step of each and the seconds that it took (of those answered together, the same share), in order. Raises
    ModelError from the model."""
    if not can_together(model):
        return [ask_alone(model, question) for question in questions]
    out: list[tuple[Step, float]] = []
    for start in range(0, len(questions), AT_ONCE):
        out += _together(model, questions[start : start + AT_ONCE])
    return out


def can_together(model: Timed) -> bool:
    """A plain model of this process on the processor; what stands around another one sees each question alone."""
    inner, info = model._model, model.info
    small = info.prompt_style == "compact" and not info.constrained and info.device == "cpu"
    return isinstance(inner, TransformersModel) and small


def ask_alone(model: Timed, question: Question) -> tuple[Step, float]:
    """The Step of one and the seconds that it took."""
    model.reset()
    set_where(model, lambda: question.frame.pose)
    *_, step = ask(model, question.frame, question.task, question.text)
    return step, model.seconds


def _together(model: Timed, questions: Sequence[Question]) -> list[tuple[Step, float]]:
    began = time.process_time()
    size = model.info.picture_size
    replies = model.answer_all(
        [request_for(model.info, each.task, picture(each.frame, size), each.text) for each in questions]
    )
    seconds = (time.process_time() - began) / len(questions)
    out = []
    for question, reply in zip(questions, replies, strict=True):
        reader = ReplyReader(question.task)
        reader.feed(reply)
        prediction, _ = reader.finish(question.frame.index, seconds)
        out.append((Step(1, prediction, None, question.frame.pose), seconds))
    return out
