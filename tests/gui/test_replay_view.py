"""A recording in the window: it plays, pauses, jumps, and shows at each place what the live window showed there."""

from __future__ import annotations

import pytest
from doubles import FakeProjector, rehearse
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from screens import WORK_MS

from carm_gui.session.recording import RecordingError, read
from carm_gui.session.replay import Player
from carm_gui.settings import Settings
from carm_gui.views.replay import Replay
from carm_gui.views.step_card import StepCard
from carm_gui.window import Window
from inference.action import Action
from sim.carm import CArm
from sim.pose import CArmPose


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("r")
    CArm(FakeProjector(), CArmPose(), size=64).expose()  # the first picture ever on a machine waits for a compiler
    session, log = rehearse(folder)
    session.submit(Action("save"))
    log.wait_for("saved")
    session.close()
    return read(folder)


@pytest.fixture
def replay(qtbot, tmp_path, recording):
    window = Window(Settings.load(tmp_path / "window.json"))
    qtbot.addWidget(window)
    made = Replay(window, Player(recording))
    with qtbot.waitExposed(window, timeout=WORK_MS):
        window.show()
    yield made
    made._run(False)
    window.close()


def cards(replay):
    return [card for card in replay.window.assistant.cards if isinstance(card, StepCard)]


def test_it_plays_to_the_end_at_eight_times_the_speed(qtbot, replay):
    replay.bar.speed.setCurrentIndex(replay.bar.speed.findData(8.0))
    replay.bar.play.click()
    assert replay.playing
    qtbot.waitUntil(lambda: not replay.playing, timeout=90000)
    assert replay.player.at_end
    assert replay.window.live.pose.up_mm == 30.0
    assert replay.window.state == "arrived"
    assert [card.step.number for card in cards(replay)] == [1, 2]
    assert "Accepted" in cards(replay)[0].outcome


def test_it_opens_on_the_first_picture_and_asks_for_nothing_to_be_typed(replay):
    assert replay.window.live.frame is not None
    assert not replay.window.assistant._welcome.isVisible()


def test_a_jump_back_takes_away_what_came_later(replay):
    replay.seek(replay.player.seconds)
    assert len(cards(replay)) == 2
    first = next(m for m in replay.player.moments if m.kind == "step")
    replay.seek(first.t)
    assert len(cards(replay)) == 1
    assert replay.window.live.pose.up_mm == 0.0
    replay.seek(0.0)
    assert not cards(replay)


def test_steps_by_button_and_by_key(replay):
    places = []
    for _ in range(4):
        replay.bar.on.click()
        places.append(replay.player.t)
    assert places == sorted(set(places))
    QTest.keyClick(replay.window, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert replay.player.t == places[-2]
    assert not replay.playing


def test_the_keys_begin_on_play_and_the_slider_goes_by_seconds(replay):
    bar = replay.bar
    assert replay.window.focusWidget() is bar.play
    replay.seek(0.0)
    QTest.keyClick(bar.slider, Qt.Key.Key_Right)
    assert replay.player.t == pytest.approx(min(1.0, replay.player.seconds))
    QTest.keyClick(bar.slider, Qt.Key.Key_Home)
    assert replay.player.t == 0.0
    QTest.keyClick(bar.slider, Qt.Key.Key_End)
    assert replay.player.t == pytest.approx(replay.player.seconds, abs=1e-3)
    assert bar.clock.text() in bar.slider.accessibleDescription()


def test_the_waiting_proposal_is_shown_and_cannot_be_accepted(replay):
    waiting = next(line for line in replay.player.recording.lines if line.data.get("state") == "waiting")
    replay.seek(waiting.t)
    window = replay.window
    assert window.state == "waiting"
    assert window.assistant.waiting is not None
    assert window.live.offer is not None
    window.accept()
    window.halt()
    window.jog(1, 0)
    assert replay.player.t == waiting.t
    assert "replay" in window.assistant.cards[-1].layout().itemAt(0).widget().text()


def test_what_was_saved_then_is_not_saved_again(replay, monkeypatch):
    monkeypatch.setattr(replay.window, "_on_saved", lambda data: pytest.fail("saved again"))
    replay.seek(replay.player.seconds)


def test_it_says_that_it_is_a_replay_and_takes_no_commands(replay):
    assert replay.bar.badge.text() == "REPLAY"
    assert "Replay" in replay.window.windowTitle()
    assert not replay.window.command.isEnabled()
    assert not replay.window.where.drive.isEnabled()
    replay.window.show_keys()
    listed = {part.text() for part in replay.window.sheet.findChildren(QLabel)}
    assert {"In a replay", "Ctrl+Space", "Round field"} <= listed
    assert not {"Take one picture", "LAO 30", "Accept the proposal"} & listed
    assert "Simulation" in replay.window.windowTitle()


def test_a_patient_that_is_not_at_hand_has_no_overview_and_the_map_says_so(qtbot, replay, monkeypatch):
    def gone(recording):
        raise RecordingError("The patient is not on this computer.")

    monkeypatch.setattr("carm_gui.session.replay_check.patient_of", gone)
    window = replay.window
    replay.load_overview()
    qtbot.waitUntil(lambda: "no overview" in window.where.map.accessibleDescription(), timeout=WORK_MS)
    assert window.where.map.scout is None
