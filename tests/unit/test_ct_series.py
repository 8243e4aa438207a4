"""What a folder from an archive holds: what makes a volume, what is set aside and said, what asks a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dicom_writer import multi_frame, place, save, slices
from pydicom.uid import UID, generate_uid
from test_ct_dicom import box, same

from sim.patient.ct import read_ct, read_scan, series_of
from sim.patient.patient import PatientError


def notes(folder: Path, **options) -> str:
    return " ".join(read_scan(folder, **options).notes)


def test_what_is_no_volume_is_set_aside_and_said(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    series = images[0].SeriesInstanceUID
    scouts = slices(hu[:, :, :2], affine)
    for scout in scouts:
        scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    capture = slices(hu[:, :, :1], affine, series)[0]
    capture.SOPClassUID, capture.Modality = UID("1.2.840.10008.5.1.4.1.1.7"), "CT"
    screen = slices(hu[:, :, :1], affine)[0]
    screen.ImageType = ["DERIVED", "SECONDARY", "OTHER", "SCREEN SAVE"]
    dose = slices(hu[:, :, :1], affine)[0]
    dose.SOPClassUID, dose.Modality = UID("1.2.840.10008.5.1.4.1.1.88.67"), "SR"
    tracker = slices(np.repeat(hu[:, :, :1], 8, axis=2), affine)
    for image in tracker:
        place(image, affine, 2)
    iodine = slices(hu, affine)
    for image in iodine:
        image.RescaleType = "MGML"
    save([*images, *scouts, capture, screen, dose, *tracker, *iodine], tmp_path)
    scan = read_scan(tmp_path)
    same((scan.hu, scan.affine), hu, affine)
    said = scan.notes[0]
    for part in (
        "2 localizers",
        "2 screen captures",
        "1 SR object",
        "8 CT slices of no volume",
        "6 computed maps (MGML",
    ):
        assert part in said, said
    assert said.endswith(".")


def test_only_localizers_say_so(tmp_path):
    hu, affine = box()
    scouts = slices(hu, affine)
    for scout in scouts:
        scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    with pytest.raises(PatientError, match=r"no CT slices .found: 6 localizers"):
        read_ct(save(scouts, tmp_path))


def test_the_list_tells_the_series_apart(tmp_path):
    hu, affine = box()
    axial = slices(hu, affine)
    coronal = slices(hu.transpose(0, 2, 1), affine[:, [0, 2, 1, 3]])
    for image in coronal:
        image.SeriesNumber, image.SeriesDescription = 9, "MPR"
    save([*axial, *coronal], tmp_path)
    labels = [one.label() for one in series_of(tmp_path).series]
    assert labels == [
        "Thorax 1.0 B30f, 6 slices, axial, 10 x 8, 2.00 x 3.00 x 2.50 mm",
        "MPR, 8 slices, coronal, 10 x 6, 2.00 x 2.50 x 3.00 mm",
    ]
    same(read_ct(tmp_path, series="2"), hu, affine)
    with pytest.raises(PatientError, match=r"2 CT series .*--series 1"):
        read_ct(tmp_path)


def two_phases(tag: str) -> list:
    hu, affine = box()
    phases = []
    for phase in (1, 2):
        images = slices(hu + 3 * phase, affine, "1.2.3.4")
        for k, image in enumerate(images):
            image.InstanceNumber = (phase - 1) * len(images) + k + 1
            if tag:
                setattr(image, tag, phase)
        phases += images
    return phases


@pytest.mark.parametrize("tag", ["AcquisitionNumber", "TemporalPositionIdentifier", ""])
def test_two_phases_in_one_series_are_a_choice(tmp_path, tag):
    hu, affine = box()
    images = two_phases(tag)
    order = np.random.default_rng(0).permutation(len(images))
    save([images[n] for n in order], tmp_path)
    with pytest.raises(PatientError, match="holds 2 CT series"):
        read_ct(tmp_path)
    same(read_ct(tmp_path, series="1"), hu + 3, affine)
    same(read_ct(tmp_path, series="2"), hu + 6, affine)


def test_the_same_slice_exported_twice_counts_once(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    again = slices(hu, affine, images[0].SeriesInstanceUID)[2:4]  # other SOPInstanceUIDs
    folder = save([*images, *again], tmp_path)
    same(read_ct(folder), hu, affine)
    assert "2 slices stored twice with the same picture" in notes(folder)


def test_a_multi_frame_file_that_is_cut_short(tmp_path):
    hu, affine = box()
    image = multi_frame(hu, affine, np.arange(6))
    image.PixelData = image.PixelData[: len(image.PixelData) // 2]
    with pytest.raises(PatientError, match=r"cannot be read|fewer pictures"):
        read_ct(save([image], tmp_path))


def test_a_dicomdir_stands_for_its_folder(tmp_path):
    hu, affine = box()
    save(slices(hu, affine), tmp_path)
    (tmp_path / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 20)
    same(read_ct(tmp_path / "DICOMDIR"), hu, affine)


def test_an_archive_is_to_be_unpacked(tmp_path):
    (tmp_path / "scan.zip").write_bytes(b"PK")
    with pytest.raises(PatientError, match="Unpack the archive"):
        read_ct(tmp_path / "scan.zip")


@pytest.mark.parametrize("value", [-2048, -3024])
def test_padding_that_no_tag_names_is_air(tmp_path, value):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        image.RescaleIntercept = 0
        pixels = hu[:, :, int(image.InstanceNumber) - 1].T.copy()
        pixels[0, :4] = value
        image.PixelData = pixels.astype(np.int16).tobytes()
    expected = hu.copy()
    expected[:4, 0, :] = -1000
    same(read_ct(save(images, tmp_path)), expected, affine)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda image: setattr(image, "PixelSpacing", ["0", "0"]), "PixelSpacing of 0 x 0"),
        (
            lambda image: setattr(image, "ImageOrientationPatient", ["1", "0", "0", "1", "0", "0"]),
            "no pair of square axes",
        ),
        (lambda image: setattr(image, "RescaleSlope", 0), "RescaleSlope of 0"),
        (lambda image: setattr(image, "SamplesPerPixel", 3), "cannot be read|not one grey slice"),
    ],
)
def test_headers_that_cannot_be_are_refused_in_one_sentence(tmp_path, change, says):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        change(image)
    with pytest.raises(PatientError, match=says) as refused:
        read_ct(save(images, tmp_path))
    assert "\n" not in str(refused.value)


def test_facts_hold_nothing_personal(tmp_path):
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        image.PatientName, image.PatientID, image.PatientBirthDate = "Mustermann^Erika", "4711", "19640812"
        image.StudyDate, image.InstitutionName, image.KVP = "20250102", "Klinikum", "120"
        image.SeriesDescription, image.ConvolutionKernel = "Thorax Mustermann", "B30f"
    scan = read_scan(save(images, tmp_path / "Mustermann"))
    said = repr((scan.facts, scan.notes))
    for secret in ("Mustermann", "Erika", "4711", "1964", "2025", "Klinikum"):
        assert secret not in said
    assert scan.facts["KVP"] == 120.0
    assert scan.facts["ConvolutionKernel"] == "B30f"
    assert scan.facts["slices"] == 6


def test_progress_is_told_and_can_stop_the_reading(tmp_path):
    hu, affine = box()
    folder = save(slices(hu, affine), tmp_path)
    heard = []
    read_scan(folder, tell=lambda share, text: heard.append((share, text)))
    assert all(0 <= share <= 1 for share, _ in heard)
    assert {text.split(":")[0] for _, text in heard} >= {"Reading headers", "Reading slices"}

    class EnoughError(Exception):
        pass

    def stop(share: float, text: str) -> None:
        if text.startswith("Reading slices"):
            raise EnoughError

    with pytest.raises(EnoughError):
        read_scan(folder, tell=stop)


def test_series_are_apart_by_their_own_uid_alone(tmp_path):
    hu, affine = box()
    save([*slices(hu, affine, generate_uid()), *slices(hu, affine, generate_uid())], tmp_path)
    assert len(series_of(tmp_path).series) == 2
