"""A motion under way: a straight line in the pose with a trapezoid of speed, all axes together. Knows no patient."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from sim.limits import Limits
from sim.pose import CArmPose, MotionCommand

SHORTEST_S = 1e-9  # amounts too small to divide by are over at once


@dataclass(frozen=True)
class Travel:
    """From `origin` to `target` in `seconds`: the speed rises evenly for `ramp` s, holds, and falls as it rose."""

    origin: CArmPose
    target: CArmPose
    motion: MotionCommand
    acceleration: float
    ramp: float
    seconds: float

    @classmethod
    def plan(cls, origin: CArmPose, motion: MotionCommand, limits: Limits) -> Travel:
        """`motion`, not zero, as fast as `limits` let it be."""
        shift = math.hypot(motion.left_mm, motion.up_mm, motion.ant_mm)
        turn = max(abs(motion.primary_deg), abs(motion.secondary_deg))
        even = max(shift / limits.speed_mm_s, turn / limits.speed_deg_s, SHORTEST_S)
        ramp = min(limits.ramp_s, math.sqrt(even * limits.ramp_s))
        seconds = even + limits.ramp_s if even > limits.ramp_s else 2 * ramp
        return cls(origin, origin.moved(motion), motion, 1.0 / (even * limits.ramp_s), ramp, seconds)

    def at(self, seconds: float) -> CArmPose:
        """The pose `seconds` after the start."""
        if seconds >= self.seconds:
            return self.target
        if seconds < self.ramp:
            share = 0.5 * self.acceleration * seconds**2
        elif seconds > self.seconds - self.ramp:
            share = 1.0 - 0.5 * self.acceleration * (self.seconds - seconds) ** 2
        else:
            share = self.acceleration * self.ramp * (seconds - 0.5 * self.ramp)
        return self.origin.moved(times(self.motion, share))


def times(motion: MotionCommand, factor: float) -> MotionCommand:
    """A share of `motion`."""
    return MotionCommand(*(amount * factor for amount in astuple(motion)))
