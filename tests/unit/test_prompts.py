"""Prompts, replies, reasons and the picture a model sees."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import prompts
from inference.reply import contradicts, mentions
from inference.step import Prediction, Proposal, Step
from sim.frame import LOG_SCALE, Frame
from sim.landmarks import KEYS, LANDMARKS
from sim.pose import CArmPose, MotionCommand

MOVES = {
    "x": (("LEFT", "SMALL"), ("RIGHT", "MODERATE"), ("LEFT", "LARGE"), ("CENTER", "NONE")),
    "y": (("UP", "SMALL"), ("DOWN", "MODERATE"), ("DOWN", "LARGE"), ("CENTER", "NONE")),
}


# ---- moves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mm", "axis", "token"),
    [
        (14.9, "x", ("CENTER", "NONE")),
        (-14.9, "y", ("CENTER", "NONE")),
        (15.1, "x", ("LEFT", "SMALL")),
        (-44.9, "x", ("RIGHT", "SMALL")),
        (45.1, "y", ("UP", "MODERATE")),
        (-75.1, "y", ("DOWN", "LARGE")),
        (400.0, "y", ("UP", "LARGE")),
    ],
)
def test_a_displacement_becomes_the_nearest_move(mm, axis, token):
    assert prompts.quantise(mm, axis) == token


@given(st.floats(-105, 105), st.floats(-105, 105))
def test_a_move_leaves_at_most_half_a_step(left, up):
    motion = prompts.motion_of(*prompts.quantise(left, "x"), *prompts.quantise(up, "y"))
    assert abs(motion.left_mm - left) <= 15.0
    assert abs(motion.up_mm - up) <= 15.0


# ---- wording -------------------------------------------------------------------------------------


def test_replies_have_the_published_forms():
    assert prompts.locate_reply(["t1", "carina"]) == "[10,11]"
    names = ["T1", "Carina", "Head of left humerus"]
    assert (
        prompts.retrieval_reply(["t1", "carina", "left_humeral_head"], names)
        == "[10: T1, 11: Carina, 3: Head of left humerus]"
    )
    assert (
        prompts.correct_reply("Two sentences. Here.", ["left_elbow", "left_hemidiaphragm"])
        == "<response><visual_reasoning>Two sentences. Here.</visual_reasoning><landmarks>[7,13]</landmarks></response>"
    )
    assert (
        prompts.navigate_reply("t1", "LEFT", "SMALL", "UP", "LARGE", "a", "b")
        == "<output><step1><context>T1</context></step1><step2><x>LEFT</x><extent_x>SMALL</extent_x><y>UP</y>"
        "<extent_y>LARGE</extent_y><reason_x>a</reason_x><reason_y>b</reason_y></step2></output>"
    )


def test_prompts_name_target_and_last_step():
    proposal = Proposal("skull", "CENTER", "NONE", "UP", "LARGE", MotionCommand(0.0, 90.0))
    last = Step(1, Prediction(0, "navigation", ("t12",), valid=True), proposal, CArmPose())
    assert prompts.navigate_prompt("left_elbow") == "Navigate to left elbow."
    assert prompts.navigate_prompt("skull", last) == "Navigate to skull. Last: T12, CENTER NONE, UP LARGE."


def test_a_refused_step_is_no_previous_step():
    refused = Step(1, Prediction(0, "navigation", problem="no"), None, CArmPose())
    assert prompts.navigate_prompt("skull", refused) == prompts.navigate_prompt("skull")


def test_feedback_reaches_the_model_as_typed_on_one_line_and_bounded():
    assert prompts.correct_prompt(["t1"], "  No,\n the\tLEFT one! ") == "Correct [10]. Clinician: No, the LEFT one!"
    assert prompts.correct_prompt(["t1"], " \n").endswith(prompts.LOOK_AGAIN)
    assert len(prompts.correct_prompt(["t1"], "x" * 10_000)) < prompts.FEEDBACK_LIMIT + 40


def test_only_two_or_three_landmarks_can_be_asked_for():
    assert prompts.locate_prompt(3) == prompts.retrieval_prompt() != prompts.locate_prompt(2)
    with pytest.raises(ValueError, match="two or three"):
        prompts.locate_prompt(4)


# ---- reasons -------------------------------------------------------------------------------------


def all_reasons(axis: str):
    make = {"x": prompts.reason_x, "y": prompts.reason_y}[axis]
    names = [(mark.key, mark.name(i)) for mark in LANDMARKS for i in range(len(mark.names))]
    for number, ((context, seen), (target, goal)) in enumerate(itertools.product(names, names)):
        for direction, extent in MOVES[axis]:
            yield context, target, direction, make(seen, goal, direction, extent, number)


@pytest.mark.parametrize("axis", ["x", "y"])
def test_every_reason_names_both_landmarks_and_agrees_with_its_token_alone(axis):
    directions = prompts.DIRECTIONS[axis]
    for context, target, direction, text in all_reasons(axis):
        assert {context, target} == set(mentions(text)), text
        assert not contradicts(text, direction), text
        if direction != "CENTER":
            assert all(contradicts(text, other) for other in directions if other != direction), text
        assert re.fullmatch(r"[A-Z][^.<>&]*\.", text), text
        assert len(text.split()) <= 22, text


def test_the_third_variant_claims_no_sight_of_the_context():
    for axis in ("x", "y"):
        make = {"x": prompts.reason_x, "y": prompts.reason_y}[axis]
        assert all("view" not in make(k, "skull", *move, 2) for k in KEYS for move in MOVES[axis])


def test_a_reason_for_another_axis_is_an_error():
    with pytest.raises(ValueError, match="not a move on the x axis"):
        prompts.reason_x("t1", "skull", "UP", "SMALL")


@pytest.mark.parametrize("what", prompts.HEARD)
@pytest.mark.parametrize(("refused", "absent"), [((), None), (("t12", "right_elbow"), None), ((), "right_wrist")])
def test_correction_reasoning_is_under_five_sentences_and_names_all(what, refused, absent):
    answer = ["left_elbow", "left_wrist"]
    text = prompts.correction_reasoning(prompts.heard(what, "t12"), answer, refused, absent)
    assert text.startswith("You ")
    assert text.count(".") < 5
    named = {"t12"} if what in ("negation", "name") else set()
    assert set(mentions(text)) == {*answer, *refused} | named | ({absent} if absent else set())


# ---- the picture ---------------------------------------------------------------------------------


def body(size: int = 256, seed: int = 0) -> np.ndarray:
    """Something like a patient: 1 to 7 in -ln(I/I0), smooth, with fine noise."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(1.0, 7.0, size)
    return ((0.5 * (ramp[:, None] + ramp[None, :]) + 0.05 * rng.normal(size=(size, size))) * LOG_SCALE).astype(
        np.uint16
    )


def log_mean(pixels: np.ndarray, axis=None) -> np.ndarray:
    """-ln of the mean intensity, in units of LOG_SCALE."""
    return -LOG_SCALE * np.log(np.exp(-pixels.astype(float) / LOG_SCALE).mean(axis=axis))


def test_a_picture_is_the_area_mean_of_intensity_in_its_window():
    pixels = body()
    pixels[129, 81] = 65535  # one starved pixel of sixteen must not shine
    low, high = prompts.window(log_mean(pixels.reshape(64, 4, 64, 4), axis=(1, 3)))
    expected = (log_mean(pixels[128:132, 80:84]) - low) / (high - low) * 255
    shown = prompts.picture(pixels, 64)
    assert shown[32, 20] == pytest.approx(expected, abs=1.0)
    assert abs(int(shown[32, 20]) - int(shown[32, 22])) < 10


@pytest.mark.parametrize("size", [100, 96, 300])
def test_any_size_keeps_the_mean_of_a_ramp(size):
    ramp = np.tile(np.linspace(2, 6, 256) * LOG_SCALE, (256, 1)).astype(np.uint16)
    shown = prompts.picture(ramp, size).astype(float)
    assert shown.shape == (size, size)
    assert shown.mean() == pytest.approx(127.5, abs=2.0)
    assert np.all(np.diff(shown[0]) >= 0)


def test_air_and_shutters_do_not_move_the_window():
    pixels = body()
    plain = prompts.window(pixels)
    for fill in (0, 300, 65535):
        covered = pixels.copy()
        covered[:, :64] = fill
        covered[:, -64:] = fill
        open_part = prompts.window(pixels[:, 64:-64])
        assert prompts.window(covered) == pytest.approx(open_part, abs=16)
        assert covered.mean() != pytest.approx(pixels.mean(), rel=0.05)
    assert plain[1] - plain[0] > 3 * LOG_SCALE


def test_a_picture_without_a_patient_and_a_flat_one_are_still_pictures():
    assert prompts.picture(np.zeros((128, 128), np.uint16)).max() == 0
    flat = prompts.picture(np.full((128, 128), 12000, np.uint16))
    assert flat.std() == 0


def test_exposure_shifts_do_not_show():
    """-ln(I/I0) of more tube current is the same picture plus a constant."""
    a, b = prompts.picture(body(128)), prompts.picture(body(128) + 2000)
    assert np.abs(a.astype(int) - b).max() <= 1


def test_pictures_of_a_stack_and_of_a_frame_are_the_same_as_one_by_one():
    stack = np.stack([body(128, seed) for seed in range(3)])
    together = prompts.pictures(stack)
    assert together.dtype == np.uint8
    frame = Frame(stack[1], 1.7, CArmPose(), 0, 0.0)
    assert np.array_equal(together[1], prompts.picture(frame))
    assert np.array_equal(together[2], prompts.picture(stack[2].astype(np.float32)))


def test_a_picture_that_is_not_square_is_an_error():
    with pytest.raises(ValueError, match="square, not 4x8"):
        prompts.picture(np.zeros((4, 8), np.uint16))
