"""What a recording holds, and that no disk trouble ends a rehearsal."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from doubles import FakeProjector

from carm_gui.session import recorder as recorder_module
from carm_gui.session.about import Case, recorder_for
from carm_gui.session.events import SessionEvent
from carm_gui.session.recorder import SCHEMA, Recorder, put_aside, unfinished
from carm_gui.session.recording import RecordingError, read
from carm_gui.session.replay import revive
from carm_gui.session.replay_check import device_of
from inference.commands import Action
from inference.models.interface import ModelInfo
from inference.step import Prediction, Proposal, Step
from sim.carm import CArm
from sim.frame import Dose, Frame
from sim.pose import CArmPose, MotionCommand
from sim.xray.detector import Exposure


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
    kept = read(tmp_path).pixels(7)
    np.testing.assert_array_equal(kept, frame().pixels)
    assert kept.dtype == np.uint16


def test_what_answers_is_kept_with_the_hashes_of_its_weights(tmp_path):
    """Of the model in use last: a rehearsal begins before its model has loaded, and may exchange it."""
    loading, ready = ModelInfo("gemma-3-4b"), ModelInfo("tuned", 7, "cuda", "b" * 64, "a" * 64, "unmarked", bits=4)
    told = [("loading", loading), ("ready", ready), ("failed", None)]
    write(tmp_path, *[("model", {"state": state, "name": "x", "message": "", "info": info}) for state, info in told])
    kept = json.loads((tmp_path / "session.json").read_text("utf-8"))["model"]
    assert (kept["name"], kept["base_sha256"], kept["adapter_sha256"]) == ("tuned", "b" * 64, "a" * 64)
    assert (kept["bits"], kept["note"], kept["state"]) == (4, "unmarked", "ready")


def test_of_a_view_that_stands_still_the_first_pulse_is_kept(tmp_path):
    moved = replace(frame(4), pose=CArmPose(left_mm=9.0))
    pulses = [frame(1), frame(2), replace(frame(3), moving=True), moved, replace(moved, index=5)]
    lines = write(tmp_path, *[("frame", {"frame": pulse, "still": True, "shot": False}) for pulse in pulses])
    assert [line["data"]["frame"]["dose"]["shots"] for line in lines[1:]] == [4] * 5
    recording = read(tmp_path)
    assert recording.kept == (1, 3, 4)
    assert recording.pixels(2) is None
    np.testing.assert_array_equal(recording.pixels(4), moved.pixels)


def test_a_new_technique_or_collimation_is_a_new_view(tmp_path):
    pulses = [frame(1), replace(frame(2), kvp=70.0), replace(frame(3), kvp=70.0), replace(frame(4), kvp=70.0, ma=3.0)]
    pulses += [replace(pulses[-1], index=5, blades_mm=(80.0, 60.0)), replace(pulses[-1], index=6)]
    write(tmp_path, *[("frame", {"frame": pulse, "still": True, "shot": False}) for pulse in pulses])
    assert read(tmp_path).kept == (1, 2, 4, 5, 6)


def test_every_pulse_is_kept_where_it_is_asked_for(tmp_path):
    recorder = Recorder(tmp_path, every_pulse=True)
    for number in (1, 2, 3):
        recorder.write(SessionEvent(number, 0.1, "frame", {"frame": frame(number), "still": True, "shot": False}))
    recorder.close()
    assert read(tmp_path).kept == (1, 2, 3)


def test_a_pulse_that_was_not_kept_is_made_again_to_the_last_grey_level(tmp_path):
    carm = CArm(FakeProjector(), CArmPose(), size=64, auto=True)
    recorder = recorder_for(carm, Case(), tmp_path)
    shown = [carm.expose() for _ in range(12)]
    for number, one in enumerate(shown, 1):
        recorder.write(SessionEvent(number, 0.1 * number, "frame", {"frame": one, "still": True, "shot": False}))
    recorder.close()
    recording = read(tmp_path)
    left = [line for line in recording.of("frame") if line.data["frame"]["index"] not in recording.kept]
    assert len(left) >= 9  # the exposure has settled after a pulse or two
    again = device_of(recording, FakeProjector())
    for line in left:
        told = revive(line, recording).data["frame"]
        one = next(frame for frame in shown if frame.index == told.index)
        made = again.picture(told.pose, told.index, False, Exposure(told.kvp, told.ma, told.pulse_ms), told.blades_mm)
        np.testing.assert_array_equal(made, one.pixels)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("frame", {"frame": frame(2), "still": True, "shot": True}), ("saved", {"frame": frame(2)})],
)
def test_shots_and_saved_pictures_are_kept(tmp_path, kind, data):
    still = ("frame", {"frame": frame(1), "still": True, "shot": False})
    write(tmp_path, still, (kind, data))
    assert read(tmp_path).kept == (1, 2)


def test_what_was_written_is_on_disk_before_the_end(tmp_path):
    recorder = Recorder(tmp_path)
    typed = "straße ✓ \ud800"  # and half a surrogate pair
    recorder.write(SessionEvent(1, 0.0, "said", {"text": typed}))
    lines = (tmp_path / "events.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[-1])["data"]["text"] == typed
    recorder.close()


def test_decisions_and_steps_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(recorder_module.os, "fsync", synced.append)
    write(tmp_path, ("note", {"text": "x", "level": "info"}))
    assert not synced
    write(tmp_path / "b", ("decision", {"number": 1, "accepted": True, "text": ""}))
    assert len(synced) == 2  # the pictures, then the lines


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")
def test_a_recording_deleted_meanwhile_is_said(tmp_path):
    recorder = Recorder(tmp_path / "a")
    recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))
    shutil.rmtree(tmp_path / "a")
    assert "its folder was deleted" in recorder.write(SessionEvent(2, 0.1, "mark", {"name": "think_aloud"}))
    recorder.close()


def test_a_full_disk_is_said_once_and_leaves_whole_lines_alone(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path)
    recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))
    real, room = os.write, [40]

    def nearly_full(handle, data):
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        took = real(handle, bytes(data)[: room[0]])
        room[0] -= took
        return took

    monkeypatch.setattr(recorder_module.os, "write", nearly_full)
    problem = recorder.write(SessionEvent(2, 0.0, "said", {"text": "b" * 100}))
    assert "No space left" in problem
    assert "goes on" in problem
    assert recorder.write(SessionEvent(3, 0.0, "said", {"text": "c"})) is None
    recorder.close()
    recording = read(tmp_path)
    assert [line.seq for line in recording.lines] == [1]
    assert not recording.cut
    assert "No space left" in recording.about["stopped"]
    assert unfinished(tmp_path.parent) != tmp_path, "a rehearsal that has ended is not offered to be gone on with"


FULL_DISK = """
import resource, signal, sys, time
sys.path[:0] = [sys.argv[2]]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from pathlib import Path
from doubles import EventLog, FakeProjector, ScriptedModel, ARRIVED
from carm_gui.session.recorder import Recorder
from carm_gui.session.session import Session
from inference.commands import Action
from sim.carm import CArm
from sim.pose import CArmPose

log = EventLog()
session = Session(CArm(FakeProjector(), CArmPose(), size=64), ScriptedModel(ARRIVED),
                  recorder=Recorder(Path(sys.argv[1])), beam=False, realtime=False)
session.listen(log)
session.start()
last = 0
for _ in range(12):
    session.submit(Action("expose"))
    last = log.wait_for("frame", after=last).seq
for note in log.of("note"):
    print(note.data["text"])
session.submit(Action("move", left_mm=30.0))
log.wait_for("motion", phase="finished")
print("moved to", session.carm.pose.left_mm)
session.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_real_session_goes_on_when_the_disk_takes_no_more(tmp_path):
    tests = str(Path(__file__).parents[1])
    run = [sys.executable, "-c", FULL_DISK, str(tmp_path / "r"), tests]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The recording has stopped") == 1
    assert "moved to 30.0" in done.stdout
    recording = read(tmp_path / "r")
    assert recording.kept
    assert all(recording.pixels(index) is not None for index in recording.kept)


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


def test_what_a_crash_left_behind_is_found_until_it_is_put_aside(tmp_path):
    ended, running = Recorder(tmp_path / "1"), Recorder(tmp_path / "2")
    for recorder in (ended, running):
        recorder.write(SessionEvent(1, 0.0, "said", {"text": "a"}))
    ended.close()
    assert unfinished(tmp_path) is None  # one ended, one is under way
    running._end()  # as a crash leaves it: the lock is gone, no end is noted
    assert unfinished(tmp_path) == tmp_path / "2"
    put_aside(tmp_path / "2", "continued")
    assert unfinished(tmp_path) is None


def test_a_scan_s_name_and_path_reach_no_file_but_the_one_that_stays_here(tmp_path):
    recorder = Recorder(
        tmp_path,
        {"patient": {"spec": None}},
        where={"spec": "/scans/Doe_Jane.nii.gz"},
        hide=("/scans/Doe_Jane.nii.gz", "Doe_Jane"),
    )
    sentence = "The skull lies 20 mm outside the volume of Doe_Jane."
    recorder.write(SessionEvent(1, 0.0, "note", {"text": sentence, "level": "warning"}))
    recorder.close()
    named = {file.name for file in tmp_path.iterdir() if b"Doe" in file.read_bytes()}
    assert named == {"where.json"}
    assert read(tmp_path).lines[0].data["text"].endswith("volume of the scan.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin"),
        ('{"schema": 2}\nnonsense\n{"seq":1,"t":0,"kind":"note","data":{}}\n', "line 2"),
        ('{"schema": 99}\n', "schema 99"),
        ('{"schema": 2}\n{"seq":1}\n', "damaged"),
        (
            '{"schema": 2}\n{"seq":1,"t":0,"kind":"frame","data":{"frame":{"index":0,"at":0,"size":[9e9,1]}}}\n',
            "damaged",
        ),
        ("[1]\n[2]\n", "line 1"),
    ],
)
def test_a_damaged_recording_is_said_in_one_sentence(tmp_path, text, said):
    (tmp_path / "events.jsonl").write_text(text)
    with pytest.raises(RecordingError, match=said):
        read(tmp_path)


def test_a_line_that_a_crash_cut_off_is_dropped(tmp_path):
    (tmp_path / "events.jsonl").write_text('{"schema": 2}\n{"seq":1,"t":0,"kind":"note","data":{}}\n{"seq":2,"t"')
    recording = read(tmp_path)
    assert recording.cut
    assert [line.seq for line in recording.lines] == [1]
