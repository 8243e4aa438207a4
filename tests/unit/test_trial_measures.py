"""Each measure against a recording made by hand, whose figures are known by reckoning."""

from __future__ import annotations

import json
import math

import pytest

from carm_gui.session.measures import MEASURES, measure, offers, reversals
from carm_gui.session.recording import read

TRUTH = [0.0, 100.0, 0.0]


def pose(left=0.0, up=0.0, primary=0.0, secondary=0.0):
    return {"left_mm": left, "up_mm": up, "ant_mm": 0.0, "primary_deg": primary, "secondary_deg": secondary}


def dose(n):
    return {"air_kerma_mgy": 0.1 * n, "dap_gycm2": 0.01 * n, "fluoro_s": 0.125 * n, "shots": n}


def shot(index, at):
    frame = {"index": index, "pose": at, "size": [64, 64], "dose": dose(index + 1), "moving": False}
    return ("frame", {"frame": frame, "still": True, "shot": True})


def step(number, at, x="CENTER", ex="NONE", y="CENTER", ey="NONE", move=(0.0, 0.0), valid=True, planted=False):
    motion = {"left_mm": move[0], "up_mm": move[1], "ant_mm": 0.0, "primary_deg": 0.0, "secondary_deg": 0.0}
    proposal = {"target": "skull", "x": x, "extent_x": ex, "y": y, "extent_y": ey, "motion": motion}
    prediction = {"valid": valid, "landmarks": ["t1"]}
    found = {"number": number, "prediction": prediction, "proposal": proposal if valid else None, "pose": at}
    return ("step", {"step": found, "kind": "navigation", "target": "skull"} | ({"planted": True} if planted else {}))


def state(name, outcome=None):
    return ("state", {"state": name, "message": "", "outcome": outcome})


def motion(phase, start, end):
    return ("motion", {"phase": phase, "from": start, "to": end, "message": ""})


def recording(folder, *events, trial=True, every=1.0):
    """A recording in which each event comes `every` seconds after the one before."""
    lines = [{"schema": 2}] + [
        {"seq": n, "t": n * every, "kind": kind, "data": data} for n, (kind, data) in enumerate(events, 1)
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    about = {"device": {"start_pose": pose()}, "patient": {"landmarks": {"skull": TRUTH, "t12": [0.0, -600.0, 0.0]}}}
    if trial:
        task = {"name": "x", "target": "skull", "success": {"mm": 25.0, "deg": 10.0}, "view": {}}
        about["trial"] = {"task": task, "truth": TRUTH, "condition": {"mode": "assisted"}}
    (folder / "session.json").write_text(json.dumps(about))
    return read(folder)


BEGAN, DONE = ("mark", {"name": "trial_began"}), ("mark", {"name": "trial_ended", "reason": "done"})


def test_time_dose_and_pictures(tmp_path):
    found = measure(
        recording(
            tmp_path,
            shot(0, pose()),
            ("dose", {"dose": dose(1)}),
            BEGAN,
            ("frame", {"frame": {"index": 1, "pose": pose(), "size": [64, 64]}, "still": True, "shot": False}),
            ("understood", {"action": {"kind": "move"}, "echo": ""}),
            shot(2, pose()),
            shot(3, pose(up=-300.0)),
            ("dose", {"dose": dose(4)}),
            DONE,
            shot(9, pose()),
            ("dose", {"dose": dose(9)}),
        )
    )
    assert found["seconds"] == 6.0
    assert found["first_action_s"] == 2.0
    assert (found["shots"], found["pulses"]) == (2, 1)
    # At 215 mm of field the skull, 100 mm up, is on the picture of the origin; 300 mm down nothing is.
    assert (found["blank_shots"], found["shots_without_target"]) == (1, 1)
    assert found["fluoro_s"] == pytest.approx(3 * 0.125)
    assert found["air_kerma_mgy"] == pytest.approx(0.3)
    assert found["dap_gycm2"] == pytest.approx(0.03)


def test_what_the_blades_cover_is_not_shown(tmp_path):
    """The skull lies 100 mm above the centre: on the open field, not on one of 60 mm."""
    kind, narrow = shot(1, pose())
    narrow["frame"]["blades_mm"] = [60.0, 60.0]
    found = measure(recording(tmp_path, BEGAN, shot(0, pose()), (kind, narrow), DONE))
    assert (found["shots"], found["blank_shots"], found["shots_without_target"]) == (2, 1, 1)


def test_the_way_its_reversals_and_the_final_error(tmp_path):
    way = [pose(up=30.0), pose(up=120.0), pose(left=40.0, up=90.0, primary=6.0), pose(left=40.0, up=88.0, primary=6.0)]
    moves = [("pose", {"pose": at, "moving": True}) for at in way]
    found = measure(recording(tmp_path, BEGAN, *moves, DONE))
    assert found["path_mm"] == pytest.approx(30 + 90 + 50 + 2)
    assert found["path_deg"] == pytest.approx(6.0)
    assert found["path_ratio"] == pytest.approx(172 / math.hypot(40, 88))
    assert found["reversals"] == 1
    assert found["start_error_mm"] == 100.0
    assert found["final_error_mm"] == pytest.approx(math.hypot(40, 12))
    assert found["final_error_deg"] == pytest.approx(6.0)
    assert (found["completed"], found["success"]) == (True, False)


@pytest.mark.parametrize(
    ("values", "count"),
    [([], 0), ([1], 0), ([0, 10, 20, 30], 0), ([0, 10, 7, 12, 9, 14], 0), ([0, 10, 4, 12], 2), ([0, -10, 0, -10], 2),
     ([0, 20, 10, 20, 10], 3), ([0, 4, 8, 4, 0], 1)],
)  # fmt: skip
def test_a_reversal_is_a_turn_back_of_five_mm(values, count):
    assert reversals(values) == count


def test_success_needs_done_near_and_straight(tmp_path):
    near, turned = pose(up=90.0), pose(up=90.0, primary=15.0)
    for number, (at, end, wanted) in enumerate(
        [(near, DONE, True), (turned, DONE, False), (near, ("mark", {"name": "trial_ended", "reason": "time"}), False)]
    ):
        (folder := tmp_path / str(number)).mkdir()
        found = measure(recording(folder, BEGAN, ("pose", {"pose": at, "moving": False}), end))
        assert found["success"] is wanted
    assert found["ended"] == "time"
    assert found["completed"] is False


def test_a_trial_without_an_end_was_interrupted(tmp_path):
    found = measure(recording(tmp_path, BEGAN, state("idle")))
    assert (found["ended"], found["completed"], found["success"]) == ("interrupted", False, False)


def test_what_became_of_right_wrong_and_planted_moves(tmp_path):
    here = pose()
    toward = {"y": "UP", "ey": "SMALL", "move": (0.0, 30.0)}
    away = {"y": "DOWN", "ey": "SMALL", "move": (0.0, -30.0)}
    made = recording(
        tmp_path,
        BEGAN,
        step(1, here, **toward), state("waiting"), ("decision", {"number": 1, "accepted": True}), state("moving"),
        step(2, here, **away), state("waiting"), ("decision", {"number": 2, "accepted": False}), state("idle"),
        step(3, here, **away, planted=True), state("waiting"), ("decision", {"number": 3, "accepted": True}),
        state("moving"),
        step(4, here, **toward), state("waiting"), state("moving"),
        step(5, here, valid=False), state("idle", "refused"),
        step(6, pose(up=90.0)), state("arrived"),
        DONE,
    )  # fmt: skip
    assert [(o.right, o.planted, o.outcome) for o in offers(made)] == [
        (True, False, "accepted"), (False, False, "rejected"), (False, True, "accepted"), (True, False, "overridden"),
    ]  # fmt: skip
    found = measure(made)
    # Six replies, one planted: five of the model's own, one refused; right are 1, 4 and the arrival 10 mm away.
    assert (found["model_replies"], found["model_refused"], found["model_right"]) == (5, 1, 3)
    assert (found["right_offered"], found["right_accepted"], found["right_overridden"]) == (2, 1, 1)
    assert (found["wrong_offered"], found["wrong_accepted"], found["wrong_rejected"]) == (2, 1, 1)
    assert (found["planted_offered"], found["planted_accepted"]) == (1, 1)
    assert found["accept_when_right"] == found["accept_when_wrong"] == found["correct_rejection"] == 0.5


def test_waiting_reasons_marks_and_commitments(tmp_path):
    found = measure(
        recording(
            tmp_path,
            BEGAN,
            state("looking"), state("proposing"), ("mark", {"name": "commit", "x": "CENTER", "y": "UP"}),
            step(1, pose(), y="UP", ey="SMALL", move=(0.0, 30.0)), state("waiting"),
            ("mark", {"name": "reasons", "shown": True}), ("mark", {"name": "think_aloud"}),
            ("mark", {"name": "reasons", "shown": False}), ("mark", {"name": "reasons", "shown": True}),
            DONE,
        )
    )  # fmt: skip
    assert found["model_wait_s"] == 4.0
    assert found["reasons_open_s"] == 3.0
    assert (found["commits"], found["commits_as_model"], found["think_aloud"]) == (1, 1, 1)


def test_limits_and_halts(tmp_path):
    a, b = pose(), pose(up=900.0)
    found = measure(
        recording(
            tmp_path,
            BEGAN,
            motion("refused", a, b),
            motion("started", a, pose(up=30.0)), motion("refused", a, b), motion("finished", a, pose(up=30.0)),
            ("note", {"text": "", "level": "warning", "limit": True}), ("note", {"text": "", "level": "warning"}),
            state("halted", "halted"),
            DONE,
            state("halted", "halted"),
        )
    )  # fmt: skip
    assert (found["limit_hits"], found["halts"]) == (2, 1)  # one refused at rest, one held key; not the busy one


def test_outside_a_study_the_whole_recording_counts_and_no_truth_is_needed(tmp_path):
    found = measure(
        recording(tmp_path, shot(0, pose()), ("pose", {"pose": pose(up=10.0), "moving": False}), trial=False)
    )
    assert set(found) == set(MEASURES)
    assert found["path_mm"] == 10.0
    assert found["shots"] == 1
    assert found["final_error_mm"] is found["success"] is found["shots_without_target"] is None
