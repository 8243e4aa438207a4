"""A trial on doubles: its clock, its conditions, what is planted and what is held back."""

from __future__ import annotations

import threading
import time

import pytest
from doubles import ARRIVED, EventLog, ScriptedModel, move_reply
from studies import PROTOCOL, protocol, trial

from carm_gui.session.measures import measure, offers
from carm_gui.session.planted import Planted
from carm_gui.session.recording import read
from carm_gui.session.study import ProtocolError
from carm_gui.session.study_run import Run
from carm_gui.session.study_trial import Restricted
from inference.action import Action
from inference.models.interface import Request
from inference.prompts import navigate_prompt
from inference.reply import ReplyReader

UP = move_reply(y="UP", extent_y="LARGE", target="skull")


def run_at(tmp_path, condition, text=PROTOCOL):
    """A run that has come to the trial of `condition`."""
    run = Run(protocol(text), "P01", tmp_path)
    while run.item.condition != condition or run.item.practice or run.item.kind != "trial":
        run.advance()
    return run


def begun(made):
    log = EventLog()
    made.session.listen(log)
    made.begin()
    log.wait_for("mark", name="trial_began")
    return log


def recorded(made):
    made.close()
    return read(made.folder)


def ask(model, target="skull"):
    import numpy as np

    return "".join(model.stream(Request("navigation", np.zeros((8, 8), np.uint8), navigate_prompt(target), 99)))


def decision(text, target="skull"):
    reader = ReplyReader("navigation", target)
    reader.feed(text)
    prediction, proposal = reader.finish(0)
    assert prediction.valid, prediction.problem
    return proposal.x, proposal.extent_x, proposal.y, proposal.extent_y


def test_a_planted_reply_is_the_model_s_own_turned_round():
    real = move_reply("LEFT", "SMALL", "UP", "LARGE", target="skull")
    model = Planted(ScriptedModel(real), (2,), "skull")
    assert [decision(ask(model)) for _ in range(3)] == [
        ("LEFT", "SMALL", "UP", "LARGE"), ("RIGHT", "SMALL", "DOWN", "LARGE"), ("LEFT", "SMALL", "UP", "LARGE"),
    ]  # fmt: skip


def test_an_arrival_turned_round_is_a_move():
    assert decision(ask(Planted(ScriptedModel(ARRIVED), (1,), "skull")))[2:] in [("UP", "LARGE"), ("DOWN", "LARGE")]


def test_a_refused_reply_and_another_landmark_pass_and_the_next_is_turned():
    script = ("nonsense", move_reply(y="UP", extent_y="SMALL", target="t12"), UP)
    model = Planted(ScriptedModel(*script), (1,), "skull")
    assert ask(model) == "nonsense"
    assert decision(ask(model, "t12"), "t12")[2] == "UP"
    assert decision(ask(model))[2] == "DOWN"


def test_only_the_planted_step_is_marked_in_the_recording(tmp_path):
    run = run_at(tmp_path, "assisted")
    made = trial(run, UP)
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    made.session.submit(Action("accept"))
    second = log.wait_for("state", state="waiting", after=log.wait_for("motion", phase="finished").seq)
    assert second.data["message"].startswith("Proposed")
    made.end("done")
    recording = recorded(made)
    assert [bool(line.data.get("planted")) for line in recording.of("step")] == [True, False]
    found = measure(recording)
    assert (found["model_replies"], found["planted_offered"], found["planted_accepted"]) == (1, 1, 1)
    assert [offer.right for offer in offers(recording)] == [False, True]
    assert recording.trial["participant"] == "P01"


def test_the_time_limit_ends_a_trial_by_itself(tmp_path):
    run = run_at(tmp_path, "manual", PROTOCOL.replace("time_limit_s: 20", "time_limit_s: 0.3"))
    over = threading.Event()
    made = trial(run)
    made.session.listen(lambda event: over.set() if event.data.get("name") == "trial_ended" else None)
    begun(made)
    assert over.wait(10)
    assert made.ended == "time"
    found = measure(recorded(made))
    assert (found["ended"], found["completed"]) == ("time", False)
    assert found["seconds"] == pytest.approx(0.3, abs=0.25)


def test_a_manual_trial_has_no_model_and_says_so(tmp_path):
    made = trial(run_at(tmp_path, "manual"))
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    assert "steer by hand" in log.wait_for("note").data["text"]
    made.close()


def test_an_autonomous_trial_moves_by_itself_until_it_is_halted(tmp_path):
    made = trial(run_at(tmp_path, "autonomous"), UP, ARRIVED)
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    log.wait_for("arrived")
    made.end("done")
    decisions = recorded(made).of("decision")
    assert [line.data["by"] for line in decisions] == ["autonomous"]


def test_a_halt_keeps_an_autonomous_trial_from_moving(tmp_path):
    made = trial(run_at(tmp_path, "autonomous"), UP, dwell_s=0.4)
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    made.session.halt()
    time.sleep(0.6)
    assert not log.of("motion")
    made.close()


def test_commit_first_holds_the_answer_back(tmp_path):
    made = trial(run_at(tmp_path, "commit-first"), UP)
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    log.wait_for("mark", name="commit_wanted")
    time.sleep(0.2)
    assert not log.of("delta")
    assert not log.of("step")
    made.commit("CENTER", "UP")
    log.wait_for("step")
    made.end("done")
    found = measure(recorded(made))
    assert (found["commits"], found["commits_as_model"]) == (1, 1)


def test_a_halt_gets_through_while_an_answer_is_held_back(tmp_path):
    made = trial(run_at(tmp_path, "commit-first"), UP)
    log = begun(made)
    made.session.submit(Action("align", landmark="skull"))
    log.wait_for("mark", name="commit_wanted")
    made.session.halt()
    log.wait_for("state", state="halted")
    made.close()
    assert not log.of("step")


@pytest.mark.parametrize("line", ["go up 5 cm", "LAO 30", "back to the start", "take a shot and go left 3 cm"])
def test_without_manual_steering_no_motion_of_one_s_own_passes(tmp_path, line):
    made = trial(run_at(tmp_path, "assisted"), UP)
    log, said = begun(made), []
    restricted = Restricted(made.session, said.append)
    restricted.submit_text(line)
    restricted.submit(Action("move", left_mm=30.0))
    restricted.jog(1, 0)
    restricted.jog(0, 0)
    restricted.submit_text("align to the skull")
    log.wait_for("state", state="waiting")
    assert len(said) == 3
    assert not log.of("motion")
    made.close()


def test_a_trial_ends_once_and_a_broken_off_one_says_so(tmp_path):
    made = trial(run_at(tmp_path, "manual"))
    begun(made)
    made.end("done")
    made.end("given_up")
    assert measure(recorded(made))["ended"] == "done"
    other = trial(run_at(tmp_path / "b", "manual"))
    begun(other)
    other.close()
    assert measure(read(other.folder))["ended"] == "interrupted"


def test_a_task_that_the_patient_cannot_show_is_said(tmp_path):
    run = run_at(tmp_path, "manual", PROTOCOL.replace("target: skull", "target: left_elbow"))
    with pytest.raises(ProtocolError, match="cannot be done on this patient"):
        trial(run)
