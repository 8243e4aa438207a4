"""What a screen reader is given, asked through Qt's own accessibility: names, states, announcements, and the order in
which Tab goes."""

from types import SimpleNamespace

import pytest
from doubles import ARRIVED, ScriptedModel, move_reply
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication
from screens import WORK_MS

from carm_gui import showing
from inference.prompts import correct_reply

UP_90 = move_reply("CENTER", "NONE", "UP", "LARGE")
ASSERTIVE = QAccessible.AnnouncementPoliteness.Assertive


@pytest.fixture
def spoken(monkeypatch):
    """(text, urgent) of every announcement that reaches Qt."""
    found = []

    def take(event):
        if event.type() == QAccessible.Event.Announcement:
            found.append((event.message(), event.politeness() == ASSERTIVE))

    active = SimpleNamespace(
        AnnouncementPoliteness=QAccessible.AnnouncementPoliteness, isActive=lambda: True, updateAccessibility=take
    )
    monkeypatch.setattr(showing, "QAccessible", active)
    return found


def said_of(widget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return f"{face.text(QAccessible.Text.Name)}: {face.text(QAccessible.Text.Description)}"


def heard(spoken, *words):
    return [text for text, _ in spoken if all(word in text for word in words)]


def test_proposal_moving_stopped_and_arrived_are_told_and_can_be_asked(qtbot, rehearsal, until, spoken):
    window = rehearsal(ScriptedModel(UP_90, ARRIVED))
    live = window.live
    assert said_of(live) == "Live picture: live, AP"
    window.say("align to the skull")
    until(window, "waiting")
    assert heard(spoken, "Proposed", "90 mm toward the head")
    assert "proposed 90 mm toward the head" in said_of(live)
    card = window.assistant.waiting
    qtbot.waitUntil(card.accept.isVisible)
    for button, name in ((card.accept, "Accept"), (card.reject, "Reject"), (card.correct, "Correct")):
        face = QAccessible.queryAccessibleInterface(button)
        assert face.role() == QAccessible.Role.Button
        assert face.text(QAccessible.Text.Name).startswith(name)
        assert face.text(QAccessible.Text.Description).startswith("Key ")

    window.accept()
    until(window, "moving")
    qtbot.waitUntil(lambda: "moving" in said_of(live))
    assert "proposed" not in said_of(live)
    assert heard(spoken, "Moving", "90 mm")

    until(window, "arrived")
    assert heard(spoken, "Stopped at AP")
    assert heard(spoken, "skull is centred")
    assert "moving" not in said_of(live)


def test_a_whole_rehearsal_is_heard_once_and_in_short_sentences(qtbot, rehearsal, until, spoken):
    window = rehearsal(
        ScriptedModel(UP_90, correct_reply("The arch of the aorta is in view.", ["skull", "carina"]), UP_90, ARRIVED)
    )
    line = window.command.line

    def typed(text: str) -> None:
        qtbot.keyClicks(line, text)
        qtbot.keyClick(line, Qt.Key.Key_Return)

    typed("align to the skull")
    until(window, "waiting")
    qtbot.keyClick(line, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    typed("that is the carina")
    qtbot.waitUntil(lambda: len(heard(spoken, "Sees")) == 2, timeout=WORK_MS)
    until(window, "waiting")
    qtbot.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(window, "arrived", timeout=WORK_MS)
    typed("go down 90 mm")
    until(window, "moving")
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    until(window, "halted")
    typed("flubber the dingus")
    qtbot.waitUntil(lambda: bool(heard(spoken, "not understood")))
    words = [text for text, _ in spoken]
    assert words == [
        "Understood: align to the skull.",
        "Sees T1. Proposed: view 90 mm toward the head. Accept or reject?",
        "Why? Enter alone lets it look again.",
        "Rejected.",
        "The model reads the skull or the carina at the centre.",
        "Sees T1. Proposed: view 90 mm toward the head. Accept or reject?",
        "Moving: view 90 mm toward the head.",
        "Stopped at AP.",
        "The model says the skull is centred.",
        "Moving: view 90 mm toward the feet.",
        "Halted. Nothing moves until you say so.",
        "That was not understood. Say align to the skull.",
    ]


def test_a_halt_breaks_into_what_is_being_said(qtbot, rehearsal, until, spoken):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.say("go up 90 mm")
    until(window, "moving")
    qtbot.keyClick(window.command.line, Qt.Key.Key_Escape)
    until(window, "halted")
    assert "halted" in said_of(window.live)
    assert any(urgent and "Halted" in text for text, urgent in spoken)
    assert not any(urgent for text, urgent in spoken if "Halted" not in text)


def test_tab_does_not_lead_through_a_pane_that_another_covers(qtbot, rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    window.arrange("one")
    QApplication.processEvents()
    assert window.desk.is_behind(window.reference.strip)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        window.command.line.setFocus()
        passed = []
        for _ in range(120):
            qtbot.keyClick(QApplication.focusWidget(), key)
            passed.append(QApplication.focusWidget())
            if passed[-1] is window.command.line:
                break
        assert passed[-1] is window.command.line
        assert window.live in passed
        assert not [one for one in passed if window.reference.isAncestorOf(one)]


def test_every_part_has_a_name_that_says_what_it_is(rehearsal):
    window = rehearsal(ScriptedModel(ARRIVED))
    for widget, name in (
        (window.live, "Live picture"),
        (window.command.line, "Command line"),
        (window.where, "Where am I"),
        (window.where.room, "Room view"),
        (window.technique, "Technique and dose, simulated"),
        (window.technique.kv, "kV"),
        (window.reference.strip, "Exposures"),
        (window.assistant.scroll, "Conversation"),
    ):
        assert said_of(widget).startswith(name), said_of(widget)


def test_tab_goes_from_the_line_to_the_picture_and_then_pane_by_pane(qtbot, rehearsal, until):
    window = rehearsal(ScriptedModel(UP_90))
    window.say("align to the skull")
    until(window, "waiting")
    qtbot.waitUntil(window.assistant.waiting.accept.isVisible)
    window.command.line.setFocus()
    panes = {"picture": window.live, "where": window.where, "reference": window.reference,
             "assistant": window.assistant, "technique": window.technique, "line": window.command}  # fmt: skip
    order, buttons = ["line"], []
    for _ in range(120):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        name = next((n for n, pane in panes.items() if pane is focus or pane.isAncestorOf(focus)), None)
        if name == "assistant":
            buttons.append(focus)
        if name is not None and name != order[-1]:
            order.append(name)
        if focus is window.command.line:
            break
    assert order[:3] == ["line", "picture", "assistant"]
    assert order[-1] == "line"
    assert len(order) == len(set(order)) + 1, f"a pane is entered twice: {order}"
    assert {"where", "assistant", "technique"} <= set(order)
    card = window.assistant.waiting
    asked = [button for button in buttons if button in (card.accept, card.reject, card.correct)]
    assert asked == [card.accept, card.reject, card.correct]
