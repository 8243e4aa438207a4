"""The one door to patients: a spec as typed by the user -> Patient.

Knows the forms of a spec, where landmarks beside a CT lie and how drawn subjects are kept between
runs. Knows neither how a virtual patient is made (virtual.py) nor how a scan is read (ct.py).
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np

from sim.patient import imported, shipped
from sim.patient.likeness import check_likeness
from sim.patient.markups import read_landmarks
from sim.patient.patient import Patient, PatientError
from sim.resource import cache_dir

VIRTUAL_SPACING_MM = 2.0
"""Voxel edge of `virtual:SEED`, mm."""

MAX_SEED = 1_000_099
"""The highest seed that is ever looked at: 0-899,999 are for training, 900,000-999,999 for validation and calibration,
1,000,000-1,000,099 for final figures."""

CACHED_SUBJECTS = 32
"""Drawn subjects kept on disk (some 50 MB each); the ones unused for longest go first."""


def load_patient(
    spec: str | Path, landmarks: Path | None = None, series: str | None = None, keep_table: bool = False
) -> Patient:
    """The patient that `spec` names: "virtual", "virtual:SEED", the name of an imported one, or the path of a scan
    (NIfTI, NRRD, MetaImage, DICOM). An imported name goes before a path that is spelled the same; ./NAME is the path.

    `landmarks` is a markups file (markups.py) that replaces the patient's own landmarks; without it,
    NAME.mrk.json beside a scan NAME.nii.gz or NAME/ is picked up. `series` chooses among several DICOM
    series, by UID or number; `keep_table` leaves the scanner's table in a scan. Raises PatientError for whatever
    cannot be used.
    """
    text = str(spec).strip()
    if not text:
        raise PatientError("No patient is named: give virtual, virtual:SEED, a CT file or a DICOM folder.")
    if is_virtual(text):
        if series is not None:
            raise PatientError(f"A series can be chosen in a DICOM folder only, not for {text}.")
        patient = _shipped() if text == "virtual" else _drawn(_seed(text))
    elif is_imported(text):
        if series is not None:
            raise PatientError(f"A series can be chosen in a DICOM folder only, not for the imported {text}.")
        patient = imported.load(text)
    else:
        patient = _scan(Path(text).expanduser(), series, keep_table)
        landmarks = landmarks or landmarks_beside(Path(text).expanduser())
    return patient if landmarks is None else with_landmarks(patient, Path(landmarks))


def is_virtual(spec: str) -> bool:
    """Whether `spec` is the ready-made virtual patient or one drawn from the population."""
    return spec == "virtual" or spec.startswith("virtual:")


def is_imported(spec: str) -> bool:
    """Whether `spec` is the name of an imported patient and no path."""
    return bool(spec) and not set(spec) & set("/\\") and imported.folder_of(spec) is not None


def landmarks_file(spec: str) -> Path | None:
    """Where landmarks placed on the patient `spec` are kept so that they are found again; None for a virtual one."""
    text = str(spec).strip()
    if is_virtual(text):
        return None
    if is_imported(text):
        return imported.folder_of(text) / imported.MARKS
    path = Path(text).expanduser().resolve()
    return path.parent / f"{_stem(path)}.mrk.json"


def _seed(text: str) -> int:
    digits = text.removeprefix("virtual:").strip()
    if not (digits.isascii() and digits.isdigit()) or int(digits) > MAX_SEED:
        raise PatientError(
            f"{text!r} has no valid seed: a seed is a whole number from 0 to {MAX_SEED:,}, as in virtual:7."
        )
    return int(digits)


def _generator() -> ModuleType:
    # Imported when asked for: the generator pulls in meshes and kernels that a CT never needs.
    from sim.patient import virtual

    return virtual


def _shipped() -> Patient:
    try:
        return shipped.shipped()
    except FileNotFoundError as error:
        raise PatientError(str(error)) from error


def _drawn(seed: int) -> Patient:
    generator = _generator()
    name = f"v{generator.GENERATOR}-{VIRTUAL_SPACING_MM:g}mm-{seed}.npz"
    try:
        path = cache_dir("patients") / name
    except OSError:
        return generator.build(seed, spacing_mm=VIRTUAL_SPACING_MM)
    patient = _read_cached(path)
    if patient is None:
        patient = generator.build(seed, spacing_mm=VIRTUAL_SPACING_MM)
        _write_cached(path, patient)
    return patient


def _read_cached(path: Path) -> Patient | None:
    """The subject kept at `path`, or None when it is not there or does not read as written."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            hu, affine, points = kept["hu"], kept["affine"], kept["points"]
            keys, name, generator = kept["keys"].tolist(), str(kept["name"]), str(kept["generator"])
        os.utime(path)
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile):  # what zipfile raises
        return None
    if hu.ndim != 3 or hu.dtype != np.int16 or affine.shape != (4, 4) or points.shape != (len(keys), 3):
        return None
    marks = {key: tuple(float(x) for x in point) for key, point in zip(keys, points)}
    return Patient(name, hu, affine, marks, generator)


def _write_cached(path: Path, patient: Patient) -> None:
    """Keep `patient` at `path` in one step, so that a reader never meets half a file. A full or read-only
    disk costs the cache and nothing else."""
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            part = Path(file.name)
            np.savez(
                file,
                hu=patient.hu,
                affine=np.asarray(patient.affine, float),
                keys=np.array(list(patient.landmarks), dtype=str),
                points=np.array(list(patient.landmarks.values()), float).reshape(-1, 3),
                name=patient.name,
                generator=patient.generator,
            )
        os.replace(part, path)
        kept = sorted(path.parent.glob("v*-*mm-*.npz"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-CACHED_SUBJECTS]:
            old.unlink(missing_ok=True)
    except OSError:
        if part is not None:
            part.unlink(missing_ok=True)


def _scan(path: Path, series: str | None, keep_table: bool) -> Patient:
    if not path.exists():
        known = imported.names()
        raise PatientError(
            f"There is no patient {str(path)!r}: give virtual, virtual:SEED, a CT file (NIfTI, NRRD, MetaImage), "
            f"a DICOM folder{', or one of the imported ' + ', '.join(known) if known else ''}."
        )
    # As above: the readers' libraries are not needed to start on a virtual patient.
    from sim.patient.ct import read_scan

    scan = read_scan(path, series, keep_table)
    return Patient(_stem(path), scan.hu, scan.affine, notes=scan.notes)


def _stem(path: Path) -> str:
    name = path.resolve().name
    if path.is_dir():
        return name
    for ending in (".nii.gz", ".nii", ".dcm", ".nrrd", ".nhdr", ".mha", ".mhd"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def landmarks_beside(path: Path) -> Path | None:
    """NAME.mrk.json beside a scan NAME.nii.gz or NAME/, or None."""
    path = path.resolve()
    beside = path.parent / f"{_stem(path)}.mrk.json"
    return beside if beside.is_file() else None


def with_landmarks(patient: Patient, file: Path) -> Patient:
    """`patient` with the landmarks of `file`. Raises PatientError when none of them lies inside the volume, or when
    they do not lie as in a person."""
    marks = read_landmarks(file)
    check_likeness(marks, file.name)
    if all(patient.distance_outside_mm(point) > 0 for point in marks.values()):
        raise PatientError(
            f"No landmark of {file.name} lies inside {patient.name}: they belong to another scan or name "
            "the wrong frame."
        )
    return replace(patient, landmarks=marks)
