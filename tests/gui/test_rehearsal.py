"""A whole rehearsal by keyboard alone, on the real session; and what must never move or must always stop."""

import threading

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from inference.commands import HELP
from sim.pose import CArmPose

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
UP_30 = move_reply("CENTER", "NONE", "UP", "SMALL")
UP_90 = move_reply("CENTER", "NONE", "UP", "LARGE")
LEFT_30 = move_reply("LEFT", "SMALL", "CENTER", "NONE")


def send(qtbot, window, text):
    qtbot.keyClicks(window.command.line, text)
    qtbot.keyClick(window.command.line, ENTER)


def test_a_whole_rehearsal_by_keyboard(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_30, LEFT_30, ARRIVED))
    assert window.command.line.hasFocus()
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    assert window.session.status.pose == CArmPose()
    qtbot.keyClick(window.command.line, ENTER, CTRL)
    until(window, "moving")
    until(window, "waiting")
    assert window.session.status.pose == CArmPose(up_mm=30)
    qtbot.keyClick(window.command.line, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(window.live.hasFocus)
    qtbot.keyClick(window.live, Qt.Key.Key_A)
    until(window, "arrived")
    assert window.session.status.pose == CArmPose(left_mm=30, up_mm=30)
    assert window.live.pose == CArmPose(left_mm=30, up_mm=30)
    qtbot.keyClick(window.live, Qt.Key.Key_L, CTRL)
    qtbot.waitUntil(window.command.line.hasFocus)


def test_a_rejection_by_keyboard_is_looked_at_again(qtbot, rehearsal, until):
    correction = (
        "<response><visual_reasoning>An elbow is seen.</visual_reasoning><landmarks>[7,9]</landmarks></response>"
    )
    model = ScriptedModel(UP_30, correction, move_reply("CENTER", "NONE", "UP", "LARGE", context="left_elbow"))
    window = rehearsal(model)
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    qtbot.keyClick(window.command.line, Qt.Key.Key_Backspace, CTRL)
    assert window.command.rejecting == 1
    send(qtbot, window, "left elbow")
    qtbot.waitUntil(lambda: len(model.requests) == 3, timeout=5000)
    until(window, "waiting")
    assert window.session.status.pose == CArmPose()
    assert window.session.status.proposal.proposal.motion.up_mm == 90
    assert "left elbow" in model.requests[1].text


@pytest.mark.parametrize("line", [said for row in HELP if row.kind != "sequence" for said in row.examples])
def test_letters_beside_a_waiting_proposal_are_only_text(qtbot, rehearsal, until, line):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    waiting = window.session.status.proposal
    for letter in line + " arlbixo ARLBIXO":
        qtbot.keyClicks(window.command.line, letter)
    qtbot.wait(60)
    status = window.session.status
    assert status.proposal is waiting
    assert status.pose == CArmPose()
    assert status.beam_on
    assert window.live.bone_dark
    assert window.command.line.text() == line + " arlbixo ARLBIXO"


def test_enter_on_an_empty_line_accepts_nothing(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    for _ in range(3):
        qtbot.keyClick(window.command.line, ENTER)
    qtbot.keyClick(window.command.line, Qt.Key.Key_Space)
    qtbot.wait(80)
    assert window.state == "waiting"
    assert window.session.status.pose == CArmPose()


def press_esc_in(window, place):
    if place == "command line":
        return window.command.line
    if place == "picture":
        window.live.setFocus()
        return window.live
    if place == "conversation":
        window.assistant.scroll.setFocus()
        return window.assistant.scroll
    if place == "key sheet":
        window.show_keys()
        return window.sheet
    window.menuBar().setActiveAction(window.menuBar().actions()[1])
    return window.menuBar().actions()[1].menu()


@pytest.mark.parametrize("place", ["command line", "picture", "conversation", "key sheet", "menu"])
def test_esc_halts_a_motion_wherever_the_focus_is(qtbot, rehearsal, until, place):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    qtbot.keyClicks(window.command.line, "go to t")
    qtbot.keyClick(window.command.line, ENTER, CTRL)
    qtbot.waitUntil(lambda: window.session.status.pose.up_mm > 3)
    qtbot.keyClick(press_esc_in(window, place), Qt.Key.Key_Escape)
    stopped = window.session.status.pose
    assert 0 < stopped.up_mm < 90
    until(window, "halted")
    qtbot.wait(150)
    assert window.session.status.pose == stopped
    assert [text for _, text, _ in window.live.badges()][-1] == "HALTED"


def test_esc_cancels_a_reply_under_way(qtbot, rehearsal, until):
    model = ScriptedModel(UP_90)
    model.hold = threading.Event()
    window = rehearsal(model)
    send(qtbot, window, "align to the skull")
    until(window, "proposing")
    qtbot.keyClick(window.command.line, Qt.Key.Key_Escape)
    until(window, "halted")
    model.hold.set()
    qtbot.wait(100)
    assert window.session.status.proposal is None
    assert window.live.offer is None


def test_a_question_takes_the_place_of_a_proposal(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    first = window.assistant.waiting
    send(qtbot, window, "go to T12 and take a shot")
    qtbot.waitUntil(lambda: window.assistant.waiting is None)
    assert not first.accept.isVisible()
    assert window.live.offer is None
    qtbot.waitUntil(lambda: window.assistant._question is not None)
    qtbot.keyClick(window.command.line, ENTER, CTRL)
    qtbot.waitUntil(lambda: window.session.status.target == "t12")


def test_a_jog_lasts_while_the_key_is_held_and_ends_with_the_focus(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.live.setFocus()
    qtbot.waitUntil(window.live.hasFocus)
    qtbot.keyPress(window.live, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: window.session.status.pose.up_mm > 2)
    window.command.take_focus()
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    stopped = window.session.status.pose
    qtbot.wait(200)
    assert window.session.status.pose == stopped
    assert stopped.left_mm == 0


def test_a_jog_withdraws_the_proposal_from_the_picture(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    window.live.setFocus()
    qtbot.keyPress(window.live, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: window.session.status.pose.left_mm < -1)
    qtbot.keyRelease(window.live, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: window.live.offer is None)
    assert window.session.status.proposal is None


def test_typing_while_the_beam_is_toggled_by_key_in_the_picture(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.live.setFocus()
    qtbot.keyClick(window.live, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: not window.technique.on)
    assert "LAST IMAGE HOLD" in [text for _, text, _ in window.live.badges()]
    assert not window.session.status.beam_on


def test_the_window_is_usable_while_the_model_loads(qtbot, rehearsal, until):
    model = ScriptedModel(UP_30, state="loading")
    window = rehearsal(model)
    qtbot.waitUntil(lambda: "loading" in window.assistant.header.status.text())
    send(qtbot, window, "go up a bit")
    qtbot.waitUntil(lambda: window.session.status.pose.up_mm == 30, timeout=6000)
    send(qtbot, window, "align to the skull")
    model.state = "ready"
    until(window, "waiting")


def test_an_unparsed_reply_moves_nothing_and_offers_nothing(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel("<output>go left a lot</output>"))
    send(qtbot, window, "align to the skull")
    qtbot.waitUntil(lambda: window.session.status.state == "idle" and window.assistant.open_card is None)
    qtbot.wait(60)
    window.accept()
    qtbot.wait(60)
    assert window.session.status.pose == CArmPose()
    assert window.live.offer is None


def test_focus_never_lands_on_accept_by_itself(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_30, UP_30, ARRIVED))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    card = window.assistant.waiting
    card.accept.setFocus()
    card.accept.click()
    qtbot.waitUntil(lambda: window.assistant.waiting not in (None, card), timeout=8000)
    assert QApplication.focusWidget() is window.command.line


def test_tab_reaches_every_button_and_comes_back(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    wanted = {window.live, window.technique.button, window.assistant.waiting.accept, window.assistant.waiting.reject}
    qtbot.waitUntil(window.assistant.waiting.accept.isVisible)
    seen = []
    while window.command.line not in seen and len(seen) < 60:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen[0] is window.live
    assert wanted <= set(seen)
    assert window.command.line in seen
    assert window.session.status.pose == CArmPose()


def test_the_buttons_show_the_keys_that_count_where_the_focus_is(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    card = window.assistant.waiting
    assert card.accept.key.startswith("Ctrl")
    window.live.setFocus()
    qtbot.waitUntil(lambda: (card.accept.key, card.reject.key) == ("A", "R"))
    window.command.take_focus()
    qtbot.waitUntil(lambda: card.accept.key.startswith("Ctrl"))


def test_the_sign_is_always_there(rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    assert window.sign.isVisible()
    assert "not for clinical use" in window.sign.text()
    assert "not for clinical use" in window.windowTitle()


def test_a_held_button_is_let_go_when_another_program_takes_over(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    button = window.where.drive.buttons[1, 1]
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.status.pose.up_mm > 2)
    QApplication.instance().applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    stopped = window.session.status.pose
    qtbot.wait(150)
    assert window.session.status.pose == stopped
    assert not button.isDown()
