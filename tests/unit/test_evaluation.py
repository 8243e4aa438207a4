"""Evaluation on a box of water: a reader of the truth scores 1, a constant its share, whatever the number of parts."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch
from doubles import TORSO as MARKS
from doubles import ScriptedModel, small_patient
from PIL import Image

from carm_gui.cli_lab import steer
from inference.baseline.calibrate import calibrate_folder
from inference.baseline.model import BaselineModel
from inference.baseline.network import DisplacementNetwork
from inference.baseline.recipe import Calibration
from inference.baseline.train import save_model
from inference.evaluation import bench as benches
from inference.evaluation import plan as plans
from inference.evaluation import run as runs
from inference.evaluation import tables
from inference.evaluation.blind import Blind
from inference.evaluation.plan import Plan, cases, expand_patients
from inference.evaluation.reference import MeanAnatomy, placed
from inference.evaluation.run import evaluate, evaluate_all, read_cases
from inference.evaluation.score import score
from inference.models.interface import ModelError, Request
from inference.prompts import locate_prompt
from sim.landmarks import BY_KEY, KEYS
from sim.pose import CArmPose

PATIENTS = ("virtual:7", "virtual:8")


def points() -> np.ndarray:
    return np.array([MARKS.get(key, (np.nan,) * 3) for key in KEYS])


@pytest.fixture(autouse=True)
def water(monkeypatch):
    """Every patient is the box; the model "perfect" is told where everything lies."""
    models = {}

    def model_for(name, device):
        if name not in models:
            raise ModelError(f"There is no model called {name}.")
        return models[name]

    monkeypatch.setattr("sim.patient.load.load_patient", lambda *a, **k: small_patient(MARKS))
    monkeypatch.setattr(benches, "model_for", model_for)
    monkeypatch.setattr(benches, "mean_landmarks", points)
    monkeypatch.setattr(runs, "fingerprint", lambda model: "")
    benches._benches.clear()
    yield models
    benches._benches.clear()


@pytest.mark.parametrize("task", ["retrieval", "localization"])
def test_a_reader_of_the_truth_scores_everything(task, tmp_path):
    figures = evaluate(Plan(task, plans.MEAN_ANATOMY, PATIENTS, limit=20), steer, tmp_path, workers=1)
    assert figures["n"] == 20
    assert figures["malformed"] == 0
    assert figures["is_model"] is False
    if task == "retrieval":
        assert figures["precision"] == {"1": 1.0, "2": 1.0, "3": 1.0}
        assert figures["recall"] == pytest.approx({"1": 1 / 3, "2": 2 / 3, "3": 1.0})
        assert figures["precision_ci95"]["3"] == [1.0, 1.0]
    else:
        assert figures["hit"] == {"1": 1.0, "2": 1.0}
    assert figures["median_in_view_error_mm"] == 0.0


def test_a_reader_of_the_truth_navigates_through_the_session(tmp_path):
    plan = Plan("navigation", plans.MEAN_ANATOMY, PATIENTS, limit=12)
    figures = evaluate(plan, steer, tmp_path, workers=1)
    assert figures["n"] == 12
    assert figures["arrived_within_25mm"] == 1.0
    assert figures["median_final_error_mm"] <= 22.0
    assert figures["mean_extra_moves"] <= 1.0
    assert figures["reasons_agree_and_name_both"] == 1.0
    assert figures["refused_replies"] == 0
    assert {(o.case.start, o.case.target) for o in read_cases(tmp_path)} <= {
        (a, b) for a in MARKS for b in MARKS if a != b
    }


def test_a_constant_answer_scores_its_share_and_the_blind_row_stands_beside_it(water, tmp_path):
    water["constant"] = ScriptedModel("[10,11]")
    figures = evaluate(Plan("localization", "constant", PATIENTS, limit=16), steer, tmp_path, workers=1)
    assert figures["n"] == 16  # two turns of the eight landmarks
    assert figures["hit"] == {"1": 2 / 16, "2": 4 / 16}
    assert figures["by_landmark"]["t1"]["hit_1"] == 1.0
    assert figures["by_landmark"]["skull"]["hit_2"] == 0.0
    assert figures["true_isocentre_mean_anatomy"]["hit"]["1"] == 1.0
    rows = list(csv.DictReader((tmp_path / "predictions.csv").open()))
    assert {row["output"] for row in rows} == {"[10,11]"}
    assert len({row["filename"] for row in rows}) == 16
    assert json.loads((tmp_path / "figures.json").read_text())["hit"] == figures["hit"]
    assert not (tmp_path / "parts").exists()


def test_beside_a_landmark_ties_count(water, tmp_path):
    water["constant"] = ScriptedModel("[10,11]")
    plan = Plan("localization", "constant", PATIENTS[:1], limit=40, displace_mm=40.0)
    evaluate(plan, steer, tmp_path, workers=1, reference=False)
    for outcome in read_cases(tmp_path):
        centre = np.add(MARKS[outcome.case.start], outcome.case.offset_mm)
        distance = np.linalg.norm(points() - centre, axis=1)
        right = {i + 1 for i in range(14) if distance[i] <= np.nanmin(distance) + 10.0}
        assert set(outcome.truth) == right


def test_a_stopped_run_goes_on_and_gives_the_same(water, tmp_path, monkeypatch):
    monkeypatch.setitem(plans.CHUNK, "localization", 3)
    plan = Plan("localization", "constant", PATIENTS, limit=14)
    water["constant"] = ScriptedModel("[10,11]")
    whole = evaluate(plan, steer, tmp_path / "whole", workers=1)
    asked = len(water["constant"].requests)
    water["constant"] = ScriptedModel(*["[10,11]"] * 7, ModelError("The model's process ended."))
    with pytest.raises(ModelError):
        evaluate(plan, steer, tmp_path / "cut", workers=1)
    assert list((tmp_path / "cut" / "parts").glob("*.jsonl"))
    assert not (tmp_path / "cut" / "figures.json").exists()
    water["constant"] = ScriptedModel("[10,11]")
    again = evaluate(plan, steer, tmp_path / "cut", workers=1)
    assert len(water["constant"].requests) < asked
    for part in (whole, again):
        part.pop("seconds_per_reply")
        part["true_isocentre_mean_anatomy"].pop("seconds_per_reply")
    assert again == whole


def test_what_is_written_scores_the_same_through_carm_score(water, tmp_path):
    water["constant"] = ScriptedModel("[10: T1, 11: carina, 1: skull]")
    for task, measure in (("retrieval", "precision"), ("localization", "hit")):
        figures = evaluate(Plan(task, "constant", PATIENTS, limit=16), steer, tmp_path / task, workers=1)
        scored = score(task, tmp_path / task / "predictions.csv", tmp_path / task / "truth.csv")
        assert scored[measure] == figures[measure]
        assert scored[f"{measure}_ci95"] == figures[f"{measure}_ci95"]


PICTURES = {
    "retrieval": {"precision.png", "heatmap.png"},
    "localization": {"hits.png", "hits_by_landmark.png", "confusion.png"},
    "navigation": {"navigation.png", "navigation_pairs.png"},
}


@pytest.mark.parametrize("task", PICTURES)
def test_pictures_and_tables_come_with_the_figures(task, tmp_path):
    evaluate(Plan(task, plans.MEAN_ANATOMY, PATIENTS, limit=4), steer, tmp_path, workers=1)
    assert {path.name for path in tmp_path.glob("*.png")} == PICTURES[task]
    for path in tmp_path.glob("*.png"):
        pixels = np.asarray(Image.open(path).convert("L"))
        assert min(pixels.shape) > 300
        assert (pixels < 128).mean() > 0.002  # something is drawn
    if task == "navigation":
        assert len(list((tmp_path / "strips").glob("*.png"))) == 4
        assert "within 25 mm" in (tmp_path / "navigation.md").read_text()
    else:
        rows = list(csv.DictReader((tmp_path / "table1.csv").open()))
        assert rows[0]["row"].startswith("true isocentre")
        assert rows[1]["row"] == "published: conventional DL"
        assert rows[1]["P@1"] == "0.995"


def test_tables_gather_every_evaluation_below_a_folder(water, tmp_path):
    water["constant"] = ScriptedModel("[10: T1, 11: carina, 1: skull]")
    for task in ("retrieval", "localization"):
        evaluate(Plan(task, "constant", PATIENTS, limit=8), steer, tmp_path / task, workers=1)
    blind = Plan("localization", "constant", PATIENTS, limit=8, blind="grey")
    evaluate(blind, steer, tmp_path / "blind", workers=1)
    found = tables.tables(tables.collect(tmp_path))
    columns, rows = found["table1"]
    assert columns == ["P@1", "P@2", "P@3", "R@3", "Hit@1", "Hit@2"]
    names = [name for name, _ in rows]
    assert names[:2] == ["constant", "constant, grey pictures"]
    assert names[2] == tables.REFERENCE
    assert set(rows[0][1]) == set(columns)
    assert rows[2][1]["Hit@1"][0] == 1.0
    assert "displacements" in found  # the row that does not see reads them
    paths = tables.write(found, tmp_path / "out")
    assert all(path.stat().st_size for path in paths)
    with pytest.raises(ValueError, match="no finished evaluation"):
        tables.collect(tmp_path / "nothing")


def test_real_patients_stand_in_a_table_of_their_own(water, tmp_path):
    water["constant"] = ScriptedModel("[10,11]")
    evaluate(Plan("localization", "constant", ("chest.nii.gz",), limit=8, displace_mm=20.0), steer, tmp_path, workers=1)
    columns, rows = tables.tables(tables.collect(tmp_path))["table2"]
    assert rows[0][0] == "constant, starts displaced up to 20 mm"
    assert columns == ["CT Hit@1", "CT Hit@2", "Hit@2", "R@2"]
    assert dict(rows)["published: conventional DL"] == {"Hit@2": (0.95, None), "R@2": (0.94, None)}


def test_a_calibrated_baseline_covers_what_it_says_on_the_same_patients(water, tmp_path):
    torch.manual_seed(0)
    folder = save_model(DisplacementNetwork((4, 4, 8, 8), (1, 1, 1, 1)).eval(), tmp_path / "tiny", {})
    water[str(folder)] = BaselineModel(folder)
    quantiles = calibrate_folder(folder, Calibration(patients=["virtual:7-8"], views=60, workers=1), lambda line: None)
    assert quantiles["n"] == 120
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "conformal.json", "model.safetensors", "preprocessor_config.json",
    ]  # fmt: skip
    water[str(folder)] = BaselineModel(folder)
    plan = Plan("localization", str(folder), PATIENTS, limit=60, displace_mm=60.0)
    figures = evaluate(plan, steer, tmp_path / "out", workers=1, reference=False)
    assert figures["n_regions"] > 100
    assert set(figures["classifier"]) == {"hit", "hit_ci95"}
    assert figures["classifier"]["hit"]["1"] <= figures["classifier"]["hit"]["2"] <= 1.0
    assert 0.8 <= figures["region_coverage"] <= 0.99
    assert figures["median_region_radius_mm"] > 0


def test_several_models_see_the_same_cases(water, tmp_path):
    water |= {"one": ScriptedModel("[10,11]"), "two": ScriptedModel("[1,2]")}
    made = [Plan("localization", name, PATIENTS, limit=16) for name in ("one", "two")]
    figures = evaluate_all(made, steer, {name: tmp_path / name for name in ("one", "two")}, workers=1)
    assert figures["one"]["hit"]["1"] == figures["two"]["hit"]["1"] == 2 / 16
    one, two = (read_cases(tmp_path / name) for name in ("one", "two"))
    assert [o.case for o in one] == [o.case for o in two]
    assert (water["one"].requests[3].picture == water["two"].requests[3].picture).all()


def test_pairs_are_dealt_evenly_over_all_patients():
    plan = Plan("navigation", "m", tuple(f"virtual:{i}" for i in range(50)), limit=400)
    dealt: dict[tuple[str, str], int] = {}
    for index in range(50):
        drawn = cases(plan, index, KEYS)
        own = [next(drawn) for _ in range(plan.share(index))]
        assert len({(c.start, c.target) for c in own}) == len(own) == 8
        for case in own:
            dealt[case.start, case.target] = dealt.get((case.start, case.target), 0) + 1
    assert len(dealt) == 182
    assert set(dealt.values()) == {2, 3}


def test_cases_keep_to_what_a_patient_has_and_to_the_pairs_asked_for():
    pairs = (("skull", "t1"), ("t1", "skull"), ("skull", "left_wrist"))
    plan = Plan("navigation", "m", ("virtual:1",), pairs=pairs, displace_mm=60.0, limit=10)
    drawn = [case for case, _ in zip(cases(plan, 0, ["skull", "t1"]), range(10))]
    assert {(c.start, c.target) for c in drawn} == set(pairs[:2])
    assert all(0 < np.hypot(*c.offset_mm[:2]) <= 60.0 for c in drawn)
    assert drawn == [case for case, _ in zip(cases(plan, 0, ["skull", "t1"]), range(10))]
    assert not list(cases(plan, 0, ["carina"]))


def test_patient_ranges_expand_and_backward_ones_are_refused():
    assert expand_patients(["virtual:7-9", "a.nii"]) == ("virtual:7", "virtual:8", "virtual:9", "a.nii")
    with pytest.raises(ValueError, match="backwards"):
        expand_patients(["virtual:9-7"])
    for spec in ("virtual:0-999999999", "virtual:0-" + "9" * 5000):
        with pytest.raises(ValueError, match="beyond the last seed"):
            expand_patients([spec])


def test_blind_pictures_depend_on_the_true_one_alone():
    model = ScriptedModel("[10,11]")
    other = lambda rng, size: rng.integers(0, 256, (size, size)).astype(np.uint8)  # noqa: E731
    blind = Blind(model, "shuffled", other)
    first, second = (np.full((8, 8), level, np.uint8) for level in (1, 2))
    for picture in (first, second, first):
        list(blind.stream(Request("localization", picture, locate_prompt(), 10)))
    shown = [request.picture for request in model.requests]
    assert (shown[0] == shown[2]).all()
    assert (shown[0] != shown[1]).any()
    assert (shown[0] != first).any()
    grey = Blind(model, "grey")
    list(grey.stream(Request("localization", first, locate_prompt(), 10)))
    assert (model.requests[-1].picture == 128).all()
    with pytest.raises(ValueError, match="grey or shuffled"):
        Blind(model, "dark")


def test_the_mean_is_laid_on_a_scans_own_t1():
    mean = points()
    moved = {key: tuple(np.add(at, (30.0, -500.0, 12.0))) for key, at in MARKS.items()}
    assert placed(mean, moved)[KEYS.index("carina")] == pytest.approx(moved["carina"])
    without = {key: at for key, at in moved.items() if key != "t1"}
    assert placed(mean, without)[KEYS.index("skull")] == pytest.approx(moved["skull"])


def test_mean_anatomy_answers_every_task_in_the_models_own_form():
    model = MeanAnatomy(points())
    model.where = lambda: CArmPose(0.0, -50.0, 20.0)
    blank = np.zeros((128, 128), np.uint8)
    assert list(model.stream(Request("localization", blank, locate_prompt(), 10))) == ["[11,10]"]
    assert BY_KEY["carina"].id == 11


def test_a_coned_localization_asks_for_nothing_behind_a_blade(water, tmp_path):
    water["constant"] = ScriptedModel("[10,11]")
    plan = Plan("localization", "constant", PATIENTS[:1], limit=20, displace_mm=50.0, cone_mm=60.0)
    figures = evaluate(plan, steer, tmp_path, workers=1, reference=False)
    assert figures["n"] == 20
    for outcome in read_cases(tmp_path):
        assert KEYS[outcome.truth[0] - 1] in outcome.in_view
