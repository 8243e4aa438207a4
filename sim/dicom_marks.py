"""What is said about simulated pictures, as DICOM: a selection of the key images, a presentation state with the
landmarks drawn on them, and a TID 1500 report of where they lie. Made with highdicom; knows no session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highdicom as hd
import numpy as np
from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.pr import (
    AnnotationUnitsValues,
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GraphicTypeValues,
    GrayscaleSoftcopyPresentationState,
    TextObject,
)
from highdicom.sr import (
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    ImageRegion,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    TrackingIdentifier,
)
from highdicom.sr import (
    GraphicTypeValues as RegionType,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from sim.dicom import MANUFACTURER, SIMULATED, Origin
from sim.landmarks import BY_KEY

SITES = {
    "skull": codes.SCT.Skull,
    "humeral_head": codes.SCT.ProximalHumerus,
    "scapular_inferior_angle": codes.SCT.Scapula,
    "elbow": codes.SCT.ElbowJoint,
    "wrist": codes.SCT.WristJoint,
    "t1": codes.SCT.T1Vertebra,
    "carina": codes.SCT.Carina,
    "hemidiaphragm": codes.SCT.Diaphragm,
    "t12": codes.SCT.T12Vertebra,
}
LANDMARK = Code("LANDMARK", "99CARM", "Landmark")
OFFSET = Code("OFFSET", "99CARM", "Distance from the centre of the view, at the isocentre")
FLUOROSCOPY = Code("44491008", "SCT", "Fluoroscopy")


@dataclass(frozen=True)
class Mark:
    """A landmark on a picture: its key, where it lies (0-based pixel centres), how far from the centre at the
    isocentre (mm), and `by`: "truth" (where the simulation has it) or "model" (what a model says is there)."""

    key: str
    u: float
    v: float
    offset_mm: float
    by: str = "truth"

    @property
    def text(self) -> str:
        return f"{BY_KEY[self.key].title}" + (" (model)" if self.by == "model" else "")


def key_selection(images: Sequence[Dataset], origin: Origin) -> Dataset:
    """A key object selection of all `images`."""
    content = KeyObjectSelection(
        document_title=codes.DCM.OfInterest,
        referenced_objects=list(images),
        observer_device_context=_observer(origin),
        description=f"{SIMULATED}: pictures on which a step was made, and those that were kept.",
    )
    return _dressed(
        KeyObjectSelectionDocument(
            evidence=list(images),
            content=content,
            series_instance_uid=origin.uid("series", 3),
            series_number=3,
            sop_instance_uid=origin.uid("key", 1),
            instance_number=1,
            manufacturer=MANUFACTURER,
        ),
        "Key object selection",
    )


def presentation_state(images: Sequence[Dataset], marks: Sequence[Sequence[Mark]], origin: Origin) -> Dataset:
    """The landmarks of each image of `images`, drawn as points with their names."""
    layer = GraphicLayer("LANDMARKS", order=1, description="Landmarks, simulated")
    annotations = [
        GraphicAnnotation(
            referenced_images=[picture],
            graphic_layer=layer,
            graphic_objects=[_point(mark) for mark in found],
            text_objects=[_name(mark) for mark in found],
        )
        for picture, found in zip(images, marks)
        if found
    ]
    window = images[0]
    state = GrayscaleSoftcopyPresentationState(
        referenced_images=list(images),
        series_instance_uid=origin.uid("series", 4),
        series_number=4,
        sop_instance_uid=origin.uid("state", 1),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name="carm",
        software_versions=origin.version or "0",
        device_serial_number="simulated",
        content_label="LANDMARKS",
        content_description="Simulated landmarks",
        graphic_layers=[layer] if annotations else None,
        graphic_annotations=annotations or None,
        # highdicom takes every XA for a multi-frame object of the enhanced kind and looks for its functional groups;
        # a modality transformation and a window given here keep it from looking.
        modality_lut_transformation=hd.ModalityLUTTransformation(
            rescale_intercept=0.0, rescale_slope=1.0, rescale_type="US"
        ),
        voi_lut_transformations=[
            hd.pr.SoftcopyVOILUTTransformation(
                window_center=float(window.WindowCenter), window_width=float(window.WindowWidth)
            )
        ],
    )
    return _dressed(state, "Landmarks")


def report(images: Sequence[Dataset], marks: Sequence[Sequence[Mark]], origin: Origin) -> Dataset:
    """A TID 1500 report: for each landmark on each image its place and its distance from the centre of the view."""
    groups = []
    for number, (picture, found) in enumerate(zip(images, marks), 1):
        for mark in found:
            groups.append(_group(picture, mark, number, origin))
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_observer(origin)),
        procedure_reported=FLUOROSCOPY,
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    return _dressed(
        ComprehensiveSR(
            evidence=list(images),
            content=content[0],
            series_instance_uid=origin.uid("series", 5),
            series_number=5,
            sop_instance_uid=origin.uid("report", 1),
            instance_number=1,
            manufacturer=MANUFACTURER,
            is_complete=True,
            is_verified=False,
        ),
        "Landmark report",
    )


def _observer(origin: Origin) -> ObserverContext:
    return ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
            uid=origin.uid("device"), name="C-arm rehearsal", manufacturer_name=MANUFACTURER, model_name="carm"
        ),
    )


def _group(picture: Dataset, mark: Mark, number: int, origin: Origin) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    landmark = BY_KEY[mark.key]
    sides = {"left": codes.SCT.Left, "right": codes.SCT.Right}
    site = SITES[mark.key.removeprefix("left_").removeprefix("right_")]
    at = np.array([[mark.u + 0.5, mark.v + 0.5]])  # DICOM counts from the corner of the first pixel
    return PlanarROIMeasurementsAndQualitativeEvaluations(
        referenced_region=ImageRegion(
            graphic_type=RegionType.POINT,
            graphic_data=at,
            source_image=hd.sr.SourceImageForRegion(picture.SOPClassUID, picture.SOPInstanceUID),
        ),
        tracking_identifier=TrackingIdentifier(
            uid=origin.uid("mark", number, mark.key, mark.by), identifier=f"{number}: {mark.text}"
        ),
        finding_type=LANDMARK,
        finding_sites=[FindingSite(site, laterality=sides.get(landmark.side))],
        measurements=[Measurement(name=OFFSET, value=round(mark.offset_mm, 2), unit=codes.UCUM.Millimeter)],
    )


def _point(mark: Mark) -> GraphicObject:
    return GraphicObject(
        graphic_type=GraphicTypeValues.POINT,
        graphic_data=np.array([[mark.u + 0.5, mark.v + 0.5]]),
        units=AnnotationUnitsValues.PIXEL,
        is_filled=False,
    )


def _name(mark: Mark) -> TextObject:
    return TextObject(
        text_value=mark.text,
        units=AnnotationUnitsValues.PIXEL,
        anchor_point=(mark.u + 0.5, mark.v + 0.5),
        anchor_point_visible=True,
    )


def _dressed(made: Dataset, name: str) -> Dataset:
    made.SeriesDescription = f"{name}. {SIMULATED}"
    if made.Modality == "PR":
        made.Laterality = ""
    if made.Modality == "SR":
        made.CodingSchemeIdentificationSequence = [_own_codes()]
    made.StudyDescription = f"{SIMULATED}: C-arm rehearsal"
    return made


def _own_codes() -> Dataset:
    item = Dataset()
    item.CodingSchemeDesignator = "99CARM"
    item.CodingSchemeName = "C-arm rehearsal, private codes"
    item.CodingSchemeResponsibleOrganization = "C-arm rehearsal"
    return item
