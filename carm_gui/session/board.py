"""What a session says and shows: its ordered events and its status. Knows no rule of the dialogue.

The board is where a halt wins: `become` and `mark` are the only ways in which the dialogue changes the status, and both
raise Halted when a halt came after the ticket that the dialogue works under.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from carm_gui.session.device import Halted
from carm_gui.session.events import SessionEvent, SessionStatus
from carm_gui.session.outbox import Outbox

if TYPE_CHECKING:
    from carm_gui.session.recorder import Recorder

log = logging.getLogger(__name__)


class Board:
    """`device_ticket` reads the device's present ticket; `ticket` is the one that the dialogue works under.
    `offered_at` is when the latest offer was made, by `clock` (seconds)."""

    def __init__(
        self,
        status: SessionStatus,
        device_ticket: Callable[[], int],
        recorder: Recorder | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.status = status
        self.lock = threading.RLock()
        self.ticket = 0
        self.listeners: list[Callable[[SessionEvent], None]] = []
        self._device_ticket, self._recorder = device_ticket, recorder
        self._outbox = Outbox(self._hand_out)
        self._offers = 0
        self._clock, self.offered_at = clock, 0.0

    # ---- events

    def post(self, kind: str, /, **data: Any) -> None:
        """Give an event its place in the order; `deliver` must follow, once no lock is held."""
        self._outbox.post(kind, data)

    def deliver(self) -> None:
        self._outbox.deliver()

    def emit(self, kind: str, /, **data: Any) -> None:
        self._outbox.post(kind, data)
        self._outbox.deliver()

    def note(self, text: str, level: str = "info") -> None:
        self.emit("note", text=text, level=level)

    def ask(self, reason: str, text: str, options: tuple[str, ...] = ()) -> None:
        self.emit("question", reason=reason, text=text, options=tuple(options))

    def _hand_out(self, event: SessionEvent) -> None:
        if self._recorder is not None:
            problem = self._recorder.write(event)
            if problem:
                self.post("note", text=problem, level="warning")
        for callback in list(self.listeners):
            try:
                callback(event)
            except Exception:
                log.exception("a listener failed on %s", event.kind)

    # ---- status

    @property
    def halted(self) -> bool:
        """A halt came since the work under way began."""
        return self.ticket != self._device_ticket()

    def become(self, state: str, message: str = "", outcome: str | None = None, **changes: Any) -> None:
        """The next state of the dialogue. Raises Halted when a halt came meanwhile: its state stands."""
        with self.lock:
            self._check()
            self.status = replace(self.status, state=state, message=message, **changes)
            self.post("state", state=state, message=message, outcome=outcome)
        self.deliver()

    def mark(self, **changes: Any) -> None:
        """Change what the status says without a new state. Raises Halted as `become` does."""
        with self.lock:
            self._check()
            self.status = replace(self.status, **changes)

    def halt(self, stop: Callable[[], None], message: str) -> None:
        """Stop the device by `stop`, and show it, whatever the dialogue was doing. Both under the lock, so that what a
        newer command shows cannot be overwritten."""
        with self.lock:
            stop()
            armed, budget = self.status.armed, self.status.budget
            self.status = replace(
                self.status, state="halted", message=message, target=None, proposal=None, offer=0, armed=False
            )
            if armed:
                self.post("armed", on=False, reason=message, budget=budget)
            self.post("state", state="halted", message=message, outcome="halted")

    def new_offer(self) -> int:
        """A number for what is about to wait for a yes or no; never used twice."""
        self._offers += 1
        self.offered_at = self._clock()
        return self._offers

    def _check(self) -> None:
        if self.halted:
            raise Halted
