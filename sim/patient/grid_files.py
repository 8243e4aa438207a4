"""Volumes in one file: NIfTI (.nii, .nii.gz) through nibabel, NRRD (.nrrd, .nhdr) through pynrrd and MetaImage (.mha,
.mhd). Knows their frames and faults; nothing of DICOM, nor of what the values mean.

NIfTI is RAS (x to the right, y to the front, z up), MetaImage is LPS (left, back, up), an NRRD says what it is.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import nibabel as nib
import numpy as np

from sim.patient.hu import by
from sim.patient.metaimage import read_metaimage
from sim.patient.patient import PatientError

RAS_TO_PATIENT = np.array([[-1.0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
LPS_TO_PATIENT = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
NIFTI = (".nii", ".nii.gz")
NRRD = (".nrrd", ".nhdr")
META = (".mha", ".mhd")
ENDINGS = NIFTI + NRRD + META
_SCANNER, _TEMPLATE = (1, 2), (3, 4)
"""NIfTI xform codes: the scanner's or another scan's frame, and that of an atlas (Talairach, MNI)."""
_NRRD_SPACES = {
    "right-anterior-superior": (1, 1, 1),
    "ras": (1, 1, 1),
    "left-anterior-superior": (-1, 1, 1),
    "las": (-1, 1, 1),
    "left-posterior-superior": (-1, -1, 1),
    "lps": (-1, -1, 1),
}
"""The space of an NRRD -> what turns it into RAS; others (scanner-xyz, 3D-right-handed) have no sides."""
_SIDELESS = "{} does not say which way its axes point ({}), so left and right are unknown; export it again."
_TO_MM = {"m": 1000.0, "meter": 1000.0, "cm": 10.0, "mm": 1.0, "millimeter": 1.0, "um": 1e-3, "micron": 1e-3}


def read_grid(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The voxels (I, J, K) of a file as stored, and the affine (4, 4) from voxel index to the patient frame (left, up,
    ant) in mm. Raises PatientError, one sentence, for what does not read, has no orientation or is sheared."""
    name = path.name.lower()
    read = _read_nifti if name.endswith(NIFTI) else _read_nrrd if name.endswith(NRRD) else _read_meta
    voxels, affine = read(path)
    check_grid(affine, path.name)
    return voxels, affine


def check_grid(affine: np.ndarray, name: str) -> None:
    """Raises PatientError when the axes of `affine` (4, 4) have no length or are not square to each other."""
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


def _squeezed(shape: tuple[int, ...], name: str) -> tuple[int, ...]:
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) != 3:
        raise PatientError(f"{name} has the shape {by(shape)}; one CT volume of three axes is needed.")
    return shape


def _read_nifti(path: Path) -> tuple[np.ndarray, np.ndarray]:
    name = path.name
    try:
        image = nib.load(path)
        header = image.header
        if np.dtype(header.get_data_dtype()).kind not in "iuf":
            raise PatientError(f"{name} holds colours or complex numbers; a CT in Hounsfield units is needed.")
        shape = _squeezed(image.shape, name)
        affine = _nifti_affine(image, name)
        affine[:3] *= {"meter": 1000.0, "micron": 1e-3}.get(header.get_xyzt_units()[0], 1.0)
        stored = image.dataobj
        voxels = stored.get_unscaled().reshape(shape, order="F")
        if (stored.slope, stored.inter) != (1.0, 0.0):  # nibabel itself would scale to float64
            voxels = voxels * np.float32(stored.slope) + np.float32(stored.inter)
    except PatientError:
        raise
    except Exception as error:  # the library raises whatever it stumbles over
        raise PatientError(f"{name} is not a readable NIfTI file: it is damaged or something else.") from error
    return voxels, RAS_TO_PATIENT @ affine


def _nifti_affine(image: nib.Nifti1Image, name: str) -> np.ndarray:
    """The affine into the scanner's RAS. Raises PatientError when there is none, or two that disagree about sides."""
    header = image.header
    sform, qform = int(header["sform_code"]), int(header["qform_code"])
    if sform <= 0 and qform <= 0:
        raise PatientError(
            f"{name} does not say which way its axes point (no sform, no qform), so left and right "
            "are unknown; convert it again from the DICOM."
        )
    if sform > 0 and qform > 0:
        if nib.aff2axcodes(image.get_sform()) != nib.aff2axcodes(image.get_qform()):
            raise PatientError(
                f"{name} gives two orientations that disagree (its sform and its qform), so left and right are in "
                "doubt; convert it again from the DICOM."
            )
        if sform in _TEMPLATE and qform in _SCANNER:  # the sform leads to an atlas and not to this patient
            return np.array(image.get_qform(), float)
        one, other = image.get_sform()[:3, :3], image.get_qform()[:3, :3]
        if np.abs(one - other).max() > 0.02 * np.linalg.norm(other, axis=0).max():  # 1 degree, or 2 % of a voxel
            raise PatientError(
                f"{name} gives two sizes or directions of its voxels that disagree (its sform and its qform); convert "
                "it again from the DICOM."
            )
    return np.array(image.get_sform() if sform > 0 else image.get_qform(), float)


def _read_nrrd(path: Path) -> tuple[np.ndarray, np.ndarray]:
    # Imported here, as the reader of a rarer format.
    import nrrd

    name = path.name
    try:
        voxels, header = nrrd.read(str(path), index_order="F")
    except Exception as error:  # the library raises whatever it stumbles over
        raise PatientError(
            f"{name} is not a readable NRRD file: it is damaged, or the file with its voxels is missing."
        ) from error
    turn = _NRRD_SPACES.get(str(header.get("space", "")).strip('"').lower())
    try:
        directions = np.array(header["space directions"], float)
        origin = np.array(header["space origin"], float)
    except (KeyError, TypeError, ValueError):
        directions = origin = np.empty(0)
    # Axes that are no direction in space (colours, time) have none, as NaN.
    spatial = [n for n, row in enumerate(directions) if np.isfinite(row).all()] if directions.ndim == 2 else []
    if voxels.ndim > 3 and len(spatial) == 3 and voxels.size == np.prod([voxels.shape[n] for n in spatial]):
        voxels = voxels.reshape([voxels.shape[n] for n in spatial], order="F")
        directions = directions[spatial]
    voxels = _one_volume(voxels, name)
    if turn is None or directions.shape != (3, 3) or origin.shape != (3,):
        raise PatientError(_SIDELESS.format(name, "no space, or no space directions"))
    unit = _TO_MM.get(str((header.get("space units") or ["mm"])[0]).strip('"').lower(), 1.0)
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = directions.T * unit, origin * unit
    return voxels, RAS_TO_PATIENT @ np.diag([*turn, 1.0]) @ affine


def _read_meta(path: Path) -> tuple[np.ndarray, np.ndarray]:
    name = path.name
    try:
        voxels, affine = read_metaimage(path)
    except (ValueError, KeyError, OSError, OverflowError, MemoryError, zlib.error) as error:
        raise PatientError(
            f"{name} is not a readable MetaImage file: it is damaged, or the file with its voxels is missing."
        ) from error
    voxels = _one_volume(voxels, name)
    if affine is None:
        raise PatientError(_SIDELESS.format(name, "no TransformMatrix"))
    return voxels, LPS_TO_PATIENT @ affine


def _one_volume(voxels: np.ndarray, name: str) -> np.ndarray:
    if voxels.dtype.kind not in "iuf":
        raise PatientError(f"{name} holds colours or complex numbers; a CT in Hounsfield units is needed.")
    return voxels.reshape(_squeezed(voxels.shape, name), order="F")
