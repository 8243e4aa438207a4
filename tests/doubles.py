"""Stand-ins for tests: a cheap picture instead of the projector, a script instead of a language model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.session import Session
from inference.commands import Action
from inference.models.interface import Cancelled, ModelInfo, Request
from inference.prompts import navigate_reply, reason_x, reason_y
from sim.carm import CArm
from sim.patient.patient import Patient
from sim.pose import CArmPose

TORSO = {
    "skull": (0.0, 150.0, 10.0),
    "right_humeral_head": (-90.0, 20.0, 0.0),
    "left_humeral_head": (90.0, 20.0, 0.0),
    "t1": (0.0, 0.0, 0.0),
    "carina": (5.0, -60.0, 20.0),
    "right_hemidiaphragm": (-60.0, -110.0, 20.0),
    "left_hemidiaphragm": (60.0, -130.0, 20.0),
    "t12": (0.0, -200.0, 0.0),
}
"""Landmarks of a box of water (left, up, ant; mm): those of head and trunk, no arms."""


def small_patient(landmarks: dict[str, tuple[float, float, float]] | None = None) -> Patient:
    """A box of water, 400 x 600 x 240 mm about the origin, on a 20 mm grid."""
    affine = np.diag([20.0, 20.0, 20.0, 1.0])
    affine[:3, 3] = (-190.0, -290.0, -110.0)
    return Patient("box", np.zeros((20, 30, 12), np.int16), affine, landmarks or {"t1": (0.0, 0.0, 0.0)})


class FakeProjector:
    """A blob that lies where the patient's origin would be: it moves with the pose, and costs nothing.

    `seconds` is how long a picture takes; `rendered` lists the (pose, fast) asked for.
    """

    def __init__(self, patient: Patient | None = None, seconds: float = 0.0) -> None:
        self.patient = patient or small_patient()
        self.seconds = seconds
        self.rendered: list[tuple[CArmPose, bool]] = []

    def render(self, pose: CArmPose, size: int = 512, fast: bool = False, kvp: float | None = None) -> np.ndarray:
        self.rendered.append((pose, fast))
        if self.seconds:
            time.sleep(self.seconds)
        mm = (np.arange(size, dtype=np.float32) - 0.5 * (size - 1)) * (215.0 / size)
        across = np.exp(-(((mm + pose.left_mm) / 25.0) ** 2), dtype=np.float32)
        down = np.exp(-(((mm - pose.up_mm) / 25.0) ** 2), dtype=np.float32)
        return 2.0 + 1.5 * down[:, None] * across[None, :]


Answer = str | Exception | Callable[[Request], str]


class ScriptedModel:
    """Answers each request with the next line of the script: a reply's text, an exception to raise, or a
    function of the request. When the script is used up the last line stands. `delay` is the time between two
    pieces; `requests` lists what was asked, `cancels` counts the cancels. `hold` (an Event) keeps every reply
    after its first piece until it is set."""

    def __init__(self, *script: Answer, delay: float = 0.0, piece: int = 12, state: str = "ready") -> None:
        self.script: list[Answer] = list(script)
        self.delay, self.piece = delay, piece
        self.name, self.info = "test double", ModelInfo("test double")  # the window shows it
        self.state, self.problem, self.note = state, "", ""
        self.requests: list[Request] = []
        self.cancels = 0
        self.hold: threading.Event | None = None
        self.streaming = threading.Event()
        self._cancel = threading.Event()

    def stream(self, request: Request) -> Iterator[str]:
        self._cancel.clear()
        self.requests.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        text = answer(request) if callable(answer) else answer
        self.streaming.set()
        try:
            for start in range(0, max(len(text), 1), self.piece):
                if self._cancel.wait(self.delay):
                    raise Cancelled
                yield text[start : start + self.piece]
                while self.hold is not None and not self.hold.is_set():
                    if self._cancel.wait(0.005):
                        raise Cancelled
        finally:
            self.streaming.clear()

    def cancel(self) -> None:
        self.cancels += 1
        self._cancel.set()

    def close(self) -> None:
        self.cancel()


def move_reply(
    x: str = "CENTER",
    extent_x: str = "NONE",
    y: str = "CENTER",
    extent_y: str = "NONE",
    context: str = "t1",
    target: str = "skull",
) -> str:
    """A valid navigation reply with reasons that agree with its tokens."""
    return navigate_reply(
        context, x, extent_x, y, extent_y,
        reason_x(context, target, x, extent_x), reason_y(context, target, y, extent_y),
    )  # fmt: skip


ARRIVED = move_reply()


class EventLog:
    """A listener that remembers, and waits for what is to come."""

    def __init__(self) -> None:
        self.events: list = []
        self._new = threading.Condition()

    def __call__(self, event) -> None:
        with self._new:
            self.events.append(event)
            self._new.notify_all()

    def of(self, kind: str) -> list:
        return [event for event in self.events if event.kind == kind]

    def notes(self) -> str:
        return " | ".join(event.data["text"] for event in self.of("note"))

    def states(self) -> list[str]:
        return [event.data["state"] for event in self.of("state")]

    def wait_for_any(self, after: int, timeout: float = 30.0):
        """The first mark or state after seq `after`."""

        def match(event) -> bool:
            return event.seq > after and event.kind in ("mark", "state")

        with self._new:
            if not self._new.wait_for(lambda: any(map(match, self.events)), timeout):
                raise AssertionError(f"nothing happened after {after}")
            return next(filter(match, self.events))

    def wait_for(self, kind: str, /, timeout: float = 30.0, after: int = 0, **fields):
        """The first event of `kind` with these data fields and a seq above `after`; fails when none comes."""

        def match(event) -> bool:
            return (
                event.kind == kind
                and event.seq > after
                and all(event.data.get(name) == value for name, value in fields.items())
            )

        with self._new:
            self._new.wait_for(lambda: any(map(match, self.events)), timeout)
            for event in self.events:
                if match(event):
                    return event
        seen: Sequence[str] = [f"{e.seq} {e.kind} {str(e.data)[:90]}" for e in self.events if e.kind != "frame"]
        raise AssertionError(f"no {kind} {fields} after {after}; saw:\n" + "\n".join(seen[-30:]))


def align(session, key: str = "skull") -> None:
    session.submit(Action("align", landmark=key))


def rehearse(folder, spec: str = "virtual", beam: bool = False, **about):
    """A real session, recorded into `folder`, that went to the skull and arrived; it goes on until it is closed. With
    its log."""
    carm, log = CArm(FakeProjector(), CArmPose(), size=64), EventLog()
    model = ScriptedModel(move_reply(y="UP", extent_y="SMALL", target="skull"), ARRIVED)
    session = Session(carm, model, recorder=recorder_for(carm, Case(spec), folder, **about), beam=beam)
    session.listen(log)
    session.start()
    session.submit_text("align to the skull")
    log.wait_for("state", state="waiting")
    session.submit(Action("accept"))
    log.wait_for("arrived")
    return session, log


def stays(session, pose: CArmPose, seconds: float = 0.15) -> None:
    """The C-arm is still there after a while, and stands."""
    time.sleep(seconds)
    assert session.carm.pose == pose
    assert not session.carm.moving
