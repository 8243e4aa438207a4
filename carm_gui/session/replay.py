"""A recording played back: recorded lines turned into the very events that the window takes, a clock that runs at any
speed, and the places worth jumping to. Needs no model, no projector and no GPU. Knows no Qt.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, get_type_hints

import numpy as np
from pydantic import TypeAdapter, ValidationError

from carm_gui.session.budget import Budget, Spent
from carm_gui.session.events import SessionEvent, SessionStatus
from carm_gui.session.recording import Line, Recording, RecordingError, damage_said
from inference.commands import Action
from inference.models.interface import ModelInfo
from inference.step import Proposal, Step
from sim.frame import Dose, Frame
from sim.landmarks import BY_KEY
from sim.pose import CArmPose
from sim.technique import Technique
from sim.xray.exposure import Exposure

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
PASSING = frozenset({"frame", "pose", "dose"})
"""Of these only the latest before a jump's goal is shown."""
FORMS: dict[str, Any] = {
    "action": Action,
    "step": Step,
    "proposal": Proposal | None,
    "dose": Dose,
    "technique": Technique,
    "info": ModelInfo,
    "from": CArmPose,
    "to": CArmPose,
    "pose": CArmPose,
    "landmarks": tuple[str, ...],
    "options": tuple[str, ...],
    "blades_mm": tuple[float, float] | None,
}


@dataclass(frozen=True)
class Spot:
    """Where a target usually lies from the view's centre, as a step's `expected` has it; mm."""

    left_mm: float
    up_mm: float


FORMS |= {"regions": dict[str, dict[str, float]] | None, "expected": Spot | None, "budget": Budget, "spent": Spent}
NOTHING = 64
"""Side of the black picture that stands for one that is not there, pixels."""


@dataclass(frozen=True)
class Moment:
    """A place to jump to: seconds from the beginning and what happened, in a few words."""

    t: float
    text: str
    kind: str


def revive(line: Line, recording: Recording, shown: np.ndarray | None = None) -> SessionEvent:
    """`line` as the session once said it. `shown` is the picture on show before, for a pulse whose own was not kept."""
    data = dict(line.data)
    try:
        for name, form in FORMS.items():
            if name in data and not (name == "landmarks" and data[name] is None):
                data[name] = adapter(form).validate_python(data[name])
        if isinstance(data.get("frame"), dict):
            data["frame"] = _frame(data["frame"], recording, shown)
    except (ValidationError, KeyError, TypeError) as problem:
        reason = str(problem).splitlines()[0]
        raise RecordingError(f"Event {line.seq} ({line.kind}) cannot be read back: {reason}.") from problem
    return SessionEvent(line.seq, line.t, line.kind, data)


@lru_cache(maxsize=64)
def adapter(form: Any) -> TypeAdapter:
    return TypeAdapter(form)


def _frame(data: dict[str, Any], recording: Recording, shown: np.ndarray | None) -> Frame:
    pixels = recording.pixels(int(data["index"]))
    if pixels is None:
        pixels = shown
    if pixels is None:
        pixels = np.zeros((NOTHING, NOTHING), np.uint16)
    hints = get_type_hints(Frame)
    rest = {
        f.name: adapter(hints[f.name]).validate_python(data[f.name])
        for f in fields(Frame)
        if f.name != "pixels" and f.name in data
    }
    return Frame(pixels, **rest)


class Played:
    """Stands where the window expects a session: it shows what was, and does nothing. `tell` takes the sentence that
    says so; `status` is the player's."""

    def __init__(self, player: Player, tell: Callable[[str], None]) -> None:
        self._player, self._tell = player, tell
        device = player.recording.about.get("device") or {}
        exposure = adapter(Exposure).validate_python(device.get("exposure") or {})
        auto, rate = bool(device.get("auto", False)), float(device.get("pulse_rate", 8.0))
        technique = Technique(exposure.kvp, exposure.ma, exposure.pulse_ms, rate, auto)
        self.carm = SimpleNamespace(
            exposure=exposure,
            technique=technique,
            pulse_rate=rate,
            pose=player.start_pose,
            dose=Dose(),
            moving=False,
            target=None,
        )

    @property
    def status(self) -> SessionStatus:
        return self._player.status

    def halt(self) -> None:
        """Esc has nothing to halt here."""

    def jog(self, *_way: float) -> None:
        """The picture's keys move nothing here."""

    def mark(self, *_what: object, **_more: object) -> None:
        """A recording is not written to."""

    def _refuse(self, *_what: object, **_more: object) -> None:
        self._tell("This is a replay: what is shown is over, and nothing can be done in it.")

    submit = submit_text = reject = correct = ask_again = arm = disarm = beam = set_technique = collimate = _refuse


class Player:
    """A recording with a clock. `t` is where it stands, `status` what the session's status was there.

    `advance(dt)` lets playing time pass and gives the events that fall into it; `seek(t)` gives all events from the
    beginning to `t`, passing ones thinned out, for a window that starts afresh. Take them all before the next call."""

    def __init__(self, recording: Recording) -> None:
        if not recording.lines:
            raise RecordingError(f"{recording.folder} holds no event yet; there is nothing to replay.")
        self.recording = recording
        self.t, self.speed = 0.0, 1.0
        with damage_said(recording.folder):
            self.status = SessionStatus(pose=self.start_pose, model="ready")
            self.moments = moments(recording)
        self._times = [line.t for line in recording.lines]
        self._next = 0
        self._shown: np.ndarray | None = None
        self._proposal: Step | None = None

    @property
    def seconds(self) -> float:
        return self.recording.seconds

    @property
    def start_pose(self) -> CArmPose:
        kept = self.recording.about.get("device", {}).get("start_pose")
        return adapter(CArmPose).validate_python(kept) if kept else CArmPose()

    @property
    def at_end(self) -> bool:
        return self._next >= len(self._times)

    def advance(self, dt: float, thin: bool = False) -> Iterator[SessionEvent]:
        """Let `dt` seconds pass on the wall, times `speed` in the recording. `status` follows event by event; `thin`
        leaves out pictures, poses and doses that are superseded in the same stretch."""
        self.t = min(self.t + dt * self.speed, self.seconds)
        begin, self._next = self._next, bisect.bisect_right(self._times, self.t)
        return self._events(begin, self._next, thin)

    def seek(self, t: float) -> Iterator[SessionEvent]:
        """Stand at `t`. Of pictures, poses and doses only the latest comes; the rest is whole and in order."""
        self.t = max(0.0, min(t, self.seconds))
        end = bisect.bisect_right(self._times, self.t)
        self._shown, self._proposal = None, None
        self.status = SessionStatus(pose=self.start_pose, model="ready")
        lines = self.recording.lines
        shown = next((i for i in range(end - 1, -1, -1) if "at" in (lines[i].data.get("frame") or {})), None)
        if shown is not None:
            self._shown = self.recording.pixels(int(lines[shown].data["frame"]["index"]))
        self._next = end
        return self._events(0, end, thin=True)

    def _events(self, begin: int, end: int, thin: bool) -> Iterator[SessionEvent]:
        lines = self.recording.lines
        newest = {lines[i].kind: i for i in range(begin, end) if lines[i].kind in PASSING}
        for i in range(begin, end):
            if not thin or lines[i].kind not in PASSING or newest[lines[i].kind] == i:
                with damage_said(self.recording.folder):
                    event = self._play(i)
                yield event

    def step(self, way: int) -> float:
        """Where the next (+1) or the previous (-1) moment lies, seconds."""
        times = [moment.t for moment in self.moments]
        if way > 0:
            return next((t for t in times if t > self.t + 1e-6), self.seconds)
        return next((t for t in reversed(times) if t < self.t - 1e-6), 0.0)

    def _play(self, index: int) -> SessionEvent:
        event = revive(self.recording.lines[index], self.recording, self._shown)
        data = event.data
        if event.kind == "frame":
            self._shown = data["frame"].pixels
        elif event.kind == "pose":
            self.status = replace(self.status, pose=data["pose"])
        elif event.kind == "dose":
            self.status = replace(self.status, dose=data["dose"])
        elif event.kind == "collimator":
            self.status = replace(self.status, blades_mm=data["blades_mm"])
        elif event.kind == "beam":
            self.status = replace(self.status, beam_on=bool(data["on"]))
        elif event.kind == "step" and data["kind"] == "navigation" and data["step"].proposal is not None:
            self._proposal = data["step"]
        elif event.kind == "state":
            offered = data["state"] == "waiting" and str(data["message"]).startswith("Proposed: ")
            self.status = replace(
                self.status,
                state=data["state"],
                message=data["message"] or "",
                proposal=self._proposal if offered else None,
            )
        return event


def moments(recording: Recording) -> tuple[Moment, ...]:
    """What a viewer wants to jump to: steps, decisions, motions' starts, shots, halts and marks."""
    found = []
    for line in recording.lines:
        text = _moment(line)
        if text:
            found.append(Moment(line.t, text, line.kind))
    return tuple(found)


def _moment(line: Line) -> str:
    data = line.data
    match line.kind:
        case "step":
            if data.get("kind") == "navigation":
                target = BY_KEY.get(data.get("target") or "")
                return f"Step {data['step']['number']}" + (f" toward {target.title}" if target else "")
            return {"localization": "Where are we?", "correction": "Looked again"}.get(data.get("kind"), "Reply")
        case "decision":
            return "Accepted" if data.get("accepted") else "Rejected"
        case "motion" if data.get("phase") == "started":
            return "Jog" if data.get("message") == "Jog." else str(data.get("message", "Motion"))
        case "motion" if data.get("phase") == "refused":
            return "Motion refused"
        case "frame" if data.get("shot"):
            return "Shot"
        case "state" if data.get("outcome") == "halted":
            return "Halted"
        case "arrived":
            return "The model says it has arrived"
        case "mark":
            return str(data.get("name", "mark")).replace("_", " ").capitalize()
    return ""
