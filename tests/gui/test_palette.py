"""The palette finds every action by a few letters and shows a line's meaning; what Enter does is the marked row."""

import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from carm_gui.actions import COMMANDS
from carm_gui.views.palette import Entry, matching, understood
from sim.pose import CArmPose

CTRL, ENTER = Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Return


def entries(*names):
    return [Entry(name, "Menu", "", lambda: None) for name in names]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "Beam on"),
        ("mag", "Magnify"),
        ("mirr l", "Mirror left and right"),
        ("magnfy", "Magnify"),
        ("LAO", "LAO 30"),
    ],
)
def test_a_few_letters_are_enough(typed, first):
    assert matching(typed, entries("Beam on", "Magnify", "LAO 30", "Mirror left and right"))[0].text == first


def test_nothing_like_that_is_nothing():
    assert matching("qzxqzx", entries("Beam on", "Magnify")) == []


@pytest.mark.parametrize(
    ("typed", "part"),
    [("go up a bit", "30 mm toward the head"), ("align to the skull", "skull"), ("align to the elbow", ""), ("x", "")],
)
def test_a_line_is_shown_as_it_would_be_understood(typed, part):
    meaning = understood(typed)
    assert part in meaning
    assert bool(part) == bool(meaning)


def test_every_action_and_every_landmark_is_in_it(rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    texts = [entry.text.removesuffix(" ✓") for entry in window.entries()]
    assert {command.text.rstrip("…") for command in COMMANDS} <= set(texts)
    assert "Align to the skull" in texts
    assert "Align to T12" in texts


def test_ctrl_k_letters_and_enter_do_it(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    assert window.live.bone_dark
    qtbot.keyClick(window.command.line, Qt.Key.Key_K, CTRL)
    assert window.palette_box.isVisible()
    qtbot.keyClicks(window.palette_box.line, "bone br")
    qtbot.keyClick(window.palette_box.line, ENTER)
    assert not window.palette_box.isVisible()
    assert not window.live.bone_dark
    assert window.command.line.hasFocus()


def test_a_line_said_in_it_goes_to_the_session_as_typed(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.live.setFocus()
    qtbot.keyClick(window.live, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.palette_box.line, "go up a bit")
    assert "30 mm toward the head" in window.palette_box.line.accessibleDescription()
    qtbot.keyClick(window.palette_box.line, ENTER)
    qtbot.waitUntil(lambda: window.session.status.pose == CArmPose(up_mm=30), timeout=6000)
    assert window.live.hasFocus()


def test_escape_closes_it_and_does_nothing_else(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    qtbot.keyClick(window.command.line, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.palette_box.line, "go up a bit")
    qtbot.keyClick(window.palette_box.line, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()
    assert QApplication.focusWidget() is window.command.line
    assert window.session.status.pose == CArmPose()


def test_the_marked_row_moves_with_the_arrows_and_is_announced(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.show_palette()
    box = window.palette_box
    assert box.rows.currentRow() == -1
    qtbot.keyClick(box.line, ENTER)  # Enter alone does nothing: the first row may be "Accept"
    assert box.isVisible()
    qtbot.keyClick(box.line, Qt.Key.Key_Down)
    first = box.line.accessibleDescription()
    assert box.entries[0].text in first
    qtbot.keyClick(box.line, Qt.Key.Key_Down)
    assert box.rows.currentRow() == 1
    assert box.line.accessibleDescription() != first
    for _ in range(5):
        qtbot.keyClick(box.line, Qt.Key.Key_Up)
    assert box.rows.currentRow() == 0
    box.dismiss()
