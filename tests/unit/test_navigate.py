"""navigate, localize and correct: prompt in, deltas and one Step out, and nothing but the picture is seen."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import ScriptedModel

from inference import prompts
from inference.correct import correct
from inference.localize import localize
from inference.models.interface import Cancelled, ModelError
from inference.navigate import NavigationRefused, navigate
from inference.reply import LIMIT
from inference.step import Delta
from sim.frame import Frame
from sim.pose import CArmPose

REPLY = prompts.navigate_reply(
    "t1", "LEFT", "SMALL", "UP", "LARGE", "The skull lies to the left.", "The skull lies above T1."
)


HERE = CArmPose(12.0, -7.0)


def frame(pose: CArmPose = HERE, index: int = 41) -> Frame:
    ramp = np.linspace(4000, 20000, 256)
    return Frame((0.5 * (ramp[:, None] + ramp)).astype(np.uint16), 0.84, pose, index, 0.0)


def test_a_navigation_step_streams_and_ends_in_one_step():
    model = ScriptedModel(REPLY)
    *deltas, step = navigate(model, frame(), "skull", number=3)
    assert all(isinstance(delta, Delta) for delta in deltas)
    assert "".join(delta.text for delta in deltas) == REPLY == step.prediction.raw
    assert [delta.proposal for delta in deltas if delta.proposal] == [step.proposal]
    assert (step.number, step.pose, step.prediction.frame_index) == (3, HERE, 41)
    assert (step.proposal.motion.left_mm, step.proposal.motion.up_mm) == (30.0, 90.0)
    assert step.prediction.valid
    assert step.prediction.seconds >= 0


def test_the_model_is_shown_the_picture_and_the_last_step():
    model = ScriptedModel(REPLY)
    *_, first = navigate(model, frame(), "skull")
    *_, _ = navigate(model, frame(), "skull", first, 2)
    asked, again = model.requests
    assert np.array_equal(asked.picture, prompts.picture(frame()))
    assert asked.picture.shape == (prompts.PICTURE_SIZE,) * 2
    assert (asked.task, asked.text) == ("navigation", prompts.navigate_prompt("skull"))
    assert again.text == "Navigate to skull. Last: T1, LEFT SMALL, UP LARGE."


def test_the_same_picture_from_elsewhere_gets_the_same_question():
    """Pose, spacing, index and dose are not the model's to know."""
    model = ScriptedModel(REPLY)
    for pose, index in ((CArmPose(), 0), (CArmPose(300.0, -200.0, 50.0, 5.0, -5.0), 9)):
        list(navigate(model, frame(pose, index), "skull"))
    one, other = model.requests
    assert np.array_equal(one.picture, other.picture)
    assert (one.text, one.task, one.max_tokens) == (other.text, other.task, other.max_tokens)


def test_a_refused_reply_is_a_step_without_a_proposal():
    *_, step = navigate(ScriptedModel(REPLY.replace(">SMALL<", ">NONE<")), frame(), "skull")
    assert step.proposal is None
    assert not step.prediction.valid
    assert step.prediction.problem == "The reply's LEFT does not go with NONE."


def test_an_endless_reply_is_cut_off():
    model = ScriptedModel("y" * 100 * LIMIT, piece=500)
    *deltas, step = localize(model, frame())
    assert len(deltas) == LIMIT // 500 + 1
    assert not model.streaming.is_set()
    assert "longer" in step.prediction.problem


@pytest.mark.parametrize("angles", [(10.5, 0.0), (0.0, -11.0), (90.0, 0.0)])
def test_beyond_ten_degrees_the_model_is_not_asked(angles):
    model = ScriptedModel(REPLY)
    with pytest.raises(NavigationRefused, match="go back to the AP view"):
        navigate(model, frame(CArmPose(0, 0, 0, *angles)), "skull")
    assert not model.requests
    *_, step = navigate(model, frame(CArmPose(0, 0, 0, 10.0, -10.0)), "skull")
    assert step.proposal is not None


def test_an_unknown_target_is_refused_in_a_sentence():
    with pytest.raises(NavigationRefused, match="no landmark called femur"):
        navigate(ScriptedModel(REPLY), frame(), "femur")


def test_localize_asks_for_two_or_three():
    model = ScriptedModel("[10,11]", "[10: T1, 11: carina, 1: skull]")
    *_, two = localize(model, frame(), number=7)
    *_, three = localize(model, frame(), top=3)
    assert (two.number, two.prediction.landmarks, two.proposal) == (7, ("t1", "carina"), None)
    assert three.prediction.landmarks == ("t1", "carina", "skull")
    assert [request.task for request in model.requests] == ["localization", "retrieval"]
    with pytest.raises(ValueError, match="two or three"):
        localize(model, frame(), top=5)


def test_correct_passes_the_words_on():
    model = ScriptedModel(prompts.correct_reply("The left elbow is near.", ["left_elbow", "t12"]))
    *_, step = correct(model, frame(), ("right_wrist", "t12"), "not the wrist!", number=2)
    assert model.requests[0].text == "Correct [8,14]. Clinician: not the wrist!"
    assert step.prediction.landmarks == ("left_elbow", "t12")
    assert step.prediction.reasons == ("The left elbow is near.",)
    assert step.proposal is None


@pytest.mark.parametrize("outcome", [Cancelled(), ModelError("The model's process ended.")])
def test_a_cancel_and_a_failure_leave_no_step(outcome):
    got = []
    with pytest.raises(type(outcome)):
        got += navigate(ScriptedModel(outcome), frame(), "skull")
    assert not got


def test_closing_the_generator_closes_the_models_stream():
    model = ScriptedModel(REPLY)
    reply = navigate(model, frame(), "skull")
    next(reply)
    assert model.streaming.is_set()
    reply.close()
    assert not model.streaming.is_set()
