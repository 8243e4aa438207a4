"""A correction: named from the list or clicked in the picture; nothing moves on it and nothing is chosen unasked."""

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import QPointF, Qt

from carm_gui.views.correct import offset_words
from sim.pose import CArmPose

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = CTRL | Qt.KeyboardModifier.ShiftModifier
UP_90 = move_reply("CENTER", "NONE", "UP", "LARGE")


@pytest.fixture
def waiting(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    window.say("align to the skull")
    until(window, "waiting")
    window.corrected = []
    correct = window.session.correct
    window.session.correct = lambda key, at=None: (window.corrected.append((key, at)), correct(key, at))
    return window


@pytest.mark.parametrize(
    ("left", "up", "words"),
    [
        (0, 0, ""),
        (20, 45, "45 mm toward the head and 20 mm toward the patient's left"),
        (-31, -2, "30 mm toward the patient's right"),
        (0, -12, "10 mm toward the feet"),
    ],
)
def test_a_place_in_words(left, up, words):
    assert offset_words(left, up) == words


def test_by_keyboard_alone(qtbot, waiting):
    qtbot.keyClick(waiting.command.line, Qt.Key.Key_C, CTRL_SHIFT)
    assert waiting.correction.isVisible()
    assert waiting.live.picking
    qtbot.keyClicks(waiting.correction.line, "l elb")
    qtbot.keyClick(waiting.correction.line, ENTER)
    assert waiting.corrected == [("left_elbow", None)]
    assert not waiting.correction.isVisible()
    assert not waiting.live.picking
    assert waiting.session.status.pose == CArmPose()


@pytest.mark.parametrize(
    ("typed", "first", "never"),
    [
        ("ca", "carina", None),
        ("l elb", "left elbow", "right elbow"),
        ("r w", "right wrist", "left wrist"),
        ("shoulder blade", "right scapular inferior angle", None),
        ("t1", "T1", None),
        ("windpipe split", "carina", None),
    ],
)
def test_the_first_row_is_what_the_letters_begin(qtbot, waiting, typed, first, never):
    waiting.correct()
    waiting.correction.line.setText(typed)
    rows = waiting.correction.rows
    shown = [rows.item(i).text() for i in range(rows.count())]
    assert shown[0] == first
    assert never not in shown


def test_enter_alone_chooses_nothing(qtbot, waiting):
    waiting.correct()
    qtbot.keyClick(waiting.correction.line, ENTER)
    assert waiting.corrected == []
    assert waiting.correction.isVisible()
    qtbot.keyClick(waiting.correction.line, Qt.Key.Key_Down)
    qtbot.keyClick(waiting.correction.line, ENTER)
    assert waiting.corrected == [("skull", None)]


def test_a_point_of_the_picture_goes_along_in_millimetres(qtbot, waiting):
    waiting.correct()
    where = waiting.live.field().at_mm(20.0, -40.0)
    qtbot.mouseClick(waiting.live, Qt.MouseButton.LeftButton, pos=where.toPoint())
    assert waiting.correction.question.text().startswith("What lies 40 mm toward the head and 20 mm")
    qtbot.keyClicks(waiting.correction.line, "t1")
    waiting.correction.rows.setCurrentRow(0)
    qtbot.keyClick(waiting.correction.line, ENTER)
    ((key, (left, up)),) = waiting.corrected
    assert key == "t1"
    assert (left, up) == (pytest.approx(20.0, abs=0.5), pytest.approx(40.0, abs=0.5))


def test_the_point_is_the_patients_on_a_mirrored_and_turned_picture(qtbot, waiting):
    waiting.live.set_display(flip_horizontal=True, rotation_deg=90.0)
    field = waiting.live.field()
    spot = field.at_mm(20.0, -40.0)
    found = field.pose_at(QPointF(spot))
    assert (found.left_mm, found.up_mm) == (pytest.approx(20.0, abs=1e-6), pytest.approx(40.0, abs=1e-6))


def test_the_clinicians_cross_is_drawn_where_it_was_put(qtbot, waiting):
    waiting.correct()
    where = waiting.live.field().at_mm(-30.0, 10.0)
    qtbot.mouseClick(waiting.live, Qt.MouseButton.LeftButton, pos=where.toPoint())
    waiting.give_correction("carina", waiting.correction.where)
    qtbot.waitUntil(lambda: any(mark.kind == "correction" for mark in waiting.live.marks))
    (cross,) = [mark for mark in waiting.live.marks if mark.kind == "correction"]
    assert cross.text == "carina (you)"
    assert (cross.where.left_mm, cross.where.up_mm) == (pytest.approx(-30, abs=0.5), pytest.approx(-10, abs=0.5))


def test_escape_leaves_everything_as_it_was_but_halts(qtbot, waiting, until):
    waiting.correct()
    qtbot.keyClick(waiting.correction.line, Qt.Key.Key_Escape)
    assert not waiting.correction.isVisible()
    assert not waiting.live.picking
    assert waiting.corrected == []
    until(waiting, "halted")


def test_before_anything_was_said_a_correction_is_answered_kindly(rehearsal, qtbot):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.correct()
    window.give_correction("skull", None)
    qtbot.wait(80)
    assert window.session.status.pose == CArmPose()
