"""Whether landmarks lie as in a person: right and left, head and feet, front and back, and the scale.

A file that names the wrong frame, swaps the sides or counts in centimetres would otherwise be read without a word and
turn every direction round. Only what holds in everyone is asked; arms may lie anywhere. The scale is that of
population.py's mean person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import dist

from sim.landmarks import the
from sim.patient.patient import PatientError
from sim.patient.population import mean_coronal

PAIRS = ("humeral_head", "scapular_inferior_angle", "hemidiaphragm")
_MIDLINE = ("t1", "carina", "t12")
_TRUNK = ("skull", *_MIDLINE, *(f"{side}_{part}" for part in PAIRS for side in ("right", "left")))
_SPINE_DOWN = ("skull", "t1", "carina", "t12")
_ABOVE = [
    *combinations(_SPINE_DOWN, 2),
    *((f"{side}_humeral_head", f"{side}_scapular_inferior_angle") for side in ("right", "left")),
]
_SCALE_RANGE = (0.3, 3.0)
"""Of the mean person: a newborn to beyond a giant; centimetres would be 0.1."""

Points = Mapping[str, tuple[float, float, float]]


def check_likeness(marks: Points, name: str) -> None:
    """Raises PatientError, one sentence, when `marks` (key -> (left, up, ant) in mm), called `name`, cannot be those of
    one person."""
    for fault in _scale_faults(marks):
        raise PatientError(f"{name} {fault}.")
    for fault in _place_faults(marks):
        raise PatientError(f"{name} {fault}, or it names the wrong frame.")


def faults(marks: Points) -> list[str]:
    """All that `check_likeness` refuses `marks` for, without the frame of a file: "has the skull below T1: two names
    are swapped"."""
    return [*_scale_faults(marks), *_place_faults(marks)]


def _place_faults(marks: Points) -> Iterator[str]:
    for left, right in _left_of():
        if left in marks and right in marks and marks[left][0] <= marks[right][0]:
            yield f"has {the(left)} to the right of {the(right)}: its sides are swapped"
    for above, below in _ABOVE:
        if above in marks and below in marks and marks[above][1] <= marks[below][1]:
            yield f"has {the(above)} below {the(below)}: two names are swapped"
    for side in ("right", "left"):
        dome = f"{side}_hemidiaphragm"
        if dome in marks and "t12" in marks and marks[dome][2] <= marks["t12"][2]:
            yield f"has {the(dome)} behind T12: front and back are exchanged"


def _left_of() -> list[tuple[str, str]]:
    """(more to the left, more to the right) in everyone."""
    pairs = [(f"left_{part}", f"right_{part}") for part in PAIRS]
    # One side alone is told by the midline; the dome's top may lie near it.
    lateral = ("humeral_head", "scapular_inferior_angle")
    return [
        *pairs,
        *((f"left_{part}", middle) for part in lateral for middle in _MIDLINE),
        *((middle, f"right_{part}") for part in lateral for middle in _MIDLINE),
    ]


def _scale_faults(marks: Points) -> Iterator[str]:
    mean = mean_coronal()
    pairs = list(combinations([key for key in _TRUNK if key in marks], 2))
    if not pairs:
        return
    usual = sum(dist(mean[a], mean[b]) for a, b in pairs)
    scale = sum(dist(marks[a][:2], marks[b][:2]) for a, b in pairs) / usual
    if not _SCALE_RANGE[0] <= scale <= _SCALE_RANGE[1]:
        size = f"{100 * scale:.2g} % of" if scale < 1 else f"{scale:.0f} times"
        yield (
            f"spreads its landmarks over {size} what they span in an adult: its lengths are not in mm, or a point is "
            "misplaced"
        )
