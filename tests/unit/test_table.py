"""Table removal on a patient whose every part is known: the table goes, skin, limbs and leads stay, however he lies."""

from __future__ import annotations

import numpy as np
import pytest

from sim.patient.table import without_table

MM = 3.0
AFFINE = np.array([[-MM, 0, 0, 200.0], [0, 0, MM, -150.0], [0, MM, 0, -110.0], [0, 0, 0, 1]])
"""Voxel axes to the patient's right, front and head, as NIfTI's usual order is read: i = R, j = A, k = S."""
SHAPE = (134, 88, 80)


def patient(gap_mm: float = 6.0, table: bool = True) -> dict[str, np.ndarray]:
    """Parts as masks: trunk with lungs, arms that lie on the table apart from it, a lead on the chest whose wire runs
    off through the air, a curved table shell with a rail and a lower shell, and a mattress between."""
    i, j, k = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    x, y = (i - 67) * MM, (j - 50) * MM
    along = np.ones(SHAPE, bool)
    trunk = ((x / 150) ** 2 + (y / 95) ** 2 <= 1) & along
    lungs = (((np.abs(x) - 70) / 50) ** 2 + (y / 60) ** 2 <= 1) & (k * MM > 120)
    dip = -95 - gap_mm + 0.0008 * x**2  # the shell curves up at its sides
    arms = ((np.abs(x) - 178) ** 2 + (y + 40) ** 2 <= 14**2) & (k * MM < 200)
    shell = (y <= dip) & (y > dip - 4) & (np.abs(x) < 190) & along
    lower = (y <= -125) & (y > -129) & (np.abs(x) < 150) & along
    rail = (y <= -108) & (y > -122) & (np.abs(np.abs(x) - 130) < 8) & along
    mattress = (y <= -70) & (y > dip) & ~trunk & ~arms & (np.abs(x) < 190) & along
    pad = (
        ((x - 30) ** 2 + (k * MM - 170) ** 2 <= 10**2) & (y > 0) & ((x / 150) ** 2 + ((y - 4) / 95) ** 2 <= 1) & ~trunk
    )
    wire = (np.abs(y - 100 - (x - 30) * 0.02) < 2) & (np.abs(k * MM - 170) < 2) & (x > 30) & (x < 150)
    nothing = np.zeros(SHAPE, bool)
    if not table:
        shell = lower = rail = mattress = nothing
    return {
        "trunk": trunk, "lungs": lungs, "arms": arms, "lead": pad | wire,
        "table": (shell | lower | rail) & ~trunk & ~arms, "mattress": mattress,
    }  # fmt: skip


def volume(parts: dict[str, np.ndarray]) -> np.ndarray:
    hu = np.full(SHAPE, -1000, np.int16)
    for name, value in (
        ("mattress", -930), ("table", 150), ("trunk", 30), ("lungs", -850), ("arms", 40), ("lead", 1800),
    ):  # fmt: skip
        hu[parts[name]] = value
    return hu


@pytest.mark.parametrize("gap_mm", [10.0, 6.0, 0.0], ids=["apart", "near", "touching"])
def test_the_table_goes_and_the_patient_stays(gap_mm):
    parts = patient(gap_mm)
    hu = volume(parts)
    before = hu.copy()
    cleaned, said = without_table(hu, AFFINE)
    assert "table was taken out" in said
    np.testing.assert_array_equal(hu, before)  # the input is left alone
    for name in ("trunk", "lungs", "arms", "lead"):
        assert parts[name].any()
        np.testing.assert_array_equal(cleaned[parts[name]], hu[parts[name]], err_msg=name)
    left = np.mean(cleaned[parts["table"]] > -400)
    assert left < (0.25 if gap_mm == 0 else 0.02)  # where it is pressed against the skin it may stay
    assert np.mean(cleaned[parts["mattress"]] > -950) < 0.35
    air = ~np.any(list(parts.values()), axis=0)
    assert (cleaned[air] == -1000).all()


def test_a_solid_couch_goes_as_well():
    parts = patient(table=False)
    i, j, _ = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    x, y = (i - 67) * MM, (j - 50) * MM
    couch = (y < -102) & (y > -140) & (np.abs(x) < 170) & np.ones(SHAPE, bool)
    hu = volume(parts)
    hu[couch] = -150
    cleaned, said = without_table(hu, AFFINE)
    assert said
    assert np.mean(cleaned[couch] > -400) < 0.02
    for name in ("trunk", "lungs", "arms", "lead"):
        np.testing.assert_array_equal(cleaned[parts[name]], hu[parts[name]], err_msg=name)


@pytest.mark.parametrize("cut_mm", [120, 90])
def test_a_narrow_field_of_view_keeps_its_lungs(cut_mm):
    """The picture ends within the body, at 90 mm within the lungs."""
    parts = {name: part[67 - cut_mm // 3 : 67 + cut_mm // 3] for name, part in patient().items()}
    hu = volume(patient())[67 - cut_mm // 3 : 67 + cut_mm // 3]
    cleaned, said = without_table(hu, AFFINE)
    assert said
    for name in ("trunk", "lungs"):
        np.testing.assert_array_equal(cleaned[parts[name]], hu[parts[name]], err_msg=name)
    assert np.mean(cleaned[parts["table"]] > -400) < 0.02


def test_without_a_table_nothing_is_touched():
    hu = volume(patient(table=False))
    cleaned, said = without_table(hu, AFFINE)
    assert said == ""
    assert cleaned is hu


def turns() -> dict[str, np.ndarray]:
    """What the patient frame is turned by when he lies another way on the same table."""
    return {
        "prone": np.diag([-1.0, 1, -1, 1]),
        "left side": np.array([[0.0, 0, -1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]),
        "right side": np.array([[0.0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 1]]),
    }


@pytest.mark.parametrize("way", list(turns()))
def test_prone_and_on_the_side(way):
    parts = patient()
    hu = volume(parts)
    cleaned, said = without_table(hu, turns()[way] @ AFFINE)
    assert said
    assert np.mean(cleaned[parts["table"]] > -400) < 0.02
    np.testing.assert_array_equal(cleaned[parts["trunk"]], hu[parts["trunk"]])


@pytest.mark.parametrize(("order", "memory"), [((2, 0, 1), "F"), ((1, 2, 0), "C")])
def test_axis_order_does_not_matter(order, memory):
    hu = volume(patient())
    expected, _ = without_table(hu, AFFINE)
    turned = np.array(hu.transpose(order)[::-1], order=memory)
    back = np.zeros((4, 4))
    back[3, 3] = 1
    for new, old in enumerate(order):
        back[old, new] = -1 if new == 0 else 1
    back[order[0], 3] = hu.shape[order[0]] - 1
    cleaned, _ = without_table(turned, AFFINE @ back)
    undone = cleaned[::-1].transpose(np.argsort(order))
    # The blocks of the coarse grid begin at the other end of a flipped axis.
    assert np.mean(undone != expected) < 0.002


@pytest.mark.parametrize("thing", [np.full((40, 40, 40), -1000), np.full((40, 40, 40), 40), np.full((4, 4, 4), 40)])
def test_what_is_no_patient_is_left_alone(thing):
    hu = thing.astype(np.int16)
    assert without_table(hu, np.diag([2.0, 2, 2, 1]))[0] is hu
