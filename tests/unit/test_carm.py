"""The device: where it may stand, how it moves, that it stops, and what a pulse gives."""

from __future__ import annotations

import math
import threading
from dataclasses import astuple

import numpy as np
import pytest
from doubles import FakeProjector
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.carm import CArm, Limits, MotionRefused
from sim.dose import air_kerma_mgy
from sim.geometry import isocentre_spacing_mm
from sim.pose import CArmPose, MotionCommand

FAKE = FakeProjector()
shifts = st.floats(-80, 80)
turns = st.floats(-25, 25)
motions = st.builds(MotionCommand, shifts, shifts, st.floats(-40, 40), turns, turns)
steps = st.lists(st.floats(0.001, 0.6), min_size=1, max_size=30)


def carm(pose: CArmPose = CArmPose(), **more) -> CArm:  # noqa: B008 (frozen)
    return CArm(FAKE, pose, size=32, **more)


def run(arm: CArm, dt: float = 1 / 30, most: int = 10_000) -> list[CArmPose]:
    poses = [arm.pose]
    while arm.moving and len(poses) < most:
        arm.advance(dt)
        poses.append(arm.pose)
    return poses


@given(motions)
@settings(max_examples=40, deadline=None)
def test_a_motion_ends_exactly_at_its_target(motion):
    arm = carm()
    arm.start(motion)
    run(arm)
    assert not arm.moving
    assert arm.target is None
    assert arm.pose == CArmPose().moved(motion)


@given(motions, st.floats(0.005, 0.1))
@example(MotionCommand(secondary_deg=5e-324), 0.0625)
@settings(max_examples=40, deadline=None)
def test_speed_and_acceleration_keep_to_the_limits(motion, dt):
    limits, arm = Limits(), carm()
    arm.start(motion)
    path = np.array([astuple(pose) for pose in run(arm, dt)])
    speed = np.linalg.norm(np.diff(path[:, :3], axis=0), axis=1) / dt
    turning = np.abs(np.diff(path[:, 3:], axis=0)).max(initial=0) / dt
    assert speed.max(initial=0) <= limits.speed_mm_s * (1 + 1e-6)
    assert turning <= limits.speed_deg_s * (1 + 1e-6)
    assert speed[:1].max(initial=0) <= limits.speed_mm_s * dt / limits.ramp_s
    assert np.abs(np.diff(speed)).max(initial=0) <= limits.speed_mm_s / limits.ramp_s * dt * (1 + 1e-6)


def test_a_move_takes_the_time_of_its_trapezoid():
    arm, limits = carm(), Limits()
    motion = MotionCommand(left_mm=80)
    assert arm.seconds(motion) == pytest.approx(80 / limits.speed_mm_s + limits.ramp_s)
    arm.start(motion)
    arm.advance(arm.seconds(motion) / 2)
    assert arm.pose.left_mm == pytest.approx(40)


@given(motions, steps, steps)
@settings(max_examples=60, deadline=None)
def test_after_a_halt_nothing_moves(motion, before, after):
    arm = carm()
    arm.start(motion)
    for dt in before:
        arm.advance(dt)
    arm.halt()
    stands = arm.pose
    for dt in after:
        arm.advance(dt)
        assert arm.pose == stands
    assert not arm.moving
    assert arm.target is None


@given(st.floats(-200, 200), st.floats(-200, 200), steps)
@settings(max_examples=40, deadline=None)
def test_after_a_halt_a_drive_is_over_too(left, up, after):
    arm = carm()
    arm.drive(left, up)
    arm.advance(0.1)
    arm.halt()
    stands = arm.pose
    for dt in after:
        arm.advance(dt)
    assert arm.pose == stands


def test_halt_from_another_thread_while_a_picture_is_made():
    arm = CArm(FakeProjector(seconds=0.3), CArmPose(), size=32)
    arm.start(MotionCommand(left_mm=50))
    arm.advance(0.2)
    picture = threading.Thread(target=arm.expose)
    picture.start()
    arm.halt()
    assert picture.is_alive()
    assert not arm.moving
    picture.join()


def test_one_motion_at_a_time():
    arm = carm()
    arm.start(MotionCommand(left_mm=50))
    for again in (lambda: arm.start(MotionCommand(up_mm=10)), lambda: arm.drive(left_mm_s=10)):
        with pytest.raises(MotionRefused, match="still moving"):
            again()
    arm.halt()
    arm.start(MotionCommand(up_mm=10))
    assert arm.target is not None


def test_no_motion_is_no_motion():
    arm = carm()
    arm.start(MotionCommand())
    assert not arm.moving


@pytest.mark.parametrize(
    ("motion", "says"),
    [
        (MotionCommand(left_mm=251), "outside the scanned volume"),
        (MotionCommand(up_mm=-5000), "outside the scanned volume"),
        (MotionCommand(primary_deg=101), "primary angle ends at 100"),
        (MotionCommand(secondary_deg=-51), "secondary angle ends at 50"),
        (MotionCommand(up_mm=math.nan), "not a number"),
        (MotionCommand(left_mm=math.inf), "not a number"),
        (MotionCommand(left_mm=220, primary_deg=90), "tube would touch the patient"),
    ],
)
def test_what_may_not_be_is_refused_in_one_sentence(motion, says):
    arm = carm()
    assert says in arm.refusal(motion)
    assert "\n" not in arm.refusal(motion)
    with pytest.raises(MotionRefused, match=says):
        arm.start(motion)
    assert arm.pose == CArmPose()
    assert not arm.moving


def test_fifty_mm_outside_is_allowed_and_a_little_more_is_not():
    arm = carm()
    assert arm.refusal(MotionCommand(left_mm=249)) is None
    assert arm.refusal(MotionCommand(left_mm=251)) is not None


def test_travel_ends_where_the_limits_say():
    arm = carm(limits=Limits(left_mm=60))
    assert arm.refusal(MotionCommand(left_mm=60)) is None
    assert "travel sideways" in arm.refusal(MotionCommand(left_mm=-61))


def test_the_tube_does_not_go_through_the_patient():
    """Lateral with the tube on the patient's right: its face is 380 mm from the isocentre, the body 200 mm wide."""
    lateral = CArmPose(primary_deg=90)
    assert carm(lateral).refusal(MotionCommand(left_mm=150)) is None
    assert "tube would touch the patient" in carm(lateral).refusal(MotionCommand(left_mm=220))


def test_the_way_is_checked_and_not_only_its_end():
    """From AP to lateral over a low table's edge: both ends are free, the tube's swing between them is not."""
    ap = CArmPose(left_mm=100, ant_mm=150)
    assert carm(ap.replace(primary_deg=90)).pose.primary_deg == 90
    assert "On the way there the tube would touch the table" in carm(ap).refusal(MotionCommand(primary_deg=90))


def test_usual_working_views_are_allowed():
    arm = carm()
    for primary, secondary in [(0, 0), (90, 0), (-90, 0), (30, 20), (-30, 20), (45, -30), (0, 45), (0, -45)]:
        assert arm.refusal(MotionCommand(primary_deg=primary, secondary_deg=secondary)) is None


def test_a_start_outside_the_limits_is_refused():
    with pytest.raises(MotionRefused, match="outside the scanned volume"):
        carm(CArmPose(left_mm=900))


def test_driving_goes_on_until_it_is_ended():
    arm = carm()
    arm.drive(left_mm_s=30, up_mm_s=-20)
    for _ in range(20):
        arm.advance(0.05)
    assert arm.pose.left_mm == pytest.approx(30)
    assert arm.pose.up_mm == pytest.approx(-20)
    assert arm.moving
    arm.drive()
    arm.advance(1.0)
    assert arm.pose.left_mm == pytest.approx(30)
    assert not arm.moving


def test_driving_is_no_faster_than_the_device():
    arm = carm()
    arm.drive(left_mm_s=1e6)
    arm.advance(0.5)
    assert arm.pose.left_mm == pytest.approx(0.5 * Limits().speed_mm_s)


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-20, 20), steps)
@settings(max_examples=40, deadline=None)
def test_driving_never_leaves_the_limits(left, up, turn, dts):
    arm = carm(limits=Limits(left_mm=40, up_mm=30, primary_deg=8))
    arm.drive(left, up, 0, turn)
    for dt in dts:
        arm.advance(dt)
    assert abs(arm.pose.left_mm) <= 40
    assert abs(arm.pose.up_mm) <= 30
    assert abs(arm.pose.primary_deg) <= 8


def test_a_drive_stops_at_the_limit_and_says_why():
    arm = carm(limits=Limits(left_mm=40))
    arm.drive(left_mm_s=50)
    run(arm)
    assert arm.pose.left_mm == pytest.approx(40, abs=0.01)
    assert "travel sideways" in arm.blocked
    arm.drive(left_mm_s=-50)
    arm.advance(0.1)
    assert arm.pose.left_mm == pytest.approx(35, abs=0.01)
    assert arm.blocked is None


def test_a_pulse_gives_a_frame_and_counts_its_dose():
    arm = carm(pulse_rate=4)
    first, second = arm.expose(), arm.expose(fast=True)
    assert (first.index, second.index) == (0, 1)
    assert second.time >= first.time
    assert first.pixels.shape == (32, 32)
    assert first.pixels.dtype == np.uint16
    assert first.spacing_mm == isocentre_spacing_mm(32)
    assert first.pose == arm.pose
    assert second.dose == arm.dose
    assert second.dose.shots == 2
    assert second.dose.fluoro_s == pytest.approx(0.5)
    assert second.dose.air_kerma_mgy == pytest.approx(2 * air_kerma_mgy(arm.exposure))
    with pytest.raises(ValueError, match="read-only"):
        first.pixels[0, 0] = 1


def test_a_frame_says_whether_the_device_moved():
    arm = carm()
    assert not arm.expose().moving
    arm.start(MotionCommand(left_mm=30))
    assert arm.expose(fast=True).moving


def test_the_same_seed_gives_the_same_pictures_and_noise_changes_from_pulse_to_pulse():
    one, other = carm(seed=3), carm(seed=3)
    a, b = one.expose(), one.expose()
    assert np.array_equal(a.pixels, other.expose().pixels)
    assert not np.array_equal(a.pixels, b.pixels)
