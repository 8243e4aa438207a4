"""The dialogue: what each action means in each state. Runs in one thread; knows no Qt and no model's wording.

States, and what leads from one to the next:

                  align, reject, correct, ask again             CENTER/CENTER
        idle ───────────▶ looking ───────▶ proposing ─────────────────▶ arrived
         ▲ ▲                 ▲    (frame)      │ │  (stream)               │
         │ │                 │                 │ └─ reply refused ──▶ idle │ any new command
         │ │   stands still, │          a move │                           ▼
         │ │   look again    │                 ▼   reject, correct    (as from idle)
         │ └──────────────  moving ◀──────── waiting ───────────▶ looking
         │   a budget is used up,   accept,     │
         │   typed moves          interlocks    └─ any motion drops the proposal
         │
         └──── any new command ──── halted ◀──── halt or a fault, from every state and every thread

Beside the states stands `armed`: while it is on, a proposal is accepted after a pause without a word. It covers one
alignment and ends with whatever ends that: arrival, halt, reject, correct, fault, refusal, budget, jog, any other word.

Proposed and typed moves begin in one place, `_move_by`: after an accept of the very proposal on show, or for a typed
move. Beside that only a held arrow key moves the view (`jog` in device.py), and drops what waits. The interlocks stand
in `_accept`, `_move_by`, moves.py, budget.py and judgement.py, and in session.py the one that takes no yes sooner than
anybody reads; limits and collision are the device's own.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from carm_gui.session.asking import Asking, Interrupted, NoAnswer
from carm_gui.session.board import Board
from carm_gui.session.budget import no_more_looks, no_such_move
from carm_gui.session.device import DeviceLoop, Halted
from carm_gui.session.judgement import as_context, as_words, clinicians, either
from carm_gui.session.looking import Looking
from carm_gui.session.moves import Moves
from carm_gui.session.work import Item
from inference.commands import Action, help_text
from inference.rephrase import can_rephrase
from sim.collimator import stepped
from sim.landmarks import the
from sim.pose import CArmPose, MotionCommand

log = logging.getLogger(__name__)

AT_ONCE = {"halt", "fluoro", "expose", "save", "magnify", "collimate", "help"}
"""Kinds that neither ask the model nor move the C-arm: they do not wait behind a reply."""
MOTIONS = {"move", "rotate", "return", "home"}
MOST_VISITS = 2
"""An armed run stops before it looks from the same view once more: such a model swings to and fro for ever."""
INTERRUPTING = MOTIONS | {"align", "reject", "sequence"}
"""Kinds that end a reply under way: it would be stale or unwanted."""


class Dialogue(Looking):
    """`handle` takes one item of the queue after the other."""

    def __init__(
        self,
        board: Board,
        device: DeviceLoop,
        asking: Asking,
        moves: Moves,
        *,
        refused_targets: dict[str, str],
        pause_s: float,
    ) -> None:
        super().__init__(board, device, asking, moves, pause_s)
        self.refused_targets = refused_targets

    # ---- items -----------------------------------------------------------------------------------

    @property
    def watches_model(self) -> bool:
        """Something waits for the model to change."""
        return self._deferred is not None or self._asking.model.state == "loading" or self._asking.changed

    def handle(self, item: Item) -> None:
        """Do one item to its end, whatever happens meanwhile. Raises nothing."""
        try:
            self._handle(item)
        except Halted:
            pass
        except Interrupted:
            self._break_off("Interrupted by a new command.", "interrupted")
        except NoAnswer as problem:
            self._fail(str(problem))
        except Exception as problem:
            log.exception("dialogue")
            self._board.note(f"That could not be done: {problem}", "error")
            self._break_off("That could not be done.", "failed")

    def _handle(self, item: Item) -> None:
        if self._asking.changed:
            self._asking.tell_model()
        if item.kind == "model":
            if self._asking.model.state != "loading" and self._deferred is not None:
                deferred, self._deferred = self._deferred, None
                self._handle(deferred)
            return
        if item.ticket != self._device.ticket:
            return
        if item.ticket != self._board.ticket:
            self._board.ticket = item.ticket
            self._forget()
        match item.kind:
            case "rest":
                self._stands_still()
            case "jog":
                self._jogged()
            case "arm":
                self.arm()
            case "disarm":
                self.disarm("Disarmed: step by step again.")
            case "armed":
                self._accept_armed()
            case "again":
                self.disarm("You have taken over: step by step again.")
                self._ask_again()
            case "correct":
                self._correct(item.action.landmark, item.at)
            case _:
                if item.kind == "action":
                    self._take_over(item.action)
                    if item.action.kind != "clarify":
                        self._board.emit("understood", action=item.action, echo=item.action.echo())
                self._do(item.action, item.text, item.offer)

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
            case _:
                self.at_once(action)

    def at_once(self, action: Action) -> None:
        """An action of the kinds AT_ONCE, halt excepted; from any thread."""
        match action.kind:
            case "fluoro":
                self._device.beam(bool(action.on))
            case "expose":
                self._device.shoot()
            case "save":
                frame = self._device.latest
                if frame is None:
                    self._board.note("There is no picture to save yet.", "warning")
                else:
                    self._board.emit("saved", frame=frame)
            case "help":
                self._board.note(help_text())
            case "collimate":
                self._device.collimate(stepped(self._carm.blades, int(action.step or 0)))
            case "magnify":
                self._board.emit("display", action=action)

    # ---- the clinician's decision ----------------------------------------------------------------

    def _accept(self, offer: int, by: str = "clinician") -> None:
        status = self._board.status
        if not offer or offer != status.offer:
            self._board.note("What you accepted is no longer on offer; nothing moves.", "warning")
            return
        if status.proposal is None:
            self._continue_plan()
            return
        step, last = status.proposal, self._asking.last
        self._withdraw()
        stale = last is None or last[1].index != step.prediction.frame_index
        if stale or self._carm.moving or step.pose != self._carm.pose:
            self._plan = []
            self._end("The view has changed since that proposal; ask again.", "stale")
            return
        motion = step.proposal.motion
        self._spend(self._spent)
        too_much = no_such_move(self._board.status.budget, self._spent, motion)
        if too_much:
            self._end(too_much, "limit")
            return
        self._board.emit("decision", number=step.number, accepted=True, text="", by=by)
        self._previous = step
        key = status.target
        if self._move_by(motion, step.pose, after=lambda: self._look(key)):
            self._spend(self._spent.moved(motion))

    def _accept_armed(self) -> None:
        """The pause of an armed run is over."""
        status = self._board.status
        due = self.accept_at is not None and status.armed and status.proposal is not None
        self.accept_at = None
        if not due:
            return
        goal = self._carm.pose.moved(status.proposal.proposal.motion)
        if self._been.count(goal) >= MOST_VISITS:
            self._end("The model goes to and fro between the same views; look yourself, then go on.", "limit")
        else:
            self._accept(status.offer, by="armed")

    def _reject(self, action: Action, text: str) -> None:
        status = self._board.status
        if self._carm.moving:
            self._board.note("You rejected a move under way: the C-arm is halted.", "warning")
            self.halt()
            return
        if status.offer and status.proposal is None:
            self._drop_offer("")
            self._rest("The rest of the sequence is dropped.", outcome="dropped")
            return
        words = text or as_words(action)
        self._refuse_proposal(words)
        self._look_again(action, words)

    def _refuse_proposal(self, words: str) -> None:
        waiting = self._board.status.proposal
        if waiting is not None:
            self._board.emit("decision", number=waiting.number, accepted=False, text=words, by="clinician")
            self._withdraw()

    def _look_again(self, action: Action, words: str) -> None:
        """Correct the last answer in the clinician's words, then propose afresh on the same picture."""
        last, key = self._asking.last, self._board.status.target
        if last is None and key is None:
            self._board.note("There is nothing to reject; say where to go.", "warning")
            return
        if not self._model_is_ready(action, words, "It looks again"):
            return
        frame = last[1] if last is not None and last[1].pose == self._carm.pose else None
        if frame is None and key is None:
            self._board.note("The view has changed since; ask where you are again.", "warning")
            return
        if key is not None:
            enough = no_more_looks(self._board.status.budget, self._spent)
            if enough:
                self._end(enough, "limit")
                return
        if frame is not None and last[0].prediction.landmarks:
            corrected = self._asking.look_again(last[0], frame, words, action.landmark)
            valid = corrected.prediction.valid
            if last[2] != "navigation" or key is None:
                if valid:
                    self._asking.last = (corrected, frame, "correction")
                    self._rest(f"The model now reads {either(corrected)}.")
                else:
                    self._rest("The correction was refused; say it again.", outcome="refused")
                return
            if valid:
                self._previous = as_context(corrected, key)
        self._look(key, frame)

    def _correct(self, landmark: str, at: tuple[float, float] | None) -> None:
        """The clinician says, and may show, what it is: from here on that stands, whatever the model reads."""
        if self._carm.moving:
            self._board.note("You corrected during a move: the C-arm is halted.", "warning")
            self.halt()
            return
        last, key = self._asking.last, self._board.status.target
        frame = last[1] if last is not None else self._device.latest
        if frame is None or frame.pose != self._carm.pose:
            self._board.note("There is no picture of this view to correct; ask where you are first.", "warning")
            return
        self.disarm("You have taken over: step by step again.")
        self._refuse_proposal(f"That is {the(landmark)}.")
        self._drop_offer("")
        number = last[0].number if last is not None else 0
        left, up = at if at is not None else (None, None)
        self._board.emit(
            "corrected", landmark=landmark, left_mm=left, up_mm=up, source="clinician", number=number, frame=frame
        )
        step = clinicians(landmark, number, frame)
        self._asking.last = (step, frame, "navigation" if key is not None else "localization")
        self._previous = as_context(step, key) if key is not None else None
        if key is None:
            self._rest(f"The clinician says: {the(landmark)}.")
        elif landmark == key and at is not None:
            self._offer_way_to(key, at)
        elif self._model_is_ready(Action("align", landmark=key), "", "It looks again"):
            self._look(key, frame)

    def _offer_way_to(self, key: str, at: tuple[float, float]) -> None:
        """The target itself was shown: its way to the centre is known, and waits for a yes like any other."""
        move = Action("move", left_mm=round(at[0], 1), up_mm=round(at[1], 1))
        if math.hypot(*at) < 1.0:
            self._rest(f"You have shown {the(key)} at the centre.")
            return
        self._plan = [move]
        self._offer_plan("sequence", f"You have shown {the(key)}: {move.echo()} centres it. Go on?", ("yes", "no"))

    # ---- motion ----------------------------------------------------------------------------------

    def _typed_motion(self, action: Action) -> None:
        status = self._board.status
        if self._plan and status.offer and status.proposal is None and action == self._plan[0]:
            self._continue_plan()
            return
        origin = self._carm.pose
        motion = self._moves.wanted(action, origin)
        if isinstance(motion, str):
            self._refuse_motion(MotionCommand(), motion)
        elif motion.is_zero:
            self._board.note("The C-arm is there already.")
            if not status.offer and not self._carm.moving:
                self._rest("The C-arm is there already.", outcome="moved")
        else:
            self._move_by(motion, origin, typed=True, back=action.kind == "return")

    def _move_by(
        self,
        motion: MotionCommand,
        origin: CArmPose,
        after: Callable[[], None] | None = None,
        typed: bool = False,
        back: bool = False,
    ) -> bool:
        """Everything that moves by command passes here. `origin` is the view that the motion is meant from, `after`
        follows once the C-arm stands still. Returns whether it has started."""
        problem = self._moves.problem(motion)
        if problem:
            if not typed and not self._carm.moving:
                self._withdraw()
            self._refuse_motion(motion, problem)
            return False
        if typed:
            self.disarm("The view moves: step by step again.")
            self._drop_offer("The view moves")
            self._board.mark(target=None)
            self._asking.last = None
        else:
            self._withdraw()
        self._board.become("moving", f"Moving: {motion.describe()}.")
        problem = self._moves.begin(motion, origin, back)
        if problem:
            self._refuse_motion(motion, problem)
        else:
            self._after = after
        return not problem

    def _refuse_motion(self, motion: MotionCommand, sentence: str) -> None:
        self._moves.refuse(self._carm.pose.moved(motion), sentence)
        if not self._carm.moving and not self._board.status.offer:
            self._rest(sentence, outcome="refused")

    def _stands_still(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()
        else:
            self._rest("The C-arm stands still.", outcome="moved")

    def _jogged(self) -> None:
        self.disarm("The view is being jogged: step by step again.")
        self._drop_offer("The view is being jogged")
        self._plan, self._after = [], None
        if self._carm.moving:
            self._board.become("moving", "Jogging.", target=None)

    def halt(self, why: str = "Halted. Nothing moves until you say so.") -> None:
        """The device stops before this returns; the reply under way is cancelled and nothing queued is done. From
        any thread. `why` is what is said of it."""
        self._board.halt(self._device.halt, why)
        self._asking.cancel()
        self._board.deliver()

    # ---- sequences and questions -----------------------------------------------------------------

    def _sequence(self, action: Action, text: str, offer: int) -> None:
        actions = list(action.actions)
        if self._carm.moving:
            self._board.note("The C-arm is moving; give the sequence when it stands still, or halt it.", "warning")
            return
        first, rest = actions[0], actions[1:]
        if first.kind == "accept":
            if offer and offer == self._board.status.offer:
                self._plan += rest
            self._accept(offer)
            return
        if first.kind == "reject":
            waiting = self._board.status.proposal
            if waiting is not None:
                self._board.emit("decision", number=waiting.number, accepted=False, text=text, by="clinician")
            self._drop_offer("")
            if len(rest) == 1 and rest[0].kind == "align":
                # "No, go to the skull" is one wish; whatever it proposes is asked for.
                self._do(rest[0])
                return
            actions = rest
        self._drop_offer("")
        self._plan = actions
        self._ask_next()

    def _continue_plan(self) -> None:
        following = self._plan.pop(0)
        self._withdraw()
        if following.kind in AT_ONCE:
            self.at_once(following)
            self._rest("Done.")
        else:
            self._do(following)

    def _may_ask_model(self) -> bool:
        """The grammar gave up; a general model may say what was meant, as a question and never as a deed."""
        status = self._board.status
        calm = status.state in ("idle", "arrived") and not status.offer and not self._carm.moving
        return calm and can_rephrase(self._asking.model)

    def _clarify(self, action: Action, text: str) -> None:
        reason = action.reason or "not_understood"
        options = tuple(action.options or ())
        sentence = action.question
        if reason == "not_understood" and self._board.status.proposal is not None:
            sentence = "Is that a yes, a no, or what you see there? The proposal still waits."
            options = ("yes", f"no, {text}" if text else "no")
        elif reason == "not_understood" and text and self._may_ask_model():
            meant = self._asking.meaning_of(text)
            self._rest("")
            if meant is not None:
                said, understood = meant
                sentence = f"Did you mean “{said}” ({understood.echo()})?"
                reason, options = "rephrased", (said, "no")
        self._board.ask(reason, sentence, options)
