"""Imported patients: kept whole or not at all, found by name wherever a patient is named, and free of personal data."""

from __future__ import annotations

import errno
import json
import os
import time

import nibabel as nib
import numpy as np
import pytest
from dicom_writer import save, slices
from test_ct_dicom import box, same

from sim.patient import imported, load
from sim.patient.importing import import_scan
from sim.patient.load import landmarks_file, load_patient
from sim.patient.markups import write_mrk_json
from sim.patient.patient import Patient, PatientError


def patient(name="chest", marks=None, seed=0) -> Patient:
    hu = np.random.default_rng(seed).integers(-1000, 900, (12, 10, 8)).astype(np.int16)
    affine = np.array([[-2.0, 0, 0, 11], [0, 0, 2.5, -7], [0, 2, 0, -9], [0, 0, 0, 1]])
    return Patient(name, hu, affine, marks or {})


def left_over(root) -> list[str]:
    return [each.name for each in root.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_kept_is_what_comes_back(root, order):
    one = patient(marks={"t1": (1.0, 2.0, 3.0)})
    one = Patient(one.name, np.array(one.hu, order=order), one.affine, one.landmarks)
    entry, _ = imported.store(one, {"format": "NIfTI"}, ("A note.",))
    assert (entry.name, entry.shape, entry.landmarks, entry.notes) == ("chest", (12, 10, 8), ("t1",), ("A note.",))
    again = load_patient("chest")
    np.testing.assert_array_equal(again.hu, one.hu)
    np.testing.assert_allclose(again.affine, one.affine, atol=1e-4)
    assert again.landmarks == {"t1": (1.0, 2.0, 3.0)}
    assert left_over(root) == []


def test_other_programs_can_open_it(root):
    one = patient()
    imported.store(one)
    image = nib.load(root / "chest" / "volume.nii.gz")
    np.testing.assert_array_equal(np.asanyarray(image.dataobj), one.hu)
    assert nib.aff2axcodes(image.affine) == ("R", "A", "S")


def test_names_are_found_in_any_case_and_before_paths(root, tmp_path, monkeypatch):
    imported.store(patient("Chest 1"))
    assert load_patient("chest 1").name == "Chest 1"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Chest 1").mkdir()
    assert load_patient("Chest 1").hu.shape == (12, 10, 8)
    with pytest.raises(PatientError, match="is empty"):
        load_patient("./Chest 1")
    with pytest.raises(PatientError, match=r"no patient 'chest 2'.* imported Chest 1"):
        load_patient("chest 2")
    assert [one.name for one in imported.listed()] == ["Chest 1"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "virtual",
        "Virtual",
        "virtual:7",
        "a/b",
        "a\\b",
        "..",
        ".hidden",
        "con",
        "NUL.x",
        "a" * 61,
        "a\nb",
        "x:",
    ],
)
def test_names_that_cannot_be(root, name):
    with pytest.raises(PatientError, match=r"cannot be a name|meaning of its own"):
        imported.check_name(name)
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("name", ["chest-1", "Thorax 2", "Müller_CT", "胸部", "a.b+c"])
def test_names_that_can_be(root, name):
    imported.store(patient(name))
    assert load_patient(name).name == name


def test_overwriting_is_asked_for(root):
    imported.store(patient(seed=1))
    with pytest.raises(PatientError, match="a patient called chest already"):
        imported.store(patient("CHEST", seed=2))
    np.testing.assert_array_equal(imported.load("chest").hu, patient(seed=1).hu)
    imported.store(patient(seed=2), overwrite=True)
    np.testing.assert_array_equal(imported.load("chest").hu, patient(seed=2).hu)
    assert left_over(root) == []


def test_landmarks_stay_with_the_same_scan(root):
    marks = {"carina": (1.0, 2.0, 3.0)}
    imported.store(patient(marks=marks))
    imported.store(patient(seed=3), overwrite=True)
    assert imported.load("chest").landmarks == marks
    bigger = Patient("chest", np.zeros((13, 10, 8), np.int16), patient().affine)
    imported.store(bigger, overwrite=True)
    assert imported.load("chest").landmarks == {}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_leaves_what_was_there(root, monkeypatch, number):
    imported.store(patient(seed=1))

    def full(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(imported, "_write_volume", full)
    with pytest.raises(
        PatientError, match="The disk is full" if number == errno.ENOSPC else "could not be kept"
    ) as said:
        imported.store(patient(seed=2), overwrite=True)
    assert "was not imported" in str(said.value)
    assert left_over(root) == []
    np.testing.assert_array_equal(imported.load("chest").hu, patient(seed=1).hu)


def test_a_cancel_leaves_nothing(root):
    class StopError(Exception):
        pass

    def tell(share, text):
        if text.startswith("Keeping"):
            raise StopError

    with pytest.raises(StopError):
        imported.store(patient(), tell=tell)
    assert list(root.iterdir()) == []


def test_what_an_interrupted_import_left_is_cleaned_and_said(root):
    half = root / ".chest.0123abcd.part"
    half.mkdir()
    (half / "volume.nii.gz").write_bytes(b"half")
    _, said = imported.store(patient("other"))
    assert (said, half.exists()) == ((), True)  # it may still be at work
    for each in (half / "volume.nii.gz", half):
        os.utime(each, (time.time() - 1000,) * 2)
    assert imported.names() == ["other"]
    _, said = imported.store(patient("third"))
    assert said == ("What an interrupted import of chest had left behind was removed.",)
    assert not half.exists()


def test_a_patient_put_aside_by_a_crash_comes_back(root):
    imported.store(patient())
    (root / "chest").rename(root / ".chest.0123abcd.old")
    _, said = imported.store(patient("other"))
    assert said == ("An interrupted import had put chest aside; it is back.",)
    np.testing.assert_array_equal(imported.load("chest").hu, patient().hu)


@pytest.mark.parametrize("file", ["volume.nii.gz", "patient.json", "landmarks.mrk.json"])
def test_damage_is_one_sentence(root, file):
    imported.store(patient(marks={"t1": (1.0, 2.0, 3.0)}))
    content = (root / "chest" / file).read_bytes()
    (root / "chest" / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(PatientError) as said:
        load_patient("chest")
    assert str(said.value).endswith(".")
    assert "\n" not in str(said.value)


def test_deleting(root):
    imported.store(patient())
    assert imported.remove("CHEST") == "chest"
    assert list(root.iterdir()) == []
    with pytest.raises(PatientError, match="no imported patient 'chest'; none has been imported yet"):
        imported.remove("chest")


@pytest.fixture
def scan(tmp_path):
    """A DICOM folder of Erika Mustermann."""
    hu, affine = box()
    images = slices(hu, affine)
    for image in images:
        image.PatientName, image.PatientID, image.PatientBirthDate = "Mustermann^Erika", "4711", "19640812"
        image.StudyDate, image.SeriesDescription, image.KVP = "20250102", "Thorax Mustermann", "120"
        image.LossyImageCompression = "01"  # makes a note that names the folder
    return save(images, tmp_path / "Mustermann Erika 1964")


def test_an_imported_scan_is_the_scan_and_names_nobody(root, scan):
    done = import_scan(scan, "chest")
    hu, affine = box()
    one = load_patient("chest")
    same((one.hu, one.affine), hu, affine)
    kept = (root / "chest" / "patient.json").read_text() + repr(done.entry.as_dict())
    for secret in ("Mustermann", "Erika", "4711", "1964", "2025", "Thorax"):
        assert secret not in kept
    assert json.loads((root / "chest" / "patient.json").read_text())["source"]["KVP"] == 120.0
    assert any("compressed with loss" in note for note in done.entry.notes)


def test_landmarks_come_in_with_the_scan(root, scan, tmp_path):
    marks = {"carina": (-12.0, 105.0, -25.0)}
    write_mrk_json(tmp_path / "m.mrk.json", marks)
    assert import_scan(scan, "a", landmarks=tmp_path / "m.mrk.json").entry.landmarks == ("carina",)
    write_mrk_json(tmp_path / f"{scan.name}.mrk.json", marks)
    import_scan(scan, "b")  # beside the scan
    assert load_patient("b").landmarks == marks
    assert landmarks_file("b") == root / "b" / "landmarks.mrk.json"
    assert landmarks_file(str(scan)) == tmp_path / f"{scan.name}.mrk.json"
    assert landmarks_file("virtual:3") is None


def test_faults_are_found_before_the_long_work(root, scan, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.patient.ct.read_scan", lambda *a, **k: pytest.fail("the scan was read"))
    (tmp_path / "bad.csv").write_text("nothing")
    imported.store(patient("taken"))
    for options, says in (
        ({"name": "x/y"}, "cannot be a name"),
        ({"name": "taken"}, "already"),
        ({"name": "a", "landmarks": tmp_path / "bad.csv"}, "needs the columns"),
        ({"name": "a", "path": tmp_path / "absent"}, "There is no file or folder"),
    ):
        with pytest.raises(PatientError, match=says):
            import_scan(**{"path": scan, **options})


def test_a_series_cannot_be_chosen_in_an_import(root):
    imported.store(patient())
    with pytest.raises(PatientError, match="DICOM folder only"):
        load_patient("chest", series="1")
    assert not load.is_imported("")
