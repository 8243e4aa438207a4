"""A recording read back: what session.json says, the lines, the pictures. Knows the files' form (recorder.py) and no
event's meaning.

A last line that was cut off by a crash is dropped; a line broken anywhere else is said, with its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from carm_gui.session.recorder import EVENTS, FRAMES, SCHEMA, about_of, where_of


class RecordingError(ValueError):
    """A recording that cannot be read; the message is one sentence."""


LARGEST_SIDE = 4096
"""Of a picture that is read back, pixels: the largest that `carm render` makes."""


@contextmanager
def damage_said(folder: Path) -> Iterator[None]:
    """What is read of the recording in `folder` may have any form: whatever that leads to is a RecordingError."""
    try:
        yield
    except RecordingError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
        raise RecordingError(f"{folder} holds what no rehearsal writes; the recording is damaged.") from problem


@dataclass(frozen=True)
class Line:
    """One event as recorded: `data` is plain JSON (events.py says what is in it)."""

    seq: int
    t: float
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """One session on disk. `about` is session.json; `cut` is True when a crash took a part of the last line."""

    folder: Path
    about: dict[str, Any]
    lines: tuple[Line, ...]
    cut: bool = False
    _places: dict[int, tuple[int, tuple[int, int]]] = field(default_factory=dict, repr=False)

    @property
    def seconds(self) -> float:
        """From the making of the session to its last event."""
        return self.lines[-1].t if self.lines else 0.0

    @property
    def trial(self) -> dict[str, Any]:
        """What the study's protocol says of this trial; empty outside a study."""
        return self.about.get("trial") or {}

    def of(self, *kinds: str) -> list[Line]:
        return [line for line in self.lines if line.kind in kinds]

    @property
    def kept(self) -> tuple[int, ...]:
        """Indices of the frames whose picture was kept, in order."""
        return tuple(sorted(self._places))

    def pixels(self, index: int) -> np.ndarray | None:
        """The picture of frame `index`, uint16 (h, w), read-only; None when it was not kept or is not all there."""
        if index not in self._places:
            return None
        at, (height, width) = self._places[index]
        try:
            with open(self.folder / FRAMES, "rb") as file:
                file.seek(at)
                raw = file.read(2 * height * width)
        except (OSError, ValueError):
            return None
        if len(raw) != 2 * height * width:
            return None
        return np.frombuffer(raw, dtype="<u2").reshape(height, width)

    @property
    def where(self) -> dict[str, Any]:
        """Paths on the machine that recorded it; empty elsewhere."""
        return where_of(self.folder)


def read(folder: Path) -> Recording:
    """The recording in `folder`. Raises RecordingError."""
    folder = Path(folder)
    file = folder / EVENTS
    if not folder.is_dir():
        raise RecordingError(f"There is no folder {folder}.")
    if not file.is_file():
        raise RecordingError(f"{folder} is not a recording: it has no {EVENTS}.")
    try:
        texts = file.read_bytes().split(b"\n")
    except OSError as problem:
        raise RecordingError(f"{file} cannot be read: {problem.strerror}.") from problem
    cut = bool(texts.pop())
    rows = []
    for number, text in enumerate(texts, 1):
        try:
            row = json.loads(text)
            if not isinstance(row, dict):
                raise ValueError
        except ValueError:
            if number == len(texts):
                cut = True
                break
            raise RecordingError(f"{file}, line {number}, is not a JSON object; the recording is damaged.") from None
        rows.append(row)
    if not rows or "schema" not in rows[0]:
        raise RecordingError(f"{file} does not begin with its schema; it is not a recording of this program.")
    if rows[0]["schema"] != SCHEMA:
        raise RecordingError(
            f"{folder} was recorded in schema {rows[0]['schema']}; this version reads schema {SCHEMA}."
        )
    with damage_said(folder):
        lines = tuple(Line(int(r["seq"]), float(r["t"]), str(r["kind"]), dict(r["data"])) for r in rows[1:])
        return Recording(folder, about_of(folder), lines, cut, _places(lines))


def _places(lines: tuple[Line, ...]) -> dict[int, tuple[int, tuple[int, int]]]:
    places = {}
    for line in lines:
        frame = line.data.get("frame")
        if isinstance(frame, dict) and "at" in frame:
            at, (height, width) = int(frame["at"]), map(int, frame["size"])
            if at < 0 or not (0 < height <= LARGEST_SIDE and 0 < width <= LARGEST_SIDE):
                raise ValueError
            places[int(frame["index"])] = (at, (height, width))
    return places


def find(folder: Path) -> list[Path]:
    """Every recording in or below `folder`, in the order of their paths. Raises RecordingError when there is none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise RecordingError(f"There is no folder {folder}.")
    found = sorted(file.parent for file in folder.rglob(EVENTS))
    if not found:
        raise RecordingError(f"There is no recording in {folder}: no {EVENTS} in it or below.")
    return found
