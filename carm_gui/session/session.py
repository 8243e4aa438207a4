"""The rehearsal: one queue of actions in, one ordered stream of events out. Knows no Qt and no model's wording.

The states and what leads from one to the next are drawn in dialogue.py. Two threads: the device's (device.py) advances
the C-arm and takes pictures; the dialogue's asks the model and decides. Typed lines are parsed in the caller's thread,
so that "stop" never waits behind a reply.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from carm_gui.session.asking import Asking
from carm_gui.session.board import Board
from carm_gui.session.budget import Budget
from carm_gui.session.device import DeviceLoop, Motion
from carm_gui.session.dialogue import AT_ONCE, INTERRUPTING, Dialogue
from carm_gui.session.events import SessionEvent, SessionStatus
from carm_gui.session.judgement import as_rejection
from carm_gui.session.moves import Moves
from carm_gui.session.work import Item
from inference.commands import LONGEST, Action, Display, parse
from inference.models.interface import LanguageModel
from sim.carm import CArm
from sim.collimator import Blades
from sim.frame import Frame
from sim.landmarks import BY_KEY

if TYPE_CHECKING:
    from carm_gui.session.recorder import Recorder

PAUSE_S = 1.5
"""How long an armed run shows a proposal before it moves: time to read it and say no."""
READ_S = 0.5
"""A yes that comes sooner after its proposal was meant for what stood there before: nobody reads that fast."""
WISHES = ("jog", "correct", "again")
"""Items beside actions that end a reply under way."""
MODEL_WATCH_S = 0.1
"""How often a loading model is looked at; never when it is ready."""


class Session:
    """One rehearsal with one C-arm and one model. All public methods are thread-safe and return at once."""

    def __init__(
        self,
        carm: CArm,
        model: LanguageModel,
        *,
        recorder: Recorder | None = None,
        beam: bool = True,
        budget: Budget | None = None,
        pause_s: float = PAUSE_S,
        read_s: float = 0.0,
        realtime: bool = True,
        refused_targets: Mapping[str, str] | None = None,
        regions: Callable[[Frame], Mapping[str, Any] | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`refused_targets` maps landmark keys that this patient cannot show to the sentence that says so.
        `beam` is the beam's state from the start. `realtime=False` lets motions end as fast as they can be
        computed, for runs without a window. `budget` bounds each alignment. `pause_s` is how long an armed run shows
        a proposal before it moves; `read_s` how long anything must have been on offer before a clinician's yes counts
        (READ_S where a person decides), by `clock` (seconds). `regions` reads where landmarks lie on a frame."""
        self.carm, self.model = carm, model
        self._recorder = recorder
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._interrupting = 0
        self._closed = False
        self._beam_at_start = beam
        status = SessionStatus(pose=carm.pose, dose=carm.dose, budget=budget or Budget(), model=model.state)
        self._board = board = Board(status, lambda: self._device.ticket, recorder, clock)
        self._read_s, self._clock = read_s, clock
        self._device = DeviceLoop(
            carm,
            post=board.post,
            deliver=board.deliver,
            at_rest=self._at_rest,
            fault=lambda sentence: self._dialogue.halt(f"Halted. {sentence}"),
            jog_began=self._jog_began,
            realtime=realtime,
        )
        self._asking = Asking(model, board, self._device, lambda: self._interrupting > 0, regions)
        self._moves = Moves(carm, self._device, board)
        self._dialogue = Dialogue(
            board,
            self._device,
            self._asking,
            self._moves,
            refused_targets=dict(refused_targets or {}),
            pause_s=pause_s,
        )
        self._thread = threading.Thread(target=self._run, name="carm-dialogue", daemon=True)

    # ---- what it is ------------------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        """A snapshot of this instant."""
        return replace(
            self._board.status,
            pose=self.carm.pose,
            dose=self.carm.dose,
            beam_on=self._device.beam_on,
            pulse_rate=self.carm.pulse_rate,
            technique=self.carm.technique,
            blades_mm=self.carm.blades,
            model=self.model.state,
        )

    @property
    def frame(self) -> Frame | None:
        """The picture on show: the latest pulse, or the last image hold."""
        return self._device.latest

    def listen(self, callback: Callable[[SessionEvent], None]) -> None:
        """`callback` gets every later event, in order, on the session's threads; it must return at once."""
        self._board.listeners.append(callback)

    def start(self) -> None:
        self._asking.tell_model()
        self._board.emit("state", state="idle", message="", outcome=None)
        if self.carm.blades is not None:
            self._board.emit("collimator", blades_mm=self.carm.blades)
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
        self._board.deliver()
        self._asking.cancel()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        self._asking.close()
        if self._recorder is not None:
            self._recorder.close()

    # ---- what the clinician does -----------------------------------------------------------------

    def submit_text(self, line: str, display: Display | None = None) -> None:
        """A typed line. It is parsed here and now, so that "stop" halts at once in any wording. `display` is the
        picture as shown, for "screen left"; None is the standard one."""
        offer, ticket = self._board.status.offer, self._device.ticket
        line = line.strip()
        if not line:
            return
        action = parse(line, display)
        if action.kind == "halt":
            self.halt()
        self._board.emit("said", text=line[:LONGEST])
        if action.kind == "halt":
            self._board.emit("understood", action=action, echo=action.echo())
        elif len(line) > LONGEST:
            self._board.ask("not_understood", f"That line is longer than {LONGEST} characters; say it shorter.")
        else:
            self._enqueue(action, line, offer, ticket)

    def reject(self, words: str) -> None:
        """No to what waits, and why in the clinician's own words: they reach the model as typed, whether or not the
        grammar knows them, and never move anything. "stop" still halts, and a yes among them is asked back."""
        words = words.strip()[:LONGEST]
        action = as_rejection(words)
        if action.kind == "accept":
            self._board.emit("said", text=words)
            question = "A yes in the place for a no: which is it?"
            self._board.ask("conflict", question, ("yes, go ahead", "no, look again"))
            return
        if action.kind != "reject":
            self.submit_text(words)
            return
        offer, ticket = self._board.status.offer, self._device.ticket
        if words:
            self._board.emit("said", text=words)
        self._enqueue(action, words, offer, ticket)

    def submit(self, action: Action) -> None:
        """A command from a key, a button or a menu."""
        self._enqueue(action, "", self._board.status.offer, self._device.ticket)

    def correct(self, landmark: str, at: tuple[float, float] | None = None) -> None:
        """The clinician says what the last answer should have been: `landmark` (a key) is there, shown at `at` (left,
        up; mm from the view's centre) or picked from the list. It stands as the clinician's; the model goes on from
        it. Raises ValueError for a landmark or a place that is none."""
        if landmark not in BY_KEY:
            raise ValueError(f"There is no landmark called {landmark}.")
        if at is not None and not all(map(math.isfinite, at)):
            raise ValueError("That place is not a number; give it in mm.")
        self._wish("correct", action=Action("reject", landmark=landmark), at=at)

    def ask_again(self) -> None:
        """The same question once more, on a fresh picture and with no feedback."""
        self._wish("again")

    def arm(self) -> None:
        """Let proposals be accepted without asking, each after a pause, for one alignment within the budget: the one
        under way, or the next. Whatever else happens ends it."""
        self._queue.put(Item("arm", ticket=self._device.ticket))

    def disarm(self) -> None:
        """Step by step again; a motion under way goes on (halt stops it)."""
        self._queue.put(Item("disarm", ticket=self._device.ticket))

    def set_budget(self, budget: Budget) -> None:
        """What alignments may use from now on, the one under way included."""
        with self._board.lock:
            self._board.status = replace(self._board.status, budget=budget)
            self._board.post("spent", spent=self._board.status.spent, budget=budget)
        self._board.deliver()

    def jog(self, left: float, up: float, ant: float = 0, primary: float = 0, secondary: float = 0) -> None:
        """Held direction of the view on each axis (-1 to +1; + is the patient's left, the head, the front, LAO,
        cranial); all zero ends it."""
        self._device.jog(left, up, ant, primary, secondary)

    def beam(self, on: bool) -> None:
        self._device.beam(on)

    def set_technique(self, **what: Any) -> None:
        """Change `kvp`, `ma`, `pulse_rate` (1-30) or `auto` from the next pulse on; a voltage or current set by hand
        ends automatic exposure. Raises sim.technique.TechniqueError with one sentence; nothing has changed then."""
        self._device.set_technique(**what)

    def collimate(self, blades_mm: Blades | None) -> None:
        """Open the collimator to `blades_mm` (width, height; mm at the isocentre), None for the open field, from the
        next pulse on. No X-ray is made by it. Raises sim.collimator.CollimatorError with one sentence; nothing has
        changed then."""
        self._device.collimate(blades_mm)

    def mark(self, name: str, /, **what: Any) -> None:
        """An entry of the study or the window in the stream; it means nothing to the session."""
        self._board.emit("mark", name=name, **what)

    def look_at_model(self) -> None:
        """The model was exchanged for another: tell the listeners what it is now."""
        self._queue.put(Item("model"))

    def halt(self) -> None:
        """The device stops before this returns; the reply under way is cancelled and nothing queued is
        done."""
        self._dialogue.halt()

    # ---- the queue -------------------------------------------------------------------------------

    def _enqueue(self, action: Action, text: str, offer: int, ticket: int) -> None:
        if action.kind == "halt":
            self.halt()
            return
        if action.kind in AT_ONCE:
            self._board.emit("understood", action=action, echo=action.echo())
            self._dialogue.at_once(action)
            return
        if action.kind == "accept" and not offer:
            self._board.emit("understood", action=action, echo=action.echo())
            self._board.note("There is nothing to accept yet; nothing moves.", "warning")
            return
        if _says_yes(action) and offer and self._clock() - self._board.offered_at < self._read_s:
            self._board.emit("understood", action=action, echo=action.echo())
            self._board.note("That has only just appeared: read it, then accept it. Nothing moves.", "warning")
            return
        if action.kind in INTERRUPTING:
            self._interrupt()
        self._queue.put(Item("action", action, text, offer, ticket))

    def _wish(self, kind: str, **what: Any) -> None:
        ticket = self._device.ticket
        self._interrupt()
        self._queue.put(Item(kind, ticket=ticket, **what))

    def _interrupt(self) -> None:
        """What comes next in the queue makes the reply under way unwanted."""
        with self._board.lock:
            self._interrupting += 1
            busy = self._board.status.state in ("looking", "proposing")
        if busy:
            self._asking.cancel()

    def _run(self) -> None:
        while True:
            waits = [MODEL_WATCH_S] if self._dialogue.watches_model else []
            due = self._dialogue.accept_at
            if due is not None:
                waits.append(max(0.0, due - time.monotonic()))
            try:
                item = self._queue.get(timeout=min(waits, default=None))
            except queue.Empty:
                is_due = due is not None and time.monotonic() >= due
                item = Item("armed", ticket=self._board.ticket) if is_due else Item("model")
            if item is None:
                return
            if item.kind in WISHES or (item.kind == "action" and item.action.kind in INTERRUPTING):
                with self._board.lock:
                    self._interrupting -= 1
            self._dialogue.handle(item)

    def _at_rest(self, motion: Motion) -> None:
        self._queue.put(Item("rest", ticket=motion.ticket, motion=motion))

    def _jog_began(self, motion: Motion) -> None:
        self._moves.track.append(motion.start)
        self._interrupt()
        self._queue.put(Item("jog", ticket=motion.ticket, motion=motion))


def _says_yes(action: Action) -> bool:
    return action.kind == "accept" or any(first.kind == "accept" for first in action.actions[:1])
