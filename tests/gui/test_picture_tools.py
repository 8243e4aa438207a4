"""The tools on the live picture: window by hand, blades, glass, wheel, round field, point menu; display only."""

import numpy as np
import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

from carm_gui.views.levels import LEAST, Levels
from carm_gui.views.live import LiveView
from carm_gui.views.overlays import Mark
from carm_gui.views.picture_keys import way_of
from carm_gui.views.picture_paint import LOUPE
from inference.commands import Display
from sim.frame import Frame
from sim.geometry import FIELD_MM
from sim.pose import CArmPose


def frame_of(pixels, pose=None, index=1):
    return Frame(pixels, FIELD_MM / pixels.shape[0], pose or CArmPose(), index, 0.0)


@pytest.fixture
def live(qtbot):
    view = LiveView()
    qtbot.addWidget(view)
    view.resize(512, 512)
    view.show()
    view.show_frame(frame_of(np.linspace(6000, 12000, 128 * 128).astype(np.uint16).reshape(128, 128)))
    return view


def drag(qtbot, view, start, by):
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for n in range(1, 6):
        qtbot.mouseMove(view, start + QPoint(by.x() * n // 5, by.y() * n // 5))
        QApplication.processEvents()
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + by)


def test_levels_follow_until_a_hand_takes_them_and_again_after_reset():
    levels = Levels()
    levels.follow((1000.0, 2000.0))
    assert (levels.low, levels.high) == (1000, 2000)
    levels.follow((2000.0, 3000.0))
    assert 1000 < levels.low < 2000
    levels.adjust(0.0, 0.5)
    held = (levels.low, levels.high)
    levels.follow((9000.0, 9900.0))
    assert (levels.low, levels.high) == held
    levels.reset()
    assert (levels.low, levels.high) == (9000, 9900)


def test_contrast_has_an_end():
    levels = Levels()
    levels.follow((1000.0, 2000.0))
    for _ in range(50):
        levels.adjust(0.0, 0.9)
    assert levels.high - levels.low == pytest.approx(LEAST)


def mean_grey(view):
    return float(view._grey.mean())


@pytest.mark.parametrize("inverted", [False, True])
def test_brighter_is_brighter_whichever_way_bone_is_shown(live, inverted):
    live.set_inverted(inverted)
    before = mean_grey(live)
    live.adjust_window(0.1, 0.0)
    assert mean_grey(live) > before
    assert "window by hand" in live.altered()
    live.auto_window()
    assert mean_grey(live) == pytest.approx(before)


@pytest.mark.parametrize("inverted", [False, True])
def test_a_drag_down_darkens_and_a_drag_right_steepens(qtbot, live, inverted):
    live.set_inverted(inverted)
    before, width = mean_grey(live), live.levels.high - live.levels.low
    drag(qtbot, live, QPoint(200, 200), QPoint(0, 60))
    assert mean_grey(live) < before
    drag(qtbot, live, QPoint(200, 200), QPoint(60, 0))
    assert live.levels.high - live.levels.low < width


def test_a_click_alone_changes_no_window(qtbot, live):
    qtbot.mouseClick(live, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert not live.levels.manual


def test_a_blade_is_dragged(qtbot, live):
    live.collimated.connect(live.show_blades)
    live.show_blades((120.0, 100.0))
    field = live.field()
    start = field.at_mm(60.0, 0.0).toPoint()
    assert live.blade_at(QPointF(start)) == "x"
    by = (field.at_mm(40.0, 0.0) - field.at_mm(60.0, 0.0)).toPoint()
    drag(qtbot, live, start, by)
    assert live.blades[0] == pytest.approx(80.0, abs=1.5)
    assert live.blades[1] == 100.0
    assert not live.levels.manual


def test_a_blade_is_dragged_in_from_the_edge_and_out_again(qtbot, live):
    live.collimated.connect(live.show_blades)
    field = live.field()
    edge, inside = field.at_mm(0.0, -FIELD_MM / 2 + 1).toPoint(), field.at_mm(0.0, -60.0).toPoint()
    drag(qtbot, live, edge, inside - edge)
    assert live.blades[0] == pytest.approx(FIELD_MM)
    assert live.blades[1] == pytest.approx(120.0, abs=1.5)
    drag(qtbot, live, field.at_mm(0.0, -live.blades[1] / 2).toPoint(), edge - inside)
    assert live.blades is None


def test_the_opening_goes_with_the_arm_over_a_held_picture(qtbot, live):
    """The next exposure is made where the C-arm stands, so that is where the blades are drawn and dragged."""
    live.collimated.connect(live.show_blades)
    live.show_beam(False)
    live.show_blades((80.0, 80.0))
    live.show_pose(CArmPose(left_mm=50), moving=False)
    field = live.field()
    assert live.blade_at(field.at_mm(90.0, 0.0)) == "x"
    assert live.blade_at(field.at_mm(40.0, 10.0)) == ""
    image = live.grab().toImage()
    covered, opened = field.at_mm(-20.0, 15.0).toPoint(), field.at_mm(75.0, 15.0).toPoint()
    assert image.pixelColor(covered).lightness() < 70 < image.pixelColor(opened).lightness()
    start, end = field.at_mm(90.0, 0.0).toPoint(), field.at_mm(80.0, 0.0).toPoint()
    drag(qtbot, live, start, end - start)
    assert live.blades[0] == pytest.approx(60.0, abs=1.5)


def test_blades_cover_the_held_picture_without_xray(live):
    corner = live.field().at_mm(-90.0, -90.0).toPoint()
    live.show_beam(False)
    before = live.grab().toImage().pixelColor(corner).lightness()
    live.show_blades((120.0, 120.0))
    assert live.grab().toImage().pixelColor(corner).lightness() < min(before, 70)
    assert live.frame.index == 1


def test_the_wheel_magnifies_and_reduces(live):
    def turn(delta):
        at = QPointF(live.rect().center())
        live.wheelEvent(
            QWheelEvent(
                at, live.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )
        )  # fmt: skip

    turn(120)
    assert live.zoom > 1
    turn(60)
    turn(60)
    assert live.zoom == 2.0
    for _ in range(5):
        turn(-120)
    assert live.zoom == 1.0


def test_the_glass_enlarges_what_lies_under_it(live):
    dark = np.full((128, 128), 6000, np.uint16)
    dark[60:68, 60:68] = 16000
    live.show_frame(frame_of(dark, index=2))
    live.auto_window()
    beside = live.field().at_mm(10.0, 10.0).toPoint()
    plain = live.grab().toImage().pixelColor(beside).lightness()
    live.set_loupe(True)
    assert live.grab().toImage().pixelColor(beside).lightness() < plain - 60


def test_under_the_glass_a_mark_lies_on_the_same_anatomy(live):
    """Beside the middle of the glass it is drawn LOUPE times as far away, and no longer where it was."""
    live.show_frame(frame_of(np.full((128, 128), 6000, np.uint16), index=2))
    live.show_marks((Mark("correction", "", CArmPose(left_mm=14.0)),))

    def marked(right):
        spot, image = live.field().at_mm(right, 0.0).toPoint(), live.grab().toImage()
        box = [image.pixelColor(spot.x() + x, spot.y() + y) for x in range(-3, 4) for y in range(-3, 4)]
        return sum(c.red() > 200 and c.blue() < 90 for c in box) > 3

    assert marked(14.0)
    assert not marked(14.0 * LOUPE)
    live.set_loupe(True)
    assert marked(14.0 * LOUPE)
    assert not marked(14.0)


def test_outside_the_round_field_there_is_no_picture(live):
    corner = live.field().at_mm(-102.0, -102.0).toPoint() + QPoint(2, 2)
    live.set_round(True)
    assert live.grab().toImage().pixelColor(corner).lightness() < 30


def test_a_mirrored_picture_shows_the_same_place_on_the_other_side(live):
    pixels = np.full((128, 128), 6000, np.uint16)
    pixels[20:30, 20:30] = 16000
    live.show_frame(frame_of(pixels, index=2))
    live.auto_window()

    def dark_at(right, down):
        return live.grab().toImage().pixelColor(live.square().center().toPoint() + QPoint(right, down)).lightness() < 60

    at = round((25 - 64) / 128 * live.square().width())
    assert dark_at(at, at)
    live.set_display(flip_horizontal=True)
    assert dark_at(-at, at)
    assert not dark_at(at, at)
    live.set_display(flip_horizontal=False, rotation_deg=90.0)
    assert dark_at(-at, at)


@pytest.mark.parametrize(
    ("key", "shift", "display", "way"),
    [
        (Qt.Key.Key_Right, False, Display(), (1, 0, 0, 0, 0)),
        (Qt.Key.Key_Right, False, Display(flip_horizontal=True), (-1, 0, 0, 0, 0)),
        (Qt.Key.Key_Up, False, Display(rotation_deg=180), (0, -1, 0, 0, 0)),
        (Qt.Key.Key_Right, True, Display(), (0, 0, 0, 1, 0)),
        (Qt.Key.Key_Down, True, Display(flip_vertical=True), (0, 0, 0, 0, -1)),
        (Qt.Key.Key_PageUp, False, Display(), (0, 0, 1, 0, 0)),
    ],
)
def test_what_a_held_key_moves(key, shift, display, way):
    assert way_of(key, shift, display) == way


def test_turning_the_display_lets_go_of_held_keys(qtbot, live):
    jogs = []
    live.jog.connect(lambda *way: jogs.append(way))
    qtbot.keyPress(live, Qt.Key.Key_Right)
    live.turn(90)
    assert jogs[-1] == (0.0,) * 5


def test_screen_words_are_read_on_the_picture_as_it_is_shown(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.say("screen left 20 mm")
    qtbot.waitUntil(lambda: window.session.status.pose.left_mm == -20, timeout=6000)
    qtbot.waitUntil(lambda: not window.session.carm.moving)
    window.flip("flip_horizontal")
    window.say("screen left 40 mm")
    qtbot.waitUntil(lambda: window.session.status.pose.left_mm == 20, timeout=6000)


def test_the_point_menu_centres_the_view_there(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    pose = window.live.field().pose_at(window.live.field().at_mm(25.0, -35.0))
    window.show_point_menu(QPoint(10, 10), pose)
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    entry = menu.actions()[0]
    assert "35 mm toward the head, 25 mm toward the patient's left" in entry.text()
    entry.trigger()
    menu.close()
    qtbot.waitUntil(lambda: window.session.status.pose == CArmPose(25.0, 35.0), timeout=6000)


def test_swap_exchanges_the_held_picture_and_the_reference_and_the_next_pulse_ends_it(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.keep_reference()
    first = window.reference.shown
    window.say("go up 3 cm")
    qtbot.waitUntil(lambda: window.session.status.pose.up_mm == 30, timeout=6000)
    window.swap()
    assert window.live.recalled == ""
    window.set_beam(False)
    qtbot.waitUntil(lambda: not window.live.beam_on)
    qtbot.wait(150)
    window.swap()
    assert window.live.frame is first.frame
    assert window.live.badges()[0][1].startswith("RECALLED")
    assert window.reference.shown is not first
    window.do("expose")
    qtbot.waitUntil(lambda: window.live.recalled == "")


def test_truth_is_drawn_only_when_it_is_given(rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    assert not any(mark.kind == "truth" for mark in window.live.marks)
    window.show_truth({"skull": (0.0, 160.0, 20.0)})
    (square,) = [mark for mark in window.live.marks if mark.kind == "truth"]
    assert square.text == "skull (truth)"
    window.show_truth(None)
    assert window.live.marks == ()
