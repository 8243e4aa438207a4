"""Placing landmarks with mouse and keys: the truth of a virtual patient comes back, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from screens import bring_up, unspoken

from carm_gui.views.place_dialog import PlaceDialog
from sim.landmarks import KEYS
from sim.patient.load import load_patient
from sim.patient.markups import read_landmarks
from sim.survey import meeting


@pytest.fixture(scope="module")
def truth():
    return load_patient("virtual")


@pytest.fixture(scope="module")
def pictures():
    """What the first dialogue made, so that the others need not make it again."""
    return {}


@pytest.fixture(autouse=True)
def made_once(monkeypatch, pictures):
    make = PlaceDialog._make_pictures

    def once(dialog, tell):
        if "made" not in pictures:
            pictures["made"] = make(dialog, tell)
        return pictures["made"]

    monkeypatch.setattr(PlaceDialog, "_make_pictures", once)


@pytest.fixture
def opened(qtbot, truth, tmp_path):
    """`opened(marks)` -> a shown dialogue on the virtual patient that knows the landmarks `marks` alone."""
    made = []

    def start(marks=(), target=tmp_path / "placed.mrk.json", patient=None):
        known = {key: truth.landmarks[key] for key in marks}
        dialog = PlaceDialog(patient or replace(truth, landmarks=known), target)
        qtbot.addWidget(dialog)
        dialog.resize(1280, 800)
        bring_up(qtbot, dialog)
        made.append(dialog)
        qtbot.waitUntil(lambda: dialog.ready or bool(dialog.job.problem), timeout=120000)
        return dialog

    yield start
    for dialog in made:
        if dialog.placing is not None:
            dialog.placing.mark_saved()
        dialog.close()


def at(dialog, view, point) -> QPoint:
    """The widget pixel where a patient point is shown, as a hand would hit it."""
    picture = dialog.pictures[view]
    return picture.to_widget(dialog.placing.views[view].project(np.array(point))).toPoint()


def click(dialog, view, point) -> None:
    QTest.mouseClick(dialog.pictures[view], Qt.MouseButton.LeftButton, pos=at(dialog, view, point))


def test_all_fourteen_come_back_within_two_millimetres(opened, truth, tmp_path):
    dialog = opened()
    for n, key in enumerate(KEYS):
        assert dialog.current == key  # the list goes on by itself
        assert dialog.progress.text() == f"{n} of 14 placed"
        click(dialog, "ap", truth.landmarks[key])
        assert dialog.pictures["lateral"].line is not None
        click(dialog, "lateral", truth.landmarks[key])
    assert dialog.progress.text() == "14 of 14 placed"
    QTest.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    kept = read_landmarks(tmp_path / "placed.mrk.json")
    off = {key: np.linalg.norm(np.subtract(kept[key], truth.landmarks[key])) for key in KEYS}
    assert max(off.values()) < 2.0, off
    assert "Saved 14 of 14" in dialog.status.text()
    assert dialog.close()


def test_dragging_adjusts_and_undo_brings_back(opened, truth):
    dialog = opened(["t1", "carina"])
    picture = dialog.pictures["ap"]
    start = at(dialog, "ap", truth.landmarks["carina"])
    dialog.choose("skull")
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(picture, start + QPoint(20, 0))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=start + QPoint(20, 0))
    assert dialog.current == "carina"
    moved = dialog.placing.positions()["carina"]
    assert moved[0] > truth.landmarks["carina"][0] + 10  # the picture's right is the patient's left
    assert moved[2] == pytest.approx(truth.landmarks["carina"][2], abs=3)
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_allclose(dialog.placing.positions()["carina"], truth.landmarks["carina"], atol=1e-6)
    QTest.keyClick(dialog, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_allclose(dialog.placing.positions()["carina"], moved, atol=1e-6)


def test_zoomed_in_a_click_means_the_same_place(opened, truth):
    dialog = opened()
    dialog.choose("t12")
    for view in ("ap", "lateral"):
        dialog.pictures[view].magnify(4.0, QPointF(at(dialog, view, truth.landmarks["t12"])))
        click(dialog, view, truth.landmarks["t12"])
    assert np.linalg.norm(np.subtract(dialog.placing.positions()["t12"], truth.landmarks["t12"])) < 0.5


def test_by_keys_alone(opened, truth, tmp_path):
    dialog = opened()
    dialog.choose("carina")
    for view in ("ap", "lateral"):
        picture = dialog.pictures[view]
        picture.setFocus()
        goal = at(dialog, view, truth.landmarks["carina"]) - picture.to_widget(
            (picture._middle.x(), picture._middle.y())
        ).toPoint()  # fmt: skip
        for amount, plus, minus in (
            (goal.x(), Qt.Key.Key_Right, Qt.Key.Key_Left),
            (goal.y(), Qt.Key.Key_Down, Qt.Key.Key_Up),
        ):
            tens, ones = divmod(abs(amount), 10)
            for _ in range(tens):
                QTest.keyClick(picture, plus if amount > 0 else minus, Qt.KeyboardModifier.ShiftModifier)
            for _ in range(ones + (amount == 0)):
                QTest.keyClick(picture, plus if amount > 0 else minus)
        QTest.keyClick(picture, Qt.Key.Key_Return)
    assert np.linalg.norm(np.subtract(dialog.placing.positions()["carina"], truth.landmarks["carina"])) < 3.0
    dialog.choose("carina")
    QTest.keyClick(dialog.pictures["ap"], Qt.Key.Key_Delete)
    assert dialog.placing.positions() == {}


def test_everything_that_takes_the_focus_has_a_name_and_a_role(opened):
    assert unspoken(opened(["t1"])) == []


def test_clicks_that_disagree_stay_on_the_landmark_and_are_said(opened, truth):
    dialog = opened()
    dialog.choose("t1")
    click(dialog, "ap", truth.landmarks["t1"])
    click(dialog, "lateral", np.add(truth.landmarks["t1"], (0, 40.0, 0)))
    assert dialog.current == "t1"
    assert dialog.placing.meeting("t1").residual_mm > 30
    assert "can hardly mean the same point" in dialog.status.text()


def test_sides_exchanged_are_pointed_out(opened, truth):
    dialog = opened()
    for key, there in (("right_humeral_head", "left_humeral_head"), ("left_humeral_head", "right_humeral_head")):
        dialog.choose(key)
        click(dialog, "ap", truth.landmarks[there])
        click(dialog, "lateral", truth.landmarks[there])
    assert "its sides are swapped" in dialog.status.text()


def test_it_warns_by_the_laws_and_in_the_words_by_which_it_would_not_save(opened, truth, tmp_path):
    """One that only the reading of a file once asked: the midline tells a single side."""
    dialog = opened(["t1"])
    dialog.choose("right_humeral_head")
    high = dialog.pictures["ap"].height()
    for view in ("ap", "lateral"):
        click(dialog, view, truth.landmarks["left_humeral_head"])
    said = "What is placed has T1 to the right of the right humeral head: its sides are swapped."
    assert said in dialog.status.text()
    assert dialog.pictures["ap"].height() == high  # it does not move under the mouse
    assert not dialog.save_to(tmp_path / "placed.mrk.json")
    assert dialog.status.text() == said
    assert not (tmp_path / "placed.mrk.json").exists()


def test_part_of_the_set_is_saved_and_opened_again(opened, truth, tmp_path):
    dialog = opened()
    dialog.choose("carina")
    for view in ("ap", "lateral"):
        click(dialog, view, truth.landmarks["carina"])
    dialog.choose("skull")
    click(dialog, "ap", truth.landmarks["skull"])  # half of one is not saved
    assert dialog.save_to(tmp_path / "placed.mrk.json")
    kept = read_landmarks(tmp_path / "placed.mrk.json")
    assert list(kept) == ["carina"]
    again = opened(patient=replace(truth, landmarks=kept))
    np.testing.assert_allclose(again.placing.positions()["carina"], kept["carina"], atol=1e-3)
    assert not again.placing.changed
    assert not again.save_button.isEnabled()


def test_closing_asks_before_anything_is_lost(opened, truth, tmp_path, qtbot):
    dialog = opened()
    dialog.choose("t1")
    for view in ("ap", "lateral"):
        click(dialog, view, truth.landmarks["t1"])
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.question.isVisible()
    dialog.target = tmp_path / "no" / "such" / "folder.mrk.json"
    qtbot.mouseClick(dialog._keep_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()  # it could not be written, so nothing closes
    assert "cannot be written" in dialog.status.text()
    dialog.target = tmp_path / "placed.mrk.json"
    qtbot.mouseClick(dialog._keep_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert list(read_landmarks(tmp_path / "placed.mrk.json")) == ["t1"]


def test_esc_lets_go_of_what_is_dragged_and_does_not_close(opened, truth):
    dialog = opened(["t1"])
    start = at(dialog, "ap", truth.landmarks["t1"])
    QTest.mousePress(dialog.pictures["ap"], Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(dialog.pictures["ap"], start + QPoint(30, 30))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    QTest.mouseRelease(dialog.pictures["ap"], Qt.MouseButton.LeftButton, pos=start + QPoint(30, 30))
    np.testing.assert_allclose(dialog.placing.positions()["t1"], truth.landmarks["t1"], atol=1e-6)


def test_clear_all_can_be_undone(opened):
    dialog = opened(["t1", "t12", "carina"])
    dialog.clear_all()
    assert dialog.placing.positions() == {}
    dialog.undo()
    assert set(dialog.placing.positions()) == {"t1", "t12", "carina"}


def test_pictures_that_cannot_be_made_are_one_sentence(opened, truth, monkeypatch, pictures):
    monkeypatch.setitem(pictures, "made", None)
    pictures.pop("made")

    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("sim.survey.SurveyView.render", fail)
    dialog = opened()
    assert not dialog.ready
    dialog._look()
    assert "not enough memory" in dialog.status.text()
    assert dialog.close()


def test_the_dialogue_and_the_geometry_agree(opened, truth):
    dialog = opened(["skull"])
    both = dialog.placing.clicks["skull"]
    met = meeting(dialog.placing.views["ap"], both["ap"], dialog.placing.views["lateral"], both["lateral"])
    np.testing.assert_allclose(met.point, truth.landmarks["skull"], atol=1e-6)


def test_the_second_picture_shows_a_slab_about_the_first_click(opened, truth, qtbot):
    dialog = opened()
    dialog.choose("right_elbow")
    whole = dialog.pictures["lateral"]._grey.copy()
    click(dialog, "ap", truth.landmarks["right_elbow"])
    qtbot.waitUntil(lambda: dialog.pictures["lateral"].shows_slab, timeout=30000)
    assert not dialog.pictures["ap"].shows_slab
    assert np.mean(dialog.pictures["lateral"]._grey != whole) > 0.2
    click(dialog, "lateral", truth.landmarks["right_elbow"])
    assert np.linalg.norm(np.subtract(dialog.placing.positions()["right_elbow"], truth.landmarks["right_elbow"])) < 2.0
    assert not dialog.pictures["lateral"].shows_slab
    np.testing.assert_array_equal(dialog.pictures["lateral"]._grey, whole)
    dialog.slab_button.setChecked(False)
    dialog.choose("left_elbow")
    click(dialog, "ap", truth.landmarks["left_elbow"])
    assert dialog.slabs._job is None
