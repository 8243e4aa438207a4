"""The reference pane: what is kept, recalled and compared, and that a comparison of two views says that they differ."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon

from carm_gui.views.reference import MOST_KEPT, Reference, blend, difference_of, subtract
from sim.frame import Frame
from sim.geometry import FIELD_MM
from sim.pose import CArmPose


def frame(index, pose=None, value=6000, size=64):
    return Frame(np.full((size, size), value, np.uint16), FIELD_MM / size, pose or CArmPose(), index, 0.0)


@pytest.fixture
def pane(qtbot):
    widget = Reference()
    qtbot.addWidget(widget)
    widget.resize(360, 620)
    widget.show()
    return widget


def test_every_exposure_is_kept_once_with_its_view(pane):
    pane.keep(frame(1), "shot")
    pane.keep(frame(1), "saved")
    pane.keep(frame(2, CArmPose(primary_deg=30)), "shot")
    assert [pane.strip.item(i).text() for i in range(pane.strip.count())] == ["1 · AP", "2 · LAO 30°"]
    assert "left 0, head 0, front 0 mm" in pane.strip.item(0).toolTip()


def test_the_first_exposure_and_every_saved_one_become_the_reference(pane):
    first = pane.keep(frame(1), "shot")
    assert pane.shown is first
    pane.keep(frame(2), "shot")
    assert pane.shown is first
    saved = pane.keep(frame(3), "saved")
    assert pane.shown is saved


def test_exposures_are_recalled_by_keyboard(qtbot, pane):
    kept = [pane.keep(frame(n), "shot") for n in (1, 2, 3)]
    pane.strip.setFocus()
    pane.strip.setCurrentRow(2)
    assert pane.shown is kept[2]
    qtbot.keyClick(pane.strip, Qt.Key.Key_Left)
    assert pane.shown is kept[1]
    pane.step(-1)
    assert pane.shown is kept[0]
    pane.step(-1)
    assert pane.shown is kept[0]


def test_the_sides_of_the_patient_stand_on_the_reference(pane):
    pane.keep(frame(1), "shot")
    assert (pane.picture.sides["left"], pane.picture.sides["right"]) == ("R", "L")
    pane.show_kept(pane.keep(frame(2, CArmPose(primary_deg=90)), "shot"))
    assert (pane.picture.sides["left"], pane.picture.sides["right"]) == ("A", "P")


def test_a_chosen_exposure_stays_as_grey_as_it_is(pane):
    """Qt would lay the accent over the thumbnail of the row that is selected."""
    pane.keep(frame(1), "shot")
    icon = pane.strip.item(0).icon()
    chosen = icon.pixmap(pane.strip.iconSize(), QIcon.Mode.Selected).toImage()
    colour = chosen.pixelColor(chosen.rect().center())
    assert colour.red() == colour.green() == colour.blue()


def test_the_strip_is_one_row_where_there_is_no_room_for_two(qtbot, pane):
    for n in range(6):
        pane.keep(frame(n), "shot")
    rows = lambda: {pane.strip.visualItemRect(pane.strip.item(n)).top() for n in range(6)}  # noqa: E731
    pane.strip.setFixedHeight(125)
    qtbot.waitUntil(lambda: len(rows()) == 1, timeout=2000)
    pane.strip.setFixedHeight(300)
    qtbot.waitUntil(lambda: len(rows()) == 2, timeout=2000)


def test_memory_is_bounded(pane):
    for n in range(MOST_KEPT + 5):
        pane.keep(frame(n), "shot")
    assert len(pane.kept) == pane.strip.count() == MOST_KEPT
    assert pane.kept[0].number == 6


def test_subtraction_cancels_what_is_the_same_and_keeps_what_is_new():
    live = np.full((8, 8), 9000, np.uint16)
    reference = live.copy()
    live[2, 3] += 500
    difference = subtract(live, reference)
    assert difference[2, 3] == 500
    assert np.abs(difference).sum() == 500


def test_blend_goes_from_live_to_reference():
    live, reference = np.full((2, 2), 100, np.uint16), np.full((2, 2), 200, np.uint16)
    assert blend(live, reference, 0.0)[0, 0] == 100
    assert blend(live, reference, 1.0)[0, 0] == 200
    assert blend(live, reference, 0.5)[0, 0] == 150


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        (CArmPose(), "same view"),
        (CArmPose(left_mm=0.3), "same view"),
        (CArmPose(left_mm=30, up_mm=40), "views differ by 50 mm"),
        (CArmPose(primary_deg=10), "views differ by 10°"),
        (CArmPose(up_mm=-5, secondary_deg=-7), "views differ by 5 mm and 7°"),
    ],
)
def test_two_views_are_called_different(pose, words):
    assert difference_of(frame(1, pose), frame(2)) == words


def test_a_comparison_of_different_views_warns_on_the_picture(pane):
    pane.keep(frame(1), "shot")
    pane.live = frame(2, CArmPose(up_mm=40), value=7000)
    pane.set_mode("Subtract")
    assert pane.picture.caption == "Live minus reference 1 · AP"
    assert pane.picture.warning == "views differ by 40 mm"
    pane.live = frame(3, value=7000)
    pane.set_mode("Blend")
    assert pane.picture.caption == "Live and reference 1 · AP"
    assert pane.picture.warning == ""


def test_pictures_of_two_sizes_are_not_compared(pane):
    pane.keep(frame(1), "shot")
    pane.live = frame(2, size=32)
    pane.set_mode("Subtract")
    assert "sizes differ" in pane.picture.warning


def test_without_a_reference_the_pane_says_how_to_get_one(pane):
    assert "No reference yet" in pane.picture.caption
    assert not pane.swap.isEnabled()
    pane.next_mode()
    pane.step(1)
