"""A change of theme: part by part, in steps between which keys are taken, and nothing left in the colours before."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QVBoxLayout, QWidget
from screens import WORK_MS

from carm_gui import theme
from carm_gui.dressing import Bare, parts
from carm_gui.settings import Settings
from carm_gui.style import style_sheet
from carm_gui.views.widgets import label
from carm_gui.window import Window


@pytest.fixture
def window(qtbot):
    window = Window(Settings(toured=True))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window, timeout=WORK_MS):
        window.show()
    yield window
    window.close()


def ink(words: QLabel) -> str:
    return words.palette().windowText().color().name()


def worn_by_all(window, colours) -> bool:
    return all(part.styleSheet() == style_sheet(colours) for part in parts(window))


def test_the_window_itself_wears_no_sheet_and_every_part_of_it_does(window):
    assert window.styleSheet() == window.centralWidget().styleSheet() == ""
    assert isinstance(window.centralWidget(), Bare)
    shown = [part for part in parts(window) if part.isVisible()]
    panes = window.desk.panes.values()
    assert {window.menuBar(), window.live, *panes, window.technique, window.command} <= set(shown)
    assert {part.styleSheet() for part in shown} == {style_sheet(theme.DARK)}
    assert {part.font().family() for part in shown} == {theme.font().family()}


def test_what_comes_later_wears_the_colours_of_the_day_and_the_next(qtbot, window):
    window.wear("light")
    qtbot.waitUntil(lambda: worn_by_all(window, theme.LIGHT), timeout=WORK_MS)
    dialogue = QDialog(window)
    words, menu, strip = label("words", tone="dim"), QMenu(window), label("a strip", tone="dim")
    QVBoxLayout(dialogue).addWidget(words)
    dialogue.show()
    window.centralWidget().layout().insertWidget(0, strip)
    menu.addAction("one")
    menu.popup(window.pos())
    qtbot.waitUntil(lambda: ink(words) == ink(strip) == theme.LIGHT.dim, timeout=WORK_MS)
    assert menu.styleSheet() == style_sheet(theme.LIGHT)
    menu.close()
    window.wear("contrast")
    qtbot.waitUntil(lambda: ink(words) == ink(strip) == theme.CONTRAST.dim, timeout=WORK_MS)
    qtbot.waitUntil(lambda: worn_by_all(window, theme.CONTRAST), timeout=WORK_MS)
    dialogue.close()


def test_no_part_holds_half_of_the_window(window):
    sizes = [len(part.findChildren(QWidget)) for part in parts(window)]
    assert max(sizes) < sum(sizes) / 2


class Paints(QObject):
    """How often a widget was painted."""

    count = 0

    def eventFilter(self, watched, event) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_whatever_else_is_painted_meanwhile_all_of_it_is_painted_anew_each_time(qtbot, window):
    paints = Paints()
    window.technique.installEventFilter(paints)
    for colours in (theme.LIGHT, theme.CONTRAST, theme.DARK) * 3:  # the dot of the model that loads turns all the while
        before = paints.count
        window.wear(colours.name)
        qtbot.waitUntil(lambda worn=colours: worn_by_all(window, worn), timeout=WORK_MS)
        qtbot.waitUntil(lambda before=before: paints.count > before, timeout=WORK_MS)


def test_another_palette_paints_each_part_once(qtbot, window):
    qtbot.wait(200)  # what the showing has left to paint
    paints = Paints()
    window.technique.installEventFilter(paints)
    QApplication.setPalette(theme.palette(theme.LIGHT))
    qtbot.waitUntil(lambda: paints.count > 0, timeout=WORK_MS)
    QApplication.setPalette(theme.palette(theme.DARK))
    assert paints.count == 1


def test_a_key_comes_through_between_two_steps_and_esc_is_seen_in_each(qtbot, window, monkeypatch):
    halts = []
    monkeypatch.setattr(window, "halt", lambda: halts.append(True))
    for n in range(40):
        window.assistant.show_note(f"Note {n}.")
    window.assistant.lay_out()
    QApplication.processEvents()
    window.toggle_theme()
    while not (worn_by_all(window, theme.LIGHT) and all(card.isVisible() for card in window.assistant.cards)):
        qtbot.keyClick(window.command.line, Qt.Key.Key_Escape)
        QApplication.processEvents()
    assert len(halts) > 3
