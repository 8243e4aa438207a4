"""Where am I: the map is a place to point at, not this patient's landmarks; the controls move while held."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from screens import bring_up

from carm_gui.scout import Scout
from carm_gui.views.drive import HoldButton
from carm_gui.views.field import angle_names, place_parts
from carm_gui.views.solids import c_arm, normals, patient, table
from carm_gui.views.where import Where
from sim.geometry import DETECTOR_MM, beam_of
from sim.pose import CArmPose

TYPICAL = {"skull": (0.0, 160.0), "t1": (0.0, 0.0), "right_elbow": (-170.0, -240.0), "left_elbow": (170.0, -240.0)}


@pytest.fixture
def where(qtbot):
    pane = Where()
    qtbot.addWidget(pane)
    pane.resize(264, 600)
    scout = Scout(np.full((200, 150), 90, np.uint8), left_mm=-225.0, up_mm=250.0, typical=TYPICAL)
    pane.show_scout(scout, TYPICAL["t1"], -110.0)
    bring_up(qtbot, pane)
    return pane


def test_a_click_on_a_landmark_of_the_map_asks_for_it(qtbot, where):
    with qtbot.waitSignal(where.chosen) as asked:
        qtbot.mouseClick(where.map, Qt.MouseButton.LeftButton, pos=where.map.places()["skull"].toPoint())
    assert asked.args == ["skull"]


def test_a_click_beside_every_landmark_asks_for_nothing(qtbot, where):
    asked = []
    where.chosen.connect(asked.append)
    qtbot.mouseClick(where.map, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert asked == []


def test_the_arrows_go_from_landmark_to_landmark_and_enter_asks(qtbot, where):
    asked = []
    where.chosen.connect(asked.append)
    where.map.setFocus()
    qtbot.keyClick(where.map, Qt.Key.Key_Up)
    assert where.map.selected == "t1"
    qtbot.keyClick(where.map, Qt.Key.Key_Up)
    assert where.map.selected == "skull"
    assert "skull" in where.map.accessibleDescription()
    qtbot.keyClick(where.map, Qt.Key.Key_Down)
    qtbot.keyClick(where.map, Qt.Key.Key_Down)
    assert where.map.selected in ("right_elbow", "left_elbow")
    qtbot.keyClick(where.map, Qt.Key.Key_Return)
    assert asked == [where.map.selected]


def test_patients_right_is_on_the_left_of_the_map_and_the_head_is_up(where):
    places = where.map.places()
    assert places["right_elbow"].x() < places["t1"].x() < places["left_elbow"].x()
    assert places["skull"].y() < places["t1"].y()


def test_a_scan_on_which_nothing_fits_has_no_landmarks_and_says_so(qtbot, where):
    where.map.show_scout(Scout(np.zeros((50, 50), np.uint8), 0.0, 0.0))
    assert where.map.places() == {}
    assert "could not be laid" in where.map.toolTip()
    qtbot.keyClick(where.map, Qt.Key.Key_Up)
    assert where.map.selected is None


def test_the_field_on_the_map_follows_the_pose_and_narrows_with_the_angle(where):
    where.show_pose(CArmPose())
    wide = where.map._field_path(CArmPose()).boundingRect()
    assert wide.center().x() == pytest.approx(where.map.at(0, 0).x(), abs=0.5)
    turned = where.map._field_path(CArmPose(up_mm=50, primary_deg=60)).boundingRect()
    assert turned.width() == pytest.approx(0.5 * wide.width(), rel=0.02)
    assert turned.center().y() < wide.center().y()


def test_map_and_room_follow_a_motion_by_turns(qtbot, where):
    updated = []
    for name in ("map", "room"):
        view = getattr(where, name)
        view.update = lambda name=name: updated.append(name)
    for n in range(6):
        where.show_pose(CArmPose(up_mm=n))
        qtbot.wait(20)
    qtbot.waitUntil(lambda: not where._late)
    assert updated[:2] == ["map", "room"]
    assert all(one != next_ for one, next_ in pairwise(updated))
    assert where.map.pose == where.room.pose == CArmPose(up_mm=5)


@pytest.mark.parametrize(
    ("pose", "angles", "place"),
    [
        (CArmPose(), ("LAO 0°", "CRAN 0°"), ("left 0", "head 0", "front 0")),
        (CArmPose(-12, 30, -5, -30, -15), ("RAO 30°", "CAUD 15°"), ("right 12", "head 30", "back 5")),
        (CArmPose(12.4, -30, 5, 30, 15), ("LAO 30°", "CRAN 15°"), ("left 12", "feet 30", "front 5")),
    ],
)
def test_the_readout_names_angles_and_isocentre(where, pose, angles, place):
    assert angle_names(pose) == angles
    assert place_parts(pose) == place
    where.show_pose(pose)
    for part in (*angles, *place):
        assert part in where.readout.accessibleDescription()


@pytest.mark.parametrize(("axis", "sign"), [(axis, sign) for axis in range(5) for sign in (-1, 1)])
def test_a_button_moves_while_it_is_held(qtbot, where, axis, sign):
    ways = []
    where.drive.jog.connect(lambda *way: ways.append(way))
    button = where.drive.buttons[axis, sign]
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    expected = tuple(float(sign) if i == axis else 0.0 for i in range(5))
    assert ways == [expected, (0.0,) * 5]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_button_is_held_by_keyboard_as_well_and_lets_go_with_the_focus(qtbot, where, key):
    ways = []
    where.drive.jog.connect(lambda *way: ways.append(way))
    button: HoldButton = where.drive.buttons[3, 1]
    button.setFocus()
    qtbot.keyPress(button, key)
    assert ways == [(0.0, 0.0, 0.0, 1.0, 0.0)]
    where.map.setFocus()
    qtbot.waitUntil(lambda: ways[-1] == (0.0,) * 5)
    assert not button.isDown()


def test_presets_are_the_usual_views(qtbot, where):
    asked = []
    where.drive.view.connect(lambda *angles: asked.append(angles))
    for name in ("AP", "Lateral", "LAO 30", "RAO 30"):
        where.drive.presets[name].click()
    assert asked == [(0.0, 0.0), (90.0, 0.0), (30.0, 0.0), (-30.0, 0.0)]


def test_the_room_goes_round_by_mouse_and_by_keys_and_back(qtbot, where):
    room = where.room
    start = (room.azimuth, room.elevation)
    qtbot.keyClick(room, Qt.Key.Key_Left)
    qtbot.keyClick(room, Qt.Key.Key_Up)
    assert (room.azimuth, room.elevation) != start
    qtbot.keyClick(room, Qt.Key.Key_Home)
    assert (room.azimuth, room.elevation) == start
    room.go_round(0, 500)
    assert room.elevation <= 89


def test_the_drawn_detector_stands_where_the_beam_has_it():
    for pose in (CArmPose(), CArmPose(20, -40, 10, 30, 15), CArmPose(primary_deg=-90)):
        parts = {solid.part: solid.faces for solid in c_arm(pose, -900.0)}
        beam = beam_of(pose)
        near = beam.detector_centre
        assert np.linalg.norm(parts["detector"].mean(axis=(0, 1)) - near) < 40
        assert np.ptp(parts["detector"].reshape(-1, 3) @ beam.right) == pytest.approx(DETECTOR_MM, rel=1e-6)


def test_every_face_of_the_drawing_looks_outward():
    # A part wound the wrong way round would be culled and leave a hole.
    for solid in (*patient(), *table(-110.0), *c_arm(CArmPose(), -900.0)):
        about = solid.faces - solid.faces.mean(axis=(0, 1))
        assert np.einsum("ij,ij->", about.mean(axis=1), normals(about)) > 0, solid.part


def test_in_a_wide_pane_each_figure_stands_by_its_own_name(qtbot, where):
    where.resize(950, 1000)
    where.show_pose(CArmPose(left_mm=12.0, up_mm=140.0, primary_deg=30.0))
    QApplication.processEvents()
    pairs = where.readout._figures
    for (word, figure), (other, _) in ((pairs[0], pairs[1]), (pairs[2], pairs[3]), (pairs[3], pairs[4])):
        own = figure.geometry().right() - word.geometry().left()
        assert own < 130
        assert other.geometry().left() - figure.geometry().right() > own
