"""What a study's protocol may say: participants, tasks, conditions, questionnaires. Forms alone; study_file.py reads
them from YAML, study_order.py makes each participant's plan of them. Knows no window and runs nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sim.landmarks import BY_KEY, KEYS

NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
MOST_PARTICIPANTS = 999


class ProtocolError(ValueError):
    """A protocol that cannot be used; each line of the message is one mistake with its place."""


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Name = Annotated[str, Field(pattern=NAME)]
Positive = Annotated[float, Field(gt=0, strict=False, allow_inf_nan=False)]
Finite = Annotated[float, Field(strict=False, allow_inf_nan=False)]


class Participants(Form):
    """Codes PREFIX01 ... PREFIXn; nobody is ever called by name."""

    count: int = Field(gt=0, le=MOST_PARTICIPANTS)
    prefix: str = Field(default="P", pattern=r"^[A-Z]{1,3}$")

    @property
    def codes(self) -> tuple[str, ...]:
        width = max(2, len(str(self.count)))
        return tuple(f"{self.prefix}{number:0{width}}" for number in range(1, self.count + 1))


class Position(Form):
    """A view's centre in the patient frame (sim.pose), mm."""

    left_mm: Finite
    up_mm: Finite
    ant_mm: Finite = 0.0


class View(Form):
    """Angles of the wanted view, degrees as in sim.pose."""

    primary_deg: Finite = Field(default=0.0, ge=-100, le=100)
    secondary_deg: Finite = Field(default=0.0, ge=-50, le=50)


class Success(Form):
    """A trial succeeds when the view ends within `mm` (coronal plane) and `deg` of what was asked for."""

    mm: Positive = 25.0
    deg: Positive = 10.0


class Show(Form):
    """What the participant sees beside the picture."""

    truth: bool = False
    reasons: bool = True
    regions: bool = False


def _known(key: str) -> str:
    if key not in BY_KEY:
        raise ValueError(f"{key!r} is not a landmark; the keys are {', '.join(KEYS)}")
    return key


Landmark = Annotated[str, Field(strict=True)]


class Task(Form):
    """One thing to do: from `start` (a landmark or a position) to `target`. A task that is `practice_only` stands in no
    trial that counts."""

    name: Name
    instruction: str = ""
    patient: str = "virtual"
    start: Landmark | Position
    target: Landmark
    view: View = View()
    success: Success = Success()
    time_limit_s: Positive = 180.0
    show: Show = Show()
    manual_jog: bool = True
    practice_only: bool = False

    @field_validator("target")
    @classmethod
    def _target(cls, key: str) -> str:
        return _known(key)

    @field_validator("start")
    @classmethod
    def _start(cls, start: str | Position) -> str | Position:
        return _known(start) if isinstance(start, str) else start

    @field_validator("patient")
    @classmethod
    def _patient(cls, spec: str) -> str:
        if not (re.fullmatch(r"virtual:\d{1,7}", spec) or re.fullmatch(NAME, spec)):
            raise ValueError(
                f"{spec!r} is not allowed here; give virtual, virtual:SEED or an imported patient's name "
                "(a path may name a person)"
            )
        return spec


class Condition(Form):
    """How a task is done. `show` and `manual_jog` override the task's. `planted`: which of the model's navigation
    replies of a trial are turned round (1 is the first), to measure over-trust; they are marked in record and export,
    left out of the model's figures and disclosed in the debriefing."""

    name: Name
    mode: Literal["manual", "assisted", "autonomous"]
    instruction: str = ""
    model: str = "embedded"
    commit_first: bool = False
    show: Show | None = None
    manual_jog: bool | None = None
    planted: tuple[Annotated[int, Field(ge=1, le=100)], ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _together(self) -> Condition:
        if self.mode == "manual" and self.planted:
            raise ValueError("a manual condition has no model, so nothing can be planted in it")
        if self.mode != "assisted" and self.commit_first:
            raise ValueError("commit_first belongs to an assisted condition")
        if self.mode == "manual" and self.manual_jog is False:
            raise ValueError("a manual condition needs manual_jog")
        return self


class Practice(Form):
    """A trial before the first that counts."""

    task: Name
    condition: Name


class Questions(Form):
    """Questionnaires by name (resources/questionnaires), after each condition and at the end."""

    after_condition: tuple[str, ...] = Field(default=(), strict=False)
    at_end: tuple[str, ...] = Field(default=(), strict=False)


class Protocol(Form):
    """The whole file. `design`: "crossed", every task in every condition; "rotated", every task once, in a condition
    that changes from participant to participant. `pause_after`: trials between two pauses, 0 for none. `marker_stream`:
    send the marks by the Lab Streaming Layer (markers.py). `every_pulse`: keep each pulse's picture, those of a still
    view too, which differ by noise alone (recorder.py)."""

    study: Name
    title: str = Field(min_length=1, max_length=120)
    welcome: str = ""
    debriefing: str = ""
    participants: Participants
    design: Literal["crossed", "rotated"] = "crossed"
    conditions: tuple[Condition, ...] = Field(min_length=1, strict=False)
    tasks: tuple[Task, ...] = Field(min_length=1, strict=False)
    practice: tuple[Practice, ...] = Field(default=(), strict=False)
    pause_after: int = Field(default=0, ge=0)
    marker_stream: bool = False
    every_pulse: bool = False
    questionnaires: Questions = Questions()
    _text: str = ""

    @property
    def sha256(self) -> str:
        """Hash (hex) of the file as it was read."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    @property
    def text(self) -> str:
        return self._text

    def task(self, name: str) -> Task:
        return next(task for task in self.tasks if task.name == name)

    def condition(self, name: str) -> Condition:
        return next(condition for condition in self.conditions if condition.name == name)

    @property
    def is_planted(self) -> bool:
        return any(condition.planted for condition in self.conditions)


@dataclass(frozen=True)
class Rules:
    """What holds in one trial: the task's settings, overridden by the condition's."""

    show: Show
    manual_jog: bool
    mode: str
    commit_first: bool
    planted: tuple[int, ...] = field(default=())


def rules(task: Task, condition: Condition) -> Rules:
    """`task` under `condition`; what the condition leaves unsaid is the task's."""
    jog = task.manual_jog if condition.manual_jog is None else condition.manual_jog
    return Rules(
        show=task.show.model_copy(update=condition.show.model_dump(exclude_unset=True) if condition.show else {}),
        manual_jog=jog or condition.mode == "manual",
        mode=condition.mode,
        commit_first=condition.commit_first,
        planted=condition.planted,
    )
