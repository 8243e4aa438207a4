"""Bring a scan in: read, cleaned, with its landmarks, kept under a name. Knows the order of the steps and nothing of
how each is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.patient import imported
from sim.patient.load import landmarks_beside, with_landmarks
from sim.patient.patient import Patient, PatientError


@dataclass(frozen=True)
class Imported:
    """What `import_scan` did: the entry in the list, and sentences that hold for this import alone."""

    entry: imported.Entry
    said: tuple[str, ...]
    overwritten: bool


def import_scan(
    path: Path | str,
    name: str,
    landmarks: Path | None = None,
    series: str | None = None,
    keep_table: bool = False,
    overwrite: bool = False,
    tell: Callable[[float, str], None] = lambda share, text: None,
) -> Imported:
    """Read the scan at `path` (see ct.read_scan), take its landmarks from `landmarks` or from NAME.mrk.json beside it,
    and keep it under `name`. `tell` hears of progress and may raise to stop; nothing is left behind then. Raises
    PatientError, one sentence, for whatever cannot be done; names and landmarks are checked before the long work."""
    from sim.patient.ct import read_scan

    path = Path(path).expanduser()
    name = imported.check_name(name)
    taken = imported.folder_of(name) is not None
    if taken and not overwrite:
        raise PatientError(imported.TAKEN.format(name))
    if not path.exists():
        raise PatientError(f"There is no file or folder {path}.")
    landmarks = Path(landmarks).expanduser() if landmarks is not None else landmarks_beside(path)
    if landmarks is not None:
        imported.read_landmarks(landmarks)
    scan = read_scan(path, series, keep_table, tell)
    patient = Patient(name, scan.hu, scan.affine)
    if landmarks is not None:
        patient = with_landmarks(patient, landmarks)
    # A file's name is often a person's.
    notes = tuple(note.replace(path.name, name) for note in scan.notes)
    entry, said = imported.store(patient, scan.facts, notes, overwrite, tell)
    return Imported(entry, said, taken)
