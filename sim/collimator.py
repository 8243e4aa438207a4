"""The collimator: two pairs of blades that close symmetrically about the central ray. Knows no patient and no tube.

An opening is `blades_mm`, (width, height) in mm at the isocentre, along the picture's own axes (u, v), so that it turns
with the arm; None is the open field. What the blades cover gets no dose, makes no scatter, and is 0 in the picture, as
the blanked border of a console's picture is; `Frame.blades_mm` tells it from air.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.geometry import DETECTOR_MM, FIELD_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, isocentre_spacing_mm

LEAST_MM = 30.0
SNAP_MM = 3.0
STEP_MM = 20.0
"""By how much one press of a key closes or opens each pair, mm."""

Blades = tuple[float, float]


class CollimatorError(ValueError):
    """An opening that the collimator does not have; the message is one sentence."""


def opening(blades_mm: Sequence[float] | None) -> Blades | None:
    """`blades_mm` as the device takes it: two plain numbers, or None for the open field (both pairs right out). Raises
    CollimatorError in one sentence."""
    if blades_mm is None:
        return None
    try:
        width, height = (float(value) for value in blades_mm)
    except (TypeError, ValueError):
        raise CollimatorError(
            "The collimator takes a width and a height in mm at the isocentre, or nothing for the open field."
        ) from None
    for value in (width, height):
        if not LEAST_MM <= value <= FIELD_MM:
            raise CollimatorError(
                f"The collimator opens from {LEAST_MM:g} to {math.floor(FIELD_MM)} mm at the isocentre; "
                f"{value:g} mm is outside it."
            )
    return None if min(width, height) >= FIELD_MM else (width, height)


def within(width_mm: float, height_mm: float) -> Blades | None:
    """The opening nearest to a wish, in whole mm, within SNAP_MM of its end right out: where a dragged blade stands."""

    def nearest(value: float) -> float:
        return FIELD_MM if value >= FIELD_MM - SNAP_MM else max(LEAST_MM, float(round(value)))

    return opening((nearest(width_mm), nearest(height_mm)))


def stepped(blades_mm: Blades | None, step: int) -> Blades | None:
    """+1 tighter, -1 wider by STEP_MM on each pair, 0 the open field; it ends at the collimator's own limits."""
    if step == 0:
        return None
    width, height = blades_mm or (FIELD_MM, FIELD_MM)
    return within(width - STEP_MM * step, height - STEP_MM * step)


def at_detector(blades_mm: Blades | None) -> Blades:
    """Width and height of the field at the detector, mm."""
    if blades_mm is None:
        return DETECTOR_MM, DETECTOR_MM
    larger = SDD_MM / SOURCE_TO_ISOCENTRE_MM
    return blades_mm[0] * larger, blades_mm[1] * larger


def window(blades_mm: Blades | None, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a picture of `shape` (h, w) whose centres lie in the opening."""
    width, height = blades_mm or (FIELD_MM, FIELD_MM)
    return _between(height, shape[0]), _between(width, shape[1])


def blanked(picture: np.ndarray, blades_mm: Blades | None, fill: float = 0) -> np.ndarray:
    """`picture` (h, w), or with closed blades a copy of it with `fill` wherever they cover it."""
    if blades_mm is None:
        return picture
    rows, columns = window(blades_mm, picture.shape)
    result = np.full_like(picture, fill)
    result[rows, columns] = picture[rows, columns]
    return result


def shown(uv: np.ndarray, blades_mm: Blades | None, shape: tuple[int, int]) -> np.ndarray:
    """Whether points (n, 2), as (u, v) in pixels, lie in the opening of a picture of `shape` (h, w); bool (n,)."""
    rows, columns = window(blades_mm, shape)
    u, v = np.asarray(uv, float).T
    across = (u >= columns.start - 0.5) & (u <= columns.stop - 0.5)
    return across & (v >= rows.start - 0.5) & (v <= rows.stop - 0.5)


def words(blades_mm: Blades | None) -> str:
    """ "120 × 90 mm", or "open field"."""
    return "open field" if blades_mm is None else f"{blades_mm[0]:.0f} × {blades_mm[1]:.0f} mm"


def _between(length_mm: float, pixels: int) -> slice:
    half, middle = 0.5 * length_mm / isocentre_spacing_mm(pixels), 0.5 * (pixels - 1)
    first = max(0, math.ceil(middle - half - 1e-9))
    return slice(first, pixels - first)
