"""One trial: patient, device, model and session set up as the protocol says, its clock, and its end. Knows no window;
the window and a script drive it alike.

The participant's own acts go straight to `session`. What the study adds stands in the stream as marks: trial_began,
trial_ended, commit_wanted, commit, think_aloud, reasons.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.dialogue import MOTIONS
from carm_gui.session.events import SessionEvent
from carm_gui.session.planted import Gated, Planted
from carm_gui.session.reach import landmark_position, targets_outside
from carm_gui.session.regions import Regions
from carm_gui.session.session import READ_S, Session
from carm_gui.session.study import Condition, ProtocolError, Rules, Task, rules
from carm_gui.session.study_run import Run
from inference.action import Action
from inference.commands import LONGEST, Display, parse
from inference.models.interface import LanguageModel, NoModel
from sim.carm import CArm, MotionRefused
from sim.patient.patient import Patient, PatientError
from sim.pose import CArmPose

ENDINGS = ("done", "time", "given_up", "interrupted")
DWELL_S = 1.5
"""An autonomous model's proposal is on show for this long before it moves: time enough to halt."""
BY_HAND = "There is no assistant in this trial; steer by hand, with the arrow keys or typed moves."


class Trial:
    """A trial that is ready to begin. `begin` starts it, `end` ends it (once; by itself when its time is over), `close`
    frees everything but the model."""

    def __init__(
        self,
        run: Run,
        patient: Patient,
        projector: object,
        model: LanguageModel | None,
        *,
        realtime: bool = True,
        dwell_s: float = DWELL_S,
        **device: object,
    ) -> None:
        """`model` is None in a manual condition; `device` goes to CArm. Raises ProtocolError when the patient does
        not allow the trial."""
        self.run, self.item = run, run.item
        self.task: Task = run.protocol.task(self.item.task)
        self.condition: Condition = run.protocol.condition(self.item.condition)
        self.rules: Rules = rules(self.task, self.condition)
        self.seconds = self.task.time_limit_s
        self.ended = ""
        self._dwell = dwell_s
        self._timers: list[threading.Timer] = []
        self._lock = threading.Lock()
        self._gate: Gated | None = None
        named = model
        annotate = _by_itself if self.rules.mode == "autonomous" else None
        if model is None or self.rules.mode == "manual":
            model = NoModel("no assistant", BY_HAND, "absent")
        if self.rules.planted:
            model = planted = Planted(model, self.rules.planted, self.task.target)
            before, annotate = annotate, lambda event: planted.mark(event) | (before(event) if before else {})
        if self.rules.commit_first:
            model = self._gate = Gated(model, self._commit_wanted)
        try:
            self.truth = landmark_position(patient, self.task.target)
            carm = CArm(projector, self._start(patient), **device)
        except (PatientError, MotionRefused) as problem:
            raise ProtocolError(f"The task {self.task.name} cannot be done on this patient: {problem}") from problem
        case = Case(self.task.patient)
        about = run.trial_about() | {"truth": [round(v, 3) for v in self.truth]}
        name = "" if model.state == "absent" else self.condition.model
        with_regions = self.rules.show.regions and named is not None and self.rules.mode != "manual"
        self._regions = Regions(named) if with_regions else None
        self.folder: Path = run.trial_folder()
        recorder = recorder_for(
            carm,
            case,
            self.folder,
            beam=False,
            model=name,
            extra={"trial": about},
            annotate=annotate,
            every_pulse=run.protocol.every_pulse,
        )
        self.session = Session(
            carm,
            model,
            recorder=recorder,
            beam=False,
            read_s=READ_S if realtime and self.rules.mode != "autonomous" else 0.0,
            realtime=realtime,
            refused_targets=targets_outside(patient),
            regions=self._regions,
        )
        if self.rules.mode == "autonomous":
            self.session.listen(self._accept_by_itself)

    def _start(self, patient: Patient) -> CArmPose:
        start = self.task.start
        if isinstance(start, str):
            return CArmPose(*landmark_position(patient, start))
        return CArmPose(start.left_mm, start.up_mm, start.ant_mm)

    def begin(self) -> None:
        """The session starts, the clock runs, and one picture shows where the view stands."""
        self.session.start()
        self.session.submit(Action("expose"))
        self.session.mark("trial_began", number=self.item.number, practice=self.item.practice)
        self._later(self.seconds, lambda: self.end("time"))

    def end(self, reason: str) -> None:
        """The trial is over; what follows in the stream no longer counts. Nothing happens the second time."""
        if reason not in ENDINGS:
            raise ValueError(f"{reason} is no way to end a trial.")
        with self._lock:
            if self.ended:
                return
            self.ended = reason
        for timer in self._timers:
            timer.cancel()
        self.session.mark("trial_ended", reason=reason, pose=self.session.carm.pose)
        self.session.halt()

    def close(self) -> None:
        self.end("interrupted")
        self.session.close()
        if self._regions is not None:
            self._regions.close()

    # ---- what the study adds

    def think_aloud(self) -> None:
        """The participant, or the proctor, marks that something worth hearing is being said."""
        self.session.mark("think_aloud")

    def show_reasons(self, shown: bool) -> None:
        """The model's reasons have come into sight, or gone."""
        self.session.mark("reasons", shown=shown)

    def commit(self, x: str, y: str) -> None:
        """The participant has said which way they would go (LEFT, RIGHT, CENTER; UP, DOWN, CENTER); the reply comes."""
        if self._gate is not None:
            self.session.mark("commit", x=x, y=y)
            self._gate.open()

    def _commit_wanted(self) -> None:
        self.session.mark("commit_wanted")

    def _accept_by_itself(self, event: SessionEvent) -> None:
        if event.kind == "state" and event.data["state"] == "waiting" and self.session.status.proposal is not None:
            offer = self.session.status.offer
            self._later(self._dwell, lambda: self._still_offered(offer) and self.session.submit(Action("accept")))

    def _still_offered(self, offer: int) -> bool:
        status = self.session.status
        return status.offer == offer and status.state == "waiting"

    def _later(self, seconds: float, act: Callable[[], object]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()


def _by_itself(event: SessionEvent) -> dict[str, str]:
    """For the recorder: in an autonomous trial nobody accepts."""
    return {"by": "autonomous"} if event.kind == "decision" and event.data["accepted"] else {}


class Restricted:
    """The trial's session with the participant's own motions taken away, for a trial without manual steering: what the
    model proposes, pictures, stops and questions pass. `tell` takes the sentence that says so."""

    def __init__(self, session: Session, tell: Callable[[str], None]) -> None:
        self._session, self._tell = session, tell

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def jog(self, *way: float) -> None:
        if any(way):
            self._refuse()

    def submit(self, action: Action) -> None:
        if self._moves(action):
            self._refuse()
        else:
            self._session.submit(action)

    def submit_text(self, line: str, display: Display | None = None) -> None:
        if self._moves(parse(line.strip()[:LONGEST], display)):
            self._refuse()
        else:
            self._session.submit_text(line, display)

    def _moves(self, action: Action) -> bool:
        if action.kind == "sequence":
            return any(self._moves(part) for part in action.actions)
        return action.kind in MOTIONS

    def _refuse(self) -> None:
        self._tell("In this trial the view is moved through the assistant alone; say where to go.")
