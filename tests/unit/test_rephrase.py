"""A model's reading of words that the grammar gave up on: a question at most, never a deed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from doubles import ScriptedModel

from inference.commands import Action
from inference.models.interface import ModelError
from inference.rephrase import rephrase
from sim.pose import CArmPose

ODD = "could the beam be nearer his noggin"


def general(*script, style="full"):
    model = ScriptedModel(*script)
    model.info = replace(model.info, prompt_style=style)
    return model


def test_a_general_model_suggests_and_nothing_is_done(make):
    session, model, log = make(general("align to the skull"))
    session.submit_text(ODD)
    question = log.wait_for("question", reason="rephrased")
    assert question.data["options"] == ("align to the skull", "no")
    assert "Did you mean “align to the skull”" in question.data["text"]
    assert "noggin" in model.requests[0].text
    session.submit(Action("accept"))
    session.submit_text("yes")
    time.sleep(0.1)
    assert session.carm.pose == CArmPose()
    assert len(model.requests) == 1
    assert not log.of("motion")
    assert session.status.offer == 0


@pytest.mark.parametrize(
    "reply",
    ["UNKNOWN", "", "yes", "stop", "no", "go up 3 cm and take a shot", "zorblax", "go up", ModelError("It died.")],
)
def test_what_is_no_single_command_is_not_suggested(make, reply):
    session, _, log = make(general(reply))
    session.submit_text(ODD)
    question = log.wait_for("question")
    expected = "rephrased" if reply == "go up" else "not_understood"
    assert question.data["reason"] == expected
    assert not log.of("motion")


def test_the_embedded_model_is_not_asked(make):
    session, model, log = make(general("align to the skull", style="compact"))
    session.submit_text(ODD)
    assert log.wait_for("question").data["reason"] == "not_understood"
    assert not model.requests


def test_beside_a_proposal_the_words_are_about_the_proposal(make):
    from doubles import move_reply

    session, model, log = make(general(move_reply("LEFT", "SMALL")))
    session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    session.submit_text(ODD)
    assert "The proposal still waits" in log.wait_for("question").data["text"]
    assert len(model.requests) == 1


def test_a_halt_ends_it(make):
    session, model, log = make(general("align to the skull"))
    model.hold, model.piece = threading.Event(), 3
    session.submit_text(ODD)
    model.streaming.wait(5)
    session.halt()
    model.hold.set()
    time.sleep(0.1)
    assert session.status.state == "halted"
    assert not [event for event in log.of("question") if event.data["reason"] == "rephrased"]


def test_an_endless_reply_is_cut_and_control_characters_are_not_shown():
    model = ScriptedModel("left " * 10_000)
    model.info = replace(model.info, prompt_style="full")
    assert rephrase(model, "\x00\x1b[2Jhello\u202e " + "x" * 999, None) is None
    assert "\x1b" not in model.requests[0].text
    assert len(model.requests[0].text) < 300
