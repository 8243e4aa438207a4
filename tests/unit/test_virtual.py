"""The virtual patient: landmarks lie on what they name, left is left, the same seed makes the same voxels."""

from __future__ import annotations

import numpy as np
import pytest

from sim.landmarks import KEYS
from sim.patient import virtual
from sim.patient.patient import Patient, PatientError

SPACING_MM = 4.0


@pytest.fixture(scope="module")
def patients() -> dict[object, Patient]:
    return {seed: virtual.build(seed, SPACING_MM, "crossed") for seed in (None, 3, 11)}


def around(patient: Patient, key: str, shift=(0.0, 0.0, 0.0), reach_mm: float = 4.0) -> np.ndarray:
    """HU in a cube about a landmark, shifted by (left, up, ant) mm."""
    point = np.array(patient.landmarks[key]) + shift
    index = np.linalg.solve(patient.affine[:3, :3], point - patient.affine[:3, 3])
    n = max(1, round(reach_mm / patient.spacing_mm[0]))
    low, high = np.round(index).astype(int) - n, np.round(index).astype(int) + n + 1
    assert np.all(low >= 0), key
    assert np.all(high <= patient.hu.shape), key
    return patient.hu[tuple(slice(a, b) for a, b in zip(low, high))]


@pytest.mark.parametrize("seed", [None, 3, 11])
def test_crossed_landmarks_lie_inside_on_what_they_name(patients, seed):
    patient = patients[seed]
    assert tuple(patient.landmarks) == KEYS
    assert all(patient.distance_outside_mm(np.array(p)) == 0 for p in patient.landmarks.values())
    assert -10 < np.median(around(patient, "skull")) < 90
    for vertebra in ("t1", "t12"):
        assert np.median(around(patient, vertebra)) > 80  # as low as in osteoporosis
    assert around(patient, "carina", (0, 10, 0)).min() < -700
    assert around(patient, "carina", (0, -8, 0), 0).max() > -200
    for side in ("right", "left"):
        assert np.median(around(patient, f"{side}_humeral_head")) > 80
        assert around(patient, f"{side}_scapular_inferior_angle", reach_mm=6).max() > 200
        assert around(patient, f"{side}_elbow", reach_mm=8).max() > 350
        assert around(patient, f"{side}_wrist", reach_mm=8).max() > 400
        assert around(patient, f"{side}_hemidiaphragm", (0, 12, 0), 8).min() < -600
        assert np.median(around(patient, f"{side}_hemidiaphragm", (0, -14, 0))) > -150


def test_left_is_left(patients):
    patient = patients[None]
    for part in ("humeral_head", "scapular_inferior_angle", "elbow", "hemidiaphragm"):
        assert patient.landmarks[f"left_{part}"][0] > 50 > -50 > patient.landmarks[f"right_{part}"][0]
    # Crossed: each wrist lies over the other side. The liver's dome is the higher one; the heart lies to the left.
    assert patient.landmarks["left_wrist"][0] < 0 < patient.landmarks["right_wrist"][0]
    assert patient.landmarks["right_hemidiaphragm"][1] > patient.landmarks["left_hemidiaphragm"][1]
    heart = [around(patient, "carina", (side * 55.0, -70.0, 30.0), 12).mean() for side in (1, -1)]
    assert heart[0] > heart[1] + 200


def test_the_frame_is_the_patients(patients):
    patient = patients[None]
    assert patient.hu.dtype == np.int16
    assert patient.generator == virtual.GENERATOR
    assert np.allclose(patient.affine[:3, :3], SPACING_MM * np.eye(3))
    assert patient.landmarks["t1"][1:] == (0.0, 0.0)
    # Supine on a table: the chest lies in front of T1's body, the table behind it.
    assert patient.landmarks["carina"][2] > 0
    assert patient.landmarks["t12"][2] < 0  # the back slopes away below the neck
    assert patient.landmarks["left_wrist"][2] > 120
    ant = patient.affine[2, 3] + SPACING_MM * np.arange(patient.hu.shape[2])
    low = int((-380 - patient.affine[1, 3]) / SPACING_MM)
    behind = patient.hu[patient.hu.shape[0] // 2, low, ant < -60]
    assert behind.max() > -600


def test_air_is_exactly_minus_1000(patients):
    hu = patients[None].hu
    assert (hu == -1000).mean() > 0.4
    assert hu.min() == -1000
    assert np.all(hu[:2, -2:, :2] == -1000)


def test_same_seed_same_voxels_and_landmarks_without_them(patients):
    again = virtual.build(3, SPACING_MM, "crossed")
    assert np.array_equal(again.hu, patients[3].hu)
    assert again.landmarks == patients[3].landmarks == virtual.landmarks(3, "crossed")
    assert not np.array_equal(patients[3].hu.shape, patients[11].hu.shape) or np.any(patients[3].hu != patients[11].hu)


def test_another_spacing_is_the_same_person(patients):
    fine = virtual.build(None, 3.0)
    assert fine.landmarks == patients[None].landmarks
    for patient in (fine, patients[None]):
        litres = (patient.hu > -300).sum() * np.prod(patient.spacing_mm) / 1e6
        assert 25 < litres < 60
    counts = [(p.hu > 300).sum() * np.prod(p.spacing_mm) for p in (fine, patients[None])]
    assert counts[0] == pytest.approx(counts[1], rel=0.25)


def test_a_long_trunk_has_room_for_its_bowel():
    """T12 of this one lies lower than where bowel gas was thought to begin."""
    assert virtual.build(600_565, 6.0).landmarks == virtual.landmarks(600_565)


@pytest.mark.parametrize("arms", ["beside", "raised"])
def test_other_arms(arms):
    patient = virtual.build(5, SPACING_MM, arms)
    assert patient.landmarks == virtual.landmarks(5, arms)
    for side in ("right", "left"):
        shoulder, elbow = (patient.landmarks[f"{side}_{part}"] for part in ("humeral_head", "elbow"))
        assert (elbow[1] > shoulder[1] + 150) == (arms == "raised")
        assert np.median(around(patient, f"{side}_humeral_head")) > 80
    # No forearm lies over T12: in front of the abdomen's wall there is air.
    t12 = patient.landmarks["t12"]
    i, j, k = np.round(np.linalg.solve(patient.affine[:3, :3], np.array(t12) - patient.affine[:3, 3])).astype(int)
    assert np.all(patient.hu[i - 3 : i + 4, j, k:] < 900)


@pytest.mark.parametrize("bad", [-1, 1.5, True, "7"])
def test_a_bad_seed_is_refused_in_one_sentence(bad):
    with pytest.raises(PatientError, match="seed is a whole number"):
        virtual.build(bad)


def test_bad_arms_and_spacing_are_refused():
    with pytest.raises(PatientError, match="crossed, beside, raised"):
        virtual.landmarks(1, "folded")
    with pytest.raises(PatientError, match=r"0\.8 to 8 mm"):
        virtual.build(1, 0.2)


def test_the_shipped_patient_is_the_mean_of_this_generator():
    patient = virtual.shipped()
    assert patient.generator == virtual.GENERATOR
    assert patient.hu.dtype == np.int16
    assert np.allclose(patient.spacing_mm, virtual.SHIPPED_SPACING_MM)
    for key, point in virtual.landmarks(None).items():
        assert patient.landmarks[key] == pytest.approx(point, abs=1e-3)
    made = virtual.build(None, 3.0, noise_hu=0.0)
    for key in ("skull", "t1", "t12", "left_humeral_head"):
        a, b = (around(p, key, reach_mm=9.0).mean() for p in (patient, made))
        assert a == pytest.approx(b, abs=60), key
