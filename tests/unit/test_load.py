"""load_patient: every form of a spec, the cache of drawn subjects, and landmarks beside a scan."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import nibabel as nib
import numpy as np
import pytest

import sim.patient
from sim.patient import load, population, shipped
from sim.patient.likeness import check_likeness
from sim.patient.load import VIRTUAL_SPACING_MM, load_patient
from sim.patient.markups import write_mrk_json
from sim.patient.patient import Patient, PatientError


def subject(seed: int, spacing_mm: float) -> Patient:
    hu = np.random.default_rng(seed).integers(-1000, 1000, (4, 5, 6)).astype(np.int16)
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    return Patient(f"virtual:{seed}", hu, affine, {"t1": (0.0, 1.5, -2.0), "carina": (3.0, 4.0, 5.0)}, "7")


@pytest.fixture
def generator(monkeypatch, tmp_path):
    """A generator that counts its work, and a cache of its own."""
    built: list[int] = []

    def build(seed, spacing_mm=2.0, arms=None):
        built.append(seed)
        return subject(seed, spacing_mm)

    fake = SimpleNamespace(GENERATOR="7", build=build, built=built)
    monkeypatch.setitem(sys.modules, "sim.patient.virtual", fake)
    monkeypatch.setattr(sim.patient, "virtual", fake, raising=False)
    fake.cache = tmp_path / "cache"
    fake.cache.mkdir()
    monkeypatch.setattr(load, "cache_dir", lambda *parts: fake.cache)
    monkeypatch.setattr(shipped, "shipped", lambda: subject(0, 1.0))
    return fake


def alike(one: Patient, other: Patient) -> None:
    assert (one.name, one.generator, dict(one.landmarks)) == (other.name, other.generator, dict(other.landmarks))
    assert one.hu.dtype == other.hu.dtype == np.int16
    np.testing.assert_array_equal(one.hu, other.hu)
    np.testing.assert_array_equal(one.affine, other.affine)


def test_a_drawn_subject_is_built_once(generator):
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))
    assert generator.built == [12]
    assert [file.suffix for file in generator.cache.iterdir()] == [".npz"]


def test_another_generator_or_spacing_builds_anew(generator, monkeypatch):
    load_patient("virtual:12")
    generator.GENERATOR = "8"
    load_patient("virtual:12")
    monkeypatch.setattr(load, "VIRTUAL_SPACING_MM", 3.0)
    assert load_patient("virtual:12").spacing_mm.tolist() == [3, 3, 3]
    assert generator.built == [12, 12, 12]


@pytest.mark.parametrize("damage", [b"", b"not a zip", None], ids=["empty", "text", "cut"])
def test_a_damaged_cache_is_rebuilt(generator, damage):
    load_patient("virtual:12")
    [file] = generator.cache.iterdir()
    file.write_bytes(file.read_bytes()[:300] if damage is None else damage)
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))
    load_patient("virtual:12")
    assert generator.built == [12, 12]


def test_a_cache_of_other_content_is_rebuilt(generator):
    load_patient("virtual:12")
    [file] = generator.cache.iterdir()
    np.savez(file, hu=np.zeros(3))
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))


def test_the_cache_stays_small(generator, monkeypatch):
    monkeypatch.setattr(load, "CACHED_SUBJECTS", 2)
    for seed in (1, 2, 3):
        load_patient(f"virtual:{seed}")
    assert len(list(generator.cache.iterdir())) == 2
    load_patient("virtual:3")
    assert generator.built == [1, 2, 3]


def test_no_cache_costs_only_time(generator, monkeypatch):
    def refuse(*parts):
        raise PermissionError

    monkeypatch.setattr(load, "cache_dir", refuse)
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))


def test_a_write_that_fails_leaves_nothing(generator, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load.np, "savez", full)
    alike(load_patient("virtual:12"), subject(12, VIRTUAL_SPACING_MM))
    assert list(generator.cache.iterdir()) == []


def test_the_shipped_patient(generator, monkeypatch):
    alike(load_patient("virtual"), subject(0, 1.0))
    assert list(generator.cache.iterdir()) == []

    def lacking():
        raise FileNotFoundError("The installation lacks patients/a.npz; reinstall the package.")

    monkeypatch.setattr(shipped, "shipped", lacking)
    with pytest.raises(PatientError, match="reinstall the package"):
        load_patient("virtual")


@pytest.mark.parametrize("spec", ["virtual:", "virtual:-1", "virtual:1.5", "virtual:x", "virtual:1000100", "virtual:²"])
def test_seeds_out_of_range(generator, spec):
    with pytest.raises(PatientError, match=r"no valid seed: .* from 0 to 1,000,099"):
        load_patient(spec)
    assert generator.built == []


def test_the_last_seed_is_allowed(generator):
    assert load_patient("virtual:1000099").name == "virtual:1000099"


@pytest.fixture
def scan(tmp_path):
    hu = np.full((10, 10, 10), -1000, np.int16)
    hu[3:7, 3:7, 3:7] = 40
    nib.save(nib.Nifti1Image(hu, np.diag([5.0, 5.0, 5.0, 1.0])), tmp_path / "chest.nii.gz")
    return tmp_path / "chest.nii.gz"


def test_a_scan_and_the_landmarks_beside_it(scan, tmp_path):
    assert load_patient(scan).landmarks == {}
    write_mrk_json(tmp_path / "chest.mrk.json", {"t1": (-20.0, 20.0, 20.0)})
    patient = load_patient(str(scan))
    assert (patient.name, patient.generator) == ("chest", "")
    assert patient.landmarks == {"t1": (-20.0, 20.0, 20.0)}
    assert patient.hu.shape == (10, 10, 10)
    write_mrk_json(tmp_path / "other.mrk.json", {"t12": (-10.0, 20.0, 20.0)})
    assert load_patient(scan, landmarks=tmp_path / "other.mrk.json").landmarks == {"t12": (-10.0, 20.0, 20.0)}


def test_landmarks_of_another_scan_are_refused(scan, tmp_path):
    write_mrk_json(tmp_path / "chest.mrk.json", {"t1": (20.0, 20.0, 20.0)})  # left and right exchanged
    with pytest.raises(PatientError, match=r"No landmark of chest\.mrk\.json lies inside chest"):
        load_patient(scan)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda key, left, up, ant: (-left, up, -ant), "to the right of the right humeral head"),
        (lambda key, left, up, ant: (left, -up, ant), "the skull below T1"),
        (lambda key, left, up, ant: (left, up, -ant), "behind T12"),
        (lambda key, left, up, ant: (left / 10, up / 10, ant / 10), "not in mm"),
        (lambda key, left, up, ant: (0.0, 0.0, 0.0), "not in mm"),
        (lambda key, left, up, ant: (left, 9999.0 if key == "skull" else up, ant), "a point is misplaced"),
    ],
)
def test_landmarks_unlike_a_person_are_refused(generator, tmp_path, change, says):
    depth = {"right_hemidiaphragm": 40.0, "left_hemidiaphragm": 40.0}
    good = {key: (left, up, depth.get(key, 0.0)) for key, (left, up) in population.mean_coronal().items()}
    write_mrk_json(tmp_path / "good.mrk.json", good)
    assert len(load_patient("virtual:3", landmarks=tmp_path / "good.mrk.json").landmarks) == 14
    write_mrk_json(tmp_path / "bad.mrk.json", {key: change(key, *point) for key, point in good.items()})
    with pytest.raises(PatientError, match=says):
        load_patient("virtual:3", landmarks=tmp_path / "bad.mrk.json")


def test_one_sides_landmark_is_told_by_the_midline():
    with pytest.raises(PatientError, match="T1 to the right of the right humeral head"):
        check_likeness({"t1": (0.0, 0.0, 0.0), "right_humeral_head": (140.0, 5.0, 0.0)}, "a.csv")
    check_likeness({"right_wrist": (70.0, 0.0, 0.0), "left_wrist": (-70.0, 0.0, 0.0)}, "a.csv")  # crossed arms


def test_every_drawn_person_is_like_one():
    for seed in range(200):
        drawn = population.draw_coronal(np.random.default_rng(seed))
        check_likeness({key: (left, up, 0.0) for key, (left, up) in drawn.items() if "hemi" not in key}, "drawn")


def test_landmarks_for_a_virtual_patient(generator, tmp_path):
    write_mrk_json(tmp_path / "mine.mrk.json", {"carina": (2.0, 2.0, 2.0)})
    assert load_patient("virtual:3", landmarks=tmp_path / "mine.mrk.json").landmarks == {"carina": (2.0, 2.0, 2.0)}


def test_what_is_no_patient(generator, scan, tmp_path):
    with pytest.raises(PatientError, match=r"no patient 'Virtual'.*give virtual, virtual:SEED"):
        load_patient("Virtual")
    with pytest.raises(PatientError, match="no patient"):
        load_patient(tmp_path / "absent.nii")
    with pytest.raises(PatientError, match="No patient is named"):
        load_patient(" ")
    with pytest.raises(PatientError, match="series"):
        load_patient("virtual:3", series="1")
    with pytest.raises(PatientError, match="no series to choose from"):
        load_patient(scan, series="1")
    with pytest.raises(PatientError, match="cannot be read"):
        load_patient(scan, landmarks=tmp_path / "absent.mrk.json")
