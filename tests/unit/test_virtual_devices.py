"""What lies on and in virtual patients: in the stated shares, where it belongs, and without moving a landmark."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sim.patient import population, virtual
from sim.patient.patient import Patient

SEED, SPACING_MM = 5, 4.0
SEEDS = 3000


def near_share(count: int, share: float, n: int = SEEDS) -> bool:
    """Within four standard errors."""
    return abs(count / n - share) <= 4 * np.sqrt(share * (1 - share) / n)


def test_devices_come_in_the_stated_shares():
    counts = Counter(name for seed in range(SEEDS) for name in population.draw_devices(seed))
    assert set(counts) == set(population.DEVICES)
    for name, share in population.DEVICES.items():
        assert near_share(counts[name], share), name


def test_contrast_and_its_inflow_come_in_the_stated_shares():
    people = [population.subject(seed) for seed in range(SEEDS)]
    with_contrast = [s for s in people if s.vessel_hu > 100]
    inflow = [s for s in people if s.inflow_hu > 0]
    assert near_share(len(with_contrast), population.CONTRAST_SHARE)
    assert near_share(len(inflow), population.CONTRAST_SHARE * population.INFLOW_SHARE)
    assert all(s.vessel_hu > 100 for s in inflow)
    cut = [s for s in people if s.field_mm is not None]
    assert all(s.arms != "crossed" for s in cut)
    assert near_share(len(cut), population.FIELD_SHARE * (1 - population.ARM_SHARES[0]))


def test_devices_are_independent_of_the_person():
    raised, crossed = (population.subject(9, arms) for arms in ("raised", "crossed"))
    assert raised.devices == crossed.devices == population.draw_devices(9)
    assert population.subject(None).devices == ("table",)


def built(monkeypatch, arms: str = "raised", **changes) -> Patient:
    with monkeypatch.context() as patch:
        plain = population.subject(SEED, arms)
        person = replace(plain, **{"devices": (), "vessel_hu": 42.0, "inflow_hu": 0.0, "field_mm": None} | changes)
        patch.setattr(virtual, "subject", lambda seed, arms: person)
        return virtual.build(SEED, SPACING_MM, arms, noise_hu=0.0)


@pytest.fixture(scope="module")
def plain() -> Patient:
    patch = pytest.MonkeyPatch()
    patient = built(patch)
    patch.undo()
    return patient


def changed(plain: Patient, patient: Patient, by_hu: float = 150.0) -> tuple[np.ndarray, np.ndarray]:
    """(left, up, ant) mm of the voxels that became denser by more than `by_hu`, (n, 3); and their HU."""
    assert patient.hu.shape == plain.hu.shape
    where = np.argwhere(patient.hu.astype(int) - plain.hu > by_hu)
    assert len(where) > 3
    return where @ plain.affine[:3, :3].T + plain.affine[:3, 3], patient.hu[tuple(where.T)]


def test_no_device_moves_a_landmark(plain, monkeypatch):
    everything = built(monkeypatch, devices=tuple(population.DEVICES), vessel_hu=330.0, inflow_hu=1500.0)
    assert everything.landmarks == plain.landmarks == virtual.landmarks(SEED, "raised")
    assert everything.hu.max() == 3071


def test_a_tube_in_the_trachea_ends_above_the_carina(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("endotracheal_tube",)))
    carina = np.array(plain.landmarks["carina"])
    assert points[:, 1].min() > carina[1] + 3
    assert points[:, 1].max() > 60  # to the mouth
    low = points[points[:, 1] < 0]
    assert np.abs(low[:, 0] - carina[0]).max() < 25


def test_a_gastric_tube_runs_below_the_left_dome(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("gastric_tube",)), 60.0)
    dome = np.array(plain.landmarks["left_hemidiaphragm"])
    below = points[points[:, 1] < dome[1] - 20]
    assert len(below) > 3
    assert below[:, 0].mean() > 0  # the stomach lies left
    assert points[:, 1].max() > 60


def test_a_central_line_ends_right_of_the_carina(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("central_line",)), 40.0)
    carina = np.array(plain.landmarks["carina"])
    tip = points[points[:, 1].argmin()]
    assert tip[0] < carina[0] - 8
    assert np.linalg.norm(tip - carina) < 85


def test_a_chest_drain_lies_in_one_half_of_the_chest(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("chest_drain",)), 250.0)
    side = np.sign(points[:, 0].mean())
    assert np.all(side * points[:, 0] > 15)
    assert -20 > points[:, 1].max() - 20 > -80
    assert points[:, 1].min() > plain.landmarks["t12"][1]


def test_a_pacemaker_lies_before_the_ribs_and_its_leads_reach_the_heart(plain, monkeypatch):
    points, hu = changed(plain, built(monkeypatch, devices=("pacemaker",)), 300.0)
    box = points[hu > 1500]
    carina, dome = (np.array(plain.landmarks[k]) for k in ("carina", "left_hemidiaphragm"))
    centre = np.median(box, axis=0)
    assert abs(centre[0]) > 60
    assert centre[2] > carina[2] + 20
    assert points[:, 1].min() < (carina[1] + dome[1]) / 2 + 15


def test_wires_hold_the_sternum(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("sternal_wires",)), 100.0)
    carina = np.array(plain.landmarks["carina"])
    assert np.abs(points[:, 0] - carina[0]).max() < 45
    assert points[:, 2].min() > carina[2] + 20
    assert np.ptp(points[:, 1]) > 50


def test_screws_sit_in_the_spine(plain, monkeypatch):
    points, hu = changed(plain, built(monkeypatch, devices=("spine_screws",)), 800.0)
    spine = np.mean([plain.landmarks[k][0] for k in ("t1", "carina", "t12")])
    assert np.abs(points[:, 0] - spine).max() < 60
    assert points[:, 2].max() < plain.landmarks["carina"][2]
    assert (points[:, 0] > spine).any()
    assert (points[:, 0] < spine).any()
    assert hu.max() > 2500


def test_a_shoulder_prosthesis_is_centred_on_the_articular_sphere(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("shoulder_prosthesis",)), 800.0)
    heads = [np.array(plain.landmarks[f"{side}_humeral_head"]) for side in ("right", "left")]
    head = min(heads, key=lambda h: np.linalg.norm(points - h, axis=1).min())
    away = np.linalg.norm(points - head, axis=1)
    assert away.max() < 150
    inward = (points - head)[:, 0] * -np.sign(head[0])
    assert inward[away < 30].mean() > 0  # the metal half faces the glenoid
    assert 23 - SPACING_MM < away[inward > 8].max() < 23 + SPACING_MM


def test_leads_lie_on_the_skin_of_the_chest_and_clips_inside(plain, monkeypatch):
    points, _ = changed(plain, built(monkeypatch, devices=("leads",)), 40.0)
    index = np.round((points - plain.affine[:3, 3]) / SPACING_MM).astype(int)
    in_front = [(plain.hu[i, j, k + 2 :] > -500).sum() for i, j, k in index]
    assert np.median(in_front) == 0
    points, _ = changed(plain, built(monkeypatch, devices=("clips",)), 40.0)
    assert len(points) < 400


def test_the_table_lies_behind(plain, monkeypatch):
    points, hu = changed(plain, built(monkeypatch, devices=("table",)), 40.0)
    assert points[:, 2].max() < plain.landmarks["t12"][2] - 20
    assert hu.max() < 300


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_contrast_flows_in_from_its_side_into_the_right_heart(plain, monkeypatch, side):
    patient = built(monkeypatch, vessel_hu=300.0, inflow_hu=2000.0, inflow_side=side)
    points, _ = changed(plain, patient, 1000.0)
    carina = np.array(plain.landmarks["carina"])
    arm = points[np.abs(points[:, 0]) > 70]
    assert np.all(np.sign(arm[:, 0]) == side)
    cava = points[points[:, 1] < carina[1] - 5]
    assert np.all(cava[:, 0] < carina[0])
    blood, _ = changed(plain, patient, 150.0)
    heart = blood[(blood[:, 1] < carina[1] - 45) & (blood[:, 2] > carina[2])]
    assert heart[:, 0].mean() > carina[0] + 5  # more of the heart lies left


def test_arms_beside_the_field_of_view_are_outside_the_volume(monkeypatch):
    patient = built(monkeypatch, "beside", field_mm=190.0)
    assert patient.distance_outside_mm(np.array(patient.landmarks["left_humeral_head"])) == 0
    left = patient.affine[0, 3] + SPACING_MM * np.array([0, patient.hu.shape[0] - 1])
    assert left[0] > -190.0 - SPACING_MM
    assert left[1] < 190.0 + SPACING_MM
