"""The one step type that prompt, log and screen share, and the events a reply yields while it streams."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.pose import CArmPose, MotionCommand


@dataclass(frozen=True)
class Prediction:
    """What a model read from one frame. `task` is "localization", "retrieval", "correction" or "navigation".

    `landmarks` are keys, most likely first (for navigation: the context landmark alone). `reasons` are the model's
    sentences. `raw` is the whole reply as it came. `valid` is False when the strict check refused it; `problem` then
    says why in one sentence, and the prediction must move nothing.
    """

    frame_index: int
    task: str
    landmarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    raw: str = ""
    valid: bool = False
    problem: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Proposal:
    """A move a model proposes toward `target`. Directions and extents as in the reply; `motion` in mm. `arrived` is
    CENTER/CENTER."""

    target: str
    x: str  # LEFT, RIGHT, CENTER
    extent_x: str  # NONE, SMALL, MODERATE, LARGE
    y: str  # UP, DOWN, CENTER
    extent_y: str
    motion: MotionCommand

    @property
    def arrived(self) -> bool:
        return self.x == "CENTER" and self.y == "CENTER"


@dataclass(frozen=True)
class Step:
    """One turn of the loop: what was seen, what is proposed (None for localization and correction), and the pose it
    was seen from."""

    number: int
    prediction: Prediction
    proposal: Proposal | None
    pose: CArmPose


@dataclass(frozen=True)
class Delta:
    """A piece of a reply as it streams. `proposal` is set once, on the delta that completes the decision."""

    text: str
    proposal: Proposal | None = None
    landmarks: tuple[str, ...] = field(default=())
