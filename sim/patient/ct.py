"""Real CT from NIfTI files and DICOM folders, in HU on its own grid.

Knows the two formats' frames and faults, and nothing of landmarks or X-rays. NIfTI is RAS (x to the right, y
to the front, z up), DICOM is LPS (left, back, up; PS3.3 C.7.6.2.1.1); the patient frame of the house is
(left, up, ant). The native grid is kept whichever way its axes point: nothing is resampled here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
from nibabel.filebasedimages import ImageFileError
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels import get_decoder
from pydicom.uid import (
    UID,
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
    LegacyConvertedEnhancedCTImageStorage,
)

from sim.patient.patient import PatientError

AIR_HU = -1000
AIR_BELOW_HU = -980
"""Whatever is thinner than this is air, exactly AIR_HU: the projector skips it, and noise in air adds
nothing."""
HU_RANGE = (-1024, 3071)
"""What 12 bits with an intercept of -1024 hold, the range of a clinical CT."""

_RAS_TO_PATIENT = np.array([[-1.0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
_LPS_TO_PATIENT = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
_CT_CLASSES = (CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage)
_MIN_SLICES = 3


def read_ct(path: Path | str, series: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The volume of a NIfTI file, a DICOM folder (subfolders too) or a multi-frame DICOM file: HU, int16 (I,
    J, K), and the affine (4, 4) from voxel index to the patient frame (left, up, ant) in mm.

    `series` chooses a DICOM series by its UID or by its number in the list that the error gives when there
    are several. Raises PatientError, one sentence, for everything that cannot be used.
    """
    path = Path(path)
    if path.is_dir():
        return _read_dicom(path, series)
    if not path.is_file():
        raise PatientError(f"There is no file or folder {path}.")
    if path.name.lower().endswith((".nii", ".nii.gz")):
        if series is not None:
            raise PatientError(f"{path.name} is a NIfTI file and has no series to choose from; leave the series out.")
        return _read_nifti(path)
    if _is_dicom(path):
        return _read_dicom(path, series)
    raise PatientError(f"{path.name} is neither a NIfTI file (.nii, .nii.gz) nor DICOM.")


def clean_hu(volume: np.ndarray, name: str = "The volume") -> np.ndarray:
    """Values (I, J, K) as HU int16: clipped to HU_RANGE, air and padding exactly AIR_HU. Raises PatientError
    when the values are not finite or cannot be HU (nothing like air, or nothing like tissue, in them)."""
    if volume.ndim != 3 or min(volume.shape) < _MIN_SLICES:
        raise PatientError(f"{name} has the shape {_by(volume.shape)}; a CT volume is needed.")
    if volume.dtype.kind == "f" and not all(np.isfinite(part).all() for part in _slabs(volume)):
        raise PatientError(f"{name} holds voxels that are not numbers (NaN or infinite); export it again.")
    coarse = volume[tuple(slice(None, None, max(1, n // 64)) for n in volume.shape)]
    low, high = float(coarse.min()), float(coarse.max())
    if low > -200 or high < -200:
        raise PatientError(
            f"{name} holds values from {low:g} to {high:g}, which are not Hounsfield units (air -1000, "
            "water 0); export the CT with its rescale slope and intercept."
        )
    hu = np.empty_like(volume, dtype=np.int16)  # keeps the memory order
    for part, into in zip(_slabs(volume), _slabs(hu)):
        part = np.clip(part, *HU_RANGE)
        into[...] = np.rint(part) if part.dtype.kind == "f" else part
        into[into < AIR_BELOW_HU] = AIR_HU
    return hu


def _slabs(volume: np.ndarray) -> Iterator[np.ndarray]:
    """Views that walk through a volume along its slowest axis: the clean-up then needs no second volume."""
    axis = int(np.argmax(np.abs(volume.strides)))
    slowest = np.moveaxis(volume, axis, 0)
    return (slowest[at : at + 16] for at in range(0, len(slowest), 16))


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(str(n) for n in shape)


# NIfTI


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    name = path.name
    try:
        image = nib.load(path)
        header = image.header
        if np.dtype(header.get_data_dtype()).kind not in "iuf":
            raise PatientError(f"{name} holds colours or complex numbers; a CT in Hounsfield units is needed.")
        shape = image.shape
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        if len(shape) != 3:
            raise PatientError(f"{name} has the shape {_by(shape)}; one CT volume of three axes is needed.")
        if int(header["qform_code"]) <= 0 and int(header["sform_code"]) <= 0:
            raise PatientError(
                f"{name} does not say which way its axes point (no sform, no qform), so left and right "
                "are unknown; convert it again from the DICOM."
            )
        affine = np.array(image.affine, float)
        affine[:3] *= {"meter": 1000.0, "micron": 1e-3}.get(header.get_xyzt_units()[0], 1.0)
        stored = image.dataobj
        voxels = stored.get_unscaled().reshape(shape, order="F")
        if (stored.slope, stored.inter) != (1.0, 0.0):  # nibabel itself would scale to float64
            voxels = voxels * np.float32(stored.slope) + np.float32(stored.inter)
    except PatientError:
        raise
    except (ImageFileError, OSError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise PatientError(f"{name} is not a readable NIfTI file: it is damaged or something else.") from error
    affine = _RAS_TO_PATIENT @ affine
    _check_grid(affine, name)
    return clean_hu(voxels, name), affine


def _check_grid(affine: np.ndarray, name: str) -> None:
    columns = affine[:3, :3]
    lengths = np.linalg.norm(columns, axis=0)
    if not np.isfinite(affine).all() or lengths.min() < 1e-3:
        raise PatientError(f"{name} has no usable orientation: a voxel axis of no length.")
    unit = columns / lengths
    skew = np.abs(unit.T @ unit - np.eye(3)).max()
    if skew > 0.01:  # 0.6 degrees
        angle = np.rad2deg(np.arcsin(min(skew, 1.0)))
        raise PatientError(
            f"{name} is sheared: its axes are {angle:.1f} degrees off square, as after a tilted gantry; "
            "resample it to a square grid first."
        )


# DICOM


@dataclass(frozen=True)
class _Slice:
    """One slice: where it lies (LPS mm), which way its rows and columns run, and where its pixels are."""

    path: Path
    frame: int | None  # None: a file of one slice
    series: str  # SeriesInstanceUID
    uid: str  # SOPInstanceUID
    position: np.ndarray  # (3,) centre of the first pixel
    along_row: np.ndarray  # (3,) direction of a growing column index
    along_column: np.ndarray  # (3,)
    pixel_mm: tuple[float, float]  # between rows, between columns
    shape: tuple[int, int]  # rows, columns
    slope: float
    intercept: float


@dataclass(frozen=True)
class Series:
    """The slices of one CT series that share a grid."""

    uid: str
    number: int
    description: str
    slices: tuple[_Slice, ...]


def list_series(path: Path) -> list[Series]:
    """The CT series of at least three slices in a folder, its subfolders or a DICOM file, by series number.
    Raises PatientError when there is none, and says what is there instead."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    grids: list[dict[str, _Slice]] = []
    heads: list[Dataset] = []
    others: dict[str, int] = {}
    refusal: PatientError | None = None
    for file in files:
        if not _is_dicom(file):
            continue
        try:
            # Headers are small beside the pixels, which stay on disk until a series is chosen.
            head = pydicom.dcmread(file, stop_before_pixels=True, force=True)
            kind = str(head.get("Modality", "?"))
            if head.get("SOPClassUID") not in _CT_CLASSES or "LOCALIZER" in head.get("ImageType", ()):
                others[kind] = others.get(kind, 0) + 1
                continue
            slices = _slices(file, head)
        except PatientError as error:
            refusal = (
                refusal or error
            )  # screen captures are filed as CT too; they matter only when nothing else is there
            continue
        except (
            InvalidDicomError,
            OSError,
            EOFError,
            AttributeError,
            KeyError,
            ValueError,
            TypeError,
        ) as error:
            refusal = refusal or PatientError(f"{file.name} is DICOM but its header is damaged ({error}).")
            continue
        for item in slices:
            at = next((i for i, grid in enumerate(grids) if _same_grid(item, next(iter(grid.values())))), None)
            if at is None:
                at = len(grids)
                grids.append({})
                heads.append(head)
            grids[at].setdefault(f"{item.uid}/{item.frame}", item)
    found = [
        Series(
            slices[0].series,
            int(head.get("SeriesNumber") or 0),
            str(head.get("SeriesDescription", "")).strip() or "no description",
            tuple(slices),
        )
        for head, slices in ((head, list(grid.values())) for head, grid in zip(heads, grids))
        if len(slices) >= _MIN_SLICES
    ]
    if not found:
        raise refusal or PatientError(_nothing(path, files, sum(len(grid) for grid in grids), others))
    return sorted(found, key=lambda one: (one.number, one.uid, -len(one.slices)))


def _same_grid(one: _Slice, other: _Slice) -> bool:
    return (
        one.series == other.series
        and one.shape == other.shape
        and np.allclose(one.pixel_mm, other.pixel_mm, atol=1e-3)
        and np.allclose(one.along_row, other.along_row, atol=2e-3)
        and np.allclose(one.along_column, other.along_column, atol=2e-3)
    )


def _nothing(path: Path, files: list[Path], n: int, others: dict[str, int]) -> str:
    if n:
        return (
            f"{path.name} holds {n} CT slice{'s' * (n > 1)} but no series of at least {_MIN_SLICES}; "
            "give the folder with the whole series."
        )
    if others:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items()))
        return f"{path.name} holds DICOM but no CT slices (found: {kinds})."
    nifti = next((f for f in files if f.name.lower().endswith((".nii", ".nii.gz"))), None)
    if nifti is not None:
        return f"{path.name} holds no DICOM files; to open a NIfTI file give its own path, such as {nifti}."
    return f"The folder {path.name} is empty." if not files else f"{path.name} holds no DICOM files."


def _is_dicom(file: Path) -> bool:
    """DICM after a preamble of 128 bytes (PS3.10 7.1), or a bare data set that begins with group 0008."""
    try:
        with file.open("rb") as stream:
            start = stream.read(132)
    except OSError:
        return False
    return start[128:] == b"DICM" or (len(start) == 132 and start[:2] == b"\x08\x00" and start[3:4] == b"\x00")


def _slices(file: Path, head: Dataset) -> list[_Slice]:
    """The slices of one file, from its own tags or from its functional groups (PS3.3 C.7.6.16)."""

    def need(data: Dataset | None, keyword: str):
        value = None if data is None else data.get(keyword)
        if value is None or value == "":
            raise PatientError(f"{file.name} lacks {keyword}, so its place in the patient is unknown.")
        return value

    def make(frame: int | None, place: Dataset, turn: Dataset, size: Dataset, scale: Dataset) -> _Slice:
        rows, columns = need(size, "PixelSpacing")
        turned = np.array([float(v) for v in need(turn, "ImageOrientationPatient")]).reshape(2, 3)
        lengths = np.linalg.norm(turned, axis=1)
        if abs(lengths - 1).max() > 0.01 or abs(turned[0] @ turned[1]) > 0.01:
            raise PatientError(f"{file.name} has an ImageOrientationPatient that is no pair of square axes.")
        return _Slice(
            path=file,
            frame=frame,
            series=str(head.get("SeriesInstanceUID", "")),
            uid=str(head.get("SOPInstanceUID", file)),
            position=np.array([float(v) for v in need(place, "ImagePositionPatient")]).reshape(3),
            along_row=turned[0] / lengths[0],
            along_column=turned[1] / lengths[1],
            pixel_mm=(float(rows), float(columns)),
            shape=(int(head.Rows), int(head.Columns)),
            slope=float(scale.get("RescaleSlope", 1)),
            intercept=float(scale.get("RescaleIntercept", 0)),
        )

    if head.SOPClassUID == CTImageStorage:
        return [make(None, head, head, head, head)]
    shared = (head.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]

    def group(frame: Dataset, name: str) -> Dataset | None:
        found = frame.get(name) or shared.get(name)
        return found[0] if found else None

    return [
        make(
            index,
            group(frame, "PlanePositionSequence"),
            group(frame, "PlaneOrientationSequence"),
            group(frame, "PixelMeasuresSequence"),
            group(frame, "PixelValueTransformationSequence") or Dataset(),
        )
        for index, frame in enumerate(need(head, "PerFrameFunctionalGroupsSequence"))
    ]


def _read_dicom(path: Path, choice: str | None) -> tuple[np.ndarray, np.ndarray]:
    series = _chosen(list_series(path), choice, path.name)
    ordered, affine = _stack(series, path.name)
    rows, columns = ordered[0].shape
    volume = np.empty((len(ordered), rows, columns), np.int16)
    path_open, stored, padding = None, np.empty(0), np.empty(0)
    for k, item in enumerate(ordered):
        if path_open != item.path:
            path_open, (stored, padding) = item.path, _pixels(item.path)
        pixels, padded = (stored, padding) if item.frame is None else (stored[item.frame], padding[item.frame])
        if pixels.shape != item.shape:
            raise PatientError(f"{item.path.name} holds pixels of the shape {_by(pixels.shape)}, not one grey slice.")
        values = np.rint(pixels * np.float32(item.slope) + np.float32(item.intercept))
        volume[k] = np.where(padded, AIR_HU, np.clip(values, -32768, 32767))
    return clean_hu(volume.transpose(2, 1, 0), path.name), affine


def _chosen(found: list[Series], choice: str | None, name: str) -> Series:
    listing = "; ".join(f"{i}: {s.description}, {len(s.slices)} slices" for i, s in enumerate(found, 1))
    if choice is None:
        if len(found) == 1:
            return found[0]
        raise PatientError(
            f"{name} holds {len(found)} CT series ({listing}); choose one by its number or UID, as in series=1."
        )
    choice = choice.strip()
    if choice.isascii() and choice.isdigit() and 1 <= int(choice) <= len(found):
        return found[int(choice) - 1]
    same = [one for one in found if one.uid == choice]
    if len(same) != 1:
        raise PatientError(f"{name} has no single CT series {choice!r}; it holds {listing}.")
    return same[0]


def _stack(series: Series, name: str) -> tuple[list[_Slice], np.ndarray]:
    """The slices in the order of their place along the slice normal, and the affine into the patient frame.
    Raises PatientError for slices that are missing, double, unevenly spaced, or shifted sideways (a tilted
    gantry)."""
    first = series.slices[0]
    normal = np.cross(first.along_row, first.along_column)
    ordered = sorted(series.slices, key=lambda item: float(item.position @ normal))
    places = np.array([item.position for item in ordered])
    depth = places @ normal
    gaps = np.diff(depth)
    usual = float(np.median(gaps))
    if gaps.min() < 0.1 * usual or usual < 1e-3:
        n = int((gaps < max(0.1 * usual, 1e-3)).sum())
        raise PatientError(
            f"{name} has {n} slice{'s' * (n > 1)} at the place of another (two phases or reconstructions "
            "in one series); give one of them alone."
        )
    if gaps.max() > 1.5 * usual:
        where = int(np.argmax(gaps))
        raise PatientError(
            f"{name} lacks slices: a gap of {gaps[where]:.1f} mm between slices {where + 1} and "
            f"{where + 2}, where {usual:.1f} mm is usual; copy the whole series."
        )
    even = depth[0] + np.arange(len(depth)) * (depth[-1] - depth[0]) / (len(depth) - 1)
    if np.abs(depth - even).max() > 0.1 * usual:
        raise PatientError(
            f"{name} has unequal slice spacing ({gaps.min():.2f} to {gaps.max():.2f} mm); reconstruct it "
            "with one spacing."
        )
    drift = places - places[0] - np.outer(depth - depth[0], normal)
    sideways = np.linalg.norm(drift, axis=1).max()
    if sideways > min(first.pixel_mm):
        angle = np.rad2deg(np.arctan2(sideways, depth[-1] - depth[0]))
        raise PatientError(
            f"{name} was taken with the gantry tilted: the slices slide {angle:.1f} degrees sideways, a "
            "sheared volume; resample it to a square grid first."
        )
    affine = np.eye(4)
    affine[:3, 0] = first.along_row * first.pixel_mm[1]
    affine[:3, 1] = first.along_column * first.pixel_mm[0]
    affine[:3, 2] = normal * (depth[-1] - depth[0]) / (len(depth) - 1)
    affine[:3, 3] = places[0]
    return ordered, _LPS_TO_PATIENT @ affine


def _pixels(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Stored values of a file, (rows, columns) or (frames, rows, columns), and where they are padding (bool)."""
    data = pydicom.dcmread(path, force=True)
    # A bare data set has no header that names its syntax; pydicom saw whether its tags carry their types.
    implicit = data.original_encoding[0]
    syntax = data.file_meta.setdefault(
        "TransferSyntaxUID", ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    )
    try:
        stored = data.pixel_array
    except Exception as error:  # a codec raises whatever it likes on a damaged file
        raise PatientError(_unreadable(path, syntax.value)) from error
    low = data.get("PixelPaddingValue")
    if low is None:
        return stored, np.zeros(stored.shape, bool)
    low, high = (_stored(value, data) for value in (low, data.get("PixelPaddingRangeLimit", low)))
    return stored, (stored >= min(low, high)) & (stored <= max(low, high))


def _stored(value: int, data: Dataset) -> int:
    """A padding value in the sign of the pixels: it is often written unsigned (63488 for -2048)."""
    bits = int(data.BitsAllocated)
    return value - (1 << bits) if data.PixelRepresentation == 1 and value >= 1 << (bits - 1) else value


def _unreadable(path: Path, syntax: UID) -> str:
    try:
        decodable = not syntax.is_compressed or get_decoder(syntax).is_available
    except NotImplementedError:
        return f"{path.name} is compressed in an unknown way ({syntax.name}); decompress the series."
    if decodable:
        return f"The pixels of {path.name} cannot be read: the file is cut off or damaged."
    package = "pylibjpeg-openjpeg" if syntax in JPEG2000TransferSyntaxes else "pylibjpeg-libjpeg"
    return (
        f"{path.name} is compressed ({syntax.name}) and no decoder for it is installed; run "
        f"'pip install pylibjpeg {package}' or decompress the series."
    )
