"""The pixels of a DICOM series as one volume: order, spacing, rescaling, padding and decompression.

Knows what a chosen series needs to become a grid, and every reason why it cannot; which slices belong to a series is
dicom_series' business. Decoders: pylibjpeg (JPEG 2000), pyjpegls (JPEG-LS) and GDCM (JPEG lossless and baseline),
which pydicom finds by itself; they run in a process of their own (decode.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.pixels import get_decoder
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000TransferSyntaxes, RLELossless

from sim.patient.decode import Decoder
from sim.patient.dicom_series import Series, Slice, chosen, examine
from sim.patient.grid_files import LPS_TO_PATIENT
from sim.patient.hu import AIR_HU, by
from sim.patient.patient import PatientError

_NEVER_HU = -3000
"""Stored values that become less than this are padding whatever the header says (-3024 is a usual one)."""


def read_stack(
    path: Path, choice: str | None, tell: Callable[[float, str], None] = lambda share, text: None
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], dict[str, object]]:
    """The series that `choice` names among those at `path`: values (I, J, K) int16 as rescaled, the affine (4, 4) into
    the patient frame, a sentence for whatever was set aside or mended, and facts without personal data."""
    name = path.name
    listing = examine(path, tell)
    series = chosen(listing.series, choice, name)
    notes = [listing.set_aside] if listing.set_aside else []
    with Decoder() as decoder:
        series, doubles = _without_doubles(series, decoder)
        ordered, affine = _stack(series, name)
        volume = _filled(ordered, decoder, tell)
    if doubles:
        notes.append(f"{doubles} slice{'s' * (doubles > 1)} stored twice with the same picture: counted once.")
    if series.facts.get("lossy"):
        notes.append(f"{name} was compressed with loss before it came here; fine detail may be missing.")
    a, b, c = series.spacing_mm
    facts = {
        **{key: value for key, value in series.facts.items() if key != "lossy"},
        "slices": len(ordered),
        "plane": series.plane,
        "spacing_mm": [round(a, 4), round(b, 4), round(c, 4)],
    }
    return volume.transpose(2, 1, 0), affine, tuple(notes), facts


def _filled(ordered: list[Slice], decoder: Decoder, tell: Callable[[float, str], None]) -> np.ndarray:
    """The slices as one volume (k, rows, columns) of int16."""
    volume = np.empty((len(ordered), *ordered[0].shape), np.int16)
    path_open, stored, padding = None, np.empty(0), np.empty(0)
    for k, item in enumerate(ordered):
        if k % 8 == 0:
            tell(k / len(ordered), f"Reading slices: {k} of {len(ordered)}")
        if path_open != item.path:
            path_open, (stored, padding) = item.path, _pixels(item.path, decoder)
        volume[k] = _rescaled(item, stored, padding)
    return volume


def _rescaled(item: Slice, stored: np.ndarray, padding: np.ndarray) -> np.ndarray:
    if item.frame is not None and stored.ndim == 3 and item.frame >= len(stored):
        raise PatientError(f"{item.path.name} has fewer pictures than its header says; copy it again.")
    whole = item.frame is None or stored.ndim == 2
    pixels, padded = (stored, padding) if whole else (stored[item.frame], padding[item.frame])
    if pixels.shape != item.shape:
        raise PatientError(f"{item.path.name} holds pixels of the shape {by(pixels.shape)}, not one grey slice.")
    if not (np.isfinite(item.slope) and np.isfinite(item.intercept)) or item.slope == 0:
        raise PatientError(f"{item.path.name} has a RescaleSlope of {item.slope:g}; export the series again.")
    values = np.rint(pixels * np.float32(item.slope) + np.float32(item.intercept))
    return np.where(padded | (values < _NEVER_HU), AIR_HU, np.clip(values, -32768, 32767))


def _without_doubles(series: Series, decoder: Decoder) -> tuple[Series, int]:
    """The series less the slices that repeat a place with the very same picture, and how many those were."""
    places: dict[float, Slice] = {}
    doubles = 0
    for item in sorted(series.slices, key=lambda one: one.number):
        at = round(item.depth, 2)
        if at not in places:
            places[at] = item
            continue
        one, other = (_rescaled(each, *_pixels(each.path, decoder)) for each in (places[at], item))
        if not np.array_equal(one, other):
            return series, 0
        doubles += 1
    if not doubles:
        return series, 0
    return Series(series.uid, series.number, series.description, tuple(places.values()), series.facts), doubles


def _stack(series: Series, name: str) -> tuple[list[Slice], np.ndarray]:
    """The slices in the order of their place along the slice normal, and the affine into the patient frame.
    Raises PatientError for slices that are missing, double, unevenly spaced, or shifted sideways (a tilted
    gantry)."""
    first = series.slices[0]
    normal = np.cross(first.along_row, first.along_column)
    ordered = sorted(series.slices, key=lambda item: float(item.position @ normal))
    places = np.array([item.position for item in ordered])
    depth = places @ normal
    gaps = np.diff(depth)
    usual = float(np.median(gaps[gaps > 1e-3])) if (gaps > 1e-3).any() else 0.0
    if gaps.min() < 0.1 * usual or usual < 1e-3:
        n = int((gaps < max(0.1 * usual, 1e-3)).sum())
        raise PatientError(
            f"{name} has {n} slice{'s' * (n > 1)} at the place of another (two phases or reconstructions "
            "in one series); give one of them alone."
        )
    drift = places - places[0] - np.outer(depth - depth[0], normal)
    sideways = np.linalg.norm(drift, axis=1).max()
    if sideways > min(first.pixel_mm):
        angle = np.rad2deg(np.arctan2(sideways, depth[-1] - depth[0]))
        raise PatientError(
            f"{name} was taken with the gantry tilted: the slices slide {angle:.1f} degrees sideways, a "
            "sheared volume; resample it to a square grid first."
        )
    if gaps.max() > 1.5 * usual:
        wide = int((gaps > 1.5 * usual).sum())
        where = int(np.argmax(gaps))
        places_said = "" if wide == 1 else f", the widest of {wide} gaps"
        raise PatientError(
            f"{name} lacks slices: a gap of {gaps[where]:.1f} mm between slices {where + 1} and "
            f"{where + 2}{places_said}, where {usual:.1f} mm is usual; copy the whole series."
        )
    even = depth[0] + np.arange(len(depth)) * (depth[-1] - depth[0]) / (len(depth) - 1)
    if np.abs(depth - even).max() > 0.1 * usual:
        raise PatientError(
            f"{name} has unequal slice spacing ({gaps.min():.2f} to {gaps.max():.2f} mm); reconstruct it "
            "with one spacing."
        )
    affine = np.eye(4)
    affine[:3, 0] = first.along_row * first.pixel_mm[1]
    affine[:3, 1] = first.along_column * first.pixel_mm[0]
    affine[:3, 2] = normal * (depth[-1] - depth[0]) / (len(depth) - 1)
    affine[:3, 3] = places[0]
    return ordered, LPS_TO_PATIENT @ affine


def _pixels(path: Path, decoder: Decoder) -> tuple[np.ndarray, np.ndarray]:
    """Stored values of a file, (rows, columns) or (frames, rows, columns), and where they are padding (bool)."""
    try:
        data = pydicom.dcmread(path, force=True)
    except Exception as error:
        raise PatientError(f"{path.name} cannot be read: the file is cut off or damaged.") from error
    # A bare data set has no header that names its syntax; pydicom saw whether its tags carry their types.
    implicit = data.original_encoding[0]
    syntax = data.file_meta.setdefault(
        "TransferSyntaxUID", ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    )
    try:
        compressed = syntax.value.is_compressed and syntax.value != RLELossless
        stored = decoder.pixels(path) if compressed else data.pixel_array
    except Exception as error:  # a codec raises whatever it likes on a damaged file
        raise PatientError(_unreadable(path, syntax.value)) from error
    try:
        return stored, _padding(stored, data)
    except Exception as error:  # as above, for damaged tags
        raise PatientError(f"{path.name} has a damaged PixelPaddingValue; copy it again.") from error


def _padding(stored: np.ndarray, data: Dataset) -> np.ndarray:
    """Where `stored` is padding (bool): PixelPaddingValue to PixelPaddingRangeLimit (PS3.3 C.7.5.1.1.2)."""
    low = data.get("PixelPaddingValue")
    if not isinstance(low, int):
        return np.zeros(stored.shape, bool)
    high = data.get("PixelPaddingRangeLimit")
    low, high = (_stored(value, data) for value in (low, high if isinstance(high, int) else low))
    return (stored >= min(low, high)) & (stored <= max(low, high))


def _stored(value: int, data: Dataset) -> int:
    """A padding value in the sign of the pixels: it is often written unsigned (63488 for -2048), or signed for
    unsigned pixels."""
    bits = int(data.BitsAllocated)
    if data.PixelRepresentation == 1:
        return value - (1 << bits) if value >= 1 << (bits - 1) else value
    return value + (1 << bits) if value < 0 else value


def _unreadable(path: Path, syntax: UID) -> str:
    try:
        decodable = not syntax.is_compressed or get_decoder(syntax).is_available
    except (NotImplementedError, ValueError):
        return f"{path.name} is compressed in an unknown way ({syntax.name}); decompress the series."
    if decodable:
        return f"The pixels of {path.name} cannot be read: the file is cut off or damaged."
    package = "pylibjpeg-openjpeg" if syntax in JPEG2000TransferSyntaxes else "python-gdcm"
    return (
        f"{path.name} is compressed ({syntax.name}) and no decoder for it is installed; run "
        f"'pip install pylibjpeg {package}' or decompress the series."
    )
