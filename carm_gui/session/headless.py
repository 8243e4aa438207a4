"""A session without a window: an armed run, one shot a step, until it ends by itself or its budget is used up.

Knows no truth: how far the result is from the target is for the caller to work out, afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from carm_gui.session.budget import Budget
from carm_gui.session.events import SessionEvent
from carm_gui.session.session import Session
from inference.commands import Action
from inference.models.interface import LanguageModel, ModelError
from inference.step import Step
from sim.carm import CArm
from sim.pose import CArmPose

ENDS = {"arrived", "limit", "refused", "halted", "failed", "stale", "interrupted"}


@dataclass(frozen=True)
class Run:
    """How a run went. `steps` holds each step with the pose after its move; `stopped` is "arrived", "limit",
    "refused" (a reply or a move) or "halted", `message` the session's last sentence."""

    steps: tuple[tuple[Step, CArmPose], ...]
    stopped: str
    message: str
    pose: CArmPose

    @property
    def moves(self) -> int:
        """How many steps moved the view."""
        return sum(1 for step, after in self.steps if after != step.pose)


def navigate_alone(
    carm: CArm,
    model: LanguageModel,
    target: str,
    *,
    max_steps: int = 8,
    budget: Budget | None = None,
    refused: Mapping[str, str] | None = None,
    on_event: Callable[[SessionEvent], None] | None = None,
) -> Run:
    """Align `carm` to the landmark key `target` by what `model` says, within `budget` and at most `max_steps` replies.
    Raises ModelError when the model fails."""
    steps: list[Step] = []
    poses: list[CArmPose] = []
    ended = threading.Event()
    end: list[tuple[str, str]] = []
    session = Session(
        carm,
        model,
        beam=False,
        budget=replace(budget or Budget(), steps=max_steps),
        pause_s=0.0,
        realtime=False,
        refused_targets=refused,
    )

    def listen(event: SessionEvent) -> None:
        if event.kind == "step":
            steps.append(event.data["step"])
            poses.append(event.data["step"].pose)
        elif event.kind == "motion" and event.data["phase"] in ("finished", "halted") and poses:
            poses[-1] = event.data["to"]
        elif event.kind == "state" and event.data["state"] == "waiting":
            if session.status.proposal is None:
                end.append(("refused", event.data["message"]))
                ended.set()
        elif event.kind == "state" and event.data["outcome"] in ENDS:
            end.append((event.data["outcome"], event.data["message"]))
            ended.set()
        if on_event is not None:
            on_event(event)

    session.listen(listen)
    session.start()
    try:
        session.arm()
        session.submit(Action("align", landmark=target))
        while not ended.wait(0.5):  # in slices, so that Ctrl+C gets through
            pass
    finally:
        session.close()
    stopped, message = end[0]
    if stopped == "failed":
        raise ModelError(message)
    return Run(tuple(zip(steps, poses)), stopped, message, carm.pose)
