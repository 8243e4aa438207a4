"""Models that do not see: the picture is replaced by grey or by another view's. What is left is not seeing."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from inference.models.interface import LanguageModel, Request

KINDS = ("grey", "shuffled")
GREY = 128

Other = Callable[[np.random.Generator, int], np.ndarray]
"""(source of chance, size in pixels) -> the uint8 picture of another view."""


class Blind:
    """`model` fed `kind` pictures: uniform grey, or what `other` gives, chosen by the true picture alone, so that a run
    is the same in any order. Everything else passes through."""

    def __init__(self, model: LanguageModel, kind: str, other: Other | None = None):
        if kind not in KINDS:
            raise ValueError(f"A model can be blinded with {' or '.join(KINDS)}, not with {kind!r}.")
        if kind == "shuffled" and other is None:
            raise ValueError("Shuffling needs other views to show.")
        self._model, self._kind, self._other = model, kind, other
        if hasattr(model, "read"):
            self.read = lambda picture: model.read(self._shown(picture))

    def __getattr__(self, name: str):
        return getattr(self._model, name)

    def stream(self, request: Request) -> Iterator[str]:
        return self._model.stream(replace(request, picture=self._shown(request.picture)))

    def _shown(self, picture: np.ndarray) -> np.ndarray:
        if self._kind == "grey":
            return np.full_like(picture, GREY)
        return self._other(np.random.default_rng(zlib.crc32(picture.tobytes())), picture.shape[0])
