"""The conversation with the model: what was said, what was understood, the reply as it streams, the decision.

Told by session events, in order; says back what was pressed. Accept is never focused and never preselected: people
follow right and wrong suggestions alike. Knows no session.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.correct import offset_words
from carm_gui.views.model_header import ModelHeader
from carm_gui.views.pile import BOTTOM, Pile
from carm_gui.views.spoken import speak_as
from carm_gui.views.step_card import StepCard
from carm_gui.views.widgets import KeyButton, breakable, frame, label, row
from inference.step import Proposal, Step
from sim.landmarks import the

MOST_CARDS = 200
AROUND_PX = 28
"""Above and below the newest card."""
LEAST_PX = 342
"""So wide that a move of three figures toward the patient's right has a line of its own."""
WELCOME = "Say where to go. The model looks at the picture, proposes a move, and waits for you."
EXAMPLES = ("align to the skull", "go up a bit", "where are we?", "what can I say?")
PICTURE_KEYS = ("A", "R", "C", "Q")
CHORDS = ("Ctrl+⏎", "Ctrl+⌫", "Ctrl+⇧C", "")


class Assistant(QFrame):
    """The pane. `said(text)` is a question's option that was chosen,
    `suggested(text)` an example for the command line, `accept` and `reject` are the waiting card's."""

    said = Signal(str)
    suggested = Signal(str)
    accept = Signal()
    reject = Signal()
    correct = Signal()
    again = Signal()
    armed_wanted = Signal(bool)
    budget_wanted = Signal()
    float_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.setAccessibleName("Assistant")
        self.setMinimumWidth(LEAST_PX)
        self.reasons_allowed = True
        self.open_card: StepCard | None = None
        self.waiting: StepCard | None = None
        self._question: QWidget | None = None
        self._keys = CHORDS
        self._echo = None
        self.cards: list[QWidget] = []

        self.header = ModelHeader()
        self.armed = self.header.armed
        self.header.armed_wanted.connect(self.armed_wanted)
        self.header.budget_wanted.connect(self.budget_wanted)
        self.header.float_wanted.connect(self.float_wanted)

        self.pile, self._welcome = Pile(), self._make_welcome()
        self.pile.add(self._welcome)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.scroll.setWidget(self.pile)
        self.scroll.setAccessibleName("Conversation")
        speak_as(self.scroll, "Pane")
        self.scroll.setObjectName("conversation")
        self._stick = True
        bar = self.scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: bar.setValue(high) if self._stick else None)
        bar.valueChanged.connect(self._scrolled)
        self._newest = QPushButton("Newest ↓", self)
        self._newest.setFont(theme.font(12, bold=True))
        self._newest.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._newest.clicked.connect(self.to_newest)
        self._newest.hide()

        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 12, 1, 1)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        rule = frame("rule")
        rule.setFixedHeight(1)
        outer.addWidget(rule)
        outer.addWidget(self.scroll, 1)

    def _make_welcome(self) -> QWidget:
        box = QWidget()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(0, 6, 4, 0)
        inside.setSpacing(8)
        inside.addWidget(label(WELCOME, 14))
        inside.addWidget(label("For example", 12, tone="dim"))
        for words in EXAMPLES:
            button = KeyButton(words)
            button.setFont(theme.font(14))
            button.setToolTip("Put this on the command line; Enter sends it")
            button.clicked.connect(lambda _=False, words=words: self.suggested.emit(words))
            inside.addLayout(row(button))
        return box

    def lay_out(self) -> None:
        """Give what has been said its height at once: a paint may come before Qt's own turn to lay out, and would show
        a card with its text squeezed."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        card = self.waiting or self.open_card
        if card is not None and self._fit(card):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if self._stick and self.waiting is not None:
            # Of a card that is as high as the pane all is to be seen, rather than the room below it.
            bar = self.scroll.verticalScrollBar()
            bar.setValue(max(min(self.waiting.y() - 1, bar.maximum()), bar.maximum() - BOTTOM))

    def _fit(self, card: StepCard) -> bool:
        """Keep a reply as low as the pane is high; whether that changes anything."""
        return card.fit(self.scroll.viewport().height() - AROUND_PX)

    # ---- scrolling

    def _scrolled(self, value: int) -> None:
        self._stick = value >= self.scroll.verticalScrollBar().maximum() - 24
        self._newest.setVisible(not self._stick)
        self._place_newest()

    def to_newest(self) -> None:
        self._stick = True
        self.scroll.verticalScrollBar().setValue(self.scroll.verticalScrollBar().maximum())

    def _show_from_top(self, card: StepCard) -> None:
        """All of a long reply was asked for, or less of it again."""
        self._stick = False  # what is read stays where it is
        self._fit(card)
        self.lay_out()
        QTimer.singleShot(0, self, lambda: self._to_top_of(card))  # once the pile has been laid out too

    def _to_top_of(self, card: QWidget) -> None:
        """A card that is taller than the pane is read from its beginning."""
        if card.height() > self.scroll.viewport().height():
            self.scroll.verticalScrollBar().setValue(card.y() - 8)
            self._stick = False  # the scroll bar may not know yet how far it goes

    def _place_newest(self) -> None:
        size = self._newest.sizeHint()
        self._newest.setGeometry(
            (self.width() - size.width()) // 2,
            self.height() - size.height() - 12,
            size.width(),
            size.height(),
        )

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._place_newest()
        QTimer.singleShot(0, self, self.lay_out)

    def _add(self, widget: QWidget, right: bool = False) -> QWidget:
        if right:
            holder = QWidget()
            line = QHBoxLayout(holder)
            line.setContentsMargins(36, 0, 0, 0)
            line.addStretch(1)
            line.addWidget(widget, 8)
            widget = holder
        self.pile.add(widget)
        self.cards.append(widget)
        while len(self.cards) > MOST_CARDS:
            self._drop(self.cards.pop(0))
        return widget

    def clear(self) -> None:
        """An empty conversation, as at the start."""
        self.open_card = self.waiting = self._question = self._echo = None
        while self.cards:
            self._drop(self.cards.pop())
        self._welcome.show()

    def _drop(self, card: QWidget) -> None:
        self.pile.take(card)
        card.deleteLater()

    def show_keys(self, in_picture: bool) -> None:
        """Which keys accept and reject at the moment: letters in the picture, chords everywhere else."""
        self._keys = PICTURE_KEYS if in_picture else CHORDS
        card = self.waiting
        if card is not None:
            for button, key in zip((card.accept, card.reject, card.correct, card.ask), self._keys, strict=True):
                button.show_key(key)
        for button in self._question.options if self._question is not None else ():
            button.show_key({"yes": self._keys[0], "no": self._keys[1]}.get(button.text(), ""))

    # ---- the model

    def dress(self, colours: theme.Theme) -> None:
        """Take the colours of a theme."""
        self.header.dress(colours)

    def show_model(self, state: str, name: str, message: str, info: object) -> None:
        """What model it is and whether it is there."""
        self.header.show_model(state, name, message, info)

    def show_armed(self, on: bool) -> None:
        """Whether proposals are accepted without asking."""
        self.header.show_armed(on)

    def show_budget(self, budget: object) -> None:
        """What one alignment may use."""
        self.header.show_budget(budget)

    def show_spent(self, spent: object, budget: object) -> None:
        """What the alignment under way has used of its budget."""
        self.header.show_spent(spent, budget)

    def allow_arming(self, allowed: bool) -> None:
        """Whether an alignment can be armed and its budget set here."""
        self.header.allow_arming(allowed)

    # ---- the conversation

    def show_said(self, text: str) -> None:
        """The clinician's line."""
        self._welcome.hide()
        box = frame("said")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(13, 8, 13, 9)
        inside.setSpacing(2)
        inside.addWidget(label(text, 14))
        self._said = text
        self._echo = label("", 12, tone="dim")
        self._echo.hide()
        inside.addWidget(self._echo)
        self._add(box, right=True)
        self.to_newest()

    def show_understood(self, echo: str, question: bool = False) -> None:
        """What the line was taken to mean; without a line (a key, a button) it stands alone."""
        if question:
            self._echo = None
            return
        if self._echo is not None:
            as_said = echo.strip(" .").casefold() == self._said.strip(" .").casefold()
            self._echo.setText("understood" if as_said else breakable(f"understood: {echo}"))
            self._echo.show()
            self._echo = None

    def show_state(self, state: str) -> None:
        if state not in ("looking", "proposing", "waiting") and self.open_card is not None:
            self.open_card.settle("Stopped before it was complete.", "dim")
            self.open_card = None
        if state != "waiting" and self.waiting is not None:
            self.waiting.settle("No longer offered." if state != "halted" else "Halted.", "dim")
            self.waiting = None
        if state != "waiting":
            self._close_question()
        self.header.show_state(state)

    def show_delta(self, number: int, text: str, proposal: Proposal | None, landmarks: tuple[str, ...]) -> None:
        if self.open_card is None:
            self.open_card = self._card(f"Step {number}" if number else "Looking")
        self.open_card.stream(text, proposal, tuple(landmarks or ()))

    def _card(self, heading: str) -> StepCard:
        card = StepCard(heading)
        card.reasons_allowed = self.reasons_allowed
        card.accepted.connect(self.accept)
        card.rejected.connect(self.reject)
        card.corrected.connect(self.correct)
        card.again.connect(self.again)
        card.whole_wanted.connect(lambda: self._show_from_top(card))
        card.folded.connect(self.lay_out)
        older = [one for one in self.cards if isinstance(one, StepCard)]
        if older and older[-1].answers_correction:
            older.pop()  # the next proposal comes at once, before anyone has read what the correction was taken to mean
        for one in older:
            if one.reasons_open:
                one.show_reasons(False)
        self._add(card)
        return card

    def greet(self, shown: bool) -> None:
        """Show or hide the words of welcome, which speak of a model."""
        self._welcome.setVisible(shown)

    def allow_reasons(self, allowed: bool) -> None:
        """Whether the cards to come show the model's sentences at all; a study may take them away."""
        self.reasons_allowed = allowed

    def toggle_reasons(self) -> None:
        """Fold or unfold the reasons of the newest step."""
        newest = next((card for card in reversed(self.cards) if isinstance(card, StepCard)), None)
        if newest is not None:
            newest.toggle_reasons()

    def show_step(self, step: Step, target: str | None, kind: str, expected: object = None) -> None:
        """A reply is complete. It waits for a decision only when the session says so (`show_waiting`). `expected` is
        where people usually have the target from what the model named (left_mm, up_mm)."""
        card, self.open_card = self.open_card or self._card(""), None
        heading = {
            "navigation": f"Step {step.number} · toward {the(target) if target else ''}",
            "localization": "At the centre of the view",
            "correction": "Looked again",
        }.get(kind, kind)
        card.finish(step, heading)
        if expected is not None and target and step.prediction.valid and step.prediction.landmarks:
            way = offset_words(expected.left_mm, expected.up_mm)
            here = the(step.prediction.landmarks[0])
            card.show_usual(f"From {here}, {the(target)} is usually {way}." if way else "")
        self.header.show_speed(step.prediction.seconds)

    def show_waiting(self, step: Step | None) -> None:
        """`step` waits for a yes or no: its card gets the buttons, and no other has any. None: a question waits."""
        if self.waiting is not None and self.waiting.step is not step:
            self.waiting.settle("No longer offered.", "dim")
            self.waiting = None
        if step is None:
            return
        for card in reversed(self.cards):
            if isinstance(card, StepCard) and card.step is step:
                if card.outcome:
                    card.settle("")
                card.wait(True)
                stops = (self.scroll, card.accept, card.reject, card.correct, card.ask)
                for before, after in pairwise(stops):
                    QWidget.setTabOrder(before, after)
                self.waiting = card
                self.show_keys(self._keys is PICTURE_KEYS)
                return

    def show_decision(self, accepted: bool, text: str) -> None:
        if self.waiting is not None:
            said = "" if not text or text == "look again" else f": {text}"
            self.waiting.settle("✓ Accepted" if accepted else f"✕ Rejected{said}", "good" if accepted else "warn")
            self.waiting = None

    def show_question(self, text: str, options: tuple[str, ...]) -> None:
        """A question back, each option a button that says it."""
        self._close_question()
        box = frame("card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 11, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(label(text, 14))
        box.options = []
        for option in options:
            button = KeyButton(option)
            button.setToolTip(f"Say “{option}”")
            button.clicked.connect(lambda _=False, words=option: self.said.emit(words))
            inside.addWidget(button)
            box.options.append(button)
        self._question = self._add(box)
        self.show_keys(self._keys is PICTURE_KEYS)
        self.to_newest()

    def _close_question(self) -> None:
        if self._question is not None:
            for button in self._question.options:
                button.setEnabled(False)
            self._question = None

    def _table(self, text: str) -> QWidget:
        box = frame("card")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(14, 11, 14, 12)
        inside.setSpacing(1)
        for line in text.split("\n"):
            does, _, said = line.partition(": ")
            inside.addWidget(label(does, 12, tone="dim"))
            inside.addWidget(label(said.replace('"', "").replace("; ", "  ·  "), 14))
            inside.addSpacing(5)
        return box

    def show_note(self, text: str, level: str = "info") -> None:
        """One sentence; `level` is info, warning, error or good. Several lines are a table: what it does, how to say
        it."""
        if "\n" in text:
            table = self._add(self._table(text))
            QTimer.singleShot(80, lambda: self._to_top_of(table))
            return
        box = frame("note", level=level)
        inside = QVBoxLayout(box)
        inside.setContentsMargins(11, 2, 4, 2)
        sign = {"warning": "⚠ ", "error": "✕ ", "good": "✓ "}.get(level, "")
        inside.addWidget(
            label(sign + text, 13, tone={"warning": "warn", "error": "bad", "good": "good"}.get(level, "dim"))
        )
        self._add(box)
