"""Imported patients: cleaned volumes kept under the user's data directory by a name of the user's choice.

Knows the folder of one patient (volume.nii.gz, patient.json, landmarks.mrk.json) and how it is written whole or not at
all. What it keeps of a source are technical facts alone: no path, no description, no person, no date of the scan.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from sim.patient.markups import Point, read_landmarks, write_mrk_json
from sim.patient.patient import Patient, PatientError
from sim.resource import data_dir

VOLUME, FACTS, MARKS = "volume.nii.gz", "patient.json", "landmarks.mrk.json"
FORMAT = 1
ABANDONED_S = 120.0
"""A half-written import that nothing has been written to for so long belongs to a run that has ended."""
TAKEN = "There is a patient called {} already; choose another name, or replace it (--overwrite)."
_LONGEST = 60
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Entry:
    """One imported patient as listed, without its voxels."""

    name: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    imported: str
    landmarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "size": list(self.shape),
            "spacing_mm": list(self.spacing_mm),
            "imported": self.imported,
            "landmarks": list(self.landmarks),
            "notes": list(self.notes),
            "source": dict(self.source),
        }


def check_name(name: str) -> str:
    """`name` without blanks at its ends. Raises PatientError when it cannot be a patient's name."""
    name = unicodedata.normalize("NFC", name.strip())
    if not re.fullmatch(r"\w[\w .+-]*", name) or name.endswith(".") or len(name) > _LONGEST:
        raise PatientError(
            f"{name!r} cannot be a name: use letters, digits, spaces, - and _, at most {_LONGEST}, as in chest-1."
        )
    lower = name.lower()
    if lower.split(":")[0] == "virtual" or lower.split(".")[0] in _RESERVED:
        raise PatientError(f"{name!r} has a meaning of its own; choose another name.")
    return name


def folder_of(name: str) -> Path | None:
    """The folder of the imported patient called `name` in any case, or None."""
    try:
        wanted = unicodedata.normalize("NFC", name.strip()).casefold()
        return next((each for each in _folders() if each.name.casefold() == wanted), None)
    except OSError:
        return None


def listed() -> list[Entry]:
    """Every imported patient that reads, by name."""
    found = []
    for folder in _folders():
        try:
            found.append(_entry(folder))
        except PatientError:
            continue
    return found


def names() -> list[str]:
    return [folder.name for folder in _folders()]


def load(name: str) -> Patient:
    """The imported patient called `name`. Raises PatientError when there is none or it is damaged."""
    # Imported here: the reader's library is not needed to start on a virtual patient.
    from sim.patient.grid_files import read_grid

    folder = folder_of(name)
    if folder is None:
        raise PatientError(f"There is no imported patient {name!r}; {_known()}")
    entry = _entry(folder)
    try:
        hu, affine = read_grid(folder / VOLUME)
    except PatientError as error:
        raise PatientError(f"The imported patient {entry.name} is damaged; import the scan again.") from error
    if hu.dtype != np.int16 or hu.shape != entry.shape:
        raise PatientError(f"The imported patient {entry.name} is damaged; import the scan again.")
    marks = read_landmarks(folder / MARKS) if (folder / MARKS).is_file() else {}
    return Patient(entry.name, hu, affine, marks)


def store(
    patient: Patient,
    source: Mapping[str, object] = (),
    notes: tuple[str, ...] = (),
    overwrite: bool = False,
    tell: Tell = lambda share, text: None,
) -> tuple[Entry, tuple[str, ...]]:
    """Keep `patient` under its name; returns what was kept and sentences on what was cleaned up on the way.

    Landmarks placed on the very same scan before stay unless new ones come. Whole or not at all: a full disk, a cancel
    (whatever `tell` raises) or a crash leaves what was there before. Raises PatientError when the name is taken and
    not `overwrite`, and when the disk refuses.
    """
    name = check_name(patient.name)
    root = _root()
    said = tuple(_swept(root))
    taken = folder_of(name)
    if taken is not None and not overwrite:
        raise PatientError(TAKEN.format(taken.name))
    facts = {
        "format": FORMAT,
        "name": name,
        "size": [int(n) for n in patient.hu.shape],
        "spacing_mm": [round(float(v), 4) for v in patient.spacing_mm],
        "imported": date.today().isoformat(),
        "notes": list(notes),
        "source": dict(source),
    }
    part = root / f".{name}.{uuid.uuid4().hex[:8]}.part"
    try:
        part.mkdir(parents=True)
        _write_volume(part / VOLUME, patient, tell)
        marks = dict(patient.landmarks) or _earlier_marks(taken, patient)
        if marks:
            write_mrk_json(part / MARKS, marks)
        (part / FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        tell(1.0, "Finishing")
        _put(part, root / name, taken)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError):
            raise PatientError(_refused(error, patient, root)) from error
        raise
    return _entry(root / name), said


def remove(name: str) -> str:
    """Delete the imported patient called `name`; returns the name as it was kept."""
    folder = folder_of(name)
    if folder is None:
        raise PatientError(f"There is no imported patient {name!r}; {_known()}")
    try:
        gone = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
        os.replace(folder, gone)
        shutil.rmtree(gone)
    except OSError as error:
        raise PatientError(f"The patient {folder.name} cannot be deleted: {error.strerror or error}.") from error
    return folder.name


def _root() -> Path:
    try:
        return data_dir("patients")
    except OSError as error:
        raise PatientError(f"There is no place to keep patients: {error.filename}: {error.strerror}.") from error


def _folders() -> list[Path]:
    try:
        return sorted(
            (
                each
                for each in data_dir("patients").iterdir()
                if not each.name.startswith(".") and (each / FACTS).is_file()
            ),
            key=lambda each: each.name.casefold(),
        )
    except OSError:
        return []


def _known() -> str:
    found = names()
    return f"there are {', '.join(found)}." if found else "none has been imported yet."


def _entry(folder: Path) -> Entry:
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if int(facts["format"]) > FORMAT:
            raise PatientError(f"The patient {folder.name} was imported by a newer version of this program.")
        shape = tuple(int(n) for n in facts["size"])
        spacing = tuple(float(v) for v in facts["spacing_mm"])
        marks = tuple(read_landmarks(folder / MARKS)) if (folder / MARKS).is_file() else ()
        notes = tuple(str(note) for note in facts["notes"])
        return Entry(folder.name, shape, spacing, str(facts["imported"]), marks, notes, dict(facts["source"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, PatientError):
            raise
        raise PatientError(f"The imported patient {folder.name} is damaged; import the scan again.") from error


def _write_volume(path: Path, patient: Patient, tell: Tell) -> None:
    """A NIfTI in RAS, packed lightly: its checksum tells a damaged file, and other programs can open it. In steps, so
    that `tell` can stop it."""
    import gzip

    import nibabel as nib

    from sim.patient.grid_files import RAS_TO_PATIENT

    image = nib.Nifti1Image(np.empty((1, 1, 1), np.int16), np.linalg.inv(RAS_TO_PATIENT) @ patient.affine)
    header = image.header.copy()
    header.set_data_shape(patient.hu.shape)
    header.set_sform(image.affine, 1)
    header.set_qform(image.affine, 1)
    header.set_xyzt_units("mm")
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    slices = patient.hu.shape[2]
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as stream:
        header.write_to(stream)
        for k in range(slices):
            if k % 8 == 0:
                tell(k / slices, f"Keeping slices: {k} of {slices}")
            stream.write(np.asarray(patient.hu[:, :, k], "<i2").tobytes(order="F"))


def _put(part: Path, place: Path, taken: Path | None) -> None:
    """Move the finished import to its place; what was there goes only when the new one stands."""
    if taken is None:
        os.replace(part, place)
        return
    old = taken.with_name(f".{taken.name}.{uuid.uuid4().hex[:8]}.old")
    os.replace(taken, old)
    try:
        os.replace(part, place)
    except OSError:
        os.replace(old, taken)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _refused(error: OSError, patient: Patient, root: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        try:
            free = shutil.disk_usage(root).free / 1e6
            have = f" ({free:.0f} MB free, up to {patient.hu.nbytes / 1e6:.0f} MB needed)"
        except OSError:
            have = ""
        return f"The disk is full{have}: {patient.name} was not imported; make room and import it again."
    return f"{patient.name} could not be kept ({error.strerror or error}) and was not imported."


def _swept(root: Path) -> list[str]:
    """Clean up after interrupted imports: half-written ones go, a patient that was about to be replaced comes back. One
    sentence for each."""
    said = []
    for part in (*root.glob(".*.part"), *root.glob(".*.old")):
        name = part.name[1:].rsplit(".", 2)[0]
        try:
            last = max(each.stat().st_mtime for each in (part, *part.iterdir()))
            if part.suffix == ".old" and not (root / name).exists():
                os.replace(part, root / name)
                said.append(f"An interrupted import had put {name} aside; it is back.")
            elif time.time() - last > ABANDONED_S:
                shutil.rmtree(part)
                if part.suffix == ".part":
                    said.append(f"What an interrupted import of {name} had left behind was removed.")
        except OSError:
            continue
    return said


def _earlier_marks(folder: Path | None, patient: Patient) -> dict[str, Point]:
    """The landmarks of a patient that is about to be replaced by the same scan; {} where the grids differ."""
    import nibabel as nib

    from sim.patient.grid_files import RAS_TO_PATIENT

    if folder is None or not (folder / MARKS).is_file():
        return {}
    try:
        image = nib.load(folder / VOLUME)
        same = image.shape == patient.hu.shape and np.allclose(RAS_TO_PATIENT @ image.affine, patient.affine, atol=0.01)
        return read_landmarks(folder / MARKS) if same else {}
    except (OSError, ValueError, nib.filebasedimages.ImageFileError):
        return {}
