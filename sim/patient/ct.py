"""Real CT from files: the one door to NIfTI, NRRD, MetaImage and DICOM, in HU on the scan's own grid.

Knows which reader a path needs and what is done to every scan afterwards (clean HU, the scanner's table taken out);
nothing of landmarks or X-rays. The native grid is kept whichever way its axes point: nothing is resampled here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.patient.dicom_pixels import read_stack
from sim.patient.dicom_series import Listing, examine, is_dicom
from sim.patient.grid_files import ENDINGS, META, NIFTI, NRRD, read_grid
from sim.patient.hu import clean_hu
from sim.patient.patient import PatientError

__all__ = ["Listing", "Scan", "read_ct", "read_scan", "series_of"]

_EDGE_RANGE_MM = (0.1, 20.0)

Tell = Callable[[float, str], None]
"""Progress: share done (0 to 1) and what is being done. It may raise to stop the work."""


def silent(share: float, text: str) -> None:
    """A Tell for those who do not listen."""


@dataclass(frozen=True)
class Scan:
    """A CT as read: `hu` int16 (I, J, K), `affine` (4, 4) into the patient frame (left, up, ant; mm), a sentence for
    everything that was mended or set aside, and facts of the source without personal data."""

    hu: np.ndarray
    affine: np.ndarray
    notes: tuple[str, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)


def read_scan(path: Path | str, series: str | None = None, keep_table: bool = False, tell: Tell = silent) -> Scan:
    """The CT at `path`: a NIfTI, NRRD or MetaImage file, a DICOM folder (subfolders too), or one DICOM file with many
    frames. `series` chooses a DICOM series by its UID or by its number in the list that the error gives when there are
    several. The scanner's table is taken out unless `keep_table`. Raises PatientError, one sentence, for everything
    that cannot be used, and whatever `tell` raises."""
    path = Path(path)
    hu, affine, notes, facts = _read(path, series, tell)
    if not keep_table:
        from sim.patient.table import without_table

        tell(0.0, "Looking for the scanner's table")
        hu, said = without_table(hu, affine)
        notes = (*notes, said) if said else notes
        facts["table"] = "removed" if said else "none found"
    else:
        facts["table"] = "kept"
    return Scan(hu, affine, tuple(notes), facts)


def read_ct(path: Path | str, series: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """As read_scan with the table kept: HU int16 (I, J, K) and the affine (4, 4) alone."""
    hu, affine, _, _ = _read(Path(path), series, silent)
    return hu, affine


def series_of(path: Path | str, tell: Tell = silent) -> Listing | None:
    """The DICOM series at `path` and what was set aside there; None for a file of another format that can be read.
    Raises PatientError when there is no CT."""
    path = _folder_of_dicomdir(Path(path))
    if path.is_file() and not is_dicom(path):
        if not path.name.lower().endswith(ENDINGS):
            raise _no_format(path.name)
        return None
    return examine(path, tell)


def _read(path: Path, series: str | None, tell: Tell) -> tuple[np.ndarray, np.ndarray, tuple[str, ...], dict]:
    path = _folder_of_dicomdir(path).absolute()  # so that "." has a name for what is said of it
    if not path.exists():
        raise PatientError(f"There is no file or folder {path}.")
    lower = path.name.lower()
    if path.is_file() and lower.endswith(ENDINGS):
        kind = "a NIfTI" if lower.endswith(NIFTI) else "an NRRD" if lower.endswith(NRRD) else "a MetaImage"
        if series is not None:
            raise PatientError(f"{path.name} is {kind} file and has no series to choose from; leave the series out.")
        tell(0.0, f"Reading {path.name}")
        voxels, affine = read_grid(path)
        notes, facts = (), {"format": {NIFTI: "NIfTI", NRRD: "NRRD", META: "MetaImage"}[_family(lower)]}
    elif path.is_dir() or is_dicom(path):
        voxels, affine, notes, facts = read_stack(path, series, tell)
    else:
        raise _no_format(path.name)
    _check_edges(affine, path.name)
    tell(0.0, "Checking the Hounsfield units")
    hu, mended = clean_hu(voxels, path.name)
    return hu, affine, (*notes, *mended), facts


def _no_format(name: str) -> PatientError:
    archive = " Unpack the archive first." if name.lower().endswith((".zip", ".7z", ".tar", ".rar", ".tgz")) else ""
    return PatientError(
        f"{name} is neither a NIfTI file (.nii, .nii.gz), NRRD (.nrrd, .nhdr), MetaImage (.mha, .mhd) nor "
        f"DICOM.{archive}"
    )


def _check_edges(affine: np.ndarray, name: str) -> None:
    """Raises PatientError for voxels of a size that no CT of a body has: metres, centimetres or micrometres."""
    edges = np.linalg.norm(affine[:3, :3], axis=0)
    if not _EDGE_RANGE_MM[0] <= edges.min() <= edges.max() <= _EDGE_RANGE_MM[1]:
        size = " x ".join(f"{edge:.3g}" for edge in edges)
        raise PatientError(f"{name} has voxels of {size} mm, which no CT of a body has: its lengths are not in mm.")


def _family(lower: str) -> tuple[str, ...]:
    return next(family for family in (NIFTI, NRRD, META) if lower.endswith(family))


def _folder_of_dicomdir(path: Path) -> Path:
    """A DICOMDIR is the index of the folder it lies in."""
    return path.parent if path.name.upper() == "DICOMDIR" and path.is_file() else path
