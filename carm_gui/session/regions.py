"""Where a measuring network reads the landmarks on a picture, with regions: for the eye alone, it moves nothing.

A session that is steered by the baseline or the hybrid asks that very model. Beside any other model the baseline runs
in a process of its own, started when the first picture is read, and only where it is installed. Knows no truth.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from inference.baseline.model import baseline_folder
from inference.baseline.reading import ask_reading, regions_of
from inference.models.interface import Cancelled, LanguageModel, ModelError
from inference.navigate import refusal
from sim.frame import Frame
from sim.landmarks import KEYS

log = logging.getLogger(__name__)

OWN_READERS = ("baseline", "hybrid")
Opener = Callable[[], LanguageModel]


class Regions:
    """Call it with a frame: {key: {left_mm, up_mm, radius_mm}} from the view's centre, or None where nothing is read:
    the networks know AP views alone, and what a region promises holds for those.

    It never waits for a model that loads. `close` ends what was opened here; the session's own model stays."""

    def __init__(self, model: LanguageModel, open_baseline: Opener | None = None) -> None:
        """`open_baseline` opens the network beside another model; None: the one that ships, if it does."""
        self._model, self._open = model, open_baseline
        self._beside: LanguageModel | None = None
        self._given_up = False

    def __call__(self, frame: Frame) -> Mapping[str, Mapping[str, float]] | None:
        if refusal(frame.pose) is not None:
            return None
        reader = self._model if self._model.name in OWN_READERS else self._network()
        if reader is None or reader.state != "ready":
            return None
        try:
            return regions_of(KEYS, ask_reading(reader, frame))
        except (ModelError, Cancelled) as problem:
            log.info("no regions: %s", problem)
            return None

    def cancel(self) -> None:
        """Give up the reading under way."""
        if self._beside is not None:
            self._beside.cancel()

    def close(self) -> None:
        self._given_up = True
        if self._beside is not None:
            self._beside.close()

    def _network(self) -> LanguageModel | None:
        if self._beside is None and not self._given_up:
            try:
                self._beside = self._open() if self._open is not None else _shipped()
            except (ModelError, OSError) as problem:
                log.info("no regions: %s", problem)
            self._given_up = self._beside is None
        return self._beside


def _shipped() -> LanguageModel | None:
    if baseline_folder() is None:
        return None
    from inference.models.profiles import open_model

    return open_model("baseline")
