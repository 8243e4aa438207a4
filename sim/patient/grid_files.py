"""Volumes in one file: NIfTI (.nii, .nii.gz) through nibabel, NRRD (.nrrd, .nhdr) and MetaImage (.mha, .mhd) through
SimpleITK. Knows their frames and faults; nothing of DICOM, nor of what the values mean.

NIfTI is RAS (x to the right, y to the front, z up); SimpleITK hands everything over in LPS (left, back, up).
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError

from sim.patient.hu import by
from sim.patient.patient import PatientError

RAS_TO_PATIENT = np.array([[-1.0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
LPS_TO_PATIENT = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
NIFTI = (".nii", ".nii.gz")
NRRD = (".nrrd", ".nhdr")
META = (".mha", ".mhd")
ENDINGS = NIFTI + NRRD + META
_SCANNER, _TEMPLATE = (1, 2), (3, 4)
"""NIfTI xform codes: the scanner's or another scan's frame, and that of an atlas (Talairach, MNI)."""
_SPACES = ("right-anterior-superior", "left-anterior-superior", "left-posterior-superior", "ras", "las", "lps")
_TO_MM = {"m": 1000.0, "meter": 1000.0, "cm": 10.0, "mm": 1.0, "millimeter": 1.0, "um": 1e-3, "micron": 1e-3}


def read_grid(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The voxels (I, J, K) of a file as stored, and the affine (4, 4) from voxel index to the patient frame (left, up,
    ant) in mm. Raises PatientError, one sentence, for what does not read, has no orientation or is sheared."""
    name = path.name.lower()
    voxels, affine = _read_nifti(path) if name.endswith(NIFTI) else _read_itk(path)
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
    except (ImageFileError, OSError, EOFError, zlib.error, ValueError, OverflowError, TypeError, MemoryError) as error:
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
    return np.array(image.get_sform() if sform > 0 else image.get_qform(), float)


def _read_itk(path: Path) -> tuple[np.ndarray, np.ndarray]:
    # Imported here: a third of a second that only these formats need.
    import SimpleITK as sitk  # noqa: N813  the library's own short name

    name = path.name
    unit = _check_header(path)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        kind = "NRRD" if path.suffix.lower() in NRRD else "MetaImage"
        raise PatientError(
            f"{name} is not a readable {kind} file: it is damaged, or the file with its voxels is missing."
        ) from error
    if image.GetNumberOfComponentsPerPixel() != 1 or image.GetPixelID() in (
        sitk.sitkComplexFloat32,
        sitk.sitkComplexFloat64,
    ):
        raise PatientError(f"{name} holds colours, vectors or complex numbers; one CT volume is needed.")
    shape = _squeezed(image.GetSize(), name)
    n = image.GetDimension()
    affine = np.eye(4)
    affine[:3, :3] = (np.array(image.GetDirection()).reshape(n, n) * np.array(image.GetSpacing()))[:3, :3] * unit
    affine[:3, 3] = np.array(image.GetOrigin())[:3] * unit
    # The array shares the image's memory, in the order k, j, i.
    voxels = sitk.GetArrayFromImage(image).reshape(shape[::-1]).transpose(2, 1, 0)
    return voxels, LPS_TO_PATIENT @ affine


def _check_header(path: Path) -> float:
    """Raises PatientError when the text header names no orientation, which SimpleITK would silently make up; returns
    mm per unit of length."""
    name = path.name
    try:
        with path.open("rb") as stream:
            text = stream.read(65536).decode("latin-1")
    except OSError as error:
        raise PatientError(f"{name} cannot be read: {error.strerror or error}.") from error
    unknown = f"{name} does not say which way its axes point (%s), so left and right are unknown; export it again."
    if path.suffix.lower() in NRRD:
        if not text.startswith("NRRD"):
            raise PatientError(f"{name} is not a readable NRRD file: it is damaged or something else.")
        text = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
        space = re.search(r"^space:\s*(.+?)\s*$", text, re.MULTILINE | re.IGNORECASE)
        if space is None or space[1].strip('"').lower() not in _SPACES or "space directions" not in text.lower():
            raise PatientError(unknown % "no space, or no space directions")
        units = re.search(r"^space units:\s*(.+)$", text, re.MULTILINE | re.IGNORECASE)
        found = re.findall(r'"(\w+)"', units[1]) if units else []
        return _TO_MM.get(found[0].lower(), 1.0) if found else 1.0
    if "ElementType" not in text or not re.search(r"^(ObjectType|NDims)\s*=", text, re.MULTILINE):
        raise PatientError(f"{name} is not a readable MetaImage file: it is damaged or something else.")
    if not re.search(r"^(TransformMatrix|Rotation|Orientation)\s*=", text, re.MULTILINE):
        raise PatientError(unknown % "no TransformMatrix")
    return 1.0
