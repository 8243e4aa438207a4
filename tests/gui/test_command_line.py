"""The line: what it says it understood, its history, and that nothing but Enter sends it."""

import pytest
from PySide6.QtCore import Qt

from carm_gui.views.command_line import CommandLine, as_reason, rest_of
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
    [
        ("", ""),
        ("  ", ""),
        ("align to the skull", ""),
        ("align to the ", "skull"),
        ("align  to the s", "kull"),
        ("qqq", ""),
    ],
)
def test_rest_of_a_line(typed, rest):
    assert rest_of(typed) == rest


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
    assert [parse(text).as_dict() for text in command.reasons] == [
        {"kind": "reject", "landmark": "left_elbow", "not_landmark": None}
    ]
    assert command.line.text() == "align to"


def test_enter_alone_lets_it_look_again(qtbot, command):
    command.ask_reason(1)
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.reasons == [""]


def test_a_reason_that_is_not_understood_stays_on_the_line(qtbot, command):
    command.ask_reason(1)
    qtbot.keyClicks(command.line, "xyzzy plugh")
    qtbot.keyClick(command.line, Qt.Key.Key_Return)
    assert command.reasons == []
    assert command.line.text() == "xyzzy plugh"
    assert "not understood" in command.hint.text()


@pytest.mark.parametrize(
    ("text", "kind"),
    [("left elbow", "reject"), ("that's the left elbow", "reject"), ("stop", "halt"), ("look again", "reject")],
)
def test_a_reason_is_always_a_rejection_or_a_halt(text, kind):
    assert parse(as_reason(text)).kind == kind
