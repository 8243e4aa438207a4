"""Simulated X-ray pictures as DICOM XA images, single or a multi-frame run. Knows no session and no model.

Every object is marked DERIVED and says "simulated" in its description, its patient's name and its manufacturer. Pixels
are LOG_SCALE * -ln(I/I0), which the derivation description says; their Pixel Intensity Relationship is DISP, since LOG
would oblige every viewer to turn them back to intensities (PS3.3 C.8.7.1.1.2). No radiation dose report is ever
written: the dose is simulated. UIDs follow from `Origin.seed`, so that the same recording exported twice gives the same
objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import ExplicitVRLittleEndian, XRayAngiographicImageStorage, generate_uid

from sim.collimator import window
from sim.frame import LOG_SCALE, Frame
from sim.geometry import DETECTOR_MM, SDD_MM, SOURCE_TO_ISOCENTRE_MM, beam_of

SIMULATED = "Simulated, not for clinical use"
MANUFACTURER = "C-arm rehearsal (simulated device)"
PIXELS = f"Pixel = {LOG_SCALE:g} x -ln(I/I0)."
MOST_FRAMES = 500
"""Frames of one run object: 512 x 512 x 16 bit x 500 is 260 MB."""
FRAME_TIME_VECTOR = 0x00181065


@dataclass(frozen=True)
class Origin:
    """Where the pictures come from. `seed` makes the UIDs; `patient` names the simulated subject ("virtual", "scan"),
    never a person; `participant` is a study's code or ""."""

    seed: str
    started: datetime
    patient: str = "virtual"
    patient_id: str = "SIMULATED"
    participant: str = ""
    version: str = ""
    pulse_rate: float = 8.0

    def uid(self, *what: object) -> str:
        return generate_uid(entropy_srcs=[self.seed, *map(str, what)])


def letters(vector: np.ndarray) -> str:
    """The DICOM letters (LR, HF, AP) of a direction (left, up, ant), strongest first; parts under 0.2 are left out."""
    names = (("L", "R"), ("H", "F"), ("A", "P"))
    parts = sorted(
        ((abs(value), pair[0] if value > 0 else pair[1]) for value, pair in zip(vector, names)), reverse=True
    )
    return "".join(letter for size, letter in parts if size >= 0.2)


def dataset(origin: Origin, sop_class: str, modality: str, series: int, number: int, name: str) -> Dataset:
    """What every object of a rehearsal shares: SOP common, patient, study, series and equipment."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, origin.uid(name, number)
    day, clock = origin.started.strftime("%Y%m%d"), origin.started.strftime("%H%M%S")
    ds.InstanceCreationDate, ds.InstanceCreationTime = day, clock
    ds.PatientName = f"SIMULATED^{origin.patient.upper()}"
    ds.PatientID = origin.patient_id
    ds.PatientBirthDate = ds.PatientSex = ""
    ds.PatientComments = SIMULATED
    ds.StudyInstanceUID = origin.uid("study")
    ds.StudyDate, ds.StudyTime, ds.StudyID = day, clock, "1"
    ds.AccessionNumber = ds.ReferringPhysicianName = ""
    ds.StudyDescription = f"{SIMULATED}: C-arm rehearsal"
    ds.Modality = modality
    ds.SeriesInstanceUID = origin.uid("series", series)
    ds.SeriesNumber = series
    ds.Laterality = ""
    if origin.participant:
        ds.OperatorsName = f"PARTICIPANT^{origin.participant}"
    ds.SeriesDate, ds.SeriesTime = day, clock
    ds.InstanceNumber = number
    ds.Manufacturer, ds.ManufacturerModelName = MANUFACTURER, "carm"
    ds.SoftwareVersions, ds.DeviceSerialNumber = origin.version or "0", "simulated"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def image(frame: Frame, origin: Origin, number: int, comment: str = "") -> Dataset:
    """One picture as an XA image; `comment` says why it was kept."""
    ds = _xa([frame], origin, series=2, number=number, name="image")
    ds.SeriesDescription = f"Key images. {SIMULATED}"
    ds.ImageComments = f"{SIMULATED}. {comment}".strip()[:1000]
    return ds


def run(frames: Sequence[Frame], origin: Origin) -> list[Dataset]:
    """The pictures of a rehearsal in their order, as multi-frame XA runs of at most MOST_FRAMES frames each."""
    parts = [frames[at : at + MOST_FRAMES] for at in range(0, len(frames), MOST_FRAMES)]
    return [_run(part, origin, number, len(parts)) for number, part in enumerate(parts, 1)]


def _run(frames: Sequence[Frame], origin: Origin, number: int, parts: int) -> Dataset:
    ds = _xa(frames, origin, series=1, number=number, name="run")
    ds.SeriesDescription = f"Run. {SIMULATED}"
    ds.ImageComments = f"{SIMULATED}. Part {number} of {parts}." if parts > 1 else SIMULATED
    ds.NumberOfFrames = len(frames)
    ds.FrameIncrementPointer = FRAME_TIME_VECTOR
    times = np.array([frame.time for frame in frames])
    steps = np.concatenate([[0.0], np.maximum(np.diff(times), 0.0)]) * 1000.0
    ds.FrameTimeVector = [f"{step:.1f}" for step in steps]
    ds.PreferredPlaybackSequencing = 0
    ds.RecommendedDisplayFrameRate = max(1, round(origin.pulse_rate))
    ds.CineRate = max(1, round(origin.pulse_rate))
    first = frames[0].pose
    primary = [frame.pose.primary_deg - first.primary_deg for frame in frames]
    secondary = [frame.pose.secondary_deg - first.secondary_deg for frame in frames]
    if any(primary) or any(secondary):
        ds.PositionerMotion = "DYNAMIC"
        ds.PositionerPrimaryAngleIncrement = [_short(value) for value in primary]
        ds.PositionerSecondaryAngleIncrement = [_short(value) for value in secondary]
    way = np.array([(f.pose.ant_mm, f.pose.up_mm, f.pose.left_mm) for f in frames])
    way = way[0] - way  # the view moves to the head as the table moves to the feet
    if np.any(way):
        ds.TableMotion = "DYNAMIC"
        ds.TableVerticalIncrement = [_short(value) for value in way[:, 0]]
        ds.TableLongitudinalIncrement = [_short(value) for value in way[:, 1]]
        ds.TableLateralIncrement = [_short(value) for value in way[:, 2]]
    return ds


def _xa(frames: Sequence[Frame], origin: Origin, series: int, number: int, name: str) -> Dataset:
    """An XA image of `frames` (PS3.3 A.14): general image, X-ray image, acquisition, positioner, pixels."""
    first = frames[0]
    height, width = first.pixels.shape
    if any(frame.pixels.shape != first.pixels.shape for frame in frames):
        raise ValueError("The pictures of one run must have one size.")
    ds = dataset(origin, XRayAngiographicImageStorage, "XA", series, number, name)
    beam = beam_of(first.pose)
    ds.ImageType = ["DERIVED", "PRIMARY", "SINGLE PLANE"]
    ds.DerivationDescription = f"{SIMULATED}: computed from a volume, no radiation was used. {PIXELS}"
    ds.ContentDate, ds.ContentTime = ds.StudyDate, ds.StudyTime
    ds.AcquisitionDate, ds.AcquisitionTime = ds.StudyDate, ds.StudyTime
    ds.AcquisitionNumber = number
    ds.PatientOrientation = [letters(beam.right), letters(beam.down)]
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    # X-ray image and acquisition
    ds.PixelIntensityRelationship = "DISP"
    ds.RadiationSetting, ds.RadiationMode = "SC", "PULSED"
    ds.KVP = _short(first.kvp)
    ds.XRayTubeCurrent = round(first.ma)
    ds.ExposureTime = max(1, round(first.pulse_ms))
    ds.Exposure = max(0, round(first.ma * first.pulse_ms / 1000.0))
    ds.ExposureInuAs = round(first.ma * first.pulse_ms)
    ds.AveragePulseWidth = _short(first.pulse_ms)
    ds.ImagerPixelSpacing = [_short(DETECTOR_MM / height), _short(DETECTOR_MM / width)]
    ds.FieldOfViewShape, ds.FieldOfViewDimensions = "RECTANGLE", [round(DETECTOR_MM), round(DETECTOR_MM)]
    ds.IntensifierSize = _short(DETECTOR_MM)
    ds.ImageAndFluoroscopyAreaDoseProduct = _short(10.0 * frames[-1].dose.dap_gycm2)
    rows, columns = window(first.blades_mm, first.pixels.shape)
    if first.blades_mm is not None and all(frame.blades_mm == first.blades_mm for frame in frames):
        # X-Ray Collimator module: the last covered column or row, counted from 1 (PS3.3 C.8.7.3.1.1).
        ds.CollimatorShape = "RECTANGULAR"
        ds.CollimatorLeftVerticalEdge, ds.CollimatorRightVerticalEdge = columns.start, columns.stop + 1
        ds.CollimatorUpperHorizontalEdge, ds.CollimatorLowerHorizontalEdge = rows.start, rows.stop + 1
    # Positioner and table
    ds.PositionerType = "CARM"
    ds.PositionerMotion, ds.TableMotion = "STATIC", "STATIC"
    ds.PositionerPrimaryAngle = _short(first.pose.primary_deg)
    ds.PositionerSecondaryAngle = _short(first.pose.secondary_deg)
    ds.DistanceSourceToDetector = _short(SDD_MM)
    ds.DistanceSourceToPatient = _short(SOURCE_TO_ISOCENTRE_MM)
    ds.EstimatedRadiographicMagnificationFactor = _short(SDD_MM / SOURCE_TO_ISOCENTRE_MM)
    # Pixels
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = height, width
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, 0
    low, high = levels(first.pixels[rows, columns])
    ds.WindowCenter, ds.WindowWidth = _short((low + high) / 2), _short(max(1.0, high - low))
    ds.PixelData = b"".join(frame.pixels.astype("<u2").tobytes() for frame in frames)
    ds["PixelData"].VR = "OW"
    return ds


def levels(pixels: np.ndarray) -> tuple[float, float]:
    """A window that shows the picture well: its 1st and 99th percentile."""
    low, high = np.percentile(pixels, (1.0, 99.0))
    return float(low), float(max(high, low + 1.0))


def reference(images: Sequence[Dataset]) -> DicomSequence:
    """Items that refer to `images` by class and instance."""
    items = []
    for one in images:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = one.SOPClassUID, one.SOPInstanceUID
        items.append(item)
    return DicomSequence(items)


def _short(value: float) -> str:
    """A decimal string of at most 16 characters."""
    return f"{float(value):.6g}"
