"""What of a patient can be imaged at all: views and targets that lie outside the scanned volume. Knows no
model; its sentences are all that a session learns of where a landmark is."""

from __future__ import annotations

import numpy as np

from sim.landmarks import the
from sim.patient.patient import Patient, PatientError

FARTHEST_OUTSIDE_MM = 50.0
"""A view's isocentre may lie this far outside the volume, no farther."""


def check_view(patient: Patient, isocentre: tuple[float, float, float]) -> None:
    """Raises PatientError when a view centred on `isocentre` (left, up, ant; mm) would show nothing but
    air."""
    outside = patient.distance_outside_mm(np.array(isocentre))
    if not np.all(np.isfinite(isocentre)) or outside > FARTHEST_OUTSIDE_MM:
        where = ", ".join(f"{value:g}" for value in isocentre)
        raise PatientError(
            f"The view's centre ({where}) lies {outside:.0f} mm outside the volume of {patient.name}; "
            f"at most {FARTHEST_OUTSIDE_MM:g} mm can be shown."
        )


def landmark_position(patient: Patient, key: str) -> tuple[float, float, float]:
    """Where landmark `key` lies (left, up, ant; mm). Raises PatientError when the patient has no such
    landmark or it lies too far outside the volume to be shown."""
    if not patient.landmarks:
        raise PatientError(f"{patient.name} has no landmarks; give them with --landmarks FILE, or a view with --at.")
    if key not in patient.landmarks:
        raise PatientError(f"{the(key, capital=True)} is not among the landmarks of {patient.name}.")
    position = tuple(float(value) for value in patient.landmarks[key])
    check_view(patient, position)
    return position


def targets_outside(patient: Patient) -> dict[str, str]:
    """For each landmark known to lie outside the volume, the sentence that refuses it as a target."""
    sentences = {}
    for key, position in patient.landmarks.items():
        outside = patient.distance_outside_mm(np.array(position))
        if outside > 0.0:
            sentences[key] = f"{the(key, capital=True)} lies {outside:.0f} mm outside the volume of {patient.name}."
    return sentences
