"""A questionnaire as a page: one row of buttons an item, reachable by Tab and the arrow keys, nothing preselected. An
item may be left out, which is asked about once. Knows the form (session/questionnaires.py), no study."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from carm_gui import theme
from carm_gui.session.questionnaires import Question, Questionnaire
from carm_gui.views.widgets import KeyButton, frame, label, retone, row

MOST_BUTTONS = 11
WIDTH = 820
HANDLE_PX = 14
"""The mark on a line, as style.py draws it."""
TICK_PX, TALL_TICK_PX = 6, 9
"""From the line to the end of a tick, of the one in the middle."""


class Scale(QSlider):
    """A line with a tick at each step, to put a mark on. None is shown before there is one: a mark in the middle would
    draw the answers to it."""

    def __init__(self, steps: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, steps)
        self.setValue(steps // 2)
        self.setMinimumHeight(2 * TALL_TICK_PX + 4)
        self.setProperty("unanswered", True)

    def paintEvent(self, event) -> None:  # noqa: N802
        # A style sheet takes Qt's own ticks away.
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        middle, room = self.height() / 2, self.width() - HANDLE_PX
        for step in range(self.maximum() + 1):
            x = HANDLE_PX / 2 + QStyle.sliderPositionFromValue(0, self.maximum(), step, room)
            high = TALL_TICK_PX if 2 * step == self.maximum() else TICK_PX
            painter.drawLine(QPointF(x, middle - high), QPointF(x, middle + high))
        painter.end()
        super().paintEvent(event)

    def mousePressEvent(self, event) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            room = self.width() - HANDLE_PX
            at = QStyle.sliderValueFromPosition(0, self.maximum(), round(event.position().x() - HANDLE_PX / 2), room)
            self.setValue(at)  # the mark comes to the mouse, and is dragged on from there
        super().mousePressEvent(event)


class Item(QFrame):
    """One item. `value` is the answer, None until one is given."""

    answered = Signal()

    def __init__(self, number: int, question: Question, form: Questionnaire) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.value: int | None = None
        self.text = question.text
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(8)
        inside.addWidget(label(f"{number}.  {question.text}", 15))
        choices = range(form.low, form.high + 1, form.step)
        line = QHBoxLayout()
        line.setSpacing(8)
        low, high = label(question.low_label, 12, tone="dim"), label(question.high_label, 12, tone="dim")
        low.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for end in (low, high):
            end.setFixedWidth(112)
        line.addWidget(low)
        if len(choices) <= MOST_BUTTONS:
            self._buttons(line, choices)
            line.addWidget(high)
        else:
            self._slider(line, form)
            line.addWidget(high)
            line.addWidget(self.shown)
        inside.addLayout(line)

    def _buttons(self, line: QHBoxLayout, choices: range) -> None:
        group = QButtonGroup(self)
        group.setExclusive(True)
        for choice in choices:
            button = QPushButton(str(choice))
            button.setCheckable(True)
            button.setProperty("role", "small")
            button.setMinimumHeight(36)
            button.setAutoDefault(False)
            button.setFont(theme.font(14))
            button.setAccessibleName(f"{choice}: {self.text}")
            button.clicked.connect(lambda _=False, choice=choice: self.choose(choice))
            group.addButton(button, choice)
            line.addWidget(button, 1)
        self.group = group

    def _slider(self, line: QHBoxLayout, form: Questionnaire) -> None:
        self.slider = Scale((form.high - form.low) // form.step)
        self.slider.setAccessibleName(self.text)
        self.slider.setAccessibleDescription("not yet answered")
        self.shown = label("not yet", 13, tone="dim", wrap=False)
        self.shown.setFixedWidth(52)
        self.shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        def take() -> None:
            self.choose(form.low + form.step * self.slider.value())
            self.shown.setText(str(self.value))
            retone(self.shown, tone="")
            retone(self.slider, unanswered=False)
            self.slider.setAccessibleDescription("")

        self.slider.valueChanged.connect(take)
        self.slider.sliderReleased.connect(take)  # a mark in the middle is an answer too
        line.addWidget(self.slider, 1)

    def choose(self, value: int) -> None:
        self.value = value
        self.answered.emit()


class QuestionnairePage(QWidget):
    """`finished(list)` gives the answers in order, None where one was left out."""

    finished = Signal(list)

    def __init__(self, form: Questionnaire, about: str = "") -> None:
        super().__init__()
        self.form = form
        self.items = [Item(number, question, form) for number, question in enumerate(form.items, 1)]
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(4, 24, 4, 24)
        inside.setSpacing(10)
        inside.addWidget(label(form.title, 22, bold=True))
        inside.addWidget(label(form.instruction + (f" This is about {about}." if about else ""), 15))
        inside.addSpacing(6)
        for item in self.items:
            inside.addWidget(item)
            item.answered.connect(self._count)
        self.left = label("", 13, tone="dim")
        self.done = KeyButton("Continue")
        self.done.setProperty("role", "primary")
        self.done.clicked.connect(self._finish)
        inside.addWidget(self.left)
        inside.addLayout(row(self.done))
        inside.addWidget(frame("rule"))
        inside.addWidget(label(form.source, 11, tone="dim"))
        inside.addStretch(1)
        middle = QWidget()
        line = QHBoxLayout(middle)
        line.addStretch(1)
        line.addWidget(column, 20)
        line.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the item that has the keys
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(middle)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scroll)
        self._warned = False
        self._count()

    @property
    def answers(self) -> list[int | None]:
        return [item.value for item in self.items]

    def _count(self) -> None:
        open_ones = [str(number) for number, value in enumerate(self.answers, 1) if value is None]
        self._warned = False
        retone(self.left, tone="dim")
        self.left.setText(f"Still open: {', '.join(open_ones)}" if open_ones else "Every item is answered.")

    def _finish(self) -> None:
        missing = next((item for item in self.items if item.value is None), None)
        if missing is not None and not self._warned:
            self._warned = True
            them = "it" if self.answers.count(None) == 1 else "them"
            self.left.setText(f"{self.left.text()}. Press Continue again to leave {them} out.")
            retone(self.left, tone="warn")
            self.scroll.ensureWidgetVisible(missing)
            return
        self.finished.emit(self.answers)
