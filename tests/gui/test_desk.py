"""The panes: every layout shows them all, they float and come back, and the arrangement survives a restart."""

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QTabBar
from screens import WORK_MS, bring_up

from carm_gui import theme
from carm_gui.dressing import parts
from carm_gui.settings import Settings
from carm_gui.style import style_sheet
from carm_gui.views.import_dialog import ImportDialog
from carm_gui.window import Window

PANES = ("where", "reference", "assistant")


@pytest.fixture
def opened(qtbot, tmp_path):
    made = []

    def start(width=1280, height=800):
        window = Window(Settings.load(tmp_path / "window.json"))
        qtbot.addWidget(window)
        window.resize(width, height)
        with qtbot.waitExposed(window, timeout=WORK_MS):
            window.show()
        made.append(window)
        return window

    yield start
    for window in made:
        window.close()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (1000, 660)])
def test_everything_fits_and_the_picture_is_the_largest(opened, size):
    window = opened(*size)
    QApplication.processEvents()
    inside = window.centralWidget().rect()
    for part in (window.live, window.technique, window.command, window.where, window.assistant):
        assert part.isVisible()
        corner = part.mapTo(window.centralWidget(), part.rect().bottomRight())
        assert inside.contains(corner), part
        assert part.width() >= part.minimumSizeHint().width()
    square = window.live.square().width()
    assert square > 0.35 * size[0] if size[0] < 1100 else square > 0.42 * size[0]


def test_full_hd_at_twice_the_size_leaves_nothing_out_of_reach(qtbot, opened):
    """960 x 540 less a title bar: the controls that do not fit are scrolled to, by Tab as well."""
    window = opened(960, 508)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (960, 508)
    inside = window.centralWidget().rect()
    for part in (window.live, window.technique, window.command, window.assistant, window.desk.panes["where"]):
        assert part.isVisible()
        assert inside.contains(part.mapTo(window.centralWidget(), part.rect().bottomRight())), part
    assert window.where.width() <= window.where.parentWidget().width()  # beside its scroll bar
    last = list(window.where.drive.buttons.values())[-1]
    assert last.visibleRegion().isEmpty()
    bring_up(qtbot, window)
    window.where.map.setFocus()
    qtbot.waitUntil(window.where.map.hasFocus)
    for _ in range(40):
        if QApplication.focusWidget() is last:
            break
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is last
    assert not last.visibleRegion().isEmpty()


def test_a_window_that_is_made_smaller_takes_it_from_the_panes(qtbot, opened):
    window = opened(1920, 1080)
    QApplication.processEvents()
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.live.width() > 0.3 * 1240, timeout=2000)
    assert window.where.width() >= window.where.minimumWidth()


def test_a_tall_pane_has_the_readout_under_a_map_of_its_whole_width(opened):
    window = opened(1920, 1080)
    QApplication.processEvents()
    where = window.where
    assert where.readout.y() >= where.map.geometry().bottom()
    assert where.map.width() > 0.9 * where.width() - 20
    window.resize(1280, 800)
    QApplication.processEvents()
    assert where.readout.x() >= where.map.geometry().right()
    assert where.readout.accessibleDescription().startswith("LAO 0°, CRAN 0°, left 0, head 0, front 0")


@pytest.mark.parametrize("size", [(960, 508), (920, 480), (1280, 800)])
def test_the_palette_lies_within_the_window(opened, size):
    window = opened(*size)
    window.show_palette()
    QApplication.processEvents()
    assert window.centralWidget().rect().contains(window.palette_box.geometry())


def test_a_dialogue_is_no_larger_than_the_screen(opened, monkeypatch):
    class Screen:
        def availableSize(self):  # noqa: N802
            return QSize(960, 540)

    monkeypatch.setattr(ImportDialog, "screen", lambda self: Screen())
    dialog = ImportDialog(opened())
    assert (dialog.width(), dialog.height()) == (920, 508)
    assert dialog.minimumSizeHint().height() < 508


def test_a_size_that_the_screen_has_no_room_for_is_taken_and_said(opened, monkeypatch):
    window = opened()
    said = []
    monkeypatch.setattr(window.assistant, "show_note", lambda text, level="info": said.append((text, level)))

    class Screen:
        def availableSize(self):  # noqa: N802
            return QSize(1920, 1050)

    monkeypatch.setattr(window, "screen", Screen)
    window.enlarge(200)
    assert [level for _, level in said] == ["info"]
    window.settings.size = 1.0
    monkeypatch.setattr(Screen, "availableSize", lambda self: QSize(1280, 770))
    window.enlarge(200)
    assert said[-1] == ("This screen is too small for it: the window's edges will lie outside.", "warning")
    assert window.settings.size == 2.0


def test_a_window_begins_no_larger_than_its_screen(opened, monkeypatch):
    window = opened()

    class Screen:
        def availableSize(self):  # noqa: N802
            return QSize(1100, 700)

    monkeypatch.setattr(window, "screen", Screen)
    window.keep_on_screen()
    assert window.width() == 1100
    assert window.height() < 700


@pytest.mark.parametrize("name", ["one", "wide", "two"])
def test_every_layout_has_every_pane(opened, name):
    window = opened()
    window.arrange(name)
    QApplication.processEvents()
    assert window.desk.layout_name == name
    assert all(window.desk.is_shown(pane) for pane in PANES)
    floating = {pane for pane in PANES if window.desk.panes[pane].isFloating()}
    assert floating == ({"where", "reference"} if name == "two" else set())


def test_a_wide_window_gets_the_wide_layout(opened):
    assert opened(1920, 1080).desk.layout_name == "wide"


def test_a_floating_pane_that_is_closed_comes_back(qtbot, opened):
    window = opened()
    window.desk.float_pane("reference")
    pane = window.desk.panes["reference"]
    assert pane.isFloating()
    assert not window.reference.isHidden()

    class Spontaneous(QEvent):
        def spontaneous(self):
            return True

    pane.closeEvent(Spontaneous(QEvent.Type.Close))
    qtbot.waitUntil(lambda: not pane.isFloating())
    assert window.desk.is_shown("reference")


def test_a_pane_is_hidden_and_shown_by_its_action(opened):
    window = opened()
    window.actions_by_name["pane_where"].trigger()
    assert not window.desk.is_shown("where")
    window.actions_by_name["pane_where"].trigger()
    assert window.desk.is_shown("where")


def test_a_pane_behind_a_tab_comes_to_the_front_first(opened):
    window = opened()
    QApplication.processEvents()
    window.desk.toggle("reference")
    QApplication.processEvents()
    assert window.desk.is_shown("reference")
    assert not window.reference.visibleRegion().isEmpty()


def test_the_arrangement_and_the_display_survive_a_restart(qtbot, opened):
    first = opened()
    first.arrange("wide")
    first.actions_by_name["pane_where"].trigger()
    first.flip("flip_horizontal")
    first.live.turn(90)
    first.toggle_round()
    first.wear("contrast")
    first.close()
    second = opened()
    assert second.desk.layout_name == "wide"
    assert not second.desk.is_shown("where")
    assert second.live.display.flip_horizontal
    assert second.live.display.rotation_deg == 90
    assert second.live.round_field
    assert second.theme.name == "contrast"


def test_other_colours_reach_every_window_and_leave_no_card_out(qtbot, opened):
    first, second = opened(), opened()
    for n in range(80):
        first.assistant.show_note(f"Note {n}.")
    first.assistant.lay_out()
    QApplication.processEvents()
    first.wear("light")
    first.wear("contrast")
    first.assistant.show_note("One more.")
    assert first.theme.name == second.theme.name == "contrast"
    worn = style_sheet(theme.CONTRAST)

    def through() -> bool:
        every = [part for window in (first, second) for part in parts(window)]
        return all(part.styleSheet() == worn for part in every) and all(
            card.isVisible() for card in first.assistant.cards
        )

    qtbot.waitUntil(through, timeout=WORK_MS)
    inks = {card.findChild(QLabel).palette().windowText().color().name() for card in first.assistant.cards}
    assert inks == {theme.CONTRAST.dim}


def test_an_arrangement_that_cannot_be_read_is_the_usual_one(qtbot, tmp_path):
    window = Window(Settings(desk="zz☃", layout="nonsense", geometry="q"))
    qtbot.addWidget(window)
    window.show()
    assert window.desk.layout_name in ("one", "wide")
    assert all(window.desk.is_shown(pane) for pane in PANES)
    window.close()


def test_f6_goes_from_pane_to_pane_and_comes_round(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    seen = []
    for _ in range(12):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
    assert {window.live, window.where.map, window.technique.button, window.assistant.scroll} <= set(seen)
    assert window.command.line in seen


def test_a_proposal_brings_the_conversation_to_the_front_but_not_back_from_where_it_was_put_away(
    qtbot, rehearsal, until
):
    window = rehearsal(ScriptedModel(move_reply("CENTER", "NONE", "UP", "LARGE")))
    window.arrange("one")
    window.desk.bring("reference")
    QApplication.processEvents()
    assert window.assistant.visibleRegion().isEmpty()
    window.say("align to the skull")
    until(window, "waiting")
    qtbot.waitUntil(lambda: not window.assistant.visibleRegion().isEmpty())
    window.desk.panes["assistant"].hide()
    window.say("align to the skull")
    qtbot.wait(150)
    assert not window.desk.is_shown("assistant")


def test_no_tabs_are_left_behind_by_an_earlier_layout(opened):
    """Qt keeps the tab bar of each arrangement; a stale one stood behind the panes and took the focus."""
    window = opened(1920, 1080)
    for name in ("one", "wide", "one", "wide", "two", "wide", "one"):
        window.arrange(name)
        for _ in range(3):
            QApplication.processEvents()
        bars = window.desk.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        shown = [bar for bar in bars if bar.isVisible() and bar.count() > 1]
        assert len(shown) == (name == "one"), name
    shown[0].setCurrentIndex(1)
    QApplication.processEvents()
    assert not window.reference.visibleRegion().isEmpty(), "the tabs that are seen are the ones in use"
