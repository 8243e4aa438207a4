"""Accessibility of every dialogue and page beside the main window: names, and a focus that is seen, in every theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles import ScriptedModel
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from screens import WORK_MS, bring_up, changed, focusable, rgb, unspoken
from studies import protocol

from carm_gui import theme
from carm_gui.session import kept, questionnaires
from carm_gui.session.budget import Budget
from carm_gui.session.recording import Line, Recording
from carm_gui.session.replay import Player
from carm_gui.views.budget_dialog import BudgetDialog
from carm_gui.views.import_dialog import ImportDialog
from carm_gui.views.model_page import ModelPage
from carm_gui.views.questionnaire import QuestionnairePage
from carm_gui.views.recordings import Recordings
from carm_gui.views.replay import ReplayBar
from carm_gui.views.sheet import KeySheet
from carm_gui.views.study_bar import StudyBar
from carm_gui.views.study_pages import Page, ProctorPage
from inference.models.catalogue import Entry
from inference.models.fit import Machine
from inference.models.interchange import Interchangeable
from sim.patient import imported

GB = 1_000_000_000


def models(qtbot):
    machine = Machine("", 0, 0, 16 * GB, 9 * GB)
    entries = [Entry("scripted", "Scripted", True, True, "runs on any processor", "here", "Apache-2.0")]
    page = ModelPage(Interchangeable(ScriptedModel("[1]")), lambda name: None, lambda: (machine, entries))
    page.show()
    qtbot.waitUntil(lambda: page.list.count() == 2, timeout=WORK_MS)
    page.list.setCurrentRow(1)
    return page


def patients(qtbot):
    dialog = ImportDialog()
    dialog.take("/nowhere")
    qtbot.waitUntil(lambda: not dialog.busy, timeout=WORK_MS)
    qtbot.wait(60)
    return dialog


def proctor(qtbot):
    page = ProctorPage(protocol(), lambda code: "")
    page.line.setText("P01")
    return page


def bar(qtbot):
    strip = StudyBar()
    strip.show_task("Trial 1 of 4", "Go to the skull.")
    strip.ask_choice()
    return strip


def replay(qtbot):
    return ReplayBar(Player(Recording(Path(), {}, (Line(1, 5.0, "note", {"text": "Begun.", "level": "info"}),))))


MADE = {
    "recordings": lambda qtbot: Recordings(),
    "budget": lambda qtbot: BudgetDialog(Budget()),
    "patients": patients,
    "models": models,
    "keys": lambda qtbot: KeySheet(),
    "proctor": proctor,
    "page": lambda qtbot: Page("Welcome", "Thank you.", "Begin"),
    "sliders": lambda qtbot: QuestionnairePage(questionnaires.load("raw-tlx")),
    "buttons": lambda qtbot: QuestionnairePage(questionnaires.load("sus")),
    "bar": bar,
    "replay": replay,
}


@pytest.fixture(params=sorted(MADE))
def shown(request, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(imported, "data_dir", lambda *parts: tmp_path)
    monkeypatch.setattr(kept, "data_dir", lambda *parts: tmp_path)
    widget = MADE[request.param](qtbot)
    qtbot.addWidget(widget)
    widget.resize(1000, 700)
    bring_up(qtbot, widget)
    return widget


def test_everything_that_takes_the_focus_has_a_name_and_a_role(shown):
    assert focusable(shown)
    assert unspoken(shown) == []


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_the_focus_is_seen_wherever_it_is(qtbot, shown, name):
    """A ring all round: a change of at least as many pixels as its own width has."""
    theme.dress(shown, theme.apply(QApplication.instance(), name))
    QApplication.processEvents()
    unseen = []
    for part in focusable(shown):
        if QApplication.focusWidget() is not None:
            QApplication.focusWidget().clearFocus()
        QApplication.processEvents()
        before = rgb(shown)
        part.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if changed(before, rgb(shown)) < part.width():
            unseen.append(f"{type(part).__name__} {part.accessibleName()}")
    assert unseen == []
