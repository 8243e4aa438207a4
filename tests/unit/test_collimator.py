"""The collimator: what its blades cover gets neither picture nor dose, and what a person can ask of it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from doubles import ARRIVED, EventLog, FakeProjector, ScriptedModel
from hypothesis import given, settings
from hypothesis import strategies as st

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.recording import Recording, read
from carm_gui.session.replay import Player
from carm_gui.session.replay_check import check, device_of
from carm_gui.session.resume import left_of
from carm_gui.session.session import Session
from inference import prompts
from inference.action import Action
from sim import collimator
from sim.carm import CArm
from sim.collimator import LEAST_MM, CollimatorError
from sim.geometry import FIELD_MM, isocentre_spacing_mm, project
from sim.pose import CArmPose
from sim.xray import aec
from sim.xray.detector import Detector

openings = st.tuples(*(st.floats(LEAST_MM, FIELD_MM),) * 2)


def carm(blades_mm=None, size=128, **more) -> CArm:
    return CArm(FakeProjector(), CArmPose(), size=size, blades_mm=blades_mm, **more)


# ---- the device


@settings(deadline=None)  # the first picture ever on a machine waits for a compiler
@given(openings)
def test_dose_area_product_falls_with_the_area_and_air_kerma_not_at_all(blades):
    whole, part = carm(size=16).expose().dose, carm(blades, size=16).expose().dose
    share = blades[0] * blades[1] / FIELD_MM**2
    assert part.dap_gycm2 / whole.dap_gycm2 == pytest.approx(share)
    assert part.air_kerma_mgy == whole.air_kerma_mgy
    assert part.fluoro_s == whole.fluoro_s


@given(openings, st.sampled_from([64, 127, 512]))
def test_the_open_pixels_are_those_whose_centres_lie_between_the_blades(blades, size):
    rows, columns = collimator.window(blades, (size, size))
    off = np.abs(np.arange(size) - 0.5 * (size - 1)) * isocentre_spacing_mm(size)
    for pixels, length in ((rows, blades[1]), (columns, blades[0])):
        inside = np.zeros(size, bool)
        inside[pixels] = True
        clear = np.abs(off - length / 2) > 1e-6
        np.testing.assert_array_equal(inside[clear], (off < length / 2)[clear])


def test_a_point_of_the_patient_is_seen_exactly_when_it_lies_in_the_field():
    """60 mm wide and 100 mm high: what lies 29 mm left of the isocentre is seen, 31 mm is not; 49 and 51 mm up."""
    size = 256
    frame = carm((60.0, 100.0), size).expose()
    for left, up, seen in ((29, 0, True), (31, 0, False), (0, 49, True), (0, 51, False), (29, -49, True)):
        (u, v), _ = project(frame.pose, np.array([left, up, 0.0]), size)
        assert (frame.pixels[round(v), round(u)] > 0) == seen, (left, up)


def test_the_covered_picture_is_blank_and_the_open_part_is_the_same_but_for_scatter():
    blades, exact = (90.0, 70.0), Detector(scatter=0, noise=False, blur=False)
    whole, part = carm(detector=exact).expose(), carm(blades, detector=exact).expose()
    rows, columns = collimator.window(blades, part.pixels.shape)
    np.testing.assert_array_equal(part.pixels[rows, columns], whole.pixels[rows, columns])
    covered = np.ones(part.pixels.shape, bool)
    covered[rows, columns] = False
    assert not part.pixels[covered].any()
    assert part.blades_mm == blades
    assert not part.pixels.flags.writeable


def test_less_scatter_reaches_the_open_part():
    quiet = Detector(noise=False)
    middle = (slice(60, 68),) * 2
    whole, part = (carm(blades, detector=quiet).expose().pixels[middle].mean() for blades in (None, (60.0, 60.0)))
    assert part > whole


def test_the_same_picture_comes_again_through_the_same_opening():
    arm = carm((80.0, 120.0))
    frame = arm.expose()
    arm.collimate(None)
    np.testing.assert_array_equal(arm.picture(frame.pose, frame.index, blades_mm=frame.blades_mm), frame.pixels)
    assert arm.picture(frame.pose, frame.index).all()


def test_the_model_sees_its_landmarks_as_bright_as_before():
    """The grey window of the model's picture (prompts.window) is that of the open part alone."""
    frame = carm((100.0, 100.0), 256).expose()
    rows, columns = collimator.window(frame.blades_mm, frame.pixels.shape)
    assert prompts.window(frame.pixels) == prompts.window(frame.pixels[rows, columns])


def test_automatic_exposure_measures_between_the_blades():
    signal = np.full((120, 120), 5.0)
    opening = collimator.window((40.0, 40.0), signal.shape)
    signal[opening] = 2.0
    assert aec.field_transmission(signal, opening) == pytest.approx(math.exp(-2))
    assert aec.field_transmission(signal) < math.exp(-2)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ((500, 100), "500 mm is outside it"),
        ((100, 5), "from 30 to 215 mm"),
        ((math.nan, 100), "nan mm is outside it"),
        ((100,), "a width and a height"),
        ((100, 100, 100), "a width and a height"),
        ("wide", "a width and a height"),
        (100, "a width and a height"),
    ],
)
def test_what_it_does_not_have_is_refused_in_one_sentence_and_changes_nothing(wish, says):
    arm = carm((100.0, 90.0))
    with pytest.raises(CollimatorError, match=says) as refused:
        arm.collimate(wish)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)
    assert arm.blades == (100.0, 90.0)


def test_steps_end_at_the_limits_and_a_step_back_is_a_step_back():
    blades = collimator.stepped(None, 1)
    assert blades == (195.0, 195.0)
    assert collimator.stepped(collimator.stepped(blades, 1), -1) == blades
    for _ in range(20):
        blades = collimator.stepped(blades, 1)
    assert blades == (LEAST_MM, LEAST_MM)
    for _ in range(20):
        blades = collimator.stepped(blades, -1)
    assert blades is None
    assert collimator.stepped((100.0, 40.0), 0) is None
    assert collimator.within(400, 5) == (FIELD_MM, LEAST_MM)


# ---- the rehearsal


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Recording:
    """Blades closed with the beam off, a shot, opened by a word, closed again while it pulses, and left so."""
    folder = tmp_path_factory.mktemp("collimated")
    arm = carm(size=64)
    log = EventLog()
    session = Session(arm, ScriptedModel(ARRIVED), recorder=recorder_for(arm, Case(), folder), beam=False)
    session.listen(log)
    session.start()
    session.submit(Action("expose"))
    log.wait_for("frame", shot=True)
    session.collimate((120.0, 80.0))
    session.collimate((120.0, 80.0))
    assert session.status.blades_mm == (120.0, 80.0)
    assert arm.dose.shots == 1, "adjusting takes no X-ray"
    session.submit(Action("expose"))
    shot = log.wait_for("frame", after=log.of("frame")[-1].seq, shot=True)
    assert shot.data["frame"].blades_mm == (120.0, 80.0)
    session.submit_text("open the collimator")
    log.wait_for("collimator", blades_mm=None)
    session.beam(True)
    log.wait_for("frame", after=log.events[-1].seq)
    session.submit_text("cone down")
    closed = log.wait_for("collimator", blades_mm=(195.0, 195.0))
    log.wait_for("frame", after=log.wait_for("frame", after=closed.seq).seq)
    session.close()
    assert [event.data["blades_mm"] for event in log.of("collimator")] == [(120.0, 80.0), None, (195.0, 195.0)]
    return read(folder)


def test_it_is_recorded_checked_and_gone_on_with(recording):
    result = check(recording, device_of(recording, FakeProjector()))
    assert result.agrees, result.problems
    assert result.doses >= 2
    assert result.pictures == result.identical >= 4, "the first picture of each opening is kept"
    kept = left_of(recording)
    assert kept is not None
    assert kept.blades_mm == (195.0, 195.0)


def test_a_replay_stands_at_the_opening_of_the_moment(recording):
    player = Player(recording)
    first = recording.of("collimator")[0]
    list(player.seek(first.t))
    assert player.status.blades_mm == (120.0, 80.0)
    frames = [event.data["frame"] for event in player.advance(1000) if event.kind == "frame"]
    assert {frame.blades_mm for frame in frames} >= {(120.0, 80.0), None, (195.0, 195.0)}
    list(player.seek(0.0))
    assert player.status.blades_mm is None


@pytest.mark.parametrize("forgery", ["opening", "dose"])
def test_a_forged_opening_or_dose_is_found(recording, forgery):
    lines = []
    for line in recording.lines:
        data = dict(line.data)
        if line.kind == "frame" and data["frame"].get("blades_mm") == [120.0, 80.0]:
            if forgery == "opening":
                data["frame"] = data["frame"] | {"blades_mm": [60.0, 80.0]}
            else:
                dose = data["frame"]["dose"]
                data["frame"] = data["frame"] | {"dose": dose | {"dap_gycm2": dose["dap_gycm2"] * 2}}
        lines.append(type(line)(line.seq, line.t, line.kind, data))
    forged = type(recording)(recording.folder, recording.about, tuple(lines), False, recording._places)
    result = check(forged, device_of(forged, FakeProjector()))
    assert not result.agrees
    wrong = "the collimator stood at" if forgery == "opening" else "did not add the dose-area product"
    assert any(wrong in problem for problem in result.problems)


def test_a_blade_dragged_while_it_pulses_still_checks(tmp_path):
    """Many openings fall into one pulse; the picture of that pulse was made through an earlier one."""
    arm = CArm(FakeProjector(seconds=0.03), CArmPose(), size=64, pulse_rate=20.0)
    log = EventLog()
    session = Session(arm, ScriptedModel(ARRIVED), recorder=recorder_for(arm, Case(), tmp_path))
    session.listen(log)
    session.start()
    log.wait_for("frame")
    for width in range(200, 100, -1):
        session.collimate((float(width), 90.0))
        time.sleep(0.004)
    log.wait_for("frame", after=log.of("collimator")[-1].seq + 1)
    session.close()
    recording = read(tmp_path)
    result = check(recording, device_of(recording, FakeProjector()))
    assert result.agrees, result.problems
    assert result.doses > 3


def test_the_model_is_given_a_picture_through_the_present_blades():
    """With the beam on the picture on show is the model's; one from before the blades closed must not be."""
    arm = carm(size=64, pulse_rate=4.0)
    log = EventLog()
    session = Session(arm, ScriptedModel(ARRIVED))
    session.listen(log)
    session.start()
    log.wait_for("frame", still=True)
    session.collimate((100.0, 100.0))
    session.submit_text("align to the skull")
    step = log.wait_for("step")
    session.close()
    assert step.data["frame"].blades_mm == (100.0, 100.0)
