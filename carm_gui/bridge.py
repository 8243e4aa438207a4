"""The only crossing between the session's threads and Qt.

The session calls `receive` on its own threads; it appends to a deque (thread-safe) and returns at once. A timer in the
GUI thread drains the deque: of poses and doses only the latest is handed on, of frames the latest two (and every single
shot), text of one reply is joined, and everything else (decisions, motion, states, questions) is handed on one by one
and in order. What is not handed on within HAND_MS waits for the next tick, so that keys and paints come between; so
does a second frame, which would else be shown and never seen. Knows no widget.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

LATEST = {"frame": 2, "pose": 1, "dose": 1}
"""Of these so many are handed on: a frame that comes a little late does not push out the one before."""
BUSY_MS, QUIET_MS = 8, 40
HAND_MS, REST_MS = 4.0, 1
"""A drain begins no further event after so long, and the rest follows in a tick this soon (ms)."""
QUIET_TICKS = 30
"""After so many empty ticks the timer slows down: at rest the window shall cost next to nothing."""


@dataclass(frozen=True)
class Notice:
    """What a worker of the window itself has to tell; looks like a session event."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)


def coalesce(events: Iterable) -> list:
    """`events` (each with `kind` and `data`) as the widgets shall see them: order kept, superseded pictures dropped
    (but never a single shot: it is kept for recall), neighbouring deltas of one reply joined. A delta that carries the
    decision keeps it."""
    events = list(events)
    coming = Counter(event.kind for event in events)
    result: list = []
    for event in events:
        if event.kind in LATEST:
            if coming[event.kind] <= LATEST[event.kind] or event.data.get("shot"):
                result.append(event)
            coming[event.kind] -= 1
            continue
        last = result[-1] if result else None
        if (
            event.kind == "delta"
            and last is not None
            and last.kind == "delta"
            and last.data.get("number") == event.data.get("number")
        ):
            joined = {**last.data, **{k: v for k, v in event.data.items() if v}}
            joined["text"] = last.data.get("text", "") + event.data.get("text", "")
            result[-1] = replace(last, data=joined)
            continue
        result.append(event)
    return result


class Bridge(QObject):
    """Hands session events to the GUI thread through the signal `event`; `drained` ends each batch of them."""

    event = Signal(object)
    drained = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox: deque = deque()
        self._empty = 0
        self._timer = QTimer(self)
        self._timer.setInterval(BUSY_MS)
        self._timer.timeout.connect(self.drain)

    def receive(self, event) -> None:
        """Take an event from any thread; returns at once."""
        self._inbox.append(event)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """Hand nothing on any more; what still arrives is dropped with the bridge."""
        self._timer.stop()
        self._inbox.clear()

    def drain(self) -> None:
        """Hand on what has arrived since the last tick, as far as HAND_MS goes."""
        batch = coalesce(self._inbox.popleft() for _ in range(len(self._inbox)))
        self._empty = 0 if batch else self._empty + 1
        end = time.perf_counter() + HAND_MS / 1000
        for n, event in enumerate(batch, start=1):
            self.event.emit(event)
            another = event.kind == "frame" and any(later.kind == "frame" for later in batch[n:])
            if another or time.perf_counter() > end:
                self._inbox.extendleft(reversed(batch[n:]))
                break
        if batch:
            self.drained.emit()
        pace = REST_MS if batch and self._inbox else BUSY_MS if self._empty < QUIET_TICKS else QUIET_MS
        if pace != self._timer.interval():
            self._timer.setInterval(pace)
