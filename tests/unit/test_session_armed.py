"""Armed runs, budgets, the clinician's own corrections and asking again."""

from __future__ import annotations

import threading
import time

import pytest
from doubles import ARRIVED, align, move_reply, stays

from carm_gui.session.budget import Budget
from inference.commands import Action
from inference.models.interface import ModelError
from sim.pose import CArmPose

LEFT_60 = move_reply("LEFT", "MODERATE")
LEFT_30 = move_reply("LEFT", "SMALL")
UP_90 = move_reply("CENTER", "NONE", "UP", "LARGE")
ORIGIN = CArmPose()


def disarmed(log):
    return log.wait_for("armed", on=False).data["reason"]


# ---- armed ---------------------------------------------------------------------------------------


def test_an_armed_run_goes_to_the_end_by_itself_and_is_armed_no_more(make):
    session, _, log = make(LEFT_60, UP_90, ARRIVED)
    session.arm()
    align(session)
    log.wait_for("arrived")
    assert session.carm.pose == CArmPose(left_mm=60.0, up_mm=90.0)
    assert "centred" in disarmed(log)
    assert not session.status.armed
    assert {event.data["by"] for event in log.of("decision")} == {"armed"}


def test_nothing_is_armed_by_itself_and_arming_moves_nothing(make):
    session, _, log = make(LEFT_60)
    align(session)
    log.wait_for("state", state="waiting")
    stays(session, ORIGIN, 0.2)
    assert not log.of("armed")
    session.submit(Action("reject"))
    session.arm()
    log.wait_for("armed", on=True)


def test_a_model_that_is_not_there_is_not_armed(make):
    """The window would else say that it goes ahead, beside that it is not available."""
    session, _, log = make(LEFT_60, state="failed")
    session.arm()
    log.wait_for("note")
    assert "no model here" in log.notes()
    assert not session.status.armed
    assert not log.of("armed")


def test_arming_beside_a_proposal_accepts_it_after_the_pause(make):
    session, _, log = make(LEFT_60, ARRIVED, pause_s=0.3)
    align(session)
    log.wait_for("state", state="waiting")
    began = time.monotonic()
    session.arm()
    log.wait_for("motion", phase="started")
    assert time.monotonic() - began >= 0.29
    log.wait_for("arrived")


def test_the_next_alignment_is_not_armed(make):
    session, _, log = make(ARRIVED, LEFT_60)
    session.arm()
    align(session)
    log.wait_for("state", state="arrived")
    align(session)
    log.wait_for("state", state="waiting")
    stays(session, ORIGIN)


@pytest.mark.parametrize(
    "say",
    [
        lambda s: s.submit(Action("reject")),
        lambda s: s.reject("that is not it"),
        lambda s: s.submit_text("no, look again"),
        lambda s: s.submit_text("hmm what is this bright thing"),
        lambda s: s.submit_text("go to the left"),
        lambda s: s.submit_text("align to the elbow"),
        lambda s: s.submit(Action("locate")),
        lambda s: s.correct("t12"),
        lambda s: s.ask_again(),
        lambda s: s.disarm(),
        lambda s: s.halt(),
        lambda s: s.submit_text("stop"),
        lambda s: s.jog(0, 1),
        lambda s: s.submit(Action("align", landmark="t12")),
        lambda s: s.submit(Action("sequence", actions=(Action("expose"), Action("save")))),
    ],
)
def test_anything_the_clinician_says_ends_it_before_it_moves(make, say):
    session, _, log = make(LEFT_60, realtime=True, pause_s=0.4)
    session.arm()
    align(session)
    log.wait_for("state", state="waiting")
    say(session)
    disarmed(log)
    session.jog(0, 0)
    time.sleep(0.6)
    assert session.carm.pose.left_mm <= 30.0  # 30: "go to the left" is the clinician's own move
    assert not [event for event in log.of("decision") if event.data["by"] == "armed"]


@pytest.mark.parametrize("kind", ["expose", "save", "magnify"])
def test_a_picture_or_a_zoom_does_not(make, kind):
    session, _, log = make(LEFT_60, ARRIVED, pause_s=0.2)
    session.arm()
    align(session)
    log.wait_for("state", state="waiting")
    session.submit(Action(kind, step=1))
    log.wait_for("arrived")


@pytest.mark.parametrize("reply", ["nonsense", ModelError("The model's process ended."), move_reply("LEFT", "LARGE")])
def test_a_fault_ends_it(make, reply):
    session, _, log = make(LEFT_60, reply, pose=CArmPose(left_mm=170.0))
    session.arm()
    align(session)
    assert disarmed(log)
    time.sleep(0.1)
    assert session.carm.pose == CArmPose(left_mm=230.0)


def test_a_projector_that_fails_during_an_armed_move_halts_for_good(make):
    session, _, log = make(LEFT_60, realtime=True, beam=True, pulse_rate=30.0)
    session.arm()
    align(session)
    log.wait_for("pose", moving=True)
    session.carm.projector.render = lambda *_, **__: 1 / 0
    halted = log.wait_for("state", state="halted")
    assert "No picture could be made" in halted.data["message"]
    assert "No picture could be made" in disarmed(log)
    here = session.carm.pose
    assert here.left_mm < 60.0
    stays(session, here, 0.3)


def test_halt_in_an_armed_move(make):
    session, _, log = make(LEFT_60, realtime=True)
    session.arm()
    align(session)
    log.wait_for("pose", moving=True)
    session.halt()
    here = session.carm.pose
    stays(session, here, 0.4)
    assert log.of("pose")[-1].data == {"pose": here, "moving": False}
    assert "Halted" in disarmed(log)


def test_an_armed_run_that_swings_to_and_fro_is_ended(make):
    there, back = move_reply("LEFT", "SMALL"), move_reply("RIGHT", "SMALL")
    session, model, log = make(there, back, there, back, there, back, there)
    session.arm()
    align(session)
    log.wait_for("state", outcome="limit")
    assert "to and fro" in log.notes()
    assert len(model.requests) == 4


def test_an_action_of_a_sequence_waits_for_a_yes_although_armed(make):
    session, _, log = make(ARRIVED)
    session.arm()
    session.submit(Action("sequence", actions=(Action("move", up_mm=30.0), Action("expose"))))
    log.wait_for("question")
    stays(session, ORIGIN)


# ---- budgets -------------------------------------------------------------------------------------


def test_the_steps_end_an_armed_run(make):
    session, model, log = make(LEFT_30, steps=4)
    session.arm()
    align(session)
    log.wait_for("state", outcome="limit", message="4 steps are used up; align again to go on.")
    assert session.carm.pose == CArmPose(left_mm=120.0)
    assert len(model.requests) == 4
    assert session.status.spent.steps == 4
    assert session.status.spent.travel_mm == 120.0


def test_the_travel_ends_it_before_it_is_exceeded(make):
    session, _, log = make(LEFT_60, budget=Budget(travel_mm=150.0))
    session.arm()
    align(session)
    log.wait_for("state", outcome="limit")
    assert session.carm.pose == CArmPose(left_mm=120.0)
    assert "only 30 mm are left" in log.notes()


def test_a_step_too_long_is_not_made_even_when_accepted(make):
    session, _, log = make(LEFT_60, budget=Budget(step_travel_mm=50.0))
    align(session)
    log.wait_for("state", state="waiting")
    session.submit(Action("accept"))
    log.wait_for("state", outcome="limit")
    stays(session, ORIGIN)
    assert not log.of("decision")


@pytest.mark.parametrize("budget", [Budget(dose_gycm2=0.015), Budget(step_dose_gycm2=0.005)])
def test_the_dose_ends_it(make, budget):
    session, _, log = make(LEFT_30, budget=budget)
    session.arm()
    align(session)
    log.wait_for("state", outcome="limit")
    assert "dose budget" in log.notes()
    assert session.status.dose.dap_gycm2 <= 0.02


def test_a_budget_is_of_one_alignment(make):
    session, _, log = make(LEFT_30, ARRIVED, LEFT_30, ARRIVED, steps=2)
    for _ in range(2):
        session.arm()
        align(session)
        seen = log.wait_for("arrived", after=log.events[-1].seq).seq
        log.wait_for("state", state="arrived", after=seen)
    assert session.carm.pose == CArmPose(left_mm=60.0)


def test_a_budget_can_be_changed_and_is_told(make):
    session, _, log = make(LEFT_30)
    session.set_budget(Budget(steps=1))
    assert log.wait_for("spent").data["budget"].steps == 1
    session.arm()
    align(session)
    log.wait_for("state", outcome="limit")
    assert session.carm.pose == CArmPose(left_mm=30.0)


def test_a_budget_lowered_during_an_armed_move_ends_the_run_after_it(make):
    session, _, log = make(LEFT_30, realtime=True)
    session.arm()
    session.submit(Action("align", landmark="skull"))
    log.wait_for("pose", moving=True)
    session.set_budget(Budget(travel_mm=40.0))
    log.wait_for("state", outcome="limit")
    stays(session, CArmPose(left_mm=30.0), 0.3)
    assert not session.status.armed


def test_a_budget_lowered_beside_a_proposal_holds_for_it(make):
    session, _, log = make(LEFT_30)
    session.submit(Action("align", landmark="skull"))
    log.wait_for("state", state="waiting")
    session.set_budget(Budget(step_travel_mm=10.0))
    session.submit(Action("accept"))
    log.wait_for("state", outcome="limit")
    stays(session, CArmPose())


def test_what_the_clinician_types_is_not_of_the_budget(make):
    session, _, log = make(LEFT_30, budget=Budget(travel_mm=10.0))
    session.submit(Action("move", up_mm=90.0))
    log.wait_for("motion", phase="finished")
    assert session.carm.pose == CArmPose(up_mm=90.0)


# ---- corrections by the clinician ----------------------------------------------------------------


def test_a_correction_is_the_clinicians_and_the_model_goes_on_from_it(make):
    session, model, log = make(LEFT_60, UP_90)
    align(session)
    waiting = log.wait_for("state", state="waiting")
    session.correct("t12", at=(12.0, -30.0))
    log.wait_for("state", state="waiting", after=waiting.seq)
    corrected = log.wait_for("corrected").data
    assert (corrected["landmark"], corrected["source"]) == ("t12", "clinician")
    assert (corrected["left_mm"], corrected["up_mm"], corrected["number"]) == (12.0, -30.0, 1)
    assert corrected["frame"].index == 0
    decision = log.wait_for("decision").data
    assert not decision["accepted"]
    assert decision["text"] == "That is T12."
    assert "T12" in model.requests[1].text
    assert len(model.requests) == 2
    assert session.carm.pose == ORIGIN


def test_to_show_the_target_offers_the_way_to_it_and_waits(make):
    session, model, log = make(LEFT_60)
    align(session)
    log.wait_for("state", state="waiting")
    session.correct("skull", at=(-14.0, 61.5))
    question = log.wait_for("question")
    assert "14 mm toward the patient's right and 61.5 mm toward the head" in question.data["text"]
    stays(session, ORIGIN)
    session.submit(Action("accept"))
    log.wait_for("motion", phase="finished")
    assert session.carm.pose == CArmPose(left_mm=-14.0, up_mm=61.5)
    assert len(model.requests) == 1


def test_a_correction_of_where_we_are(make):
    session, _, log = make("[10,11]")
    session.submit(Action("locate"))
    log.wait_for("step", kind="localization")
    session.correct("carina")
    log.wait_for("state", state="idle", message="The clinician says: the carina.")
    assert log.wait_for("corrected").data["left_mm"] is None


def test_a_correction_without_a_picture_of_this_view(make):
    session, _, log = make(LEFT_60)
    session.correct("t1")
    log.wait_for("note")
    assert not log.of("corrected")


def test_a_correction_during_a_move_halts(make):
    session, _, log = make(LEFT_60, realtime=True)
    session.submit(Action("move", up_mm=60.0))
    log.wait_for("pose", moving=True)
    session.correct("t1")
    log.wait_for("state", state="halted")
    stays(session, session.carm.pose, 0.2)


@pytest.mark.parametrize(("key", "at"), [("knee", None), ("t1", (float("nan"), 0.0)), ("t1", (0.0, float("inf")))])
def test_a_correction_that_is_none_is_refused(make, key, at):
    session, _, _log = make(LEFT_60)
    with pytest.raises(ValueError, match=r"There is no landmark|not a number"):
        session.correct(key, at)


def test_ask_again_takes_a_fresh_picture_and_says_nothing(make):
    session, model, log = make(LEFT_60, UP_90)
    align(session)
    waiting = log.wait_for("state", state="waiting")
    session.ask_again()
    log.wait_for("state", state="waiting", after=waiting.seq)
    assert session.status.proposal.proposal.y == "UP"
    assert session.status.proposal.prediction.frame_index == 1
    assert model.requests[0].text == model.requests[1].text
    assert not log.of("decision")
    assert session.carm.pose == ORIGIN


def test_ask_again_with_nothing_to_ask(make):
    session, model, log = make(LEFT_60)
    session.ask_again()
    log.wait_for("note")
    session.halt()
    session.ask_again()
    stays(session, ORIGIN)
    assert not model.requests


# ---- what a step tells ---------------------------------------------------------------------------


def test_a_step_tells_where_the_target_usually_lies_and_the_regions_that_are_read(make):
    region = object()
    session, _, log = make(LEFT_60, regions=lambda frame: {"t1": region})
    align(session)
    step = log.wait_for("step").data
    assert step["regions"] == {"t1": region}
    assert step["expected"].as_dict() == pytest.approx({"left_mm": 5.8, "up_mm": 163.6}, abs=0.1)


def test_a_reader_of_regions_that_fails_costs_the_regions_alone(make):
    session, _, log = make(LEFT_60, regions=lambda frame: 1 / 0)
    align(session)
    assert log.wait_for("step").data["regions"] is None
    log.wait_for("state", state="waiting")


def test_disarm_from_a_listener_does_not_lock_up(make):
    session, _, log = make(LEFT_60, ARRIVED, pause_s=0.2)
    session.listen(lambda event: event.kind == "state" and event.data["state"] == "waiting" and session.disarm())
    session.arm()
    align(session)
    disarmed(log)
    stays(session, ORIGIN, 0.4)


def test_arming_while_the_model_answers(make):
    session, model, log = make(LEFT_60, ARRIVED)
    model.hold = threading.Event()
    align(session)
    log.wait_for("delta")
    session.arm()
    model.hold.set()
    log.wait_for("arrived")
