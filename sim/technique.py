"""The technique: what the next pulse is made with, and what the console may set it to. Knows no picture.

`CArm.technique` is one of these; `CArm.set_technique(...)` and `Session.set_technique(...)` change it (for the
widgets of the strip: carm_gui/views/technique.py), and the session's "technique" event and `SessionStatus.technique`
carry it. All of it is simulated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sim.xray.exposure import KVP_RANGE, Exposure

MA_RANGE = (0.5, 120.0)
PULSE_RATES = (1.0, 30.0)
PULSE_MS = (1.0, 20.0)
AEC_KVP = (70.0, 110.0)
"""What automatic exposure may choose: the voltages that the model was trained on."""
AEC_MS = 8.0
RATE_LIMIT_MGY_MIN, LIMIT_BEFORE_DETECTOR_MM = 88.0, 300.0
"""Air kerma rate that no fluoroscopy exceeds, 30 cm in front of the detector (US 21 CFR 1020.32(d), C-arms)."""


class TechniqueError(ValueError):
    """A technique that the generator does not have; the message is one sentence."""


@dataclass(frozen=True)
class Technique:
    """Tube voltage kVp, current during a pulse mA, length of a pulse ms, pulses a second, and whether automatic
    exposure chooses voltage and current. Raises TechniqueError outside the ranges above."""

    kvp: float = Exposure.kvp
    ma: float = Exposure.ma
    pulse_ms: float = Exposure.pulse_ms
    pulse_rate: float = 8.0
    auto: bool = False

    def __post_init__(self) -> None:
        ranges = (
            ("tube voltage", self.kvp, KVP_RANGE, "kV"),
            ("tube current", self.ma, MA_RANGE, "mA"),
            ("pulse length", self.pulse_ms, PULSE_MS, "ms"),
        )
        for what, value, (low, high), unit in ranges:
            if not (math.isfinite(value) and low <= value <= high):
                raise TechniqueError(f"The {what} goes from {low:g} to {high:g} {unit}; {value:g} is outside it.")
        if not (math.isfinite(self.pulse_rate) and self.pulse_rate > 0):
            raise TechniqueError(f"{self.pulse_rate:g} is no pulse rate; choose 1 to 30 a second.")

    @property
    def exposure(self) -> Exposure:
        """One pulse."""
        return Exposure(self.kvp, self.ma, self.pulse_ms)

    def changed(
        self,
        kvp: float | None = None,
        ma: float | None = None,
        pulse_rate: float | None = None,
        auto: bool | None = None,
    ) -> Technique:
        """As the console sets it: a voltage or current set by hand takes over from automatic exposure, unless `auto` is
        set as well; pulses 1 to 30 a second. Raises TechniqueError in one sentence."""
        if pulse_rate is not None and not PULSE_RATES[0] <= pulse_rate <= PULSE_RATES[1]:
            low, high = PULSE_RATES
            raise TechniqueError(f"The pulse rate goes from {low:g} to {high:g} a second, not {pulse_rate:g}.")
        if auto is None:
            auto = self.auto and kvp is None and ma is None
        wanted = {"kvp": kvp, "ma": ma, "pulse_rate": pulse_rate}
        if auto and not self.auto:
            wanted["pulse_ms"] = AEC_MS
        return replace(self, auto=auto, **{name: float(value) for name, value in wanted.items() if value is not None})
