"""How far a training is, how fast it learns there, what it runs on. Shared by the embedded model and the baseline."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Protocol

import torch


class Timed(Protocol):
    """A stage of a recipe: `minutes` 0 is no limit; `warmup` is a share of the whole."""

    minutes: float
    learning_rate: float
    warmup: float


class Clock:
    """How far a stage is: by its samples, or by its minutes where those end first."""

    def __init__(self, stage: Timed, steps: int):
        self.stage, self.steps, self.before = stage, steps, 0.0
        self.began = time.monotonic()
        self.last: dict[str, float] = {}

    def spent(self) -> float:
        """Seconds, those before a resumption included."""
        return self.before + time.monotonic() - self.began

    def progress(self, step: int) -> float:
        by_time = self.spent() / (60 * self.stage.minutes) if self.stage.minutes else 0.0
        return max(step / max(1, self.steps), by_time)

    def due(self, what: str, seconds: float) -> bool:
        """Whether `what` was last due more than `seconds` ago (or the clock started then)."""
        now = time.monotonic()
        if now - self.last.setdefault(what, self.began) < seconds:
            return False
        self.last[what] = now
        return True


def learning_rate(stage: Timed, progress: float, floor: float = 0.02) -> float:
    """Linear warm-up, then a cosine to the share `floor`; `progress` runs from 0 to 1."""
    if progress < stage.warmup:
        return stage.learning_rate * max(progress / stage.warmup, 1e-3)
    along = min(1.0, (progress - stage.warmup) / max(1e-9, 1 - stage.warmup))
    return stage.learning_rate * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * along)))


def device_of(name: str) -> str:
    """ "auto" is the GPU where there is one. Raises ValueError for a device that is not here."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name not in ("cpu", "cuda") or (name == "cuda" and not torch.cuda.is_available()):
        raise ValueError(f"There is no device {name!r} here; choose auto or cpu.")
    return name


def keep(state: dict, checkpoint: Path) -> None:
    """Write a checkpoint whole or not at all: the one before stays until this one is there."""
    part = checkpoint.with_suffix(".part")
    torch.save(state, part)
    part.replace(checkpoint)
