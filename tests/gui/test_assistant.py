"""The conversation: the decision first, the reasons as they come, and never a preselected Accept."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from carm_gui import theme
from carm_gui.views.assistant import LEAST_PX, Assistant
from carm_gui.views.step_card import NOT_A_MEASUREMENT, StepCard, prose
from carm_gui.views.widgets import CHIP_PX
from inference.models.interface import ModelInfo
from inference.step import Prediction, Proposal, Step
from sim.pose import CArmPose, MotionCommand

PROPOSAL = Proposal("skull", "LEFT", "SMALL", "UP", "LARGE", MotionCommand(left_mm=30, up_mm=90))


def step(number=1, reasons=("The skull lies far up.",), valid=True, problem="", raw=""):
    prediction = Prediction(1, "navigation", ("t1",) if valid else (), reasons, raw, valid, problem, 1.25)
    return Step(number, prediction, PROPOSAL if valid else None, CArmPose())


@pytest.fixture
def pane(qtbot):
    widget = Assistant()
    qtbot.addWidget(widget)
    widget.resize(380, 600)
    widget.show()
    return widget


def texts(widget):
    QApplication.processEvents()
    parts = [w.text() for kind in (QLabel, QPushButton) for w in widget.findChildren(kind) if w.isVisible()]
    return " | ".join(parts).replace("\u200b", "")


def test_the_decision_is_on_show_before_the_reasons(pane):
    pane.show_delta(1, "<output><step1><context>T1</context>", None, ("t1",))
    assert "T1" in texts(pane)
    assert "90 mm" not in texts(pane)
    pane.show_delta(1, "<x>LEFT</x><extent_x>SMALL</extent_x>…", PROPOSAL, ())
    assert "90 mm toward the head\n30 mm toward the patient's left" in texts(pane)
    pane.show_delta(1, "<reason_x>The skull lies a lit", None, ())
    assert "The skull lies a lit" in texts(pane)
    assert "<" not in texts(pane)


def test_model_text_is_called_what_it_is(pane):
    pane.show_delta(1, "<reason_x>Because", None, ())
    assert NOT_A_MEASUREMENT in texts(pane)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<reason_x>one</reason_x><reason_y>two</rea", "one\ntwo"),
        ("<visual_reasoning>ribs and a dome", "ribs and a dome"),
        ("<output><step1>", ""),
        ("[10, 11", ""),
        ("I think we should go up", "I think we should go up"),
    ],
)
def test_prose_of_a_reply_that_is_still_streaming(raw, shown):
    assert prose(raw) == shown


def test_buttons_come_when_it_waits_and_go_with_the_decision(pane):
    pane.show_delta(1, "…", PROPOSAL, ("t1",))
    pane.show_step(step(), "skull", "navigation")
    assert "Accept" not in texts(pane)
    pane.show_waiting(next(c.step for c in pane.cards))
    assert "Accept" in texts(pane)
    assert "1.2 s" in texts(pane) or "1.3 s" in texts(pane)
    pane.show_decision(True, "")
    assert "✓ Accepted" in texts(pane)
    assert "Reject" not in texts(pane)


def test_what_a_correction_was_taken_to_mean_stays_open_beside_the_proposal_that_follows(pane):
    for number in (1, 2):
        pane.show_delta(number, "<reason_y>The skull lies far up.", None, ())
        pane.show_step(step(number), "skull", "navigation")
    said = "You place it nearer the head, so not T1. The centre shows the skull or else the carina."
    pane.show_delta(0, f"<visual_reasoning>{said}", None, ("skull", "carina"))
    heard = Prediction(1, "correction", ("skull", "carina"), (said,), "", True, "", 3.0)
    pane.show_step(Step(2, heard, None, CArmPose()), None, "correction")
    for number in (3, 4):
        pane.show_delta(number, "<reason_y>It lies far up still.", None, ())
        open_ones = [card.reasons_open for card in pane.cards if isinstance(card, StepCard)]
        assert open_ones == [False, False, number == 3, *[False] * (number - 3), True]
        pane.show_step(step(number), "skull", "navigation")


def test_accept_is_never_focused_default_or_first(pane):
    made = step()
    pane.show_step(made, "skull", "navigation")
    pane.show_waiting(made)
    card = pane.waiting
    assert QApplication.focusWidget() is not card.accept
    assert not card.accept.isDefault()
    assert not card.accept.autoDefault()
    assert card.accept.font() == card.reject.font()


def test_buttons_say_what_was_pressed(qtbot, pane):
    made, pressed = step(), []
    pane.accept.connect(lambda: pressed.append("accept"))
    pane.reject.connect(lambda: pressed.append("reject"))
    pane.show_step(made, "skull", "navigation")
    pane.show_waiting(made)
    pane.waiting.reject.click()
    pane.waiting.accept.click()
    assert pressed == ["reject", "accept"]


def test_a_refused_reply_is_shown_as_it_came_without_buttons(pane):
    pane.show_delta(1, "<output>nonsense", None, ())
    pane.show_step(
        step(valid=False, problem="The reply has no context.", raw="<output>nonsense"), "skull", "navigation"
    )
    assert "Refused. The reply has no context." in texts(pane)
    assert "<output>nonsense" in texts(pane)
    assert "Accept" not in texts(pane)


def test_markup_in_a_reply_is_text(pane):
    pane.show_delta(1, "<reason_x>&lt;b&gt; & co", None, ())
    pane.show_step(step(reasons=("<b>bold</b> <img src=x>",)), "skull", "navigation")
    assert "<b>bold</b>" in texts(pane)


def test_a_reply_cut_short_says_so(pane):
    pane.show_delta(1, "<reason_x>Beca", None, ())
    pane.show_state("halted")
    assert "Stopped before it was complete." in texts(pane)


def test_nothing_is_wider_than_the_pane(qtbot, pane):
    long = "x" * 400 + " " + "word " * 200
    pane.show_said(long)
    pane.show_note(long, "error")
    pane.show_question(long, ("yes", "no"))
    made = step(reasons=(long,))
    pane.show_step(made, "right_scapular_inferior_angle", "navigation")
    pane.show_waiting(made)
    content = pane.scroll.widget()

    def whole(card):
        tall = card.height() >= card.layout().heightForWidth(card.width())
        return tall and card.geometry().right() <= content.width()

    qtbot.waitUntil(lambda: all(whole(card) for card in pane.cards))
    assert content.width() <= pane.scroll.viewport().width()


def test_the_words_of_the_buttons_have_room_in_the_narrowest_pane(pane):
    theme.dress(pane, theme.apply(QApplication.instance(), "dark"))
    pane.resize(pane.minimumWidth(), 240)
    made = step(reasons=("The skull lies far up. " * 20,))
    pane.show_step(made, "skull", "navigation")
    pane.show_waiting(made)
    pane.lay_out()
    QApplication.processEvents()
    assert pane.scroll.verticalScrollBar().maximum() > 0
    card = pane.waiting
    for button in (card.accept, card.reject, card.correct, card.ask):
        assert button.width() >= button.sizeHint().width()


def test_an_option_of_a_question_is_said_once_and_then_dead(pane):
    said = []
    pane.said.connect(said.append)
    pane.show_question("Which side?", ("align to the left elbow", "align to the right elbow"))
    buttons = pane._question.options
    buttons[1].click()
    pane.show_state("idle")
    buttons[0].click()
    assert said == ["align to the right elbow"]


def test_the_model_says_what_it_is_and_whether_it_is_there(pane):
    pane.show_model("loading", "embedded", "", None)
    assert "loading" in texts(pane)
    pane.show_model("ready", "embedded", "", ModelInfo("embedded", parameters=4_600_000, device="cpu"))
    assert "4.6 million parameters" in texts(pane)
    assert "ready" in texts(pane)
    pane.show_model("failed", "embedded", "The weights are missing; run make models.", None)
    assert "The weights are missing; run make models." in texts(pane)


def test_a_long_name_and_a_long_problem_have_room(qtbot, pane):
    name, problem = "gemma-3-27b-it-qat-q4_0-unquantized-and-more", "The folder holds no weights; " * 8
    pane.show_model("failed", name, problem, None)
    header = pane.header
    for width in (330, 380, 700):
        pane.resize(width, 500)
        qtbot.waitUntil(lambda: header.details.height() >= header.details.heightForWidth(header.details.width()))
        assert header.status.width() >= header.status.sizeHint().width()
        assert header.name.toolTip() == ("" if header.name.shown() == name else name)
    pane.resize(330, 500)
    QApplication.processEvents()
    assert header.name.shown().endswith("…")


def test_whose_turn_it_is_is_said(pane):
    pane.show_model("ready", "small", "", ModelInfo("small"))
    said = []
    for state in ("idle", "proposing", "waiting", "moving"):
        pane.header.show_state(state)
        said.append(pane.header.status.text())
    assert said == ["ready", "answering…", "waits for you", "ready"]
    pane.header.show_state("waiting")
    pane.show_armed(True)
    assert pane.header.status.text() == "goes ahead…"


def test_scrolling_up_is_respected_and_the_newest_is_one_click_away(qtbot, pane):
    for n in range(60):
        pane.show_note(f"note {n}")
    bar = pane.scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(10)
    pane.show_note("one more")
    qtbot.wait(50)
    assert bar.value() == 10
    assert pane._newest.isVisible()
    pane._newest.click()
    assert bar.value() == bar.maximum()


def test_a_long_rehearsal_does_not_grow_without_end(pane):
    for n in range(230):
        pane.show_note(f"note {n}")
    assert len(pane.cards) == 200
    assert not any(isinstance(c, StepCard) for c in pane.cards)


LINES = tuple(f"Line {n} of what a model that talks much has to say." for n in range(40))


def in_sight(pane, part) -> bool:
    """Whether all of `part` can be seen in the conversation."""
    place = part.mapTo(pane.scroll.viewport(), part.rect().topLeft())
    return part.isVisible() and pane.scroll.viewport().rect().contains(part.rect().translated(place))


def test_of_a_long_reply_decision_and_buttons_stay_in_sight_together(qtbot, pane):
    made = step(reasons=LINES)
    pane.show_said("align to the skull")
    pane.show_step(made, "skull", "navigation")
    pane.show_waiting(made)
    pane.lay_out()
    card = pane.waiting
    for part in (card._seen, card._move, card.accept, card.reject, card.correct, card.ask, card.more):
        assert in_sight(pane, part)
    assert card._prose.height() >= 3 * card._prose.fontMetrics().lineSpacing()
    pane.resize(380, 480)
    qtbot.waitUntil(lambda: in_sight(pane, card._move) and in_sight(pane, card.accept))

    assert "Show all" in card.more.text()
    card.more.click()
    qtbot.waitUntil(lambda: card._prose.height() > pane.scroll.viewport().height())
    qtbot.waitUntil(lambda: in_sight(pane, card._move))
    assert "less" in card.more.text()
    card.more.click()
    qtbot.waitUntil(lambda: in_sight(pane, card._move) and in_sight(pane, card.accept))
    card.show_reasons(False, by_hand=True)
    assert card.more.isHidden()


def wide_step():
    """Both chips as high as they get: two landmarks, and a move along both axes."""
    proposal = Proposal("skull", "RIGHT", "LARGE", "UP", "LARGE", MotionCommand(left_mm=-130, up_mm=130))
    seen = ("right_scapular_inferior_angle", "left_scapular_inferior_angle")
    return Step(1, Prediction(1, "navigation", seen, LINES, "", True, "", 1.25), proposal, CArmPose())


def test_in_a_window_as_low_as_half_a_display_the_decision_stays_beside_its_buttons(qtbot, pane):
    made = wide_step()
    theme.dress(pane, theme.apply(QApplication.instance(), "light"))  # in the font that everyone has
    pane.allow_arming(False)
    pane.show_model("ready", "Embedded", "", None)
    pane.resize(LEAST_PX, 275)  # what a trial of a study leaves of 960 x 540
    pane.show_said("align to the skull")
    pane.show_step(made, "skull", "navigation", MotionCommand(left_mm=5, up_mm=165))
    pane.show_waiting(made)
    pane.lay_out()
    card = pane.waiting
    parts = (card._seen, card._move, card._caveat, card.accept, card.reject, card.correct, card.ask)
    qtbot.waitUntil(lambda: all(in_sight(pane, part) for part in parts))
    for chip in (card._seen, card._move):
        assert chip.height() >= chip.heightForWidth(chip.width())
        words = chip.fontMetrics().horizontalAdvance("130 mm toward the patient's right")
        assert words + CHIP_PX <= chip.width()
    assert card.fold.text() == "▸ All reasons"
    card.fold.click()
    qtbot.waitUntil(lambda: card._prose.height() > 3 * card._prose.fontMetrics().lineSpacing())
    qtbot.waitUntil(lambda: in_sight(pane, card._heading) and in_sight(pane, card._move))
    card.more.click()
    qtbot.waitUntil(lambda: all(in_sight(pane, part) for part in parts))
    pane.show_decision(True, "")
    pane.lay_out()
    assert card._heading.isVisible()
    assert card._usual.isVisible()
    assert card.more.isVisible()


def test_without_reasons_a_low_window_shows_the_decision_as_well(qtbot, pane):
    theme.dress(pane, theme.apply(QApplication.instance(), "light"))  # in the font that everyone has
    pane.allow_arming(False)
    pane.allow_reasons(False)
    made = wide_step()
    pane.resize(LEAST_PX, 275)
    pane.show_step(made, "skull", "navigation", MotionCommand(left_mm=5, up_mm=165))
    pane.show_waiting(made)
    pane.lay_out()
    card = pane.waiting
    qtbot.waitUntil(lambda: in_sight(pane, card._seen) and in_sight(pane, card.ask))
    assert not card.prose_in_sight()
    pane.resize(LEAST_PX, 700)
    qtbot.waitUntil(lambda: card._heading.isVisible() and card._usual.isVisible())


def test_while_it_streams_a_long_reply_does_not_push_its_decision_out(pane):
    pane.show_delta(1, "<context>T1</context>", PROPOSAL, ("t1",))
    pane.lay_out()
    for line in LINES:
        pane.show_delta(1, line if line is not LINES[0] else f"<reason_x>{line}", None, ())
        pane.lay_out()
        assert in_sight(pane, pane.open_card._move)
    assert pane.open_card.more.isVisible()


def test_a_short_reply_is_shown_whole(pane):
    made = step()
    pane.show_step(made, "skull", "navigation")
    pane.show_waiting(made)
    pane.lay_out()
    assert pane.waiting.more.isHidden()
    pane.waiting.show_reasons(False)
    pane.waiting.show_reasons(True)
    assert "The skull lies far up." in texts(pane)
