"""Landmarks placed by clicks in two survey views: what has been clicked, where that is in the patient, undo. Knows no
Qt and draws nothing.

A landmark is placed once it is clicked in both views. Everything is kept as clicks (u, v) in pixels of the pictures, so
that adjusting one view leaves the other as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.landmarks import KEYS, the
from sim.patient.likeness import faults
from sim.patient.markups import Point
from sim.survey import Meeting, SurveyView, epipolar, meeting

VIEWS = ("ap", "lateral")
FAR_MM = 6.0
"""A residual above this is pointed out: the two clicks can hardly mean the same point."""
Clicks = dict[str, dict[str, tuple[float, float]]]


def other(view: str) -> str:
    return VIEWS[1 - VIEWS.index(view)]


@dataclass
class Placing:
    """The state of one placing. `views` holds the geometry of "ap" and "lateral"; `clicks` is key -> view -> (u, v)."""

    views: Mapping[str, SurveyView]
    clicks: Clicks = field(default_factory=dict)
    _past: list[Clicks] = field(default_factory=list)
    _future: list[Clicks] = field(default_factory=list)
    _saved: dict[str, Point] = field(default_factory=dict)

    def start_from(self, landmarks: Mapping[str, Point]) -> None:
        """Begin with landmarks that are known already: (left, up, ant) in mm. This is not undone."""
        self.clicks = {}
        for key, point in landmarks.items():
            both = {name: view.project(np.array(point, float)) for name, view in self.views.items()}
            if all(np.isfinite(uv).all() for uv in both.values()):
                self.clicks[key] = {name: (float(uv[0]), float(uv[1])) for name, uv in both.items()}
        self._past, self._future = [], []
        self.mark_saved()

    def click(self, key: str, view: str, uv: tuple[float, float]) -> None:
        """`key` is at `uv` in `view`."""
        self._remember()
        self.clicks.setdefault(key, {})[view] = (float(uv[0]), float(uv[1]))

    def clear(self, key: str) -> None:
        if key in self.clicks:
            self._remember()
            del self.clicks[key]

    def clear_all(self) -> None:
        if self.clicks:
            self._remember()
            self.clicks = {}

    def undo(self) -> str | None:
        """Take the last change back; returns the landmark it was about, or None when there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> str | None:
        return self._step(self._future, self._past)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def _remember(self) -> None:
        self._past.append({key: dict(both) for key, both in self.clicks.items()})
        self._future = []

    def _step(self, source: list[Clicks], sink: list[Clicks]) -> str | None:
        if not source:
            return None
        before, self.clicks = self.clicks, source.pop()
        sink.append(before)
        return next((key for key in KEYS if before.get(key) != self.clicks.get(key)), KEYS[0])

    def meeting(self, key: str) -> Meeting | None:
        """Where the two clicks of `key` meet, or None while one is missing."""
        both = self.clicks.get(key, {})
        if set(both) != set(VIEWS):
            return None
        return meeting(self.views["ap"], both["ap"], self.views["lateral"], both["lateral"])

    def positions(self) -> dict[str, Point]:
        """Every placed landmark: key -> (left, up, ant) mm, in the order of their ids."""
        found = {key: self.meeting(key) for key in KEYS}
        return {key: met.point for key, met in found.items() if met is not None}

    def line(self, key: str, view: str) -> np.ndarray | None:
        """The line (2, 2) in `view` on which the other view's click of `key` must lie, pixels; None without one."""
        uv = self.clicks.get(key, {}).get(other(view))
        if uv is None:
            return None
        reach = 0.5 * self.views[view].size * self.views[view].scale  # more than the picture is wide, in mm
        return epipolar(self.views[other(view)], uv, self.views[view], min(reach, 400.0 * self.views[view].scale))

    @property
    def changed(self) -> bool:
        """Whether there is a placed landmark that `mark_saved` has not seen, or one that it saw is gone."""
        now = self.positions()
        return set(now) != set(self._saved) or any(
            max(abs(a - b) for a, b in zip(now[key], self._saved[key])) > 1e-6 for key in now
        )

    def mark_saved(self) -> None:
        self._saved = self.positions()

    def next_open(self, after: str) -> str | None:
        """The next landmark in the list that is not placed, from `after` on and round; None when all are."""
        at = KEYS.index(after) + 1
        return next((key for key in KEYS[at:] + KEYS[:at] if self.meeting(key) is None), None)

    def doubts(self) -> list[str]:
        """What looks wrong with the landmarks placed so far, a sentence each."""
        said = []
        for key in KEYS:
            met = self.meeting(key)
            if met is not None and met.residual_mm > FAR_MM:
                said.append(f"The two clicks of {the(key)} can hardly mean the same point.")
        return said + self.refusals()

    def refusals(self) -> list[str]:
        """Why a file of the landmarks placed so far would be refused when it is opened, a sentence each."""
        return [f"What is placed {fault}." for fault in faults(self.positions())]
