"""The line: what it says it understood, its history, and that nothing but Enter sends it."""

import pytest
from PySide6.QtCore import Qt

from carm_gui.session.judgement import as_rejection
from carm_gui.views.command_line import SEEN, CommandLine, rest_of
from inference.commands import parse


@pytest.fixture
def command(qtbot):
    widget = CommandLine(["align to the skull", "go up a bit"])
    qtbot.addWidget(widget)
    widget.show()
    widget.line.setFocus()
    widget.sent, widget.reasons = [], []
    widget.submitted.connect(widget.sent.append)
    widget.reason_given.connect(widget.reasons.append)
    return widget


def test_typing_says_what_would_be_understood_and_sends_nothing(qtbot, command):
    qtbot.keyClicks(command.line, "align to the skull")
    qtbot.waitUntil(lambda: "Understood" in command.hint.text())
    assert parse("align to the skull").echo() in command.hint.text()
    assert command.sent == []
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.sent == ["align to the skull"]
    assert command.line.text() == ""


def test_what_is_not_understood_is_said_before_it_is_sent(qtbot, command):
    qtbot.keyClicks(command.line, "align to the elbow")
    qtbot.waitUntil(lambda: "side" in command.hint.text().lower())
    assert command.sent == []


def test_enter_sends_what_was_typed_never_what_was_offered(qtbot, command):
    qtbot.keyClicks(command.line, "align to the sk")
    qtbot.waitUntil(lambda: command.line.rest == "ull")
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.sent == ["align to the sk"]


def test_the_right_arrow_takes_the_offered_rest(qtbot, command):
    qtbot.keyClicks(command.line, "align to the sk")
    qtbot.waitUntil(lambda: command.line.rest == "ull")
    qtbot.keyClick(command.line, Qt.Key.Key_Right)
    assert command.line.text() == "align to the skull"


@pytest.mark.parametrize(
    ("typed", "rest"),
    [("", ""), ("  ", ""), ("that's the skull", ""), ("that's the ", "skull"), ("that's  the s", "kull"), ("qqq", "")],
)
def test_the_rest_of_a_reason(typed, rest):
    assert rest_of(typed, SEEN) == rest


def test_history_goes_back_and_returns_to_the_draft(qtbot, command):
    qtbot.keyClicks(command.line, "draft")
    for key, text in (
        (Qt.Key.Key_Up, "go up a bit"),
        (Qt.Key.Key_Up, "align to the skull"),
        (Qt.Key.Key_Up, "align to the skull"),
        (Qt.Key.Key_Down, "go up a bit"),
        (Qt.Key.Key_Down, "draft"),
        (Qt.Key.Key_Down, "draft"),
    ):
        qtbot.keyClick(command.line, key)
        assert command.line.text() == text


def test_an_empty_line_sends_nothing(qtbot, command):
    qtbot.keyClicks(command.line, "   ")
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.sent == []


def test_a_reason_is_asked_for_and_the_draft_comes_back(qtbot, command):
    qtbot.keyClicks(command.line, "align to")
    command.ask_reason(2)
    assert "step 2" in command.hint.text()
    qtbot.keyClicks(command.line, "left elbow")
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.sent == []
    assert command.reasons == ["left elbow"]
    assert command.line.text() == "align to"


def test_enter_alone_lets_it_look_again(qtbot, command):
    command.ask_reason(1)
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.reasons == [""]


def test_a_reason_in_free_words_is_sent_as_typed(qtbot, command):
    command.ask_reason(1)
    qtbot.keyClicks(command.line, "the rib above")
    qtbot.waitUntil(lambda: "gives the model your words" in command.hint.text())
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.reasons == ["the rib above"]


@pytest.mark.parametrize(
    ("text", "kind", "landmark"),
    [
        ("left elbow", "reject", "left_elbow"),
        ("that's the left elbow", "reject", "left_elbow"),
        ("stop", "halt", None),
        ("look again", "reject", None),
        ("too low", "reject", None),
        ("higher", "reject", None),
        ("go up 500 cm", "reject", None),
        ("yes, go ahead", "accept", None),
        ("go to T12", "align", "t12"),
        ("", "reject", None),
    ],
)
def test_reasons_reject_unless_they_say_something_else(text, kind, landmark):
    action = as_rejection(text)
    assert (action.kind, action.landmark) == (kind, landmark)
