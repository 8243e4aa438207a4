"""A model that can be exchanged while a session holds it: everything goes to the one in use. Knows no Qt, no session.

The old one is closed when its reply has ended, so that an exchange costs no reply.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from inference.models.interface import LanguageModel, ModelInfo, Request


class Interchangeable:
    """`current` in disguise."""

    def __init__(self, current: LanguageModel):
        self._current = current
        self._lock = threading.Lock()
        self._replies: dict[int, int] = {}  # id of a model -> replies under way

    @property
    def current(self) -> LanguageModel:
        return self._current

    @property
    def name(self) -> str:
        return self._current.name

    @property
    def info(self) -> ModelInfo:
        return self._current.info

    @property
    def state(self) -> str:
        return self._current.state

    @property
    def problem(self) -> str:
        return self._current.problem

    @property
    def note(self) -> str:
        return self._current.note

    def __getattr__(self, name: str):
        return getattr(self._current, name)

    def exchange(self, other: LanguageModel) -> None:
        """Use `other` from the next question on, and close the old one when it has nothing to say any more."""
        with self._lock:
            old, self._current = self._current, other
            idle = not self._replies.get(id(old))
        if idle and old is not other:
            old.close()

    def stream(self, request: Request) -> Iterator[str]:
        with self._lock:
            model = self._current
            self._replies[id(model)] = self._replies.get(id(model), 0) + 1
        try:
            yield from model.stream(request)
        finally:
            with self._lock:
                self._replies[id(model)] -= 1
                left = model is not self._current and not self._replies.pop(id(model))
            if left:
                model.close()

    def cancel(self) -> None:
        self._current.cancel()

    def close(self) -> None:
        self._current.close()
