"""Writes CT as DICOM for the tests: as a scanner would, from a volume and its affine into LPS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

INTERCEPT = -1024


def _header(shape: tuple[int, int], series: str, kind: UID) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = kind
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = kind, generate_uid()
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.Modality, data.SeriesInstanceUID, data.SeriesNumber = "CT", series, 4
    data.SeriesDescription = "Thorax 1.0 B30f"
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.PatientName = data.PatientID = "TEST"
    data.Rows, data.Columns = shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleIntercept, data.RescaleSlope = INTERCEPT, 1
    return data


def place(data: Dataset, affine: np.ndarray, k: int) -> None:
    """Give `data` the place of slice `k` of a volume with `affine` (4, 4) into LPS."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    along_row, along_column = affine[:3, 0] / spacing[0], affine[:3, 1] / spacing[1]
    data.ImageOrientationPatient = [f"{v:.10g}"[:16] for v in (*along_row, *along_column)]
    data.ImagePositionPatient = [f"{v:.8g}"[:16] for v in affine[:3, 2] * k + affine[:3, 3]]
    data.PixelSpacing = [f"{spacing[1]:.8g}", f"{spacing[0]:.8g}"]


def slices(hu: np.ndarray, affine: np.ndarray, series: str | None = None) -> list[FileDataset]:
    """One CT image for each k of `hu` (I, J, K): rows run along i, columns along j."""
    series = series or generate_uid()
    made = []
    for k in range(hu.shape[2]):
        data = _header((hu.shape[1], hu.shape[0]), series, CTImageStorage)
        place(data, affine, k)
        data.InstanceNumber = k + 1
        data.PixelData = (hu[:, :, k].T.astype(np.int32) - INTERCEPT).astype(np.int16).tobytes()
        made.append(data)
    return made


def multi_frame(hu: np.ndarray, affine: np.ndarray, order: np.ndarray) -> FileDataset:
    """An Enhanced CT image whose frames hold the slices of `hu` in `order`."""
    data = _header((hu.shape[1], hu.shape[0]), generate_uid(), EnhancedCTImageStorage)
    del data.RescaleIntercept, data.RescaleSlope
    whole = Dataset()
    place(whole, affine, 0)
    turn, size, scale = Dataset(), Dataset(), Dataset()
    turn.ImageOrientationPatient, size.PixelSpacing = whole.ImageOrientationPatient, whole.PixelSpacing
    scale.RescaleIntercept, scale.RescaleSlope = INTERCEPT, 1
    shared = Dataset()
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = Sequence([turn]), Sequence([size])
    shared.PixelValueTransformationSequence = Sequence([scale])
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    frames = []
    for k in order:
        at, frame = Dataset(), Dataset()
        at.ImagePositionPatient = [f"{v:.8g}"[:16] for v in affine[:3, 2] * k + affine[:3, 3]]
        frame.PlanePositionSequence = Sequence([at])
        frames.append(frame)
    data.PerFrameFunctionalGroupsSequence = Sequence(frames)
    data.NumberOfFrames = len(frames)
    stored = (hu[:, :, order].transpose(2, 1, 0).astype(np.int32) - INTERCEPT).astype(np.int16)
    data.PixelData = stored.tobytes()
    return data


def save(images: list[FileDataset], folder: Path, names: list[str] | None = None) -> Path:
    """Save `images` below `folder` under `names` (which may have folders in them)."""
    for i, data in enumerate(images):
        path = folder / (names[i] if names else f"{i:03d}.dcm")
        path.parent.mkdir(parents=True, exist_ok=True)
        data.save_as(path, enforce_file_format=True)
    return folder
