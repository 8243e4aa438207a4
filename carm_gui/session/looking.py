"""Looking: align, one turn of the loop after the other, and "where are we?". Decides what waits, never what moves."""

from __future__ import annotations

from dataclasses import replace

from carm_gui.session.budget import no_more_looks
from carm_gui.session.judgement import distrust, either
from carm_gui.session.work import RUNNING, Item, Work
from inference.baseline.doubt import disagreement
from inference.commands import Action
from inference.navigate import refusal as navigation_refusal
from sim.frame import Frame
from sim.landmarks import the

STRAIGHT = Action(kind="rotate", primary_deg=0.0, secondary_deg=0.0, relative=False)


class Looking(Work):
    """`refused_targets` maps the keys of landmarks that this patient cannot show to the sentence that says so."""

    refused_targets: dict[str, str]

    def _align(self, action: Action, text: str) -> None:
        key = action.landmark
        status = self._board.status
        if self._carm.moving and status.state == "moving":
            self._plan, self._after = [], lambda: self._align(action, text)
            self._board.note(f"Looking for {the(key)} as soon as the C-arm stands still.")
            return
        self._drop_offer("")
        if key in self.refused_targets:
            self._end(self.refused_targets[key], "refused")
            return
        if not self._model_is_ready(action, text, f"The alignment to {the(key)} starts"):
            return
        off_ap = navigation_refusal(self._carm.pose)
        if off_ap:
            self._plan, self._resume = [STRAIGHT, action, *self._plan], action
            self._offer_plan("not_ap", off_ap, ("straight AP",), outcome="refused")
            return
        self._previous, self._asking.last = None, None
        self._board.mark(target=key)
        self._begin_spending()
        self._look(key)

    def _look(self, key: str, frame: Frame | None = None) -> None:
        """One turn of the loop: picture (or `frame` again), reply, and a proposal that waits or an end."""
        self._spend(self._spent)
        enough = no_more_looks(self._board.status.budget, self._spent)
        if enough:
            self._end(enough, "limit")
            return
        self._dose_at_step = self._carm.dose
        if frame is None:
            frame = self._asking.picture(f"Looking for {the(key)}.")
        self._been.append(frame.pose)
        number = self._spent.steps + 1
        self._spend(replace(self._spent, steps=number))
        step = self._asking.where_to(frame, key, self._previous, number)
        doubt = distrust(step, frame, key)
        if doubt:
            self._board.note(doubt, "warning")
            self._rest(f"{doubt} Say “look again” to ask once more.", outcome="refused")
            return
        second = disagreement(step.proposal, self._asking.regions)
        if second:  # two readings of one picture differ: the clinician decides, whatever was armed
            self._board.note(second, "warning")
            self.disarm(f"{second} Step by step again.")
        if step.proposal.arrived:
            message = f"The model says {the(key)} is centred."
            self._board.emit("arrived", target=key, message=message)
            self._rest(message, outcome="arrived", state="arrived")
        else:
            self._wait_on(step)

    def _ask_again(self) -> None:
        """The same question on a fresh picture, without a word about the answer before."""
        key = self._board.status.target
        if key is None:
            self._board.note("There is no alignment under way to ask again about; say where to go.", "warning")
        elif self._carm.moving:
            self._board.note("The C-arm is moving; it looks again by itself when it stands still.")
        elif self._model_is_ready(Action("align", landmark=key), "", "It looks again"):
            self._withdraw()
            self._look(key)

    def _locate(self, action: Action, text: str) -> None:
        if self._carm.moving:
            self._after = lambda: self._locate(action, text)
            self._board.note("Looking as soon as the C-arm stands still.")
            return
        if not self._model_is_ready(action, text, "It looks where you are"):
            return
        status = self._board.status
        waiting, plan_waits = status.proposal, status.offer and status.proposal is None
        self._withdraw()
        frame = self._asking.picture("Looking where we are.")
        step = self._asking.what_is_here(frame)
        if step.prediction.valid:
            message = f"The model reads {either(step)} at the centre."
            self._board.note(message)
            if waiting is None:
                self._asking.last = (step, frame, "localization")
        else:
            message = f"The reply was refused: {step.prediction.problem}"
            self._board.note(message, "warning")
        if waiting is not None and waiting.pose == self._carm.pose:
            self._wait_on(waiting)
        elif plan_waits:
            self._ask_next()
        else:
            self._rest(message, outcome=None if step.prediction.valid else "refused")

    def _model_is_ready(self, action: Action, text: str, what: str) -> bool:
        model = self._asking.model
        if model.state == "loading":
            self._deferred = Item("action-deferred", action, text, 0, self._board.ticket)
            message = f"The model is still loading. {what} when it is ready."
            self._board.note(message)
            self._withdraw()
            self._board.become("idle", message)
        elif model.state in ("failed", "absent"):
            self._end(model.problem or "The model cannot be used.", "failed", "error")
        return model.state == "ready"

    def _take_over(self, action: Action) -> None:
        """Whatever the clinician says but a yes ends an armed run that is under way."""
        status = self._board.status
        if status.armed and status.state in RUNNING and action.kind != "accept":
            self.disarm("You have taken over: step by step again.")
