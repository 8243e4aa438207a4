"""The one interface of every language model: picture and text in, streamed text out, cancel at any moment.

Knows no model, no torch and no task's wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class ModelError(ValueError):
    """A model that cannot be loaded or cannot answer; the message is one sentence for the screen."""


class Cancelled(Exception):  # noqa: N818 - an outcome, not an error
    """The reply was cancelled; whatever came of it must move nothing."""


@dataclass(frozen=True)
class Request:
    """One question: `picture` is uint8 (h, w), grey; `text` the prompt after it; `max_tokens` bounds the reply.

    `preamble` comes before the picture and is the same for every question of a task, so that a model may keep what it
    computed for it. `pattern` is the regular expression that the reply must match, for a model that can be held to it.
    """

    task: str
    picture: np.ndarray
    text: str
    max_tokens: int
    preamble: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class ModelInfo:
    """What answers. Hashes are sha256 (hex) over the weight files, "" where there is none; `picture_size` is the side
    in pixels of the picture it wants, `bits` what a weight takes, and `constrained` says that replies are held to their
    form. `prompt_style`: "compact", the line alone, for the embedded model; "full", the preamble before the picture and
    the line after it, for models that were taught nothing of the line, and for adapters trained so."""

    name: str
    parameters: int = 0
    device: str = "cpu"
    base_sha256: str = ""
    adapter_sha256: str = ""
    note: str = ""
    picture_size: int = 128
    prompt_style: str = "compact"
    bits: int = 32
    constrained: bool = False


class LanguageModel(Protocol):
    """A model. `state` is "loading", "ready" or "failed", and "absent" in a study's trial without one; `problem` says
    why it failed in one sentence, `note` how far loading is.

    `stream` yields pieces of text. It waits while the model loads, raises ModelError when the model cannot
    answer and Cancelled after `cancel`. Closing the iterator cancels too. `cancel` may come from any thread
    and does nothing when no reply is under way. One reply at a time.
    """

    name: str
    info: ModelInfo
    state: str
    problem: str
    note: str

    def stream(self, request: Request) -> Iterator[str]: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class NoModel:
    """Stands where a model would be that is not there: whoever asks it is told `problem`, one sentence."""

    def __init__(self, name: str, problem: str, state: str = "failed"):
        self.name, self.problem, self.note, self.state = name, problem, "", state
        self.info = ModelInfo(name)

    def stream(self, request: Request) -> Iterator[str]:
        raise ModelError(self.problem)

    def cancel(self) -> None: ...

    def close(self) -> None: ...
