"""The first-run tour: five steps by keyboard or buttons, skipped at will, never seen twice, and Esc still halts."""

import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import Qt

from carm_gui.settings import Settings
from carm_gui.views.tour import Tour


@pytest.fixture
def touring(rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.show_tour()
    return window


def test_five_steps_each_beside_its_part_and_within_the_window(qtbot, touring):
    tour: Tour = touring.tour
    assert len(tour.stops) == 5
    for n in range(5):
        assert tour.place == n
        assert f"step {n + 1} of 5" in tour.accessibleName()
        assert tour.rect().contains(tour.card.geometry())
        spot = tour.spot()
        assert spot.isValid()
        overlap = spot.intersected(tour.card.geometry())
        assert overlap.width() * overlap.height() < 0.35 * spot.width() * spot.height()
        if n < 4:
            qtbot.keyClick(tour, Qt.Key.Key_Return)


def test_the_last_step_ends_it_and_it_is_not_shown_again(qtbot, touring):
    tour = touring.tour
    for _ in range(5):
        qtbot.keyClick(tour, Qt.Key.Key_Right)
    assert touring.settings.toured
    assert touring.command.line.hasFocus()
    touring.close()
    assert Settings.load(touring.settings.path).toured


def test_it_is_skipped_with_one_key_and_that_halts(qtbot, touring, until):
    qtbot.keyClick(touring.tour, Qt.Key.Key_Escape)
    assert touring.settings.toured
    until(touring, "halted")


def test_back_goes_back(qtbot, touring):
    qtbot.keyClick(touring.tour, Qt.Key.Key_Return)
    qtbot.keyClick(touring.tour, Qt.Key.Key_Left)
    qtbot.keyClick(touring.tour, Qt.Key.Key_Left)
    assert touring.tour.place == 0


def test_nothing_behind_it_takes_a_key(qtbot, touring):
    beam = touring.technique.on
    for key in (Qt.Key.Key_B, Qt.Key.Key_A, Qt.Key.Key_X):
        qtbot.keyClick(touring.tour, key)
    qtbot.wait(30)
    assert touring.technique.on == beam
    assert touring.command.line.text() == ""
