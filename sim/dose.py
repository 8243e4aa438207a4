"""Dose of one pulse: air kerma at the reference point, dose-area product, beam-on time. Knows no patient.

The reference point lies on the central ray, 15 cm from the isocentre toward the focal spot, and kerma there counts no
backscatter (ICRP Publication 120, 2012, glossary: reference air kerma, after IEC 60601-2-43). So it depends on the
technique alone, which automatic exposure lets follow the patient (sim.xray.aec). All of it is simulated, and no record
of a real exposure.
"""

from __future__ import annotations

from sim.frame import Dose
from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM
from sim.xray.exposure import Exposure
from sim.xray.spectrum import spectrum

REFERENCE_MM = SOURCE_TO_ISOCENTRE_MM - 150.0
"""Distance of the reference point from the focal spot."""


def air_kerma_mgy(exposure: Exposure, distance_mm: float = REFERENCE_MM) -> float:
    """Air kerma of one pulse at `distance_mm` from the focal spot: SpekPy's kerma per mAs at 1 m times mAs
    and the inverse square of the distance."""
    return spectrum(exposure.kvp).kerma_ugy / 1000.0 * exposure.mas * (1000.0 / distance_mm) ** 2


def dap_gycm2(exposure: Exposure, field_mm: tuple[float, float] = (DETECTOR_MM, DETECTOR_MM)) -> float:
    """Dose-area product of one pulse whose field at the detector is `field_mm` wide and high. Kerma falls
    with the square of the distance as the area grows, so it is the same at every distance."""
    area_cm2 = field_mm[0] * field_mm[1] / 100.0
    return air_kerma_mgy(exposure, SDD_MM) / 1000.0 * area_cm2


def of_pulse(exposure: Exposure, beam_on_s: float, field_mm: tuple[float, float] = (DETECTOR_MM, DETECTOR_MM)) -> Dose:
    """Dose of one pulse that stands for `beam_on_s` of fluoroscopy: the time the pedal is down, 1/8 s at 8 pulses a
    second, whatever the length of the pulse. DICOM's irradiation event lasts so too, from the user's start to the stop
    with the switching in between (PS3.3 C.7.6.1.1.7, on pulsed fluoroscopy). `field_mm` is the field at the detector: a
    collimated one lowers the dose-area product, and the air kerma in the beam not at all."""
    return Dose(air_kerma_mgy(exposure), dap_gycm2(exposure, field_mm), beam_on_s, 1)
