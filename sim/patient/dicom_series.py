"""CT series in DICOM: which there are, which slices belong together, and what in a folder is no CT volume.

Knows headers alone (PS3.3 C.7.6.2, C.7.6.16, C.8.2.1): pixels are read by dicom_pixels. LPS throughout: left, back,
up. Of the patient's name, number or dates nothing is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    MediaStorageDirectoryStorage,
)

from sim.patient.hu import MIN_SLICES
from sim.patient.patient import PatientError

_CT_CLASSES = (CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage)
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_NOT_HU = {"OD", "MGML", "Z_EFF", "ED", "EDW", "PCT", "CONCENTRATION", "DENSITY"}
"""RescaleType (PS3.3 C.11.1.1.2) of maps that are computed from a CT and are no Hounsfield units."""
_FACTS = ("Manufacturer", "ManufacturerModelName", "KVP", "ConvolutionKernel", "SliceThickness", "PatientPosition")
_PLACELESS, _DAMAGED = "CT picture{s} without a place", "damaged file{s}"
_NUMBERS = ("KVP", "SliceThickness")
_SPLITTERS = ("temporal", "acquisition", "kernel", "kvp", "image_type", "series_time")


@dataclass(frozen=True)
class Slice:
    """One slice: where it lies (LPS mm), which way its rows and columns run, and where its pixels are. `tags` tells
    slices of one place apart (phase, acquisition, kernel ...)."""

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
    tags: dict[str, str] = field(default_factory=dict)
    number: int = 0  # InstanceNumber, or the frame's index

    @property
    def depth(self) -> float:
        """Place along the slice normal, mm."""
        return float(self.position @ np.cross(self.along_row, self.along_column))


@dataclass(frozen=True)
class Series:
    """The slices of one CT series that share a grid and do not repeat a place."""

    uid: str
    number: int
    description: str
    slices: tuple[Slice, ...]
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Between columns, between rows, and the usual one between slices."""
        depths = sorted(item.depth for item in self.slices)
        first = self.slices[0]
        return (first.pixel_mm[1], first.pixel_mm[0], float(np.median(np.diff(depths))))

    @property
    def plane(self) -> str:
        """axial, coronal or sagittal, whichever is nearest."""
        first = self.slices[0]
        normal = np.abs(np.cross(first.along_row, first.along_column))
        return ("sagittal", "coronal", "axial")[int(np.argmax(normal))]

    def label(self) -> str:
        """What a user chooses by."""
        a, b, c = self.spacing_mm
        return (
            f"{self.description}, {len(self.slices)} slices, {self.plane}, "
            f"{self.slices[0].shape[1]} x {self.slices[0].shape[0]}, {a:.2f} x {b:.2f} x {c:.2f} mm"
        )


@dataclass(frozen=True)
class Listing:
    """The CT series of a place by series number, and one sentence on what was set aside there ("" for nothing)."""

    series: tuple[Series, ...]
    set_aside: str = ""


def is_dicom(file: Path) -> bool:
    """DICM after a preamble of 128 bytes (PS3.10 7.1), or a bare data set that begins with group 0008."""
    try:
        with file.open("rb") as stream:
            start = stream.read(132)
    except OSError:
        return False
    return start[128:] == b"DICM" or (len(start) == 132 and start[:2] == b"\x08\x00" and start[3:4] == b"\x00")


def examine(path: Path, tell: Callable[[float, str], None] = lambda share, text: None) -> Listing:
    """The CT series of at least three slices in a folder, its subfolders or a DICOM file. Raises PatientError when
    there is none, and says what is there instead."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    grids: dict[str, list[dict[str, Slice]]] = {}
    heads: dict[str, Dataset] = {}
    aside: Counter[str] = Counter()
    refusal: PatientError | None = None
    for n, file in enumerate(files):
        if n % 20 == 0:
            tell(n / len(files), f"Reading headers: {n} of {len(files)} files")
        if not is_dicom(file):
            continue
        try:
            # Headers are small beside the pixels, which stay on disk until a series is chosen.
            head = pydicom.dcmread(file, stop_before_pixels=True, force=True)
            other = _not_a_volume(head)
            slices = [] if other else _slices(file, head)
        except PatientError as error:
            # Pictures without a place are filed as CT too; they matter only when nothing else is there.
            refusal = refusal or error
            aside[_PLACELESS] += 1
            continue
        except Exception as error:  # the library raises whatever a damaged header makes it stumble over
            refusal = refusal or PatientError(f"{file.name} is DICOM but its header is damaged ({_plain(error)}).")
            aside[_DAMAGED] += 1
            continue
        if other:
            aside[other] += 1
        for item in slices:
            heads.setdefault(item.series, head)
            kin = grids.setdefault(item.series, [])
            grid = next((g for g in kin if _same_grid(item, next(iter(g.values())))), None)
            if grid is None:
                grid = {}
                kin.append(grid)
            grid.setdefault(f"{item.uid}/{item.frame}", item)
    found: list[Series] = []
    few = 0
    for uid, kin in grids.items():
        for grid in kin:
            for part, suffix in _apart(list(grid.values())):
                if len({round(item.depth, 2) for item in part}) < MIN_SLICES:
                    few += len(part)
                else:
                    found.append(_series(heads[uid], uid, part, suffix))
    if not found:
        others = Counter({kind: n for kind, n in aside.items() if kind not in (_PLACELESS, _DAMAGED)})
        raise refusal or PatientError(_nothing(path, files, few, others))
    aside.pop("DICOMDIR{s}", None)  # it only lists what is there
    if few:
        aside["CT slice{s} of no volume (bolus tracking or the like)"] += few
    return Listing(
        tuple(sorted(found, key=lambda one: (one.number, one.uid, -len(one.slices), one.description))),
        f"Set aside: {_counted(aside)}." if aside else "",
    )


def chosen(found: Iterable[Series], choice: str | None, name: str) -> Series:
    """The one that `choice` names by its number in the list (from 1) or its UID; without a choice the only one. Raises
    PatientError with the list when it is not clear which."""
    found = list(found)
    listing = "; ".join(f"{i}: {s.label()}" for i, s in enumerate(found, 1))
    if choice is None:
        if len(found) == 1:
            return found[0]
        raise PatientError(
            f"{name} holds {len(found)} CT series ({listing}); choose one by its number or UID, as in --series 1."
        )
    choice = choice.strip()
    if choice.isascii() and choice.isdigit() and 1 <= int(choice) <= len(found):
        return found[int(choice) - 1]
    same = [one for one in found if one.uid == choice]
    if len(same) != 1:
        raise PatientError(f"{name} has no single CT series {choice!r}; it holds {listing}.")
    return same[0]


def _not_a_volume(head: Dataset) -> str:
    """What a file is that is no slice of a CT volume, in the singular; "" for one that may be."""
    kind = _class_of(head)
    image_type = [str(value).upper() for value in head.get("ImageType") or ()]
    if kind.startswith(_SECONDARY_CAPTURE) or any("SCREEN" in value for value in image_type):
        return "screen capture{s}"
    if not kind and head.get("Modality") == "CT" and "Rows" in head:
        return ""  # stripped of its class by somebody, but a CT picture all the same
    if kind not in _CT_CLASSES:
        if kind == MediaStorageDirectoryStorage:
            return "DICOMDIR{s}"
        return f"{head.get('Modality') or 'unnamed'} object{{s}}"
    if any("LOCALIZER" in value or "SCOUT" in value or "TOPOGRAM" in value for value in image_type):
        return "localizer{s}"
    if str(head.get("RescaleType", "")).upper() in _NOT_HU:
        return f"computed map{{s}} ({head.RescaleType}, not Hounsfield units)"
    return ""


def _class_of(head: Dataset) -> str:
    """The SOP class, from the data set or from the file's header; "" without one."""
    meta = getattr(head, "file_meta", None) or Dataset()
    return str(head.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID") or "")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {kind.replace('{s}', 's' * (n > 1))}" for kind, n in sorted(counts.items()))


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _same_grid(one: Slice, other: Slice) -> bool:
    return (
        one.shape == other.shape
        and max(abs(a - b) for a, b in zip(one.pixel_mm, other.pixel_mm)) < 1e-3
        and float(np.abs(one.along_row - other.along_row).max()) < 2e-3
        and float(np.abs(one.along_column - other.along_column).max()) < 2e-3
    )


def _apart(slices: list[Slice]) -> list[tuple[list[Slice], str]]:
    """The slices as stacks in which no place comes twice, each with a word for the choice: by the first tag that takes
    the repeats apart, else by runs of InstanceNumber. Where nothing does, all together: the reader then says so."""

    def distinct(part: list[Slice]) -> bool:
        return len({round(item.depth, 2) for item in part}) == len(part)

    if distinct(slices):
        return [(slices, "")]
    for name in _SPLITTERS:
        groups: dict[str, list[Slice]] = {}
        for item in slices:
            groups.setdefault(item.tags.get(name, ""), []).append(item)
        if len(groups) > 1 and all(distinct(part) and len(part) >= MIN_SLICES for part in groups.values()):
            return [(part, f"{name.replace('_', ' ')} {value or 'unnamed'}") for value, part in sorted(groups.items())]
    places = Counter(round(item.depth, 2) for item in slices)
    copies = set(places.values())
    if len(copies) == 1 and len(places) >= MIN_SLICES:
        ordered = sorted(slices, key=lambda item: item.number)
        n = len(places)
        runs = [ordered[at : at + n] for at in range(0, len(ordered), n)]
        if all(distinct(run) for run in runs):
            return [(run, f"run {i} of {len(runs)}") for i, run in enumerate(runs, 1)]
    return [(slices, "")]


def _series(head: Dataset, uid: str, slices: list[Slice], suffix: str) -> Series:
    description = str(_read(head, "SeriesDescription", "")).strip() or "no description"
    facts: dict[str, object] = {"format": "DICOM"}
    for keyword in _FACTS:
        value = _read(head, keyword)
        if value is not None:
            facts[keyword] = value if isinstance(value, float) else str(value)
    if str(_read(head, "LossyImageCompression")) == "01":
        facts["lossy"] = True
    number = _read(head, "SeriesNumber", 0)
    return Series(
        uid,
        int(number) if isinstance(number, int) else 0,
        f"{description} ({suffix})" if suffix else description,
        tuple(slices),
        facts,
    )


def _read(head: Dataset, keyword: str, default: object = None):
    """A tag that is not worth failing for: its value, or `default` where it is absent, empty or damaged."""
    try:
        value = head.get(keyword)
        return default if value in (None, "") else float(value) if keyword in _NUMBERS else value
    except Exception:
        return default


def _nothing(path: Path, files: list[Path], n: int, others: Counter[str]) -> str:
    if n:
        where = "give the folder with the whole series"
        return f"{path.name} holds {n} CT slice{'s' * (n > 1)} but no series of at least {MIN_SLICES}; {where}."
    if sum(others.values()):
        return f"{path.name} holds DICOM but no CT slices (found: {_counted(others)})."
    other = next(
        (f for f in files if f.name.lower().endswith((".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"))), None
    )
    if other is not None:
        return f"{path.name} holds no DICOM files; to open a volume file give its own path, such as {other}."
    return f"The folder {path.name} is empty." if not files else f"{path.name} holds no DICOM files."


def _slices(file: Path, head: Dataset) -> list[Slice]:
    """The slices of one file, from its own tags or from its functional groups (PS3.3 C.7.6.16)."""

    def need(data: Dataset | None, keyword: str):
        value = None if data is None else data.get(keyword)
        if value is None or value == "":
            raise PatientError(f"{file.name} lacks {keyword}, so its place in the patient is unknown.")
        return value

    def make(frame: int | None, place: Dataset, turn: Dataset, size: Dataset, scale: Dataset) -> Slice:
        rows, columns = (float(v) for v in need(size, "PixelSpacing"))
        if not (1e-3 < rows < 100 and 1e-3 < columns < 100):
            raise PatientError(f"{file.name} has a PixelSpacing of {rows:g} x {columns:g} mm, which cannot be.")
        turned = np.array([float(v) for v in need(turn, "ImageOrientationPatient")]).reshape(2, 3)
        lengths = np.linalg.norm(turned, axis=1)
        if not np.all(np.abs(lengths - 1) < 0.01) or abs(turned[0] @ turned[1]) > 0.01:
            raise PatientError(f"{file.name} has an ImageOrientationPatient that is no pair of square axes.")
        position = np.array([float(v) for v in need(place, "ImagePositionPatient")]).reshape(3)
        if not np.isfinite(position).all():
            raise PatientError(f"{file.name} has an ImagePositionPatient that is no place.")
        number = _read(head, "InstanceNumber")
        return Slice(
            path=file,
            frame=frame,
            series=str(head.get("SeriesInstanceUID", "")),
            uid=str(head.get("SOPInstanceUID", file)),
            position=position,
            along_row=turned[0] / lengths[0],
            along_column=turned[1] / lengths[1],
            pixel_mm=(rows, columns),
            shape=(int(head.Rows), int(head.Columns)),
            slope=float(_or(scale.get("RescaleSlope"), 1)),
            intercept=float(_or(scale.get("RescaleIntercept"), 0)),
            tags=_tags(head),
            number=int(number) if frame is None and isinstance(number, int) else frame or 0,
        )

    if _class_of(head) in ("", CTImageStorage):
        return [make(None, head, head, head, head)]
    shared = (head.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]

    def group(frame: Dataset, name: str) -> Dataset | None:
        found = frame.get(name) or shared.get(name)
        return found[0] if found else None

    slices = []
    for index, frame in enumerate(need(head, "PerFrameFunctionalGroupsSequence")):
        item = make(
            index,
            group(frame, "PlanePositionSequence"),
            group(frame, "PlaneOrientationSequence"),
            group(frame, "PixelMeasuresSequence"),
            group(frame, "PixelValueTransformationSequence") or Dataset(),
        )
        content = group(frame, "FrameContentSequence") or Dataset()
        own = {
            "temporal": str(content.get("TemporalPositionIndex", "")),
            "acquisition": str(content.get("FrameAcquisitionNumber", "")),
        }
        slices.append(replace(item, tags={**item.tags, **own}))
    return slices


def _or(value, default: float):
    return default if value in (None, "") else value


def _tags(head: Dataset) -> dict[str, str]:
    temporal = _read(head, "TemporalPositionIdentifier") or _read(head, "NominalPercentageOfCardiacPhase", "")
    return {
        "temporal": str(temporal),
        "acquisition": str(_read(head, "AcquisitionNumber", "")),
        "kernel": str(_read(head, "ConvolutionKernel", "")),
        "kvp": str(_read(head, "KVP", "")),
        "image_type": "/".join(str(value) for value in _read(head, "ImageType", ())),
        "series_time": str(_read(head, "SeriesTime", "")),
    }
