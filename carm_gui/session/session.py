"""The rehearsal: one queue of actions in, one ordered stream of events out. Knows no Qt and no model's wording.

States, and what leads from one to the next:

                     align, reject "look again"                 CENTER/CENTER
        idle ───────────▶ looking ───────▶ proposing ─────────────────▶ arrived
         ▲ ▲                 ▲    (frame)      │ │  (stream)               │
         │ │                 │                 │ └─ reply refused ──▶ idle │ any new command
         │ │   stands still, │          a move │                           ▼
         │ │   look again    │                 ▼        reject           (as from idle)
         │ └──────────────  moving ◀──────── waiting ───────────▶ looking
         │   last of 12 steps,      accept,     │
         │   typed moves          interlocks    └─ any motion drops the proposal
         │
         └──── any new command ──── halted ◀──── halt, from every state and every thread

Proposed and typed moves pass `DeviceLoop.begin`, which is called from one place, `_move_by`: after an accept of the
very proposal on show, or for a typed move. Beside that only a held arrow key moves the view (`jog`), and drops what
waits. The interlocks stand in `_accept`, `_move_by` and judgement.py; limits and collision are the device's own. Two
threads: the device's (device.py) and the dialogue's, which asks the model and decides. Typed lines are parsed in the
caller's thread, so that "stop" never waits behind a reply.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from carm_gui.session.device import DeviceLoop, Halted, Motion
from carm_gui.session.events import SessionEvent, SessionStatus
from carm_gui.session.judgement import as_context, as_rejection, as_words, distrust, either, the
from carm_gui.session.outbox import Outbox
from inference.commands import Action, Display, help_text, parse
from inference.correct import correct
from inference.localize import localize
from inference.models.interface import Cancelled, LanguageModel, ModelError
from inference.navigate import NavigationRefused, navigate
from inference.navigate import refusal as navigation_refusal
from inference.step import Delta, Prediction, Step
from sim.carm import CArm, MotionRefused
from sim.frame import Frame
from sim.pose import CArmPose, MotionCommand

if TYPE_CHECKING:
    from carm_gui.session.recorder import Recorder

log = logging.getLogger(__name__)

MAX_STEPS = 12
LINE_LIMIT = 500
"""Characters of a typed line that are read; a longer one is asked about, never executed in part."""
MODEL_WATCH_S = 0.1
"""How often a loading model is looked at; never when it is ready."""

AT_ONCE = {"halt", "fluoro", "expose", "save", "magnify", "collimate", "help"}
"""Kinds that neither ask the model nor move the C-arm: they do not wait behind a reply."""
MOTIONS = {"move", "rotate", "return", "home"}
INTERRUPTING = MOTIONS | {"align", "reject", "sequence"}
"""Kinds that end a reply under way: it would be stale or unwanted."""


class _Interrupted(Exception):  # noqa: N818  a way out of the reply under way, not an error
    """A newer command makes the reply under way unwanted."""


@dataclass(frozen=True)
class _Item:
    """What lies in the queue: an action, or a message of the device. `offer` is what waited when it was
    given."""

    kind: str
    action: Action | None = None
    text: str = ""
    offer: int = 0
    ticket: int = 0
    motion: Motion | None = None


class Session:
    """One rehearsal with one C-arm and one model. All public methods are thread-safe and return at once."""

    def __init__(
        self,
        carm: CArm,
        model: LanguageModel,
        *,
        recorder: Recorder | None = None,
        beam: bool = True,
        pulse_rate: float = 8.0,
        max_steps: int = MAX_STEPS,
        realtime: bool = True,
        refused_targets: Mapping[str, str] | None = None,
    ) -> None:
        """`refused_targets` maps landmark keys that this patient cannot show to the sentence that says so.
        `beam` is the beam's state from the start. `realtime=False` lets motions end as fast as they can be
        computed, for runs without a window."""
        self.carm, self.model = carm, model
        self._recorder = recorder
        self._max_steps = max_steps
        self._refused_targets = dict(refused_targets or {})
        self._listeners: list[Callable[[SessionEvent], None]] = []
        self._outbox = Outbox(self._hand_out)
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._interrupting = 0
        self._closed = False
        self._beam_at_start = beam
        self._device = DeviceLoop(
            carm,
            emit=self._emit,
            at_rest=self._at_rest,
            jog_began=self._jog_began,
            pulse_rate=pulse_rate,
            realtime=realtime,
        )
        self._status = SessionStatus(pose=carm.pose, dose=carm.dose, pulse_rate=pulse_rate, model=model.state)
        self._offers = 0
        # The dialogue's own memory: only its thread writes it, and forgets it when it sees that a halt came.
        self._plan: list[Action] = []
        self._after: Callable[[], None] | None = None
        self._deferred: _Item | None = None
        self._previous: Step | None = None
        self._last: tuple[Step, Frame, str] | None = None
        self._number = 0
        self._ticket = 0
        self._resume: Action | None = None
        self._shown_model = ("", "")
        self._home = carm.pose
        self._track: list[CArmPose] = []
        self._thread = threading.Thread(target=self._run, name="carm-dialogue", daemon=True)

    # ---- what the outside calls ------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        """A snapshot of this instant."""
        return replace(
            self._status,
            pose=self.carm.pose,
            dose=self.carm.dose,
            beam_on=self._device.beam_on,
            model=self.model.state,
        )

    @property
    def frame(self) -> Frame | None:
        """The picture on show: the latest pulse, or the last image hold."""
        return self._device.latest

    def listen(self, callback: Callable[[SessionEvent], None]) -> None:
        """`callback` gets every later event, in order, on the session's threads; it must return at once."""
        self._listeners.append(callback)

    def start(self) -> None:
        self._emit_model()
        self._emit("state", state="idle", message="", outcome=None)
        self._device.start()
        if self._beam_at_start:
            self._device.beam(True)
        self._thread.start()

    def close(self) -> None:
        """Halt, end both threads, close the recording. The model stays open: whoever made it closes it."""
        if self._closed:
            return
        self._closed = True
        self._device.close()
        self._cancel_model()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        if self._recorder is not None:
            self._recorder.close()

    def submit_text(self, line: str, display: Display | None = None) -> None:
        """A typed line. It is parsed here and now, so that "stop" halts at once in any wording. `display` is the
        picture as shown, for "screen left"; None is the standard one."""
        offer, ticket = self._status.offer, self._device.ticket
        line = line.strip()
        if not line:
            return
        action = parse(line, display) if len(line) <= LINE_LIMIT else None
        if action is not None and action.kind == "halt":
            self.halt()
        self._emit("said", text=line[:LINE_LIMIT])
        if action is None:
            self._ask("not_understood", f"That line is longer than {LINE_LIMIT} characters; say it shorter.")
        elif action.kind == "halt":
            self._emit("understood", action=action, echo=action.echo())
        else:
            self._enqueue(action, line, offer, ticket)

    def reject(self, words: str) -> None:
        """No to what waits, and why in the clinician's own words: they reach the model as typed, whether or not the
        grammar knows them, and never move anything. "stop" still halts, and a yes among them is asked back."""
        words = words.strip()[:LINE_LIMIT]
        action = as_rejection(words)
        if action.kind == "accept":
            self._emit("said", text=words)
            self._ask("conflict", "A yes in the place for a no: which is it?", ("yes, go ahead", "no, look again"))
            return
        if action.kind != "reject":
            self.submit_text(words)
            return
        offer, ticket = self._status.offer, self._device.ticket
        if words:
            self._emit("said", text=words)
        self._enqueue(action, words, offer, ticket)

    def submit(self, action: Action) -> None:
        """A command from a key, a button or a menu."""
        self._enqueue(action, "", self._status.offer, self._device.ticket)

    def jog(self, left: int, up: int) -> None:
        """Held direction of the view, -1/0/+1 toward the patient's left and the head; (0, 0) ends it."""
        self._device.jog(left, up)

    def beam(self, on: bool) -> None:
        self._device.beam(on)

    def halt(self) -> None:
        """The device stops before this returns; the reply under way is cancelled and nothing queued is
        done."""
        interrupted = self._device.halt()
        self._cancel_model()
        with self._lock:
            if interrupted is not None:
                here = self.carm.pose
                self._post_motion("halted", interrupted, here, "Halted in motion.")
            message = "Halted. Nothing moves until you say so."
            self._status = replace(self._status, state="halted", message=message, target=None, proposal=None, offer=0)
            self._post("state", {"state": "halted", "message": message, "outcome": "halted"})
        self._deliver()

    # ---- events ----------------------------------------------------------------------------------

    def _post(self, kind: str, data: dict[str, Any]) -> None:
        self._outbox.post(kind, data)

    def _deliver(self) -> None:
        self._outbox.deliver()

    def _hand_out(self, event: SessionEvent) -> None:
        if self._recorder is not None:
            problem = self._recorder.write(event)
            if problem:
                self._post("note", {"text": problem, "level": "warning"})
        for callback in list(self._listeners):
            try:
                callback(event)
            except Exception:
                log.exception("a listener failed on %s", event.kind)

    def _emit(self, kind: str, /, **data: Any) -> None:
        self._post(kind, data)
        self._deliver()

    def _post_motion(self, phase: str, start: CArmPose, goal: CArmPose, message: str) -> None:
        self._post("motion", {"phase": phase, "from": start, "to": goal, "message": message})

    def _note(self, text: str, level: str = "info") -> None:
        self._emit("note", text=text, level=level)

    def _ask(self, reason: str, text: str, options: tuple[str, ...] = ()) -> None:
        self._emit("question", reason=reason, text=text, options=tuple(options))

    def _emit_model(self) -> None:
        state, message = self._shown_model = self._model_now()
        self._emit("model", state=state, name=self.model.name, message=message, info=self.model.info)

    def _model_now(self) -> tuple[str, str]:
        return self.model.state, self.model.problem or self.model.note

    def _become(self, state: str, message: str = "", outcome: str | None = None, **changes: Any) -> None:
        """The next state of the dialogue. Raises Halted when a halt came meanwhile: its state stands."""
        with self._lock:
            if self._ticket != self._device.ticket:
                raise Halted
            self._status = replace(self._status, state=state, message=message, **changes)
            self._post("state", {"state": state, "message": message, "outcome": outcome})
        self._deliver()

    def _mark(self, **changes: Any) -> None:
        """Change what the status says without a new state. Raises Halted as `_become` does."""
        with self._lock:
            if self._ticket != self._device.ticket:
                raise Halted
            self._status = replace(self._status, **changes)

    # ---- the queue -------------------------------------------------------------------------------

    def _enqueue(self, action: Action, text: str, offer: int, ticket: int) -> None:
        if action.kind == "halt":
            self.halt()
            return
        if action.kind in AT_ONCE:
            self._emit("understood", action=action, echo=action.echo())
            self._at_once(action)
            return
        if action.kind == "accept" and not offer:
            self._emit("understood", action=action, echo=action.echo())
            self._note("There is nothing to accept yet; nothing moves.", "warning")
            return
        if action.kind in INTERRUPTING:
            with self._lock:
                self._interrupting += 1
                busy = self._status.state in ("looking", "proposing")
            if busy:
                self._cancel_model()
        self._queue.put(_Item("action", action, text, offer, ticket))

    def _run(self) -> None:
        while True:
            watch = (
                self.model.state == "loading" or self._deferred is not None or self._shown_model != self._model_now()
            )
            try:
                item = self._queue.get(timeout=MODEL_WATCH_S if watch else None)
            except queue.Empty:
                item = _Item("model")
            if item is None:
                return
            try:
                self._handle(item)
            except Halted:
                pass
            except _Interrupted:
                self._break_off("Interrupted by a new command.")
            except Exception as problem:
                log.exception("dialogue")
                self._note(f"That could not be done: {problem}", "error")
                self._break_off("That could not be done.")

    def _break_off(self, message: str) -> None:
        """Leave the work under way as it is."""
        with suppress(Halted):
            if not self.carm.moving:
                self._rest(message, outcome="interrupted")

    def _handle(self, item: _Item) -> None:
        if self._shown_model != self._model_now():
            self._emit_model()
        if item.kind == "model":
            if self.model.state != "loading" and self._deferred is not None:
                deferred, self._deferred = self._deferred, None
                self._handle(deferred)
            return
        if item.kind == "jog" or (item.kind == "action" and item.action.kind in INTERRUPTING):
            with self._lock:
                self._interrupting -= 1
        if item.kind == "rest":
            self._post_motion("finished", item.motion.start, self.carm.pose, "The C-arm stands still.")
            self._deliver()
        if item.ticket != self._device.ticket:
            return
        if item.ticket != self._ticket:
            self._ticket = item.ticket
            self._plan, self._after, self._deferred, self._last = [], None, None, None
        match item.kind:
            case "rest":
                self._stands_still()
            case "jog":
                self._drop_offer("The view is being jogged")
                self._plan, self._after = [], None
                if self.carm.moving:
                    self._become("moving", "Jogging.", target=None)
            case _:
                if item.kind == "action" and item.action.kind != "clarify":
                    self._emit("understood", action=item.action, echo=item.action.echo())
                self._do(item.action, item.text, item.offer)

    def _at_once(self, action: Action) -> None:
        match action.kind:
            case "fluoro":
                self.beam(bool(action.on))
            case "expose":
                self._device.shoot()
            case "save":
                frame = self._device.latest
                if frame is None:
                    self._note("There is no picture to save yet.", "warning")
                else:
                    self._emit("saved", frame=frame)
            case "help":
                self._note(help_text())
            case "magnify" | "collimate":
                self._emit("display", action=action)

    def _do(self, action: Action, text: str = "", offer: int = 0) -> None:
        match action.kind:
            case "align":
                self._align(action, text)
            case "move" | "rotate" | "return" | "home":
                self._typed_motion(action)
            case "accept":
                self._accept(offer)
            case "reject":
                self._reject(action, text)
            case "locate":
                self._locate(action, text)
            case "sequence":
                self._sequence(action, text, offer)
            case "clarify":
                self._clarify(action, text)
            case "halt":
                self.halt()
            case _:
                self._at_once(action)

    # ---- looking and proposing -------------------------------------------------------------------

    def _align(self, action: Action, text: str) -> None:
        key = action.landmark
        if self.carm.moving and self._status.state == "moving":
            self._plan, self._after = [], lambda: self._align(action, text)
            self._note(f"Looking for {the(key)} as soon as the C-arm stands still.")
            return
        self._drop_offer("")
        if key in self._refused_targets:
            self._note(self._refused_targets[key], "warning")
            self._rest(self._refused_targets[key], outcome="refused")
            return
        if not self._model_is_ready(action, text, f"The alignment to {the(key)} starts"):
            return
        off_ap = navigation_refusal(self.carm.pose)
        if off_ap:
            self._offer_ap(off_ap, action)
            return
        self._number, self._previous, self._last = 0, None, None
        self._mark(target=key)
        self._look(key)

    def _offer_ap(self, sentence: str, action: Action) -> None:
        straight = Action(kind="rotate", primary_deg=0.0, secondary_deg=0.0, relative=False)
        self._plan, self._resume = [straight, action, *self._plan], action
        self._offer_plan("not_ap", sentence, ("straight AP",), outcome="refused")

    def _look(self, key: str) -> None:
        """One turn of the loop: picture, reply, and a proposal that waits or an end."""
        frame = self._fresh_frame(f"Looking for {the(key)}.")
        if frame is None:
            return
        self._look_at(frame, key)

    def _look_at(self, frame: Frame, key: str) -> None:
        self._number = number = self._number + 1
        self._become("proposing", f"Step {number}: the model is answering.")
        previous = self._previous
        step = self._stream(lambda: navigate(self.model, frame, key, previous, number), frame, number, "navigation")
        if step is None:
            return
        self._last = (step, frame, "navigation")
        doubt = distrust(step, frame, key)
        if doubt:
            self._note(doubt, "warning")
            self._rest(f"{doubt} Say “look again” to ask once more.", outcome="refused")
        elif step.proposal.arrived:
            message = f"The model says {the(key)} is centred."
            self._emit("arrived", target=key, message=message)
            self._rest(message, outcome="arrived", state="arrived")
        else:
            self._wait_on(step)

    def _wait_on(self, step: Step) -> None:
        message = f"Proposed: {step.proposal.motion.describe()}. Accept or reject?"
        self._become("waiting", message, proposal=step, offer=self._new_offer())

    def _new_offer(self) -> int:
        self._offers += 1
        return self._offers

    def _fresh_frame(self, message: str) -> Frame | None:
        self._become("looking", message)
        frame = self._device.picture(self._ticket, stop=self._is_interrupted)
        if self._is_interrupted():
            raise _Interrupted
        if frame is None:
            self._fail("There is no picture of the present view to look at; try again.")
        return frame

    def _stream(self, ask: Callable[[], Iterator[Delta | Step]], frame: Frame, number: int, kind: str) -> Step | None:
        """Ask, and pass the reply on as it comes. None when the model failed, which is said here."""
        step = None
        try:
            with closing(ask()) as reply:
                for piece in reply:
                    if self._ticket != self._device.ticket:
                        raise Halted
                    if self._is_interrupted():
                        raise _Interrupted
                    if isinstance(piece, Step):
                        step = piece
                    else:
                        if piece.landmarks and kind == "navigation":
                            # A "no" may come before the reply is complete; this is what it then speaks of.
                            seen = Prediction(frame.index, kind, piece.landmarks)
                            self._last = (Step(number, seen, None, frame.pose), frame, kind)
                        self._emit(
                            "delta",
                            number=number,
                            text=piece.text,
                            proposal=piece.proposal,
                            landmarks=piece.landmarks,
                        )
        except Cancelled:
            step = None
        except (ModelError, NavigationRefused) as problem:
            self._fail(str(problem))
            return None
        except (Halted, _Interrupted):
            self._cancel_model()
            raise
        if self._ticket != self._device.ticket:
            raise Halted
        if self._is_interrupted():
            raise _Interrupted
        if step is None:
            self._fail("The model's reply was cancelled.")
            return None
        target = self._status.target if kind == "navigation" else None
        self._emit("step", step=step, target=target, kind=kind, frame=frame)
        return step

    def _is_interrupted(self) -> bool:
        return self._interrupting > 0

    def _fail(self, sentence: str) -> None:
        self._note(sentence, "error")
        if self._shown_model != self._model_now():
            self._emit_model()
        self._rest(sentence, outcome="failed")

    def _cancel_model(self) -> None:
        try:
            self.model.cancel()
        except Exception:
            log.exception("cancel")

    def _model_is_ready(self, action: Action, text: str, what: str) -> bool:
        state = self.model.state
        if state == "loading":
            self._deferred = _Item("action-deferred", action, text, 0, self._ticket)
            message = f"The model is still loading. {what} when it is ready."
            self._note(message)
            self._become("idle", message, proposal=None, offer=0)
        elif state == "failed":
            self._note(self.model.problem or "The model cannot be used.", "error")
            self._rest(self.model.problem or "The model cannot be used.", outcome="failed")
        return state == "ready"

    # ---- the clinician's decision ----------------------------------------------------------------

    def _accept(self, offer: int) -> None:
        status = self._status
        if not offer or offer != status.offer:
            self._note("What you accepted is no longer on offer; nothing moves.", "warning")
            return
        if status.proposal is None:
            self._continue_plan()
            return
        step = status.proposal
        if self.carm.moving or step.pose != self.carm.pose:
            self._drop_offer("")
            sentence = "The view has changed since that proposal; ask again."
            self._note(sentence, "warning")
            self._rest(sentence, outcome="stale")
            return
        self._emit("decision", number=step.number, accepted=True, text="")
        self._previous = step
        last = step.number >= self._max_steps
        key = status.target
        self._move_by(step.proposal.motion, after=self._out_of_steps if last else lambda: self._look(key))

    def _out_of_steps(self) -> None:
        sentence = f"{self._max_steps} steps are used up; align again to go on."
        self._note(sentence, "warning")
        self._rest(sentence, outcome="limit")

    def _reject(self, action: Action, text: str) -> None:
        status = self._status
        if self.carm.moving:
            self._note("You rejected a move under way: the C-arm is halted.", "warning")
            self.halt()
            return
        if status.offer and status.proposal is None:
            self._drop_offer("")
            self._rest("The rest of the sequence is dropped.", outcome="dropped")
            return
        words = text or as_words(action)
        if status.proposal is not None:
            self._emit("decision", number=status.proposal.number, accepted=False, text=words)
            self._withdraw()
        self._look_again(action, words)

    def _look_again(self, action: Action, words: str) -> None:
        """Correct the last answer in the clinician's words, then propose afresh on the same picture."""
        last, key = self._last, self._status.target
        if last is None and key is None:
            self._note("There is nothing to reject; say where to go.", "warning")
            return
        if not self._model_is_ready(action, words, "It looks again"):
            return
        frame = last[1] if last is not None and last[1].pose == self.carm.pose else None
        if frame is None and key is None:
            self._note("The view has changed since; ask where you are again.", "warning")
            return
        if frame is not None and last[0].prediction.landmarks:
            corrected = self._correct(last[0], frame, words, action)
            if corrected is None:
                return
            if last[2] != "navigation" or key is None:
                if corrected.prediction.valid:
                    self._last = (corrected, frame, "correction")
                    self._rest(f"The model now reads {either(corrected)}.")
                else:
                    self._rest("The correction was refused; say it again.", outcome="refused")
                return
            if corrected.prediction.valid:
                self._previous = as_context(corrected, key)
        if self._number >= self._max_steps:
            self._out_of_steps()
        elif frame is None:
            self._look(key)
        else:
            self._look_at(frame, key)

    def _correct(self, step: Step, frame: Frame, words: str, action: Action) -> Step | None:
        """The corrected answer, valid or refused (which is said); None when the model failed."""
        if action.landmark is not None:
            self._note(f"The clinician says: {the(action.landmark)}.")
        self._become("proposing", "The model looks again.")
        earlier = step.prediction.landmarks
        corrected = self._stream(
            lambda: correct(self.model, frame, earlier, words, step.number), frame, step.number, "correction"
        )
        if corrected is None:
            return None
        prediction = corrected.prediction
        if prediction.valid and prediction.frame_index != frame.index:
            problem = "It belongs to another picture."
            corrected = replace(corrected, prediction=replace(prediction, valid=False, problem=problem))
        if not corrected.prediction.valid:
            self._note(f"The correction was refused: {corrected.prediction.problem}", "warning")
        elif action.landmark is not None and action.landmark not in prediction.landmarks:
            self._note(f"The model reads {either(corrected)} instead. The decision is yours.")
        return corrected

    def _locate(self, action: Action, text: str) -> None:
        if self.carm.moving:
            self._after = lambda: self._locate(action, text)
            self._note("Looking as soon as the C-arm stands still.")
            return
        if not self._model_is_ready(action, text, "It looks where you are"):
            return
        waiting, plan_waits = self._status.proposal, self._status.offer and self._status.proposal is None
        self._withdraw()
        frame = self._fresh_frame("Looking where we are.")
        if frame is None:
            return
        self._become("proposing", "The model is answering.")
        step = self._stream(lambda: localize(self.model, frame), frame, 0, "localization")
        if step is None:
            return
        if step.prediction.valid:
            message = f"The model reads {either(step)} at the centre."
            self._note(message)
            if waiting is None:
                self._last = (step, frame, "localization")
        else:
            message = f"The reply was refused: {step.prediction.problem}"
            self._note(message, "warning")
        if waiting is not None and waiting.pose == self.carm.pose:
            self._wait_on(waiting)
        elif plan_waits:
            self._ask_next()
        else:
            self._rest(message, outcome=None if step.prediction.valid else "refused")

    # ---- motion ----------------------------------------------------------------------------------

    def _typed_motion(self, action: Action) -> None:
        if self._plan and self._status.offer and self._status.proposal is None and action == self._plan[0]:
            self._continue_plan()
            return
        pose = self.carm.pose
        match action.kind:
            case "move":
                motion = MotionCommand(left_mm=action.left_mm or 0.0, up_mm=action.up_mm or 0.0)
            case "rotate" if action.relative:
                motion = MotionCommand(primary_deg=action.primary_deg or 0.0, secondary_deg=action.secondary_deg or 0.0)
            case "rotate":
                view = pose.replace(primary_deg=action.primary_deg or 0.0, secondary_deg=action.secondary_deg or 0.0)
                motion = pose.motion_to(view)
            case "home":
                motion = pose.motion_to(self._home)
            case _:
                if not self._track:
                    self._refuse_motion(pose, "There is no earlier position to go back to.")
                    return
                motion = pose.motion_to(self._track[-1])
        if motion.is_zero:
            self._note("The C-arm is there already.")
            if not self._status.offer and not self.carm.moving:
                self._rest("The C-arm is there already.", outcome="moved")
            return
        self._move_by(motion, typed=True, back=action.kind == "return")

    def _move_by(
        self,
        motion: MotionCommand,
        after: Callable[[], None] | None = None,
        typed: bool = False,
        back: bool = False,
    ) -> None:
        """The one place that sets the C-arm in motion."""
        start = self.carm.pose
        goal = start.moved(motion)
        if self.carm.moving:
            self._refuse_motion(goal, "The C-arm is already moving; wait until it stands still, or halt it.")
            return
        refusal = self.carm.refusal(motion)
        if refusal:
            if not typed:
                self._withdraw()
            self._refuse_motion(goal, refusal)
            return
        if typed:
            self._drop_offer("The view moves")
            self._mark(target=None)
            self._last = None
        else:
            self._withdraw()
        self._become("moving", f"Moving: {motion.describe()}.")
        try:
            with self._lock:  # so that a halt cannot be told before the start that it halts
                self._device.begin(motion, self._ticket)
                self._post_motion("started", start, goal, motion.describe())
        except MotionRefused as problem:
            self._refuse_motion(goal, str(problem))
            return
        self._after = after
        if back:
            self._track.pop()
        else:
            self._track.append(start)
        self._deliver()

    def _refuse_motion(self, goal: CArmPose, sentence: str) -> None:
        self._post_motion("refused", self.carm.pose, goal, sentence)
        self._deliver()
        if not self.carm.moving and not self._status.offer:
            self._rest(sentence, outcome="refused")

    def _at_rest(self, motion: Motion) -> None:
        self._queue.put(_Item("rest", ticket=motion.ticket, motion=motion))

    def _jog_began(self, motion: Motion) -> None:
        self._track.append(motion.start)
        self._post_motion("started", motion.start, motion.start, "Jog.")
        self._deliver()
        with self._lock:
            self._interrupting += 1
            busy = self._status.state in ("looking", "proposing")
        self._queue.put(_Item("jog", ticket=motion.ticket, motion=motion))
        if busy:
            self._cancel_model()

    def _stands_still(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()
        else:
            self._rest("The C-arm stands still.", outcome="moved")

    # ---- sequences and questions -----------------------------------------------------------------

    def _sequence(self, action: Action, text: str, offer: int) -> None:
        actions = list(action.actions)
        if self.carm.moving:
            self._note("The C-arm is moving; give the sequence when it stands still, or halt it.", "warning")
            return
        first, rest = actions[0], actions[1:]
        if first.kind == "accept":
            if offer and offer == self._status.offer:
                self._plan += rest
            self._accept(offer)
            return
        if first.kind == "reject":
            waiting = self._status.proposal
            if waiting is not None:
                self._emit("decision", number=waiting.number, accepted=False, text=text)
            self._drop_offer("")
            if len(rest) == 1 and rest[0].kind == "align":
                # "No, go to the skull" is one wish; whatever it proposes is asked for.
                self._do(rest[0])
                return
            actions = rest
        self._drop_offer("")
        self._plan = actions
        self._ask_next()

    def _offer_plan(self, reason: str, sentence: str, options: tuple[str, ...], outcome: str | None = None) -> None:
        self._become("waiting", sentence, outcome=outcome, proposal=None, offer=self._new_offer())
        self._ask(reason, sentence, options)

    def _ask_next(self) -> None:
        following = self._plan[0]
        self._offer_plan("sequence", f"Next: {following.echo()}. Go on?", ("yes", "no"))

    def _continue_plan(self) -> None:
        following = self._plan.pop(0)
        self._withdraw()
        if following.kind in AT_ONCE:
            self._at_once(following)
            self._rest("Done.")
        else:
            self._do(following)

    def _clarify(self, action: Action, text: str) -> None:
        reason = action.reason or "not_understood"
        options = tuple(action.options or ())
        sentence = action.question
        if reason == "not_understood" and self._status.proposal is not None:
            sentence = "Is that a yes, a no, or what you see there? The proposal still waits."
            options = ("yes", f"no, {text}" if text else "no")
        self._ask(reason, sentence, options)

    # ---- endings ---------------------------------------------------------------------------------

    def _withdraw(self) -> None:
        """Nothing waits any longer."""
        self._mark(proposal=None, offer=0)

    def _drop_offer(self, why: str) -> None:
        """Withdraw what waits, and with it what would have followed; `why` is said when a proposal was on
        show."""
        had, waited = self._status.proposal is not None, self._status.offer != 0
        self._withdraw()
        if waited:
            self._plan = []
        if had and why:
            self._note(f"{why}: the proposal is dropped.")

    def _rest(self, message: str, outcome: str | None = None, state: str = "idle") -> None:
        """The work under way has ended; the next action of a sequence is asked for if it ended well."""
        self._withdraw()
        if self._plan and outcome in (None, "arrived", "moved"):
            if self._plan[0] is self._resume:
                self._do(self._plan.pop(0))
            else:
                self._ask_next()
            return
        if self._plan:
            self._plan = []
            self._note("The rest of the sequence is dropped.", "warning")
        self._become(state, message, outcome=outcome)
