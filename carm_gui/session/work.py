"""The work under way: what waits, what would follow, what it has spent, whether it is armed, and how it ends.

Only the dialogue's thread writes it, and forgets it when it sees that a halt came. Knows no rule of what an action
means.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from carm_gui.session.asking import Asking
from carm_gui.session.board import Board
from carm_gui.session.budget import Spent
from carm_gui.session.device import DeviceLoop, Halted, Motion
from carm_gui.session.moves import Moves
from inference.commands import Action
from inference.step import Step
from sim.frame import Dose
from sim.pose import CArmPose

log = logging.getLogger(__name__)

RUNNING = ("looking", "proposing", "waiting", "moving")


@dataclass(frozen=True)
class Item:
    """What lies in the queue: an action, a message of the device, or a wish of the window. `offer` and `ticket` are
    what waited, and the device's ticket, when it was given; `at` is where a landmark was marked (left, up; mm from the
    view's centre)."""

    kind: str
    action: Action | None = None
    text: str = ""
    offer: int = 0
    ticket: int = 0
    motion: Motion | None = None
    at: tuple[float, float] | None = None


class Work:
    """See the module. `pause_s` is how long an armed run shows a proposal before it accepts it."""

    def __init__(self, board: Board, device: DeviceLoop, asking: Asking, moves: Moves, pause_s: float) -> None:
        self._board, self._device, self._asking, self._moves = board, device, asking, moves
        self._carm = moves.carm
        self._pause_s = pause_s
        self._plan: list[Action] = []
        self._resume: Action | None = None
        self._after: Callable[[], None] | None = None
        self._deferred: Item | None = None
        self._previous: Step | None = None
        self._dose_at_start = self._dose_at_step = Dose()
        self._been: list[CArmPose] = []  # where this alignment has looked from
        self.accept_at: float | None = None  # monotonic time at which an armed run accepts what waits

    def _do(self, action: Action, text: str = "", offer: int = 0) -> None:
        raise NotImplementedError

    def _forget(self) -> None:
        """A halt came: nothing of what was under way goes on."""
        self._plan, self._after, self._deferred, self._asking.last = [], None, None, None
        self.accept_at = None

    # ---- offers

    def _wait_on(self, step: Step) -> None:
        """Show a proposal; an armed run accepts it after a pause, in which the clinician may still say no."""
        armed = self._board.status.armed
        how = "Armed: it moves unless you reject." if armed else "Accept or reject?"
        message = f"Proposed: {step.proposal.motion.describe()}. {how}"
        self._board.become("waiting", message, proposal=step, offer=self._board.new_offer())
        self.accept_at = time.monotonic() + self._pause_s if armed else None

    def _offer_plan(self, reason: str, sentence: str, options: tuple[str, ...], outcome: str | None = None) -> None:
        """Show the next action of a plan, which waits for a yes whether armed or not."""
        self.disarm(sentence)
        self._board.become("waiting", sentence, outcome=outcome, proposal=None, offer=self._board.new_offer())
        self._board.ask(reason, sentence, options)

    def _ask_next(self) -> None:
        self._offer_plan("sequence", f"Next: {self._plan[0].echo()}. Go on?", ("yes", "no"))

    def _withdraw(self) -> None:
        """Nothing waits any longer."""
        self.accept_at = None
        self._board.mark(proposal=None, offer=0)

    def _drop_offer(self, why: str) -> None:
        """Withdraw what waits, and with it what would have followed; `why` is said when a proposal was on
        show."""
        status = self._board.status
        self._withdraw()
        if status.offer:
            self._plan = []
        if status.proposal is not None and why:
            self._board.note(f"{why}: the proposal is dropped.")

    # ---- endings

    def _rest(self, message: str, outcome: str | None = None, state: str = "idle") -> None:
        """The work under way has ended; the next action of a sequence is asked for if it ended well."""
        self._withdraw()
        self.disarm(message)
        if self._plan and outcome in (None, "arrived", "moved"):
            if self._plan[0] is self._resume:
                self._do(self._plan.pop(0))
            else:
                self._ask_next()
            return
        if self._plan:
            self._plan = []
            self._board.note("The rest of the sequence is dropped.", "warning")
        self._board.become(state, message, outcome=outcome)

    def _end(self, sentence: str, outcome: str, level: str = "warning") -> None:
        """Rest, and say why."""
        self._board.note(sentence, level)
        self._rest(sentence, outcome=outcome)

    def _fail(self, sentence: str) -> None:
        """There was no answer: say so, and rest."""
        with suppress(Halted):
            self._board.note(sentence, "error")
            if self._asking.changed:
                self._asking.tell_model()
            self._rest(sentence, outcome="failed")

    def _break_off(self, message: str, outcome: str) -> None:
        """Leave the work under way as it is."""
        with suppress(Halted):
            if not self._carm.moving:
                self._rest(message, outcome=outcome)

    # ---- arming

    def arm(self) -> None:
        """Accept the proposals of one alignment without asking, until anything at all ends it."""
        status = self._board.status
        if status.armed:
            return
        if self._asking.model.state in ("failed", "absent"):
            self._board.note("There is no model here that could go ahead without asking.", "warning")
            return
        self._board.mark(armed=True)
        self._board.emit("armed", on=True, reason="", budget=status.budget)
        if status.proposal is not None:
            self._wait_on(status.proposal)

    def disarm(self, reason: str) -> None:
        """Step by step again; `reason` is one sentence."""
        self.accept_at = None
        if self._board.status.armed:
            self._board.mark(armed=False)
            self._board.emit("armed", on=False, reason=reason, budget=self._board.status.budget)

    # ---- what it has spent

    def _begin_spending(self) -> None:
        self._dose_at_start = self._dose_at_step = self._carm.dose
        self._been = []
        self._spend(Spent())

    def _spend(self, spent: Spent) -> None:
        """Bring the dose up to date and show it."""
        dose = self._carm.dose.dap_gycm2
        spent = replace(
            spent,
            dose_gycm2=dose - self._dose_at_start.dap_gycm2,
            step_dose_gycm2=dose - self._dose_at_step.dap_gycm2,
        )
        self._board.mark(spent=spent)
        self._board.emit("spent", spent=spent, budget=self._board.status.budget)

    @property
    def _spent(self) -> Spent:
        return self._board.status.spent
