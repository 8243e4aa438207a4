"""Simulated participants: they sit in front of a trial, see what it shows, type and decide. What they do is random by
a seed and of no clinical meaning; it makes data of the real form."""

from __future__ import annotations

import random
from collections.abc import Callable

from doubles import EventLog

from carm_gui.session import questionnaires
from carm_gui.session.study_run import Run
from carm_gui.session.study_trial import Trial
from inference.action import Action
from sim.landmarks import BY_KEY

ENDS = ("arrived", "limit", "refused", "failed", "halted", "stale", "moved", "interrupted")


class Participant:
    """`trust` is how likely a proposal is accepted whatever it is; else it is accepted when it looks right."""

    def __init__(self, code: str, seed: int) -> None:
        self.code, self.chance = code, random.Random(seed)
        self.trust = self.chance.uniform(0.2, 0.9)

    def answer(self, name: str) -> list[int]:
        form = questionnaires.load(name)
        return [self.chance.choice(range(form.low, form.high + 1, form.step)) for _ in form.items]

    def do(self, trial: Trial, most: int = 6) -> None:
        """Work through a trial and say that it is done."""
        log = EventLog()
        trial.session.listen(log)
        trial.begin()
        log.wait_for("frame", timeout=60)
        if trial.rules.show.reasons and trial.rules.mode != "manual":
            trial.show_reasons(True)
        if self.chance.random() < 0.5:
            trial.think_aloud()
        if trial.rules.mode == "manual":
            self._by_hand(trial, log, most)
        else:
            self._with_model(trial, log, most)
        trial.end("done")

    def _by_hand(self, trial: Trial, log: EventLog, most: int) -> None:
        for _ in range(most):
            pose = trial.session.carm.pose
            left, up = (trial.truth[0] - pose.left_mm, trial.truth[1] - pose.up_mm)
            if max(abs(left), abs(up)) < 20:
                return
            step = 30.0 * self.chance.choice((1, 2, 3))
            axis_left = abs(left) > abs(up)
            way = (left if axis_left else up) > 0
            if self.chance.random() < 0.15:
                way = not way
            word = ("left" if way else "right") if axis_left else ("up" if way else "down")
            after = log.events[-1].seq
            trial.session.submit_text(f"{step:.0f} mm {word}")
            log.wait_for("state", after=after, timeout=60, outcome="moved")
            if self.chance.random() < 0.6:
                after = log.events[-1].seq
                trial.session.submit(Action("expose"))
                log.wait_for("frame", after=after, timeout=60)

    def _with_model(self, trial: Trial, log: EventLog, most: int) -> None:
        after = log.events[-1].seq
        trial.session.submit_text(f"align to {BY_KEY[trial.task.target].title}")
        for _ in range(most):
            event = self._next(trial, log, after)
            if event is None or event.data["state"] != "waiting":
                return
            after = event.seq
            if trial.rules.mode == "autonomous":
                continue
            step = trial.session.status.proposal
            pose, motion = step.pose, step.proposal.motion
            before = abs(trial.truth[0] - pose.left_mm) + abs(trial.truth[1] - pose.up_mm)
            moved = pose.moved(motion)
            nearer = abs(trial.truth[0] - moved.left_mm) + abs(trial.truth[1] - moved.up_mm) < before
            if self.chance.random() < self.trust or nearer:
                trial.session.submit(Action("accept"))
            else:
                trial.session.reject("no, look again")

    def _next(self, trial: Trial, log: EventLog, after: int):
        """The next state in which something is asked or over; a commitment is given on the way."""
        while True:
            event = log.wait_for_any(after, timeout=120)
            after = event.seq
            if event.kind == "mark" and event.data["name"] == "commit_wanted":
                trial.commit(self.chance.choice(("LEFT", "RIGHT", "CENTER")), self.chance.choice(("UP", "DOWN")))
            elif event.kind == "state" and (
                event.data["state"] in ("waiting", "arrived") or event.data["outcome"] in ENDS
            ):
                return event


def take_part(run: Run, participant: Participant, open_trial: Callable[[Run], Trial]) -> None:
    """One participant's whole run."""
    while run.item is not None:
        item = run.item
        if item.kind == "trial":
            trial = open_trial(run)
            try:
                participant.do(trial)
            finally:
                trial.close()
        elif item.kind == "questionnaire":
            run.answer(item.questionnaire, participant.answer(item.questionnaire))
        run.advance()
