"""The device: how it moves, and one pulse at a time. Knows no window and no model.

Where it may stand is in sim.limits, how a motion runs in sim.travel. The pulses' technique and automatic exposure are
those of sim.technique and sim.xray.aec, the blades sim.collimator's, the picture sim.xray's, the dose sim.dose's.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import astuple, replace
from functools import cached_property

import numpy as np

from sim import collimator
from sim import dose as dosimetry
from sim.frame import Dose, Frame
from sim.geometry import isocentre_spacing_mm
from sim.limits import Bounds, Limits
from sim.pose import CArmPose, MotionCommand
from sim.technique import Technique
from sim.travel import Travel, times
from sim.xray import aec
from sim.xray.detector import Detector, Exposure
from sim.xray.projector import Projector

PATH_CHECKS = 24
NO_SIGNAL = 30.0
"""-ln(I/I0) behind a blade: nothing."""
RUNNING_PULSES = 2.5
"""A pause of this many pulses ends a series: automatic exposure then settles anew."""


class MotionRefused(ValueError):  # noqa: N818
    """A motion or a pose that the device does not allow; the message is one sentence."""


def read_pulse(
    detector: Detector,
    signal: np.ndarray,
    seed: int | np.random.Generator,
    exposure: Exposure,
    blades: collimator.Blades | None,
) -> np.ndarray:
    """What `detector` reads of one pulse, uint16 (h, w), from the primary -ln(I/I0), float32 (h, w), through the
    collimator: nothing comes through the blades, and the picture is 0 there."""
    pixels = detector.expose(collimator.blanked(signal, blades, NO_SIGNAL), seed, exposure)
    return collimator.blanked(pixels, blades)


class CArm:
    """A C-arm over one patient. Every method may be called from any thread; `halt` never waits for a picture.

    `detector` reads the pulses, each made with the `technique` of that moment and standing for 1/pulse_rate s of
    fluoroscopy; `exposure`, `pulse_rate` and `auto` are the technique at the start (sim.technique, sim.xray.aec),
    `blades_mm` the collimator's opening.
    `dose` and `first_frame` are where an earlier rehearsal, which this one continues, has left off.
    Raises MotionRefused when `pose` itself is not allowed."""

    def __init__(
        self,
        projector: Projector,
        pose: CArmPose,
        *,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        detector: Detector | None = None,
        exposure: Exposure | None = None,
        size: int = 512,
        pulse_rate: float = 8.0,
        auto: bool = False,
        blades_mm: collimator.Blades | None = None,
        seed: int = 0,
        dose: Dose | None = None,
        first_frame: int = 0,
    ):
        self.projector = projector
        self.limits = limits
        self.detector = detector or Detector()
        start = exposure or Exposure()
        self._technique = Technique(start.kvp, start.ma, start.pulse_ms, float(pulse_rate), auto)
        self._blades = collimator.opening(blades_mm)
        self._thickness: float | None = None
        self._pulsed = -math.inf
        self.size = size
        self.seed = seed
        self._lock = threading.Lock()
        self._pose = pose
        self._travel: Travel | None = None
        self._elapsed = 0.0
        self._velocity: MotionCommand | None = None
        self._blocked: str | None = None
        self._dose = dose or Dose()
        self._frames = first_frame
        if problem := self._forbidden(pose):
            raise MotionRefused(problem)

    @property
    def pose(self) -> CArmPose:
        return self._pose

    @property
    def technique(self) -> Technique:
        """What the next pulse is made with; with automatic exposure voltage and current follow from pulse to pulse."""
        return self._technique

    def set_technique(self, **what: float | bool) -> Technique:
        """Change `kvp`, `ma`, `pulse_rate` or `auto` from the next pulse on (Technique.changed), and return the
        technique. Raises TechniqueError with one sentence."""
        with self._lock:
            self._technique = self._technique.changed(**what)
            self._thickness = None
            return self._technique

    @property
    def blades(self) -> collimator.Blades | None:
        """The collimator's opening for the next pulse, mm at the isocentre (width, height); None is the open field."""
        return self._blades

    def collimate(self, blades_mm: collimator.Blades | None) -> collimator.Blades | None:
        """Open the collimator to `blades_mm` from the next pulse on, and return what it then is; no X-ray is made.
        Raises CollimatorError with one sentence."""
        self._blades = collimator.opening(blades_mm)
        return self._blades

    @property
    def exposure(self) -> Exposure:
        """The next pulse."""
        return self._technique.exposure

    @property
    def pulse_rate(self) -> float:
        """Pulses a second."""
        return self._technique.pulse_rate

    @property
    def next_frame(self) -> int:
        """The index of the next picture; it seeds the picture's noise together with `seed`."""
        return self._frames

    @property
    def target(self) -> CArmPose | None:
        """Where the motion under way will end; None at rest and while driven."""
        travel = self._travel
        return travel.target if travel else None

    @property
    def moving(self) -> bool:
        return self._travel is not None or self._velocity is not None

    @property
    def blocked(self) -> str | None:
        """Why the last drive stopped by itself, one sentence; None when it did not."""
        return self._blocked

    @property
    def dose(self) -> Dose:
        return self._dose

    def refusal(self, motion: MotionCommand) -> str | None:
        """One sentence when a limit, the volume's edge or a collision on the way forbids `motion`, else
        None."""
        origin = self._pose
        if not all(map(math.isfinite, astuple(motion))):
            return "That motion is not a number; give its amounts in mm and degrees."
        end = origin.moved(motion)
        if problem := self._forbidden(end):
            return problem
        for n in range(1, PATH_CHECKS):
            if touch := self._bounds.collision(origin.moved(times(motion, n / PATH_CHECKS))):
                return f"On the way there {touch}; move the view or choose another angle first."
        return None

    def seconds(self, motion: MotionCommand) -> float:
        """How long `motion` takes."""
        return 0.0 if motion.is_zero else Travel.plan(self._pose, motion, self.limits).seconds

    def start(self, motion: MotionCommand) -> None:
        """Begin `motion`; `advance` carries it out. Raises MotionRefused with the sentence of `refusal`, or
        when a motion is under way."""
        with self._lock:
            self._refuse_while_moving()
            if problem := self.refusal(motion):
                raise MotionRefused(problem)
            self._blocked = None
            if not motion.is_zero:
                self._elapsed = 0.0
                self._travel = Travel.plan(self._pose, motion, self.limits)

    def drive(
        self,
        left_mm_s: float = 0.0,
        up_mm_s: float = 0.0,
        ant_mm_s: float = 0.0,
        primary_deg_s: float = 0.0,
        secondary_deg_s: float = 0.0,
    ) -> None:
        """Move on at these speeds (at most those of the limits) until the next call; all zero stops. At a
        limit the drive stops by itself and `blocked` says why. Raises MotionRefused during a motion that
        `start` began."""
        shift, turn = self.limits.speed_mm_s, self.limits.speed_deg_s
        wanted = (left_mm_s, up_mm_s, ant_mm_s, primary_deg_s, secondary_deg_s)
        tops = (shift, shift, shift, turn, turn)
        if not all(map(math.isfinite, wanted)):
            raise MotionRefused("That speed is not a number; give it in mm/s and degrees/s.")
        velocity = MotionCommand(*(max(-top, min(top, speed)) for speed, top in zip(wanted, tops, strict=True)))
        with self._lock:
            if self._travel is not None:
                self._refuse_while_moving()
            self._blocked = None
            self._velocity = None if velocity.is_zero else velocity

    def advance(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        with self._lock:
            if self._travel is not None:
                self._elapsed += max(0.0, dt)
                self._pose = self._travel.at(self._elapsed)
                if self._elapsed >= self._travel.seconds:
                    self._travel = None
            elif self._velocity is not None:
                self._drive_on(max(0.0, dt))

    def halt(self) -> None:
        """Stop where it stands, at once; what was left of the motion is dropped."""
        with self._lock:
            self._travel = None
            self._velocity = None

    def expose(self, fast: bool = False) -> Frame:
        """One pulse at the present pose: the picture, and its dose added. `fast` for a moving C-arm."""
        with self._lock:
            pose, moving, index, technique = self._pose, self.moving, self._frames, self._technique
            blades = self._blades
            self._frames += 1
        at = time.monotonic()
        signal = self.projector.render(pose, self.size, fast, technique.kvp)
        if technique.auto:
            technique, signal = self._settle(technique, signal, pose, fast, at, blades)
        exposure = technique.exposure
        with self._lock:
            pulse = dosimetry.of_pulse(exposure, 1.0 / technique.pulse_rate, collimator.at_detector(blades))
            self._dose = total = self._dose + pulse
        pixels = self._read(signal, index, exposure, blades)
        made_with = (exposure.kvp, exposure.ma, exposure.pulse_ms)
        return Frame(pixels, isocentre_spacing_mm(self.size), pose, index, at, total, moving, *made_with, blades)

    def picture(
        self,
        pose: CArmPose,
        index: int,
        fast: bool = False,
        exposure: Exposure | None = None,
        blades_mm: collimator.Blades | None = None,
    ) -> np.ndarray:
        """What pulse number `index` reads at `pose` with `exposure` (None: the next pulse's) through `blades_mm` (None:
        the open field), uint16 (size, size), read-only; no dose, nothing moves. The same arguments give the same
        picture."""
        exposure = exposure or self.exposure
        return self._read(self.projector.render(pose, self.size, fast, exposure.kvp), index, exposure, blades_mm)

    def _read(self, signal: np.ndarray, index: int, exposure: Exposure, blades: collimator.Blades | None) -> np.ndarray:
        pixels = read_pulse(self.detector, signal, np.random.default_rng((self.seed, index)), exposure, blades)
        pixels.setflags(write=False)
        return pixels

    def _settle(
        self,
        technique: Technique,
        signal: np.ndarray,
        pose: CArmPose,
        fast: bool,
        at: float,
        blades: collimator.Blades | None,
    ) -> tuple[Technique, np.ndarray]:
        """Automatic exposure: the technique of this pulse and its picture. In a running series this pulse is made as
        the one before asked for; the first pulse after a pause, and a single shot, are settled by a test pulse, which
        counts no dose."""
        through = aec.field_transmission(signal, collimator.window(blades, signal.shape))
        seen = aec.thickness_g_cm2(through, technique.kvp)
        running = at - self._pulsed < RUNNING_PULSES / technique.pulse_rate
        if not running or self._thickness is None:
            settled = aec.follow(seen, technique.pulse_rate)
            if settled.kvp != technique.kvp:
                signal = self.projector.render(pose, self.size, fast, settled.kvp)
            technique = replace(technique, kvp=settled.kvp, ma=settled.ma, pulse_ms=settled.pulse_ms)
            self._thickness = seen
        self._thickness = aec.approach(self._thickness, seen, technique.pulse_rate)
        coming = aec.follow(self._thickness, technique.pulse_rate)
        self._pulsed = at
        with self._lock:
            if self._technique.auto:
                ahead = {"kvp": coming.kvp, "ma": coming.ma, "pulse_ms": coming.pulse_ms}
                self._technique = replace(self._technique, **ahead)
        return technique, signal

    @cached_property
    def _bounds(self) -> Bounds:
        return Bounds(self.projector.patient, self.limits)

    def _forbidden(self, pose: CArmPose) -> str | None:
        """One sentence when the device may not stand at `pose`."""
        return self._bounds.forbidden(pose)

    def _refuse_while_moving(self) -> None:
        if self.moving:
            raise MotionRefused("The C-arm is still moving; wait until it stands, or halt it.")

    def _drive_on(self, dt: float) -> None:
        velocity, origin = self._velocity, self._pose
        problem = self._forbidden(origin.moved(times(velocity, dt)))
        if problem is None:
            self._pose = origin.moved(times(velocity, dt))
            return
        free, blocked = 0.0, dt
        for _ in range(16):
            middle = 0.5 * (free + blocked)
            if self._forbidden(origin.moved(times(velocity, middle))):
                blocked = middle
            else:
                free = middle
        self._pose = origin.moved(times(velocity, free))
        self._velocity = None
        self._blocked = problem
