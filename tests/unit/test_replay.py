"""A recording read back gives the very events; simulated again it agrees, and a forged one does not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from doubles import FakeProjector, move_reply, rehearse

from carm_gui.session.recording import RecordingError, read
from carm_gui.session.replay import Played, Player
from carm_gui.session.replay_check import check, device_of, patient_of
from inference.action import Action
from sim.carm import CArm
from sim.pose import CArmPose

UP = move_reply(y="UP", extent_y="SMALL", target="skull")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    """A recorded rehearsal in real time, and the events that it said: aligned, halted, jogged, moved, refused."""
    folder = tmp_path_factory.mktemp("rehearsal")
    CArm(FakeProjector(), CArmPose(), size=64).expose()  # the first picture ever on a machine waits for a compiler
    session, log = rehearse(folder, beam=True, model="scripted")
    session.submit_text("go up 60 mm")
    moving = log.wait_for("pose", after=log.events[-1].seq, moving=True)
    session.halt()
    log.wait_for("state", state="halted", after=moving.seq)
    session.submit_text("go up 500 cm")
    log.wait_for("motion", phase="refused")
    session.jog(1, 0)
    jogged = log.wait_for("motion", message="Jog.", phase="started")
    log.wait_for("pose", after=jogged.seq, moving=True)
    session.jog(0, 0)
    log.wait_for("motion", phase="finished", after=jogged.seq)
    session.submit(Action("expose"))
    log.wait_for("frame", shot=True)
    session.mark("think_aloud")
    session.beam(False)
    session.close()
    return read(folder), list(log.events)


def show(player, t):
    """Stand at `t`, as a window does."""
    return list(player.seek(t))


def test_every_event_comes_back_as_it_was_said(rehearsal):
    recording, said = rehearsal
    player = Player(recording)
    played = list(player.advance(10_000))
    assert [(e.seq, e.kind) for e in played] == [(e.seq, e.kind) for e in said]
    for one, other in zip(said, played):
        for name in ("pose", "step", "from", "to", "action", "proposal", "dose", "info", "text", "state"):
            assert one.data.get(name) == other.data.get(name), (one.kind, name)
    kept = set(recording.kept)
    for one, other in zip(said, played):
        if one.kind in ("frame", "step") and one.data["frame"].index in kept:
            np.testing.assert_array_equal(one.data["frame"].pixels, other.data["frame"].pixels)
    assert player.at_end


@pytest.mark.parametrize("speed", [0.25, 1.0, 8.0])
def test_time_runs_at_its_speed_and_nothing_is_played_twice(rehearsal, speed):
    recording, _ = rehearsal
    player = Player(recording)
    player.speed = speed
    list(player.advance(0.1))
    assert player.t == pytest.approx(min(0.1 * speed, recording.seconds))
    seqs = [e.seq for e in player.seek(0.0)]
    while not player.at_end:
        seqs += [e.seq for e in player.advance(0.05)]
    assert seqs == [line.seq for line in recording.lines]


def test_a_jump_shows_what_stands_there(rehearsal):
    recording, _ = rehearsal
    player = Player(recording)
    for moment in player.moments:
        whole = Player(recording)
        last = {}
        for event in whole.advance(moment.t):
            last[event.kind] = event
        jumped = {event.kind: event for event in player.seek(moment.t)}
        assert {kind: event.seq for kind, event in jumped.items()} == {kind: e.seq for kind, e in last.items()}
        if "frame" in last:
            shown = jumped["frame"].data["frame"].pixels
            np.testing.assert_array_equal(shown, last["frame"].data["frame"].pixels)
        assert player.status == whole.status


def test_steps_forward_and_back_meet_every_moment(rehearsal):
    player = Player(rehearsal[0])
    forward = []
    while (t := player.step(1)) < player.seconds:
        forward.append(t)
        show(player, t)
    assert forward == sorted({m.t for m in player.moments if 0 < m.t < player.seconds})
    show(player, forward[-1])
    assert player.step(-1) == forward[-2]


def test_the_proposal_waits_in_the_replay_as_it_did(rehearsal):
    recording, said = rehearsal
    player = Player(recording)
    waiting = next(e for e in said if e.kind == "state" and e.data["state"] == "waiting")
    show(player, next(line.t for line in recording.lines if line.seq == waiting.seq))
    assert player.status.proposal == next(e for e in said if e.kind == "step").data["step"]
    show(player, recording.seconds)
    assert player.status.proposal is None


def test_nothing_can_be_done_in_a_replay(rehearsal):
    told = []
    played = Played(Player(rehearsal[0]), told.append)
    for act in (
        lambda: played.set_technique(kvp=80.0),
        played.halt,
        lambda: played.jog(1, 0),
        lambda: played.submit(Action("expose")),
        lambda: played.beam(True),
    ):
        act()
    assert len(told) == 3


def test_simulated_again_it_agrees(rehearsal):
    recording, _ = rehearsal
    result = check(recording, device_of(recording, FakeProjector()))
    assert result.agrees, result.problems
    assert result.motions >= 7
    assert result.pictures == result.identical == len(recording.kept)
    assert result.worst_mm < 1e-6


def forged(recording, folder, change):
    """A copy of `recording` with each line as `change` leaves it."""
    rows = [json.loads(text) for text in (recording.folder / "events.jsonl").read_text().splitlines()]
    for row in rows[1:]:
        change(row)
    (folder / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in ("frames.u16", "session.json"):
        (folder / name).write_bytes((recording.folder / name).read_bytes())
    return read(folder)


def problems(recording):
    return check(recording, device_of(recording, FakeProjector())).problems


def test_a_forged_pose_is_found(rehearsal, tmp_path):
    def change(row):
        if row["kind"] == "motion" and row["data"]["phase"] == "finished":
            row["data"]["to"]["left_mm"] += 3.0

    assert any("3.00 mm" in problem for problem in problems(forged(rehearsal[0], tmp_path, change)))


def test_a_pose_off_the_line_is_found(rehearsal, tmp_path):
    def change(row):
        if row["kind"] == "pose" and row["data"]["moving"]:
            row["data"]["pose"]["ant_mm"] += 0.5

    assert problems(forged(rehearsal[0], tmp_path, change))


def test_a_forged_picture_is_found(rehearsal, tmp_path):
    recording = forged(rehearsal[0], tmp_path, lambda row: None)
    pixels = bytearray((tmp_path / "frames.u16").read_bytes())
    pixels[: 64 * 64] = bytes(64 * 64)
    (tmp_path / "frames.u16").write_bytes(pixels)
    assert any("picture" in problem for problem in problems(recording))


def test_a_picture_that_was_cut_off_is_found(rehearsal, tmp_path):
    recording = forged(rehearsal[0], tmp_path, lambda row: None)
    (tmp_path / "frames.u16").write_bytes((tmp_path / "frames.u16").read_bytes()[:-10])
    assert any("not all there" in problem for problem in problems(recording))


def test_another_patient_is_not_taken_for_the_recorded_one(rehearsal, tmp_path):
    recording = forged(rehearsal[0], tmp_path, lambda row: None)
    with pytest.raises(RecordingError, match="no longer the one"):
        patient_of(recording)  # the box was recorded as "virtual", which it is not
    about = recording.about | {"patient": {"spec": None}}
    (tmp_path / "session.json").write_text(json.dumps(about))
    with pytest.raises(RecordingError, match="not known on this machine"):
        patient_of(read(tmp_path))


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [("motion", {"from": "here"}, "cannot be read back"), ("state", {}, "damaged"), ("step", {"kind": []}, "damaged")],
)
def test_an_event_of_the_wrong_form_is_said(rehearsal, tmp_path, kind, data, said):
    def change(row):
        if row["kind"] == kind:
            row["data"] = data

    with pytest.raises(RecordingError, match=said):
        show(Player(forged(rehearsal[0], tmp_path, change)), 1000)
