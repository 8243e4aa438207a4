"""Accessibility: names, announcements, visible focus, and a whole rehearsal with the keyboard and nothing else."""

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from screens import WORK_MS, changed, focusable, rgb, unspoken

from carm_gui import theme
from sim.pose import CArmPose

ENTER, CTRL, ALT = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
UP_30 = move_reply("CENTER", "NONE", "UP", "SMALL")
UP_90 = move_reply("CENTER", "NONE", "UP", "LARGE")


@pytest.fixture
def waiting(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    window.say("align to the skull")
    until(window, "waiting")
    qtbot.waitUntil(window.assistant.waiting.accept.isVisible)
    return window


def test_everything_that_takes_the_focus_has_a_name_and_a_role(qtbot, waiting):
    assert len(focusable(waiting)) > 30
    assert unspoken(waiting) == []
    waiting.show_tour()
    qtbot.waitUntil(waiting.tour.isVisible)
    assert unspoken(waiting.tour) == []
    waiting.tour.end()
    waiting.desk.bring("reference")
    qtbot.waitUntil(waiting.reference.isVisible)
    assert unspoken(waiting) == []


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_the_focus_is_seen_wherever_it_is(qtbot, waiting, name):
    waiting.wear(name)
    qtbot.waitUntil(waiting.updatesEnabled, timeout=WORK_MS)
    waiting.set_beam(False)
    qtbot.waitUntil(lambda: not waiting.technique.on)
    qtbot.wait(120)
    unseen = []
    for widget in focusable(waiting):
        waiting.setFocus()
        QApplication.processEvents()
        before = rgb(waiting)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if changed(before, rgb(waiting)) < 3:
            unseen.append(f"{type(widget).__name__} {widget.accessibleName()}")
    assert unseen == []


@pytest.fixture
def heard():
    return []


def test_what_happens_is_announced(qtbot, rehearsal, until, heard):
    window = rehearsal(ScriptedModel(UP_30, ARRIVED))
    window.announced.connect(heard.append)
    window.say("align to the skull")
    until(window, "waiting")
    assert any("Proposed: view 30 mm toward the head" in text for text in heard)
    assert any("Accept or reject" in text for text in heard)
    window.accept()
    until(window, "arrived")
    assert any(text.startswith("Moving") for text in heard)
    assert "Stopped at AP." in heard
    assert sum("centred" in text for text in heard) == 1
    window.halt()
    until(window, "halted")
    assert any(text.startswith("Halted") for text in heard)


def test_the_picture_says_its_state(qtbot, waiting):
    assert waiting.live.accessibleDescription() == "live, proposed 90 mm toward the head, AP"
    waiting.set_beam(False)
    qtbot.waitUntil(lambda: "last image hold" in waiting.live.accessibleDescription())


def send(qtbot, window, text):
    qtbot.keyClicks(window.command.line, text)
    qtbot.keyClick(window.command.line, ENTER)


def test_a_whole_rehearsal_with_every_tool_by_keyboard_alone(qtbot, rehearsal, until, monkeypatch, tmp_path):
    monkeypatch.setattr("carm_gui.pictures_out.data_dir", lambda *parts: tmp_path)
    window = rehearsal(ScriptedModel(UP_30, UP_90, UP_30, ARRIVED))
    line, live = window.command.line, window.live
    window.show_tour()
    for _ in range(5):
        qtbot.keyClick(window.tour, ENTER)
    assert line.hasFocus()
    send(qtbot, window, "align to the skull")
    until(window, "waiting")
    # Not so: name what is there, in the list.
    qtbot.keyClick(line, Qt.Key.Key_C, CTRL | SHIFT)
    qtbot.keyClicks(window.correction.line, "carina")
    qtbot.keyClick(window.correction.line, ENTER)
    qtbot.waitUntil(lambda: any(mark.kind == "correction" for mark in live.marks))
    until(window, "waiting")
    # From the picture: accept, and go on to the end.
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_P, CTRL)
    assert live.hasFocus()
    for _ in range(4):
        if window.state == "waiting":
            qtbot.keyClick(live, Qt.Key.Key_A)
            qtbot.waitUntil(lambda: window.state != "waiting")
        until(window, "waiting", "arrived")
    until(window, "arrived")
    here = window.session.status.pose
    assert here.up_mm > 0
    assert [mark.kind for mark in live.marks].count("accepted") >= 1
    # A shot, another view, height by a held key, and what was seen before as the reference.
    qtbot.keyClick(live, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: any(kept.what == "shot" for kept in window.reference.kept))
    qtbot.keyClick(live, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: window.session.status.pose.primary_deg == 30, timeout=8000)
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    qtbot.keyPress(live, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: window.session.status.pose.ant_mm > 1)
    qtbot.keyRelease(live, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    qtbot.keyPress(live, Qt.Key.Key_Left, SHIFT)
    qtbot.waitUntil(lambda: window.session.status.pose.primary_deg < 29)
    qtbot.keyRelease(live, Qt.Key.Key_Left, SHIFT)
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    qtbot.keyClick(live, Qt.Key.Key_S)
    qtbot.keyClick(live, Qt.Key.Key_D)
    assert window.reference.mode == "Blend"
    qtbot.keyClick(live, Qt.Key.Key_Left, ALT)
    assert window.reference.shown is not window.reference.kept[-1]
    # Beam off and the pedal, blades, mirror, save.
    qtbot.keyClick(live, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: not window.technique.on)
    qtbot.keyPress(live, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.technique.on)
    qtbot.keyRelease(live, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.technique.on)
    for key in (Qt.Key.Key_N, Qt.Key.Key_H, Qt.Key.Key_F, Qt.Key.Key_Z, Qt.Key.Key_Comma):
        qtbot.keyClick(live, key)
    assert live.blades == (pytest.approx(195, abs=1), pytest.approx(195, abs=1))
    assert live.display.flip_horizontal
    assert live.round_field
    assert live.loupe
    assert live.levels.manual
    qtbot.keyClick(live, Qt.Key.Key_0)
    assert live.altered() == ""
    qtbot.keyClick(live, Qt.Key.Key_S, CTRL)
    qtbot.waitUntil(lambda: any(tmp_path.glob("*.png")))
    # Home by the palette, the map by F6, and out.
    qtbot.keyClick(live, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(window.palette_box.line, "to the start")
    qtbot.keyClick(window.palette_box.line, ENTER)
    qtbot.waitUntil(lambda: window.session.status.pose == CArmPose(), timeout=8000)
    for _ in range(8):
        if QApplication.focusWidget() is window.where.map:
            break
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert window.where.map.hasFocus()
    qtbot.keyClick(window.where.map, Qt.Key.Key_Escape)
    until(window, "halted")
    qtbot.keyClick(window.where.map, Qt.Key.Key_L, CTRL)
    assert line.hasFocus()


def test_enter_on_the_empty_line_is_one_exposure_and_blanks_are_none(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.set_beam(False)
    qtbot.waitUntil(lambda: not window.technique.on)
    before = window.session.status.dose.shots
    qtbot.keyClick(window.command.line, ENTER)
    qtbot.waitUntil(lambda: window.session.status.dose.shots == before + 1)
    qtbot.keyClicks(window.command.line, "  ")
    qtbot.keyClick(window.command.line, ENTER)
    qtbot.wait(80)
    assert window.session.status.dose.shots == before + 1


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_what_stands_in_an_empty_line_can_be_read(qtbot, rehearsal, name):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.wear(name)
    qtbot.waitUntil(window.updatesEnabled, timeout=WORK_MS)
    window.live.setFocus()
    QApplication.processEvents()
    line = window.command.line
    image = line.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    ground = image.pixelColor(image.width() - 30, image.height() // 2).name()
    inks = {
        image.pixelColor(x, y).name()
        for x in range(40, 330)
        for y in range(image.height() // 2 - 8, image.height() // 2 + 8)
    }
    assert max(theme.contrast(ink, ground) for ink in inks) >= 4.5
