"""Correction measured: own wrong answers, truthful hints, phrases that training does not use."""

from __future__ import annotations

import re

import numpy as np
import pytest
from doubles import TORSO as MARKS
from doubles import ScriptedModel, small_patient

from inference.evaluation import bench as benches
from inference.evaluation import correction
from inference.evaluation import run as runs
from inference.evaluation.plan import Plan
from inference.evaluation.reasons import agrees, claimed
from inference.evaluation.run import evaluate, read_cases
from inference.prompts import correct_reply, reason_x, reason_y
from inference.reply import mentions
from inference.training import dialogue
from sim.landmarks import BY_ID, KEYS

OFFSETS = np.array([MARKS.get(key, (np.nan,) * 3) for key in KEYS])


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Runs the evaluation with a scripted model; returns figures, outcomes and the model."""

    def run(answer, limit=6, cap=50):
        model = ScriptedModel(answer)
        monkeypatch.setattr("sim.patient.load.load_patient", lambda *a, **k: small_patient(MARKS))
        monkeypatch.setattr(benches, "model_for", lambda name, device: model)
        monkeypatch.setattr(runs, "fingerprint", lambda name: "")
        benches._benches.clear()
        plan = Plan("correction", "scripted", ("virtual:1", "virtual:2"), limit=limit, cap=cap)
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


def test_a_model_that_is_never_wrong_stops_at_the_cap(measured):
    seeing = {}
    original = correction.views

    def told(bench, plan, index, turn):
        for number, pose, true in original(bench, plan, index, turn):
            seeing["true"] = true
            yield number, pose, true

    correction.views = told
    try:
        ids = {mark.key: number for number, mark in BY_ID.items()}
        answer = lambda request: (  # noqa: E731
            f"[{ids[seeing['true']]},{1 if seeing['true'] != 'skull' else 2}]"
            if request.task == "localization"
            else correct_reply("x", [seeing["true"], "skull" if seeing["true"] != "skull" else "t1"])
        )
        figures, _, _ = measured(answer, cap=50)
    finally:
        correction.views = original
    assert figures["n_views"] == 100  # 50 of each of two patients
    assert figures["n_bare"] == 0
    assert figures["bare"] is None
    assert figures["kept_when_right"] == 1.0


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
    training = [
        *dialogue.BARE,
        *dialogue.NOT,
        *dialogue.NAMED,
        *(w for words in dialogue.HINTS.values() for w in words),
    ]
    taught = {plain(text) for text in training}
    ours = [*correction.BARE, *correction.NAMED, *correction.NEGATED, *sum(correction.HINTS.values(), ())]
    assert len(ours) > 30
    assert not {plain(text) for text in ours} & taught


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
