"""One pulse of the tube. Compiles nothing, so that a window can show a technique before any picture can be made."""

from __future__ import annotations

from dataclasses import dataclass

from sim.geometry import SDD_MM

KVP_RANGE = (50, 120)
DEFAULT_KVP = 90.0


@dataclass(frozen=True)
class Exposure:
    """One pulse: tube voltage kVp, current mA, length ms. The default is a pulse of adult chest
    fluoroscopy."""

    kvp: float = DEFAULT_KVP
    ma: float = 10.0
    pulse_ms: float = 8.0

    @property
    def mas(self) -> float:
        return self.ma * self.pulse_ms / 1000.0

    def quanta_per_mm2(self) -> float:
        """Noise-equivalent quanta per mm2 at the unattenuated detector (inverse square from 1 m)."""
        from sim.xray.spectrum import spectrum

        return spectrum(self.kvp).quanta_per_mm2 * self.mas * (1000.0 / SDD_MM) ** 2
