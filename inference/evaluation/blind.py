"""Models that do not see: the picture is replaced by grey or by another view's. What is left is not seeing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from inference.models.interface import LanguageModel, Request

KINDS = ("grey", "shuffled")
GREY = 128


class Blind:
    """`model` fed `kind` pictures: uniform grey, or the picture of a view that was asked about earlier (the first
    request, with no view before it, gets grey). Everything else passes through."""

    def __init__(self, model: LanguageModel, kind: str):
        if kind not in KINDS:
            raise ValueError(f"A model can be blinded with {' or '.join(KINDS)}, not with {kind!r}.")
        self._model = model
        self._kind = kind
        self._earlier: list[np.ndarray] = []
        self._rng = np.random.default_rng(0)

    def __getattr__(self, name: str):
        return getattr(self._model, name)

    def stream(self, request: Request) -> Iterator[str]:
        shown = np.full_like(request.picture, GREY)
        if self._kind == "shuffled":
            if self._earlier:
                shown = self._earlier[int(self._rng.integers(len(self._earlier)))]
            self._earlier.append(request.picture)
        return self._model.stream(replace(request, picture=shown))
