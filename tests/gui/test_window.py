"""Menus, keys and settings come from one table each; failures are said in one sentence."""

import json
from pathlib import Path

import pytest
from doubles import ARRIVED, ScriptedModel
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from carm_gui import theme
from carm_gui.actions import COMMANDS, MENUS
from carm_gui.settings import Settings
from carm_gui.views.about import AboutBox
from carm_gui.views.paint import PLATE
from carm_gui.views.sheet import rows
from carm_gui.window import Window


@pytest.fixture
def window(qtbot, tmp_path):
    made = Window(Settings.load(tmp_path / "window.json"))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def test_every_action_is_in_its_menu_and_no_key_is_given_twice(window):
    for command in COMMANDS:
        assert command.menu in MENUS
        assert window.actions_by_name[command.name].text().split("\t")[0] == command.text
    keys = [key for command in COMMANDS for key in command.keys] + [c.picture_key for c in COMMANDS if c.picture_key]
    assert len(keys) == len(set(keys))


def test_no_plain_letter_is_a_shortcut_of_the_window(window):
    for action in window.actions_by_name.values():
        for shortcut in action.shortcuts():
            text = shortcut.toString()
            assert "+" in text or text.startswith("F"), text


def test_the_key_sheet_lists_every_key(window):
    listed = {key for part in rows().values() for key, _ in part}
    for command in COMMANDS:
        if command.keys:
            assert command.keys[0] in listed
        if command.picture_key:
            assert command.picture_key in listed
    assert rows()["window"][0] == ("Esc", "Halt everything")
    assert ("1", "Turn to AP") in rows()["picture"]
    window.show_keys()
    assert window.sheet.isVisible()
    assert not window.sheet.isModal()


def test_what_is_taken_away_has_no_key_and_is_not_listed(window):
    """A study takes actions away: then neither the letter in the picture does it, nor does the sheet promise it."""
    before = window.live.bone_dark
    window.live.keys["I"]()
    assert window.live.bone_dark is not before
    window.actions_by_name["invert"].setEnabled(False)
    window.live.keys["I"]()
    assert window.live.bone_dark is not before
    window.more_keys = {"In a study": (("F8", "Mark what you are saying"),)}
    window.show_keys()
    texts = [part.text() for part in window.sheet.findChildren(QLabel)]
    assert "Bone bright" not in texts
    assert "Round field" in texts
    assert {"In a study", "F8", "Mark what you are saying"} <= set(texts)


def test_before_the_patient_is_there_every_action_answers_kindly(window):
    for name in ("save", "beam", "expose", "locate", "home", "accept", "reject", "halt", "help"):
        window.actions_by_name[name].trigger()
    window.say("align to the skull")
    assert window.live.frame is None


def test_a_failure_is_one_sentence_in_plain_sight(window):
    window.fail("There is no patient called x; give virtual or a path.")
    assert window.banner.isVisible()
    assert window.banner.text() == "There is no patient called x; give virtual or a path."
    assert window.live.frame is None


def test_after_a_failure_nothing_is_promised_and_the_way_on_is_said(window):
    """No overview that is still being made, no arming, no example to say, no control that moves nothing."""
    window.fail("There is no patient called x; give virtual or a path.")
    assert window.live.accessibleDescription().startswith("No picture, ")
    assert "no overview" in window.where.map.accessibleDescription()
    assert not window.where.drive.isEnabled()
    assert not window.assistant.armed.isVisible()
    assert not window.assistant._welcome.isVisible()
    window.live.setFocus()
    assert "Ctrl+O opens another patient" in window.command.hint.text()
    for name in ("place", "models", "expose"):
        before = len(window.assistant.cards)
        window.actions_by_name[name].trigger()
        assert len(window.assistant.cards) == before + 1
        assert "no patient called x" in window.assistant.cards[-1].layout().itemAt(0).widget().text()


def test_what_nobody_foresaw_is_one_sentence_in_the_window(window):
    window.say_unexpected(KeyError, KeyError("x"), None)
    shown = window.assistant.cards[-1].layout().itemAt(0).widget().text()
    assert "KeyError" in shown
    assert "Traceback" not in shown


def test_theme_and_inversion_and_history_survive(qtbot, tmp_path):
    file = tmp_path / "window.json"
    first = Window(Settings.load(file))
    qtbot.addWidget(first)
    first.show()
    first.toggle_theme()
    first.toggle_invert()
    first.command.history.append("align to T12")
    first.close()
    second = Window(Settings.load(file))
    qtbot.addWidget(second)
    assert second.theme.name == "light"
    assert not second.live.bone_dark
    assert second.command.history[-1] == "align to T12"
    second.close()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theme": 3, "history": [1, "a"], "invert": "yes"}'])
def test_settings_that_cannot_be_read_are_the_defaults(tmp_path, content):
    file = tmp_path / "window.json"
    file.write_text(content)
    kept = Settings.load(file)
    assert (kept.theme, kept.invert) == ("dark", False)
    assert all(isinstance(line, str) for line in kept.history)
    kept.save()
    assert json.loads(file.read_text())["theme"] == "dark"


@pytest.mark.parametrize("name", sorted(theme.THEMES))
def test_text_has_a_contrast_of_four_and_a_half(name):
    colours = theme.THEMES[name]
    for text in ("text", "dim", "accent", "good", "warn", "bad"):
        for ground in ("window", "surface"):
            assert theme.contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5, (text, ground)
    for text in ("text", "dim", "warn"):
        assert theme.contrast(getattr(colours, text), colours.raised) >= 4.5, text
    assert theme.contrast(colours.text, colours.tint) >= 4.5
    assert theme.contrast(colours.dim, colours.tint) >= 4.5
    assert theme.contrast(colours.on_accent, colours.accent) >= 4.5


@pytest.mark.parametrize("ink", ["SKY", "ORANGE", "PURPLE", "GREEN", "VERMILION", "PLAIN"])
def test_what_is_written_on_the_picture_can_be_read_over_white_as_well(ink):
    halo = [int(theme.HALO[i : i + 2], 16) for i in (1, 3, 5)]
    ground = "#" + "".join(f"{round(PLATE * part + (1 - PLATE) * 255):02x}" for part in halo)
    assert theme.contrast(getattr(theme, ink), ground) >= 4.5


@pytest.mark.parametrize("colour", [theme.SKY, theme.ORANGE, theme.PURPLE, theme.GREEN, theme.VERMILION, theme.PLAIN])
def test_overlay_text_has_contrast_on_its_plate(colour):
    assert theme.contrast(colour, theme.HALO) >= 4.5


def test_a_saved_picture_is_on_disk(qtbot, rehearsal, monkeypatch, tmp_path):
    monkeypatch.setattr("carm_gui.pictures_out.data_dir", lambda *parts: tmp_path)
    window = rehearsal(ScriptedModel(ARRIVED))
    window.actions_by_name["save"].trigger()
    qtbot.waitUntil(lambda: any(Path(tmp_path).glob("*.png")))


def test_the_box_about_the_program_shows_all_its_words_and_closes_by_key(qtbot, window):
    window.actions_by_name["about"].trigger()
    box = window.findChild(AboutBox)
    qtbot.waitUntil(box.isVisible)
    words = box.findChildren(QLabel)
    assert any("not for clinical use" in part.text() for part in words)
    for part in words:
        assert part.height() >= part.heightForWidth(part.width()), part.text()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.isVisible()
