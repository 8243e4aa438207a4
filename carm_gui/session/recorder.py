"""The event stream on disk, always on. A recording is a folder:

- `events.jsonl`: one JSON object a line, the schema first; each line is one write to the system, so that a killed
  program loses at most the event it was writing. Decisions, steps, motions and marks are synced to the disk as well.
- `frames.u16`: pictures one after another, little-endian uint16, row by row, in units of sim.frame.LOG_SCALE. A line
  names its picture by `at`, the byte where it begins. Kept are: the picture a step was made on, single shots, saved
  ones, every pulse of a moving view and the first with each new view, technique or collimation. Further pulses differ
  by noise alone, which their index seeds: they leave their numbers, of which sim.carm makes the very same picture
  again. With `every_pulse` they are kept too (0.5 MB a pulse, 15 GB an hour of beam).
- `session.json`: versions, seeds, hashes, patient and settings (about.py), replaced whole.
- `where.json`: the scan's path, for this machine alone; it is never exported.
- `.lock`: held while the recording runs, so that a crashed one can be told from one under way.

Knows no Qt, and no person: a scan's name and path are taken out of every sentence.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from carm_gui.session.events import SessionEvent
from sim.frame import Frame
from sim.resource import data_dir, read_json

log = logging.getLogger(__name__)

SCHEMA = 2
SYNCED = {"decision", "step", "motion", "saved", "mark"}
EVENTS, FRAMES, SESSION, WHERE, LOCK = "events.jsonl", "frames.u16", "session.json", "where.json", ".lock"
THE_SCAN = "the scan"
LONE = "backslashreplace"
"""How half a surrogate pair is written, which a keyboard or a server may send and UTF-8 does not have: as JSON does."""


class Recorder:
    """Writes one session. A disk that is full or read-only ends the recording, not the rehearsal."""

    def __init__(
        self,
        folder: Path | None = None,
        about: dict[str, Any] | None = None,
        *,
        where: dict[str, Any] | None = None,
        hide: Iterable[str] = (),
        annotate: Callable[[SessionEvent], dict[str, Any]] | None = None,
        every_pulse: bool = False,
    ) -> None:
        """`folder` is made when the first event comes; None: a new one, named by the time (UTC), below the user's
        data folder. `about` becomes session.json, `where` where.json. `hide` are texts (a scan's name and path) that
        are written as "the scan". `annotate` adds fields to an event's data: what only the study may know of it."""
        self.folder = folder
        self._about, self._where = dict(about or {}), dict(where or {})
        self._hide = sorted({text for text in hide if len(text) > 2}, key=len, reverse=True)
        self._annotate, self._every_pulse = annotate, every_pulse
        self._events = self._frames = -1
        self._places: dict[int, int] = {}
        self._frames_end = 0
        self._last_view: tuple[Any, ...] | None = None
        self._begun = self._ended = False
        self._lock = threading.RLock()
        self._held: FileLock | None = None

    def write(self, event: SessionEvent) -> str | None:
        """Record `event`. Returns one sentence when the recording has just come to an end, else None."""
        with self._lock:
            if self._ended:
                return None
            try:
                if self._events < 0:
                    self._open()
                self._record(event)
            except OSError as problem:
                log.warning("recording ended", exc_info=True)
                self._end()
                reason = problem.strerror or str(problem)
                self._about["stopped"] = reason
                return f"The recording has stopped ({reason}); the rehearsal goes on unrecorded."
        return None

    def add(self, **about: Any) -> None:
        """Add to session.json; a disk that refuses is said with the next event."""
        with self._lock:
            self._about |= about
            if self._events >= 0 and not self._ended:
                self._try_about()

    def close(self) -> None:
        """The rehearsal has ended as it should."""
        with self._lock:
            begun, self._begun = self._begun, False
            if begun:  # one that the disk has stopped has not crashed either
                self._about["ended"] = now()
                self._try_about()
            self._end()

    def _end(self) -> None:
        self._ended = True
        for handle in (self._events, self._frames):
            if handle >= 0:
                try:
                    os.close(handle)
                except OSError:
                    log.warning("closing the recording", exc_info=True)
        self._events = self._frames = -1
        if self._held is not None:
            self._held.release()

    def _open(self) -> None:
        if self.folder is None:
            self.folder = _new_folder(data_dir("sessions"))
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
        held = FileLock(self.folder / LOCK)
        held.acquire(timeout=0)
        self._held, self._begun = held, True
        if self._where:
            write_whole(self.folder / WHERE, self._where)
        self._about = {"schema": SCHEMA, "program": "carm", "started": now(), "ended": None} | self._about
        self._write_about()
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._frames = os.open(self.folder / FRAMES, flags, 0o644)
        self._events = os.open(self.folder / EVENTS, flags, 0o644)
        self._line({"schema": SCHEMA, "program": "carm", "started": self._about["started"]})

    def _write_about(self) -> None:
        write_whole(self.folder / SESSION, self._hidden(self._about))

    def _try_about(self) -> None:
        try:
            self._write_about()
        except OSError:
            log.warning("session.json", exc_info=True)

    def _record(self, event: SessionEvent) -> None:
        data = plain(event.data)
        if self._annotate is not None:
            data |= self._annotate(event)
        frame = event.data.get("frame")
        if isinstance(frame, Frame):
            if self._is_worth(event, frame):
                self._keep(frame)
            if frame.index in self._places:
                data["frame"]["at"] = self._places[frame.index]
        self._line({"seq": event.seq, "t": round(event.t, 6), "kind": event.kind, "data": self._hidden(data)})
        if event.kind in SYNCED:
            os.fsync(self._frames)
            os.fsync(self._events)
            if not os.fstat(self._events).st_nlink:
                raise FileNotFoundError(errno.ENOENT, "its folder was deleted")
        if event.kind == "model" and event.data.get("info") is not None:
            self._about["model"] = plain(event.data["info"]) | {"state": event.data.get("state")}
            self._write_about()

    def _hidden(self, value: Any) -> Any:
        if not self._hide:
            return value
        if isinstance(value, str):
            for text in self._hide:
                value = value.replace(text, THE_SCAN)
            return value
        if isinstance(value, dict):
            return {key: self._hidden(item) for key, item in value.items()}
        return [self._hidden(item) for item in value] if isinstance(value, list) else value

    def _is_worth(self, event: SessionEvent, frame: Frame) -> bool:
        if self._every_pulse or event.kind in ("step", "saved") or event.data.get("shot") or frame.moving:
            return True
        return _view(frame) != self._last_view

    def _line(self, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
        _append(self._events, text.encode(errors=LONE))

    def _keep(self, frame: Frame) -> None:
        if frame.index in self._places:
            return
        pixels = frame.pixels.astype("<u2", copy=False).tobytes()
        _append(self._frames, pixels)
        self._places[frame.index] = self._frames_end
        self._frames_end += len(pixels)
        self._last_view = _view(frame) if not frame.moving else None


def _view(frame: Frame) -> tuple[Any, ...]:
    """All that a picture depends on but its noise."""
    return (frame.pose, frame.pixels.shape, frame.kvp, frame.ma, frame.pulse_ms, frame.blades_mm)


def unfinished(parent: Path | None = None) -> Path | None:
    """The newest recording below `parent` (default: the user's sessions) that neither ended nor is under way: what a
    crash has left behind, unless it was put aside (`put_aside`)."""
    parent = parent or data_dir("sessions")
    for folder in sorted((file.parent for file in parent.glob(f"*/{SESSION}")), reverse=True):
        about = about_of(folder)
        if about and not (about.get("ended") or about.get("aside") or under_way(folder)):
            return folder
    return None


def under_way(folder: Path) -> bool:
    """Whether a program records into `folder` now (or its lock cannot be looked at)."""
    held = FileLock(folder / LOCK)
    try:
        held.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    held.release()
    return False


def put_aside(folder: Path, why: str) -> None:
    """Never offer `folder` again; its recording stays as it is. A disk that refuses keeps nobody from rehearsing."""
    about = about_of(folder)
    try:
        if about:
            write_whole(folder / SESSION, about | {"aside": why})
    except OSError:
        log.warning("putting a recording aside", exc_info=True)


def plain(value: Any) -> Any:
    """`value` as JSON takes it. Frames become their description without the pixels."""
    if isinstance(value, Frame):
        named = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.name != "pixels"}
        return plain(named) | {"time": round(value.time, 4), "size": list(value.pixels.shape)}
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
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return str(value)


def _append(handle: int, data: bytes) -> None:
    """All of `data` or nothing: what a full disk took of it is taken back."""
    view = memoryview(data)
    written = 0
    try:
        while written < len(data):
            took = os.write(handle, view[written:])
            if not took:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written += took
    except OSError:
        if written:
            os.ftruncate(handle, os.fstat(handle).st_size - written)
        raise


def write_whole(file: Path, value: dict[str, Any]) -> None:
    """Write `value` as JSON into `file`, whole or not at all. Raises OSError."""
    fresh = file.with_suffix(".tmp")
    fresh.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8", errors=LONE)
    os.replace(fresh, file)


def about_of(folder: Path) -> dict[str, Any]:
    """What session.json of a recording says; nothing where it cannot be read."""
    return read_json(folder / SESSION)


def where_of(folder: Path) -> dict[str, Any]:
    """Paths on the machine that recorded it; nothing elsewhere."""
    return read_json(folder / WHERE)


def now() -> str:
    """The time (UTC) as recordings and runs have it, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _new_folder(parent: Path) -> Path:
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            continue
    raise OSError(f"There is no free name left in {parent}.")
