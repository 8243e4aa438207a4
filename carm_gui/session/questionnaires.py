"""Questionnaires as data (resources/questionnaires) and their scores. Knows no window and no participant.

An item may be left out; a score that needs it is then None, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

import yaml

from sim.resource import resource

Answers = Sequence[int | None]


@dataclass(frozen=True)
class Question:
    """One item. `low_label` and `high_label` name the ends of its scale."""

    text: str
    low_label: str
    high_label: str


@dataclass(frozen=True)
class Questionnaire:
    """`low` to `high` in steps of `step` are the answers; `scoring` names a function of SCORINGS."""

    name: str
    title: str
    source: str
    instruction: str
    scoring: str
    low: int
    high: int
    step: int
    items: tuple[Question, ...]

    def score(self, answers: Answers) -> dict[str, float | None]:
        """Scores by name. Raises ValueError for a wrong number of answers or one off the scale."""
        if len(answers) != len(self.items):
            raise ValueError(f"{self.title} has {len(self.items)} items, not {len(answers)}.")
        for number, answer in enumerate(answers, 1):
            if answer is not None and answer not in range(self.low, self.high + 1, self.step):
                raise ValueError(f"{answer} is no answer to item {number} of {self.title}.")
        return SCORINGS[self.scoring](answers)


def sus(answers: Answers) -> dict[str, float | None]:
    """System Usability Scale, 0-100 (Brooke 1996)."""
    if None in answers:
        return {"sus": None}
    return {"sus": 2.5 * sum(x - 1 if number % 2 == 0 else 5 - x for number, x in enumerate(answers))}


def raw_tlx(answers: Answers) -> dict[str, float | None]:
    """Raw NASA-TLX, 0-100: the mean of six scales (Hart 2006)."""
    return {"raw_tlx": _mean(answers)}


def umux_lite(answers: Answers) -> dict[str, float | None]:
    """UMUX-Lite, 0-100, and its regression onto the SUS (Lewis, Utesch and Maher 2013)."""
    if None in answers:
        return {"umux_lite": None, "umux_lite_as_sus": None}
    score = (sum(answers) - 2) / 12 * 100
    return {"umux_lite": score, "umux_lite_as_sus": 0.65 * score + 22.9}


def trust(answers: Answers) -> dict[str, float | None]:
    """Trust in automation: mean of items 1-5 (distrust) and of 6-12 (trust), 1-7, apart (Jian et al. 2000)."""
    return {"distrust": _mean(answers[:5]), "trust": _mean(answers[5:])}


def mean(answers: Answers) -> dict[str, float | None]:
    """A questionnaire of one's own."""
    return {"mean": _mean(answers)}


def _mean(answers: Answers) -> float | None:
    return None if None in answers or not answers else fmean(answers)


SCORINGS: dict[str, Callable[[Answers], dict[str, float | None]]] = {
    "sus": sus,
    "raw-tlx": raw_tlx,
    "umux-lite": umux_lite,
    "trust": trust,
    "mean": mean,
}


def names() -> tuple[str, ...]:
    """The questionnaires there are."""
    return tuple(sorted(file.stem for file in resource("questionnaires").glob("*.yaml")))


@lru_cache
def load(name: str) -> Questionnaire:
    """The questionnaire called `name`. Raises ValueError when there is none, or its file is not one."""
    if name not in names():
        raise ValueError(f"There is no questionnaire called {name}; there are {', '.join(names())}.")
    file = resource("questionnaires", f"{name}.yaml")
    try:
        return _made(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, KeyError, TypeError) as problem:
        raise ValueError(f"{file.name} is not a questionnaire: {' '.join(str(problem).split())}.") from problem


def _made(found: dict[str, Any]) -> Questionnaire:
    scale = found["scale"]
    if found["scoring"] not in SCORINGS:
        raise KeyError(f"scoring {found['scoring']}")

    def question(item: str | dict[str, str]) -> Question:
        told = {"text": item} if isinstance(item, str) else item
        return Question(
            told["text"], told.get("low_label", scale["low_label"]), told.get("high_label", scale["high_label"])
        )

    return Questionnaire(
        name=found["name"],
        title=found["title"],
        source=found["source"],
        instruction=found["instruction"],
        scoring=found["scoring"],
        low=int(scale["low"]),
        high=int(scale["high"]),
        step=int(scale["step"]),
        items=tuple(question(item) for item in found["items"]),
    )
