"""A study in the window: the proctor's page, what a participant sees and does not see, questionnaires, the end."""

from __future__ import annotations

import json

import numpy as np
import pytest
from doubles import FakeProjector, ScriptedModel, move_reply, small_patient
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from screens import WORK_MS, rgb
from studies import LANDMARKS, PROTOCOL, protocol

from carm_gui.session import study_run
from carm_gui.session.measures import measure
from carm_gui.session.recording import find, read
from carm_gui.session.session import READ_S
from carm_gui.session.study_run import Run
from carm_gui.settings import Settings
from carm_gui.views.questionnaire import QuestionnairePage
from carm_gui.views.study import Study
from carm_gui.window import Window
from inference.baseline.reading import READING_TASK

UP = move_reply(y="UP", extent_y="SMALL", target="skull")
READING = json.dumps({"offsets": [[10.0, -20.0, 5.0]] * 14, "spreads": None, "radii": [12.0] * 14, "likelihoods": None})


@pytest.fixture
def study(qtbot, tmp_path):
    """`study(text)` -> a shown study window on doubles."""
    opened = []

    def start(text: str = PROTOCOL, open_model=lambda name: ScriptedModel(UP)) -> Study:
        window = Window(Settings.load(tmp_path / "window.json"))
        qtbot.addWidget(window)
        made = Study(
            window, protocol(text), open_model, FakeProjector,
            lambda spec: small_patient(LANDMARKS), tmp_path / "studies",
        )  # fmt: skip
        opened.append(made)
        with qtbot.waitExposed(window, timeout=WORK_MS):
            window.show()
        return made

    yield start
    for made in opened:
        made.close()
        made.window.close()


def page(study):
    return study.pages.currentWidget()


def press(qtbot, study):
    qtbot.waitUntil(lambda: page(study).button.isEnabled(), timeout=90000)
    page(study).press()


def into(qtbot, study, condition):
    """Go to the trial of `condition` and begin it."""
    study.begin("P01")
    while study.run.item.condition != condition or study.run.item.kind != "trial" or study.run.item.practice:
        study.run.advance()
    study._show_item()
    press(qtbot, study)
    qtbot.waitUntil(lambda: study.trial is not None, timeout=90000)


def test_the_proctor_gives_a_code_and_no_name(qtbot, study):
    made = study()
    first = page(made)
    first.line.setText("Jane Doe")
    assert not first.button.isEnabled()
    assert "never a name" in first.said.text()
    first.line.setText("p02")
    assert first.button.isEnabled()
    assert first.order.isVisible()
    QTest.keyClick(first.line, Qt.Key.Key_Return)
    assert made.run.code == "P02"
    assert made.run.item.kind == "welcome"


def test_a_session_that_was_broken_off_goes_on(qtbot, study, tmp_path):
    run = Run(protocol(), "P01", tmp_path / "studies")
    run.advance()
    run.advance()
    made = study()
    page(made).line.setText("P01")
    assert "goes on there" in page(made).said.text()
    made.begin("P01")
    assert made.run.position == 2


def test_a_participant_who_sits_at_another_window_is_not_begun_twice(qtbot, study):
    first, second = study(), study()
    first.begin("P01")
    second.begin("P01")
    assert second.run is None
    assert "under way in another window" in page(second).said.text()
    first.close()
    second.begin("P01")
    assert second.run.code == "P01"


def test_what_the_machine_lacks_is_said_to_the_proctor(qtbot, study):
    made = study(PROTOCOL.replace("target: skull,", "target: skull, patient: janes-ct,"))
    told = type(made.bar.task)
    qtbot.waitUntil(lambda: any("janes-ct" in w.text() for w in page(made).findChildren(told)), timeout=90000)
    page(made).line.setText("P01")
    assert any("janes-ct" in w.text() for w in page(made).findChildren(told))


def test_a_full_disk_keeps_the_participant_where_they_are_and_nothing_is_lost(qtbot, study, monkeypatch):
    made = study()
    into(qtbot, made, "manual")
    monkeypatch.setattr(study_run, "write_whole", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    at = made.run.position
    made.finish("done")
    qtbot.waitUntil(lambda: made.trial is None, timeout=90000)
    assert made.run.position == at
    assert any("No space left" in w.text() for w in page(made).findChildren(type(made.bar.task)))
    page(made).press()
    assert made.run.position == at
    monkeypatch.undo()
    page(made).press()
    assert made.run.position == at + 1
    assert isinstance(page(made), QuestionnairePage)


def test_a_whole_trial_with_think_aloud_and_done(qtbot, study):
    made = study()
    into(qtbot, made, "assisted")
    window, folder = made.window, made.trial.folder
    qtbot.waitUntil(lambda: window.live.frame is not None, timeout=60000)
    window.say("align to the skull")
    qtbot.waitUntil(lambda: window.state == "waiting", timeout=90000)
    QTest.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: made._reasons, timeout=90000)
    qtbot.wait(round(1000 * READ_S) + 100)  # sooner counts as unread
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: made.trial.session.carm.pose.up_mm != 0.0, timeout=90000)
    QTest.keyClick(window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: isinstance(page(made), QuestionnairePage), timeout=90000)
    qtbot.waitUntil(lambda: read(folder).about["ended"] is not None, timeout=90000)
    found = measure(read(folder))
    assert (found["ended"], found["think_aloud"]) == ("done", 1)
    assert found["planted_accepted"] == found["planted_offered"] == 1
    assert found["reasons_open_s"] > 0
    assert len(find(folder)) == 1


def test_reasons_that_are_not_shown_are_nowhere(qtbot, study):
    made = study(
        PROTOCOL.replace("mode: assisted, planted: [1]", "mode: assisted, planted: [1], show: {reasons: false}")
    )
    into(qtbot, made, "assisted")
    made.window.say("align to the skull")
    qtbot.waitUntil(lambda: made.window.state == "waiting", timeout=90000)
    card = made.window.assistant.waiting
    assert card is not None
    assert not card.prose_in_sight()
    assert not card.fold.isVisible()
    card.show_reasons(True, by_hand=True)
    assert not card.prose_in_sight()


class Reader(ScriptedModel):
    """Answers as the baseline does, a request for its numbers among the others."""

    def __init__(self) -> None:
        super().__init__(lambda request: READING if request.task == READING_TASK else UP)
        self.name = "baseline"


@pytest.mark.parametrize("shown", [True, False])
def test_regions_are_on_the_picture_where_the_protocol_shows_them(qtbot, study, shown):
    allowed = f"mode: assisted, show: {{regions: {str(shown).lower()}}}"
    made = study(PROTOCOL.replace("mode: assisted, planted: [1]", allowed), lambda name: Reader())
    into(qtbot, made, "assisted")
    folder = made.trial.folder
    made.window.say("align to the skull")
    qtbot.waitUntil(lambda: made.window.state == "waiting", timeout=60000)
    found = [mark for mark in made.window.live.marks if mark.kind == "predicted"]
    assert [(m.text, m.where.left_mm, m.where.up_mm, m.region_mm) for m in found] == (
        [("T1", 10.0, -20.0, 12.0)] if shown else []
    )
    assert all(mark.read_at == made.window.live.pose for mark in found)
    step = next(line for line in read(folder).lines if line.kind == "step")
    assert bool(step.data["regions"]) is shown


def test_the_participant_sees_no_menu_no_palette_and_no_arming_but_the_warning(qtbot, study):
    made = study()
    into(qtbot, made, "assisted")
    window = made.window
    assert not any(menu.isVisible() for menu in window.menuBar().actions())
    assert window.sign.isVisible()
    assert not window.assistant.armed.isVisible()
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not window.palette_box.isVisible()


def test_the_participant_s_own_choice_comes_before_the_answer(qtbot, study):
    made = study()
    into(qtbot, made, "commit-first")
    made.window.say("align to the skull")
    qtbot.waitUntil(made.bar.choice.isVisible, timeout=90000)
    assert not made.bar.commit.isEnabled()
    assert made.window.state == "proposing"
    assert made.window.assistant.header.status.text() == "waits for you"
    assert "align" in made.window.command.line.placeholderText()
    assert "Your own choice first" in made.window.command.hint.text()
    assert "Ctrl+K" not in made.window.command.hint.text()
    names = [button.accessibleName() for group in made.bar._groups.values() for button in group.buttons()]
    assert len(set(names)) == 6
    for axis in ("x", "y"):
        made.bar._groups[axis].buttons()[0].click()
    made.bar.commit.setFocus()
    made.bar.commit.click()
    assert QApplication.focusWidget() is made.window.command.line
    qtbot.waitUntil(lambda: made.window.state == "waiting", timeout=90000)
    assert not made.bar.choice.isVisible()


def test_without_an_assistant_nothing_invites_to_ask_one(qtbot, study):
    made = study()
    into(qtbot, made, "manual")
    window = made.window
    qtbot.waitUntil(lambda: "no assistant" in window.assistant.header.name.text(), timeout=WORK_MS)
    assert window.assistant.header.status.text() == ""
    assert "align" not in window.command.line.placeholderText()
    window.say("align to the skull")
    qtbot.waitUntil(lambda: len(window.assistant.cards) >= 2, timeout=WORK_MS)
    assert "steer by hand" in window.assistant.cards[-1].layout().itemAt(0).widget().text()


def test_what_the_machine_lacks_is_said_without_a_gap(qtbot, study):
    made = study()
    first = page(made)
    first.show_missing(["A model is missing; get it.", "A marker stream needs pylsl."])
    told = first.column.itemAt(first.column.indexOf(first.extra) - 1).widget()
    qtbot.waitUntil(lambda: told.height() == told.heightForWidth(told.width()))
    assert "pylsl" in told.text()


def test_the_time_limit_brings_a_kind_page(qtbot, study):
    made = study(PROTOCOL.replace("time_limit_s: 20", "time_limit_s: 0.5"))
    into(qtbot, made, "manual")
    qtbot.waitUntil(lambda: made.trial is None, timeout=90000)
    assert not made.bar.isVisible()
    page(made).press()
    assert isinstance(page(made), QuestionnairePage)


def test_without_manual_steering_a_typed_move_is_refused_kindly(qtbot, study):
    made = study(PROTOCOL.replace("mode: assisted, planted: [1]", "mode: assisted, planted: [1], manual_jog: false"))
    into(qtbot, made, "assisted")
    made.window.say("go up 5 cm")
    made.window.jog(1.0, 0.0)
    qtbot.waitUntil(lambda: len(made.window.assistant.cards) >= 2, timeout=90000)
    assert made.trial.session.carm.pose.up_mm == 0.0
    assert not made.window.where.drive.isVisible()


def test_a_questionnaire_asks_once_about_what_was_left_out(qtbot):
    from carm_gui.session.questionnaires import load

    form = QuestionnairePage(load("sus"))
    qtbot.addWidget(form)
    form.show()
    given = []
    form.finished.connect(given.append)
    form.items[0].group.button(4).click()
    form.done.click()
    assert not given
    assert "leave them out" in form.left.text()
    form.done.click()
    assert given == [[4] + [None] * 9]


def test_a_line_has_a_tick_at_each_of_its_steps(qtbot):
    from carm_gui.session.questionnaires import load

    form = QuestionnairePage(load("raw-tlx"))
    qtbot.addWidget(form)
    form.resize(900, 700)
    form.show()
    line = form.items[0].slider
    above = rgb(line)[line.height() // 2 - 5].astype(int)  # a row of pixels between the line and the ends of its ticks
    dark = np.abs(above - above[1]).sum(axis=1) > 20
    assert np.count_nonzero(np.diff(dark.astype(int)) == 1) == 21


def test_a_slider_in_the_middle_is_no_answer_until_it_is_touched(qtbot):
    from carm_gui.session.questionnaires import load

    form = QuestionnairePage(load("raw-tlx"))
    qtbot.addWidget(form)
    assert form.answers == [None] * 6
    form.items[0].slider.setValue(4)
    assert form.answers[0] == 20
    form.resize(900, 700)
    form.show()
    assert form.items[0].slider.property("unanswered") is False
    for item, part, answer in ((form.items[1], 0.0, 0), (form.items[2], 0.5, 50), (form.items[3], 1.0, 100)):
        assert item.slider.property("unanswered") is True
        place = QPoint(round(7 + part * (item.slider.width() - 14)), item.slider.height() // 2)
        QTest.mouseClick(item.slider, Qt.MouseButton.LeftButton, pos=place)  # the mark comes to where one clicks
        assert item.value == answer


def test_a_whole_run_from_the_welcome_to_the_debriefing(qtbot, study):
    made = study(PROTOCOL.replace("time_limit_s: 20", "time_limit_s: 60"))
    made.begin("P03")
    seen = []
    for _ in range(30):
        item = made.run.item
        if item is None:
            break
        seen.append(item.kind)
        if item.kind == "trial":
            press(qtbot, made)
            qtbot.waitUntil(lambda: made.trial is not None, timeout=90000)
            made.finish("done")
            qtbot.waitUntil(lambda: made.trial is None, timeout=90000)
        elif item.kind == "questionnaire":
            for question in page(made).items:
                question.choose(page(made).form.low)
            page(made).done.click()
        else:
            if item.kind == "debriefing":
                assert "turned round" in "".join(w.text() for w in page(made).findChildren(type(made.bar.task)))
            page(made).press()
    assert made.run.item is None
    assert seen.count("trial") == 5
    assert seen[0] == "welcome"
    assert seen[-1] == "debriefing"
