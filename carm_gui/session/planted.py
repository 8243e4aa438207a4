"""Models that a study puts between the session and the real one: `Planted` turns some replies round, to measure how
far people follow a wrong one; `Gated` holds a reply back until the participant has said which way they would go.

Only a protocol can ask for either. A planted reply is the model's own with its directions mirrored: no truth is
looked at. Knows no session and no window.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from carm_gui.session.events import SessionEvent
from carm_gui.session.judgement import against_anatomy
from inference.models.interface import Cancelled, LanguageModel, Request
from inference.prompts import motion_of, name_of, navigate_reply, reason_x, reason_y
from inference.reply import ReplyReader
from inference.step import Proposal

MIRROR = {"LEFT": "RIGHT", "RIGHT": "LEFT", "UP": "DOWN", "DOWN": "UP", "CENTER": "CENTER"}
PIECE = 6
"""Characters of a planted reply that appear at once; it streams as a real one does."""
LONGEST_S = 1.5
"""A planted reply takes no longer than this to appear."""


class _Around:
    """A model around another one."""

    def __init__(self, inner: LanguageModel) -> None:
        self._inner = inner
        self._cancelled = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def cancel(self) -> None:
        self._cancelled.set()
        self._inner.cancel()


class Planted(_Around):
    """`numbers` are the navigation replies of this trial, from 1, that are turned round; `target` its landmark. A
    reply that the strict check would refuse, or about another landmark, passes as it is and the next is turned."""

    def __init__(self, inner: LanguageModel, numbers: tuple[int, ...], target: str) -> None:
        super().__init__(inner)
        self._due, self._target, self._count = set(numbers), target, 0
        self._made = ""

    def stream(self, request: Request) -> Iterator[str]:
        self._cancelled.clear()
        self._made = ""
        if request.task == "navigation":
            self._count += 1
        due = sorted(number for number in self._due if number <= self._count)
        if request.task != "navigation" or not due:
            yield from self._inner.stream(request)
            return
        began = time.monotonic()
        with closing(self._inner.stream(request)) as pieces:
            real = "".join(pieces)
        text = self._turned(real) if name_of(self._target).lower() in request.text.lower() else None
        if text is None:
            yield real
            return
        self._due.discard(due[0])
        self._made = text
        pause = min(time.monotonic() - began, LONGEST_S) * PIECE / len(text)
        for start in range(0, len(text), PIECE):
            if self._cancelled.wait(pause):
                raise Cancelled
            yield text[start : start + PIECE]

    def _turned(self, real: str) -> str | None:
        reader = ReplyReader("navigation", self._target)
        reader.feed(real)
        prediction, said = reader.finish(0)
        if said is None:
            return None
        x, extent_x, y, extent_y = MIRROR[said.x], said.extent_x, MIRROR[said.y], said.extent_y
        if said.arrived:  # "we are there" turned round is "we are far off"
            y, extent_y = ("UP", "DOWN")[self._count % 2], "LARGE"
        turned = Proposal(self._target, x, extent_x, y, extent_y, motion_of(x, extent_x, y, extent_y))
        context = prediction.landmarks[0]
        if against_anatomy((context,), turned):
            context = self._target  # what is seen must allow the move, else the session itself refuses it
        return navigate_reply(
            context, x, extent_x, y, extent_y,
            reason_x(context, self._target, x, extent_x), reason_y(context, self._target, y, extent_y),
        )  # fmt: skip

    def mark(self, event: SessionEvent) -> dict[str, Any]:
        """For the recorder: what to add to the recorded event. A planted step says so, and nothing else does."""
        step = event.data.get("step") if event.kind == "step" else None
        return {"planted": True} if step is not None and step.prediction.raw == self._made != "" else {}


class Gated(_Around):
    """`ask` is called when a reply is wanted; it comes once `open` has been called."""

    def __init__(self, inner: LanguageModel, ask: Callable[[], None]) -> None:
        super().__init__(inner)
        self._ask, self._opened = ask, threading.Event()

    def open(self) -> None:
        self._opened.set()

    def stream(self, request: Request) -> Iterator[str]:
        if request.task == "navigation":
            self._cancelled.clear()
            self._opened.clear()
            self._ask()
            while not self._opened.wait(0.05):
                if self._cancelled.is_set():
                    raise Cancelled
        yield from self._inner.stream(request)
