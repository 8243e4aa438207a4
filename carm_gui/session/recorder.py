"""The event stream on disk: `events.jsonl`, one JSON object a line, and lossless pictures beside it.

The first line names the schema. Pictures are kept where they matter: those a step was made on, single shots
and saved ones, as 16-bit PNG in units of sim.frame.LOG_SCALE. Every line is flushed; decisions, steps and
motions are synced as well. Knows no Qt, and no person: nothing but what the session says.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carm_gui.session.events import SessionEvent
from sim.frame import Frame
from sim.resource import data_dir

log = logging.getLogger(__name__)

SCHEMA = 1
SYNCED = {"decision", "step", "motion", "saved"}


class Recorder:
    """Writes one session. A disk that is full or read-only ends the recording, not the rehearsal."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is made when the first event comes; None: a new one, named by the time (UTC), below the
        user's data folder."""
        self.folder = folder
        self._file = None
        self._kept: set[int] = set()
        self._ended = False

    def write(self, event: SessionEvent) -> str | None:
        """Record `event`. Returns one sentence when the recording has just come to an end, else None."""
        if self._ended:
            return None
        try:
            if self._file is None:
                self._open()
            picture = _picture_of(event)
            if picture is not None:
                self._keep(picture)
            line = {"seq": event.seq, "t": round(event.t, 4), "kind": event.kind, "data": plain(event.data)}
            self._line(line)
            if event.kind in SYNCED:
                os.fsync(self._file.fileno())
        except OSError as problem:
            log.warning("recording ended", exc_info=True)
            self.close()
            reason = problem.strerror or str(problem)
            return f"The recording has stopped ({reason}); the rehearsal goes on unrecorded."
        return None

    def close(self) -> None:
        self._ended = True
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                log.warning("closing the recording", exc_info=True)

    def _open(self) -> None:
        if self.folder is None:
            self.folder = _new_folder(data_dir("sessions"))
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._file = open(self.folder / "events.jsonl", "w", encoding="utf-8")  # noqa: SIM115
        self._line({"schema": SCHEMA, "program": "carm", "started": _utc().isoformat(timespec="seconds")})

    def _line(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def _keep(self, frame: Frame) -> None:
        if frame.index in self._kept:
            return
        from PIL import Image

        path = self.folder / picture_name(frame.index)
        path.parent.mkdir(exist_ok=True)
        # compress_level 1: the live picture waits for this, and noise does not compress anyway.
        Image.fromarray(frame.pixels).save(path, format="PNG", compress_level=1)
        self._kept.add(frame.index)


def picture_name(index: int) -> str:
    """Where the picture of frame `index` lies below the recording's folder."""
    return f"frames/{index:06d}.png"


def plain(value: Any) -> Any:
    """`value` as JSON takes it. Frames become their description without the pixels."""
    if isinstance(value, Frame):
        return {
            "index": value.index,
            "time": round(value.time, 4),
            "pose": plain(value.pose),
            "spacing_mm": value.spacing_mm,
            "size": list(value.pixels.shape),
            "dose": plain(value.dose),
            "moving": value.moving,
        }
    if hasattr(value, "as_dict"):
        return plain(value.as_dict())
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def _picture_of(event: SessionEvent) -> Frame | None:
    """The picture worth keeping with `event`, if any."""
    if event.kind in ("step", "saved") or (event.kind == "frame" and event.data.get("shot")):
        return event.data.get("frame")
    return None


def _utc() -> datetime:
    return datetime.now(UTC)


def _new_folder(parent: Path) -> Path:
    name = _utc().strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue
    raise OSError(f"There is no free name left in {parent}.")
