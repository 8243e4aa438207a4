"""A pile of cards: each as high as its words need, and one more costs no more than itself."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from carm_gui.views.pile import BETWEEN, BOTTOM, LEFT, RIGHT, TOP, Pile
from carm_gui.views.widgets import label

WORDS = "one two three four five six seven eight nine ten " * 6


class Counted(QVBoxLayout):
    """Counts how often its height is asked for."""

    asked = 0

    def heightForWidth(self, width):  # noqa: N802
        Counted.asked += 1
        return super().heightForWidth(width)


def card(text, layout=QVBoxLayout):
    box = QWidget()
    inside = layout(box)
    box.words = label(text)
    inside.addWidget(box.words)
    return box


@pytest.fixture
def pile(qtbot):
    area, made = QScrollArea(), Pile()
    area.setWidgetResizable(True)
    area.setWidget(made)
    qtbot.addWidget(area)
    area.resize(320, 260)
    area.show()
    made.area = area
    return made


def settle():
    for _ in range(4):
        QApplication.processEvents()


def whole(pile, cards):
    """One below the other, each as wide as there is room and as high as its words need."""
    shown = [one for one in cards if not one.isHidden()]
    assert shown[0].y() == TOP
    for one in shown:
        assert (one.x(), one.width()) == (LEFT, pile.width() - LEFT - RIGHT)
        assert one.height() == one.layout().totalHeightForWidth(one.width()) >= one.fontMetrics().height()
    for above, below in pairwise(shown):
        assert below.y() == above.geometry().bottom() + 1 + BETWEEN
    assert pile.height() >= shown[-1].geometry().bottom() + 1 + BOTTOM


def test_each_card_has_the_height_of_its_words_whatever_the_width(pile):
    cards = [card(WORDS[: 40 * n]) for n in range(1, 6)]
    for one in cards:
        pile.add(one)
    settle()
    whole(pile, cards)
    heights = [one.height() for one in cards]
    pile.area.resize(700, 260)
    settle()
    whole(pile, cards)
    assert sum(one.height() for one in cards) < sum(heights)


def test_words_that_change_and_cards_that_hide_or_go_are_followed(pile):
    cards = [card("short") for _ in range(4)]
    for one in cards:
        pile.add(one)
    settle()
    low = cards[3].y()
    cards[1].words.setText(WORDS)
    settle()
    whole(pile, cards)
    assert cards[3].y() > low
    cards[1].hide()
    settle()
    whole(pile, cards)
    cards[1].show()
    settle()
    whole(pile, cards)
    pile.take(cards[0])
    settle()
    whole(pile, cards[1:])


def test_one_more_card_is_all_that_is_measured(pile):
    for _ in range(50):
        pile.add(card(WORDS, Counted))
    settle()
    before = Counted.asked
    pile.add(card(WORDS, Counted))
    settle()
    assert 1 <= Counted.asked - before <= 6


def test_the_scroll_bar_reaches_the_last_card(pile):
    cards = [card(WORDS) for _ in range(8)]
    for one in cards:
        pile.add(one)
    settle()
    bar = pile.area.verticalScrollBar()
    assert bar.maximum() == pile.height() - pile.area.viewport().height() > 0
    bar.setValue(bar.maximum())
    settle()
    assert not cards[-1].visibleRegion().isEmpty()


def test_what_is_out_of_sight_is_put_away_and_comes_back_to_its_place(pile):
    cards = [card(f"{n}: {WORDS}") for n in range(12)]
    for one in cards:
        pile.add(one)
    settle()
    before = [(one.x(), one.y(), one.width(), one.height()) for one in cards]
    height = pile.height()
    for _ in pile.put_away():
        settle()
    away = [one for one in cards if one.parent() is None]
    assert away
    assert all(one.parent() is pile for one in cards if one.y() < pile.area.viewport().height())
    assert pile.height() == height
    pile.take(away[-1])
    cards.remove(away[-1])
    for _ in pile.bring_back():
        settle()
    settle()
    assert all(one.parent() is pile and one.isVisible() for one in cards)
    whole(pile, cards)
    assert [(one.x(), one.y(), one.width(), one.height()) for one in cards] == before[:-1]


def test_what_has_just_come_back_or_just_been_said_can_be_put_away(pile):
    cards = [card(f"{n}: {WORDS}") for n in range(12)]
    for one in cards:
        pile.add(one)
    settle()
    for _ in range(2):  # two changes of theme, and no turn of the event loop between them
        list(pile.put_away())
        list(pile.bring_back())
    cards.append(card("new"))
    pile.add(cards[-1])
    list(pile.put_away())
    list(pile.bring_back())
    settle()
    assert all(one.parent() is pile and one.isVisible() for one in cards)
    whole(pile, cards)


def test_a_card_that_has_the_keys_or_is_hidden_is_not_put_away(pile):
    cards = [card(f"{n}: {WORDS}") for n in range(12)]
    for one in cards:
        pile.add(one)
    cards[-1].hide()
    held = cards[-2]
    held.words.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    pile.area.activateWindow()
    held.words.setFocus()
    settle()
    list(pile.put_away())
    assert held.parent() is pile
    assert cards[-1].parent() is pile
    list(pile.bring_back())
    settle()
    assert cards[-1].isHidden()
    whole(pile, cards[:-1])
