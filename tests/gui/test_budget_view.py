"""The budget of an alignment: seen in the assistant's head, set in a dialogue, kept for the next start."""

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import Qt
from screens import bring_up

from carm_gui.session.budget import Budget, Spent
from carm_gui.settings import Settings
from carm_gui.views.budget_dialog import BudgetDialog
from carm_gui.views.model_header import ModelHeader

UP_30 = move_reply("CENTER", "NONE", "UP", "SMALL")


@pytest.fixture
def dialog(qtbot):
    made = BudgetDialog(Budget(steps=7))
    qtbot.addWidget(made)
    made.got = []
    made.wanted.connect(made.got.append)
    bring_up(qtbot, made)
    return made


def write(qtbot, line, text):
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_it_opens_with_what_holds_and_enter_sets_what_was_typed(qtbot, dialog):
    assert dialog.typed() == Budget(steps=7)
    assert dialog.lines["steps"].hasFocus()
    write(qtbot, dialog.lines["steps"], "5")
    write(qtbot, dialog.lines["travel_mm"], "400")
    write(qtbot, dialog.lines["dose_gycm2"], "2,5")
    qtbot.keyClick(dialog.lines["dose_gycm2"], Qt.Key.Key_Return)
    assert dialog.got == [Budget(steps=5, travel_mm=400.0, dose_gycm2=2.5)]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("steps", "0", "Replies of the model in one alignment must be a whole number above 0."),
        ("steps", "2.5", "Replies of the model in one alignment must be a whole number above 0."),
        ("travel_mm", "far", "Travel of the view in one alignment must be a number above 0."),
        ("step_dose_gycm2", "", "Dose in one step must be a number above 0."),
        ("dose_gycm2", "inf", "Dose in one alignment must be a number above 0."),
        ("step_travel_mm", "-3", "Travel of the view in one step must be a number above 0."),
    ],
)
def test_what_is_no_budget_is_said_and_not_set(qtbot, dialog, name, text, said):
    dialog.lines[name].setText(text)
    assert dialog.problem.text() == said
    dialog.set.click()
    assert dialog.got == []
    assert dialog.isVisible()
    assert dialog.lines[name].hasFocus()
    dialog.usual.click()
    assert dialog.problem.text() == ""
    dialog.set.click()
    assert dialog.got == [Budget()]


def test_an_armed_run_is_not_said_to_move_where_nothing_is_under_way(qtbot):
    header = ModelHeader()
    qtbot.addWidget(header)
    header.show_armed(True)
    assert header.armed_line.text() == "Armed for the next alignment. Esc ends it."
    header.show_state("waiting")
    assert header.armed_line.text() == "Armed: it moves unless you reject. Esc halts."


def test_the_head_shows_what_there_is_and_then_what_is_used(qtbot):
    header = ModelHeader()
    qtbot.addWidget(header)
    header.show_budget(Budget(steps=5, travel_mm=400.0, dose_gycm2=2.5))
    assert header.budget.text() == "Budget 5 steps · 400 mm · 2.5 Gy cm² ›"
    header.show_spent(Spent(2, 120.0, 0.31), Budget(steps=5, travel_mm=400.0, dose_gycm2=2.5))
    assert header.budget.text() == "Used 2/5 steps · 120/400 mm · 0.3/2.5 Gy cm² ›"
    assert header.budget.accessibleName().startswith("Used 2 of 5 steps · 120 of 400 mm")


def test_a_budget_set_in_the_window_stops_the_next_alignment_and_is_kept(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_30, UP_30, ARRIVED))
    window.assistant.header.budget.click()
    dialog = window.budget_dialog
    write(qtbot, dialog.lines["steps"], "1")
    qtbot.keyClick(dialog.lines["steps"], Qt.Key.Key_Return)
    assert window.session.status.budget == Budget(steps=1)
    assert Settings.load(window.settings.path).budget == Budget(steps=1)
    window.say("align to the skull")
    until(window, "waiting")
    window.accept()
    qtbot.waitUntil(lambda: "1 step is used up" in said(window), timeout=8000)
    assert window.assistant.header.budget.text().startswith("Used 1/1 steps · 30/1200 mm")


def said(window):
    cards = [card.layout().itemAt(0).widget() for card in window.assistant.cards if card.layout() is not None]
    return " | ".join(part.text() for part in cards if hasattr(part, "text"))
