"""Correction measured: own wrong answers, truthful hints, phrases that training does not use."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from doubles import TORSO as MARKS
from doubles import FakeProjector, ScriptedModel, small_patient

from inference.evaluation import bench as benches
from inference.evaluation import correction, tables
from inference.evaluation import plan as plans
from inference.evaluation import run as runs
from inference.evaluation.bench import Timed
from inference.evaluation.blind import Blind
from inference.evaluation.plan import Plan
from inference.evaluation.reasons import agrees, claimed
from inference.evaluation.run import evaluate, read_cases
from inference.evaluation.together import can_together
from inference.models.interface import ModelInfo
from inference.models.transformers import TransformersModel
from inference.prompts import correct_reply, reason_x, reason_y
from inference.reply import mentions
from inference.training import phrases
from sim.carm import CArm
from sim.landmarks import KEYS
from sim.pose import CArmPose
from sim.xray.detector import Detector
from sim.xray.exposure import Exposure

OFFSETS = np.array([MARKS.get(key, (np.nan,) * 3) for key in KEYS])


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Runs the evaluation with a scripted model; returns figures, outcomes and the model."""

    def run(answer, limit=6, cap=50, **conditions):
        model = ScriptedModel(answer)
        monkeypatch.setattr("sim.patient.load.load_patient", lambda *a, **k: small_patient(MARKS))
        monkeypatch.setattr(benches, "model_for", lambda name, device: model)
        monkeypatch.setattr(runs, "fingerprint", lambda name: "")
        benches._benches.clear()
        plan = Plan("correction", "scripted", ("virtual:1", "virtual:2"), limit=limit, cap=cap)
        plan = replace(plan, **conditions)
        figures = evaluate(plan, None, tmp_path, workers=1)
        benches._benches.clear()
        return figures, read_cases(tmp_path), model

    return run


def stubborn(request):
    """Always T1 and the carina, whatever is said."""
    return "[10,11]" if request.task == "localization" else correct_reply("T1 is in view.", ["t1", "carina"])


def echoing(request):
    """Repeats the last landmark that it was told, and denies nothing."""
    if request.task == "localization":
        return "[10,11]"
    said = mentions(request.text)
    name = said[-1] if said else "t1"
    return correct_reply("I see it.", [name, "carina" if name != "carina" else "t1"])


def test_a_stubborn_model_keeps_what_is_right_and_mends_nothing(measured):
    figures, outcomes, _ = measured(stubborn)
    assert figures["n_bare"] == figures["n_hint"] == figures["n_named"] >= 6
    assert figures["bare"] == figures["hint"] == figures["named"] == 0.0
    assert figures["kept_when_right"] == 1.0
    assert figures["n_kept_when_right"] == 6
    assert figures["held_against_false_name"] == 1.0
    assert figures["false_name_taken_up"] == 0.0
    wrong = [o for o in outcomes if o.case.kind == "bare"]
    assert not any(o.case.start in ("t1", "carina") for o in wrong)
    assert figures["planted_bare"] == 1.0  # it does not read what was planted
    assert set(figures) >= {f"{name}_ci95" for name in ("bare", "hint", "named", "kept_when_right")}


def test_an_echo_is_right_after_a_name_and_falls_for_a_false_one(measured):
    figures, outcomes, _ = measured(echoing)
    assert figures["named"] == figures["planted_named"] == 1.0
    assert figures["bare"] == 0.0
    assert figures["held_against_false_name"] == 0.0
    assert figures["false_name_taken_up"] == 1.0
    for outcome in outcomes:
        if outcome.case.kind == "false_name":
            assert outcome.case.target not in (outcome.case.start, "t1", "carina")


def test_refused_replies_are_not_right(measured):
    figures, _, _ = measured(lambda request: "[10,11]" if request.task == "localization" else "no idea")
    assert figures["kept_when_right"] == 0.0
    assert figures["refused_replies"] == sum(
        figures[f"n_{name}"]
        for name in ("bare", "hint", "named", "kept_when_right", "held_against_false_name", "planted_bare",
                     "planted_hint", "planted_named")
    )  # fmt: skip


def test_a_model_that_is_never_wrong_stops_at_the_cap(measured, monkeypatch):
    monkeypatch.setattr(benches, "mean_landmarks", lambda: OFFSETS)
    figures, _, _ = measured(stubborn, cap=50, model=plans.MEAN_ANATOMY)
    assert figures["n_views"] == 100  # 50 of each of two patients
    assert figures["n_bare"] == 0
    assert figures["bare"] is None
    assert figures["kept_when_right"] == 1.0


def test_no_patient_gives_more_than_its_share_three_times_over(measured):
    figures, outcomes, _ = measured(stubborn, limit=4)
    for patient in ("virtual:1", "virtual:2"):
        own = [o for o in outcomes if o.case.patient == patient]
        assert sum(o.case.kind == "first" for o in own) == 50
        assert sum(o.case.kind == "bare" for o in own) == plans.MOST_TIMES * 2
        assert sum(o.case.kind == "kept" for o in own) == 2
    assert figures["n_views"] == 100
    assert figures["first_wrong"] > 0.5  # of all views, asked about or not


def test_a_coned_and_noisy_picture_is_what_the_device_would_make():
    bench = benches.Bench.__new__(benches.Bench)
    bench.projector, bench.detector = FakeProjector(), Detector(noise=False)
    pose, blades, exposure = CArmPose(10.0, -20.0, 0.0), (70.0, 70.0), Exposure(ma=1.0)
    carm = CArm(bench.projector, pose, detector=bench.detector, exposure=exposure, blades_mm=blades)
    ours, theirs = bench.frame(pose, 3, exposure, blades), carm.expose()
    assert np.array_equal(ours.pixels, theirs.pixels)
    assert (ours.blades_mm, ours.ma, ours.spacing_mm) == (theirs.blades_mm, theirs.ma, theirs.spacing_mm)
    assert (ours.pixels == 0).mean() > 0.8
    still = bench.frame(pose, 3).pixels.astype(float)
    bench.detector = Detector()
    quiet, noisy = ((bench.frame(pose, 3, Exposure(ma=ma)).pixels - still).std() for ma in (10.0, 1.0))
    assert 3.1 < noisy / quiet < 10.0  # quantum noise by the root of 10, electronic by 10


def test_the_landmark_asked_for_is_in_the_opening(measured):
    figures, outcomes, model = measured(stubborn, displace_mm=60.0, cone_mm=60.0, ma=2.0)
    assert (figures["cone_mm"], figures["ma"], figures["displace_mm"]) == (60.0, 2.0, 60.0)
    assert figures["n_views"] > 20
    for outcome in outcomes:
        if outcome.case.kind != "first":
            assert outcome.case.start in outcome.in_view
            assert len(outcome.in_view) == 1  # no two landmarks of the box lie so close
    for request in model.requests:
        shown = request.picture != request.picture[0, 0]
        assert shown.any()
        assert not shown[:46].any()  # 60 of 215 mm are 36 of 128 pixels
        assert not shown[:, 82:].any()


def test_conditions_never_mix():
    usual = Plan("correction", "m", ("virtual:1",))
    others = [replace(usual, cone_mm=80.0), replace(usual, ma=1.0), replace(usual, displace_mm=60.0)]
    assert len({plan.digest() for plan in (usual, *others)}) == 4
    for wrong, sentence in (({"cone_mm": 12.0}, "opens from 30"), ({"ma": 500.0}, "tube current goes from")):
        with pytest.raises(ValueError, match=sentence):
            replace(usual, **wrong)


def test_tables_name_the_conditions():
    figures = [
        {"task": "correction", "model": "m", "patients": ["virtual:1"], "n_bare": 5, **more}
        for more in ({}, {"cone_mm": 80.0, "ma": 10.0}, {"cone_mm": 80.0, "ma": 1.0, "displace_mm": 60.0})
    ]
    rows = [name for name, _ in tables.tables(figures)["correction"][1]]
    assert rows == ["m", "m, coned to 80 mm", "m, starts displaced up to 60 mm, coned to 80 mm, 1 mA"]


def test_only_a_plain_small_model_is_asked_many_things_together():
    model = TransformersModel.__new__(TransformersModel)
    model.info = ModelInfo("m")
    assert can_together(Timed(model))
    assert not can_together(Timed(Blind(model, "grey")))  # together it would see
    assert not can_together(Timed(ScriptedModel("")))
    for other in ({"device": "cuda"}, {"prompt_style": "full"}, {"constrained": True}):
        model.info = ModelInfo("m", **other)
        assert not can_together(Timed(model))


def test_hints_are_true_of_the_geometry():
    assert correction.directions(OFFSETS, "t1", "t12") == ["up"]
    assert correction.directions(OFFSETS, "t12", "t1") == ["down"]
    assert correction.directions(OFFSETS, "left_humeral_head", "t1") == ["left", "lateral"]
    assert correction.directions(OFFSETS, "t1", "left_humeral_head") == ["right", "medial"]
    assert correction.directions(OFFSETS, "carina", "carina") == []
    rng = np.random.default_rng(0)
    kinds = set()
    for _ in range(200):
        words, kind = correction.hint(OFFSETS, "t1", ("t12", "carina"), rng)
        kinds.add(kind)
        if kind == "negation":
            assert mentions(words) == ["t12"]
        else:
            assert words in correction.HINTS["up"]
    assert kinds == {"direction", "negation"}


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z ]", " ", text.lower().replace("{}", " ").replace(" the ", " ")).split())


def test_no_phrase_of_the_evaluation_is_one_of_training():
    rng = np.random.default_rng(0)
    makers = [phrases.bare, partial(phrases.denied, "{}"), partial(phrases.named, "{}")]
    makers += [partial(phrases.direction, way) for way in phrases.WAYS]
    taught = {plain(make(rng)) for make in makers for _ in range(5000)}
    ours = [*correction.BARE, *correction.NAMED, *correction.NEGATED, *sum(correction.HINTS.values(), ())]
    assert len(ours) > 30
    assert not {plain(text) for text in ours} & taught
    assert len(taught) > 10_000


def test_reasons_must_agree_and_name_both():
    assert agrees(reason_x("t1", "skull", "LEFT", "SMALL"), "LEFT", "t1", "skull")
    assert agrees(reason_y("t1", "skull", "UP", "LARGE", 2), "UP", "t1", "skull")
    assert not agrees(reason_x("t1", "skull", "LEFT", "SMALL"), "RIGHT", "t1", "skull")
    assert not agrees("The skull lies to the left.", "LEFT", "t1", "skull")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("T1 is in view; the skull lies far toward the head.", ["t1"]),
        ("The skull lies far toward the head, with the carina in view.", ["carina"]),
        ("From T1, the skull is far toward the head.", []),
        ("The left wrist is seen a little to the left.", ["left_wrist"]),
        ("T1, the carina and the left hemidiaphragm are in view. The centre shows T1.",
         ["t1", "carina", "left_hemidiaphragm", "t1"]),
        ("I see T12 and the right elbow.", ["t12", "right_elbow"]),
        ("I do not see the skull there.", []),
        ("The skull is not in view.", []),
    ],
)  # fmt: skip
def test_what_a_sentence_claims_to_see(text, keys):
    assert claimed([text]) == keys
