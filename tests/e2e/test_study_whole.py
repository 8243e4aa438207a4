"""A study of our own, whole: six simulated participants through four tasks on the real session, the patient that ships
and the embedded model; every export; and the report's numbers worked out again here, from the raw lines alone."""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from participants import Participant, take_part

from carm_gui.session import study_file
from carm_gui.session.export import FORMATS, export
from carm_gui.session.recording import read
from carm_gui.session.replay_check import check, device_of, patient_of
from carm_gui.session.study_run import Run
from carm_gui.session.study_trial import Trial
from inference.models.profiles import open_model
from sim.patient.load import load_patient
from sim.xray.cpu import CpuProjector

PROTOCOL = """
study: own
title: Six simulated participants, four tasks
debriefing: The second proposal of an assisted trial was turned round.
participants: {count: 6}
design: rotated
conditions:
  - {name: manual, mode: manual}
  - {name: reasons, mode: assisted, planted: [2]}
  - {name: commit-first, mode: assisted, commit_first: true}
  - {name: autonomous, mode: autonomous}
practice: [{task: easy, condition: reasons}]
tasks:
  - {name: easy, start: t1, target: carina, practice_only: true}
  - {name: to-t12, start: carina, target: t12}
  - {name: to-skull, start: t1, target: skull}
  - {name: to-left-shoulder, start: t1, target: left_humeral_head}
  - {name: to-right-dome, start: carina, target: right_hemidiaphragm}
questionnaires: {after_condition: [raw-tlx], at_end: [sus, umux-lite, trust]}
pause_after: 2
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    parent = tmp_path_factory.mktemp("studies")
    protocol = study_file.parse(PROTOCOL)
    patient = load_patient("virtual")
    projector, model = CpuProjector(patient), open_model("embedded")

    def sit(run: Run) -> Trial:
        return Trial(run, patient, projector, model, realtime=False, dwell_s=0.05, size=256)

    try:
        for number, code in enumerate(protocol.participants.codes):
            take_part(Run(protocol, code, parent), Participant(code, number), sit)
    finally:
        model.close()
    return parent / protocol.study


def raw(folder: Path) -> dict | None:
    """One trial's figures, from its lines as they stand on disk; None for practice."""
    about = json.loads((folder / "session.json").read_text("utf-8"))
    trial = about["trial"]
    if trial["practice"]:
        return None
    rows = [json.loads(text) for text in (folder / "events.jsonl").read_text("utf-8").splitlines()][1:]
    marks = [i for i, row in enumerate(rows) if row["kind"] == "mark"]
    begin = next(i for i in marks if rows[i]["data"]["name"] == "trial_began")
    end = next(i for i in marks if rows[i]["data"]["name"] == "trial_ended")
    within = rows[begin : end + 1]
    left, up, _ = trial["truth"]
    way = [about["device"]["start_pose"]] + [r["data"]["pose"] for r in within if r["kind"] == "pose"]
    last = within[-1]["data"]["pose"]
    doses = [r["data"]["dose"]["air_kerma_mgy"] for r in rows[: end + 1] if r["kind"] == "dose"]
    before = [r["data"]["dose"]["air_kerma_mgy"] for r in rows[:begin] if r["kind"] == "dose"]
    decisions = defaultdict(lambda: [0, 0])
    step = None
    for row in within:
        data = row["data"]
        if row["kind"] == "step" and data["kind"] == "navigation":
            step = data if data["step"]["prediction"]["valid"] and data["step"]["proposal"] else None
        elif row["kind"] == "state" and data["state"] == "waiting" and step is not None:
            pose, move = step["step"]["pose"], step["step"]["proposal"]["motion"]
            now = math.hypot(left - pose["left_mm"], up - pose["up_mm"])
            then = math.hypot(left - pose["left_mm"] - move["left_mm"], up - pose["up_mm"] - move["up_mm"])
            kind = "right" if then < now else "wrong"
            decisions[kind][1] += 1
            offered, step = (kind, step.get("planted", False)), None
            decisions["planted"][1] += offered[1]
        elif row["kind"] == "decision" and data["accepted"]:
            decisions[offered[0]][0] += 1
            decisions["planted"][0] += offered[1]
    error = math.hypot(left - last["left_mm"], up - last["up_mm"])
    limit = trial["task"]["success"]["mm"]
    return {
        "condition": trial["condition"]["name"],
        "participant": trial["participant"],
        "seconds": within[-1]["t"] - within[0]["t"],
        "final_error_mm": error,
        "success": within[-1]["data"]["reason"] == "done" and error <= limit,
        "shots": sum(r["kind"] == "frame" and r["data"]["shot"] for r in within),
        "air_kerma_mgy": (doses[-1] if doses else 0.0) - (before[-1] if before else 0.0),
        "path_mm": sum(
            math.dist([a[n] for n in ("left_mm", "up_mm", "ant_mm")], [b[n] for n in ("left_mm", "up_mm", "ant_mm")])
            for a, b in zip(way, [*way[1:], last])
        ),
        "decisions": {name: tuple(count) for name, count in decisions.items()},
    }  # fmt: skip


def test_the_report_says_what_the_raw_events_say(study, tmp_path):
    trials = [found for file in sorted(study.rglob("events.jsonl")) if (found := raw(file.parent))]
    assert len(trials) == 24
    assert {t["participant"] for t in trials} == {f"P0{n}" for n in range(1, 7)}
    data, _ = export(study, "report", tmp_path / "report")
    assert not data.problems
    figures = json.loads((tmp_path / "report" / "figures.json").read_text("utf-8"))
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    groups = {"all": trials}
    for trial in trials:
        groups.setdefault(trial["condition"], []).append(trial)
    for name, group in groups.items():
        said = figures["all"] if name == "all" else figures["by_condition"][name]
        assert said["n"] == len(group)
        assert said["success"]["k"] == sum(t["success"] for t in group)
        for measure in ("seconds", "final_error_mm", "shots", "air_kerma_mgy", "path_mm"):
            assert said[measure]["median"] == pytest.approx(statistics.median(t[measure] for t in group), abs=1e-3), (
                name, measure,
            )  # fmt: skip
        for kind, measure in (("right", "accept_when_right"), ("wrong", "accept_when_wrong")):
            k, n = (sum(t["decisions"].get(kind, (0, 0))[i] for t in group) for i in (0, 1))
            assert (said[measure]["k"], said[measure]["n"]) == (k, n), (name, kind)
        k, n = (sum(t["decisions"].get("planted", (0, 0))[i] for t in group) for i in (0, 1))
        assert (said["planted_accepted_share"]["k"], said["planted_accepted_share"]["n"]) == (k, n)
    middle = statistics.median(t["final_error_mm"] for t in trials)
    assert f"<b>{middle:.0f} mm</b>" in page
    assert f"<b>{sum(t['success'] for t in trials) / 24:.0%}</b>" in page
    assert figures["by_condition"]["reasons"]["counts"]["planted_offered"] > 0
    shutil.copytree(tmp_path / "report", tmp_path.parent / "study-report", dirs_exist_ok=True)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_written(study, form, tmp_path):
    data, files = export(study, form, tmp_path / form)
    assert len(data.trials) == 30
    assert all(file.stat().st_size for file in files)


def test_the_bids_tree_is_valid(study, tmp_path):
    validator = shutil.which("bids-validator-deno")
    if validator is None:
        pytest.skip("bids-validator-deno is not installed: pip install bids-validator-deno")
    export(study, "bids", tmp_path / "bids")
    said = subprocess.run(
        [validator, str(tmp_path / "bids"), "--format", "json"], capture_output=True, text=True, check=False
    )
    issues = json.loads(said.stdout)["issues"]["issues"]
    assert not [issue for issue in issues if issue["severity"] == "error"]


def test_a_trial_simulated_again_agrees(study):
    folder = next((study / "sub-P02").rglob("01_*"))
    recording = read(folder)
    patient = patient_of(recording)
    result = check(recording, device_of(recording, CpuProjector(patient)))
    assert result.agrees, result.problems
    assert result.identical == result.pictures > 0
