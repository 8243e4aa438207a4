"""Variety for training: deeper, emptier lungs and moved organs, with every landmark still on what it names; and nothing
of it where it was not asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from inference.training.dataset import SHOULDERS_MM, Cast, cut, photograph
from sim import sampling
from sim.landmarks import KEYS
from sim.patient import virtual
from sim.patient.patient import Patient
from sim.patient.population import VARIETY_STREAM, stream, subject
from sim.patient.variety import DEEPER, EMPTIER, MOST_SIGMAS, ORGANS_SIGMA_MM, varied

SEED, SPACING_MM = 3, 4.0


@pytest.fixture(scope="module")
def both() -> tuple[Patient, Patient]:
    """The same person as ever, and breathed in."""
    return tuple(virtual.build(SEED, SPACING_MM, "crossed", 0.0, variety) for variety in (False, True))


def lungs(patient: Patient) -> np.ndarray:
    """Air inside the body, by its largest parts."""
    parts, count = ndimage.label(patient.hu < -450)
    outside = np.unique(
        np.concatenate([parts[[0, -1]].ravel(), parts[:, [0, -1]].ravel(), parts[..., [0, -1]].ravel()])
    )
    sizes = ndimage.sum_labels(np.ones_like(parts), parts, np.arange(count + 1)) * SPACING_MM**3 / 1e6
    return np.isin(parts, [i for i in range(1, count + 1) if i not in outside and sizes[i] > 0.3])


def around(patient: Patient, key: str, shift=(0.0, 0.0, 0.0)) -> np.ndarray:
    """HU in a cube of 12 mm about a landmark, shifted by (left, up, ant) mm."""
    point = np.array(patient.landmarks[key]) + shift
    at = np.round(np.linalg.solve(patient.affine[:3, :3], point - patient.affine[:3, 3])).astype(int)
    return patient.hu[tuple(slice(i - 1, i + 2) for i in at)]


def test_every_draw_is_within_its_range_and_the_same_again():
    for seed in range(60):
        person = subject(seed)
        drawn = varied(person, stream(seed, VARIETY_STREAM))
        assert drawn == varied(person, stream(seed, VARIETY_STREAM))
        assert DEEPER[0] <= drawn.depth / person.depth <= DEEPER[1]
        assert EMPTIER[0] <= drawn.inflation / person.inflation <= EMPTIER[1]
        assert abs(drawn.organs_mm) <= MOST_SIGMAS * ORGANS_SIGMA_MM
        # What the person is stays: nothing else is drawn anew.
        fields = ("depth", "front_mm", "inflation", "mediastinum_mm", "organs_mm")
        assert replace(drawn, **{name: getattr(person, name) for name in fields}) == person


def test_the_lungs_are_deeper_and_emptier(both):
    plain, full = (lungs(patient) for patient in both)
    person = subject(SEED, "crossed")
    deeper = varied(person, stream(SEED, VARIETY_STREAM)).depth / person.depth
    assert deeper > 1.0
    assert full.sum() > (1 + 0.5 * (deeper - 1)) * plain.sum()
    assert np.median(both[1].hu[full]) < np.median(both[0].hu[plain])


def test_landmarks_keep_their_place_in_the_picture_and_lie_on_what_they_name(both):
    plain, full = (patient.landmarks for patient in both)
    for key in KEYS:
        far = 12.0 if "scapular" in key else 0.01  # the blade follows the deeper ribs
        assert np.hypot(*np.subtract(plain[key], full[key])[:2]) < far, key
    patient = both[1]
    for key in ("t1", "t12", "right_humeral_head", "left_humeral_head"):
        assert np.median(around(patient, key)) > 80, key
    for side in ("right", "left"):  # lung over the dome, none under it
        assert around(patient, f"{side}_hemidiaphragm", (0, 12, 0)).mean() < -500
        assert around(patient, f"{side}_hemidiaphragm", (0, -16, 0)).mean() > -200
    assert around(patient, "carina", (0, 16, 0)).min() < -700  # the trachea above its fork


def test_heart_and_kidneys_move_alone(monkeypatch):
    """Shifted by 20 mm each, with nothing else changed: the airway and every landmark stay, the kidneys' centre moves
    by what was asked."""
    person = replace(subject(SEED, "crossed"), kidney_hu=900.0, devices=(), vessel_hu=42.0, inflow_hu=0.0)
    made = []
    for moved in (person, replace(person, mediastinum_mm=20.0, organs_mm=20.0)):
        monkeypatch.setattr(virtual, "subject", lambda seed, arms, moved=moved: moved)
        made.append(virtual.build(SEED, SPACING_MM, noise_hu=0.0))
    assert made[0].landmarks == made[1].landmarks
    for patient in made:
        assert around(patient, "carina", (0, 16, 0)).min() < -700
    up = []
    for patient in made:
        t12 = np.linalg.solve(patient.affine[:3, :3], np.array(patient.landmarks["t12"]) - patient.affine[:3, 3])
        beside = patient.hu[int(t12[0]) + 10 : int(t12[0]) + 22, :, int(t12[2]) - 4 : int(t12[2]) + 4]
        levels = np.flatnonzero((np.abs(beside - 900) < 30).sum((0, 2)) > 3)
        up.append(levels.mean() * SPACING_MM)
    assert up[1] - up[0] == pytest.approx(20.0, abs=SPACING_MM)


def test_a_scan_at_the_shoulders_starts_there(both):
    patient = both[1]
    points = sampling.positions(patient.landmarks)
    tops = []
    for seed in range(12):
        made = cut(patient, points, np.random.default_rng(seed), shoulders=True)
        filled = np.flatnonzero((made.hu > -1000).any((0, 2)))
        tops.append(patient.affine[1, 3] + SPACING_MM * filled.max() - points[9, 1])
    started = [top for top in tops if top < SHOULDERS_MM[1]]
    assert 2 <= len(started) <= 10
    assert min(started) > SHOULDERS_MM[0] - SPACING_MM


def test_a_share_of_the_subjects_is_varied_and_none_without_asking():
    with_none, with_all = (photograph(Cast(SEED, 2, 6.0, "training", size=64, varied=share)) for share in (0.0, 1.0))
    assert with_none == photograph(Cast(SEED, 2, 6.0, "training", size=64))
    assert with_none != with_all
