"""The device thread: advances the C-arm, fires the pulses, jogs. Knows no model, no words and no window.

Nothing runs while the C-arm stands still with the beam off: the thread then sleeps on a condition. Pulses are due at
equal times, whenever the one before came; what cannot be rendered in time is skipped, never queued. `halt` is exact:
`begin` and `halt` pass the same gate, and a ticket taken before a halt starts nothing after it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.carm import CArm, MotionRefused
from sim.collimator import Blades
from sim.frame import Frame
from sim.pose import CArmPose, MotionCommand

log = logging.getLogger(__name__)

TICK_S = 1 / 30
"""Time between pose events while moving: 30 a second, a smooth glide."""
LONGEST_TICK_S = 0.1
"""A slow picture never makes the C-arm leap: it moves on by at most this much time at once."""
CATCH_UP_S = 0.1
"""Pulses of a moving C-arm that are no later than this are still made, one after the other; of a standing one, whose
pictures differ by their noise alone, one pulse is."""
JOG_MM_S = 40.0
"""Speed of the view on each axis while an arrow key is held: half the device's own."""
JOG_DEG_S = 10.0
"""Speed of the arm's angles while their key is held: half the device's own."""
STILL = (0.0, 0.0, 0.0, 0.0, 0.0)
"""No jog: toward the patient's left, the head, the front, LAO, cranial."""


class Halted(Exception):  # noqa: N818  a way out of the work under way, not an error
    """A halt came after the ticket for this work was taken."""


@dataclass(frozen=True)
class Motion:
    """A motion under way: where it began, whether it is a jog, and the ticket it began under."""

    start: CArmPose
    jog: bool
    ticket: int


def next_due(due: float, now: float, period: float, most_late: float) -> float:
    """When the pulse after the one that was `due` and is made `now` is due: a `period` after it was, however late it
    comes; a series that is more than `most_late` behind begins anew. All in seconds."""
    return now + period if now - due > most_late else due + period


class DeviceLoop:
    """Owns the C-arm's time. `post(kind, **data)` takes frame, dose, pose, beam and note events and gives them their
    place, `deliver()` hands out what is posted; `at_rest` is called when a motion ends by itself or a jog is released,
    `jog_began` when a jog starts to move, `fault` with one sentence when a motion could not be watched to its end."""

    def __init__(
        self,
        carm: CArm,
        *,
        post: Callable[..., None],
        deliver: Callable[[], None],
        at_rest: Callable[[Motion], None],
        fault: Callable[[str], None],
        jog_began: Callable[[Motion], None],
        realtime: bool = True,
    ) -> None:
        self.carm = carm
        self.beam_on = False
        self.latest: Frame | None = None
        self._still: Frame | None = None
        self._post, self._deliver, self._at_rest, self._jog_began = post, deliver, at_rest, jog_began
        self._fault = fault
        self._realtime = realtime
        self._gate = threading.Lock()
        self._ticket = 0
        self._motion: Motion | None = None
        self._wake = threading.Condition()
        self._jog, self._jogging, self._jog_locked = STILL, STILL, False
        self._shots_asked = self._shots_done = 0
        self._closing = False
        self._next_pulse = self._last_tick = 0.0
        self._thread = threading.Thread(target=self._run, name="carm-device", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self.halt()
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    @property
    def ticket(self) -> int:
        """Changes with every halt. Work that began under an older ticket must not go on."""
        return self._ticket

    def begin(self, motion: MotionCommand, ticket: int, origin: CArmPose) -> None:
        """Start `motion`, which is meant from `origin`. Raises Halted when a halt came since `ticket`, MotionRefused
        when the view is no longer there or the device will not."""
        with self._gate:
            if ticket != self._ticket:
                raise Halted
            if self.carm.pose != origin:
                raise MotionRefused("The view has changed meanwhile; say it again.")
            self.carm.start(motion)
            self._motion, self._last_tick = Motion(origin, False, ticket), time.monotonic()
            self._tell("started", origin, origin.moved(motion), motion.describe())
        with self._wake:
            self._wake.notify_all()

    def halt(self) -> None:
        """Stop at once, from any thread; what is posted of it is to be delivered by the caller."""
        with self._gate:
            self._ticket += 1
            self.carm.halt()
            interrupted, self._motion = self._motion, None
            if interrupted is not None:
                self._tell("halted", interrupted.start, self.carm.pose, "Halted in motion.")
            self._post("pose", pose=self.carm.pose, moving=False)
            # A key that is still held when the halt comes must not move the device again when it repeats.
            self._jog_locked = self._jog_locked or self._jog != STILL
            self._jog = self._jogging = STILL
        with self._wake:
            self._wake.notify_all()

    def beam(self, on: bool) -> None:
        with self._wake:
            self.beam_on = on
            self._next_pulse = 0.0
            self._wake.notify_all()
        self._emit("beam", on=on, pulse_rate=self.carm.pulse_rate)

    def set_technique(self, **what: Any) -> None:
        """Change kvp, ma, pulse_rate or auto (CArm.set_technique) and tell it. Raises TechniqueError."""
        before = self.carm.technique
        technique = self.carm.set_technique(**what)
        with self._wake:
            self._next_pulse = min(self._next_pulse, time.monotonic() + 1.0 / technique.pulse_rate)
            self._wake.notify_all()
        self._emit("technique", technique=technique)
        if technique.pulse_rate != before.pulse_rate:
            self._emit("beam", on=self.beam_on, pulse_rate=technique.pulse_rate)

    def collimate(self, blades_mm: Blades | None) -> None:
        """Open the collimator to `blades_mm` from the next pulse on (CArm.collimate) and tell it; no X-ray is made.
        Raises CollimatorError."""
        with self._gate:
            before = self.carm.blades
            blades = self.carm.collimate(blades_mm)
            if blades != before:
                self._post("collimator", blades_mm=blades)
        self._deliver()

    def jog(self, left: float, up: float, ant: float = 0, primary: float = 0, secondary: float = 0) -> None:
        """Held direction, -1 to +1 on each axis; all zero ends it."""
        way = (float(left), float(up), float(ant), float(primary), float(secondary))
        with self._gate:
            if way == STILL:
                self._jog_locked = False
            elif self._jog_locked:
                return
            self._jog = way
        with self._wake:
            self._wake.notify_all()

    def shoot(self) -> None:
        """Ask for one full-resolution picture; it comes as a frame event."""
        with self._wake:
            self._shots_asked += 1
            self._wake.notify_all()

    def picture(self, ticket: int, stop: Callable[[], bool]) -> Frame | None:
        """The latest full-resolution picture of the present pose at rest: with the beam on the one on show,
        with the beam off one shot, counted. None when no picture can be had; raises Halted on a halt. `stop`
        gives up early."""
        with self._wake:
            shot = 0
            if not self.beam_on:
                self._shots_asked += 1
                shot = self._shots_asked
                self._wake.notify_all()
            while True:
                if ticket != self._ticket:
                    raise Halted
                if self._closing or stop():
                    return None
                if shot and self._shots_done >= shot:
                    return self._still if self._is_present(self._still) else None
                if not shot and self._is_present(self._still):
                    return self._still
                if not shot and not self.beam_on:
                    return None
                self._wake.wait(0.1)

    def _tell(self, phase: str, start: CArmPose, goal: CArmPose, message: str) -> None:
        """Post a motion event; under the gate, so that starts and ends are told in the order in which they happen."""
        self._post("motion", **{"phase": phase, "from": start, "to": goal, "message": message})

    def _emit(self, kind: str, **data: Any) -> None:
        self._post(kind, **data)
        self._deliver()

    def _is_present(self, frame: Frame | None) -> bool:
        here = frame is not None and not self.carm.moving and frame.pose == self.carm.pose
        return here and frame.blades_mm == self.carm.blades

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._closing:
                    return
                wait = self._seconds_to_next()
                if wait is None or wait > 0:
                    self._wake.wait(wait)
                    continue
            try:
                self._steer_jog()
                self._tick()
                self._pulse()
            except Exception as problem:
                log.exception("device")
                self._give_up(problem)

    def _seconds_to_next(self) -> float | None:
        """Seconds until something is due, 0 for now, None for nothing at all."""
        if self._shots_done < self._shots_asked or self._jog != self._jogging:
            return 0.0
        now, due = time.monotonic(), []
        if self._motion is not None:
            due.append(self._last_tick + TICK_S if self._realtime else now)
        if self.beam_on:
            due.append(self._next_pulse)
        return max(0.0, min(due) - now) if due else None

    def _steer_jog(self) -> None:
        """Take up the direction that is held now: begin, turn or end a jog."""
        began = ended = None
        problem = ""
        with self._gate:
            way, self._jogging = self._jog, self._jog
            jogged = self._motion if self._motion is not None and self._motion.jog else None
            if way == STILL:
                if jogged is not None:
                    self.carm.halt()
                    self._motion, ended = None, jogged
                    self._post("pose", pose=self.carm.pose, moving=False)
                    self._tell("finished", jogged.start, self.carm.pose, "The C-arm stands still.")
            else:
                try:
                    self.carm.drive(*(w * JOG_MM_S for w in way[:3]), *(w * JOG_DEG_S for w in way[3:]))
                except MotionRefused as refused:
                    # Said once, and not done later: the key must be let go before it counts again.
                    problem, self._jog, self._jogging, self._jog_locked = str(refused), STILL, STILL, True
                else:
                    if jogged is None:
                        self._motion = began = Motion(self.carm.pose, True, self._ticket)
                        self._last_tick = time.monotonic()
                        self._tell("started", began.start, began.start, "Jog.")
        self._deliver()
        if began is not None:
            self._jog_began(began)
        if ended is not None:
            self._next_pulse = 0.0
            self._at_rest(ended)
        if problem:
            self._emit("note", text=problem, level="warning")

    def _tick(self) -> None:
        motion = self._motion
        if motion is None:
            return
        now = time.monotonic()
        if self._realtime:
            step = min(now - self._last_tick, LONGEST_TICK_S)
            if step < TICK_S and not (self.beam_on and now >= self._next_pulse):
                return  # a pulse is made of where the C-arm is then
        else:
            step = LONGEST_TICK_S
        self._last_tick = now
        self.carm.advance(step)
        with self._gate:
            if self._motion is not motion:
                return  # a halt came, and tells the last pose itself
            ended = not self.carm.moving
            if ended:
                self._motion = None
            if self._realtime or ended:
                self._post("pose", pose=self.carm.pose, moving=not ended)
            if ended:
                self._tell("finished", motion.start, self.carm.pose, "The C-arm stands still.")
        self._deliver()
        if ended:
            self._next_pulse = 0.0
            self._at_rest(motion)
            if motion.jog and self.carm.blocked:
                self._emit("note", text=self.carm.blocked, level="warning", limit=True)

    def _pulse(self) -> None:
        now = time.monotonic()
        asked = self._shots_asked
        if asked == self._shots_done and not (self.beam_on and now >= self._next_pulse):
            return
        shot = asked > self._shots_done
        period = 1.0 / self.carm.pulse_rate
        before = self.carm.technique
        fast = self._motion is not None and not shot
        self._next_pulse = next_due(self._next_pulse, now, period, max(period, CATCH_UP_S) if fast else period)
        frame = self.carm.expose(fast=fast)
        still = not fast and not frame.moving and self._is_present(frame)
        self.latest = frame
        with self._wake:
            if still:
                self._still = frame
            self._shots_done = asked
            self._wake.notify_all()
        self._emit("frame", frame=frame, still=still, shot=shot)
        self._emit("dose", dose=frame.dose)
        if self.carm.technique != before:
            self._emit("technique", technique=self.carm.technique)

    def _give_up(self, problem: Exception) -> None:
        """After a failure of projector or device: stand still, beam off, and say so."""
        with self._gate:
            self.carm.halt()
            moved = self._motion is not None
        with self._wake:
            self._shots_done = self._shots_asked
            was_on, self.beam_on = self.beam_on, False
            self._wake.notify_all()
        if was_on:
            self._emit("beam", on=False, pulse_rate=self.carm.pulse_rate)
        sentence = f"No picture could be made: {problem}"
        self._emit("note", text=sentence, level="error")
        if moved:
            self._fault(sentence)
