"""What a recording holds, and that no disk trouble ends a rehearsal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carm_gui.session import recorder as recorder_module
from carm_gui.session.events import SessionEvent
from carm_gui.session.recorder import SCHEMA, Recorder, picture_name
from inference.commands import Action
from inference.step import Prediction, Proposal, Step
from sim.frame import Dose, Frame
from sim.pose import CArmPose, MotionCommand


def frame(index=7):
    pixels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
    return Frame(pixels, 0.42, CArmPose(left_mm=3.0), index, 1.5, Dose(0.1, 0.2, 0.3, 4))


def step():
    prediction = Prediction(7, "navigation", ("t1",), ("because",), "<raw>", True, "", 0.5)
    proposal = Proposal("skull", "LEFT", "SMALL", "CENTER", "NONE", MotionCommand(left_mm=30.0))
    return Step(1, prediction, proposal, CArmPose(left_mm=3.0))


def write(folder: Path, *events) -> list[dict]:
    recorder = Recorder(folder)
    for number, (kind, data) in enumerate(events, 1):
        assert recorder.write(SessionEvent(number, 0.1 * number, kind, data)) is None
    recorder.close()
    return [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def test_the_schema_comes_first_and_every_event_is_one_line(tmp_path):
    lines = write(
        tmp_path,
        ("state", {"state": "idle", "message": "", "outcome": None}),
        ("understood", {"action": Action("move", up_mm=30.0), "echo": "view 30 mm toward the head"}),
        ("pose", {"pose": CArmPose(up_mm=1.0), "moving": True}),
    )
    assert lines[0]["schema"] == SCHEMA
    assert [line["seq"] for line in lines[1:]] == [1, 2, 3]
    assert lines[2]["data"]["action"] == {"kind": "move", "left_mm": 0.0, "up_mm": 30.0}
    assert lines[3]["data"]["pose"]["up_mm"] == 1.0


def test_a_step_keeps_its_picture_to_the_last_grey_level(tmp_path):
    lines = write(tmp_path, ("step", {"step": step(), "target": "skull", "kind": "navigation", "frame": frame()}))
    data = lines[1]["data"]
    assert data["step"]["prediction"]["landmarks"] == ["t1"]
    assert data["step"]["proposal"]["motion"]["left_mm"] == 30.0
    assert data["frame"]["pose"]["left_mm"] == 3.0
    assert "pixels" not in data["frame"]
    kept = np.asarray(Image.open(tmp_path / picture_name(7)))
    np.testing.assert_array_equal(kept, frame().pixels)


def test_live_pulses_leave_their_numbers_but_no_picture(tmp_path):
    lines = write(tmp_path, ("frame", {"frame": frame(1), "still": True, "shot": False}))
    assert lines[1]["data"]["frame"]["dose"]["shots"] == 4
    assert not (tmp_path / "frames").exists()


@pytest.mark.parametrize(
    ("kind", "data"),
    [("frame", {"frame": frame(2), "still": True, "shot": True}), ("saved", {"frame": frame(2)})],
)
def test_shots_and_saved_pictures_are_kept(tmp_path, kind, data):
    write(tmp_path, (kind, data))
    assert (tmp_path / picture_name(2)).exists()


def test_what_was_written_is_on_disk_before_the_end(tmp_path):
    recorder = Recorder(tmp_path)
    recorder.write(SessionEvent(1, 0.0, "said", {"text": "straße ✓"}))
    lines = (tmp_path / "events.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["data"]["text"] == "straße ✓"
    recorder.close()


def test_decisions_and_steps_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(recorder_module.os, "fsync", synced.append)
    write(tmp_path, ("note", {"text": "x", "level": "info"}))
    assert not synced
    write(tmp_path / "b", ("decision", {"number": 1, "accepted": True, "text": ""}))
    assert len(synced) == 1


def test_a_full_disk_is_said_once_and_nothing_more_is_written(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path)
    recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder, "_line", full)
    problem = recorder.write(SessionEvent(2, 0.0, "said", {"text": "b"}))
    assert "No space left" in problem
    assert "goes on" in problem
    assert recorder.write(SessionEvent(3, 0.0, "said", {"text": "c"})) is None
    recorder.close()


def test_a_folder_that_cannot_be_made_is_said_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    recorder = Recorder(tmp_path / "file" / "below")
    assert recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))
    assert recorder.write(SessionEvent(2, 0.0, "said", {"text": "b"})) is None


def test_recordings_of_the_same_second_do_not_meet(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "data_dir", lambda *parts: tmp_path)
    folders = set()
    for _ in range(3):
        recorder = Recorder()
        recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))
        recorder.close()
        folders.add(recorder.folder)
    assert len(folders) == 3
    assert all((folder / "events.jsonl").exists() for folder in folders)
