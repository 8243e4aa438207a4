"""Voxel values as Hounsfield units: what can be mended is mended and said, what cannot is refused with the reason.

Knows arrays alone: no file and no orientation. Air is -1000, water 0 (G. N. Hounsfield, Br. J. Radiol. 46 (1973)
1016); a clinical CT stores 12 bits with an intercept of -1024 (DICOM PS3.3 C.8.2.1).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import binary_dilation

from sim.patient.patient import PatientError

AIR_HU = -1000
AIR_BELOW_HU = -980
"""Whatever is thinner than this is air, exactly AIR_HU: the projector skips it, and noise in air adds nothing."""
HU_RANGE = (-1024, 3071)
"""What 12 bits with an intercept of -1024 hold, the range of a clinical CT."""
MIN_SLICES = 3
_ZERO_BASED = 1024
_MOST_METAL = 0.02
_WRAPPED = 60000
"""A 16-bit value from here on is a negative one (padding such as -2048) that was read as unsigned."""


def clean_hu(volume: np.ndarray, name: str = "The volume") -> tuple[np.ndarray, tuple[str, ...]]:
    """Values (I, J, K) as HU int16, and a sentence for each thing that was mended.

    Clipped to HU_RANGE; air and padding are exactly AIR_HU. Mended: CT numbers that count from 0 (less 1024), voxels
    that are not numbers where they surround the picture, negative values read as unsigned. Raises PatientError for
    what cannot be HU: nothing like air or fat, nothing like tissue, grey values scaled to 0..1 or 0..255, holes of
    NaN within the body. `volume` is left alone.
    """
    if volume.ndim != 3 or min(volume.shape) < MIN_SLICES:
        raise PatientError(f"{name} has the shape {by(volume.shape)}; a CT volume is needed.")
    notes: list[str] = []
    coarse = volume[tuple(slice(None, None, max(1, n // 96)) for n in volume.shape)].astype(np.float32)
    if volume.dtype.kind == "f" and not all(np.isfinite(part).all() for part in _slabs(volume)):
        notes.append(_mend_missing(coarse, name))
    wrapped = volume.dtype != np.int16 and bool((coarse >= _WRAPPED).any())
    if wrapped:
        coarse[coarse >= _WRAPPED] -= 65536
        notes.append(f"{name} holds negative values that were stored as unsigned; they were turned back.")
    zero_based = _counts_from_zero(coarse)
    if zero_based:
        coarse -= _ZERO_BASED
        notes.append(
            f"{name} counts its CT numbers from 0 (no rescale intercept); {_ZERO_BASED} was taken off to make them "
            "Hounsfield units."
        )
    else:
        _refuse_other_units(coarse[np.isfinite(coarse)], volume.dtype, name)
    hu = np.empty_like(volume, dtype=np.int16)  # keeps the memory order
    clipped = 0
    for part, into in zip(_slabs(volume), _slabs(hu)):
        if part.dtype.kind == "f":
            air = AIR_HU + _ZERO_BASED * zero_based
            part = np.nan_to_num(part, nan=air, posinf=air, neginf=air)
        if wrapped:
            part = np.where(part >= _WRAPPED, part.astype(np.int64) - 65536, part)
        if zero_based:
            part = part.astype(np.float32 if part.dtype.kind == "f" else np.int32) - _ZERO_BASED
        clipped += int((part > HU_RANGE[1] + 1).sum())
        part = np.clip(part, *HU_RANGE)
        into[...] = np.rint(part) if part.dtype.kind == "f" else part
        into[into < AIR_BELOW_HU] = AIR_HU
    if clipped:
        notes.append(
            f"{clipped:,} voxel{'s' * (clipped > 1)} above {HU_RANGE[1]} HU (metal) were set to {HU_RANGE[1]}."
        )
    return hu, tuple(notes)


def _mend_missing(coarse: np.ndarray, name: str) -> str:
    """Set the voxels of `coarse` that are not numbers to air. Raises PatientError when most of what lies beside them
    is body: a hole in the patient and no surround."""
    missing = ~np.isfinite(coarse)
    beside = coarse[binary_dilation(missing) & ~missing]
    if missing.all() or not missing.any() or (len(beside) and np.mean(beside > -200) > 0.5):
        raise PatientError(
            f"{name} holds voxels within the body that are not numbers (NaN or infinite); export it again."
        )
    coarse[missing] = np.nan
    share = 100 * missing.mean()
    much = f"{share:.0f} %" if share >= 1 else "Under 1 %"
    return f"{much} of the voxels of {name} were not numbers; around the body they count as air."


def _counts_from_zero(coarse: np.ndarray) -> bool:
    """Whether values look like CT numbers stored from 0: nothing at HU of air or lung, air near 0, and a narrow crowd
    of soft tissue about 1024."""
    values = coarse[np.isfinite(coarse)]
    values = values[values > -1020]  # padding may lie below
    if not len(values) or np.mean((values > -1015) & (values < -30)) > 0.002:
        return False
    thick = values[(values > 500) & (values < 2000)]
    if len(thick) < 0.03 * len(values) or np.mean((values > -30) & (values < 500)) < 0.005:
        return False
    counts, edges = np.histogram(thick, bins=np.arange(500, 2001, 25))
    crowd = edges[int(counts.argmax())]
    return 850 <= crowd <= 1175 and np.mean(np.abs(thick - crowd) < 150) > 0.4


def _refuse_other_units(values: np.ndarray, kind: np.dtype, name: str) -> None:
    low, high = float(values.min()), float(values.max())
    if kind.kind == "f" and low >= -1.01 and high <= 1.01:
        raise PatientError(
            f"{name} holds values from {low:g} to {high:g}: its Hounsfield units were scaled away; export the CT "
            "before it was normalised."
        )
    fat = np.mean((values > -160) & (values < -40))
    # A crop from inside the body has no air but some fat.
    airless = low > -200 and not (fat > 0.01 and np.mean(np.abs(values) < 200) > 0.3)
    # Metal is never so much of a body: another scale, or padding that counts as the densest there is.
    dense = np.mean(values > HU_RANGE[1] + 1) > _MOST_METAL
    if airless or high < -200 or dense or kind.itemsize == 1:
        hint = "a picture of 8 bits; " if kind.itemsize == 1 or (low >= 0 and high <= 255) else ""
        raise PatientError(
            f"{name} holds values from {low:g} to {high:g}, which are not Hounsfield units (air -1000, "
            f"water 0); {hint}export the CT with its rescale slope and intercept."
        )


def _slabs(volume: np.ndarray) -> Iterator[np.ndarray]:
    """Views that walk through a volume along its slowest axis: the clean-up then needs no second volume."""
    axis = int(np.argmax(np.abs(volume.strides)))
    slowest = np.moveaxis(volume, axis, 0)
    return (slowest[at : at + 16] for at in range(0, len(slowest), 16))


def by(shape: tuple[int, ...]) -> str:
    """A shape as words: "512 x 512 x 133"."""
    return " x ".join(str(n) for n in shape)
