"""What a session says and what it is: the ordered events that recorder, window and command line read, and the
frozen snapshot of the present. Knows no threads and no window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from carm_gui.session.budget import Budget, Spent
from inference.step import Step
from sim.frame import Dose
from sim.pose import CArmPose
from sim.technique import Technique

STATES = ("idle", "looking", "proposing", "waiting", "moving", "halted", "arrived")
KINDS = (
    "frame",
    "pose",
    "beam",
    "dose",
    "technique",
    "collimator",
    "state",
    "said",
    "understood",
    "question",
    "delta",
    "step",
    "decision",
    "corrected",
    "armed",
    "spent",
    "motion",
    "arrived",
    "model",
    "note",
    "display",
    "saved",
    "mark",
)


@dataclass(frozen=True)
class SessionEvent:
    """One thing that happened. `seq` counts from 1 without gaps, `t` is seconds since the session was made.

    `data` by `kind`:

    - frame {frame: Frame, still: full resolution and at rest, shot: asked for one by one}
    - pose {pose: CArmPose, moving: bool}, about 30 a second while moving
    - beam {on, pulse_rate}; dose {dose: Dose}
    - technique {technique: Technique}: what the next pulse is made with, whenever that changes
    - collimator {blades_mm: (width, height) mm at the isocentre | None, the open field}: for the next pulse on
    - state {state, message, outcome: "arrived" | "limit" | "refused" | "failed" | "halted" | "stale" | "dropped" |
      "interrupted" | "moved", why the work under way ended, or None}
    - said {text}; understood {action: Action, echo: str}
    - question {reason, text, options: tuple[str, ...]}
    - delta {number, text, proposal: Proposal | None, landmarks}
    - step {step: Step, target: key | None, kind: "navigation" | "localization" | "correction", frame: Frame,
      regions: {key: {left_mm, up_mm, radius_mm}} | None: where a model reads landmarks from the centre,
      expected: Expected | None: where the target usually lies from the landmark that the model names}
    - decision {number, accepted: bool, text, by: "clinician" | "armed"}
    - corrected {landmark, left_mm, up_mm, source: "clinician", number, frame: Frame}: what the clinician says it
      is, and where it was shown (mm from the view's centre; None when it was picked from the list)
    - armed {on, reason: one sentence when it ended, budget: Budget}
    - spent {spent: Spent, budget: Budget}: what the alignment under way has used
    - motion {phase: "started" | "finished" | "halted" | "refused", from: CArmPose, to: CArmPose, message}
    - arrived {target, message}
    - model {state, name, message, info: ModelInfo}
    - note {text, level: "info" | "warning" | "error", limit: True when a held key met a limit of the device}
    - display {action: Action}: magnify, which is the window's matter
    - saved {frame: Frame}: the clinician asked to keep this picture
    - mark {name, ...}: an entry of the study or the window (a trial's begin and end, think-aloud, reasons shown)
    """

    seq: int
    t: float
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionStatus:
    """The session at one instant.

    `proposal` is the step that waits for the clinician (None otherwise). `offer` numbers what waits for a yes
    or no, a proposal or the next action of a sequence; 0 when nothing waits. An accept counts only for the
    offer that was showing when it was given. `target` is the landmark key of the alignment under way.
    `message` is one sentence. `armed` says that proposals are accepted without asking. `spent` is what the latest
    alignment has used of `budget`.
    """

    state: str = "idle"
    message: str = ""
    pose: CArmPose = field(default_factory=CArmPose)
    target: str | None = None
    proposal: Step | None = None
    offer: int = 0
    beam_on: bool = False
    pulse_rate: float = 8.0
    dose: Dose = field(default_factory=Dose)
    technique: Technique = field(default_factory=Technique)
    blades_mm: tuple[float, float] | None = None
    armed: bool = False
    budget: Budget = field(default_factory=Budget)
    spent: Spent = field(default_factory=Spent)
    model: str = "loading"  # "loading", "ready", "failed", in a study "absent"
