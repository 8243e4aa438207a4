"""`carm` as others call it: JSON on standard output and nothing else, exit status, one sentence for a failure."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from doubles import ARRIVED, FakeProjector, ScriptedModel, move_reply, small_patient
from PIL import Image
from typer.testing import CliRunner

from carm_gui import cli, cli_view
from inference.models.interface import ModelError
from inference.prompts import correct_reply
from sim.patient.patient import PatientError

cli_view.register(cli.app)
MARKS = {"t1": (0.0, 0.0, 0.0), "skull": (20.0, 180.0, 10.0), "left_wrist": (0.0, 330.0, 0.0)}


@pytest.fixture
def carm(monkeypatch):
    """Runs a command on a box of water with a scripted model; `carm.model` is the script."""
    asked = []

    def load(spec, landmarks=None, series=None, keep_table=False):
        asked.append((spec, landmarks, series))
        if spec == "bad":
            raise PatientError("There is no patient 'bad'; give virtual or a file.")
        patient = small_patient(MARKS)
        return patient if spec != "bare" else type(patient)("bare", patient.hu, patient.affine)

    def open_model(name):
        if name == "none":
            raise ModelError("There is no model called none.")
        return run.model

    monkeypatch.setattr("sim.patient.load.load_patient", load)
    monkeypatch.setattr("inference.models.profiles.open_model", open_model)
    monkeypatch.setattr("sim.xray.deepdrr_process.open_projector", lambda patient, *_: FakeProjector(patient))

    def run(*arguments):
        return CliRunner().invoke(cli.app, [str(part) for part in arguments])

    run.model, run.asked = ScriptedModel("[10,11]"), asked
    return run


def payload(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_parse_prints_the_action_and_nothing_else(carm):
    assert payload(carm("parse", "go up 3 cm")) == {"kind": "move", "left_mm": 0.0, "up_mm": 30.0}
    assert payload(carm("parse", "align", "to", "the", "skull")) == {"kind": "align", "landmark": "skull"}
    assert payload(carm("parse", "align to the elbow"))["reason"] == "side"
    assert carm("parse").exit_code == 2


def test_render_writes_a_picture_and_says_where_the_landmarks_fall(carm, tmp_path):
    out = tmp_path / "new" / "view.png"
    got = payload(carm("render", "--landmark", "t1", "--size", 64, "--out", out, "--json"))
    assert got["pose"] == dict.fromkeys(got["pose"], 0.0)
    assert got["size"] == [64, 64]
    assert got["spacing_mm"] == pytest.approx(414.0 * 530.0 / 1020.0 / 64)
    assert got["landmarks"]["t1"] == {"u": 31.5, "v": 31.5, "in_view": True}
    assert got["landmarks"]["skull"]["in_view"] is False
    assert got["landmarks"]["skull"]["v"] < 0 < 31.5 < got["landmarks"]["skull"]["u"]
    assert got["ms"] > 0
    picture = np.asarray(Image.open(out))
    assert picture.dtype == np.uint8
    assert picture.shape == (64, 64)
    assert picture[32, 32] > 200 > picture[2, 2]


def test_render_in_16_bits_keeps_every_grey_level(carm, tmp_path):
    out = tmp_path / "view.png"
    payload(carm("render", "--at", "0,0,0", "--size", 64, "--out", out, "--bits", 16, "--json"))
    picture = np.asarray(Image.open(out)).astype(int)
    assert 2.5 * 4096 < picture[32, 32] < 3.5 * 4096


def test_render_at_takes_negative_numbers_and_angles(carm, tmp_path):
    got = payload(
        carm("render", "--at", "-10,-20.5,3", "--primary", -30, "--secondary", 12,
             "--size", 32, "--out", tmp_path / "a.png", "--json")
    )  # fmt: skip
    assert got["pose"] == {
        "left_mm": -10.0, "up_mm": -20.5, "ant_mm": 3.0, "primary_deg": -30.0, "secondary_deg": 12.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", "--landmark", "femur", "--out", "a.png"),
        ("render", "--out", "a.png"),
        ("render", "--landmark", "t1", "--at", "0,0,0", "--out", "a.png"),
        ("render", "--at", "0,0", "--out", "a.png"),
        ("render", "--at", "nan,0,0", "--out", "a.png"),
        ("render", "--at", "0,0,0", "--primary", "400", "--out", "a.png"),
        ("render", "--at", "0,0,0", "--secondary", "nan", "--out", "a.png"),
        ("render", "--at", "0,0,0", "--out", "a.jpg"),
        ("render", "--at", "0,0,0", "--out", "a.png", "--projector", "magic"),
        ("render", "--at", "0,0,0"),
        ("locate", "--landmark", "t1", "--top", "7"),
        ("correct", "--landmark", "t1", "--said", "t1,femur", "--feedback", "no"),
        ("correct", "--landmark", "t1", "--said", "t1", "--feedback", "no"),
        ("correct", "--landmark", "t1", "--said", "t1,t1", "--feedback", "no"),
        ("navigate", "--start", "t1"),
        ("no_such_command",),
    ],
)
def test_wrong_usage_is_status_2(carm, arguments):
    result = carm(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("render", "--patient", "bad", "--at", "0,0,0", "--out", "a.png"), "There is no patient 'bad'"),
        (("render", "--at", "0,400,0", "--out", "a.png"), "100 mm outside the volume"),
        (("render", "--landmark", "carina", "--out", "a.png"), "not among the landmarks"),
        (("render", "--patient", "bare", "--landmark", "t1", "--out", "a.png"), "has no landmarks"),
        (("locate", "--model", "none", "--landmark", "t1"), "no model called none"),
        (("navigate", "--start", "t1", "--target", "left_wrist"), "left wrist lies 30 mm outside"),
        (("navigate", "--patient", "bare", "--start", "t1", "--target", "skull"), "has no landmarks"),
        (("--study", "plan.yaml"), "plan.yaml: no such file"),
        (("--replay", "no_folder"), "There is no folder no_folder"),
    ],
)
def test_a_failure_is_one_sentence_and_status_1(carm, arguments, sentence):
    result = carm(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_bug_is_one_sentence_too(carm, monkeypatch):
    monkeypatch.setattr("sim.patient.load.load_patient", lambda *a, **k: 1 / 0)
    result = carm("locate", "--landmark", "t1")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "ZeroDivisionError" in result.stderr


def test_locate(carm):
    got = payload(carm("locate", "--landmark", "t1", "--json"))
    assert got["landmarks"] == ["t1", "carina"]
    assert got["raw"] == "[10,11]"
    assert got["regions_mm"] is None
    assert got["seconds"] >= 0
    carm.model = ScriptedModel("[10: T1, 11: carina, 3: left humeral head]")
    got = payload(carm("locate", "--at", "0,0,0", "--top", 3, "--json"))
    assert got["landmarks"] == ["t1", "carina", "left_humeral_head"]


def test_a_refused_reply_is_shown_and_is_a_failure(carm):
    carm.model = ScriptedModel("no idea")
    result = carm("locate", "--landmark", "t1", "--json")
    assert result.exit_code == 1
    got = json.loads(result.stdout)
    assert got["landmarks"] == []
    assert got["raw"] == "no idea"


def test_correct(carm):
    carm.model = ScriptedModel(correct_reply("I see T1.", ["t1", "carina"]))
    got = payload(
        carm("correct", "--landmark", "t1", "--said", "skull,t12", "--feedback", "look at the ribs", "--json")
    )
    assert got["before"] == ["skull", "t12"]
    assert got["after"] == ["t1", "carina"]
    assert got["reasoning"] == "I see T1."
    assert "look at the ribs" in carm.model.requests[0].text


def test_navigate_reports_errors_after_the_fact(carm):
    carm.model = ScriptedModel(
        move_reply("CENTER", "NONE", "UP", "LARGE"), move_reply("CENTER", "NONE", "UP", "LARGE"), ARRIVED
    )
    got = payload(carm("navigate", "--start", "t1", "--target", "skull", "--json"))
    assert got["stopped"] == "arrived"
    assert got["moves"] == got["optimal_moves"] == 2
    assert got["final_error_mm"] == 20.0
    assert [step["error_mm"] for step in got["steps"]] == [pytest.approx(np.hypot(20, 90), abs=0.01), 20.0, 20.0]
    first = got["steps"][0]
    assert (first["number"], first["context"], first["move"]) == (1, "t1", {"left_mm": 0.0, "up_mm": 90.0})
    assert len(first["reasons"]) == 2
    assert not any("180" in request.text for request in carm.model.requests)


def test_navigate_for_a_reader(carm):
    carm.model = ScriptedModel(move_reply("CENTER", "NONE", "UP", "LARGE"), "nonsense")
    result = carm("navigate", "--start", "t1", "--target", "skull")
    assert result.exit_code == 0
    assert "view 90 mm toward the head" in result.stdout
    assert "refused" in result.stdout


def test_options_reach_the_patient(carm, tmp_path):
    payload(carm("locate", "--patient", "scan", "--landmarks", tmp_path / "a.mrk.json", "--series", "2",
                 "--landmark", "t1", "--json"))  # fmt: skip
    assert carm.asked == [("scan", tmp_path / "a.mrk.json", "2")]


def test_without_a_command_the_window_opens(carm, monkeypatch):
    called = {}
    monkeypatch.setattr("carm_gui.app.main", lambda **options: called.update(options) or 0)
    assert carm("--patient", "virtual:5", "--model", "embedded-base").exit_code == 0
    assert (called["patient"], called["model"]) == ("virtual:5", "embedded-base")
    monkeypatch.setattr("carm_gui.app.main", lambda **options: 1)
    assert carm().exit_code == 1


@pytest.mark.parametrize("option", ["--model", "--patient"])
def test_what_stands_before_a_command_is_not_passed_over(carm, option):
    """Another model would answer than the one that was named, without a word."""
    result = carm(option, "embedded-base", "locate", "--landmark", "t1")
    assert result.exit_code == 2
    assert f"{option} goes behind the command: carm locate {option}" in result.output
    assert carm("locate", option, "virtual", "--landmark", "t1").exit_code == 0


def test_doctor_lists_what_is_missing(carm, monkeypatch):
    from carm_gui.doctor import Finding

    found = [Finding("Qt", True, "6"), Finding("GPU", False, "none", "buy one", needed=False)]
    monkeypatch.setattr("carm_gui.doctor.examine", lambda progress: found)
    got = payload(carm("doctor", "--json"))
    assert got["ready"] is True
    assert got["checks"][1]["remedy"] == "buy one"
    found.append(Finding("Model", False, "gone", "train it"))
    assert carm("doctor").exit_code == 1
    assert "train it" in carm("doctor").stdout


def test_a_check_that_breaks_is_a_finding(monkeypatch, tmp_path):
    from carm_gui import doctor

    monkeypatch.setattr("inference.models.servers._file", lambda: tmp_path / "servers.txt")
    monkeypatch.delenv("CARM_SERVERS", raising=False)
    monkeypatch.setattr(doctor, "_patient", lambda: 1 / 0)
    monkeypatch.setattr(doctor, "_child", lambda code, **environment: (False, "no such library"))
    findings = {finding.name: finding for finding in doctor.examine()}
    assert findings["Python"].ok
    assert not findings["Qt"].ok
    assert "no such library" in findings["Qt"].found
    assert any("could not be checked" in finding.found for finding in findings.values())
    assert not findings["Model servers"].ok
    monkeypatch.setenv("CARM_SERVERS", "GPU.example")
    assert "gpu.example may be asked" in doctor._servers().found


def test_the_script_keeps_standard_output_clean():
    done = subprocess.run(
        [sys.executable, "-m", "carm_gui.cli", "parse", "left 30 mm and up 2 cm"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"kind": "move", "left_mm": 30.0, "up_mm": 20.0}
    assert done.stderr == ""


def test_parse_imports_nothing_heavy():
    code = "import sys; from carm_gui import cli_view; import inference.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "numba", "PySide6", "scipy", "numpy", "nibabel", "transformers"} & set(loaded)
