"""After a crash the next start offers to go on; what it goes on with is where it was."""

from __future__ import annotations

import pytest
from doubles import EventLog, FakeProjector, ScriptedModel, move_reply

from carm_gui.session.about import Case, recorder_for
from carm_gui.session.recorder import unfinished
from carm_gui.session.resume import left_behind
from carm_gui.session.session import Session
from carm_gui.views.replay_offer import Offer
from inference.action import Action
from sim.carm import CArm
from sim.pose import CArmPose


def broken_off(folder, act=True):
    """A rehearsal that a crash has ended: its lock is gone and it has no end."""
    carm = CArm(FakeProjector(), CArmPose(), size=64)
    log, recorder = EventLog(), recorder_for(carm, Case("virtual:905001"), folder)
    session = Session(carm, ScriptedModel(move_reply()), recorder=recorder, beam=False, realtime=False)
    session.listen(log)
    session.start()
    if act:
        session.submit(Action("move", up_mm=40.0))
        log.wait_for("motion", phase="finished")
        session.submit(Action("expose"))
        log.wait_for("dose")
    dose = carm.dose
    recorder._end()
    recorder._begun = False  # a crash writes no end
    session.close()
    return dose


def test_what_was_left_is_where_it_was(tmp_path):
    dose = broken_off(tmp_path / "a")
    left = left_behind(tmp_path)
    assert left.spec == "virtual:905001"
    assert left.pose == CArmPose(up_mm=40.0)
    assert left.dose == dose
    assert left.next_frame == 1
    assert "broken off" in left.sentence
    carm = CArm(FakeProjector(), left.pose, size=64, dose=left.dose, first_frame=left.next_frame)
    frame = carm.expose()
    assert frame.index == 1
    assert frame.dose.shots == dose.shots + 1


def test_a_rehearsal_in_which_nothing_happened_is_not_offered(tmp_path):
    broken_off(tmp_path / "a", act=False)
    assert left_behind(tmp_path) is None
    assert unfinished(tmp_path) is None


def test_no_leftover_however_damaged_keeps_the_window_from_opening(tmp_path, monkeypatch):
    broken_off(tmp_path / "a")
    with open(tmp_path / "a" / "events.jsonl", "a") as file:
        file.write('{"seq": 99, "t": 9.0, "kind": "pose", "data": {"pose": ["here"]}}\n')
    monkeypatch.setattr("carm_gui.session.recorder.os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    assert left_behind(tmp_path) is None
    monkeypatch.undo()
    assert left_behind(tmp_path) is None
    assert unfinished(tmp_path) is None


@pytest.mark.parametrize("place", range(3))
def test_each_button_says_one_thing_and_the_offer_goes(qtbot, tmp_path, place):
    broken_off(tmp_path / "a")
    offer = Offer(left_behind(tmp_path))
    qtbot.addWidget(offer)
    offer.show()
    said = []
    for name in ("go_on", "replay", "leave"):
        getattr(offer, name).connect(lambda name=name: said.append(name))
    offer.layout().itemAt(place + 1).widget().click()
    assert said == [("go_on", "replay", "leave")[place]]
    assert not offer.isVisible()
