"""Accessibility of every dialogue and page beside the main window: names, and a focus that is seen, in every theme."""

from __future__ import annotations

import numpy as np
import pytest
from doubles import ScriptedModel
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from studies import protocol

from carm_gui import theme
from carm_gui.session import questionnaires
from carm_gui.views.import_dialog import ImportDialog
from carm_gui.views.model_page import ModelPage
from carm_gui.views.questionnaire import QuestionnairePage
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
    qtbot.waitUntil(lambda: page.list.count() == 2)
    page.list.setCurrentRow(1)
    return page


def patients(qtbot):
    dialog = ImportDialog()
    dialog.take("/nowhere")
    qtbot.waitUntil(lambda: not dialog.busy)
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


MADE = {
    "patients": patients,
    "models": models,
    "keys": lambda qtbot: KeySheet(),
    "proctor": proctor,
    "page": lambda qtbot: Page("Welcome", "Thank you.", "Begin"),
    "sliders": lambda qtbot: QuestionnairePage(questionnaires.load("raw-tlx")),
    "buttons": lambda qtbot: QuestionnairePage(questionnaires.load("sus")),
    "bar": bar,
}


@pytest.fixture(params=sorted(MADE))
def shown(request, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr(imported, "data_dir", lambda *parts: tmp_path)
    widget = MADE[request.param](qtbot)
    qtbot.addWidget(widget)
    widget.resize(1000, 700)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


def focusable(widget):
    return [
        part
        for part in [widget, *widget.findChildren(QWidget)]
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.focusProxy() is None
        and part.isVisible()
        and part.isEnabled()
        and not part.visibleRegion().isEmpty()
    ]


def pixels(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def test_everything_that_takes_the_focus_has_a_name(shown):
    parts = focusable(shown)
    assert parts
    assert [
        f"{type(part).__name__} in {type(part.parent()).__name__}"
        for part in parts
        if not part.accessibleName() and not (isinstance(part, QAbstractButton) and part.text())
    ] == []


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_the_focus_is_seen_wherever_it_is(qtbot, shown, name):
    """A ring all round: a change of at least as many pixels as its own width has."""
    theme.apply(QApplication.instance(), name)
    QApplication.processEvents()
    unseen = []
    for part in focusable(shown):
        if QApplication.focusWidget() is not None:
            QApplication.focusWidget().clearFocus()
        QApplication.processEvents()
        before = pixels(shown)
        part.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        changed = np.abs(pixels(shown) - before).max(axis=2) > 30
        if changed.sum() < part.width():
            unseen.append(f"{type(part).__name__} {part.accessibleName()}")
    assert unseen == []
