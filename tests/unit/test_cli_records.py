"""`carm replay`, `carm export` and `carm study`: names, JSON, exit statuses, one sentence when something is wrong."""

from __future__ import annotations

import json

import pytest
import typer
from doubles import EventLog, FakeProjector, ScriptedModel, move_reply, small_patient
from typer.testing import CliRunner

from carm_gui import cli_records, records
from carm_gui.session import replay_check, study_file
from carm_gui.session.about import Case, recorder_for
from carm_gui.session.session import Session
from inference.action import Action
from sim.carm import CArm
from sim.pose import CArmPose


@pytest.fixture
def carm(monkeypatch):
    """`carm(arguments...)` runs the commands on a cheap patient."""
    monkeypatch.setattr(replay_check, "patient_of", lambda recording: small_patient())
    monkeypatch.setattr("sim.xray.cpu.CpuProjector", FakeProjector)
    app = typer.Typer(pretty_exceptions_enable=False)
    cli_records.register(app)
    return lambda *arguments: CliRunner().invoke(app, [str(part) for part in arguments])


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("r")
    arm = CArm(FakeProjector(), CArmPose(), size=32)
    log = EventLog()
    session = Session(arm, ScriptedModel(move_reply()), recorder=recorder_for(arm, Case(), folder), beam=False,
                      realtime=False)  # fmt: skip
    session.listen(log)
    session.start()
    session.submit(Action("move", up_mm=50.0))
    log.wait_for("motion", phase="finished")
    session.submit(Action("expose"))
    log.wait_for("frame")
    session.close()
    return folder


def test_a_recording_that_agrees(carm, recording):
    done = carm("replay", recording, "--check", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["agrees"] is True
    assert found["pictures"] == {"checked": 1, "identical": 1, "worst_levels": 0}
    assert "what the simulation gives" in carm("replay", recording, "--check").stdout


def test_a_recording_that_does_not_agree_is_status_1(carm, recording, tmp_path):
    for file in recording.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (tmp_path / "events.jsonl").read_text().splitlines(keepends=True)
    forged = [line.replace('"up_mm":50.0', '"up_mm":51.0') if '"finished"' in line else line for line in lines]
    (tmp_path / "events.jsonl").write_text("".join(forged))
    done = carm("replay", tmp_path, "--check", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["problems"]


def test_without_check_the_window_plays_it(carm, recording, monkeypatch):
    opened = []
    monkeypatch.setattr(records, "open_replay", lambda folder: opened.append(folder) or 0)
    assert carm("replay", recording).exit_code == 0
    assert opened == [recording]


@pytest.mark.parametrize("arguments", [("replay", "nowhere", "--check"), ("replay", "nowhere"),
                                       ("export", "nowhere", "--format", "csv", "--out", "x")])  # fmt: skip
def test_a_folder_that_is_not_there_is_one_sentence(carm, arguments):
    done = carm(*arguments)
    assert done.exit_code == 1
    assert "There is no folder nowhere." in done.output
    assert "Traceback" not in done.output


def test_export_says_what_it_wrote(carm, recording, tmp_path):
    done = carm("export", recording, "--format", "csv", "--out", tmp_path / "out", "--json")
    found = json.loads(done.stdout)
    assert found["files"] == ["trials.csv", "questionnaires.csv", "codebook.json"]
    assert all((tmp_path / "out" / name).is_file() for name in found["files"])
    assert carm("export", recording, "--format", "csv", "--out", tmp_path / "out").exit_code == 1


def test_an_unknown_format_is_wrong_usage(carm, recording, tmp_path):
    assert carm("export", recording, "--format", "pdf", "--out", tmp_path / "o").exit_code == 2


def test_study_shows_each_participant_s_order(carm):
    found = json.loads(carm("study", "--json").stdout)
    assert len(found["orders"]) == 12
    alone = carm("study", study_file.example(), "--participant", "p03", "--json")
    assert list(json.loads(alone.stdout)["orders"]) == ["P03"]
    assert "P03  01_" in carm("study", "--participant", "P03").stdout


def test_study_says_every_mistake_with_its_line(carm, tmp_path):
    (tmp_path / "x.yaml").write_text("study: A B\ntitle: x\n")
    done = carm("study", tmp_path / "x.yaml")
    assert done.exit_code == 1
    assert "x.yaml, line 1: study: 'A B' is not allowed here" in done.output
    assert "this field is missing" in done.output
    assert carm("study", "--participant", "Jane Doe").exit_code == 1
