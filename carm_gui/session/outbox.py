"""The ordered stream of events, whichever thread speaks. Knows no event's meaning."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from carm_gui.session.events import SessionEvent


class Outbox:
    """Numbers events as they are posted and hands them out in that order, one at a time.

    One thread at a time hands out; the others leave theirs to it, so nobody waits for another's listener."""

    def __init__(self, hand_out: Callable[[SessionEvent], None]) -> None:
        self._hand_out = hand_out
        self._began = time.monotonic()
        self._waiting: deque[SessionEvent] = deque()
        self._lock = threading.Lock()
        self._seq, self._delivering = 0, False

    def post(self, kind: str, data: dict[str, Any]) -> None:
        """Give an event its place in the order. `deliver` must follow, once no lock is held."""
        with self._lock:
            self._seq += 1
            self._waiting.append(SessionEvent(self._seq, time.monotonic() - self._began, kind, data))

    def deliver(self) -> None:
        """Hand out whatever is posted, unless another thread is doing so."""
        while True:
            with self._lock:
                if self._delivering or not self._waiting:
                    return
                self._delivering = True
                event = self._waiting.popleft()
            try:
                self._hand_out(event)
            finally:
                with self._lock:
                    self._delivering = False
