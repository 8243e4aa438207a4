"""One reply of the model as a card: what it sees, the move, the reasons folding open, the buttons while it waits.

What stands on it is the model's text, and it says so. Knows no session.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from carm_gui import theme
from carm_gui.views.field import move_lines
from carm_gui.views.widgets import ANY_PX, KeyButton, breakable, chip, label, retone, row, show_chip
from inference.step import Proposal, Step
from sim.landmarks import BY_KEY

NOT_A_MEASUREMENT = "model's text, not a measurement"
LEAST_LINES = 2
"""Fewer of the model's sentences are not worth a card's heading and its air."""
AIRY, LOW = (8, (14, 11, 14, 12)), (4, (14, 6, 14, 7))
"""Pixels between the parts of a card and around them: as a rule, and in a low window."""
CAPTION_PX, BESIDE_PX = 34, 6
"""How wide "Sees" and "Move" are, and what lies between them and their chips."""
_REASONS = ("reason_y", "reason_x", "visual_reasoning")


def title(key: str | None) -> str:
    """A landmark's name on screen; "" for none."""
    return BY_KEY[key].title if key in BY_KEY else (key or "")


def prose(raw: str) -> str:
    """The sentences inside a reply that is still streaming, its tags taken away. Text without any tag of ours is shown
    as it is: a model that talks past the form shall be seen to do so."""
    found = [(m.start(), m[2].strip()) for m in re.finditer(rf"<({'|'.join(_REASONS)})>([^<]*)", raw)]
    if found:
        return "\n".join(text for _, text in sorted(found) if text)
    return "" if re.match(r"\s*[<\[`]", raw) else raw.strip()


def patient_move(proposal: Proposal) -> str:
    """The proposed move on a chip; sides are the patient's, and it says so."""
    return "centred, no move" if proposal.arrived else move_lines(proposal.motion)


class StepCard(QFrame):
    """One reply: chips as soon as the decision is known, then the reasons, then the buttons if it waits. The reasons
    fold away by their heading; they are folded when a newer card comes (assistant.py), unless the clinician opened
    them."""

    accepted = Signal()
    rejected = Signal()
    corrected = Signal()
    again = Signal()
    whole_wanted = Signal()
    folded = Signal()

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.raw = ""
        self.step: Step | None = None
        self.outcome = ""
        self._heading = label(heading, 13, bold=True)
        self._time = label("", 12, tone="dim", wrap=False)
        self._seen, self._move = chip(""), chip("", accent=True)
        self._usual = label("", 12, tone="dim")
        self.fold = _fold_button("▾ Reasons")
        self.fold.setAccessibleName("Reasons, open")
        self.fold.setToolTip("Fold the model's sentences away, or open them")
        self.fold.clicked.connect(self.toggle_reasons)
        self.reasons_open, self._by_hand = True, False
        self.reasons_allowed = True
        self._prose = label("", 14)
        self._prose.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.more = _fold_button("")
        self.more.clicked.connect(lambda: self._show_whole(not self._whole))
        self._whole = self._low = False
        self._fitted: tuple = ()
        self._raw_text = label("", 12, tone="dim")
        self._caveat = label(NOT_A_MEASUREMENT, 12, tone="dim", wrap=False)
        self._verdict = label("", 13, bold=True)
        self._buttons: QWidget | None = None
        inside = QVBoxLayout(self)
        inside.setContentsMargins(*AIRY[1])
        inside.setSpacing(AIRY[0])
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self._time)
        inside.addLayout(top)
        self._rows = []
        for caption, value in (("Sees", self._seen), ("Move", self._move)):
            line = QWidget()
            name = label(caption, 13, tone="dim", wrap=False)
            name.setFixedWidth(CAPTION_PX)
            line.setLayout(row(name, value, spacing=BESIDE_PX))
            inside.addWidget(line)
            self._rows.append(line)
        inside.addWidget(self._usual)
        inside.addLayout(row(self.fold, self._caveat))
        inside.addWidget(self._prose)
        inside.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._raw_text, self._verdict):
            inside.addWidget(widget)
        for widget in (*self._rows, self._usual, self.fold, self._prose, self.more, self._raw_text, self._verdict):
            widget.hide()

    def _make_buttons(self) -> None:
        """When it first waits: most cards never do, and each is to be there at once."""
        self.accept, self.reject = KeyButton("Accept"), KeyButton("Reject")
        self.correct, self.ask = KeyButton("Correct"), KeyButton("Ask again")
        self.accept.clicked.connect(self.accepted)
        self.reject.clicked.connect(self.rejected)
        self.correct.clicked.connect(self.corrected)
        self.correct.setToolTip("Say or click what is there; nothing moves")
        self.ask.clicked.connect(self.again)
        self.ask.setToolTip("The same question once more, on a fresh picture")
        self._buttons = QWidget()
        lines = QVBoxLayout(self._buttons)
        lines.setContentsMargins(0, 2, 0, 0)
        lines.setSpacing(8)
        for pair in ((self.accept, self.reject), (self.correct, self.ask)):
            line = row(*pair, stretch=False)  # of one width each where there is room, else of what its words need
            line.setStretch(0, 1)
            line.setStretch(1, 1)
            lines.addLayout(line)
        self.layout().insertWidget(self.layout().indexOf(self._verdict), self._buttons)

    @property
    def shows_decision(self) -> bool:
        return bool(self._move.text())

    @property
    def answers_correction(self) -> bool:
        """Whether it is the complete reply to what the clinician said to be wrong."""
        return self.step is not None and self.step.prediction.task == "correction"

    def heading(self, text: str) -> None:
        self._heading.setText(text)

    def stream(self, text: str, proposal: Proposal | None, landmarks: tuple[str, ...]) -> None:
        """Take in a piece of the reply."""
        self.raw += text
        self._show(landmarks, proposal, prose(self.raw))

    def _show(self, landmarks: tuple[str, ...], proposal: Proposal | None, text: str) -> None:
        if landmarks:
            show_chip(self._seen, ", or ".join(title(key) for key in landmarks), self._chip_room())
            self._rows[0].show()
        if proposal is not None:
            show_chip(self._move, patient_move(proposal), self._chip_room())
            self._rows[1].show()
        if text:
            self._prose.setText(breakable(text))
            self.fold.setVisible(self.reasons_allowed)
            self._prose.setVisible(self._tells_reasons() and self._prose.maximumHeight() > 0)

    def _chip_room(self) -> int:
        around = self.layout().contentsMargins()
        return self.width() - around.left() - around.right() - CAPTION_PX - BESIDE_PX

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        for value in (self._seen, self._move):
            show_chip(value, value.text(), self._chip_room())

    def toggle_reasons(self) -> None:
        """The clinician folds the model's sentences away, or wants to read them: all of them where a low window has
        cut them off."""
        if self._low and self.reasons_open and self._is_cut():
            self._show_whole(True)
        else:
            self.show_reasons(not self.reasons_open, by_hand=True)

    def show_reasons(self, opened: bool, by_hand: bool = False) -> None:
        """Open the model's sentences or fold them away; once done by hand it stays so."""
        if self._by_hand and not by_hand:
            return
        self.reasons_open, self._by_hand, self._whole = opened, by_hand, False
        self._prose.setMaximumHeight(ANY_PX)
        self._prose.setVisible(self._tells_reasons())
        self.more.hide()
        self._say_fold()
        self.folded.emit()

    def _tells_reasons(self) -> bool:
        return self.reasons_open and self.reasons_allowed and bool(self._prose.text())

    def _is_cut(self) -> bool:
        """Whether some of the sentences that are open are not on show."""
        return self._tells_reasons() and self._prose.maximumHeight() < ANY_PX

    def _say_fold(self) -> None:
        cut = self._low and self._is_cut()
        self.fold.setText("▸ All reasons" if cut else "▾ Reasons" if self.reasons_open else "▸ Reasons")
        self.fold.setAccessibleName(
            "Show all of the reasons" if cut else "Reasons, open" if self.reasons_open else "Reasons, folded"
        )

    def fit(self, room_px: int) -> bool:
        """Be no higher than `room_px`, so that the decision and its buttons are in sight together: what the sentences
        have beyond that is cut off until the clinician asks for all of it. Where hardly any would be left, the heading,
        the usual way and the air go first. Returns whether anything has changed."""
        parts = (*self._rows, self._buttons, self._verdict)
        shown = tuple(part is not None and not part.isHidden() for part in parts)
        asked = (room_px, self.width(), self._prose.text(), self._usual.text(), self.reasons_open, shown)
        if self._whole or (self.step is not None and not self.step.prediction.valid) or asked == self._fitted:
            return False
        self._fitted = asked
        before = (self._low, self._prose.maximumHeight(), self.more.isHidden())
        self._be_low(False)
        if not self._cut(room_px):
            self._be_low(True)
            self._cut(room_px)
        self._say_fold()
        return before != (self._low, self._prose.maximumHeight(), self.more.isHidden())

    def _cut(self, room_px: int) -> bool:
        """Cut the sentences off so that the card is `room_px` high; whether enough of it is left."""
        told = self._tells_reasons()
        self._prose.setMaximumHeight(ANY_PX)
        self._prose.setVisible(told)
        self.more.hide()
        over = self.layout().totalHeightForWidth(self.width()) - room_px
        if over <= 0 or not told:
            return over <= 0
        if not self._low:  # there the fold's heading offers the rest
            self._say_more()
            self.more.show()
            over += self.more.sizeHint().height() + self.layout().spacing()
        line = self._prose.fontMetrics().lineSpacing()
        lines = max((self._prose.heightForWidth(self._prose.width()) - over) // line, 0)
        self._prose.setMaximumHeight(lines * line)
        self._prose.setVisible(lines > 0)
        return lines >= LEAST_LINES

    def _be_low(self, low: bool) -> None:
        """Do without the heading, the usual way and the air, or have them again."""
        if low == self._low:
            return
        self._low = low
        spacing, margins = LOW if low else AIRY
        self.layout().setSpacing(spacing)
        self.layout().setContentsMargins(*margins)
        if self._buttons is not None:
            self._buttons.layout().setSpacing(spacing)
        self._heading.setVisible(not low)
        self._time.setVisible(not low)
        self._usual.setVisible(not low and bool(self._usual.text()))
        self._rows[1].setToolTip(self._usual.text() if low else "")

    def _show_whole(self, whole: bool) -> None:
        self._whole, self._fitted = whole, ()
        self._be_low(False)
        self._prose.setMaximumHeight(ANY_PX)
        self._prose.show()
        self._say_more()
        self.more.show()
        self._say_fold()
        self.whole_wanted.emit()

    def _say_more(self) -> None:
        self.more.setText("Show less" if self._whole else "… Show all of it")
        self.more.setAccessibleName("Show less of the reasons" if self._whole else "Show all of the reasons")

    def prose_in_sight(self) -> bool:
        """Whether any of the model's sentences can be read now."""
        return self._prose.isVisible() and not self._prose.visibleRegion().isEmpty()

    def show_usual(self, text: str) -> None:
        """How the target usually lies from what the model named, to hold its move against."""
        self._usual.setText(text)
        self._usual.setVisible(bool(text) and not self._low)

    def finish(self, step: Step, heading: str) -> None:
        """The reply is complete."""
        self.step, prediction = step, step.prediction
        self.heading(heading)
        self._time.setText(f"{prediction.seconds:.1f} s" if prediction.seconds else "")
        if prediction.valid:
            self._show(prediction.landmarks, step.proposal, "\n".join(prediction.reasons))
        else:
            for line in (*self._rows, self.fold, self._usual, self.more):
                line.hide()
            self._prose.hide()
            raw = prediction.raw or self.raw
            self._raw_text.setText(breakable(raw[:1200] or "(empty reply)"))
            self._raw_text.show()
            self.settle(f"Refused. {prediction.problem}".strip(), "bad")

    def wait(self, waiting: bool) -> None:
        """Show the buttons, or take them away. From the first time on there are accept, reject, correct, ask."""
        if waiting and self._buttons is None:
            self._make_buttons()
        if self._buttons is not None:
            self._buttons.setVisible(waiting)
        if not waiting and self._low:
            self._be_low(False)
            self.more.setVisible(self._is_cut())
            self._say_more()
            self._say_fold()
        retone(self, waiting=waiting)

    def settle(self, text: str, tone: str = "dim") -> None:
        """What became of it."""
        self.outcome = text
        self.wait(False)
        self._verdict.setText(text)
        retone(self._verdict, tone=tone)
        self._verdict.setVisible(bool(text))


def _fold_button(text: str) -> QPushButton:
    result = QPushButton(text)
    result.setProperty("role", "fold")
    result.setAutoDefault(False)
    result.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    result.setFont(theme.font(12))
    return result
