"""Runs without a window, and the figures that are worked out afterwards."""

from __future__ import annotations

import math

import pytest
from doubles import ARRIVED, FakeProjector, ScriptedModel, move_reply, small_patient

from carm_gui.session.headless import navigate_alone
from carm_gui.session.measures import coronal_mm
from carm_gui.session.reach import check_view, landmark_position, targets_outside
from inference.evaluation.measures import optimal_moves
from inference.models.interface import ModelError
from sim.carm import CArm
from sim.patient.patient import PatientError
from sim.pose import CArmPose


def carm(pose=CArmPose()):  # noqa: B008
    return CArm(FakeProjector(), pose, size=32)


def test_valid_proposals_are_accepted_until_the_model_is_there():
    arm = carm()
    model = ScriptedModel(move_reply("LEFT", "LARGE"), move_reply("LEFT", "SMALL", "UP", "SMALL"), ARRIVED)
    run = navigate_alone(arm, model, "skull")
    assert run.stopped == "arrived"
    assert run.moves == 2
    assert run.pose == arm.pose == CArmPose(left_mm=120.0, up_mm=30.0)
    assert [after.left_mm for _, after in run.steps] == [90.0, 120.0, 120.0]
    assert arm.dose.shots == 3


def test_the_budget_of_steps_ends_a_run():
    run = navigate_alone(carm(), ScriptedModel(move_reply("LEFT", "SMALL")), "skull", max_steps=4)
    assert run.stopped == "limit"
    assert len(run.steps) == run.moves == 4
    assert run.pose == CArmPose(left_mm=120.0)


def test_a_refused_reply_ends_a_run_and_stays_in_it():
    run = navigate_alone(carm(), ScriptedModel(move_reply("LEFT", "SMALL"), "nonsense"), "skull")
    assert run.stopped == "refused"
    assert run.moves == 1
    assert not run.steps[-1][0].prediction.valid
    assert run.pose == CArmPose(left_mm=30.0)


def test_a_move_that_the_device_refuses_ends_a_run():
    run = navigate_alone(carm(CArmPose(left_mm=220.0)), ScriptedModel(move_reply("LEFT", "LARGE")), "skull")
    assert run.stopped == "refused"
    assert run.pose == CArmPose(left_mm=220.0)
    assert "outside" in run.message


def test_a_view_off_ap_is_refused():
    run = navigate_alone(carm(CArmPose(primary_deg=20.0)), ScriptedModel(ARRIVED), "skull")
    assert run.stopped == "refused"
    assert run.pose.primary_deg == 20.0


def test_a_model_that_fails_is_an_error():
    with pytest.raises(ModelError, match="gone"):
        navigate_alone(carm(), ScriptedModel(ModelError("The model is gone.")), "skull")


def brute_force(across, along):
    """By trying every sum of moves."""
    for moves in range(12):
        reach = range(-3 * moves, 3 * moves + 1)
        if min(math.hypot(across - 30 * a, along - 30 * b) for a in reach for b in reach) <= 22.0:
            return moves
    raise AssertionError


@pytest.mark.parametrize(
    ("across", "along"),
    [
        (0, 0),
        (15, 15),
        (16, 16),
        (22, 0),
        (22.5, 0),
        (90, 90),
        (106, 0),
        (111.9, 0),
        (112.1, 0),
        (-181.7, 40),
        (250, -330),
    ],
)
def test_optimal_moves_against_trying_all(across, along):
    assert optimal_moves((across, along)) == brute_force(across, along)


def test_the_error_is_in_the_coronal_plane():
    assert coronal_mm(CArmPose(left_mm=3.0, ant_mm=80.0), (0.0, 4.0, -50.0)) == 5.0


def test_views_far_outside_the_volume_are_refused():
    patient = small_patient()
    check_view(patient, (0.0, 349.0, 0.0))
    with pytest.raises(PatientError, match="60 mm outside"):
        check_view(patient, (0.0, 360.0, 0.0))
    with pytest.raises(PatientError):
        check_view(patient, (float("nan"), 0.0, 0.0))


def test_targets_known_to_lie_outside_get_a_sentence_and_the_others_none():
    patient = small_patient({"t1": (0.0, 0.0, 0.0), "skull": (0.0, 310.0, 0.0), "t12": (0.0, -310.0, 0.0)})
    assert targets_outside(patient) == {
        "skull": "The skull lies 10 mm outside the volume of box.",
        "t12": "T12 lies 10 mm outside the volume of box.",
    }


def test_a_landmark_that_is_not_known_is_one_sentence():
    with pytest.raises(PatientError, match="not among the landmarks"):
        landmark_position(small_patient({"t1": (0.0, 0.0, 0.0)}), "carina")
